"""CSV for programs: every cell as it is. Whoever opens it in a spreadsheet should take the form for Excel instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.query.formats.delimited import delimited
from app.query.formats.format import About, RowFormat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.query.answer import RowStream


def write(stream: RowStream, _about: About, _folder: Path) -> Iterator[bytes]:
    """Write the rows and change nothing."""
    return delimited(stream)


FORMAT = RowFormat(
    name="csv",
    title=Text("CSV（UTF-8）", "CSV (UTF-8)"),
    media_type="text/csv; charset=utf-8; header=present",
    suffix="csv",
    write=write,
)
