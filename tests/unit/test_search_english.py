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
    FacetValue(word, 1) for word in ("slover", "regulation", "caribbean", "population", "椅子", "はいっ", "人口")
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


@pytest.mark.parametrize("word", ["slavery", "deregulation", "ipsum", "hair"])
def test_an_english_word_is_no_mistake_for_one_that_merely_looks_like_it(word: str) -> None:
    assert not WORDS.near(word, 3)


@pytest.mark.parametrize(
    ("typed", "meant"), [("carribean", "caribbean"), ("populatoin", "population"), ("jinko", "人口")]
)
def test_a_mistyped_latin_word_still_has_a_neighbour(typed: str, meant: str) -> None:
    assert [spelling.text for spelling in WORDS.near(typed, 3)] == [meant]
