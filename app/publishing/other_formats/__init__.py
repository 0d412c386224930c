"""Tables that come as something else than text in columns or a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.publishing.decoding import Unreadable
from app.publishing.grids import Grid
from app.publishing.other_formats.geojson import is_collection, read_geojson
from app.publishing.other_formats.json_records import read_json_lines, read_json_records
from app.publishing.other_formats.parquet import read_parquet
from app.publishing.other_formats.rows import Output
from app.publishing.other_formats.shapefile import read_shapefile, shapefile_members
from app.publishing.remarks import Remarks
from app.publishing.repair.choices import Choices

__all__ = ["KINDS", "READERS", "read_other", "shapefile_members"]

DEFAULTS = Choices()
# A format of one file, and what `archive.looks_like` calls its bytes.
_TEXT = frozenset({"text", "unknown"})
KINDS = {
    "json": _TEXT,
    "jsonl": _TEXT,
    "ndjson": _TEXT,
    "geojson": _TEXT,
    "parquet": frozenset({"parquet"}),
    "shp": frozenset({"unknown"}),
}
READERS = {
    "json": read_json_records,
    "jsonl": read_json_lines,
    "ndjson": read_json_lines,
    "geojson": read_geojson,
    "parquet": read_parquet,
}


def read_other(
    source: Path,
    format_: str,
    folder: Path,
    remarks: Remarks,
    *,
    members: Mapping[str, Path] | None = None,
    choices: Choices = DEFAULTS,
    has_schema: bool = False,
) -> tuple[Grid, ...] | None:
    """Read a file of a format in `KINDS`; `members` are the parts of a shapefile, by suffix.

    `None` with an error in `remarks`; without one the file holds no table and is published as it is.
    """
    output = Output(folder, remarks, choices, has_schema=has_schema)
    try:
        grid = _read(source, format_, members or {format_: source}, output)
    except Unreadable as unreadable:
        remarks.add(unreadable.code, row=unreadable.row, **unreadable.details)
        return None
    if grid is None:
        remarks.add("json-without-table")
        return None
    return (grid,)


def _read(source: Path, format_: str, members: Mapping[str, Path], output: Output) -> Grid | None:
    if format_ == "shp":
        return read_shapefile(members, output)
    if format_ == "json" and is_collection(source):
        return read_geojson(source, output)
    return READERS[format_](source, output)
