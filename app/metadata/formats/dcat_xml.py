"""DCAT-AP 3.0.1 as RDF/XML: for readers that only know XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.metadata.format import Format
from app.metadata.graph import STANDARD, graph
from app.metadata.graph_syntaxes import rdf_xml

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the graph as RDF/XML, always in the same order."""
    return rdf_xml(graph(record, site))


FORMAT = Format(
    name="dcat-xml",
    title=Text("DCAT-AP 3.0.1（RDF/XML）", "DCAT-AP 3.0.1 (RDF/XML)"),
    media_type="application/rdf+xml",
    suffix=".rdf",
    standard=f"{STANDARD}/",
    profile=STANDARD,
    render=render,
    aliases=(".xml",),
)
