"""Numbers that JSON has not (RFC 8259, 6): they are null there, and a note must say that they were not empty."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.query.answer import Note

if TYPE_CHECKING:
    from app.query.answer import Answer


def unwritable(answer: Answer) -> tuple[Note, ...]:
    """Say of each column how many of its cells are NaN or infinite."""
    places = [number for number, column in enumerate(answer.columns) if column.type == "number"]
    counts = {answer.columns[place].name: sum(_is_none(row[place]) for row in answer.rows) for place in places}
    return tuple(_note(name, count) for name, count in counts.items() if count)


def _is_none(cell: object) -> bool:
    return isinstance(cell, float) and not math.isfinite(cell)


def _note(column: str, count: int) -> Note:
    return Note(
        "not-finite-numbers",
        Text(
            f"「{column}」の {count:,} 件は NaN か無限大で、JSON では null になります。csv などではそのまま読めます。",
            f"{count:,} cells of “{column}” are NaN or infinite, which JSON writes as null; csv, for one, writes them.",
        ),
        column,
        count,
    )
