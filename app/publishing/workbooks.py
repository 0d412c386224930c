"""Spreadsheets (XLSX, ODS, XLS): a gate that looks before anything is opened, then one sheet as clean CSV.

The gate walks the XML as a stream and keeps counts only. It trusts no declared dimension: a cell far away from all
others would make the reader behind it ask for terabytes, which ends its process.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from app.publishing.decoding import Unreadable
from app.publishing.delimited import COPY
from app.publishing.grids import MOST_COLUMNS, Grid, Record, Survey, repaired
from app.publishing.remarks import Remarks

MOST_ROWS = 1_048_576
MOST_CELLS = 20_000_000
MOST_BYTES = 1 << 30
MOST_PARTS = 10_000
MOST_XLS_BYTES = 128 << 20
_PIECE = 1 << 16
_REFUSED_PARTS = (
    (re.compile(r"(^|/)vba(project|data)|^basic/|^scripts/", re.IGNORECASE), "workbook-macros"),
    (re.compile(r"(^|/)externallinks/|(^|/)connections\.xml$", re.IGNORECASE), "workbook-external-links"),
    (re.compile(r"(^|/)(embeddings|activex)/|oleobject", re.IGNORECASE), "workbook-embedded-objects"),
)
_XLS_MACROS = ("_VBA_PROJECT_CUR".encode("utf-16-le"), "_VBA_PROJECT".encode("utf-16-le"))
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_EXACT = 10**15


def read_workbook(
    source: Path, kind: str, dialect: dict[str, Any], folder: Path, remarks: Remarks, *, has_schema: bool
) -> Grid | None:
    """Write one sheet as CSV: the first, or the one `dialect` names. `None` where it is refused or cannot be read."""
    try:
        errors = _pass_gate(source, kind)
        with source.open("rb") as file:
            sheet = _opened(file, dialect, remarks)
            grid = _written(sheet, folder, remarks, has_schema=has_schema)
    except Unreadable as unreadable:
        remarks.add(unreadable.code, row=unreadable.row, **unreadable.details)
        return None
    if errors:
        remarks.add("workbook-error-cells", value=errors[0], count=len(errors))
    return grid


# --- the gate ------------------------------------------------------------------------------------------------------


def _pass_gate(source: Path, kind: str) -> list[str]:
    """Refuse what must not be opened; answer the places of cells that hold an error such as #DIV/0!."""
    if kind == "xls":
        _check_xls(source)
        return []
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


def _check_parts(archive: zipfile.ZipFile) -> list[str]:
    parts = archive.infolist()
    if len({part.filename for part in parts}) < len(parts):
        raise Unreadable("workbook-unreadable", detail="duplicate parts")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise Unreadable("workbook-too-large", limit=MOST_BYTES >> 20)
    for part in parts:
        for name, code in _REFUSED_PARTS:
            if name.search(part.filename):
                raise Unreadable(code)
    errors: list[str] = []
    for part in parts:
        if part.filename.endswith(".vml") and _is_drawing(archive.read(part)):
            continue
        with archive.open(part) as stream:
            errors += _walk(stream)
    return errors


def _is_drawing(content: bytes) -> bool:
    """Office writes VML that is no well-formed XML. It may pass unread where it cannot be taken for a sheet."""
    return content.startswith(b"<xml") and not any(word in content for word in (b"\0", b"sheetData", b"<!DOCTYPE"))


def _walk(stream: IO[bytes]) -> list[str]:
    """Walk a part if it is XML, whatever it is called. Raises `Unreadable` for a DOCTYPE and for too much."""
    piece = stream.read(_PIECE)
    if not _looks_like_xml(piece):
        return []
    extent = _Extent()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = extent.start
    while piece:
        parser.Parse(piece)
        piece = stream.read(_PIECE)
    parser.Parse(b"", True)  # noqa: FBT003 - expat takes the flag by position
    return extent.errors


def _looks_like_xml(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<", b"\xff\xfe", b"\xfe\xff", b"\0<"))


def _refuse_doctype(*_: object) -> None:
    """No DOCTYPE, so no entity: expat has nothing to expand and nothing to fetch."""
    raise Unreadable("workbook-doctype")


class _Extent:
    """How far a sheet reaches, counted over cells that hold something; Office Open XML and OpenDocument alike."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self._elements = {
            "row": self._row,
            "c": self._cell,
            "v": self._value,
            "is": self._value,
            "f": self._value,
            "table": self._table,
            "table-row": self._table_row,
            "table-cell": self._table_cell,
            "p": self._value,
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
        if self._rows > MOST_ROWS:
            raise Unreadable("too-many-rows", limit=MOST_ROWS)

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            row, self._column = _position(reference)
            self._row_number = max(self._row_number, row)
        if attributes.get("t") == "e":
            self.errors.append(reference or str(self._row_number))

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


# --- the sheet -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sheet:
    rows: Any

    def records(self) -> Iterator[Record]:
        for number, cells in enumerate(self.rows.iter_rows(), start=1):
            yield number, [_text(cell) for cell in cells]


def _opened(file: IO[bytes], dialect: dict[str, Any], remarks: Remarks) -> _Sheet:
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(file)
        return _Sheet(_chosen(workbook, dialect, remarks))
    except python_calamine.PasswordError:
        raise Unreadable("workbook-password") from None
    except (python_calamine.CalamineError, OSError) as error:
        raise Unreadable("workbook-unreadable", detail=type(error).__name__) from error


def _chosen(workbook: Any, dialect: dict[str, Any], remarks: Remarks) -> Any:
    names = workbook.sheet_names
    wanted, number = dialect.get("sheetName"), dialect.get("sheetNumber", 1)
    if wanted is None and isinstance(number, int) and 1 <= number <= len(names):
        wanted = names[number - 1]
    if wanted not in names:
        raise Unreadable("workbook-no-sheet", sheet=wanted or number, sheets=", ".join(names))
    if len(names) > 1 and not dialect.keys() & {"sheetName", "sheetNumber"}:
        remarks.add("workbook-other-sheets", sheet=wanted, count=len(names) - 1)
    return workbook.get_sheet_by_name(wanted)


def _written(sheet: _Sheet, folder: Path, remarks: Remarks, *, has_schema: bool) -> Grid:
    records = sheet.records()
    _, labels = next(records, (1, []))
    if not any(label.strip() for label in labels):
        raise Unreadable("blank-header" if labels else "source-error", 1)
    labels = labels if labels[-1] else labels[: _used_width(sheet, labels)]
    names = tuple(labels) if has_schema else repaired(labels, 1, remarks)
    survey = Survey(len(names))
    copy = folder / COPY
    with copy.open("w", encoding="utf-8", newline="") as clean:
        writer = csv.writer(clean, lineterminator="\r\n")
        writer.writerow(names)
        writer.writerows(survey.records((number, cells[: len(names)]) for number, cells in records))
    return Grid(
        csv=copy,
        unchanged=False,
        labels=names,
        lines=survey.lines(1),
        rows=survey.rows,
        characters=survey.characters,
        even=survey.even,
    )


def _used_width(sheet: _Sheet, labels: list[str]) -> int:
    """Find the last column that holds anything; the last ones here have no name."""
    return max(
        (number for _, cells in sheet.records() for number, cell in enumerate(cells, start=1) if cell),
        default=len(labels),
    )


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
