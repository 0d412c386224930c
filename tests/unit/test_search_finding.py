"""Years, numbers and serial names in a search, many words, other synonyms, and the order of what lacks a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.search.clauses import All, Any, Best, Boosted, Constant, Term, matching
from app.search.service import SearchQuery
from app.settings import Settings
from app.wiring import understanding
from tests.searching import document, make_search

if TYPE_CHECKING:
    from pathlib import Path

    from app.search.service import Search

FILES = tuple(f"{year}年 町丁別 世帯数 一覧" for year in range(2011, 2025))
ALL = (
    document("fiscal", "令和3年度 予算"),
    document("western", "2021年度決算"),
    document("calendar", "令和3年4月1日の世帯"),
    document("other", "令和4年度 予算"),
    document("old", "65歳以上の住民"),
    document("wards", "特別区（二十三区）の面積"),
    document("files", "町の統計", resources=FILES),
)


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Search:
    return make_search(tmp_path_factory.mktemp("finding"), *ALL)


def ids(search: Search, words: str) -> list[str]:
    return [hit.document.id for hit in search.search(SearchQuery(words)).hits]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2021年度", {"fiscal", "western"}),
        ("令和3年度", {"fiscal", "western"}),
        ("2021年", {"fiscal", "western", "calendar", "files"}),
        ("2021年4月", {"calendar"}),
        ("令和3年4月1日", {"calendar"}),
        ("title:2021年度", {"fiscal", "western"}),
        ("65歳", {"old"}),
        ("23区", {"wards"}),
        ("ファイル:2023年", {"files"}),
        ("ファイル:世帯数", {"files"}),
        ("2024年 町丁別", {"files"}),
        ('"町丁別 世帯数"', {"files"}),
    ],
)
def test_years_numbers_and_serial_names_are_found(search: Search, words: str, found: set[str]) -> None:
    assert set(ids(search, words)) == found


def test_what_has_every_word_stands_first_however_well_the_rest_fits(tmp_path: Path) -> None:
    apart = document(
        "both", "資料", description="長い説明。" * 50 + "図書館のこと。" + "別の説明。" * 50 + "来館者のこと。"
    )
    search = make_search(tmp_path, *(document(f"d{number}", "図書館 図書館") for number in range(9)), apart)
    assert ids(search, "図書館 来館者")[0] == "both"


def test_words_beyond_the_tenth_are_named_where_no_blanks_part_them(search: Search) -> None:
    words = "予算決算世帯住民面積統計図書館保育園公園道路河川水道"
    dropped = search.search(SearchQuery(words)).dropped
    assert "水道" in " ".join(each.text for each in dropped)


def test_an_operator_adds_synonyms_in_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "synonyms.csv").write_text("まちびと, 住民\n", encoding="utf-8")
    texts = [form.text for form in understanding(Settings(data_dir=tmp_path))("まちびと").asked[0].forms]
    assert "住民" in texts


def test_what_only_counts_matches_the_same_and_carries_no_scores() -> None:
    one, two, three = Term("title", "a"), Term("title", "b"), Term("title", "c")
    scored = All(
        (Boosted(Best((one, Constant(two, 5.0)), 0.2), 3.0),), should=(three,), must_not=(Boosted(three, 2.0),)
    )
    assert matching(scored) == All((Any((one, two)),), (), (three,))


def test_optional_clauses_without_any_that_must_match_stay() -> None:
    assert matching(All((), should=(Term("title", "a"),))) == All((), should=(Term("title", "a"),))
