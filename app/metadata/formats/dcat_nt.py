"""DCAT-AP 3.0.1 as N-Triples: a line for each triple, to be loaded and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.metadata.format import Format
from app.metadata.graph import STANDARD, graph
from app.metadata.graph_syntaxes import ntriples

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the graph as N-Triples, always in the same order."""
    return ntriples(graph(record, site))


FORMAT = Format(
    name="dcat-nt",
    title=Text("DCAT-AP 3.0.1（N-Triples）", "DCAT-AP 3.0.1 (N-Triples)"),
    media_type="application/n-triples",
    suffix=".nt",
    standard=f"{STANDARD}/",
    profile=STANDARD,
    render=render,
)
