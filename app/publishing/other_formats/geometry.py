"""Geometries beside the other columns of a table: points as longitude and latitude, all else as GeoJSON (RFC 7946).

Nothing is reprojected or turned round here: what cannot be degrees is refused, what looks turned round is told.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.publishing.decoding import Unreadable
from app.publishing.remarks import Remarks

GEOMETRY, LONGITUDE, LATITUDE, HEIGHT = "geometry", "longitude", "latitude", "height"
# EPSG codes of coordinates in degrees that agree to about a metre: WGS 84, JGD2000, JGD2011, and those with heights.
DEGREES = frozenset({4326, 4979, 4612, 4947, 6668, 6667, 6697})
_DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_MOST_NUMBERS = 4  # longitude, latitude, height, and a measure
_MOST_NESTED = 4
# Where longitude and latitude of Japan lie, its outermost islands included.
_EAST, _NORTH = (122.0, 154.1), (20.0, 46.0)

Geometry = Mapping[str, Any]


@dataclass(slots=True)
class Places:
    """What a first pass over geometries finds, so that the second can write them."""

    seen: bool = False
    only_points: bool = True
    high: bool = False
    swapped: int = 0
    first_swapped: int | None = None

    def note(self, row: int, geometry: Geometry | None) -> None:
        """Check one geometry. Raises `Unreadable` with what is wrong."""
        if geometry is None:
            return
        self.seen = True
        self.only_points = self.only_points and geometry.get("type") == "Point"
        turned = False
        for position in _positions(geometry, row, 0):
            turned = _is_turned(position, row) or turned
            self.high = self.high or len(position) > len((LONGITUDE, LATITUDE))
        if turned:
            self.swapped += 1
            self.first_swapped = self.first_swapped or row

    def labels(self, taken: Collection[str]) -> tuple[str, ...]:
        """Name the columns that the geometries need, apart from the names that are taken."""
        if not self.seen:
            return ()
        points = (LONGITUDE, LATITUDE, HEIGHT) if self.high else (LONGITUDE, LATITUDE)
        known = {name.lower() for name in taken}
        return tuple(_free(name, known) for name in (points if self.only_points else (GEOMETRY,)))

    def values(self, geometry: Geometry | None) -> tuple[Any, ...]:
        """Answer a geometry's values for these columns."""
        if not self.seen:
            return ()
        if not self.only_points:
            return (geometry,)
        width = len((LONGITUDE, LATITUDE, HEIGHT)) if self.high else len((LONGITUDE, LATITUDE))
        position = (geometry or {}).get("coordinates") or ()
        return tuple(position[number] if number < len(position) else None for number in range(width))

    def tell(self, remarks: Remarks) -> None:
        """Warn of coordinates that look turned round."""
        if self.swapped:
            remarks.add("coordinates-swapped", row=self.first_swapped, count=self.swapped)


def _free(name: str, known: set[str]) -> str:
    number, free = 2, name
    while free in known:
        free, number = f"{name}_{number}", number + 1
    return free


def _positions(geometry: Any, row: int, nested: int) -> Iterator[list[Any]]:
    if not isinstance(geometry, Mapping):
        raise Unreadable("geometry-broken", row)
    kind, members = geometry.get("type"), geometry.get("geometries")
    if kind == "GeometryCollection" and isinstance(members, list) and nested < _MOST_NESTED:
        for each in members:
            yield from _positions(each, row, nested + 1)
    elif isinstance(kind, str) and kind in _DEPTHS:
        yield from _inside(geometry.get("coordinates"), _DEPTHS[kind], row)
    else:
        raise Unreadable("geometry-broken", row)


def _inside(coordinates: Any, depth: int, row: int) -> Iterator[list[Any]]:
    if not isinstance(coordinates, (list, tuple)):
        raise Unreadable("geometry-broken", row)
    if depth:
        for each in coordinates:
            yield from _inside(each, depth - 1, row)
    elif coordinates:  # an empty position is no place (RFC 7946, 3.1)
        if not len((LONGITUDE, LATITUDE)) <= len(coordinates) <= _MOST_NUMBERS or not all(map(_is_number, coordinates)):
            raise Unreadable("geometry-broken", row)
        yield list(coordinates)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and math.isfinite(value)


def _is_turned(position: list[Any], row: int) -> bool:
    """Say whether a position is latitude, longitude of Japan. Raises `Unreadable` where it cannot be degrees."""
    longitude, latitude = position[:2]
    if -180 <= longitude <= 180 and -90 <= latitude <= 90:  # noqa: PLR2004 - a globe's degrees
        return False
    if _EAST[0] <= latitude <= _EAST[1] and _NORTH[0] <= longitude <= _NORTH[1]:
        return True
    raise Unreadable("coordinates-out-of-range", row, value=f"{longitude}, {latitude}")
