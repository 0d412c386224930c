"""Questions with sane bounds, and an index that keeps up with the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.kernel.text import Text
from app.search.engine import SearchDocument, SearchQuery
from app.search.memory_engine import MemoryEngine
from app.search.service import Drift, Search
from app.search.tantivy_engine import TantivyEngine


def document(name: str, *, revision: int = 1, audiences: tuple[str, ...] = ("public",)) -> SearchDocument:
    return SearchDocument(
        id=name,
        slug=name,
        revision=revision,
        audiences=audiences,
        title=Text("人口"),
        description=Text(),
        publisher_slug="tokyo",
        publisher=Text("東京都"),
        license="",
        license_title=Text(),
        updated=datetime(2025, 6, 1, tzinfo=UTC),
        state="published",
    )


@pytest.fixture
def search() -> Search:
    return Search(MemoryEngine())


def test_an_indexed_dataset_is_found(search: Search) -> None:
    search.index(document("a"))
    assert search.search(SearchQuery("人口")).total == 1


def test_a_forgotten_dataset_is_gone_from_search(search: Search) -> None:
    search.index(document("a"))
    search.forget("a")
    assert search.search(SearchQuery("人口", audiences=None)).total == 0


def test_a_query_that_names_no_audience_asks_for_the_public(search: Search) -> None:
    search.index(document("a", audiences=("org:o1",)))
    assert search.search(SearchQuery()).total == 0
    assert search.search(SearchQuery(audiences=frozenset({"org:o1"}))).total == 1


@pytest.mark.parametrize(("offset", "limit", "count"), [(0, 10**9, 100), (-5, 7, 7), (0, -1, 0), (10**9, 10, 0)])
def test_a_page_keeps_within_bounds(search: Search, offset: int, limit: int, count: int) -> None:
    search.rebuild(document(f"d{number}") for number in range(120))
    answer = search.search(SearchQuery(offset=offset, limit=limit))
    assert (len(answer.hits), answer.total) == (count, 120)


def test_drift_names_what_is_missing_stale_and_extra(search: Search) -> None:
    for one in (document("same"), document("stale"), document("extra")):
        search.index(one)
    drift = search.drift({"same": 1, "stale": 2, "missing": 1})
    assert drift == Drift(missing=("missing",), stale=("stale",), extra=("extra",))
    assert drift
    assert not search.drift({"same": 1, "stale": 1, "extra": 1})


def test_a_rebuilt_index_holds_the_documents_and_nothing_else(search: Search) -> None:
    search.index(document("old"))
    search.index(document("kept"))
    assert search.rebuild([document("kept", revision=2), document("new")]) == 2
    assert not search.drift({"kept": 2, "new": 1})


def test_readers_find_the_old_index_while_it_is_rebuilt(tmp_path: Path) -> None:
    search = Search(TantivyEngine(tmp_path / "index"))
    search.index(document("a"))
    seen: list[int] = []

    def watched() -> Iterable[SearchDocument]:
        for one in (document("a"), document("b")):
            seen.append(search.search(SearchQuery()).total)
            yield one

    search.rebuild(watched())
    assert seen == [1, 1]
    assert search.search(SearchQuery()).total == 2


def test_a_damaged_index_is_healed_by_a_rebuild(tmp_path: Path) -> None:
    search = Search(TantivyEngine(tmp_path / "index"))
    search.index(document("a"))
    [meta] = (tmp_path / "index").rglob("meta.json")
    meta.write_text("{")
    assert search.rebuild([document("b")]) == 1
    assert not search.drift({"b": 1})
