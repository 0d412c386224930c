"""All formats of rows. A new one is a line here and a file beside it; everything else follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.query.formats import arrow, csv_excel, csv_utf8, geojson, jsonl, markdown, parquet, xlsx

if TYPE_CHECKING:
    from app.query.formats.format import RowFormat

# Where several have one media type, the first is meant by it.
FORMATS: tuple[RowFormat, ...] = (
    jsonl.FORMAT,
    csv_utf8.FORMAT,
    csv_excel.FORMAT,
    arrow.FORMAT,
    parquet.FORMAT,
    xlsx.FORMAT,
    geojson.FORMAT,
    markdown.FORMAT,
)


def by_suffix(suffix: str) -> RowFormat | None:
    """Find a format by what follows `rows.` in its address."""
    return next((known for known in FORMATS if known.suffix == suffix), None)
