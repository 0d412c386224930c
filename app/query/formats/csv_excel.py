"""CSV for a double click in Excel: with the mark that says UTF-8, and with no text that would run as a formula.

Excel takes text of a CSV file that begins with = + - @ for a formula, also behind a tab or a line break, and in
Japanese with the full-width signs. Such text gets an apostrophe in front, as OWASP advises. Numbers stay numbers, and
so does text that is nothing but a number or a sign. The CSV for programs has every cell unchanged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.query.formats.delimited import delimited
from app.query.formats.format import About, RowFormat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.query.answer import RowStream

_MARK = "\ufeff".encode()
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_HARMLESS = re.compile(r"[+\-－]?([0-9]+(\.[0-9]+)?)?")


def write(stream: RowStream, _about: About, _folder: Path) -> Iterator[bytes]:
    """Write the mark and the rows."""
    mark = _MARK
    for piece in delimited(stream, _as_text):
        yield mark + piece
        mark = b""


def _as_text(words: str) -> str:
    return f"'{words}" if _FORMULA.match(words) and not _HARMLESS.fullmatch(words) else words


FORMAT = RowFormat(
    name="excel.csv",
    title=Text("CSV（Excel 用、BOM 付き UTF-8）", "CSV for Excel (UTF-8 with BOM)"),
    media_type="text/csv; charset=utf-8; header=present",
    suffix="excel.csv",
    write=write,
)
