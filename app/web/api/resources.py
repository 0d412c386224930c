"""`/api/v1/resources`: rows with the meaning of their columns, and what there is to know before asking for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response

from app.kernel.errors import BadRequest, OverLimit
from app.kernel.text import Text
from app.query.answer import OutColumn
from app.query.complaints import unknown_column
from app.query.meaning import Detail, meaning
from app.query.profiling import ColumnFacts
from app.query.refusals import refused
from app.web import rows_interface
from app.web.access import EVERYBODY, Rule, rule
from app.web.api import blueprint
from app.web.context import services
from app.web.fairness import spend_rows
from app.web.interface import describes
from app.web.parameters import read
from app.web.respond import json_answer
from app.web.rows_answer import rows_file, rows_json
from app.web.rows_request import format_of, rows_request, table_of

if TYPE_CHECKING:
    from app.catalog.record import Column

# One request counts so many columns; the next ones are asked for by name.
PROFILED = 30


@blueprint.get("/resources/<uuid:resource_id>/rows")
@rule(EVERYBODY)
@describes(rows_interface.ROWS)
def rows(resource_id: object) -> Response:
    """Rows of a table, or what was counted from them, with what the columns mean and how to cite the answer."""
    return _rows(resource_id, None)


@blueprint.get("/resources/<uuid:resource_id>/rows.<suffix>")
@rule(EVERYBODY)
@describes(rows_interface.ROWS)
def rows_as(resource_id: object, suffix: str) -> Response:
    """The same in the format that the address names: a file of the whole answer, unless `limit` says less."""
    return _rows(resource_id, suffix)


@blueprint.post("/resources/<uuid:resource_id>/rows")
@rule(Rule(safe_post=True))
@describes(rows_interface.ASK_ROWS)
def ask_rows(resource_id: object) -> Response:
    """The same for a question in JSON, which may say more than a query can."""
    return _rows(resource_id, None)


@blueprint.get("/resources/<uuid:resource_id>/count")
@rule(EVERYBODY)
@describes(rows_interface.COUNTED)
def count(resource_id: object) -> Response:
    """How many rows a question has in all."""
    asked = rows_request(resource_id)
    spend_rows(asked.frame.rows)
    counting = services().rows
    if asked.pinned:
        return json_answer({"total": counting.count_for_good(asked.frame, asked.question), "exact": True})
    total, exact = counting.count(asked.frame, asked.question)
    return json_answer({"total": total, "exact": exact})


@blueprint.get("/resources/<uuid:resource_id>/explain")
@rule(EVERYBODY)
@describes(rows_interface.EXPLAINED)
def explain(resource_id: object) -> Response:
    """What a question would cost, in rows looked at and bytes read, without asking it; and how it was understood."""
    asked = rows_request(resource_id)
    return json_answer(
        {"cost": services().rows.explain(asked.frame, asked.question), "question": asked.question.canonical()}
    )


@blueprint.get("/resources/<uuid:resource_id>/columns")
@rule(EVERYBODY)
@describes(rows_interface.COLUMNS)
def columns(resource_id: object) -> Response:
    """What each column means and really holds: range, different values, the most frequent ones, a histogram.

    `column` may be repeated and names those to tell of; otherwise it is the first thirty.
    """
    options = read(rows_interface.AskedColumns)
    _, resource, frame = table_of(resource_id, options)
    names = list(dict.fromkeys(options.column))
    if unknown := [name for name in names if name not in frame.by_name]:
        raise refused(*(unknown_column(name, list(frame.by_name)) for name in unknown))
    if len(names) > PROFILED:
        raise BadRequest(
            Text(f"一度に {PROFILED} 列まで指定できます。", f"Ask for up to {PROFILED} columns at a time.")
        )
    chosen = [frame.by_name[name] for name in names] if names else frame.columns[:PROFILED]
    detail = options.detail
    if detail is not Detail.BRIEF:
        spend_rows(frame.rows)
    return json_answer(
        {
            "rows": frame.rows,
            "columns": [
                meaning(OutColumn(each.name, each.type, each, unit=each.unit), resource, detail)
                | _facts_of(frame, each, brief=detail is Detail.BRIEF)
                for each in chosen
            ],
        }
    )


@blueprint.get("/resources/<uuid:resource_id>/sample")
@rule(EVERYBODY)
@describes(rows_interface.SAMPLED)
def sample(resource_id: object) -> Response:
    """Rows from all over the table; the same ones for the same `seed`."""
    asked = read(rows_interface.AskedSample)
    _, _, frame = table_of(resource_id, asked)
    found = services().rows.sample(frame, asked.size, seed=asked.seed)
    names = [column.name for column in frame.columns]
    return json_answer({"total": frame.rows, "rows": [dict(zip(names, row, strict=True)) for row in found]})


def _rows(resource_id: object, suffix: str | None) -> Response:
    form = format_of(suffix)
    asked = rows_request(resource_id)
    return rows_json(asked) if form is None else rows_file(asked, form)


def _facts_of(frame: Any, column: Column, *, brief: bool) -> dict[str, Any]:
    """Say what was counted; of a column that takes too long, what was known when it was published."""
    if brief:
        return {}
    try:
        facts: ColumnFacts | Any = services().rows.facts(frame, column)
    except OverLimit:
        facts = column.profile
    return {"facts": facts}
