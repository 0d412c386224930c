"""Reads the tables of one sheet or text file into grids, by what was found of their structure and what is chosen."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path

from app.catalog.record import Mark
from app.publishing import progress
from app.publishing.decoding import Unreadable
from app.publishing.grids import COPY, MOST_COLUMNS, Grid, HeaderChange, Record, RowChange
from app.publishing.remarks import Remarks
from app.publishing.repair.choices import Choices
from app.publishing.structure.cells import cell_at, filled, is_blank, is_note
from app.publishing.structure.headers import Header, find_header
from app.publishing.structure.labels import Naming
from app.publishing.structure.marking import marks_of
from app.publishing.structure.merging import Merge, Merges, find_merges
from app.publishing.structure.sieve import Apart, Sieve, TooNarrow
from app.publishing.structure.splitting import find_beside, find_stacked, is_introduction

MOST_HELD = 20_000
_NOTED = 4_096
_MOST_HELD_CHARACTERS = 32 << 20
_MOST_HELD_CELLS = 4_000_000
_HEAD = 200
_MOST_TABLES = 500
_OFTEN = 0.5
_SHOWN_MERGES = 1_000


@dataclass(frozen=True, slots=True)
class Given:
    """A header that a dialect declares: its line, its names, and how many records pass before the data.

    `rows` are those of these records that are the header.
    """

    line: int
    labels: tuple[str, ...]
    skipped: int
    rows: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Records that can be read again and again. `exact` says that every cell knows its column.

    A record's line is where it begins. `marks` are what else was noted of the sheet.
    """

    open: Callable[[], AbstractContextManager[Iterator[Record]]]
    title: str = ""
    encoding: str = ""
    join: str = "_"
    merges: tuple[Merge, ...] = ()
    exact: bool = False
    given: Given | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is chosen, and the names of the declared schema, where there is one with names."""

    choices: Choices
    has_schema: bool = False
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One table: records from `start` to `end` (`None`: to the end of the file), columns from `left` to `right`."""

    start: int
    end: int | None
    header: Header
    left: int
    right: int
    title: str = ""


@dataclass(slots=True)
class SheetReader:
    """Holds the first records of a sheet, or all of a small one, and reads its tables."""

    sheet: Sheet
    folder: Path
    remarks: Remarks
    wishes: Wishes
    held: list[Record] = field(default_factory=list)
    whole: bool = True
    merges: Merges = field(default_factory=Merges)
    declined: list[RowChange] = field(default_factory=list)

    def read(self, number: int = 0) -> tuple[Grid, ...]:
        """Read all tables; their files are numbered from `number` on. Raises `Unreadable`."""
        self._hold()
        rows = [cells for _, cells in self.held]
        self.merges = find_merges(rows, self.sheet.merges)
        parts = self._parts(rows)
        if self.wishes.has_schema and not self._fits(parts, rows):
            parts = [self._plain(rows)]
        several = len(parts) > 1
        grids = []
        doubles = [part.title for part in parts]
        for place, part in enumerate(parts):
            _check_width(part.right - part.left, self._line(part))
            if several and doubles.count(part.title) > 1:
                part = replace(part, title=f"{part.title or self.sheet.title} {place + 1}".strip())  # noqa: PLW2901 - the same, with its number
            grids.append(self._grid(part, self._file(number + place), place, several=several))
        return tuple(grids)

    def _file(self, number: int) -> Path:
        return self.folder / (f"table-{number + 1}.csv" if number else COPY)

    def _hold(self) -> None:
        characters = cells = 0
        with self.sheet.open() as records:
            for record in records:
                characters += sum(map(len, record[1]))
                cells += len(record[1])
                if len(self.held) == MOST_HELD or characters > _MOST_HELD_CHARACTERS or cells > _MOST_HELD_CELLS:
                    self.whole = False
                    del self.held[_HEAD:]
                    return
                self.held.append(record)

    # --- where the tables are ---

    def _parts(self, rows: list[list[str]]) -> list[_Part]:
        if not rows:
            raise Unreadable("source-error")
        if self.sheet.given:
            return [self._declared(self.sheet.given)]
        if not any(map(filled, rows)):
            raise Unreadable("blank-header", 1)
        if not self.wishes.choices.applies("preamble-apart"):
            header = find_header(rows, self.merges, 0, len(rows), self.sheet.join)
            if header and header.first:
                self._decline("preamble-apart", range(header.first))
            return [self._plain(rows)]
        parts = self._found(rows)
        if not parts:
            raise Unreadable("table-not-understood", self.held[0][0], seen=_seen(rows))
        first = min(part.start for part in parts)
        parts = [replace(part, start=0) if part.start == first else part for part in parts]
        return parts if self.whole else [replace(part, end=None) for part in parts]

    def _found(self, rows: list[list[str]]) -> list[_Part]:
        """Find the header of each segment; one without is part of the table above, one that only tells of the next."""
        segments = self._segments(rows)
        parts: list[_Part] = []
        top = 0
        for (start, end), following in zip(segments, [*(end for _, end in segments[1:]), None], strict=True):
            header = find_header(rows, self.merges, start, end, self.sheet.join)
            if header is not None and following and is_introduction(rows, header, start, end, following):
                continue
            if header is not None:
                parts += self._beside(rows, top, end, header)
            elif parts:
                parts[-1] = replace(parts[-1], end=end)
            top = end
        return parts

    def _segments(self, rows: list[list[str]]) -> list[tuple[int, int]]:
        found = find_stacked(rows, 0, len(rows)) if self.whole else []
        if len(found) > 1 and not self.wishes.choices.applies("tables-split"):
            self._decline("tables-split", [start for start, _ in found])
            return [(0, len(rows))]
        if len(found) > _MOST_TABLES:
            raise Unreadable("table-not-understood", self.held[found[_MOST_TABLES][0]][0], seen="tables")
        return found or [(0, len(rows))]

    def _decline(self, rule: str, rows: Sequence[int]) -> None:
        """Note what a rule would do that is not to be applied."""
        lines = [self.held[row][0] for row in rows]
        runs = [line for line in lines for _ in range(2)]
        self.declined.append(RowChange(rule, len(rows), tuple(lines[:20]), applied=False, runs=runs))

    def _beside(self, rows: list[list[str]], start: int, end: int, header: Header) -> list[_Part]:
        header = self._one_row(header, rows)
        body = [cells for cells in rows[header.body : end] if not is_note(cells)]
        width = self._width(header, rows, end)
        _check_width(width, self.held[header.first][0])
        columns = [(0, width)]
        if self.whole and header.rows:
            columns = find_beside([cell_at(header.labels, column) for column in range(width)], body)
        if len(columns) > 1 and not self.wishes.choices.applies("tables-split"):
            self._decline("tables-split", header.rows)
            columns = columns[:1]
        if len(columns) == 1:
            columns = [(0, width)]
        title = self._title(rows, start, header.first)
        return [_Part(start, end, header, left, right, title) for left, right in columns]

    def _one_row(self, header: Header, rows: list[list[str]]) -> Header:
        if len(header.rows) == 1 or not header.rows or self.wishes.choices.applies("header-joined"):
            return header
        self._decline("header-joined", header.rows)
        return Header(header.rows[:1], header.rows[0] + 1, tuple(rows[header.rows[0]]))

    def _width(self, header: Header, rows: list[list[str]], end: int) -> int:
        """Count the columns: those named, and others with words in a place that most rows have.

        Where only a few rows are that long, a delimiter stands where it should not, and all else may be displaced.
        """
        named = max(filled(header.labels), default=-1) + 1
        if self.wishes.has_schema and not self.sheet.exact and header.rows:
            named = len(rows[header.rows[-1]])  # a schema holds us to every cell of its header
        body = [cells for cells in rows[header.body : end] if not is_note(cells)]
        beyond = {
            column for cells in body for column in range(named, min(len(cells), MOST_COLUMNS)) if cells[column].strip()
        }
        if self.sheet.exact:
            return max(named, max(beyond, default=-1) + 1)
        if not named or not beyond or not self.wishes.choices.applies("header-named"):
            return named or max(beyond, default=-1) + 1
        lengths = sorted(map(len, body))
        far = [column for column in beyond if len(body) - bisect_right(lengths, column) >= _OFTEN * len(body)]
        return max(named, max(far, default=-1) + 1)

    def _title(self, rows: list[list[str]], start: int, end: int) -> str:
        for cells in reversed(rows[start:end]):
            if shown := filled(cells):
                return cells[shown[0]].strip()[:200] if not is_note(cells) else ""
        return ""

    def _declared(self, given: Given) -> _Part:
        header = Header((given.skipped - 1,) if given.skipped else (), given.skipped, given.labels)
        return _Part(given.skipped, None, header, 0, len(given.labels))

    def _plain(self, rows: list[list[str]]) -> _Part:
        labels = rows[0]
        if not any(label.strip() for label in labels):
            raise Unreadable("blank-header", self.held[0][0])
        width = len(labels)
        if self.sheet.exact:
            width = max(max(filled(cells), default=-1) + 1 for cells in rows)
        header = Header((0,), 1, tuple(cell_at(labels, column) for column in range(width)))
        return _Part(0, None if not self.whole else len(rows), header, 0, width)

    def _fits(self, parts: list[_Part], rows: list[list[str]]) -> bool:
        """A declared schema is never left for a structure that fits it less well."""
        if self.sheet.given or self.wishes.names is None or parts[0].header.rows == (0,):
            return len(parts) == 1 or self.wishes.names is None
        wanted = set(self.wishes.names)
        found = [len(wanted.intersection(part.header.labels[part.left : part.right])) for part in parts]
        return max(found) > 0 and max(found) >= len(wanted.intersection(rows[0]))

    # --- one table ---

    def _grid(self, part: _Part, target: Path, place: int, *, several: bool) -> Grid:
        labels = [cell_at(part.header.labels, column) for column in range(part.left, part.right)]
        strict = not self._may_widen(part)
        while True:
            kept = self._kept(part, labels)
            apart = Apart()
            self._set_preamble_apart(part, apart)
            line = self._line(part)
            headless = not part.header.rows and not self.sheet.given
            naming = Naming(self.wishes.choices, self.remarks, line, headless=headless)
            written = [labels[column] for column in kept]
            names = tuple(written) if self.wishes.has_schema and not headless else naming.name(written)
            all_kept = None if len(kept) == len(labels) else tuple(kept)
            sieve = Sieve(
                len(labels), self.wishes.choices, apart, all_kept, self._words(part), self._again(part, labels), strict
            )
            try:
                self._write(part, target, names, sieve)
            except TooNarrow:
                labels += [""] * (self._widest(part) - len(labels))
                strict = True
                continue
            break
        if sieve.blank_at_end and not several:
            last = sieve.survey.lines(line).line(sieve.survey.rows - 1) if sieve.survey.rows else line
            self.remarks.add("blank-rows-at-end", row=last + 1, count=sieve.blank_at_end)
        title = self._name(part, place, several=several)
        changes = (*self._shape_changes(part, len(labels) - len(kept), several=several), *sieve.changes.listed())
        headers = (*self._header_changes(part, kept, names), *naming.changes)
        listed = tuple(sorted(apart.listed, key=lambda each: each.first))
        grid = Grid(
            csv=target,
            unchanged=False,
            labels=names,
            lines=sieve.survey.lines(line),
            rows=sieve.survey.rows,
            characters=sieve.survey.characters,
            even=sieve.survey.even,
            encoding=self.sheet.encoding,
            title=title,
            rows_in=sieve.survey.rows + apart.count,
            apart=listed,
            row_changes=changes,
            header_changes=headers,
            filled=tuple(sieve.filled),
        )
        return replace(grid, marks=marks_of(grid, self._facts(part, labels, kept, sieve, several=several)))

    def _may_widen(self, part: _Part) -> bool:
        return not self.whole and not part.end and self.wishes.choices.applies("header-named") and self.sheet.exact

    def _line(self, part: _Part) -> int:
        if self.sheet.given:
            return self.sheet.given.line
        return self.held[part.header.rows[-1]][0] if part.header.rows else 0

    def _words(self, part: _Part) -> dict[int, dict[int, str]]:
        """Take the words of merged cells among the data; what goes across most of the table is a heading, not data."""
        width = part.right - part.left
        found: dict[int, dict[int, str]] = {}
        for number, words in self.merges.words.items():
            if part.header.body <= number < (part.end or len(self.held)):
                kept = {column - part.left: word for column, word in words.items() if part.left <= column < part.right}
                alone = len(filled(self.held[number][1][part.left : part.right])) <= 1
                if kept and not (alone and 2 * len(kept) >= width):
                    found[self.held[number][0]] = kept
        return found

    def _again(self, part: _Part, labels: list[str]) -> tuple[str, ...]:
        """Names that come again amid the data were repeated for a new page."""
        return tuple(labels) if len(part.header.rows) == 1 and len(labels) > 1 and not self.sheet.given else ()

    def _kept(self, part: _Part, labels: list[str]) -> list[int]:
        every = list(range(len(labels)))
        unnamed = {column for column, label in enumerate(labels) if is_blank(label)}
        if not unnamed or not part.header.rows or self.wishes.has_schema or self.sheet.given:
            return every
        for _, cells in self._body(part):
            if not unnamed:
                break
            if not is_note(cells):
                unnamed -= {column for column in unnamed if not is_blank(cell_at(cells, column))}
        if unnamed and not self.wishes.choices.applies("blank-columns-apart"):
            left = RowChange("blank-columns-apart", len(unnamed), applied=False)
            if left not in self.declined:  # a table that turns out wider is looked at once more
                self.declined.append(left)
            return every
        return [column for column in every if column not in unnamed] or every

    def _widest(self, part: _Part) -> int:
        return min(MOST_COLUMNS, max(max(filled(cells), default=-1) + 1 for _, cells in self._body(part)))

    def _body(self, part: _Part) -> Iterator[Record]:
        """Read the records of data, cut to the columns of the table where others stand beside it."""
        records = self._records(part)
        if not part.left and not self.sheet.exact and not self._stands_beside(part):
            return records
        return ((line, cells[part.left : part.right]) for line, cells in records)

    def _stands_beside(self, part: _Part) -> bool:
        return any(not is_blank(label) for label in part.header.labels[part.right :])

    def _records(self, part: _Part) -> Iterator[Record]:
        if self.whole:
            yield from self.held[part.header.body : part.end]
            return
        with self.sheet.open() as records:
            yield from islice(records, part.header.body, None)

    def _set_preamble_apart(self, part: _Part, apart: Apart) -> None:
        above = self.held[part.start : part.header.first]
        if self.sheet.given:
            above = [self.held[row] for row in range(part.header.body) if row not in self.sheet.given.rows]
        for line, cells in above:
            if filled(cells):
                apart.add("preamble-apart", line, cells)
            else:
                apart.add("blank-rows-apart", line)

    def _write(self, part: _Part, target: Path, names: tuple[str, ...], sieve: Sieve) -> None:
        with target.open("w", encoding="utf-8", newline="") as clean:
            writer = csv.writer(clean, lineterminator="\r\n")
            writer.writerow(names)
            rows = sieve.rows(self._body(part))
            while piece := list(islice(rows, _NOTED)):
                writer.writerows(piece)
                progress.note("reading", self.remarks.resource, sieve.survey.rows)

    def _name(self, part: _Part, place: int, *, several: bool) -> str:
        if not several:
            return self.sheet.title
        return part.title or f"{self.sheet.title} {place + 1}".strip()

    def _shape_changes(self, part: _Part, left_out: int, *, several: bool) -> list[RowChange]:
        found = list(self.declined)
        if left_out:
            found.append(RowChange("blank-columns-apart", left_out))
        if several:
            found.append(RowChange("tables-split", 1, (self._line(part),)))
        return found

    def _header_changes(self, part: _Part, kept: list[int], names: tuple[str, ...]) -> list[HeaderChange]:
        if len(part.header.rows) < 2:  # noqa: PLR2004 - of one row nothing is joined
            return []
        parts = part.header.parts[part.left : part.right]
        return [
            HeaderChange("header-joined", number, "\n".join(parts[column]), part.header.labels[part.left + column])
            for number, column in enumerate(kept)
            if column < len(parts) and len(parts[column]) > 1 and number < len(names)
        ]

    def _facts(self, part: _Part, labels: list[str], kept: list[int], sieve: Sieve, *, several: bool) -> list[Mark]:
        """Note what the places of rows and names show, beyond what a grid says of itself."""
        marks = list(self.sheet.marks)
        if part.header.first and part.header.rows and not self.sheet.given:
            marks.append(Mark("header-not-first", 1, (f"line {self.held[part.header.first][0]}",), mended=True))
        if not part.header.rows and not self.sheet.given:
            marks.append(Mark("no-header", 1, (), mended=False))
        if len(part.header.rows) > 1:
            places = tuple(f"line {self.held[row][0]}" for row in part.header.rows[:5])
            marks.append(Mark("header-of-several-rows", len(part.header.rows), places, mended=True))
        if several:
            marks.append(Mark("several-tables", 1, (f"line {self._line(part)}",), mended=True))
        ranges = [each for each in self.merges.ranges[:_SHOWN_MERGES] if each.top >= part.header.first]
        if ranges:
            mended = self.wishes.choices.applies("merged-cells-filled")
            marks.append(Mark("merged-cells", len(ranges), tuple(map(_range, ranges[:5])), mended=mended))
        if len(kept) < len(labels):
            marks.append(Mark("blank-columns", len(labels) - len(kept), (), mended=True))
        if sieve.uneven:
            marks.append(Mark("uneven-rows", sieve.uneven, (), mended=sieve.survey.even))
        return marks + (_label_marks(labels) if part.header.rows else [])


def _label_marks(labels: Sequence[str]) -> list[Mark]:
    shown = [label for label in labels if not is_blank(label)]
    doubles = [label for label, count in Counter(shown).items() if count > 1]
    breaks = [label for label in shown if "\n" in label or "\r" in label]
    spaced = [label for label in shown if label != label.strip() or "\u3000\u3000" in label or "  " in label]
    unnamed = [f"column {number + 1}" for number, label in enumerate(labels) if is_blank(label)]
    found = {
        "duplicate-labels": doubles,
        "unnamed-columns": unnamed,
        "newlines-in-header": breaks,
        "layout-spaces": spaced,
    }
    return [Mark(code, len(each), tuple(map(_short, each[:5])), mended=True) for code, each in found.items() if each]


def _short(label: str) -> str:
    return " ".join(label.split())[:60]


def _range(merge: Merge) -> str:
    return f"{cell_name(merge.top, merge.left)}:{cell_name(merge.bottom, merge.right)}"


def cell_name(row: int, column: int) -> str:
    """Write a cell's place as spreadsheets do; both count from 0."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def _check_width(width: int, line: int) -> None:
    if width > MOST_COLUMNS:
        raise Unreadable("too-many-columns", line, count=width, limit=MOST_COLUMNS)


def _seen(rows: Sequence[Sequence[str]]) -> str:
    words = chain.from_iterable((cells[column].strip() for column in filled(cells)) for cells in rows[:20])
    return " / ".join(islice(words, 5))
