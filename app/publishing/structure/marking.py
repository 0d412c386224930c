"""What the rows set apart say of a file, as marks."""

from __future__ import annotations

from collections.abc import Iterable

from app.catalog.record import Mark
from app.publishing.grids import Grid

_MARKS = {"preamble-apart": "preamble", "notes-apart": "notes", "blank-rows-apart": "blank-rows"}
_SHOWN = 5


def marks_of(grid: Grid, facts: Iterable[Mark]) -> tuple[Mark, ...]:
    """List the marks of a grid: the facts noted while it was read, and what was set apart or was not."""
    marks = list(facts)
    for rule, code in _MARKS.items():
        of = [each for each in grid.apart if each.reason == rule]
        if of:
            places = tuple(f"line {each.first}" for each in of[:_SHOWN])
            marks.append(Mark(code, sum(each.count for each in of), places, mended=True))
        marks.extend(
            Mark(code, change.count, tuple(f"line {line}" for line in change.lines[:_SHOWN]))
            for change in grid.row_changes
            if change.rule == rule and not change.applied
        )
    return tuple(marks)
