"""One dataset as RDF in the terms of DCAT-AP 3.0.1 (semiceu.github.io/DCAT-AP/releases/3.0.1).

Everything a triple points to is typed and named in the same graph, because the official shapes
check classes there and nowhere else. Parts have hash addresses instead of blank nodes: the bytes
stay the same from run to run, and a query can name the parts.

The day on which the next version is due is in no vocabulary that readers of DCAT know (`dct:valid` and
`schema:expires` would say that the present one ends then), so other formats tell it. Interfaces are no part of it:
one shape of the full profile for `dcat:DataService` is malformed, and validators stop there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import FOAF, PROV, RDF, SKOS, Graph, Literal, URIRef

from app.kernel.text import Text, text_of
from app.metadata.distributions import distributions
from app.metadata.graph_agents import add_contact, add_origins, add_publisher
from app.metadata.graph_columns import add_columns
from app.metadata.graph_distributions import add_distribution
from app.metadata.graph_series import series_graph
from app.metadata.graph_subjects import add_subjects
from app.metadata.graph_versions import add_series, add_versions
from app.metadata.links import web_link
from app.metadata.rdf import (
    ADMS,
    DCAT,
    DQV,
    ODRL,
    PROF,
    add_text,
    add_types,
    dataset_address,
    instant,
    name_concept,
    new_graph,
    part,
)

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord

__all__ = ["PROFILE", "STANDARD", "graph", "series_graph"]

STANDARD = "https://semiceu.github.io/DCAT-AP/releases/3.0.1"
PROFILE = "/profiles/dcat-ap"
CHANGE_TYPES = "http://purl.org/adms/changetype"
CHANGE_TYPES_TITLE = Text("変更の種類", "Change type")
CREATED = ("created", Text("作成", "Created"))
UPDATED = ("updated", Text("更新", "Updated"))


def graph(record: DatasetRecord, site: Site) -> Graph:
    """Describe the dataset, its publisher, its catalogue record, its files and what their columns mean."""
    triples = new_graph()
    add_dataset(triples, record, site)
    return triples


def add_dataset(triples: Graph, record: DatasetRecord, site: Site) -> None:
    """Do the same in a graph that tells of other things too."""
    dataset = dataset_address(record, site)
    _add_words(triples, dataset, record)
    add_subjects(triples, dataset, record, site)
    add_versions(triples, dataset, record, site)
    add_series(triples, dataset, record, site)
    add_publisher(triples, dataset, record.publisher, site)
    add_contact(triples, dataset, (record.contact, record.publisher.contact), record.publisher.title)
    add_origins(triples, dataset, record)
    _add_other_descriptions(triples, dataset)
    _add_catalog_record(triples, dataset, record, site)
    for distribution in distributions(record, site):
        add_distribution(triples, dataset, record, distribution)
        if distribution.table:
            add_columns(triples, dataset, distribution, distribution.table, site)


def _add_words(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    add_types(triples, dataset, DCAT.Dataset, DCAT.Resource, FOAF.Document)
    title = record.title or text_of(record.name or record.slug)
    add_text(triples, dataset, DCT.title, title)
    add_text(triples, dataset, DCT.description, record.description or title)
    # SKOS states no domain for its notes (skos-reference, 7.4), and no term of DCAT's says what to mind.
    add_text(triples, dataset, SKOS.scopeNote, record.caveats)
    triples.add(
        (dataset, DCT.identifier, Literal(record.version.id if record.pinned and record.version else record.id))
    )
    _add_dates(triples, dataset, record)
    triples.add((dataset, DCAT.landingPage, dataset))
    if homepage := web_link(record.homepage):
        triples.add((dataset, FOAF.page, URIRef(homepage)))
        triples.add((URIRef(homepage), RDF.type, FOAF.Document))


def _add_dates(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    """Say when the data came out and changed: here, or where its files lie."""
    issued = record.issued or record.source_issued
    if record.pinned and record.version and record.resources:
        issued = record.version.published
    if issued:
        triples.add((dataset, DCT.issued, instant(issued)))
    triples.add((dataset, DCT.modified, instant(record.changed)))


def _add_other_descriptions(triples: Graph, dataset: URIRef) -> None:
    """Point to how good the data is, what was done to it (w3.org/TR/prov-aq, 3.2) and what may be done with it."""
    quality, policy = URIRef(f"{dataset}/quality.ttl"), URIRef(f"{dataset}/policy.jsonld")
    triples.add((dataset, DQV.hasQualityMetadata, quality))
    triples.add((quality, RDF.type, DQV.QualityMetadata))
    triples.add((dataset, PROV.has_provenance, URIRef(f"{dataset}/provenance.ttl")))
    triples.add((dataset, ODRL.hasPolicy, policy))
    triples.add((policy, RDF.type, ODRL.Policy))


def _add_catalog_record(triples: Graph, dataset: URIRef, record: DatasetRecord, site: Site) -> None:
    """Say when the description (not the data) changed, and the profile it keeps to."""
    entry = part(dataset, "record")
    triples.add((entry, RDF.type, DCAT.CatalogRecord))
    triples.add((entry, FOAF.primaryTopic, dataset))
    triples.add((entry, DCT.issued, instant(record.created)))
    triples.add((entry, DCT.modified, instant(record.modified)))
    code, name = UPDATED if record.modified > record.created else CREATED
    change = URIRef(f"{CHANGE_TYPES}/{code}")
    triples.add((entry, ADMS.status, change))
    name_concept(triples, change, URIRef(CHANGE_TYPES), name, CHANGE_TYPES_TITLE)
    profile = URIRef(site.absolute(PROFILE))
    triples.add((entry, DCT.conformsTo, profile))
    add_types(triples, profile, DCT.Standard, PROF.Profile)
    title = Text(f"{site.title.get('ja')}のDCAT-AP", f"DCAT-AP of {site.title.get('en')}")
    add_text(triples, profile, DCT.title, title)
    triples.add((profile, PROF.isProfileOf, URIRef(STANDARD)))
