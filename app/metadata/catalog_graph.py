"""A page of the catalogue as RDF: what the catalogue is, which datasets stand on the page, and where the next page is.

Harvesters read one of two vocabularies of paging: the terms of Hydra's drafts that ckanext-dcat writes, and those
of today's Hydra (hydra-cg.com/spec/latest/core). One node says all of it in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import FOAF, RDF, SKOS, Graph, Literal, URIRef

from app.catalog import vocabularies
from app.metadata.graph_subjects import add_places
from app.metadata.links import mail_link
from app.metadata.rdf import DCAT, HYDRA, add_concept, add_text, add_types, dataset_address, new_graph, part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord

CATALOG = "/catalog"
_LANGUAGES = ("ja", "en")
# The same relation in today's vocabulary and in the drafts'.
_RELATIONS = {
    "first": (HYDRA.first, HYDRA.firstPage),
    "prev": (HYDRA.previous, HYDRA.previousPage),
    "next": (HYDRA.next, HYDRA.nextPage),
    "last": (HYDRA.last, HYDRA.lastPage),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands in a row of pages; `address` answers the full address of a page, counted from 1."""

    number: int
    size: int
    total: int
    address: Callable[[int], str]

    @property
    def pages(self) -> int:
        """How many pages there are: one at least, which may be empty."""
        return max(1, -(-self.total // self.size))

    def others(self) -> dict[str, str]:
        """Answer the addresses of other pages by their relation (RFC 8288): first, prev, next, last."""
        numbers = {"first": 1, "prev": self.number - 1, "next": self.number + 1, "last": self.pages}
        return {name: self.address(each) for name, each in numbers.items() if 1 <= each <= self.pages}


def catalog_graph(records: Iterable[DatasetRecord], site: Site, place: Place) -> Graph:
    """Describe the catalogue and the page; the datasets are named here, and described by their own graphs."""
    triples = new_graph()
    catalog = URIRef(site.absolute(CATALOG))
    add_types(triples, catalog, DCAT.Catalog, HYDRA.Collection)
    add_text(triples, catalog, DCT.title, site.title)
    add_text(triples, catalog, DCT.description, site.description)
    _add_operator(triples, catalog, site)
    home = URIRef(site.absolute("/"))
    triples.add((catalog, FOAF.homepage, home))
    triples.add((home, RDF.type, FOAF.Document))
    add_places(triples, catalog, (site.area,) if site.area else ())
    _add_vocabularies(triples, catalog)
    for record in records:
        dataset = dataset_address(record, site)
        triples.add((catalog, DCAT.dataset, dataset))
        triples.add((catalog, DCAT.record, part(dataset, "record")))
    _add_page(triples, catalog, place)
    return triples


def _add_operator(triples: Graph, catalog: URIRef, site: Site) -> None:
    operator = part(catalog, "operator")
    triples.add((catalog, DCT.publisher, operator))
    add_types(triples, operator, FOAF.Agent, FOAF.Organization)
    add_text(triples, operator, FOAF.name, site.publisher)
    if mail := mail_link(site.email):
        triples.add((operator, FOAF.mbox, URIRef(mail)))


def _add_vocabularies(triples: Graph, catalog: URIRef) -> None:
    for language in _LANGUAGES:
        add_concept(triples, catalog, DCT.language, vocabularies.languages(), language, kind=DCT.LinguisticSystem)
    themes = URIRef(vocabularies.themes().iri)
    triples.add((catalog, DCAT.themeTaxonomy, themes))
    triples.add((themes, RDF.type, SKOS.ConceptScheme))
    add_text(triples, themes, DCT.title, vocabularies.themes().title)


def _add_page(triples: Graph, catalog: URIRef, place: Place) -> None:
    page = URIRef(place.address(place.number))
    total = Literal(place.total)
    triples.add((catalog, HYDRA.view, page))
    triples.add((catalog, HYDRA.totalItems, total))
    add_types(triples, page, HYDRA.PartialCollectionView, HYDRA.PagedCollection)
    triples.add((page, HYDRA.totalItems, total))
    triples.add((page, HYDRA.itemsPerPage, Literal(place.size)))
    for name, address in place.others().items():
        for relation in _RELATIONS[name]:
            triples.add((page, relation, URIRef(address)))
