"""Which type a column nobody described has: the narrowest that every cell fits, else text.

Cautious on purpose: a code such as 0123 that became a number would have lost its zero, and a number too long for a
double its last digits. What people then correct is a guess less, not a guess more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.publishing.casting import DATE, DATETIME, ZONE, present
from app.publishing.layout import Layout
from app.publishing.staging import Stage, literal

_SAMPLE = 10_000
_WHOLE = "-?(0|[1-9][0-9]{0,17})"


def _every(text: str, pattern: str, also: str = "true") -> str:
    return f"coalesce(bool_and(regexp_full_match({text}, {literal(pattern)}) AND {also}), false)"


def _integer(text: str) -> str:
    return _every(text, _WHOLE)


def _number(text: str) -> str:
    return _every(text, _WHOLE + r"(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,3})?", f"TRY_CAST({text} AS DOUBLE) IS NOT NULL")


def _boolean(text: str) -> str:
    return _every(text, "true|false|True|False|TRUE|FALSE")


def _date(text: str) -> str:
    return _every(text, DATE, f"NOT starts_with({text}, '0000-') AND TRY_CAST({text} AS DATE) IS NOT NULL")


def _datetime(text: str) -> str:
    """Take instants or local times; a column that mixes them has no one meaning."""
    exists = f"NOT starts_with({text}, '0000-') AND TRY_CAST({text} AS TIMESTAMP) IS NOT NULL"
    return f"{_every(text, DATETIME, exists)} AND count(DISTINCT regexp_matches({text}, {literal(ZONE)})) = 1"


_CANDIDATES: dict[str, Callable[[str], str]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
}


def infer_types(stage: Stage, layout: Layout, columns: Iterable[int]) -> dict[int, str]:
    """Find the types of some columns: what a sample leaves possible is proved on all rows."""
    open_ = {column: tuple(_CANDIDATES) for column in columns}
    possible = _holding(stage, layout, open_, f"WHERE rowid < {_SAMPLE}")
    untold = _blank(stage, layout, [column for column, types in possible.items() if not types])
    possible |= {column: tuple(_CANDIDATES) for column in untold}
    proved = _holding(stage, layout, {column: types for column, types in possible.items() if types})
    return {column: next(iter(proved.get(column, ())), "string") for column in open_}


def _holding(
    stage: Stage, layout: Layout, asked: dict[int, tuple[str, ...]], where: str = ""
) -> dict[int, tuple[str, ...]]:
    """Keep the types that hold for every cell looked at; a column without a value has none."""
    questions = [(column, kind) for column, types in asked.items() for kind in types]
    if not questions:
        return {}
    tests = ", ".join(_CANDIDATES[kind](present(layout, column)) for column, kind in questions)
    held = {question for question, answer in zip(questions, stage.rows(tests, where)[0], strict=True) if answer}
    return {column: tuple(kind for kind in types if (column, kind) in held) for column, types in asked.items()}


def _blank(stage: Stage, layout: Layout, columns: list[int]) -> list[int]:
    """List the columns that have no value in the sample but some further down."""
    if not columns:
        return []
    tests = ", ".join(
        f"count({text}) FILTER (rowid < {_SAMPLE}) = 0 AND count({text}) > 0"
        for text in (present(layout, column) for column in columns)
    )
    return [column for column, answer in zip(columns, stage.rows(tests)[0], strict=True) if answer]
