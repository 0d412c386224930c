"""CSV and its relatives: finds the dialect, reads strictly, and writes a clean copy only where one is needed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

from app.publishing.decoding import LONGEST_LINE, Encoding, Unreadable
from app.publishing.grids import MOST_COLUMNS, Grid, Record, Survey, repaired
from app.publishing.remarks import Remarks

COPY = "table.csv"
_DELIMITERS = ",\t;|"
_SAMPLE_LINES = 100
_ALIKE = 0.9
_KEYS = {
    "delimiter": "delimiter",
    "quoteChar": "quote",
    "doubleQuote": "double",
    "escapeChar": "escape",
    "skipInitialSpace": "skips_space",
    "header": "header",
    "headerRows": "header_rows",
    "headerJoin": "header_join",
    "commentChar": "comment",
    "commentRows": "comment_rows",
    "nullSequence": "null",
}
_IGNORED = frozenset(
    {"$schema", "lineTerminator", "caseSensitiveHeader", "csvddfVersion", "name", "title", "description"}
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file separates its cells (Table Dialect 2.0); the defaults are those of a clean file."""

    delimiter: str = ","
    quote: str | None = '"'
    double: bool = True
    escape: str | None = None
    skips_space: bool = False
    header: bool = True
    header_rows: tuple[int, ...] = (1,)
    header_join: str = " "
    comment: str | None = None
    comment_rows: tuple[int, ...] = ()
    null: str | None = None

    @property
    def header_ends(self) -> int:
        """How many records pass before the first row of data."""
        return max(self.header_rows) if self.header else 0

    def reader(self, lines: Iterable[str]) -> Any:
        """Make Python's reader. Raises `TypeError` or `ValueError` for characters it cannot use."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            doublequote=self.double or not self.escape,
            escapechar=self.escape,
            skipinitialspace=self.skips_space,
            strict=True,
        )


CLEAN = Dialect()


@dataclass(frozen=True, slots=True)
class Delimited:
    """A text file whose encoding and dialect are known. `names` are its columns' where it has no header."""

    source: Path
    encoding: Encoding
    dialect: Dialect
    names: tuple[str, ...] | None


def find_dialect(
    source: Path, encoding: Encoding, declared: dict[str, Any], tabs: str, remarks: Remarks
) -> Dialect | None:
    """Take the declared dialect and find what it leaves open. `tabs` is the delimiter the format stands for."""
    unknown = sorted(declared.keys() - _KEYS.keys() - _IGNORED)
    if unknown:
        remarks.add("dialect-not-supported", detail=", ".join(unknown))
        return None
    with source.open(encoding=encoding.codec, newline="") as text:
        sample = list(islice(text, _SAMPLE_LINES))
    found = {} if tabs == "," else {"delimiter": tabs}
    if "delimiter" not in declared and not found:
        found = _sniffed(sample)
    given = {_KEYS[key]: _frozen(value) for key, value in declared.items() if key in _KEYS and value is not None}
    dialect = Dialect(**(found | given))
    if not _makes_sense(dialect):
        remarks.add("dialect-error", detail=str(declared))
        return None
    return dialect


def read_delimited(file: Delimited, folder: Path, remarks: Remarks, *, has_schema: bool) -> Grid | None:
    """Read the file through once, twice where a copy turns out to be needed. `None` where it cannot be read."""
    try:
        header, labels = _header(file)
        if not _labels_fit(header, labels, remarks):
            return None
        names = tuple(labels) if has_schema else repaired(labels, header, remarks)
        if file.encoding.codec == "utf-8" and file.dialect == CLEAN and names == tuple(labels):
            survey, ends = _surveyed(file, len(names))
            if not survey.trailing + survey.empty_lines and ends != ("\r",):
                return _grid(file, file.source, names, survey, header)
        return copied(file, names, header, folder, remarks)
    except Unreadable as unreadable:
        remarks.add(unreadable.code, row=unreadable.row, **unreadable.details)
        return None


def copied(file: Delimited, names: tuple[str, ...], header: int, folder: Path, remarks: Remarks) -> Grid:
    """Write the rows as clean CSV (RFC 4180). Raises `Unreadable`."""
    copy = folder / COPY
    survey = Survey(len(names))
    with copy.open("w", encoding="utf-8", newline="") as clean, _rows(file) as rows:
        writer = csv.writer(clean, lineterminator="\r\n")
        writer.writerow(names)
        writer.writerows(survey.records(rows))
    if survey.trailing:
        remarks.add("blank-rows-at-end", row=survey.lines(header).line(survey.rows - 1) + 1, count=survey.trailing)
    return _grid(file, copy, names, survey, header)


def _grid(file: Delimited, clean: Path, names: tuple[str, ...], survey: Survey, header: int) -> Grid:
    return Grid(
        csv=clean,
        unchanged=clean == file.source,
        labels=names,
        lines=survey.lines(header),
        rows=survey.rows,
        characters=survey.characters,
        even=survey.even,
        encoding=file.encoding.name,
    )


def _surveyed(file: Delimited, width: int) -> tuple[Survey, tuple[str, ...]]:
    """Count without writing; also answer which line ends the file has."""
    survey = Survey(width)
    with file.source.open(encoding=file.encoding.codec, newline="") as text:
        for _ in survey.records(islice(_records(text, file.dialect), file.dialect.header_ends, None)):
            pass
        ends = text.newlines or ()
    return survey, (ends,) if isinstance(ends, str) else ends


@contextmanager
def _rows(file: Delimited) -> Iterator[Iterator[Record]]:
    with file.source.open(encoding=file.encoding.codec, newline="") as text:
        yield islice(_records(text, file.dialect), file.dialect.header_ends, None)


def _records(lines: Iterable[str], dialect: Dialect) -> Iterator[Record]:
    """Read records with the line each begins on. Raises `Unreadable` where the quoting breaks."""
    csv.field_size_limit(LONGEST_LINE)  # frictionless sets this to 2 GB for the whole process when it is imported
    reader = dialect.reader(lines)
    line = 1
    try:
        for number, cells in enumerate(reader, start=1):
            if not _is_comment(number, cells, dialect):
                yield line, cells if dialect.null is None else ["" if cell == dialect.null else cell for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        if "expected after" in str(error):
            raise Unreadable("stray-quote", reader.line_num) from None
        raise Unreadable("unclosed-quote", line) from None


def _is_comment(number: int, cells: list[str], dialect: Dialect) -> bool:
    if dialect.comment and cells and cells[0].startswith(dialect.comment):
        return True
    return number in dialect.comment_rows


def _header(file: Delimited) -> Record:
    """Answer the line of the header and its labels; rows above it that are no header are passed over."""
    with file.source.open(encoding=file.encoding.codec, newline="") as text:
        records = list(islice(_records(text, file.dialect), file.dialect.header_ends or 1))
    if not records:
        raise Unreadable("source-error")
    if not file.dialect.header:
        width = len(records[0][1])
        return 0, list(file.names or (f"field{number}" for number in range(1, width + 1)))
    chosen = [records[row - 1] for row in file.dialect.header_rows if row <= len(records)]
    if not chosen:
        raise Unreadable("blank-header", 1)
    if len(chosen) == 1:
        return chosen[0]
    width = max(len(cells) for _, cells in chosen)
    columns = ([cells[column] for _, cells in chosen if column < len(cells)] for column in range(width))
    return chosen[-1][0], [file.dialect.header_join.join(filter(None, parts)) for parts in columns]


def _labels_fit(header: int, labels: list[str], remarks: Remarks) -> bool:
    if len(labels) > MOST_COLUMNS:
        remarks.add("too-many-columns", row=header, count=len(labels), limit=MOST_COLUMNS)
        return False
    if not any(label.strip() for label in labels):
        remarks.add("blank-header", row=max(header, 1))
        return False
    return True


def _sniffed(sample: list[str]) -> dict[str, Any]:
    """Find a delimiter that cuts (nearly) every sampled line into as many cells as the header; else keep the comma."""
    quote = "'" if re.fullmatch(r"'[^']*'([,\t;|]'[^']*')*\s*", sample[0] if sample else "") else '"'
    best, most = {}, 1
    for delimiter in _DELIMITERS:
        widths = _widths(sample, delimiter, quote)
        if widths and widths[0] > most and widths.count(widths[0]) >= _ALIKE * len(widths):
            best, most = {"delimiter": delimiter, "quote": quote}, widths[0]
    return best


def _widths(sample: list[str], delimiter: str, quote: str) -> list[int]:
    """Count cells leniently; a stray quote is for the real reading to report."""
    try:
        return [len(cells) for cells in csv.reader(sample, delimiter=delimiter, quotechar=quote) if any(cells)]
    except csv.Error:
        return []


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _makes_sense(dialect: Dialect) -> bool:
    kinds = {field.name: type(getattr(CLEAN, field.name)) for field in fields(Dialect)}
    texts = {"quote", "escape", "comment", "null"}
    for name, kind in kinds.items():
        value = getattr(dialect, name)
        if not isinstance(value, str | None if name in texts else kind):
            return False
    rows = (*dialect.header_rows, *dialect.comment_rows)
    if not dialect.header_rows or not all(isinstance(row, int) and 1 <= row <= _SAMPLE_LINES for row in rows):
        return False
    try:
        dialect.reader(())
    except (TypeError, ValueError):
        return False
    special = [mark for mark in (dialect.delimiter, dialect.quote, dialect.escape) if mark]
    return dialect.delimiter not in special[1:] and not set(special) & {"\n", "\r", "\0"}
