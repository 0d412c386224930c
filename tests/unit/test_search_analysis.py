"""How text becomes tokens."""

from __future__ import annotations

import pytest

from app.search.analysis import QUERY_WORDS, Word, normalise, tokens_of, words_of


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("人口統計", ["人口", "口統", "統計", "計"]),
        ("県", ["県"]),
        ("Open Data 2025", ["open", "data", "2025"]),
        ("ＣＳＶﾃﾞｰﾀ", ["csv", "デー", "ータ", "タ"]),
        ("令和5年", ["令和", "和", "5", "年"]),
        ("人口・世帯", ["人口", "口", "世帯", "帯"]),
        ("population_density", ["population", "density"]),
        ("かﾞく", ["がく", "く"]),
        ("서울", ["서울", "울"]),
        ("Straße", ["strasse"]),
        ("😀 !? ー", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_words_and_pairs(text: str, tokens: list[str]) -> None:
    assert tokens_of(text) == tokens


@pytest.mark.parametrize("written", ["03ー1234", "03−1234", "03－1234", "03‐1234", "03-1234"])
def test_every_stroke_between_digits_separates(written: str) -> None:
    assert tokens_of(written) == ["03", "1234"]


def test_a_very_long_word_is_known_by_its_beginning() -> None:
    assert tokens_of("a" * 1000) == ["a" * 64]


def test_a_query_leaves_the_end_of_a_run_open() -> None:
    assert words_of("人口統計") == (Word("人口統計", ("人口", "口統", "統計"), is_open=False),)
    assert words_of("県") == (Word("県", ("県",), is_open=True),)
    assert words_of("5年") == (Word("5年", ("5", "年"), is_open=True),)
    assert words_of("人口5") == (Word("人口5", ("人口", "口", "5"), is_open=False),)


def test_a_query_is_bounded_in_length_and_words() -> None:
    assert len(words_of(" ".join(map(str, range(100))))) == QUERY_WORDS
    assert words_of(" " * 200 + "人口") == ()


def test_a_repeated_word_counts_once() -> None:
    assert [word.text for word in words_of("Data data ＤＡＴＡ 人口")] == ["data", "人口"]


def test_half_a_surrogate_pair_only_separates() -> None:
    assert [word.text for word in words_of("人\ud800口")] == ["人", "口"]


def test_width_and_case_are_folded() -> None:
    assert normalise("ＡｂＣ　ｱ") == "abc ア"
