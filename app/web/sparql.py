"""SPARQL 1.1 Protocol at /sparql: queries by GET and POST, a page for people, a service description for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from flask import Blueprint, Response, render_template, request
from pydantic import Field

from app.kernel.errors import AppError, BadRequest, Denied, OverLimit, TooLarge
from app.kernel.text import Text
from app.sparql.description import COUNT_GRAPHS, describe_service
from app.sparql.engine import Bounds, Question
from app.sparql.examples import EXAMPLES, PREFIXES
from app.sparql.formats import CSV, OF_FORM, SOLUTIONS, TRIPLES, ResultFormat
from app.sparql.refusals import Busy
from app.sparql.triples import etag
from app.web.access import Rule, rule
from app.web.context import language, services
from app.web.errors import STATUS
from app.web.fairness import spending_time
from app.web.interface import Interface, describes
from app.web.parameters import Loose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.sparql.gate import Examined

sparql = Blueprint("sparql", __name__)

BODY_BYTES = 64 * 1024
PAGE = Bounds(rows=1000, answer_bytes=4 << 20)
HTML = "text/html"
# Characters of a line shown on each side of an error.
SHOWN = 60
EXAMPLES_BY_NAME = {each.name: each for each in EXAMPLES}
QUERY_TYPE, UPDATE_TYPE = "application/sparql-query", "application/sparql-update"


class Asked(Loose):
    """What the protocol (2.1) lets a query come with."""

    query: str = Field(default="", description="A query of SPARQL 1.1; without one the endpoint describes itself.")


@sparql.route("/sparql", methods=["GET", "POST"])
@rule(Rule(safe_post=True))
@describes(
    Interface(
        query=Asked,
        bodies={
            "application/x-www-form-urlencoded": {
                "type": "object",
                "properties": {"query": {"type": "string"}},
                "required": ["query"],
            },
            QUERY_TYPE: {"type": "string"},
        },
    )
)
def endpoint() -> Response:
    """Answer a query; without one, the page or the description of the service."""
    request.max_content_length = BODY_BYTES
    query = _query()
    if _wants_page():
        example = EXAMPLES_BY_NAME.get(request.args.get("example", ""))
        query = example.query if example and query is None else query
        return _answered_page(query) if query and query.strip() else _page("", None, None)
    return _service_description() if query is None else _answered(query)


@sparql.after_request
def _vary(answer: Response) -> Response:
    answer.vary.add("Accept")
    return answer


@sparql.errorhandler(AppError)
def _refused(error: AppError) -> Response:
    """Answer a problem (RFC 9457) with the status that the protocol's clients expect."""
    status = _status(error)
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": error.code.replace("-", " ").capitalize(),
        "status": status,
        "code": error.code,
        "detail": error.message.get(language()),
        "messages": {"ja": error.message.ja, "en": error.message.en},
    }
    if error.report is not None:
        body["report"] = error.report
    answer = Response(msgspec.json.encode(body), status, content_type="application/problem+json")
    answer.vary.add("Accept-Language")
    if isinstance(error, Busy):
        answer.headers["Retry-After"] = "2"
    return answer


def _status(error: AppError) -> int:
    if isinstance(error, OverLimit):
        return 408
    return 503 if isinstance(error, Busy) else STATUS.get(type(error), 400)


def _query() -> str | None:
    """Find the query where the protocol (2.1) puts it. Raises `Denied` for updates, `BadRequest` for several."""
    if "update" in request.values or request.mimetype == UPDATE_TYPE:
        raise Denied(Text("データの更新はできません。", "Updates are not taken here."))
    if request.method == "POST" and request.mimetype == QUERY_TYPE:
        try:
            return request.get_data().decode()
        except UnicodeDecodeError as error:
            raise BadRequest(Text("クエリは UTF-8 で送ってください。", "A query is sent in UTF-8.")) from error
    given = request.values.getlist("query")
    if len(given) > 1:
        raise BadRequest(Text("query は一つだけ指定してください。", "Give `query` once."))
    return given[0] if given else None


def _wants_page() -> bool:
    if "format" in request.values:
        return False
    offered = [HTML, *(each.media_type for each in (*SOLUTIONS, *TRIPLES)), "application/json"]
    return "html" in str(request.accept_mimetypes) and request.accept_mimetypes.best_match(offered) == HTML


def _answered(query: str) -> Response:
    triples = services().triples
    examined = triples.examine(query)
    chosen = _format(examined)
    if chosen is None:
        return _not_acceptable(OF_FORM[examined.form])
    question = _question(examined, chosen, Bounds())
    tag = etag(triples.state(), question) if examined.lasting else ""
    if tag and tag in request.if_none_match:
        unchanged = Response(status=304)
        unchanged.set_etag(tag)
        return unchanged
    with spending_time():
        found = triples.ask(question)
    answer = Response(found.body, content_type=chosen.content_type)
    if examined.lasting and found.state:
        answer.set_etag(etag(found.state, question))
    return answer


def _question(examined: Examined, chosen: ResultFormat, bounds: Bounds) -> Question:
    default, named = (tuple(request.values.getlist(f"{name}-graph-uri")) for name in ("default", "named"))
    if sum(map(len, (*default, *named))) > BODY_BYTES:
        raise TooLarge(Text("グラフの指定が多すぎます。", "Too many graphs are named."))
    return Question(examined, chosen, default, named, bounds)


def _format(examined: Examined) -> ResultFormat | None:
    """Choose by `format`, else by Accept; JSON or Turtle where anything is good."""
    return _chosen(OF_FORM[examined.form])


def _chosen(offered: Sequence[ResultFormat]) -> ResultFormat | None:
    if wanted := request.values.get("format"):
        return next((each for each in offered if each.name == wanted), None)
    if not request.accept_mimetypes:
        return offered[0]
    types = {each.media_type: each for each in offered}
    for each in offered:
        for other in each.also:
            types.setdefault(other, each)
    best = request.accept_mimetypes.best_match(types)
    return types[best] if best else None


def _not_acceptable(formats: Sequence[ResultFormat]) -> Response:
    offered = [each.media_type for each in formats]
    words = Text("この形式では答えられません。", "There is no such format.")
    body = {"type": "/problems/not-acceptable", "status": 406, "code": "not-acceptable", "offered": offered}
    body |= {"detail": words.get(language()), "messages": {"ja": words.ja, "en": words.en}}
    answer = Response(msgspec.json.encode(body), 406, content_type="application/problem+json")
    answer.vary.add("Accept-Language")
    return answer


def _service_description() -> Response:
    chosen = _chosen(TRIPLES)
    if chosen is None:
        return _not_acceptable(TRIPLES)
    triples = services().triples
    counted = triples.ask(Question(triples.examine(COUNT_GRAPHS), CSV)).body
    body = describe_service(services().site.absolute("/sparql"), int(counted.split()[1]), chosen.name)
    return Response(body, content_type=chosen.content_type)


def _answered_page(query: str) -> Response:
    """Show the result as a table, or what is wrong and where."""
    try:
        examined = services().triples.examine(query)
        chosen = OF_FORM[examined.form][0]
        with spending_time():
            body = services().triples.ask(_question(examined, chosen, PAGE)).body
    except AppError as error:
        return _page(query, None, error)
    result = msgspec.json.decode(body) if chosen.name == "json" else {"text": body.decode()}
    result["formats"] = OF_FORM[examined.form]
    return _page(query, result, None)


def _page(query: str, result: dict[str, Any] | None, error: AppError | None) -> Response:
    body = render_template(
        "sparql.html",
        query=query,
        result=result,
        error=error,
        spot=_spot(query, error),
        examples=EXAMPLES,
        prefixes=PREFIXES,
        section="sparql",
    )
    answer = Response(body, 200 if error is None else _status(error), mimetype=HTML)
    if isinstance(error, Busy):
        answer.headers["Retry-After"] = "2"
    return answer


def _spot(query: str, error: AppError | None) -> tuple[int, str, str, str] | None:
    """Cut the line that an error is about: its number, what stands before the place, the place, what follows."""
    problem = error.report.problems[0] if error is not None and error.report is not None else None
    if problem is None or problem.row is None or problem.column is None:
        return None
    lines = query.split("\n")
    line = lines[min(problem.row, len(lines)) - 1].rstrip("\r")
    at = int(problem.column) - 1
    return problem.row, line[max(0, at - SHOWN) : at], line[at : at + 1] or " ", line[at + 1 : at + 1 + SHOWN]
