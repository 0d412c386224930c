"""What is found for a query, what stands first, and what is said where less was asked for than typed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from app.catalog.record import Period
from app.search.analysis import understand
from app.search.clauses import All, Any, Best, Term
from app.search.opensearch_engine.bounds import MOST, bounded, size
from app.search.ranking import asked_clause, sign_clause
from app.search.service import Search, SearchQuery, Where
from tests.searching import document, make_search

if TYPE_CHECKING:
    from pathlib import Path

SHELTERS = document("shelters", "世田谷区 避難所一覧", places=("131121", "130001"), formats=("CSV",))
CENSUS = document("census", "国勢調査による人口", period=Period(date(2020, 10, 1), date(2020, 10, 1)), years=(2020,))
POPULATION = document("population", "人口", keywords=("住民",), frequency="MONTHLY", formats=("CSV", "XLSX"))
SCHOOLS = document(
    "schools", "公立学校一覧", columns=("学校名", "児童数"), values=("桜丘小学校",), cells=("梅丘小学校",)
)
BUDGET = document("budget", "令和3年度 予算", description="人口の動きを踏まえた歳出。", formats=("PDF",))
NURSERIES = document("nurseries", "保育園の空き状況", updated=datetime(2020, 1, 1, tzinfo=UTC))
EVERY = (SHELTERS, CENSUS, POPULATION, SCHOOLS, BUDGET, NURSERIES)


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Search:
    return make_search(tmp_path_factory.mktemp("ranking"), *EVERY)


def ids(search: Search, words: str) -> list[str]:
    return [hit.document.id for hit in search.search(SearchQuery(words)).hits]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("世田谷 避難所", {"shelters"}),
        ("ｾﾀｶﾞﾔ", {"shelters"}),
        ("じんこう", {"population", "census", "budget"}),
        ("jinko", {"population", "census", "budget"}),
        ("ほいくえん", {"nurseries"}),
        ("2021年度 予算", {"budget"}),
        ("梅丘小学校", {"schools"}),
        ("nursery", {"nurseries"}),
        ('"国勢調査"', {"census"}),
        ("人口 -予算", {"population", "census"}),
        ("-人口", {"shelters", "schools", "nurseries"}),
        ("避難所 OR 保育園", {"shelters", "nurseries"}),
        ("title:人口", {"population", "census"}),
        ("列:児童数", {"schools"}),
        ("値:桜丘", {"schools"}),
        ("キーワード:住民", {"population"}),
        ("形式:csv", {"shelters", "population"}),
        ("-形式:csv", {"census", "schools", "budget", "nurseries"}),
        ("頻度:毎月", {"population"}),
        ("場所:世田谷区", {"shelters"}),
        ("提供者:東京都 形式:pdf", {"budget"}),
        ("更新:..2020", {"nurseries"}),
        ("period:2020", {"census"}),
        ("period:2015..2019", set()),
        ("予算について教えてください", {"budget"}),
    ],
)
def test_a_query_finds_what_it_asks_for(search: Search, words: str, found: set[str]) -> None:
    assert set(ids(search, words)) == found


@pytest.mark.parametrize(
    "words",
    ["🎌", "?*?*?*", "AND OR", "形式:dwg", "xyzzy", "asdf qwer", "ゔぁゔぃ", "ぬぺぽ", "zzzz 鬱鬱鬱", "qqqqqqqq"],
)
def test_nonsense_finds_nothing(search: Search, words: str) -> None:
    assert search.search(SearchQuery(words)).total == 0


def test_an_exact_title_stands_above_titles_that_hold_it_and_those_above_descriptions(search: Search) -> None:
    assert ids(search, "人口") == ["population", "census", "budget"]


def test_a_phrase_stands_above_its_words_apart(tmp_path: Path) -> None:
    search = make_search(
        tmp_path, document("apart", "防災 に関する 計画"), document("phrase", "地域の 防災計画 だより")
    )
    assert ids(search, "防災計画") == ["phrase", "apart"]


@pytest.mark.parametrize("near", ["offices archive registered city lobbyists", "city archive registered lobbyists"])
def test_english_words_near_each_other_stand_above_the_same_words_apart(tmp_path: Path, near: str) -> None:
    apart = " ".join(reversed(near.split()))
    search = make_search(tmp_path, document("apart", "A", description=apart), document("near", "A", description=near))
    assert ids(search, "registered lobbyists") == ["near", "apart"]


@pytest.mark.parametrize("words", ["保育園の一覧", "nurseries list"])
def test_a_filler_is_no_condition_and_lifts_what_has_it(tmp_path: Path, words: str) -> None:
    lists = document("list", "保育園 一覧 nurseries list")
    search = make_search(tmp_path, document("map", "保育園 地図 nurseries map"), lists)
    assert ids(search, words) == ["list", "map"]


def test_freshness_and_quality_decide_only_between_equals(tmp_path: Path) -> None:
    old = datetime(2010, 1, 1, tzinfo=UTC)
    search = make_search(
        tmp_path,
        document("old", "保育園 一覧", updated=old),
        document("fresh", "保育園 一覧"),
        document("kept", "保育園 一覧", quality="excellent"),
        document("aside", "施設", description="保育園 もある。", quality="excellent"),
        *(document(f"other{number}", "予算") for number in range(30)),
    )
    assert ids(search, "保育園") == ["kept", "fresh", "old", "aside"]


def test_a_word_that_nothing_has_is_left_out_and_named(search: Search) -> None:
    answer = search.search(SearchQuery("世田谷 避難所 qwertyuiop"))
    assert [hit.document.id for hit in answer.hits] == ["shelters"]
    assert answer.relaxed
    assert answer.relaxed.words == ("qwertyuiop",)


def test_what_has_every_word_stands_above_what_lacks_one(search: Search) -> None:
    answer = search.search(SearchQuery("国勢調査 人口"))
    assert answer.hits[0].document.id == "census"
    assert {"population", "budget"} <= {hit.document.id for hit in answer.hits}
    assert answer.relaxed


def test_quotation_marks_that_find_nothing_are_taken_off_and_that_is_said(search: Search) -> None:
    answer = search.search(SearchQuery('"避難所 世田谷"'))
    assert [hit.document.id for hit in answer.hits] == ["shelters"]
    assert answer.relaxed


def test_an_answer_to_the_question_asked_says_nothing(search: Search) -> None:
    answer = search.search(SearchQuery("じんこう"))
    assert (answer.dropped, answer.relaxed, answer.instead) == ((), None, ())


@pytest.mark.parametrize(("typed", "meant"), [("国税調査", "census"), ("保行園", "nurseries")])
def test_a_mistyped_word_is_read_as_the_nearest_there_is(search: Search, typed: str, meant: str) -> None:
    answer = search.search(SearchQuery(typed))
    assert [hit.document.id for hit in answer.hits] == [meant]
    assert answer.relaxed
    assert typed in answer.relaxed.how.ja


def test_a_value_that_no_dataset_has_is_passed_over_and_named(search: Search) -> None:
    answer = search.search(SearchQuery("人口 形式:dwg"))
    assert answer.total == 3
    assert [each.text for each in answer.dropped] == ["format:dwg"]


@pytest.mark.parametrize(
    ("words", "where", "text"),
    [
        ("児童数", Where.COLUMN, "児童数"),
        ("桜丘小学校", Where.VALUE, "桜丘小学校"),
        ("梅丘小学校", Where.VALUE, "梅丘小学校"),
        ("住民", Where.KEYWORD, "住民"),
        ("nursery", Where.SYNONYM, "保育園"),
        ("ほいくえん", Where.READING, "保育園"),
    ],
)
def test_a_hit_says_where_it_was_found(search: Search, words: str, where: Where, text: str) -> None:
    [hit] = search.search(SearchQuery(words)).hits
    assert [(reason.where, reason.text) for reason in hit.why] == [(where, text)]


def test_a_hit_whose_title_shows_the_word_needs_no_reason(search: Search) -> None:
    assert search.search(SearchQuery("避難所")).hits[0].why == ()


def test_marks_are_the_words_that_texts_hold(search: Search) -> None:
    assert "人口" in search.search(SearchQuery("じんこう")).marks
    assert "人口" in search.search(SearchQuery("population")).marks


def test_the_richest_question_is_no_more_than_opensearch_takes() -> None:
    words = "指定緊急避難場所 広域避難場所 一時集合場所 一時避難場所 指定避難所 避難施設 避難場所 避難所 避難先 shelter"
    asked = understand(words).asked
    # As where less than all words are asked for.
    whole = All((*map(asked_clause, asked), Any(tuple(map(sign_clause, asked)), minimum=5)))

    assert 400 < size(whole) <= MOST
    assert bounded(whole) == whole


def test_where_words_have_too_many_forms_those_that_mean_most_are_kept() -> None:
    whole = All(tuple(Best(tuple(Term("title", f"{word}-{form}") for form in range(300))) for word in range(10)))

    cut = bounded(whole)

    assert size(cut) <= MOST < size(whole)
    assert isinstance(cut, All)
    assert [getattr(best, "clauses", ())[:1] for best in cut.must] == [
        (Term("title", f"{word}-0"),) for word in range(10)
    ]
