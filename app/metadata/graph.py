"""One dataset as RDF in the terms of DCAT-AP 3.0.1 (semiceu.github.io/DCAT-AP/releases/3.0.1).

Everything a triple points to is typed and named in the same graph, because the official shapes
check classes there and nowhere else. Parts have hash addresses instead of blank nodes: the bytes
stay the same from run to run, and a query can name the parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import FOAF, PROV, RDF, RDFS, SKOS, Graph, Literal, URIRef

from app.catalog import addresses, vocabularies
from app.catalog.record import Access
from app.kernel.text import Text, text_of
from app.metadata.distributions import distributions
from app.metadata.graph_distributions import add_distribution
from app.metadata.links import mail_link, web_link
from app.metadata.rdf import (
    ADMS,
    DCAT,
    LOCN,
    PROF,
    VCARD,
    add_concept,
    add_languages,
    add_text,
    add_types,
    clean,
    instant,
    new_graph,
    part,
)
from app.metadata.versions import version_name

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import Contact, Contributor, DatasetRecord, Source

STANDARD = "https://semiceu.github.io/DCAT-AP/releases/3.0.1"
PROFILE = "/profiles/dcat-ap"

ACCESS_RIGHT = {Access.PUBLIC: "PUBLIC", Access.INTERNAL: "NON_PUBLIC"}


def graph(record: DatasetRecord, site: Site) -> Graph:
    """Describe the dataset, its publisher, its catalogue record and its distributions."""
    triples = new_graph()
    dataset = URIRef(site.absolute(addresses.dataset(record.slug)))
    _add_dataset(triples, dataset, record)
    _add_subjects(triples, dataset, record)
    _add_places(triples, dataset, record)
    _add_period(triples, dataset, record)
    _add_publisher(triples, dataset, record, site)
    _add_contact(triples, dataset, record)
    _add_origins(triples, dataset, record)
    _add_catalog_record(triples, dataset, record, site)
    for distribution in distributions(record, site):
        add_distribution(triples, dataset, record, distribution)
    return triples


def _add_dataset(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    add_types(triples, dataset, DCAT.Dataset, DCAT.Resource)
    title = record.title or text_of(record.name or record.slug)
    add_text(triples, dataset, DCT.title, title)
    add_text(triples, dataset, DCT.description, record.description or title)
    triples.add((dataset, DCT.identifier, Literal(record.id)))
    if record.issued:
        triples.add((dataset, DCT.issued, instant(record.issued)))
    modified = record.version.published if record.version else record.modified
    triples.add((dataset, DCT.modified, instant(modified)))
    _add_version(triples, dataset, record)
    triples.add((dataset, DCAT.landingPage, dataset))
    triples.add((dataset, RDF.type, FOAF.Document))
    if homepage := web_link(record.homepage):
        triples.add((dataset, FOAF.page, URIRef(homepage)))
        triples.add((URIRef(homepage), RDF.type, FOAF.Document))


def _add_version(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    if not record.version:
        return
    triples.add((dataset, DCAT.version, Literal(clean(version_name(record.version)))))
    add_text(triples, dataset, ADMS.versionNotes, text_of(record.version.notes))


def _add_subjects(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    for keyword in record.keywords:
        add_text(triples, dataset, DCAT.keyword, text_of(keyword))
    for theme in record.themes:
        add_concept(triples, dataset, DCAT.theme, vocabularies.themes(), theme)
    add_concept(
        triples, dataset, DCT.accrualPeriodicity, vocabularies.frequencies(), record.frequency, kind=DCT.Frequency
    )
    add_concept(
        triples,
        dataset,
        DCT.accessRights,
        vocabularies.access_rights(),
        ACCESS_RIGHT[record.access],
        kind=DCT.RightsStatement,
    )
    add_languages(triples, dataset, record)


def _add_places(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    for number, words in enumerate(record.spatial, start=1):
        link = web_link(words)
        place = URIRef(link) if link else part(dataset, f"place-{number}")
        triples.add((dataset, DCT.spatial, place))
        triples.add((place, RDF.type, DCT.Location))
        if not link:
            add_text(triples, place, SKOS.prefLabel, text_of(words))
            add_text(triples, place, LOCN.geographicName, text_of(words))


def _add_period(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    ends = ((DCAT.startDate, record.temporal.start), (DCAT.endDate, record.temporal.end))
    for predicate, day in ends:
        if day:
            period = part(dataset, "period")
            triples.add((dataset, DCT.temporal, period))
            triples.add((period, RDF.type, DCT.PeriodOfTime))
            triples.add((period, predicate, Literal(day)))


def _add_publisher(triples: Graph, dataset: URIRef, record: DatasetRecord, site: Site) -> None:
    agent = URIRef(site.absolute(addresses.publisher(record.publisher.slug)))
    triples.add((dataset, DCT.publisher, agent))
    add_types(triples, agent, FOAF.Agent, FOAF.Organization)
    add_text(triples, agent, FOAF.name, record.publisher.title or text_of(record.publisher.slug))
    if homepage := web_link(record.publisher.homepage):
        triples.add((agent, FOAF.homepage, URIRef(homepage)))


def _add_contact(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    given = next((contact for contact in (record.contact, record.publisher.contact) if _reachable(contact)), None)
    if not given:
        return
    contact = part(dataset, "contact")
    triples.add((dataset, DCAT.contactPoint, contact))
    add_types(triples, contact, VCARD.Kind, VCARD.Organization)
    add_text(triples, contact, VCARD.fn, text_of(given.name) or record.publisher.title)
    if mail := mail_link(given.email):
        triples.add((contact, VCARD.hasEmail, URIRef(mail)))
    if link := web_link(given.url):
        triples.add((contact, VCARD.hasURL, URIRef(link)))


def _add_origins(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    for number, source in enumerate(record.sources, start=1):
        _add_source(triples, dataset, source, part(dataset, f"source-{number}"))
    for number, contributor in enumerate(record.contributors, start=1):
        _add_contributor(triples, dataset, contributor, part(dataset, f"contributor-{number}"))


def _add_source(triples: Graph, dataset: URIRef, source: Source, statement: URIRef) -> None:
    """Say where the data came from.

    `dct:source` must point to a dataset, and harvesters take every dataset they meet into their catalogue;
    a source is most often a page or a paper, so it stands as provenance.
    """
    link = web_link(source.url)
    label = " ".join(filter(None, (source.title or link or source.email, source.version)))
    if not label:
        return
    triples.add((dataset, DCT.provenance, statement))
    triples.add((statement, RDF.type, DCT.ProvenanceStatement))
    add_text(triples, statement, RDFS.label, text_of(label))
    if link:
        triples.add((statement, RDFS.seeAlso, URIRef(link)))
        triples.add((dataset, PROV.wasDerivedFrom, URIRef(link)))


def _add_contributor(triples: Graph, dataset: URIRef, contributor: Contributor, agent: URIRef) -> None:
    name = text_of(contributor.title or contributor.organization)
    if not name:
        return
    predicate = DCT.creator if {"creator", "author"} & set(contributor.roles) else DCT.contributor
    triples.add((dataset, predicate, agent))
    triples.add((agent, RDF.type, FOAF.Agent))
    add_text(triples, agent, FOAF.name, name)
    if link := web_link(contributor.url):
        triples.add((agent, FOAF.homepage, URIRef(link)))
    if mail := mail_link(contributor.email):
        triples.add((agent, FOAF.mbox, URIRef(mail)))


def _add_catalog_record(triples: Graph, dataset: URIRef, record: DatasetRecord, site: Site) -> None:
    """Say when the description (not the data) changed, and the profile it keeps to."""
    entry, profile = part(dataset, "record"), URIRef(site.absolute(PROFILE))
    triples.add((entry, RDF.type, DCAT.CatalogRecord))
    triples.add((entry, FOAF.primaryTopic, dataset))
    triples.add((entry, DCT.issued, instant(record.created)))
    triples.add((entry, DCT.modified, instant(record.modified)))
    triples.add((entry, DCT.conformsTo, profile))
    add_types(triples, profile, DCT.Standard, PROF.Profile)
    add_text(
        triples, profile, DCT.title, Text(f"{site.title.get('ja')}のDCAT-AP", f"DCAT-AP of {site.title.get('en')}")
    )
    triples.add((profile, PROF.isProfileOf, URIRef(STANDARD)))


def _reachable(contact: Contact) -> bool:
    return bool(contact.name or mail_link(contact.email) or web_link(contact.url))
