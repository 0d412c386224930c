"""DCAT-AP 3.0.1 as Turtle: what harvesters of open data portals read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.metadata.format import Format
from app.metadata.graph import STANDARD, graph
from app.metadata.graph_syntaxes import turtle

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the graph as Turtle, always in the same order."""
    return turtle(graph(record, site))


FORMAT = Format(
    name="dcat",
    title=Text("DCAT-AP 3.0.1（Turtle）", "DCAT-AP 3.0.1 (Turtle)"),
    media_type="text/turtle",
    suffix=".ttl",
    standard=f"{STANDARD}/",
    profile=STANDARD,
    render=render,
    aliases=(".n3",),
    accepts=("text/n3", "application/x-turtle"),
)
