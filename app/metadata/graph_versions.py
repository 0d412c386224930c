"""Versions and series as triples.

`dcat:hasVersion` must point to datasets described in the same graph, and harvesters take every dataset they meet into
their catalogue: each version would stand there as one more dataset. So a version points to its dataset
(`dcat:isVersionOf`), and is an entity of provenance until its own description says more.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import PROV, RDF, Graph, Literal, URIRef

from app.catalog import addresses
from app.kernel.text import text_of
from app.metadata.rdf import ADMS, DCAT, add_text, clean, instant
from app.metadata.versions import version_name

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, VersionRecord

# The description of a dataset that changes every hour must not grow for ever.
LISTED = 50


def add_versions(triples: Graph, dataset: URIRef, record: DatasetRecord, site: Site) -> None:
    """Say which version it is, what is new in it, and which came before."""
    if not record.version:
        return
    _add_name(triples, dataset, record.version)
    whole = URIRef(site.absolute(addresses.dataset(record.slug)))
    versions = listed_versions(record)
    if record.pinned:
        triples.add((dataset, DCAT.isVersionOf, whole))
        triples.add((whole, RDF.type, PROV.Entity))
    else:
        triples.add((dataset, DCAT.hasCurrentVersion, version_address(record, record.version, site)))
        for version in versions:
            _add_version(triples, version_address(record, version, site), whole, version)
    for later, earlier in pairwise(versions):
        before = version_address(record, earlier, site)
        if not record.pinned:
            triples.add((version_address(record, later, site), DCAT.previousVersion, before))
        if later.number == record.version.number:
            triples.add((dataset, DCAT.previousVersion, before))
            triples.add((before, RDF.type, PROV.Entity))


def add_series(triples: Graph, dataset: URIRef, record: DatasetRecord, site: Site) -> None:
    """Point to the series of which the dataset is one period, and name it."""
    if not record.in_series:
        return
    series = URIRef(site.absolute(addresses.series(record.in_series.slug)))
    title = record.in_series.title or text_of(record.in_series.slug)
    triples.add((dataset, DCAT.inSeries, series))
    triples.add((series, RDF.type, DCAT.DatasetSeries))
    add_text(triples, series, DCT.title, title)
    add_text(triples, series, DCT.description, title)
    # All datasets of a series are of one publisher.
    triples.add((series, DCT.publisher, URIRef(site.absolute(addresses.publisher(record.publisher.slug)))))


def version_address(record: DatasetRecord, version: VersionRecord, site: Site) -> URIRef:
    """Answer the address of one version, under which it never changes."""
    return URIRef(site.absolute(addresses.version(record.slug, version.number)))


def listed_versions(record: DatasetRecord) -> tuple[VersionRecord, ...]:
    """List the versions newest first; a pinned one knows nothing of what came after, or it would have to change."""
    last = record.version.number if record.version else 0
    listed = record.versions or ((record.version,) if record.version else ())
    return tuple(version for version in listed if not record.pinned or version.number <= last)[:LISTED]


def _add_version(triples: Graph, address: URIRef, whole: URIRef, version: VersionRecord) -> None:
    triples.add((address, RDF.type, PROV.Entity))
    triples.add((address, DCAT.isVersionOf, whole))
    triples.add((address, DCT.issued, instant(version.published)))
    _add_name(triples, address, version)


def _add_name(triples: Graph, subject: URIRef, version: VersionRecord) -> None:
    triples.add((subject, DCAT.version, Literal(clean(version_name(version)))))
    add_text(triples, subject, ADMS.versionNotes, text_of(version.notes))
