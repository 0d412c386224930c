"""GeoJSON (RFC 7946): each feature of a collection is a row; its properties are columns, its geometry stands beside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from app.publishing.decoding import Unreadable
from app.publishing.grids import Grid
from app.publishing.other_formats.documents import open_document, parse, split
from app.publishing.other_formats.geometry import DEGREES, Places
from app.publishing.other_formats.rows import Columns, Output, cells_of, labels_of, values_of
from app.publishing.remarks import Remarks

_COLLECTION = re.compile(rb'"type"\s*:\s*"FeatureCollection"')
_HEAD = 4096
_EPSG = re.compile(r"(?:EPSG:[0-9.]*:?|/EPSG/0/)([0-9]{4,6})\Z", re.IGNORECASE)
_CRS84 = re.compile(r"CRS84h?\Z")
_USUAL = frozenset({"type", "features", "crs", "bbox"})

Feature = tuple[int, dict[str, Any], dict[str, Any] | None]


def is_collection(source: Path) -> bool:
    """Say whether a JSON file begins as GeoJSON, whatever its name says."""
    with source.open("rb") as file:
        return _COLLECTION.search(file.read(_HEAD)) is not None


def read_geojson(source: Path, output: Output) -> Grid | None:
    """Write the features as CSV; rows count features from 1.

    Points become `longitude` and `latitude` (and `height`), all other geometries GeoJSON text in `geometry`. `None`
    for GeoJSON that is no collection of features. Raises `Unreadable`.
    """
    document = open_document(source)
    if "features" not in document.members or parse(document.members.get("type", b"null"), 1) != "FeatureCollection":
        return None
    features = split(document.members["features"], document.content)
    rest = document.without("features")
    left_out = [key for key in rest if key not in _USUAL]
    if left_out:
        output.remarks.add(
            "json-members-left-out", value=", ".join(left_out[:10]), count=len(left_out), member="features"
        )
    degrees = _in_degrees(rest.get("crs"), output.remarks)
    columns, places = Columns(), Places()
    for row, properties, geometry in _features(features):
        columns.note(properties)
        if degrees:
            places.note(row, geometry)
    places.tell(output.remarks)
    plan = columns.plan()
    labels = labels_of(plan)
    labels += places.labels(labels)
    if not labels:
        raise Unreadable("source-error")
    records = (
        (row, cells_of(row, (*values_of(properties, plan), *places.values(geometry))))
        for row, properties, geometry in _features(features)
    )
    return output.write(labels, records)


def _features(raws: list[msgspec.Raw]) -> Iterator[Feature]:
    for row, raw in enumerate(raws, start=1):
        feature = parse(raw, row)
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise Unreadable("feature-broken", row)
        properties, geometry = feature.get("properties"), feature.get("geometry")
        if not isinstance(properties, dict | None) or not isinstance(geometry, dict | None):
            raise Unreadable("feature-broken", row)
        properties = properties or {}
        if "id" in feature:
            properties = {"feature_id" if "id" in properties else "id": feature["id"]} | properties
        yield row, properties, geometry


def _in_degrees(crs: Any, remarks: Remarks) -> bool:
    """Judge the reference system that GeoJSON of 2008 could name. RFC 7946 knows degrees of WGS 84 only."""
    if crs is None:
        return True
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name") if isinstance(properties, dict) else crs)
    match = _EPSG.search(name)
    if (match and int(match[1]) in DEGREES) or _CRS84.search(name):
        return True
    remarks.add("geometry-left-out", value=name)
    return False
