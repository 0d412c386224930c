"""JSON Lines: one object per row. The media type is in use but not registered with IANA; jsonlines.org names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.query.formats.format import About, RowFormat, rows_at_a_time
from app.query.formats.json_text import json_object

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.query.answer import RowStream


def write(stream: RowStream, _about: About, _folder: Path) -> Iterator[bytes]:
    """Write each row as an object with a member for each column."""
    names = [column.name for column in stream.columns]
    for rows in stream.batches(rows_at_a_time(len(names))):
        yield b"".join([json_object(dict(zip(names, row, strict=True))) + b"\n" for row in rows])


FORMAT = RowFormat(
    name="jsonl",
    title=Text("JSON Lines（1 行に 1 件）", "JSON Lines"),
    media_type="application/jsonl",
    suffix="jsonl",
    write=write,
    accepts=("application/x-ndjson", "application/ndjson"),
)
