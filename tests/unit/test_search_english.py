"""English questions to English datasets: words rather than terms, and no word taken for a mistake that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.search.analysis import understand
from app.search.engine import FacetValue
from app.search.parting import parted
from app.search.question import Question
from app.search.service import SearchQuery
from app.search.vocabulary import Vocabulary
from tests.searching import document, make_search

if TYPE_CHECKING:
    from pathlib import Path

WORDS = Vocabulary(
    FacetValue(word, 1)
    for word in (
        *("slover", "regulation", "caribbean", "population", "ceram", "sheets", "pool", "gillion", "health"),
        *("椅子", "はいっ", "人口", "設け", "三宅", "備考", "ゴミ", "図書館"),
    )
)


def test_who_asks_for_a_term_finds_what_says_it_in_other_words(tmp_path: Path) -> None:
    apart = document("apart", "Pollution of rivers", description="Measures what is in the soil")
    search = make_search(tmp_path, apart, document("half", "Soil map"), document("other", "Library loans"))
    found = [hit.document.id for hit in search.search(SearchQuery("soil pollution")).hits]
    assert found == ["apart", "half"]


def test_each_word_of_a_term_is_asked_for_once_and_fillers_stay() -> None:
    understood = understand("soil pollution data soil")
    question = parted(Question(understood.asked, understood.whole, "soil pollution data soil"))
    assert [word.text for word in question.words] == ["soil", "pollution", "data"]


def test_a_term_in_japanese_is_left_whole() -> None:
    understood = understand("土壌汚染")
    question = Question(understood.asked, understood.whole, "土壌汚染")
    assert parted(question) == question


@pytest.mark.parametrize(
    "word",
    [
        *("slavery", "deregulation", "ipsum", "hair", "cream", "sweets", "poor", "million"),
        *("more", "make", "bike", "games"),
    ],
)
def test_an_english_word_is_no_mistake_for_one_that_merely_looks_like_it(word: str) -> None:
    assert not WORDS.near(word, 3)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("carribean", "caribbean"),
        ("populatoin", "population"),
        ("helth", "health"),
        ("jinko", "人口"),
        ("toshokaan", "図書館"),
    ],
)
def test_a_mistyped_latin_word_still_has_a_neighbour(typed: str, meant: str) -> None:
    assert [spelling.text for spelling in WORDS.near(typed, 3)] == [meant]


def test_a_word_in_the_other_kana_is_no_correction() -> None:
    assert not WORDS.read_as("ごみ", 3)
    assert [spelling.text for spelling in WORDS.read_as("じんこう", 3)] == ["人口"]


def test_a_word_in_kana_that_a_dictionary_has_is_still_one_in_kanji() -> None:
    words = Vocabulary(FacetValue(word, 1) for word in ("花火", "野菜"))
    assert [[each.text for each in words.read_as(kana, 3)] for kana in ("はなび", "やさい")] == [["花火"], ["野菜"]]


def test_an_english_word_that_no_dataset_has_is_not_replaced(tmp_path: Path) -> None:
    search = make_search(tmp_path, document("a", "Ceram sheets"), document("b", "設けた施設の備考"))
    answer = search.search(SearchQuery("ice cream sweets"))
    assert (answer.total, answer.instead) == (0, ())
    assert not search.search(SearchQuery("more")).total
