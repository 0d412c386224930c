"""Notes on what a measure left out: a mean without empty cells must not look like one with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.query.answer import Note
from app.query.question import Function

if TYPE_CHECKING:
    from app.catalog.record import Column
    from app.query.answer import OutColumn


def is_full(column: Column | None) -> bool:
    """Say whether it is known that no cell of a column is empty."""
    return column is not None and column.profile is not None and not column.profile.missing


def left_out_of(column: OutColumn, count: int) -> Note:
    """Say how many empty cells a measure left out."""
    named = column.column.name if column.column else ""
    what = {Function.COUNT: ("数えて", "counted")}.get(column.function or Function.COUNT, ("計算に入れて", "used"))
    return Note(
        "empty-cells-left-out",
        Text(
            f"「{named}」が空欄の {count:,} 行は{what[0]}いません。",
            f"{count:,} rows whose “{named}” is empty were not {what[1]}.",
        ),
        column.name,
        count,
    )
