"""`run_sql`: one SELECT over published tables, joins included; each table cited in its version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from app.agents.citing import cite_sql
from app.agents.telling import caveats_told, notes_on
from app.agents.tool import Answer, Arguments, Draft, Tool
from app.agents.wording import in_our_words
from app.kernel.errors import BadRequest, NotFound
from app.metadata.words import filled
from app.query.meaning import Detail
from app.query.sql.gate import QUERY_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.query.answer import OutColumn
    from app.query.sql.names import Named
    from app.query.sql.service import Answered

_CUT = "The answer has more rows than `limit`: add LIMIT or conditions, group, or raise `limit`."
_NOT_FINITE = "Numbers that are not finite (NaN, infinite) are null here."


class RunSql(Arguments):
    """A question in SQL."""

    query: str = Field(
        max_length=QUERY_BYTES, description='DuckDB SELECT; tables are "dataset" or "dataset/resource" in quotes'
    )
    limit: int = Field(100, ge=1, le=1000)


def run(desk: Desk, call: Call, arguments: RunSql) -> Draft:
    """Answer a question. Raises `BadRequest` with the place and what is allowed, `NotFound`, `OverLimit`, `Busy`."""
    try:
        answered = _answered(desk, call, arguments)
    except (BadRequest, NotFound) as error:
        raise in_our_words(error, "This SQL cannot be answered") from error
    desk.accesses.log(call.actor, answered)
    call.query_hash = answered.query_hash
    if answered.tables:
        call.saw(answered.tables[0].record, rows=len(answered.answer.rows))
    return _draft(desk, call, arguments, answered)


def _answered(desk: Desk, call: Call, arguments: RunSql) -> Answered:
    client = call.asker if call.actor.is_anonymous else f"{call.actor.kind} {call.actor.id}"
    pool = desk.sql.pool
    pool.places.demand_room(client)
    with pool.turn(client):
        examined = desk.sql.examine(arguments.query)
        tables = {each.name: desk.sql_names.find(call.actor, each) for each in examined.tables}
        # Before it is run: what fails may quote a cell.
        for each in tables.values():
            call.saw(each.record)
        return desk.sql.ask(arguments.query, examined, tables, limit=arguments.limit)


def _draft(desk: Desk, call: Call, arguments: RunSql, answered: Answered) -> Draft:
    found = answered.answer
    names = _unlike([column.name for column in found.columns])
    rows = [dict(zip(names, row, strict=True)) for row in found.rows]
    said = {
        "columns": [
            _column(name, *pair)
            for name, pair in zip(names, zip(found.columns, answered.origins, strict=True), strict=True)
        ],
        "rows": rows,
        "total": found.total,
        "exact": found.exact,
    }
    rest = {
        "caveats": [
            words for each in _each(answered.tables) if (words := caveats_told(call, each.record, Detail.BRIEF))
        ],
        "citation": cite_sql(desk.site, call, answered, text=arguments.query, limit=arguments.limit),
    }
    notes = tuple(note for each in _each(answered.tables) for note in notes_on(each.record))
    notes += (_CUT,) if found.truncated else ()

    def make(count: int) -> Answer:
        return Answer(said | {"rows": rows[:count]} | filled(rest), {}, notes)

    return Draft(len(rows), make, "rows")


def _column(name: str, column: OutColumn, origin: Named | None) -> dict[str, Any]:
    said = {"name": name, "type": column.type, "unit": column.unit}
    if origin is not None and column.column is not None:
        said["table"] = origin.name
        said["of"] = column.column.name if column.column.name != name else ""
    return filled(said)


def _each(tables: Sequence[Named]) -> list[Named]:
    """Answer one table of each dataset."""
    return list({each.record.id: each for each in reversed(tables)}.values())[::-1]


def _unlike(names: Sequence[str]) -> list[str]:
    """Number names that stand twice: members of a JSON object cannot."""
    unlike: dict[str, None] = {}
    for name in names:
        other, number = name, 1
        while other in unlike:
            number += 1
            other = f"{name}_{number}"
        unlike[other] = None
    return list(unlike)


TOOL = Tool(
    "run_sql",
    "SQL で問い合わせる",
    "One SELECT in SQL for joins and what query_rows cannot say. describe_dataset has the table names (`sql`).",
    RunSql,
    run,
    {
        "type": "object",
        "properties": {
            "columns": {"type": "array", "items": {"type": "object"}},
            "rows": {"type": "array", "items": {"type": "object"}},
            "total": {"type": "integer"},
            "citation": {"type": "object"},
        },
    },
)
