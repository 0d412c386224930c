"""Questions with sane bounds, and an index that keeps up with the catalog."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.kernel.errors import BadRequest
from app.search.document import SearchDocument
from app.search.engine import Facet, Sort
from app.search.service import Drift, Search, SearchQuery
from tests.searching import document, make_search

HOSTILE = (
    "x" * 100_000,
    "人口" * 50_000,
    "?*?*?*",
    '"',
    "AND OR NOT",
    "(" * 3000,
    "[a TO z]",
    "NEAR(",
    "NEAR(人口 統計, 5)",
    "🎌👨‍👩‍👧‍👦",
    "\ud800",
    "人\udfff口",
    "\x00",
    "title:" * 50,
    "-" * 500,
    "%00%27 OR 1=1 --",
    "e" + "\u0301" * 5000,
    "a OR " * 5000,
    "updated:99999999999..",
    "period:0000-00-00..9999-99-99",
)


@pytest.fixture
def search(tmp_path: Path) -> Search:
    return make_search(tmp_path)


def ids(search: Search, words: str, **given: object) -> list[str]:
    return [hit.document.id for hit in search.search(SearchQuery(words, **given)).hits]  # type: ignore[arg-type]


def test_an_indexed_dataset_is_found(search: Search) -> None:
    search.index([document("a")])
    assert search.search(SearchQuery("人口")).total == 1


def test_a_forgotten_dataset_is_gone_from_search(search: Search) -> None:
    search.index([document("a")])
    search.forget(["a"])
    assert search.search(SearchQuery("人口", audiences=None)).total == 0


def test_a_query_that_names_no_audience_asks_for_the_public(search: Search) -> None:
    search.index([document("a", audiences=("org:o1",))])
    assert search.search(SearchQuery()).total == 0
    assert search.search(SearchQuery(audiences=frozenset({"org:o1"}))).total == 1


@pytest.mark.parametrize(("offset", "limit", "count"), [(0, 10**9, 100), (-5, 7, 7), (0, -1, 0), (10**9, 10, 0)])
def test_a_page_keeps_within_bounds(search: Search, offset: int, limit: int, count: int) -> None:
    search.rebuild(document(f"d{number}") for number in range(120))
    answer = search.search(SearchQuery(offset=offset, limit=limit))
    assert (len(answer.hits), answer.total) == (count, 120)


@pytest.mark.parametrize("words", ["人口", "人口 xyzzy", "じんこう", "人口 推計 速報", '"人口 世田谷"'])
@pytest.mark.parametrize("sort", Sort)
def test_pages_follow_each_other_to_the_end(search: Search, words: str, sort: Sort) -> None:
    search.rebuild(document(f"d{number:02}", f"{'人口' if number < 25 else '予算'} {number}") for number in range(150))
    met: list[str] = []
    answer = search.search(SearchQuery(words, sort=sort, limit=10))
    while answer.hits:
        met += [hit.document.id for hit in answer.hits]
        if not answer.next:
            break
        answer = search.search(SearchQuery(words, sort=sort, limit=10, after=answer.next))
    assert len(met) == len(set(met)) == answer.total == 25


@pytest.mark.parametrize("after", ["x", "s", "s!", "w\ud800", "z" * 10_000, "c", "u="])
def test_a_damaged_place_in_the_results_is_a_bad_request(search: Search, after: str) -> None:
    search.index([document("a")])
    with pytest.raises(BadRequest):
        search.search(SearchQuery("人口 xyzzy", after=after))


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_answered_at_once(search: Search, words: str) -> None:
    search.index([document("a")])
    search.search(SearchQuery("人口"))  # loads the dictionary
    began = time.thread_time()  # other tests run beside
    search.search(SearchQuery(words))
    search.suggest(words)
    assert time.thread_time() - began < 0.3


def test_days_narrow_what_was_updated_both_included(search: Search) -> None:
    for name, day in (("a", 1), ("b", 2), ("c", 3)):
        search.index([document(name, updated=datetime(2025, 6, day, 23, 59, 59, 999999, tzinfo=UTC))])
    assert ids(search, "人口", updated=(date(2025, 6, 2), date(2025, 6, 2))) == ["b"]
    assert set(ids(search, "", updated=(None, date(2025, 6, 2)))) == {"a", "b"}
    assert set(ids(search, "更新:>=2025-06-02")) == {"b", "c"}


def test_facets_are_counted_under_the_words(search: Search) -> None:
    search.index([document("a", formats=("CSV",)), document("b", "予算", formats=("PDF",))])
    answer = search.search(SearchQuery("人口", facets=(Facet.FORMAT,)))
    assert {facet: [value.value for value in values] for facet, values in answer.facets.items()} == {
        Facet.FORMAT: ["CSV"]
    }


def test_drift_names_what_is_missing_stale_and_extra(search: Search) -> None:
    search.index([document("same"), document("stale"), document("extra")])
    drift = search.drift({"same": 1, "stale": 2, "missing": 1})
    assert drift == Drift(missing=("missing",), stale=("stale",), extra=("extra",))
    assert drift
    assert not search.drift({"same": 1, "stale": 1, "extra": 1})


def test_a_rebuilt_index_holds_the_documents_and_nothing_else(search: Search) -> None:
    search.index([document("old"), document("kept")])
    assert search.rebuild([document("kept", revision=2), document("new")]) == 2
    assert not search.drift({"kept": 2, "new": 1})


def test_readers_find_the_old_index_while_it_is_rebuilt(search: Search) -> None:
    search.index([document("a")])
    seen: list[int] = []

    def watched() -> Iterable[SearchDocument]:
        for one in (document("a"), document("b")):
            seen.append(search.search(SearchQuery()).total)
            yield one

    search.rebuild(watched())
    assert seen == [1, 1]
    assert search.search(SearchQuery()).total == 2


def test_a_damaged_index_is_healed_by_a_rebuild(search: Search, tmp_path: Path) -> None:
    search.index([document("a")])
    for meta in (tmp_path / "index").rglob("meta.json"):
        meta.write_text("{")
    assert search.rebuild([document("b")]) == 1
    assert not search.drift({"b": 1})
