"""Spreadsheets (XLSX, ODS, XLS): a gate that looks before anything is opened, then the tables of the sheets.

The gate walks the XML as a stream and keeps counts only. It trusts no declared dimension: a cell far away from all
others would make the reader behind it ask for terabytes, which ends its process.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from app.catalog.record import Mark
from app.publishing.decoding import Unreadable
from app.publishing.grids import MOST_COLUMNS, Grid, Record
from app.publishing.remarks import Remarks
from app.publishing.repair.choices import Choices
from app.publishing.structure.merging import Merge
from app.publishing.structure.tables import Given, Sheet, SheetReader, Wishes
from app.publishing.structure.workbook_facts import Facts, PartFacts

MOST_ROWS = 1_048_576
MOST_CELLS = 20_000_000
MOST_BYTES = 1 << 30
MOST_PARTS = 10_000
MOST_XLS_BYTES = 128 << 20
_PIECE = 1 << 16
_REFUSED_PARTS = (
    (re.compile(r"(^|/)vba(project|data)|^basic/|^scripts/", re.IGNORECASE), "workbook-macros"),
    (re.compile(r"(^|/)connections\.xml$", re.IGNORECASE), "workbook-external-links"),
    (re.compile(r"(^|/)(embeddings|activex)/|oleobject", re.IGNORECASE), "workbook-embedded-objects"),
)
# A plain link names another file, whose values are saved here too; nothing follows it. DDE and OLE links are refused.
_LINKS = re.compile(r"(^|/)externallinks/[^/]*\.xml$", re.IGNORECASE)
_NO_TABLE = frozenset({"table-not-understood", "blank-header", "source-error"})
_MOST_SHEETS = 500
_TRUE = frozenset({"1", "true"})
HEADER_ROWS = 100
_XLS_MACROS = ("_VBA_PROJECT_CUR".encode("utf-16-le"), "_VBA_PROJECT".encode("utf-16-le"))
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_EXACT = 10**15


def read_workbook(
    source: Path,
    kind: str,
    dialect: dict[str, Any],
    folder: Path,
    remarks: Remarks,
    *,
    has_schema: bool,
    choices: Choices,
    names: tuple[str, ...] | None = None,
) -> tuple[Grid, ...] | None:
    """Read the tables of all sheets, or of the one that `dialect` names. `None` where the file is refused.

    `names` are those of a declared schema.
    """
    try:
        facts = _pass_gate(source, kind)
        grids = _read_sheets(source, dialect, facts, folder, remarks=remarks, wishes=Wishes(choices, has_schema, names))
    except Unreadable as unreadable:
        remarks.add(unreadable.code, row=unreadable.row, **unreadable.details)
        return None
    if facts.errors:
        remarks.add("workbook-error-cells", value=facts.errors[0], count=len(facts.errors))
    if facts.linked:
        remarks.add("workbook-links-not-followed")
    return grids


# --- the gate ------------------------------------------------------------------------------------------------------


def _pass_gate(source: Path, kind: str) -> Facts:
    """Refuse what must not be opened; answer what was seen on the way."""
    if kind == "xls":
        _check_xls(source)
        return Facts()
    try:
        with zipfile.ZipFile(source) as archive:
            return _check_parts(archive)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError, RuntimeError, EOFError) as error:
        raise Unreadable("workbook-unreadable", detail=type(error).__name__) from error


def _check_xls(source: Path) -> None:
    """Look for the names of macro storages, which [MS-OVBA] 2.2.1 fixes, anywhere in the compound file."""
    if source.stat().st_size > MOST_XLS_BYTES:
        raise Unreadable("workbook-too-large", limit=MOST_XLS_BYTES >> 20)
    before = b""
    with source.open("rb") as file:
        while piece := file.read(_PIECE):
            if any(name in before + piece for name in _XLS_MACROS):
                raise Unreadable("workbook-macros")
            before = piece[-64:]


def _check_parts(archive: zipfile.ZipFile) -> Facts:
    parts = archive.infolist()
    if len({part.filename for part in parts}) < len(parts):
        raise Unreadable("workbook-unreadable", detail="duplicate parts")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise Unreadable("workbook-too-large", limit=MOST_BYTES >> 20)
    for part in parts:
        for name, code in _REFUSED_PARTS:
            if name.search(part.filename):
                raise Unreadable(code)
    facts = Facts()
    for part in parts:
        if _LINKS.search(part.filename):
            facts.linked = True
        if part.filename.endswith(".vml") and _is_drawing(archive.read(part)):
            continue
        with archive.open(part) as stream:
            _walk(stream, facts.part(part.filename))
    return facts


def _is_drawing(content: bytes) -> bool:
    """Office writes VML that is no well-formed XML. It may pass unread where it cannot be taken for a sheet."""
    return content.startswith(b"<xml") and not any(word in content for word in (b"\0", b"sheetData", b"<!DOCTYPE"))


def _walk(stream: IO[bytes], facts: PartFacts) -> None:
    """Walk a part if it is XML, whatever it is called. Raises `Unreadable` for a DOCTYPE and for too much."""
    piece = stream.read(_PIECE)
    if not _looks_like_xml(piece):
        return
    extent = _Extent(facts)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = extent.start
    while piece:
        parser.Parse(piece)
        piece = stream.read(_PIECE)
    parser.Parse(b"", True)  # noqa: FBT003 - expat takes the flag by position


def _looks_like_xml(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<", b"\xff\xfe", b"\xfe\xff", b"\0<"))


def _refuse_link(_: object) -> None:
    """A DDE link starts another program."""
    raise Unreadable("workbook-external-links")


def _refuse_doctype(*_: object) -> None:
    """No DOCTYPE, so no entity: expat has nothing to expand and nothing to fetch."""
    raise Unreadable("workbook-doctype")


class _Extent:
    """How far a sheet reaches, counted over cells that hold something; Office Open XML and OpenDocument alike."""

    def __init__(self, facts: PartFacts) -> None:
        self._facts = facts
        self._elements = {
            "row": self._row,
            "c": self._cell,
            "v": self._value,
            "is": self._value,
            "f": self._formula,
            "table": self._table,
            "table-row": self._table_row,
            "table-cell": self._table_cell,
            "p": self._value,
            "ddeLink": _refuse_link,
            "oleLink": _refuse_link,
            "sheet": facts.sheet,
            "Relationship": facts.relationship,
            "col": facts.column,
            "drawing": facts.drawing,
            "font": facts.font,
            "strike": facts.strike,
            "cellXfs": facts.formats,
            "xf": facts.format,
            "cellStyles": facts.end_formats,
        }
        self._table({})

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element as it begins."""
        known = self._elements.get(name.rpartition(":")[2])
        if known:
            known(attributes)

    def _table(self, _: dict[str, str]) -> None:
        self._row_number = self._column = self._rows = self._last_row = self._last_column = 0

    def _row(self, attributes: dict[str, str]) -> None:
        self._rows += 1
        self._row_number = max(_count(attributes.get("r", "0")), self._row_number + 1)
        self._column = 0
        if attributes.get("hidden") in _TRUE:
            self._facts.note("hidden-rows", f"line {self._row_number}")
        if self._rows > MOST_ROWS:
            raise Unreadable("too-many-rows", limit=MOST_ROWS)

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            row, self._column = _position(reference)
            self._row_number = max(self._row_number, row)
        self._facts.cell(reference or str(self._row_number), attributes)

    def _formula(self, attributes: dict[str, str]) -> None:
        self._facts.note("formulas", f"line {self._row_number}")
        self._value(attributes)

    def _value(self, _: dict[str, str]) -> None:
        self._last_row = max(self._last_row, self._row_number)
        self._last_column = max(self._last_column, self._column)
        if self._last_row > MOST_ROWS:
            raise Unreadable("too-many-rows", limit=MOST_ROWS)
        if self._last_row * self._last_column > MOST_CELLS:
            raise Unreadable("too-many-cells", rows=self._last_row, columns=self._last_column, limit=MOST_CELLS)
        if self._last_column > MOST_COLUMNS:
            raise Unreadable("too-many-columns", count=self._last_column, limit=MOST_COLUMNS)

    def _table_row(self, attributes: dict[str, str]) -> None:
        self._row_number += _repeated(attributes, "rows")
        self._column = 0

    def _table_cell(self, attributes: dict[str, str]) -> None:
        self._column += _repeated(attributes, "columns")
        if any(name.endswith("value-type") for name in attributes):
            self._value({})


def _repeated(attributes: dict[str, str], of: str) -> int:
    return next((_count(value) for name, value in attributes.items() if name.endswith(f"number-{of}-repeated")), 1)


def _count(digits: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", digits):
        raise Unreadable("workbook-unreadable", detail=digits)
    return int(digits)


def _position(reference: str) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise Unreadable("workbook-unreadable", detail=reference)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


# --- the sheets ----------------------------------------------------------------------------------------------------


def _read_sheets(
    source: Path, dialect: dict[str, Any], facts: Facts, folder: Path, *, remarks: Remarks, wishes: Wishes
) -> tuple[Grid, ...]:
    """Read all sheets that are meant; what is no table on one of several is passed over with a word."""
    with source.open("rb") as file:
        book = _opened(file)
        names, hidden = _chosen(book, dialect)
        grids: list[Grid] = []
        without: dict[str, Unreadable] = {}
        for name in names:
            sheet = _sheet(book, name, dialect, facts)
            try:
                grids += SheetReader(sheet, folder, remarks, wishes).read(len(grids))
            except Unreadable as unreadable:
                if unreadable.code not in _NO_TABLE:
                    raise
                without[name] = unreadable
    if not grids:
        raise next(iter(without.values())) if without else Unreadable("source-error")
    _tell(remarks, hidden, without)
    return tuple(_with_sheets(grids, names, hidden))


def _tell(remarks: Remarks, hidden: list[str], without: dict[str, Unreadable]) -> None:
    if hidden:
        remarks.add("workbook-hidden-sheets", count=len(hidden), sheets=", ".join(hidden))
    told = [name for name, why in without.items() if why.code == "table-not-understood"]
    if told:
        remarks.add("workbook-sheets-without-table", count=len(told), sheets=", ".join(told))


def _with_sheets(grids: list[Grid], names: list[str], hidden: list[str]) -> list[Grid]:
    marks = [Mark("several-sheets", len(names), tuple(names[:5]), mended=True)] if len(names) > 1 else []
    marks += [Mark("several-sheets", len(hidden), tuple(hidden[:5]))] if hidden else []
    return [replace(grid, marks=(*grid.marks, *marks)) for grid in grids]


def _opened(file: IO[bytes]) -> Any:
    import python_calamine

    try:
        return python_calamine.CalamineWorkbook.from_filelike(file)
    except python_calamine.PasswordError:
        raise Unreadable("workbook-password") from None
    except (python_calamine.CalamineError, OSError) as error:
        raise Unreadable("workbook-unreadable", detail=type(error).__name__) from error


def _chosen(book: Any, dialect: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Answer the sheets to read, and those left out because they are hidden."""
    import python_calamine

    names = list(book.sheet_names)
    if len(names) > _MOST_SHEETS:
        raise Unreadable("workbook-too-large", limit=MOST_BYTES >> 20)
    if dialect.keys() & {"sheetName", "sheetNumber"}:
        wanted, number = dialect.get("sheetName"), dialect.get("sheetNumber", 1)
        if wanted is None and isinstance(number, int) and 1 <= number <= len(names):
            wanted = names[number - 1]
        if wanted not in names:
            raise Unreadable("workbook-no-sheet", sheet=wanted or number, sheets=", ".join(names))
        return [str(wanted)], []
    visible, worksheet = python_calamine.SheetVisibleEnum.Visible, python_calamine.SheetTypeEnum.WorkSheet
    shown = [each.name for each in book.sheets_metadata if each.visible == visible and each.typ == worksheet]
    hidden = [each.name for each in book.sheets_metadata if each.visible != visible and each.typ == worksheet]
    return (shown, hidden) if shown else (names[:1], [])


def _sheet(book: Any, name: str, dialect: dict[str, Any], facts: Facts) -> Sheet:
    import python_calamine

    try:
        rows = book.get_sheet_by_name(name)
    except (python_calamine.CalamineError, OSError) as error:
        raise Unreadable("workbook-unreadable", detail=type(error).__name__) from error
    offset = rows.start[1] if rows.start else 0
    join = dialect.get("headerJoin")
    merges = tuple(Merge(top, left, bottom, right) for (top, left), (bottom, right) in rows.merged_cell_ranges or ())
    return Sheet(
        open=lambda: _records(rows, offset),
        title=name,
        join=join if isinstance(join, str) else "_",
        merges=merges or facts.merges(name),
        exact=True,
        given=_given(rows, offset, dialect),
        marks=facts.marks(name),
    )


@contextmanager
def _records(rows: Any, offset: int) -> Iterator[Iterator[Record]]:
    margin = [""] * offset
    yield ((number, margin + [_text(cell) for cell in cells]) for number, cells in enumerate(rows.iter_rows(), start=1))


def _given(rows: Any, offset: int, dialect: dict[str, Any]) -> Given | None:
    """Take the header that a dialect declares, as far as a sheet can have one."""
    if dialect.get("header") is None and dialect.get("headerRows") is None:
        return None
    numbers = dialect.get("headerRows") or [1]
    if not isinstance(numbers, list) or not all(isinstance(row, int) and 1 <= row <= HEADER_ROWS for row in numbers):
        raise Unreadable("dialect-error", detail=str(numbers))
    with _records(rows, offset) as records:
        head = [cells for _, cells in islice(records, max(numbers))]
    if not head:
        raise Unreadable("source-error")
    if dialect.get("header") is False:
        return Given(0, tuple(f"field{number}" for number in range(1, len(head[0]) + 1)), 0, ())
    chosen = [head[row - 1] for row in numbers if row <= len(head)]
    join = str(dialect.get("headerJoin", " "))
    labels = tuple(join.join(filter(None, parts)) for parts in zip(*chosen, strict=True))
    if not any(label.strip() for label in labels):
        raise Unreadable("blank-header", max(numbers))
    width = max((number for number, label in enumerate(labels, start=1) if label), default=len(labels))
    return Given(max(numbers), labels[:width], max(numbers), tuple(row - 1 for row in numbers))


def _text(value: Any) -> str:
    """Write a cell as Table Schema reads it: whole numbers without a point, dates and times as ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return "" if value is None else str(value)


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("INF" if value > 0 else "-INF")
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
