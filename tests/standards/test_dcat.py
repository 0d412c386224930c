"""DCAT-AP 3.0.1: a Turtle parser reads what we write, and the official shapes accept it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from rdflib import DCTERMS, RDF, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from app.catalog.record import Access, DatasetRecord, License, State
from app.kernel.text import Text
from app.metadata.formats import dcat
from app.metadata.graph import graph
from app.metadata.rdf import DCAT
from tests.records import (
    HOSTILE_TITLES,
    SITE,
    bare_record,
    draft_record,
    odd_published_records,
    odd_records,
    sample_record,
)

Violations = Callable[[Graph], list[str]]

DATASET = URIRef("https://data.example.jp/dataset/aoba-population")


def parsed(record: DatasetRecord) -> Graph:
    return Graph().parse(data=dcat.render(record, SITE), format="turtle")


@pytest.mark.parametrize("record", [sample_record(), bare_record(), draft_record()], ids=["sample", "bare", "draft"])
def test_the_official_shapes_accept_the_graph(record: DatasetRecord, dcat_violations: Violations) -> None:
    assert dcat_violations(parsed(record)) == []


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_the_official_shapes_accept_hostile_titles(title: str, dcat_violations: Violations) -> None:
    assert dcat_violations(parsed(sample_record(title=Text(ja=title), description=Text(en=title)))) == []


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


@pytest.mark.parametrize("syntax", ["xml", "json-ld", "nt"])
@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_other_syntaxes_hold_the_same_graph(title: str, syntax: str) -> None:
    triples = graph(sample_record(title=Text(ja=title)), SITE)
    read = Graph().parse(data=triples.serialize(format=syntax), format=syntax)
    # XML readers turn carriage returns into newlines (XML 1.0, 2.11).
    same = len(read) == len(triples) if syntax == "xml" and "\r" in title else isomorphic(read, triples)
    assert same


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
