"""The catalogue as DCAT-AP, in pages that two kinds of readers can turn (hydra-cg.com/spec/latest/core).

Older harvesters look for `hydra:PagedCollection` and `hydra:nextPage`, newer ones for `hydra:PartialCollectionView`
and `hydra:next`: each page is both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import FOAF, RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef

from app.catalog import vocabularies
from app.catalog.record import Contact
from app.kernel.text import Text
from app.metadata.graph import STANDARD, add_dataset
from app.metadata.graph_agents import add_contact
from app.metadata.graph_subjects import GROUPS, add_places
from app.metadata.rdf import DCAT, HYDRA, add_concept, add_text, add_types, dataset_address, instant, new_graph, part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord
    from app.catalog.vocabularies import Vocabulary

CATALOG = "/catalog"
LANGUAGES = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Place:
    """Which page it is: `number`, counted from 1, with up to `size` of `total` datasets.

    `address` answers the address of a page by its number, in the syntax that was asked for.
    """

    number: int
    size: int
    total: int
    address: Callable[[int], str]

    @property
    def pages(self) -> int:
        """Count the pages; an empty catalogue has one."""
        return max(1, -(-self.total // self.size))

    def others(self) -> dict[str, str]:
        """Answer the addresses of the pages that a reader may go on to, by their link relations (RFC 8288)."""
        turns = {"first": 1, "last": self.pages, "prev": self.number - 1, "next": self.number + 1}
        return {name: self.address(number) for name, number in turns.items() if 1 <= number <= self.pages}


# Link relation -> what the newer and the older vocabulary call it.
_TURNS = {
    "first": (HYDRA.first, HYDRA.firstPage),
    "last": (HYDRA.last, HYDRA.lastPage),
    "prev": (HYDRA.previous, HYDRA.previousPage),
    "next": (HYDRA.next, HYDRA.nextPage),
}


def catalog_graph(records: Sequence[DatasetRecord], site: Site, place: Place) -> Graph:
    """Describe the catalogue and the page, and point to the page's datasets, whose own descriptions say the rest."""
    triples = new_graph()
    catalog = catalog_address(site)
    _add_catalog(triples, catalog, site)
    datasets = [dataset_address(record, site) for record in records]
    _add_services(triples, catalog, site, datasets)
    _add_place(triples, catalog, place)
    for dataset in datasets:
        triples.add((catalog, DCAT.dataset, dataset))
        triples.add((catalog, DCAT.record, part(dataset, "record")))
    if records:
        triples.add((catalog, DCT.modified, instant(max(record.modified for record in records))))
    return triples


def catalog_page(records: Sequence[DatasetRecord], site: Site, place: Place) -> Graph:
    """Describe the catalogue, and the datasets of one page in full."""
    triples = catalog_graph(records, site, place)
    for record in records:
        add_dataset(triples, record, site)
    return triples


def catalog_address(site: Site) -> URIRef:
    """Answer the catalogue's name in every graph."""
    return URIRef(site.absolute(CATALOG))


def _add_catalog(triples: Graph, catalog: URIRef, site: Site) -> None:
    add_types(triples, catalog, DCAT.Catalog, DCAT.Resource, HYDRA.Collection)
    add_text(triples, catalog, DCT.title, site.title)
    add_text(triples, catalog, DCT.description, site.description or site.title)
    triples.add((catalog, DCT.conformsTo, URIRef(STANDARD)))
    triples.add((URIRef(STANDARD), RDF.type, DCT.Standard))
    home, operator = URIRef(site.absolute("/")), part(catalog, "operator")
    triples.add((catalog, FOAF.homepage, home))
    triples.add((home, RDF.type, FOAF.Document))
    triples.add((catalog, DCT.publisher, operator))
    add_types(triples, operator, FOAF.Agent, FOAF.Organization)
    add_text(triples, operator, FOAF.name, site.publisher)
    add_contact(triples, catalog, (Contact(email=site.email),), site.publisher)
    for language in LANGUAGES:
        known = vocabularies.languages()
        if found := known.find(language):
            add_concept(triples, catalog, DCT.language, known, found.code, kind=DCT.LinguisticSystem)
    add_places(triples, catalog, (site.area,) if site.area else ())
    _add_taxonomy(triples, catalog, vocabularies.themes().iri, vocabularies.themes())
    _add_taxonomy(triples, catalog, site.absolute(GROUPS), vocabularies.groups())


def _add_taxonomy(triples: Graph, catalog: URIRef, address: str, vocabulary: Vocabulary) -> None:
    triples.add((catalog, DCAT.themeTaxonomy, URIRef(address)))
    triples.add((URIRef(address), RDF.type, SKOS.ConceptScheme))
    add_text(triples, URIRef(address), DCT.title, vocabulary.title)


def _add_services(triples: Graph, catalog: URIRef, site: Site, datasets: list[URIRef]) -> None:
    """Name what programs can call; of the datasets that it serves, those of the page."""
    for name, path, described, standard, title in SERVICES:
        service, endpoint = part(catalog, name), URIRef(site.absolute(path))
        triples.add((catalog, DCAT.service, service))
        add_types(triples, service, DCAT.DataService, DCAT.Resource)
        add_text(triples, service, DCT.title, title)
        add_text(triples, service, DCT.description, title)
        triples.add((service, DCAT.endpointURL, endpoint))
        triples.add((endpoint, RDF.type, RDFS.Resource))
        triples.add((service, DCAT.endpointDescription, URIRef(site.absolute(described))))
        triples.add((URIRef(site.absolute(described)), RDF.type, RDFS.Resource))
        triples.add((service, DCT.publisher, part(catalog, "operator")))
        for dataset in datasets:
            triples.add((service, DCAT.servesDataset, dataset))
        if standard:
            triples.add((service, DCT.conformsTo, URIRef(standard)))
            triples.add((URIRef(standard), RDF.type, DCT.Standard))


# Part of the address, path, what describes it, standard, name.
SERVICES = (
    (
        "sparql",
        "/sparql",
        "/sparql",
        "https://www.w3.org/TR/sparql11-protocol/",
        Text("SPARQLエンドポイント", "SPARQL endpoint"),
    ),
    ("api", "/api/v1/datasets", "/.well-known/api-catalog", "", Text("REST API", "REST API")),
)


def _add_place(triples: Graph, catalog: URIRef, place: Place) -> None:
    page = URIRef(place.address(place.number))
    triples.add((catalog, HYDRA.view, page))
    add_types(triples, page, HYDRA.PartialCollectionView, HYDRA.PagedCollection)
    for subject in (catalog, page):
        triples.add((subject, HYDRA.totalItems, Literal(place.total, datatype=XSD.integer)))
    triples.add((page, HYDRA.itemsPerPage, Literal(place.size, datatype=XSD.integer)))
    for relation, address in place.others().items():
        for predicate in _TURNS[relation]:
            triples.add((page, predicate, URIRef(address)))
