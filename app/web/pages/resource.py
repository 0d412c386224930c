"""The page of a resource: its rows as they are asked for, charts, a map, what to copy, and what its columns mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request

from app.catalog import addresses
from app.catalog.meanings import MEANINGS
from app.kernel.errors import AppError, BadRequest, NotFound, OverLimit
from app.kernel.text import Text
from app.metadata.registry import FORMATS
from app.publishing.repair.rules import RULES
from app.query.citing import attribution, cite
from app.query.formats.registry import FORMATS as ROW_FORMATS
from app.query.lists import quoted
from app.query.parameters import question_from
from app.query.question import Question
from app.query.sql.names import name_of
from app.web.access import EVERYBODY, rule
from app.web.context import actor, language, services
from app.web.copying import snippets
from app.web.errors import STATUS
from app.web.packages import vega_address
from app.web.pages import blueprint
from app.web.pages.drawing import Source, chart_facts, map_facts, proposed
from app.web.pages.grid import PAGE, Addresses, Grid, first_columns, grid, without_limit
from app.web.respond import integer
from app.web.rows_request import OPTIONS

if TYPE_CHECKING:
    from app.catalog.record import DatasetRecord, ResourceRecord
    from app.query.frame import Frame

MOST_ROWS = 1000
LAST_VERSION = 10**9


@blueprint.get("/dataset/<slug:slug>/resource/<path:name>")
@rule(EVERYBODY)
def resource(slug: str, name: str) -> Response:
    """A resource; the rows of a table as the address asks, in the words of the rows API."""
    number = integer("version", 0, low=1, high=LAST_VERSION) or None
    record = services().catalog.get(actor(), slug, number)
    found = record.resource(name)
    if found is None:
        raise NotFound(Text("この資源は見つかりません。", "There is no such resource."))
    problem: AppError | None = None
    shown: dict[str, Any] = {"grid": None}
    if found.table and found.parquet:
        shown, problem = _table(record, found, number)
    body = render_template(
        "resource.html",
        record=record,
        resource=found,
        problem=problem,
        formats=FORMATS,
        rules=RULES,
        meanings=MEANINGS,
        **shown,
    )
    return Response(body, STATUS[type(problem)] if isinstance(problem, BadRequest) else 200, mimetype="text/html")


def _table(record: DatasetRecord, found: ResourceRecord, number: int | None) -> tuple[dict[str, Any], AppError | None]:
    """Answer what the page tells of a table, and what is wrong with the question."""
    frame = services().rows.frame(found)
    rows = f"/api/v1/resources/{found.id}/rows"
    to = Addresses(addresses.resource(record.slug, found.name), rows, frame.by_name, number)
    asked, view, problem = _answered(frame, to)
    charts = proposed(frame, asked, to)
    version = record.version.number if record.version else 0
    whole = without_limit(asked.model_copy(update={"after": ""}))
    site = services().site

    def whole_answer(suffix: str) -> str:
        return site.absolute(to.whole(whole, suffix=suffix, version=version))

    cited = cite(
        record,
        found,
        site,
        question=whole.canonical(),
        rows=view.answer.total if view.answer else 0,
        permalink=whole_answer(""),
        retrieved=None,
    )
    drawn = attribution(record, site, changed=True)
    out = view.answer.columns if view.answer else ()
    source = Source(rows, version, language())
    return {
        "grid": view,
        "rows_in_all": frame.rows,
        "charts": charts,
        "chart_facts": chart_facts(frame, asked, charts, source, cited=drawn.get(source.lang)),
        "map_facts": map_facts(frame, asked, source),
        "vega": vega_address(),
        "snippets": snippets(whole_answer, out, f"{record.slug}-{found.name}"),
        "downloads_of": tuple(
            (each, to.whole(whole, suffix="." + each.suffix))
            for each in ROW_FORMATS
            if each.name != "geojson" or frame.latitude
        ),
        "cited": cited,
        "quoted": quoted,
        "columns_api": f"/api/v1/resources/{found.id}/columns?version={version}",
        "sql_name": name_of(record, found),
    }, problem


def _answered(frame: Frame, to: Addresses) -> tuple[Question, Grid, AppError | None]:
    """Ask what the address asks. What cannot be asked is said on the page, with the way back to all rows."""
    plain = Question(limit=PAGE)
    # A form sends its empty fields as well.
    args = {
        name: values
        for name in request.args
        if name not in OPTIONS and (values := [each for each in request.args.getlist(name) if each])
    }
    try:
        asked = question_from(args, frame)
    except BadRequest as error:
        return plain, grid(plain, None, to, frame.by_name), error
    limit = min(asked.limit, MOST_ROWS) if "limit" in asked.model_fields_set else PAGE
    asked = asked.model_copy(update={"limit": limit})
    narrow, cut = first_columns(asked, frame.columns)
    try:
        answer = services().rows.ask(frame, narrow)
    except (BadRequest, OverLimit) as error:
        return asked, grid(asked, None, to, frame.by_name), error
    return asked, grid(asked, answer, to, frame.by_name, cut=cut), None
