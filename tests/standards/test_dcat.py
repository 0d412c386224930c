"""DCAT-AP 3.0.1: a Turtle parser reads what we write, and the official shapes accept it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given, settings
from rdflib import DCTERMS, RDF, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from app.catalog.record import Access, DatasetRecord, License, State
from app.kernel.text import Text
from app.metadata.formats import dcat
from app.metadata.graph import graph
from app.metadata.graph_syntaxes import json_ld, ntriples, rdf_xml, turtle
from app.metadata.rdf import DCAT, HYDRA, SCHEMA
from tests.records import (
    HOSTILE_TITLES,
    SITE,
    bare_record,
    draft_record,
    odd_published_records,
    odd_records,
    sample_record,
)
from tests.standards.dcat_graphs import graphs, naughty
from tests.standards.published import Published

Violations = Callable[[Graph], list[str]]

DATASET = URIRef("https://data.example.jp/dataset/aoba-population")


def parsed(record: DatasetRecord) -> Graph:
    return Graph().parse(data=dcat.render(record, SITE), format="turtle")


@pytest.mark.parametrize("record", [sample_record(), bare_record(), draft_record()], ids=["sample", "bare", "draft"])
def test_the_official_shapes_accept_the_graph(record: DatasetRecord, dcat_violations: Violations) -> None:
    assert dcat_violations(parsed(record)) == []


@pytest.mark.parametrize("kind", ["full", "links", "pinned", "series", "hostile"])
def test_the_official_shapes_accept_every_kind_of_graph(kind: str, dcat_violations: Violations) -> None:
    assert dcat_violations(Graph().parse(data=turtle(graphs()[kind]), format="turtle")) == []


def test_the_official_shapes_accept_a_page_of_the_catalogue(dcat_violations: Violations) -> None:
    """Without its interfaces, whose shape pySHACL takes for malformed: the engine in `test_dcat_node` judges those."""
    triples = graphs()["catalog"]
    for interface in list(triples.subjects(RDF.type, DCAT.DataService)):
        triples.remove((interface, None, None))
        triples.remove((None, None, interface))
    assert dcat_violations(triples) == []


def test_the_official_shapes_accept_naughty_strings(shared_data: Path, dcat_violations: Violations) -> None:
    assert dcat_violations(Graph().parse(data=turtle(naughty(shared_data)), format="turtle")) == []


@pytest.mark.xdist_group("published")
def test_the_official_shapes_accept_published_datasets(published: Published, dcat_violations: Violations) -> None:
    served = Graph()
    for record in published.records:
        served.parse(data=published.fetch(f"/dataset/{record.slug}.ttl"), format="turtle")
    assert dcat_violations(served) == []


@pytest.mark.parametrize("title", [title for title in HOSTILE_TITLES if "\x00" not in title])
def test_a_hostile_title_stays_whole(title: str) -> None:
    triples = parsed(sample_record(title=Text(ja=title, en=title)))
    assert set(triples.objects(DATASET, DCTERMS.title)) == {Literal(title, lang="ja"), Literal(title, lang="en")}


@pytest.mark.parametrize(
    ("subject", "predicate"),
    [
        (DATASET, DCTERMS.title),
        (DATASET, DCTERMS.description),
        (DATASET + "/resource/population#file", DCAT.accessURL),
        (DATASET + "#record", DCTERMS.modified),
        (URIRef("http://publications.europa.eu/resource/authority/frequency/MONTHLY"), RDF.type),
    ],
)
def test_the_official_shapes_refuse_a_graph_that_lacks(
    subject: URIRef, predicate: URIRef, dcat_violations: Violations
) -> None:
    triples = parsed(sample_record())
    assert (subject, predicate, None) in triples
    triples.remove((subject, predicate, None))
    assert dcat_violations(triples) != []


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("access", list(Access))
def test_the_official_shapes_accept_every_state(state: State, access: Access, dcat_violations: Violations) -> None:
    assert dcat_violations(parsed(bare_record(state=state, access=access))) == []


@settings(max_examples=15, deadline=None)
@given(record=odd_records())
def test_the_official_shapes_accept_any_record(record: DatasetRecord, dcat_violations: Violations) -> None:
    assert dcat_violations(parsed(record)) == []


@settings(max_examples=40, deadline=None)
@given(record=odd_published_records())
def test_what_is_written_is_what_is_read(record: DatasetRecord) -> None:
    assert isomorphic(parsed(record), graph(record, SITE))


SYNTAXES = {
    "turtle": (turtle, pyoxigraph.RdfFormat.TURTLE),
    "xml": (rdf_xml, pyoxigraph.RdfFormat.RDF_XML),
    "json-ld": (json_ld, pyoxigraph.RdfFormat.JSON_LD),
    "nt": (ntriples, pyoxigraph.RdfFormat.N_TRIPLES),
}


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("kind", ["full", "catalog", "hostile"])
def test_all_syntaxes_hold_the_same_graph_for_two_parsers(kind: str, syntax: str) -> None:
    triples = graphs()[kind]
    write, name = SYNTAXES[syntax]
    body = write(triples)
    assert set(Graph().parse(data=body, format=syntax)) == set(triples)
    read = pyoxigraph.serialize(pyoxigraph.parse(body, format=name), format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert set(Graph().parse(data=read, format="nt")) == set(triples)


def test_all_syntaxes_are_the_same_from_run_to_run() -> None:
    first, second = graphs()["full"], graphs()["full"]
    assert all(write(first) == write(second) for write, _ in SYNTAXES.values())


def test_columns_are_found_by_what_they_measure_and_in_which_unit() -> None:
    found = parsed(sample_record()).query(
        """SELECT ?dataset ?name WHERE {
             ?dataset schema:variableMeasured ?column . ?column schema:unitText "人" ; schema:name ?name }""",
        initNs={"schema": SCHEMA},
    )
    assert [tuple(map(str, row)) for row in found] == [(str(DATASET), "人口")]  # type: ignore[arg-type]


def test_a_page_of_the_catalogue_is_turned_by_old_and_new_readers() -> None:
    triples = graphs()["catalog"]
    page = next(triples.subjects(RDF.type, HYDRA.PartialCollectionView))
    assert (page, RDF.type, HYDRA.PagedCollection) in triples
    for predicate, number in (
        *((HYDRA.next, 3), (HYDRA.nextPage, 3), (HYDRA.previous, 1), (HYDRA.previousPage, 1)),
        *((HYDRA.first, 1), (HYDRA.firstPage, 1), (HYDRA.last, 3), (HYDRA.lastPage, 3)),
    ):
        assert triples.value(page, predicate) == URIRef(f"https://data.example.jp/catalog.ttl?page={number}")


def test_there_are_no_blank_nodes() -> None:
    assert [node for node in graph(sample_record(), SITE).all_nodes() if isinstance(node, BNode)] == []


def test_links_that_are_no_web_addresses_never_become_nodes() -> None:
    record = sample_record(homepage="javascript:alert(1)", license=License("X", Text(en="X"), "file:///etc/passwd"))
    nodes = {str(node) for node in graph(record, SITE).all_nodes() if isinstance(node, URIRef)}
    assert {node.split(":")[0] for node in nodes} == {"http", "https", "mailto"}


def test_everything_that_the_metadata_quality_assessment_counts_is_there() -> None:
    """Of MQA's 405 points all that do not depend on the server's answers (data.europa.eu, MQA methodology)."""
    triples = parsed(sample_record())
    table = DATASET + "/resource/population#file"
    of_dataset = {DCAT.keyword, DCAT.theme, DCTERMS.spatial, DCTERMS.temporal, DCTERMS.accessRights, DCAT.contactPoint}
    of_dataset |= {DCTERMS.publisher, DCTERMS.issued, DCTERMS.modified}
    of_file = {DCAT.accessURL, DCAT.downloadURL, DCTERMS.format, DCAT.mediaType, DCTERMS.license, DCTERMS.rights}
    of_file |= {DCAT.byteSize}
    assert of_dataset <= set(triples.predicates(DATASET))
    assert of_file <= set(triples.predicates(table))
