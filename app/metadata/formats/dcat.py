"""DCAT-AP 3.0.1 as Turtle: what harvesters of open data portals read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rdflib.plugins.serializers.turtle import TurtleSerializer

from app.kernel.text import Text
from app.metadata.format import Format
from app.metadata.graph import STANDARD, graph
from app.metadata.rdf import DCAT

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord


# People read Turtle from the top.
FIRST = [DCAT.Dataset, DCAT.Distribution, DCAT.CatalogRecord]


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the graph as Turtle, always in the same order."""
    serializer, stream = TurtleSerializer(graph(record, site)), io.BytesIO()
    serializer.topClasses = FIRST
    serializer.serialize(stream)
    return stream.getvalue()


FORMAT = Format(
    name="dcat",
    title=Text("DCAT-AP 3.0.1（Turtle）", "DCAT-AP 3.0.1 (Turtle)"),
    media_type="text/turtle",
    suffix=".ttl",
    standard=f"{STANDARD}/",
    profile=STANDARD,
    render=render,
)
