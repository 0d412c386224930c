"""Excel workbooks through XlsxWriter, a row at a time, with cells that read back as what they were."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from app.query.formats.facts import facts_of, facts_of_column
from app.query.formats.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from app.query.answer import OutColumn, Row
    from app.query.formats.format import About

# What a sheet holds below its header, and a cell as UTF-16 counts.
ROWS, COLUMNS, LETTERS = 1_048_575, 16_384, 32_767
_MOST_DIGITS = 15
_SHOWN = 10**11  # Excel shows whole numbers from here on as 1.23E+11 unless it is told otherwise
_FIRST_DAY = date(1900, 3, 1)
# XlsxWriter would write the time of day; so equal rows make equal bytes.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_CUT = -2  # XlsxWriter's answer where it cut a text
_CR = "\r"
_FORMATS = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm:ss", time: "hh:mm:ss", int: "0"}


class _Sheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """Writes doubles with all of their digits and line ends as they are, and takes no text for markup."""

    def _xml_number_element(self, number: float, attributes: Iterable[tuple[str, Any]] = ()) -> None:
        written = "".join(f' {name}="{value}"' for name, value in attributes)
        self.fh.write(f"<c{written}><v>{number!r}</v></c>")

    @staticmethod
    def _escape_control_characters(data: str) -> str:
        # XlsxWriter would write CR as _x000D_, which few readers but Excel take for one.
        return _CR.join(map(Worksheet._escape_control_characters, data.split(_CR)))  # noqa: SLF001 - what is overridden

    def _escape_data(self, data: str) -> str:
        # As it stands it would be read as LF (XML 1.0, 2.11).
        return str(super()._escape_data(data)).replace(_CR, "&#13;")

    def _xml_rich_inline_string(self, string: str, attributes: Iterable[tuple[str, Any]] = ()) -> None:
        # Text that begins with <r> and ends with </r> would go into the file as it stands.
        self._xml_inline_string(string, "preserve", attributes)


class Book:
    """A workbook in the making: a sheet of rows, and one that says what they are. Everything lies beside its file."""

    def __init__(self, path: Path) -> None:
        self._book = Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent), "use_zip64": True})
        self._book.set_properties({"created": _CREATED})
        self._bold = self._book.add_format({"bold": True})
        self._formats = {kind: self._book.add_format({"num_format": shown}) for kind, shown in _FORMATS.items()}
        self._sheet = self._book.add_worksheet("rows", _Sheet)
        self._line = 0

    def header(self, names: Iterable[str]) -> None:
        """Write the names of the columns, which stay in sight."""
        for number, name in enumerate(names):
            self._sheet.write_string(0, number, name, self._bold)
        self._sheet.freeze_panes(1, 0)

    def row(self, row: Row) -> int | None:
        """Write the next row; answer the place of a cell that has too many letters, where there is one."""
        self._line += 1
        cut = None
        for number, cell in enumerate(row):
            if cell is not None and self._write(number, cell) == _CUT:
                cut = number
        return cut

    def about(self, about: About, columns: Iterable[OutColumn]) -> None:
        """Write the second sheet: facts of the answer, then what each column means."""
        sheet = self._book.add_worksheet("about", _Sheet)
        sheet.set_column(0, 1, 24)
        described = [
            (column.name, name, words) for column in columns for name, words in facts_of_column(column).items()
        ]
        notes = [("note", words) for note in about.notes for _, words in note.message.both()]
        lines = [*facts_of(about).items(), *notes, (), ("column", "", ""), *described]
        for number, line in enumerate(lines):
            for place, words in enumerate(line):
                sheet.write_string(number, place, words)

    def close(self) -> None:
        """Write the file."""
        self._book.close()

    def abandon(self) -> None:
        """Let go of what there is instead."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()

    def _write(self, number: int, cell: Any) -> int:
        kind = type(cell)
        if kind is str or not _FITS[kind](cell):
            return int(self._sheet.write_string(self._line, number, word(cell)))
        if kind in _DAYS:
            return int(self._sheet.write_datetime(self._line, number, cell, self._formats[kind]))
        if kind is bool:
            return int(self._sheet.write_boolean(self._line, number, cell))
        shown = self._formats[int] if kind is int and abs(cell) >= _SHOWN else None
        return int(self._sheet.write_number(self._line, number, float(cell) if kind is Decimal else cell, shown))


def _is_short(number: Decimal) -> bool:
    return len(number.as_tuple().digits) <= _MOST_DIGITS and Decimal(repr(float(number))) == number


def _is_whole_milliseconds(moment: datetime | time) -> bool:
    return moment.tzinfo is None and not moment.microsecond % 1000


_DAYS = frozenset({date, datetime, time})
_FITS: Mapping[type, Callable[[Any], bool]] = {
    bool: lambda _: True,
    int: lambda number: abs(number) < 10**_MOST_DIGITS,
    float: math.isfinite,
    Decimal: _is_short,
    date: lambda day: day >= _FIRST_DAY,
    datetime: lambda moment: moment.date() >= _FIRST_DAY and _is_whole_milliseconds(moment),
    time: _is_whole_milliseconds,
}
