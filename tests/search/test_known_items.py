"""People who know what they want find it among Tokyo's 2,564 records; `benchmarks/relevance.py` says how well."""

from __future__ import annotations

from statistics import mean

import pytest

from app.search.analysis import understand
from app.search.answer import SearchQuery
from app.search.document import document_of
from app.search.entries import entry_of
from app.search.ranking import asked_clause, sign_clause
from app.search.service import Search
from app.search.tantivy_engine import TantivyEngine
from tests.search import known_items, tokyo

# MRR@10 over both halves, a little below what was measured.
FLOORS = {
    "words": 0.85,
    "paraphrase": 0.32,
    "kana": 0.83,
    "romaji": 0.85,
    "english": 0.70,
    "question": 0.75,
    "variant": 0.88,
    "place": 0.88,
    "typo": 0.74,
}


# One index for all: whoever runs several tests at once runs these one after another.
pytestmark = pytest.mark.xdist_group("known_items")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> TantivyEngine:
    if not tokyo.FILE.is_file():
        pytest.skip("Tokyo's records are not beside this repository")
    made = TantivyEngine(tmp_path_factory.mktemp("index"))
    made.rebuild(entry_of(document) for record in tokyo.records() if (document := document_of(record)))
    return made


@pytest.fixture(scope="module")
def search(engine: TantivyEngine) -> Search:
    return Search(engine)


@pytest.mark.parametrize("kind", known_items.KINDS)
def test_known_items_are_found_near_the_top(search: Search, kind: str) -> None:
    ranks = {item.query: _rank(search, item) for item in known_items.read() if item.kind == kind}

    assert mean(ranks.values()) >= FLOORS[kind], [query for query, rank in ranks.items() if rank == 0]


def test_every_kind_has_enough_queries_in_both_halves() -> None:
    items = known_items.read()

    for kind in known_items.KINDS:
        halves = [item.half for item in items if item.kind == kind]
        assert min(halves.count("tune"), halves.count("test")) >= 15


def test_the_sign_of_a_word_is_where_the_word_is(engine: TantivyEngine) -> None:
    words = dict.fromkeys(word for item in known_items.read() for word in understand(item.query).asked)
    clauses, signs = zip(*((asked_clause(word), sign_clause(word)) for word in words), strict=True)

    assert engine.count(clauses, None) == engine.count(signs, None)


def test_every_query_is_asked_once_and_has_an_answer_among_the_records(engine: TantivyEngine) -> None:
    items = known_items.read()

    assert len({item.query for item in items}) == len(items)
    assert all(item.ids and item.ids <= engine.revisions().keys() for item in items)


def _rank(search: Search, item: known_items.KnownItem) -> float:
    answer = search.search(SearchQuery(item.query, limit=10, facets=()))
    return known_items.reciprocal_rank([hit.document.id for hit in answer.hits], item.ids)
