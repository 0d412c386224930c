"""What is said of a table that may answer a question: its columns, some rows, and arguments that really run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.agents.granularity import is_of_place
from app.agents.telling import column_told, short
from app.agents.time_columns import column_of
from app.query.meaning import Detail

if TYPE_CHECKING:
    from app.agents.looking import Held
    from app.agents.tool import Call
    from app.catalog.record import Column

_CELL = 60
_COUNTING = re.compile(
    r"いくつ|何(?:件|か所|箇所|ヶ所|軒|棟|校|個|館|園)|how many|number of|count of|件数|の数", re.IGNORECASE
)


def told(call: Call, looked: Held, question: str, columns: int, *, with_rows: bool) -> dict[str, Any]:
    """Say what a table holds, how to ask it, and some rows."""
    resource, table = looked.resource, looked.resource.table
    every = table.columns if table else ()
    is_wide = _is_wide(looked)
    known = tuple(
        each for each in every if not is_wide or each.name in (looked.place_by or ()) or not is_of_place(each.name)
    )
    chosen = _first_of(known, looked)
    said: dict[str, Any] = {
        "resource": resource.name,
        "rows": looked.frame.rows,
        "rows_that_fit": looked.total,
        "columns": [column_told(call, each, Detail.STANDARD) for each in chosen[:columns]],
    }
    if len(every) > len(said["columns"]):
        said["more_columns"] = len(every) - len(said["columns"])
    if not columns:
        said.pop("columns")
    if with_rows and looked.rows:
        names = [each.name for each in looked.rows.columns]
        said["sample"] = [dict(zip(names, map(_cell_of, row), strict=True)) for row in looked.rows.rows]
    said["query_rows"] = ready(looked, question)
    return said


def ready(looked: Held, question: str) -> list[dict[str, Any]]:
    """Answer arguments for `query_rows`: to read the rows, and to count them where that is asked for."""
    arguments = dict(looked.arguments)
    found = [arguments]
    # Of a table by time, a row is no thing to count, nor where places are columns.
    if _COUNTING.search(question) and column_of(looked.columns) is None and not _is_wide(looked):
        counting = {name: value for name, value in arguments.items() if name != "columns"}
        found.append(counting | {"measures": ["count"]})
    return found


def _first_of(known: tuple[Column, ...], looked: Held) -> list[Column]:
    """Put the columns first that the ready arguments use."""
    used = {*looked.arguments.get("columns", ()), *(looked.place_by or ()), *((looked.time_by or ""),)}
    return sorted(known, key=lambda each: each.name not in used)


def _cell_of(cell: Any) -> Any:
    return short(cell, _CELL) if isinstance(cell, str) else cell


def _is_wide(looked: Held) -> bool:
    """Say whether places are columns of the table, as far as one was asked for."""
    return bool(looked.place_by) and all(is_of_place(name) for name in looked.place_by or ())
