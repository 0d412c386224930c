"""An Excel workbook: one sheet of typed cells, one that says what they are and where they are from.

What a cell of Excel would change stays text: numbers of more than 15 digits, days before March 1900 (Excel has a
29 February 1900), moments with a zone or with parts of a millisecond, numbers that are none. Text is never a formula
or a link, whatever it begins with.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from app.kernel.errors import OverLimit
from app.kernel.text import Text
from app.query.formats.format import About, RowFormat, pieces_of, rows_at_a_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.query.answer import RowStream
    from app.query.formats.sheets import Book

# What every refusal ends with.
_ADVICE = Text(
    "条件で行や列を絞り込むか、csv や parquet など、ほかの形式を選んでください。",
    "Ask for fewer rows or columns, or choose another format such as csv or parquet.",
)


def write(stream: RowStream, about: About, folder: Path) -> Iterator[bytes]:
    """Write the workbook into `folder`, hand it on and delete it.

    Raises `OverLimit` before the first piece for more rows, columns or letters in a cell than Excel has room for.
    """
    from app.query.formats.sheets import COLUMNS, ROWS

    if len(stream.columns) > COLUMNS:
        raise _over(Text(f"Excel のシートは {COLUMNS:,} 列までです。", f"A sheet of Excel has {COLUMNS:,} columns."))
    if (about.rows or 0) > ROWS:
        raise _too_many_rows(ROWS)
    return _written(stream, about, folder)


def _written(stream: RowStream, about: About, folder: Path) -> Iterator[bytes]:
    with TemporaryDirectory(dir=folder, prefix="xlsx-") as place:
        path = Path(place) / "rows.xlsx"
        _write_book(stream, about, path)
        yield from pieces_of(path)


def _write_book(stream: RowStream, about: About, path: Path) -> None:
    from app.query.formats.sheets import Book

    book = Book(path)
    try:
        book.header(column.name for column in stream.columns)
        _write_rows(stream, book)
        book.about(about, stream.columns)
        book.close()
    finally:
        book.abandon()


def _write_rows(stream: RowStream, book: Book) -> None:
    from app.query.formats.sheets import LETTERS, ROWS

    line = 0
    for rows in stream.batches(rows_at_a_time(len(stream.columns))):
        for row in rows:
            line += 1
            if line > ROWS:
                raise _too_many_rows(ROWS)
            cut = book.row(row)
            if cut is not None:
                raise _too_long(stream.columns[cut].name, line, LETTERS)


def _too_many_rows(limit: int) -> OverLimit:
    return _over(Text(f"Excel のシートは {limit:,} 行までです。", f"A sheet of Excel has room for {limit:,} rows."))


def _too_long(column: str, line: int, limit: int) -> OverLimit:
    where = Text(f"{line:,} 行目の列「{column}」", f"Row {line:,}, column {column!r}")
    return _over(
        Text(
            f"{where.ja}の値が長すぎます。Excel のセルは {limit:,} 字までです。",
            f"{where.en} is too long: a cell of Excel has room for {limit:,} characters.",
        )
    )


def _over(message: Text) -> OverLimit:
    return OverLimit(Text(message.ja + _ADVICE.ja, f"{message.en} {_ADVICE.en}"))


FORMAT = RowFormat(
    name="xlsx",
    title=Text("Excel（XLSX）", "Excel (XLSX)"),
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    suffix="xlsx",
    write=write,
)
