"""A table of a data file as plain rows of text: a clean CSV file, its names, and the way back to the file's lines.

What was done to bring it into that form stands beside it, complete: rows set apart, names changed, cells filled.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.catalog.record import Mark
from app.publishing.examination import SetApart

MOST_COLUMNS = 4_096  # DuckDB holds a vector per column: 8,192 still fit in 4 GB, 16,384 did not
LONGEST_NAME = 200
COPY = "table.csv"

Record = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Lines:
    """Where rows stand in the file. From row `starts[i]` on (counted from 0), line = row + `shifts[i]`."""

    header: int
    starts: Sequence[int]
    shifts: Sequence[int]

    def line(self, row: int) -> int:
        """Answer the line, counted from 1, on which a row of data begins."""
        return row + self.shifts[bisect_right(self.starts, row) - 1]

    def row(self, line: int) -> int | None:
        """Answer the row of data that begins on a line or spans it; `None` above the data. The last has no end."""
        place = bisect_right(range(len(self.starts)), line, key=lambda each: self.starts[each] + self.shifts[each]) - 1
        if place < 0:
            return None
        row = line - self.shifts[place]
        return min(row, self.starts[place + 1] - 1) if place + 1 < len(self.starts) else row


@dataclass(frozen=True, slots=True)
class RowChange:
    """How often a rule changes whole rows or columns, and the first lines; with `applied` false it only would.

    `runs` has all lines, as first and last of each run in turn.
    """

    rule: str
    count: int
    lines: tuple[int, ...] = ()
    applied: bool = True
    runs: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class HeaderChange:
    """A column (counted from 0) whose name is another one than in the file, or would be if the rule were applied."""

    rule: str
    number: int
    before: str
    after: str
    applied: bool = True


@dataclass(frozen=True, slots=True)
class FilledCell:
    """A cell that is empty in the file because it is merged with another one, whose word belongs here too."""

    row: int
    column: int
    after: str


@dataclass(frozen=True, slots=True)
class Grid:
    """`csv` is UTF-8, comma, header first; `unchanged` where it is the source itself.

    `even` says that every row has a cell for every column and none is an empty line. `rows` and `characters`
    (of all cells of data) let another reader prove that it sees the same. `rows_in` = `rows` + all of `apart`;
    the rows of the header are in neither. `title` is the sheet's name or the line above one of several tables.
    """

    csv: Path
    unchanged: bool
    labels: tuple[str, ...]
    lines: Lines
    rows: int
    characters: int
    even: bool
    encoding: str = ""
    title: str = ""
    rows_in: int = 0
    apart: tuple[SetApart, ...] = ()
    row_changes: tuple[RowChange, ...] = ()
    header_changes: tuple[HeaderChange, ...] = ()
    filled: tuple[FilledCell, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(slots=True)
class Survey:
    """What a pass over the rows of data counts."""

    rows: int = 0
    characters: int = 0
    even: bool = True
    starts: array[int] = field(default_factory=lambda: array("q"))
    shifts: array[int] = field(default_factory=lambda: array("q"))

    def place(self, line: int) -> None:
        """Note the line on which the next row begins."""
        shift = line - self.rows
        if not self.shifts or shift != self.shifts[-1]:
            self.starts.append(self.rows)
            self.shifts.append(shift)

    def lines(self, header: int) -> Lines:
        """Answer the way back from rows to lines."""
        return Lines(header, self.starts or (0,), self.shifts or (header + 1,))
