"""What a dataset is about as triples: themes, groups, keywords, places, times, languages, rules it keeps to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import RDF, SKOS, Graph, Literal, URIRef

from app.catalog import vocabularies
from app.catalog.places import place_of
from app.catalog.record import Access
from app.kernel.text import text_of
from app.metadata.links import web_link
from app.metadata.rdf import (
    DCAT,
    LOCN,
    add_concept,
    add_languages,
    add_own_concept,
    add_text,
    add_types,
    clean,
    part,
)

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.places import Place
    from app.catalog.record import DatasetRecord, Period

GROUPS = "/ns/groups"
AI_USES = "/ns/ai-uses"
ACCESS_RIGHT = {Access.PUBLIC: "PUBLIC", Access.INTERNAL: "NON_PUBLIC"}


def add_subjects(triples: Graph, dataset: URIRef, record: DatasetRecord, site: Site) -> None:
    """Say what it is about, how often it comes, who may read it and what machines that learn may do with it."""
    add_topics(triples, dataset, record, site)
    add_concept(
        triples, dataset, DCT.accrualPeriodicity, vocabularies.frequencies(), record.frequency, kind=DCT.Frequency
    )
    add_access(triples, dataset, record)
    space = site.absolute(AI_USES)
    add_own_concept(
        triples, dataset, DCT.rights, vocabularies.ai_uses(), record.ai_use, space=space, kind=DCT.RightsStatement
    )
    add_languages(triples, dataset, record)
    add_places(triples, dataset, record.spatial)
    add_period(triples, dataset, record.temporal)
    for standard in filter(None, map(web_link, record.conforms_to)):
        triples.add((dataset, DCT.conformsTo, URIRef(standard)))
        triples.add((URIRef(standard), RDF.type, DCT.Standard))


def add_topics(triples: Graph, subject: URIRef, record: DatasetRecord, site: Site) -> None:
    """Give keywords, themes, and the catalogue's own groups as themes of a second scheme."""
    for keyword in record.keywords:
        add_text(triples, subject, DCAT.keyword, text_of(keyword))
    for theme in record.themes:
        add_concept(triples, subject, DCAT.theme, vocabularies.themes(), theme)
    for group in record.groups:
        space = site.absolute(GROUPS)
        add_own_concept(triples, subject, DCAT.theme, vocabularies.groups(), group, space=space, kind=SKOS.Concept)


def add_access(triples: Graph, subject: URIRef, record: DatasetRecord) -> None:
    """Say who may read."""
    rights, code = vocabularies.access_rights(), ACCESS_RIGHT[record.access]
    add_concept(triples, subject, DCT.accessRights, rights, code, kind=DCT.RightsStatement)


def add_places(triples: Graph, subject: URIRef, spatial: tuple[str, ...]) -> None:
    """Point to places: by GeoNames address where it is known, by the address that was given, else as a named part."""
    for number, words in enumerate(spatial, start=1):
        link, found = web_link(words), place_of(words)
        name = found.name if found else text_of("" if link else words)
        if not (link or name):
            continue
        place = URIRef(_geonames(found) or link or part(subject, f"place-{number}"))
        triples.add((subject, DCT.spatial, place))
        add_types(triples, place, DCT.Location)
        add_text(triples, place, SKOS.prefLabel, name)
        add_text(triples, place, LOCN.geographicName, name)
        if found and found.code:
            triples.add((place, DCT.identifier, Literal(clean(found.code))))


def add_period(triples: Graph, subject: URIRef, temporal: Period) -> None:
    """Say of which days the data is; one end may be open."""
    for predicate, day in ((DCAT.startDate, temporal.start), (DCAT.endDate, temporal.end)):
        if day:
            period = part(subject, "period")
            triples.add((subject, DCT.temporal, period))
            triples.add((period, RDF.type, DCT.PeriodOfTime))
            triples.add((period, predicate, Literal(day)))


def _geonames(place: Place | None) -> str:
    return place.geonames if place else ""
