"""DCAT-AP 3.0.1 as JSON-LD: for those who read JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.metadata.format import Format
from app.metadata.graph import STANDARD, graph
from app.metadata.graph_syntaxes import json_ld

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the graph as JSON-LD, always in the same order."""
    return json_ld(graph(record, site))


FORMAT = Format(
    name="dcat-jsonld",
    title=Text("DCAT-AP 3.0.1（JSON-LD）", "DCAT-AP 3.0.1 (JSON-LD)"),
    media_type="application/ld+json",
    suffix=".jsonld",
    standard=f"{STANDARD}/",
    profile=STANDARD,
    render=render,
)
