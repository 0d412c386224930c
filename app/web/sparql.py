"""SPARQL 1.1 Protocol at /sparql: queries by GET and POST, a page for people, a service description for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from flask import Blueprint, Response, render_template, request

from app.kernel.errors import AppError, BadRequest, Denied, OverLimit, TooLarge
from app.kernel.text import Text
from app.sparql.engine import Bounds, Question
from app.sparql.formats import OF_FORM, SOLUTIONS, ResultFormat
from app.sparql.refusals import Busy, TimedOut
from app.sparql.triples import etag
from app.web.access import EVERYBODY, rule
from app.web.context import language, services
from app.web.errors import STATUS

if TYPE_CHECKING:
    from app.sparql.gate import Examined

sparql = Blueprint("sparql", __name__)

BODY_BYTES = 64 * 1024
PAGE = Bounds(rows=1000, answer_bytes=4 << 20)
HTML, TURTLE = "text/html", "text/turtle"
QUERY_TYPE, UPDATE_TYPE = "application/sparql-query", "application/sparql-update"

DESCRIPTION = """\
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix void: <http://rdfs.org/ns/void#> .

<{here}> a sd:Service ;
    sd:endpoint <{here}> ;
    sd:supportedLanguage sd:SPARQL11Query ;
    sd:feature sd:UnionDefaultGraph ;
    sd:resultFormat {formats} ;
    sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ] ] .
"""


@sparql.route("/sparql", methods=["GET", "POST"])
@rule(EVERYBODY)
def endpoint() -> Response:
    """Answer a query; without one, the page or the description of the service."""
    request.max_content_length = BODY_BYTES
    query = _query()
    if query is None or (not query.strip() and _wants_page()):
        return _page("", None, None) if _wants_page() else _service_description()
    if _wants_page():
        return _answered_page(query)
    answer = _answered(query)
    answer.vary.add("Accept")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@sparql.errorhandler(AppError)
def _refused(error: AppError) -> Response:
    """Answer a problem (RFC 9457) with the status that the protocol's clients expect."""
    status = STATUS.get(type(error), 400)
    if isinstance(error, TimedOut | OverLimit):
        status = 408
    if isinstance(error, Busy):
        status = 503
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
    answer.vary.update(("Accept", "Accept-Language"))
    answer.headers["Access-Control-Allow-Origin"] = "*"
    if isinstance(error, Busy):
        answer.headers["Retry-After"] = "2"
    return answer


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
    offered = [HTML, TURTLE, "application/rdf+xml", *(each.media_type for each in SOLUTIONS), "application/json"]
    return "html" in str(request.accept_mimetypes) and request.accept_mimetypes.best_match(offered) == HTML


def _answered(query: str) -> Response:
    triples = services().triples
    examined = triples.examine(query)
    chosen = _format(examined)
    if chosen is None:
        return _not_acceptable(examined)
    question = _question(examined, chosen, Bounds())
    tag = etag(triples.state(), question) if examined.lasting else ""
    if tag and tag in request.if_none_match:
        unchanged = Response(status=304)
        unchanged.set_etag(tag)
        return unchanged
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
    offered = OF_FORM[examined.form]
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


def _not_acceptable(examined: Examined) -> Response:
    offered = [each.media_type for each in OF_FORM[examined.form]]
    words = Text("この形式では答えられません。", "There is no such format.")
    body = {"type": "/problems/not-acceptable", "status": 406, "code": "not-acceptable", "offered": offered}
    body |= {"detail": words.get(language()), "messages": {"ja": words.ja, "en": words.en}}
    return Response(msgspec.json.encode(body), 406, content_type="application/problem+json")


def _service_description() -> Response:
    formats = dict.fromkeys(f"<{each.iri}>" for offered in OF_FORM.values() for each in offered)
    body = DESCRIPTION.format(here=services().site.absolute("/sparql"), formats=" , ".join(formats))
    answer = Response(body, content_type=f"{TURTLE}; charset=utf-8")
    answer.vary.add("Accept")
    return answer


def _answered_page(query: str) -> Response:
    """Show the result as a table, or what is wrong and where."""
    try:
        examined = services().triples.examine(query)
        chosen = OF_FORM[examined.form][0]
        body = services().triples.ask(_question(examined, chosen, PAGE)).body
    except AppError as error:
        return _page(query, None, error)
    result = msgspec.json.decode(body) if chosen.name == "json" else {"text": body.decode()}
    return _page(query, result, None)


def _page(query: str, result: dict[str, Any] | None, error: AppError | None) -> Response:
    body = render_template("sparql.html", query=query, result=result, error=error)
    answer = Response(body, 200 if error is None else 400, mimetype=HTML)
    answer.vary.add("Accept")
    return answer
