"""Rows of units right below the names of columns: (千円), (人) or %, each in its column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from app.publishing.forms.units import UNITS
from app.publishing.structure.cells import filled, mostly_values

_LONGEST = 20
_BRACKETED = re.compile("[(\\[【〔<](.{1,18})[)\\]】〕>]")
# What stands in such rows in columns that have no unit.
_BESIDE = frozenset({"年", "年度", "年次", "月", "日", "単位"})


def unit_in(cell: str) -> str:
    """Answer the unit that is all that a cell says, as the portal writes it, or nothing."""
    return UNITS.get(_written(cell), "")


def is_row_of_units(cells: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Say whether a row has units only, two of them or one in brackets, each in a column of values."""
    shown = filled(cells)
    units = [column for column in shown if unit_in(cells[column])]
    if not all(column in units or _written(cells[column]) in _BESIDE for column in shown):
        return False
    sure = len(units) > 1 or any(_written(cells[column]) != cells[column].strip() for column in units)
    return sure and all(mostly_values(body, column) for column in units)


def _written(cell: str) -> str:
    word = unicodedata.normalize("NFKC", cell.strip()) if len(cell) <= _LONGEST else ""
    match = _BRACKETED.fullmatch(word)
    return match[1].strip() if match else word
