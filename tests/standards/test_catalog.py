"""The catalogue as DCAT, page by page: by the official shapes, and as the harvesters of CKAN and udata walk it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rdflib import DCTERMS, RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

from app.web import catalog_pages
from tests.factories import Portal
from tests.standards.catalogue import small_catalogue  # noqa: F401 - a fixture, found by its name
from tests.standards.conftest import Violations

DCAT = Namespace("http://www.w3.org/ns/dcat#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SYNTAXES = {"ttl": "turtle", "n3": "n3", "rdf": "xml", "xml": "xml", "jsonld": "json-ld", "nt": "nt"}
VIEWS = (HYDRA.PartialCollectionView, HYDRA.PagedCollection)


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_pages, "PAGE", 2)


def page(portal: Portal, address: str, syntax: str) -> Graph:
    answer = portal.client().get(address.removeprefix(portal.services.site.url))
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.data, format=syntax)


def ckan_next(graph: Graph) -> str | None:
    """Find the next page as ckanext-dcat does: the first kind of page node that is there, either relation."""
    for kind in VIEWS:
        for view in graph.subjects(RDF.type, kind):
            for relation in (HYDRA.next, HYDRA.nextPage):
                for value in graph.objects(view, relation):
                    return str(value)
    return None


def udata_next(graph: Graph) -> str | None:
    """Find the next page as udata does: each kind of page node has its own relation, which is an address."""
    for kind, relation in zip(VIEWS, (HYDRA.next, HYDRA.nextPage), strict=True):
        if (view := graph.value(predicate=RDF.type, object=kind)) and (value := graph.value(view, relation)):
            assert isinstance(value, URIRef)
            return str(value)
    return None


@pytest.mark.usefixtures("short_pages")
@pytest.mark.parametrize("following", [ckan_next, udata_next])
@pytest.mark.parametrize("extension", SYNTAXES)
def test_harvesters_come_to_the_last_page_and_have_each_public_dataset_once(
    catalogue: Portal,
    extension: str,
    following: Callable[[Graph], str | None],
) -> None:
    address: str | None = f"/catalog.{extension}?page=1"
    found: list[Node] = []
    while address:
        graph = page(catalogue, address, SYNTAXES[extension])
        found += graph.subjects(RDF.type, DCAT.Dataset)
        address = following(graph)
    records = catalogue.services.catalog.public_records()
    assert sorted(map(str, found)) == sorted(
        catalogue.services.site.absolute(f"/dataset/{record.slug}") for record in records
    )


def test_all_syntaxes_say_the_same(catalogue: Portal) -> None:
    graphs = {name: page(catalogue, f"/catalog.{name}?page=1", syntax) for name, syntax in SYNTAXES.items()}
    for name, graph in graphs.items():
        # Pages are called as their syntax is.
        for triple in [each for each in graph if any("/catalog." in str(term) for term in each)]:
            graph.remove(triple)
        assert isomorphic(graph, graphs["ttl"]), name


def test_a_page_keeps_to_the_official_shapes(catalogue: Portal, dcat_violations: Violations) -> None:
    graph = page(catalogue, "/catalog.nt?page=1", "nt")
    # One shape of the full profile for services is malformed, and the validator stops there.
    for service in list(graph.subjects(RDF.type, DCAT.DataService)):
        graph.remove((service, None, None))
        graph.remove((None, None, service))
    assert dcat_violations(graph) == []


def test_a_page_has_what_its_datasets_own_descriptions_say(catalogue: Portal) -> None:
    own = page(catalogue, "/dataset/public-1.nt", "nt")
    assert set(own) < set(page(catalogue, "/catalog.nt?page=1", "nt"))


def test_only_what_changed_since_is_listed(catalogue: Portal) -> None:
    newest = next(iter(sorted(catalogue.services.catalog.public_records(), key=lambda each: each.modified)[-1:]))
    since = newest.modified.isoformat()
    graph = page(catalogue, f"/catalog.nt?modified_since={since.replace('+', '%2B')}", "nt")
    assert [str(each) for each in graph.subjects(RDF.type, DCAT.Dataset)] == [
        catalogue.services.site.absolute(f"/dataset/{newest.slug}")
    ]
    assert (None, HYDRA.totalItems, Literal(1)) in graph
    assert (None, DCTERMS.title, None) in graph


@pytest.mark.parametrize(
    ("query", "status"), [("page=0", 400), ("page=x", 400), ("page=9", 404), ("modified_since=soon", 400)]
)
def test_a_page_that_cannot_be_is_refused_with_a_reason(catalogue: Portal, query: str, status: int) -> None:
    answer = catalogue.client().get(f"/catalog.ttl?{query}")
    assert answer.status_code == status
    assert answer.json
    assert answer.json["messages"]["en"]


@pytest.mark.parametrize(
    ("accept", "status", "media_type"),
    [
        (None, 200, "text/turtle"),
        ("application/rdf+xml", 200, "application/rdf+xml"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 303, "text/html"),
        ("image/png", 406, "application/problem+json"),
    ],
)
def test_the_catalogues_address_answers_what_the_reader_prefers(
    catalogue: Portal,
    accept: str | None,
    status: int,
    media_type: str,
) -> None:
    answer = catalogue.client().get("/catalog", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.mimetype) == (status, media_type)
    assert "Accept" in answer.vary
