"""A data file as plain rows of text: a clean CSV file, its column names, and the way back to the publisher's lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.publishing.decoding import Unreadable
from app.publishing.remarks import Remarks

MOST_COLUMNS = 4_096  # DuckDB holds a vector per column: 8,192 still fit in 4 GB, 16,384 did not
LONGEST_NAME = 200
_MOST_WAITING = 100_000
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")

Record = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Lines:
    """Where rows stand in the file. From row `starts[i]` on (counted from 0), line = row + `shifts[i]`."""

    header: int
    starts: tuple[int, ...]
    shifts: tuple[int, ...]

    def line(self, row: int) -> int:
        """Answer the line, counted from 1, on which a row of data begins."""
        return row + self.shifts[bisect_right(self.starts, row) - 1]


@dataclass(frozen=True, slots=True)
class Grid:
    """`csv` is UTF-8, comma, header first; `unchanged` where it is the source itself.

    `even` says that every row has a cell for every column and none is an empty line. `rows` and `characters`
    (of all cells of data) let another reader prove that it sees the same.
    """

    csv: Path
    unchanged: bool
    labels: tuple[str, ...]
    lines: Lines
    rows: int
    characters: int
    even: bool
    encoding: str = ""


@dataclass(slots=True)
class Survey:
    """What a pass over the rows of data counts."""

    width: int
    rows: int = 0
    characters: int = 0
    even: bool = True
    trailing: int = 0
    empty_lines: int = 0
    starts: list[int] = field(default_factory=list)
    shifts: list[int] = field(default_factory=list)

    def records(self, records: Iterator[Record]) -> Iterator[list[str]]:
        """Hand the cells on and count them. Rows of nothing at the end of the file are left out."""
        shift = None
        for line, cells in self._without_trailing_blanks(records):
            if len(cells) != self.width:
                self.even = False
            if line - self.rows != shift:
                shift = line - self.rows
                self.starts.append(self.rows)
                self.shifts.append(shift)
            self.rows += 1
            self.characters += sum(map(len, cells))
            yield cells

    def lines(self, header: int) -> Lines:
        """Answer the way back from rows to lines."""
        return Lines(header, tuple(self.starts) or (0,), tuple(self.shifts) or (header + 1,))

    def _without_trailing_blanks(self, records: Iterator[Record]) -> Iterator[Record]:
        waiting: list[Record] = []
        for record in records:
            if any(record[1]):
                if waiting:
                    yield from waiting
                    waiting.clear()
                yield record
            elif len(waiting) < _MOST_WAITING:
                waiting.append(record)
            else:
                raise Unreadable("blank-row", waiting[0][0])
        self.empty_lines = sum(not cells for _, cells in waiting)
        self.trailing = len(waiting) - self.empty_lines


def repaired(labels: list[str], header: int, remarks: Remarks) -> tuple[str, ...]:
    """Give every column a name of its own where no schema holds us to the names as they are."""
    written = {label.lower() for label in labels}
    names: dict[str, str] = {}
    for number, label in enumerate(labels, start=1):
        name = _CONTROLS.sub(" ", label).strip()[:LONGEST_NAME] or f"column_{number}"
        if name.lower() in names or (name != label and name.lower() in written):
            name = _next_free(name, written | names.keys())
        names[name.lower()] = name
        if name != label:
            remarks.add("label-repaired", row=header, column=name, value=label, number=number)
    return tuple(names.values())


def _next_free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}".lower() in taken:
        number += 1
    return f"{name}_{number}"
