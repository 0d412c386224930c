"""Lets the rows of a table pass one by one: data goes on in even rows, and all else is set apart with its reason."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from app.publishing.decoding import Unreadable
from app.publishing.examination import SetApart
from app.publishing.grids import FilledCell, Record, RowChange, Survey
from app.publishing.repair.choices import Choices
from app.publishing.structure.cells import is_note, may_be_note, opens_note

MOST_APART = 100_000
MOST_FILLED = 1_000_000
MOST_RUNS = 8_000_000
_MOST_CHARACTERS = 16 << 20
_HELD = 50
_PIECES = 8
_MOST_BLANKS = 100_000
_SHOWN_LINES = 20


class TooNarrow(Exception):
    """There are cells with words beyond the columns that the first rows have."""


@dataclass(slots=True)
class Apart:
    """What is set apart. Blank lines that follow each other become one range."""

    listed: list[SetApart] = field(default_factory=list)
    count: int = 0
    characters: int = 0

    def add(self, reason: str, line: int, cells: Sequence[str] = ()) -> None:
        """Set one row apart. Raises `Unreadable` where a file has more of it than data can have."""
        self.count += 1
        last = self.listed[-1] if self.listed else None
        if last and not cells and not last.cells and last.reason == reason and last.last == line - 1:
            self.listed[-1] = SetApart(reason, last.first, line)
            return
        self.characters += sum(map(len, cells))
        if len(self.listed) >= MOST_APART or self.characters > _MOST_CHARACTERS:
            raise Unreadable("table-not-understood", line, seen=reason)
        self.listed.append(SetApart(reason, line, line, tuple(cells)))


@dataclass(slots=True)
class Changes:
    """Counts what rules change in whole rows, whether they are to or not."""

    choices: Choices
    counts: dict[str, int] = field(default_factory=dict)
    runs: dict[str, array[int]] = field(default_factory=dict)

    def add(self, rule: str, line: int, count: int = 1) -> bool:
        """Count a row, and say whether the rule is to be applied."""
        self.counts[rule] = self.counts.get(rule, 0) + count
        runs = self.runs.setdefault(rule, array("q"))
        if runs and line - runs[-1] <= 1:
            runs[-1] = line
        elif len(runs) < 2 * MOST_RUNS:
            runs.extend((line, line))
        else:
            raise Unreadable("table-not-understood", line, seen=rule)
        return self.choices.applies(rule)

    def listed(self) -> tuple[RowChange, ...]:
        """Answer all counts in the order in which they began."""
        return tuple(
            RowChange(rule, count, _first_lines(self.runs[rule]), self.choices.applies(rule), self.runs[rule])
            for rule, count in self.counts.items()
        )


def _first_lines(runs: Sequence[int]) -> tuple[int, ...]:
    pairs = zip(runs[: 2 * _SHOWN_LINES : 2], runs[1 : 2 * _SHOWN_LINES : 2], strict=True)
    return tuple(islice((line for first, last in pairs for line in range(first, last + 1)), _SHOWN_LINES))


@dataclass(slots=True)
class Sieve:
    """The rows of one table. `width` columns of the region, of which `kept` go on (all where that is `None`).

    `words` are those of merged cells, by line. `again` are names that stand once more amid the data.
    """

    width: int
    choices: Choices
    apart: Apart
    kept: tuple[int, ...] | None = None
    words: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    again: tuple[str, ...] = ()
    strict: bool = False
    survey: Survey = field(default_factory=Survey)
    changes: Changes = field(init=False)
    filled: list[FilledCell] = field(default_factory=list)
    blank_at_end: int = 0
    uneven: int = 0
    _waiting: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Count by the same choices."""
        self.changes = Changes(self.choices)

    def rows(self, records: Iterator[Record]) -> Iterator[list[str]]:
        """Hand on the cells of data. Raises `TooNarrow`, and `Unreadable` where most of a file is none."""
        width, few = self.width, min(2, self.width - 1)
        for record in records:
            cells = record[1]
            joined = "".join(cells)
            if not joined or joined.isspace():
                yield from self._blank(record)
            elif len(cells) - cells.count("") <= few and is_note(self._padded(cells)):
                yield from self._note(record)
            elif self._may_be_note(cells) or (self.again and tuple(cells[:width]) == self.again):
                yield from self._perhaps(record)
            else:
                if self._waiting:
                    yield from self._flushed()
                yield self._data(record)
        yield from self._ended()

    def _may_be_note(self, cells: list[str]) -> bool:
        full = len(cells) - cells.count("")
        return (full <= 1 or (full <= _PIECES and opens_note(cells[0]))) and may_be_note(self._padded(cells))

    def _padded(self, cells: list[str]) -> list[str]:
        return cells if len(cells) >= self.width else cells + [""] * (self.width - len(cells))

    def _blank(self, record: Record) -> Iterator[list[str]]:
        if not self._waiting and self.choices.applies("blank-rows-apart"):
            # Nothing is held back: a million blank lines cost no more than one. Whether they end it is seen later.
            self.blank_at_end += bool(record[1])
            self.changes.add("blank-rows-apart", record[0])
            self.apart.add("blank-rows-apart", record[0])
            return
        self._waiting.append(record)
        if len(self._waiting) > (_HELD if self.choices.applies("blank-rows-apart") else _MOST_BLANKS):
            if not self.choices.applies("blank-rows-apart"):
                raise Unreadable("blank-row", self._waiting[0][0])
            yield from self._flushed()

    def _note(self, record: Record) -> Iterator[list[str]]:
        if self.changes.add("notes-apart", record[0]):
            if self._waiting:
                yield from self._flushed(to_end=True)
            self.apart.add("notes-apart", record[0], record[1])
        else:
            yield from self._flushed()
            yield self._data(record)

    def _perhaps(self, record: Record) -> Iterator[list[str]]:
        if self.again and tuple(record[1][: self.width]) == self.again:
            yield from self._flushed()
            if self.changes.add("notes-apart", record[0]):
                self.apart.add("notes-apart", record[0], record[1])
            else:
                yield self._data(record)
            return
        self._waiting.append(record)
        if len(self._waiting) > _HELD:
            yield from self._flushed()

    def _flushed(self, *, to_end: bool = False) -> Iterator[list[str]]:
        """Let go what was held back: it is data after all, but for blank rows. A note below keeps the end open."""
        if to_end and len(self._waiting) <= _HELD:
            return
        waiting, self._waiting = self._waiting, []
        for record in waiting:
            if "".join(record[1]).strip() or not self.changes.add("blank-rows-apart", record[0]):
                yield self._data(record)
            else:
                self.apart.add("blank-rows-apart", record[0])

    def _ended(self) -> Iterator[list[str]]:
        """Set what was held back apart, unless it is all that the table has: then it is the data."""
        if not self.survey.rows:
            yield from self._flushed()
        for record in self._waiting:
            if not "".join(record[1]).strip():
                self.blank_at_end += bool(record[1])
                self.changes.add("blank-rows-apart", record[0])
                self.apart.add("blank-rows-apart", record[0])
            elif self.changes.add("notes-apart", record[0]):
                self.apart.add("notes-apart", record[0], record[1])
            else:
                yield self._data(record)
        self._waiting = []

    def _data(self, record: Record) -> list[str]:
        line, cells = record
        if self.blank_at_end:
            self.blank_at_end = 0
        if len(cells) != self.width:
            cells = self._evened(line, cells)
        if line in self.words:
            cells = self._filled(line, cells)
        if self.kept is not None and len(cells) == self.width:
            cells = [cells[column] for column in self.kept]
        self.survey.place(line)
        self.survey.rows += 1
        self.survey.characters += len("".join(cells))
        return cells

    def _evened(self, line: int, cells: list[str]) -> list[str]:
        self.uneven += 1
        if len(cells) < self.width:
            if "".join(cells).strip() and self.changes.add("short-rows-filled", line):
                return cells + [""] * (self.width - len(cells))
        elif "".join(cells[self.width :]).strip():
            if not self.strict:
                raise TooNarrow
        elif self.changes.add("long-rows-cut", line):
            return cells[: self.width]
        self.survey.even = False
        return cells

    def _filled(self, line: int, cells: list[str]) -> list[str]:
        cells = list(cells)
        apply = self.choices.applies("merged-cells-filled")
        for column, word in self.words[line].items():
            if column < len(cells) and not cells[column]:
                place = column if self.kept is None else self.kept.index(column) if column in self.kept else None
                if place is not None and len(self.filled) < MOST_FILLED:
                    self.filled.append(FilledCell(self.survey.rows, place, word))
                if apply:
                    cells[column] = word
        return cells
