"""How a query may go on while it is typed."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.kernel.errors import Unavailable
from app.kernel.text import Text
from app.search.entries import entry_of
from app.search.romaji import fold_romaji, romaji_of
from app.search.service import Search, Suggestion, SuggestionKind
from app.search.tantivy_engine import TantivyEngine
from tests.searching import document, make_search

if TYPE_CHECKING:
    from pathlib import Path

OF_ANOTHER_RELEASE = b"\x81\xa1x\x01"
ALL = (
    document("population", "人口の推移", places=("131121", "130001")),
    document("census", "国勢調査による人口"),
    document("shelters", "避難所一覧", publisher_slug="setagaya", publisher=Text("世田谷区")),
    document("nurseries", "保育園 Nursery schools"),
    document("hidden", "極秘計画", audiences=("org:o1",)),
)


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Search:
    return make_search(tmp_path_factory.mktemp("suggest"), *ALL)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("人", "人口"),
        ("じん", "人口"),
        ("じんk", "人口"),
        ("じんこう", "人口"),
        ("ジンコ", "人口"),
        ("jin", "人口"),
        ("zinko", "人口"),
        ("hinanj", "避難所"),
        ("ほいく", "保育園"),
        ("Nurs", "Nursery"),
        ("ｎｕｒ", "Nursery"),
        ("推移 じんこ", "推移 人口"),
    ],
)
def test_a_word_is_completed_however_it_is_typed(search: Search, typed: str, word: str) -> None:
    assert word in {each.text for each in search.suggest(typed) if each.kind is SuggestionKind.WORD}


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("国勢調", Suggestion("国勢調査による人口", SuggestionKind.DATASET, "census")),
        ("世田谷", Suggestion("世田谷区", SuggestionKind.PUBLISHER, "setagaya", 1)),
        ("せたが", Suggestion("世田谷区", SuggestionKind.PLACE, "131121", 1)),
        ("setag", Suggestion("世田谷区", SuggestionKind.PLACE, "131121", 1)),
    ],
)
def test_other_things_that_begin_so_are_suggested(search: Search, typed: str, suggestion: Suggestion) -> None:
    assert suggestion in search.suggest(typed)


def test_no_word_of_a_dataset_that_may_not_be_found_is_suggested(search: Search) -> None:
    assert search.suggest("極秘") == ()
    assert search.suggest("ごくひ", frozenset({"public", "org:o2"})) == ()


def test_those_who_may_find_a_dataset_are_led_to_it(search: Search) -> None:
    assert [each.slug for each in search.suggest("極秘", frozenset({"public", "org:o1"}))] == ["hidden"]


@pytest.mark.parametrize("typed", ["", " ", "?*?*", "\ud800", "(" * 3000, "あ" * 100_000, "a" * 100_000, "🎌", "\x00"])
def test_hostile_beginnings_are_answered_at_once(search: Search, typed: str) -> None:
    began = time.thread_time()
    search.suggest(typed)
    assert time.thread_time() - began < 0.05


@pytest.mark.parametrize(("limit", "most"), [(0, 0), (-1, 0), (1, 1), (10**9, 20)])
def test_there_are_no_more_suggestions_than_asked_for(search: Search, limit: int, most: int) -> None:
    assert len(search.suggest("人", limit=limit)) <= most


def test_new_words_are_suggested_within_a_minute(tmp_path: Path) -> None:
    search = make_search(tmp_path, document("a", "人口"))
    assert not search.suggest("予算")
    search.index([document("b", "予算書 2021")])
    search._known._looked -= 61
    assert "予算" in {each.text[:2] for each in search.suggest("よさん")}


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("じんこう", "jinkō"),
        ("じんこう", "zinkou"),
        ("とうきょう", "Tokyo"),
        ("しんばし", "shimbashi"),
        ("しゅうがく", "syuugaku"),
        ("ちょうさ", "tyosa"),
        ("がっこう", "gakkou"),
        ("まっちゃ", "matcha"),
    ],
)
def test_latin_spellings_of_the_same_sound_are_one(kana: str, latin: str) -> None:
    assert romaji_of(kana) == fold_romaji(latin)


def test_an_index_of_another_release_is_said_to_be_made_anew(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path / "index")
    engine.put([replace(entry_of(document("a", "人口の推移")), card=OF_ANOTHER_RELEASE)])

    with pytest.raises(Unavailable):
        Search(engine).suggest("人口")
