"""Publishers, contacts and makers as triples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import FOAF, PROV, RDF, RDFS, Graph, URIRef

from app.catalog import addresses
from app.kernel.text import text_of
from app.metadata.links import mail_link, web_link
from app.metadata.rdf import DCAT, VCARD, add_text, add_types, part

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import Contact, Contributor, DatasetRecord, Publisher, Source
    from app.kernel.text import Text


def add_publisher(triples: Graph, subject: URIRef, publisher: Publisher, site: Site) -> URIRef:
    """Name the organization that answers for the data; return its address."""
    agent = URIRef(site.absolute(addresses.publisher(publisher.slug)))
    triples.add((subject, DCT.publisher, agent))
    add_types(triples, agent, FOAF.Agent, FOAF.Organization)
    add_text(triples, agent, FOAF.name, publisher.title or text_of(publisher.slug))
    if homepage := web_link(publisher.homepage):
        triples.add((agent, FOAF.homepage, URIRef(homepage)))
        triples.add((URIRef(homepage), RDF.type, FOAF.Document))
    return agent


def add_contact(triples: Graph, subject: URIRef, given: tuple[Contact, ...], name: Text) -> URIRef | None:
    """Say where questions go: to the first of the contacts that can be reached; `name` is for one without a name."""
    found = next((contact for contact in given if _reachable(contact)), None)
    if not found:
        return None
    contact = part(subject, "contact")
    triples.add((subject, DCAT.contactPoint, contact))
    add_types(triples, contact, VCARD.Kind, VCARD.Organization)
    add_text(triples, contact, VCARD.fn, text_of(found.name) or name)
    if mail := mail_link(found.email):
        triples.add((contact, VCARD.hasEmail, URIRef(mail)))
    if link := web_link(found.url):
        triples.add((contact, VCARD.hasURL, URIRef(link)))
    return contact


def add_origins(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    """Say how the data was made, from what and by whom."""
    if record.provenance:
        _add_statement(triples, dataset, part(dataset, "provenance"), record.provenance)
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
    _add_statement(triples, dataset, statement, text_of(label))
    if link:
        triples.add((statement, RDFS.seeAlso, URIRef(link)))
        triples.add((dataset, PROV.wasDerivedFrom, URIRef(link)))


def _add_statement(triples: Graph, dataset: URIRef, statement: URIRef, words: Text) -> None:
    triples.add((dataset, DCT.provenance, statement))
    triples.add((statement, RDF.type, DCT.ProvenanceStatement))
    add_text(triples, statement, RDFS.label, words)


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
        triples.add((URIRef(link), RDF.type, FOAF.Document))
    if mail := mail_link(contributor.email):
        triples.add((agent, FOAF.mbox, URIRef(mail)))


def _reachable(contact: Contact) -> bool:
    return bool(contact.name or mail_link(contact.email) or web_link(contact.url))
