"""What JSON and YAML are checked for alike, and the place of a fault in their text."""

from __future__ import annotations

from app.kernel.report import Problem
from app.publishing.descriptor.limits import MAX_DEPTH
from app.publishing.problems import problem

_SHOWN_LINE = 100


def fault_at(code: str, text: str, position: int, file: str) -> Problem:
    """Name the row and column of a position, and show its line."""
    start = text.rfind("\n", 0, position) + 1
    line = text[start : start + _SHOWN_LINE].partition("\n")[0]
    row = text.count("\n", 0, position) + 1
    return problem(code, file=file, row=row, column=str(position - start + 1), value=line, limit=MAX_DEPTH)


def has_surrogate(words: str) -> bool:
    """Say whether half a character is among the letters, which no file can hold."""
    return any("\ud800" <= letter <= "\udfff" for letter in words)
