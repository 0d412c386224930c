"""What every search engine must do, and what the one that shares a folder between processes must do besides."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from app.kernel.errors import Unavailable
from app.kernel.text import Text
from app.search.engine import Engine, Facet, FacetValue, SearchDocument, SearchQuery, Sort
from app.search.memory_engine import MemoryEngine
from app.search.tantivy_engine import TantivyEngine

NEW_YEAR = datetime(2025, 1, 1, tzinfo=UTC)

HOSTILE = (
    '"',
    '"人口',
    "AND",
    "OR NOT",
    "(((",
    "title:人口",
    "*",
    "a*",
    "?",
    "/.*/",
    "[a TO z]",
    "+-&&||!^~\\",
    "😀",
    "\ud800",
    "人\udfff口",
    "\x00",
    "' OR 1=1 --",
    "ﷺ" * 200,
    "ー",
    "人",
    "人a人",
    "人口" * 50_000,
    "x" * 100_000,
    " ".join(map(str, range(10_000))),
    "e" + "\u0301" * 5000,
)


def document(name: str, title: str = "", **fields: Any) -> SearchDocument:
    usual: dict[str, Any] = {
        "revision": 1,
        "audiences": ("public", "org:tokyo"),
        "description": Text(),
        "publisher_slug": "tokyo",
        "publisher": Text("東京都", "Tokyo"),
        "license": "CC-BY-4.0",
        "license_title": Text("表示 4.0", "Attribution 4.0"),
        "updated": NEW_YEAR,
        "state": "published",
    }
    return SearchDocument(id=name, slug=f"{name}-slug", title=Text(title or name), **usual | fields)


def ids(engine: Engine, words: str = "", **query: Any) -> list[str]:
    return [hit.document.id for hit in engine.search(SearchQuery(words, **query)).hits]


@pytest.fixture(params=["tantivy", "memory"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    return TantivyEngine(tmp_path / "index") if request.param == "tantivy" else MemoryEngine()


def test_an_index_that_was_never_written_answers_nothing(engine: Engine) -> None:
    answer = engine.search(SearchQuery("人口"))
    assert (answer.hits, answer.total, set(answer.facets.values())) == ((), 0, {()})
    assert engine.revisions() == {}


def test_a_hit_is_the_whole_document(engine: Engine) -> None:
    written = document("a", "東京都の人口統計", columns=("人口",), formats=("CSV",), rows=12)
    engine.put([written])
    assert engine.search(SearchQuery("人口")).hits[0].document == written


def test_a_second_put_replaces_the_first(engine: Engine) -> None:
    engine.put([document("a", "人口")])
    engine.put([document("a", "予算", revision=2)])
    assert ids(engine, "人口") == []
    assert ids(engine, "予算") == ["a"]
    assert engine.revisions() == {"a": 2}


def test_the_last_of_one_put_wins(engine: Engine) -> None:
    engine.put([document("a", "人口"), document("a", "予算", revision=2)])
    assert engine.revisions() == {"a": 2}
    assert engine.search(SearchQuery()).total == 1


def test_a_removed_document_is_gone(engine: Engine) -> None:
    engine.put([document("a"), document("b")])
    engine.remove(["a", "never-there"])
    assert ids(engine) == ["b"]
    assert engine.revisions() == {"b": 1}


def test_removing_from_an_index_that_was_never_written_does_nothing(engine: Engine) -> None:
    engine.remove(["a"])
    assert engine.revisions() == {}


def test_clearing_empties_and_leaves_an_index_that_works(engine: Engine) -> None:
    engine.put([document("a", "人口")])
    engine.clear()
    assert ids(engine) == []
    engine.put([document("b", "人口")])
    assert ids(engine, "人口") == ["b"]


@pytest.mark.parametrize(
    "words",
    ["人口", "人口統計", "東京都の人口統計", "統計 人口", "計", "口", "人口　統計", "ﾃﾞｰﾀ", "データ", "csv", "ＣＳＶ"],
)
def test_words_are_found_inside_a_japanese_title(engine: Engine, words: str) -> None:
    engine.put([document("a", "東京都の人口統計（CSVデータ）"), document("b", "公園の一覧")])
    assert ids(engine, words) == ["a"]


@pytest.mark.parametrize("words", ["口人", "人統", "人口計", "cs", "人口 予算", "統計a"])
def test_what_does_not_stand_side_by_side_is_not_found(engine: Engine, words: str) -> None:
    engine.put([document("a", "東京都の人口統計 CSV")])
    assert ids(engine, words) == []


@pytest.mark.parametrize("words", ["令和5", "令和5年", "和5年度", "5年度", "令和５年度", "R5"])
def test_letters_and_digits_that_touch_are_one_word(engine: Engine, words: str) -> None:
    engine.put([document("a", "令和5年度予算 R5"), document("b", "令和3年度予算 5 年 R3")])
    assert ids(engine, words) == ["a"]


def test_a_word_does_not_reach_across_two_values(engine: Engine) -> None:
    engine.put([document("a", keywords=("人口", "統計"))])
    assert ids(engine, "人口統計") == []


@pytest.mark.parametrize(
    "place",
    [
        {"description": Text("", "yearly zebra counts")},
        {"keywords": ("zebra",)},
        {"publisher": Text("", "Zebra Office")},
        {"columns": ("zebra",)},
        {"resources": ("zebra",)},
        {"values": ("zebra",)},
    ],
)
def test_every_part_of_a_document_is_searched(engine: Engine, place: dict[str, Any]) -> None:
    engine.put([document("a", **place), document("b")])
    assert ids(engine, "zebra") == ["a"]


def test_words_may_be_spread_over_fields_but_must_all_be_there(engine: Engine) -> None:
    engine.put([document("a", "人口", columns=("年齢",)), document("b", "人口")])
    assert ids(engine, "人口 年齢") == ["a"]


def test_a_title_ranks_above_keywords_and_those_above_a_description(engine: Engine) -> None:
    engine.put(
        [
            document("c", "公園", description=Text("人口を含む")),
            document("b", "統計", keywords=("人口",)),
            document("a", "人口"),
            *(document(f"other-{number}", "別のもの") for number in range(5)),
        ]
    )
    assert ids(engine, "人口") == ["a", "b", "c"]


def test_the_better_hit_has_the_greater_score(engine: Engine) -> None:
    engine.put([document("a", "人口"), document("b", "統計", values=("人口",))])
    first, second = engine.search(SearchQuery("人口")).hits
    assert first.score > second.score > 0


def test_nobody_finds_what_is_not_for_them(engine: Engine) -> None:
    engine.put([document("open"), document("closed", audiences=("org:tokyo",), themes=("HEAL",))])
    answer = engine.search(SearchQuery())
    assert [hit.document.id for hit in answer.hits] == ["open"]
    assert answer.total == 1
    assert answer.facets[Facet.THEME] == ()


@pytest.mark.parametrize(
    ("audiences", "found"),
    [
        (frozenset({"public", "org:tokyo"}), {"open", "closed"}),
        (frozenset({"org:osaka"}), set()),
        (frozenset({"org:tok"}), set()),
        (frozenset(), set()),
        (None, {"open", "closed"}),
    ],
)
def test_audiences_decide_what_is_found(engine: Engine, audiences: frozenset[str] | None, found: set[str]) -> None:
    engine.put([document("open", "人口"), document("closed", "人口", audiences=("org:tokyo",))])
    assert set(ids(engine, "人口", audiences=audiences)) == found
    assert set(ids(engine, audiences=audiences)) == found


@pytest.fixture
def shelf(engine: Engine) -> Engine:
    """Hold four documents of two publishers in three formats."""
    engine.put(
        [
            document("a", "人口", formats=("CSV",), themes=("SOCI",)),
            document("b", "人口", formats=("CSV", "XLSX"), themes=("SOCI", "GOVE")),
            document("c", "人口", formats=("JSON",), publisher_slug="osaka-city", license="CC0-1.0"),
            document("d", "予算", formats=("CSV",), publisher_slug="osaka-city", license=""),
        ]
    )
    return engine


def test_values_of_one_facet_are_alternatives_and_facets_narrow_each_other(shelf: Engine) -> None:
    both = {Facet.FORMAT: ("XLSX", "JSON")}
    assert set(ids(shelf, filters=both)) == {"b", "c"}
    assert ids(shelf, filters=both | {Facet.PUBLISHER: ("osaka-city",)}) == ["c"]
    assert ids(shelf, "予算", filters=both) == []


@pytest.mark.parametrize("value", ["csv", "CS", "", "*", "CSV XLSX", "\ud800", "\x00", "x" * 100_000])
def test_a_filter_matches_whole_values_only(shelf: Engine, value: str) -> None:
    assert ids(shelf, filters={Facet.FORMAT: (value,)}) == []


def test_a_filter_without_values_narrows_nothing(shelf: Engine) -> None:
    assert len(ids(shelf, filters={Facet.FORMAT: ()})) == 4


def test_facets_count_all_results_the_most_frequent_first(shelf: Engine) -> None:
    answer = shelf.search(SearchQuery("人口", limit=1))
    assert answer.total == 3
    assert answer.facets == {
        Facet.PUBLISHER: (FacetValue("tokyo", 2), FacetValue("osaka-city", 1)),
        Facet.THEME: (FacetValue("SOCI", 2), FacetValue("GOVE", 1)),
        Facet.FORMAT: (FacetValue("CSV", 2), FacetValue("JSON", 1), FacetValue("XLSX", 1)),
        Facet.LICENSE: (FacetValue("CC-BY-4.0", 2), FacetValue("CC0-1.0", 1)),
    }


def test_a_facet_is_counted_without_its_own_filter_but_with_the_others(shelf: Engine) -> None:
    filters = {Facet.FORMAT: ("XLSX",), Facet.PUBLISHER: ("tokyo",)}
    answer = shelf.search(SearchQuery(filters=filters))
    assert answer.total == 1
    assert answer.facets[Facet.FORMAT] == (FacetValue("CSV", 2), FacetValue("XLSX", 1))
    assert answer.facets[Facet.PUBLISHER] == (FacetValue("tokyo", 1),)
    assert answer.facets[Facet.LICENSE] == (FacetValue("CC-BY-4.0", 1),)


def test_facet_counts_follow_replacement_and_removal(shelf: Engine) -> None:
    shelf.put([document("a", "人口", formats=("XML",))])
    shelf.remove(["b"])
    counts = {value.value: value.count for value in shelf.search(SearchQuery()).facets[Facet.FORMAT]}
    assert counts == {"XML": 1, "JSON": 1, "CSV": 1}


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("words", ["", "人口"])
def test_pages_cover_everything_once_even_where_all_rank_alike(engine: Engine, sort: Sort, words: str) -> None:
    names = {f"d{number:02}" for number in range(45)}
    for start in range(0, 45, 15):
        engine.put(document(name, "人口") for name in sorted(names)[start : start + 15])
    seen = [name for offset in range(0, 70, 10) for name in ids(engine, words, sort=sort, offset=offset, limit=10)]
    assert sorted(seen) == sorted(names)


@pytest.mark.parametrize(("offset", "limit"), [(0, 0), (5, 10), (10**12, 10), (2**62, 1)])
def test_an_empty_page_still_counts(engine: Engine, offset: int, limit: int) -> None:
    engine.put([document("a"), document("b")])
    answer = engine.search(SearchQuery(offset=offset, limit=limit))
    assert (answer.hits, answer.total) == ((), 2)


def test_a_limit_beyond_the_index_is_no_trouble(engine: Engine) -> None:
    engine.put([document("a")])
    assert ids(engine, limit=2**40) == ["a"]


def test_the_newest_come_first_by_update_and_without_words(engine: Engine) -> None:
    days = {"old": 0, "new": 20, "mid": 10}
    engine.put(document(name, updated=NEW_YEAR + timedelta(days=day)) for name, day in days.items())
    assert ids(engine, sort=Sort.UPDATED) == ["new", "mid", "old"]
    assert ids(engine, sort=Sort.RELEVANCE) == ["new", "mid", "old"]
    assert ids(engine, "!?", sort=Sort.RELEVANCE) == ["new", "mid", "old"]


def test_times_before_1970_have_their_place(engine: Engine) -> None:
    engine.put([document("old", updated=NEW_YEAR.replace(year=1950)), document("new")])
    assert ids(engine, sort=Sort.UPDATED) == ["new", "old"]


def test_titles_are_ordered_without_regard_to_width_and_case(engine: Engine) -> None:
    engine.put(
        [document("3", "ｃａｒｅ"), document("1", "Apple"), document("4", "人口"), document("2", "banana")],
    )
    assert ids(engine, sort=Sort.TITLE) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_words_of_any_kind_are_answered(engine: Engine, words: str) -> None:
    engine.put([document("a", "人口"), document("b", "Population")])
    assert engine.search(SearchQuery(words)).total <= 2


def test_only_the_first_ten_words_count(engine: Engine) -> None:
    engine.put([document("a", "1 2 3 4 5 6 7 8 9 10")])
    assert ids(engine, "1 2 3 4 5 6 7 8 9 10 missing") == ["a"]


def test_documents_with_strange_letters_are_kept(engine: Engine) -> None:
    strange = document("a", "\x00 'quote\" 😀 \u202e", description=Text("x" * 100_000), keywords=("", " "))
    engine.put([strange])
    assert engine.search(SearchQuery("quote")).hits[0].document == strange


# What only an index in a folder has to do


def put_many(folder: Path, names: Iterable[str]) -> int:
    """Run in another process: one commit for each document."""
    other = TantivyEngine(folder)
    for name in names:
        other.put([document(name, "人口")])
    return len(other.revisions())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "index"


def test_a_commit_of_another_process_is_found_by_the_next_search(folder: Path) -> None:
    reader = TantivyEngine(folder)
    reader.put([document("first", "人口")])
    assert ids(reader, "人口") == ["first"]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(put_many, folder, ["second"]).result(timeout=60) == 2
    assert set(ids(reader, "人口")) == {"first", "second"}


def test_two_processes_that_write_at_once_lose_nothing(folder: Path) -> None:
    halves = [[f"{side}{number}" for number in range(12)] for side in "ab"]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(put_many, [folder, folder], halves, timeout=120))
    assert set(TantivyEngine(folder).revisions()) == {name for half in halves for name in half}


def test_a_reader_outlives_the_clearing_of_its_index(folder: Path) -> None:
    reader, writer = TantivyEngine(folder), TantivyEngine(folder)
    writer.put([document("a")])
    assert ids(reader) == ["a"]
    writer.clear()
    assert ids(reader) == []
    writer.put([document("b")])
    assert ids(reader) == ["b"]


def test_a_failure_among_the_documents_commits_none_of_them(folder: Path) -> None:
    engine = TantivyEngine(folder)
    engine.put([document("a")])

    def failing() -> Iterable[SearchDocument]:
        yield document("b")
        raise LookupError

    with pytest.raises(LookupError):
        engine.put(failing())
    assert ids(engine) == ["a"]
    engine.put([document("c")])
    assert set(ids(engine)) == {"a", "c"}


def test_a_folder_that_was_taken_away_answers_nothing_and_fills_again(folder: Path) -> None:
    engine = TantivyEngine(folder)
    engine.put([document("a")])
    assert ids(engine) == ["a"]
    folder.rename(folder.with_name("elsewhere"))
    assert ids(engine) == []
    engine.put([document("b")])
    assert ids(engine) == ["b"]


@pytest.mark.parametrize("pattern", ["meta.json", "*.store", "*.term", "*.fast", "*.pos", "*.idx"])
def test_a_damaged_index_says_so_until_it_is_cleared(folder: Path, pattern: str) -> None:
    TantivyEngine(folder).put([document("a", "人口"), document("b", "人口")])
    [damaged] = folder.rglob(pattern)
    damaged.write_bytes(b"damaged")
    engine = TantivyEngine(folder)
    with pytest.raises(Unavailable):
        engine.search(SearchQuery("人口"))
    with pytest.raises(Unavailable):
        engine.put([document("c")])
    engine.clear()
    engine.put([document("d", "人口")])
    assert ids(engine, "人口") == ["d"]


def test_damage_that_makes_the_engine_panic_is_reported_alike(folder: Path) -> None:
    TantivyEngine(folder).put([document("a", "人口統計")])
    [positions] = folder.rglob("*.pos")
    content = positions.read_bytes()
    positions.write_bytes(bytes(len(content) // 2) + content[len(content) // 2 :])
    with pytest.raises(Unavailable):
        TantivyEngine(folder).search(SearchQuery("人口統計"))
