"""The EU's metadata quality assessment: points counted by hand."""

from __future__ import annotations

import pytest
from rdflib import DCTERMS, Graph, Literal, URIRef

from app.metadata import mqa
from app.metadata.rdf import DCAT

DATASET = URIRef("https://example.eu/d/1")
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type"
PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
"""
FULL = """
<https://example.eu/d/1> a dcat:Dataset ; dcat:keyword "a" ; dcat:theme <eu/theme> ; dct:spatial <eu/place> ;
  dct:temporal <eu/period> ; dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
  dcat:contactPoint <eu/contact> ; dct:publisher <eu/publisher> ; dct:issued "2026-01-01" ; dct:modified "2026-01-02" ;
  dcat:distribution <https://example.eu/d/1/csv> .
<https://example.eu/d/1/csv> dcat:accessURL <https://example.eu/d/1> ; dcat:downloadURL <https://example.eu/d/1.csv> ;
  dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> ;
  dcat:mediaType <http://www.iana.org/assignments/media-types/text/csv> ;
  dct:license <http://publications.europa.eu/resource/authority/licence/CC_BY_4_0> ; dct:rights <eu/rights> ;
  dcat:byteSize 12 .
"""
CSV = URIRef("https://example.eu/d/1/csv")


def graph(turtle: str = FULL) -> Graph:
    return Graph().parse(data=PREFIXES + turtle, format="turtle", publicID="https://example.eu/")


def score(triples: Graph, *, answering: bool = True, compliant: bool | None = True) -> mqa.Marks:
    return mqa.score(triples, DATASET, answers=lambda _: answering, compliant=compliant)


def missing(marks: mqa.Marks) -> set[str]:
    return {indicator.id for indicator in marks.indicators if not indicator.met}


def test_the_table_has_405_points_in_five_dimensions() -> None:
    sums = dict.fromkeys(mqa.dimensions(), 0)
    for rule in mqa.rules():
        sums[rule.dimension] += rule.weight
    assert sums == {
        "findability": 100,
        "accessibility": 100,
        "interoperability": 110,
        "reusability": 75,
        "contextuality": 20,
    }


def test_every_indicator_has_a_test_and_advice_in_both_languages() -> None:
    assert [rule.id for rule in mqa.rules()] == list(mqa.TESTS)
    assert all(rule.advice.ja and rule.advice.en and rule.title.ja and rule.title.en for rule in mqa.rules())


def test_a_full_description_has_all_points() -> None:
    assert (score(graph()).points, score(graph()).rating) == (405, "excellent")


def test_a_bare_dataset_has_none() -> None:
    assert score(graph("<https://example.eu/d/1> a dcat:Dataset ."), compliant=False).points == 0


@pytest.mark.parametrize(
    ("subject", "predicate", "lost"),
    [
        (DATASET, DCAT.keyword, 30),
        (DATASET, DCAT.theme, 30),
        (DATASET, DCTERMS.spatial, 20),
        (DATASET, DCTERMS.temporal, 20),
        (CSV, DCAT.accessURL, 50),
        (CSV, DCAT.downloadURL, 50),
        (CSV, DCTERMS["format"], 60),
        (CSV, DCAT.mediaType, 10),
        (CSV, DCTERMS.license, 30),
        (DATASET, DCTERMS.accessRights, 15),
        (DATASET, DCAT.contactPoint, 20),
        (DATASET, DCTERMS.publisher, 10),
        (CSV, DCTERMS.rights, 5),
        (CSV, DCAT.byteSize, 5),
        (DATASET, DCTERMS.issued, 5),
        (DATASET, DCTERMS.modified, 5),
    ],
)
def test_what_is_not_said_costs_its_weight(subject: URIRef, predicate: URIRef, lost: int) -> None:
    triples = graph()
    triples.remove((subject, predicate, None))
    assert score(triples).points == 405 - lost


def test_addresses_that_do_not_answer_cost_80_points() -> None:
    assert score(graph(), answering=False).points == 325


@pytest.mark.parametrize("compliant", [False, None])
def test_shapes_that_refuse_or_were_not_asked_earn_nothing(*, compliant: bool | None) -> None:
    assert missing(score(graph(), compliant=compliant)) == {"dcat-ap"}


@pytest.mark.parametrize(
    ("predicate", "value", "unmet"),
    [
        (DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/"), {"license-vocabulary"}),
        (DCTERMS.license, Literal("CC BY 4.0"), {"license-vocabulary"}),
        (DCAT.mediaType, Literal("text/csv"), {"format-vocabulary"}),
        (DCAT.mediaType, URIRef("http://www.iana.org/assignments/media-types/text/x-csv"), {"format-vocabulary"}),
        (DCTERMS["format"], URIRef(f"{FILE_TYPE}/PDF"), {"non-proprietary", "machine-readable"}),
        (DCTERMS["format"], URIRef(f"{FILE_TYPE}/XLSX"), {"non-proprietary"}),
        (DCTERMS["format"], URIRef(f"{FILE_TYPE}/ZIP"), {"machine-readable"}),
        (DCTERMS["format"], Literal("CSV"), {"format-vocabulary", "non-proprietary", "machine-readable"}),
        (DCTERMS.rights, Literal(" "), {"rights"}),
    ],
)
def test_only_addresses_of_the_tables_are_from_a_vocabulary(
    predicate: URIRef, value: URIRef | Literal, unmet: set[str]
) -> None:
    triples = graph()
    triples.set((CSV, predicate, value))
    assert missing(score(triples)) == unmet


def test_the_best_distribution_counts_as_a_whole() -> None:
    triples = graph()
    triples.remove((CSV, DCAT.byteSize, None))
    poor = URIRef("https://example.eu/d/1/pdf")
    triples.add((DATASET, DCAT.distribution, poor))
    triples.add((poor, DCAT.byteSize, Literal(1)))
    assert missing(score(triples)) == {"byte-size"}


def test_a_date_on_the_distribution_counts() -> None:
    triples = graph()
    triples.remove((DATASET, DCTERMS.issued, None))
    triples.add((CSV, DCTERMS.issued, Literal("2026-01-01")))
    assert score(triples).points == 405


@pytest.mark.parametrize(
    ("points", "rating"),
    [
        *((405, "excellent"), (351, "excellent"), (350.9, "good"), (221, "good"), (220, "sufficient")),
        *((121, "sufficient"), (120, "bad"), (0, "bad")),
    ],
)
def test_ratings_begin_where_the_methodology_says(points: float, rating: str) -> None:
    assert mqa.rating_of(points) == rating


def test_a_catalogue_has_the_share_of_each_weight() -> None:
    together = mqa.together([mqa.marks_of({"keyword", "theme"}), mqa.marks_of({"keyword"})])
    shares = {share.id: (share.count, share.points) for share in together.shares if share.count}
    assert (together.points, together.population) == (45.0, 2)
    assert shares == {"keyword": (2, 30.0), "theme": (1, 15.0)}


def test_an_empty_catalogue_has_no_points() -> None:
    assert (mqa.together([]).points, mqa.together([]).rating) == (0.0, "bad")
