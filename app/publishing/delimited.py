"""CSV and its relatives: finds the dialect, reads strictly, and writes a clean copy only where one is needed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from app.publishing import progress
from app.publishing.decoding import LONGEST_LINE, Encoding, Unreadable
from app.publishing.grids import MOST_COLUMNS, Grid, Record, Survey
from app.publishing.remarks import Remarks
from app.publishing.repair.choices import Choices
from app.publishing.structure.cells import is_blank, is_note, may_be_note
from app.publishing.structure.headers import Header, find_header
from app.publishing.structure.labels import clean
from app.publishing.structure.merging import Merges
from app.publishing.structure.tables import Given, Sheet, SheetReader, Wishes

_NO_MERGES = Merges()
_JOIN = "_"
_HEAD = 200
_AT_ONCE = 4_096
_END_OF_FILE = "\x1a"  # DOS programs and copies of theirs end a file with it
_BREAK = re.compile(r"\r\n|\r|\n")
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
    header_declared: bool = False

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
    told = any(declared.get(key) is not None for key in ("header", "headerRows"))
    dialect = Dialect(**(found | given), header_declared=told)
    if not _makes_sense(dialect):
        remarks.add("dialect-error", detail=str(declared))
        return None
    return dialect


def read_delimited(
    file: Delimited, folder: Path, remarks: Remarks, *, has_schema: bool, choices: Choices
) -> tuple[Grid, ...] | None:
    """Read a file's tables; a clean file is read through once and used as it is. `None` where it cannot be read."""
    try:
        clean = _read_clean(file, remarks.resource)
        if clean is not None:
            return (clean,)
        reader = SheetReader(_sheet(file), folder, remarks, Wishes(choices, has_schema, file.names))
        return reader.read()
    except Unreadable as unreadable:
        remarks.add(unreadable.code, row=unreadable.row, **unreadable.details)
        return None


def copied(file: Delimited, names: tuple[str, ...], header: int, folder: Path, remarks: Remarks) -> Grid:
    """Write the rows of a clean file as strict CSV (RFC 4180) after all. Raises `Unreadable`."""
    given = Given(header, names, file.dialect.header_ends)
    sheet = replace(_sheet(file), given=given)
    return SheetReader(sheet, folder, remarks, Wishes(Choices(none=True), has_schema=True)).read()[0]


def _sheet(file: Delimited) -> Sheet:
    declared = file.dialect.header_declared
    join = file.dialect.header_join if file.dialect.header_join != CLEAN.header_join else _JOIN
    given = None
    if declared:
        header, labels = _header(file)
        if not any(label.strip() for label in labels):
            raise Unreadable("blank-header", max(header, 1))
        rows = tuple(row - 1 for row in file.dialect.header_rows) if file.dialect.header else ()
        given = Given(header, tuple(labels), file.dialect.header_ends, rows)
    return Sheet(lambda: _rows(file), encoding=file.encoding.name, join=join, given=given)


def _read_clean(file: Delimited, resource: str) -> Grid | None:
    """Take a file as it is where nothing at all is to be done; `None` where there may be."""
    if file.encoding.codec != "utf-8" or replace(file.dialect, header_declared=False) != CLEAN:
        return None
    with file.source.open(encoding="utf-8", newline="") as text:
        head = list(islice(_records(text, file.dialect), _HEAD))
    labels = head[0][1] if head else []
    if not _are_names(labels) or not (file.dialect.header_declared or _is_header(head)):
        return None
    survey = _surveyed(file, labels, resource)
    if survey is None:
        return None
    names = tuple(labels)
    return Grid(
        csv=file.source,
        unchanged=True,
        labels=names,
        lines=survey.lines(1),
        rows=survey.rows,
        characters=survey.characters,
        even=True,
        encoding=file.encoding.name,
        rows_in=survey.rows,
    )


def _is_header(head: list[Record]) -> bool:
    found = find_header([cells for _, cells in head], _NO_MERGES, 0, len(head), _JOIN)
    return found == Header((0,), 1, tuple(head[0][1]))


def _are_names(labels: list[str]) -> bool:
    """Say whether every column has a clean name of its own, and no group of names comes again."""
    if not labels or len(labels) > MOST_COLUMNS:
        return False
    return all(label and clean(label) == label for label in labels) and len({label.lower() for label in labels}) == len(
        labels
    )


def _surveyed(file: Delimited, labels: list[str], resource: str) -> Survey | None:
    """Count rows and characters; `None` as soon as a row is not like all others, or may be none of the data."""
    survey, width = Survey(), len(labels)
    csv.field_size_limit(LONGEST_LINE)
    with file.source.open(encoding="utf-8", newline="") as text:
        reader = file.dialect.reader(text)
        next(reader)
        line, doubtful = reader.line_num + 1, False
        try:
            while rows := list(islice(reader, _AT_ONCE)):
                if set(map(len, rows)) != {width} or labels in rows:
                    return None
                doubtful = width > 1 and may_be_note(rows[-1])
                if width > 1 and any(_is_doubtful(cells, width) for cells in rows if cells.count("") >= width - 2):
                    return None
                if width == 1 and any(is_blank(cells[0]) or may_be_note(cells) for cells in rows):
                    return None
                survey.characters += len("".join(chain.from_iterable(rows)))
                line = _placed(survey, rows, line, reader.line_num)
                progress.note("reading", resource, survey.rows)
        except csv.Error:
            return None  # the reading that follows says where
        return None if doubtful or text.newlines == "\r" else survey


def _is_doubtful(cells: list[str], width: int) -> bool:
    return not "".join(cells).strip() or (width > 1 and is_note(cells))


def _placed(survey: Survey, rows: list[list[str]], line: int, last: int) -> int:
    """Note the lines of some rows, of which the last ends on line `last`; answer where the next begins."""
    if last - line + 1 == len(rows):
        survey.place(line)
        survey.rows += len(rows)
        return last + 1
    for cells in rows:
        survey.place(line)
        survey.rows += 1
        line += 1 + len(_BREAK.findall("\n".join(cells))) - (len(cells) - 1)
    return last + 1


@contextmanager
def _rows(file: Delimited) -> Iterator[Iterator[Record]]:
    with file.source.open(encoding=file.encoding.codec, newline="") as text:
        yield _records(text, file.dialect)


def _records(lines: Iterable[str], dialect: Dialect) -> Iterator[Record]:
    """Read records with the line each begins on. Raises `Unreadable` where the quoting breaks."""
    csv.field_size_limit(LONGEST_LINE)  # frictionless sets this to 2 GB for the whole process when it is imported
    reader = dialect.reader(lines)
    line = 1
    try:
        for number, cells in enumerate(reader, start=1):
            if not _is_comment(number, cells, dialect) and cells != [_END_OF_FILE]:
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
