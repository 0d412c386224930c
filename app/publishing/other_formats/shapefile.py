"""Shapefiles (ESRI Shapefile Technical Description, July 1998): a row for each shape, its attributes beside it.

pyshp turns shapes into GeoJSON. It believes the sizes that a file states, so all of them are compared first.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from app.publishing.decoding import Unreadable
from app.publishing.grids import Grid, Record
from app.publishing.other_formats.dbf import MOST_RECORDS, Attributes, find_codec, open_attributes
from app.publishing.other_formats.geometry import Places
from app.publishing.other_formats.rows import Output, cells_of
from app.publishing.remarks import Remarks

PARTS = frozenset({"shp", "shx", "dbf", "prj", "cpg"})
MOST_BYTES = 1 << 30
MOST_RINGS = 10_000  # which hole belongs to which ring takes the square of their number
_HEAD = struct.Struct(">i20xi")
_FILE_CODE, _HEADER = 9994, 100
_RECORD = struct.Struct(">2i")
_KIND = struct.Struct("<i")
_COUNTS = struct.Struct("<2i")
_NULL, _MULTIPATCH = 0, 31
_POINTS = {1: 20, 11: 28, 21: 28}
_MULTIPOINTS = frozenset({8, 18, 28})
_PARTED = frozenset({3, 5, 13, 15, 23, 25})
_HAS_Z = frozenset({11, 13, 15, 18})
_BOX, _POINT = 36, 16
_LONGEST_PRJ = 1 << 14
# Datums within about a metre of WGS 84; the old Tokyo datum is 400 metres away from it.
_DATUM = re.compile(
    r'DATUM\["(?:D_)?(WGS_?1984|WGS[ _]84|JGD_?2011|JGD_?2000|Japanese_Geodetic_Datum_20(?:00|11))"', re.IGNORECASE
)
_PROJECTED = re.compile(r"\b(?:PROJCS|PROJCRS|PROJECTION|GEOCCS|COMPD_CS|LOCAL_CS)\b", re.IGNORECASE)


def shapefile_members(name: str, files: Mapping[str, Path]) -> dict[str, Path]:
    """Find the files that belong to a .shp: of the same folder and stem, by suffix in small letters."""
    stem = PurePosixPath(name).with_suffix("").as_posix().lower()
    members: dict[str, Path] = {}
    for other, path in files.items():
        place = PurePosixPath(other)
        suffix = place.suffix[1:].lower()
        if suffix in PARTS and place.with_suffix("").as_posix().lower() == stem:
            members[suffix] = path
    return members


def read_shapefile(members: Mapping[str, Path], output: Output) -> Grid:
    """Write shapes and attributes as CSV; rows count shapes from 1. Raises `Unreadable`.

    Points become `longitude` and `latitude` (and `height`), all else GeoJSON text in `geometry`; no geometry at all
    where coordinates are not in degrees.
    """
    for part in ("shp", "dbf"):
        if part not in members:
            raise Unreadable("shapefile-incomplete", part=f".{part}")
    kinds = _check_shapes(members["shp"])
    if "shx" in members:
        _check_index(members["shx"], sum(kinds.values()))
    attributes = open_attributes(members["dbf"], output.remarks)
    if sum(kinds.values()) != attributes.count:
        raise Unreadable("shapefile-broken", part=".shp / .dbf")
    attributes = replace(attributes, codec=find_codec(attributes, members.get("cpg")))
    degrees = _in_degrees(members.get("prj"), output.remarks) and _has_geojson(kinds, output.remarks)
    places = Places()
    if degrees:
        for row, geometry in _geometries(members["shp"]):
            places.note(row, geometry)
    places.tell(output.remarks)
    labels = attributes.labels()
    labels += places.labels(labels)
    if not labels:
        raise Unreadable("source-error")
    records = _records(members["shp"], attributes, places, output.remarks)
    grid = output.write(labels, records)
    return replace(grid, encoding=attributes.codec)


def _records(shapes: Path, attributes: Attributes, places: Places, remarks: Remarks) -> Iterator[Record]:
    geometries = _geometries(shapes) if places.seen else ((row, None) for row in range(1, attributes.count + 1))
    deleted, first = 0, 0
    for (row, geometry), raw in zip(geometries, attributes.records(), strict=True):
        if raw is None:
            deleted, first = deleted + 1, first or row
        else:
            yield row, attributes.cells(raw) + cells_of(row, places.values(geometry))
    if deleted:
        remarks.add("dbf-deleted-records", row=first, count=deleted)


def _geometries(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    import shapefile  # type: ignore[import-untyped]

    shapefile.VERBOSE = False  # it would log a paragraph for every ring that runs the wrong way round
    with path.open("rb") as file:
        try:
            for row, shape in enumerate(shapefile.ShpReader(file).iterShapes(), start=1):
                empty = shape is None or shape.shapeType == _NULL
                yield row, None if empty else _geometry(shape)
        except (shapefile.ShapefileException, struct.error, IndexError, ValueError) as error:
            raise Unreadable("shapefile-broken", part=f".shp: {type(error).__name__}") from error


def _geometry(shape: Any) -> dict[str, Any]:
    geometry: dict[str, Any] = dict(shape.__geo_interface__)
    return geometry


def _has_geojson(kinds: Mapping[int, int], remarks: Remarks) -> bool:
    if _MULTIPATCH in kinds:
        remarks.add("geometry-left-out", value="MultiPatch")
    return _MULTIPATCH not in kinds


def _in_degrees(path: Path | None, remarks: Remarks) -> bool:
    if path is None:
        remarks.add("shapefile-no-projection")
        return True
    with path.open("rb") as file:
        words = file.read(_LONGEST_PRJ).decode("utf-8", "replace")
    if _DATUM.search(words) and not _PROJECTED.search(words):
        return True
    name = re.search(r'"([^"]{1,100})"', words)
    remarks.add("geometry-left-out", value=name[1] if name else words[:100])
    return False


def _check_shapes(path: Path) -> dict[int, int]:
    """Walk through the records and compare every stated size with the bytes there are; count the kinds of shapes."""
    size = _checked_size(path, "shp")
    kinds: dict[int, int] = {}
    with path.open("rb") as file:
        place, row = _HEADER, 0
        while place < size:
            row += 1
            if row > MOST_RECORDS:
                raise Unreadable("shapefile-too-large", limit=f"{MOST_RECORDS:,}")
            file.seek(place)
            length = _length(file)
            if length < _KIND.size or place + _RECORD.size + length > size:
                raise Unreadable("shapefile-broken", row, part=".shp")
            kind = _KIND.unpack(file.read(_KIND.size))[0]
            if _least(file, kind, row) > length:
                raise Unreadable("shapefile-broken", row, part=".shp")
            kinds[kind] = kinds.get(kind, 0) + 1
            place += _RECORD.size + length
    return kinds


def _length(file: BinaryIO) -> int:
    head = file.read(_RECORD.size)
    return 2 * int(_RECORD.unpack(head)[1]) if len(head) == _RECORD.size else 0


def _least(file: BinaryIO, kind: int, row: int) -> int:
    """Answer the bytes that a shape needs for the parts and points that it states."""
    if kind in {_NULL, _MULTIPATCH}:
        return _KIND.size
    if kind in _POINTS:
        return _POINTS[kind]
    if kind not in _MULTIPOINTS | _PARTED:
        raise Unreadable("shapefile-broken", row, part=f".shp: {kind}")
    file.seek(_BOX - _KIND.size, 1)
    counts = file.read(_COUNTS.size)
    first, second = _COUNTS.unpack(counts) if len(counts) == _COUNTS.size else (-1, -1)
    parts, points = (first, second) if kind in _PARTED else (0, first)
    if parts < 0 or points < 0:
        raise Unreadable("shapefile-broken", row, part=".shp")
    if parts > MOST_RINGS:
        raise Unreadable("shapefile-too-large", row, limit=f"{MOST_RINGS:,}")
    of_point = _POINT + (8 if kind in _HAS_Z else 0)
    return _BOX + (8 if kind in _PARTED else 4) + 4 * int(parts) + of_point * int(points)


def _checked_size(path: Path, part: str) -> int:
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise Unreadable("shapefile-too-large", limit=f"{MOST_BYTES >> 20} MB")
    with path.open("rb") as file:
        head = file.read(_HEAD.size)
    code, words = _HEAD.unpack(head) if len(head) == _HEAD.size and size >= _HEADER else (0, 0)
    if code != _FILE_CODE or 2 * words != size:
        raise Unreadable("shapefile-broken", part=f".{part}")
    return size


def _check_index(path: Path, count: int) -> None:
    if _checked_size(path, "shx") != _HEADER + _RECORD.size * count:
        raise Unreadable("shapefile-broken", part=".shx")
