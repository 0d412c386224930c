"""The part of a text that shows why it was found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.excerpt import Excerpt, excerpt, excerpts
from app.web.marking import html


def marked(text: str, words: str, length: int = 160) -> str:
    shown, spans = excerpt(text, words.split(), length)
    for first, last in reversed(spans):
        shown = f"{shown[:first]}[{shown[first:last]}]{shown[last:]}"
    return shown


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("東京都の人口統計", "人口", "東京都の[人口]統計"),
        ("東京都の人口統計", "統計 東京", "[東京]都の人口[統計]"),
        ("ＣＳＶﾃﾞｰﾀの一覧", "csv データ", "[ＣＳＶﾃﾞｰﾀ]の一覧"),
        ("Population data", "DATA", "Population [data]"),
        ("part of art", "art", "part of [art]"),
        ("art-art artart art", "art", "[art]-[art] artart [art]"),
        ("ab国a 国ab 国a", "国a a", "ab[国a] 国ab [国a]"),
        ("人口統計と人口", "人口 人口統計 口統", "[人口統計]と[人口]"),
        ("Café au lait", "café", "[Café] au lait"),
        ("cafe\u0301 noir", "café", "[cafe\u0301] noir"),
        ("㈱の表", "株", "[㈱]の表"),
        ("令和５年度", "令和5年", "[令和５年]度"),
        ("一つ\n\n二つ", "", "一つ 二つ"),
        ("人口", "*** \ud800", "人口"),
        ("¾", "¾", "[¾]"),
        ("a.c abc", "a.c", "[a.c] abc"),
        ("", "人口", ""),
    ],
)
def test_matches_are_marked_as_the_text_writes_them(text: str, words: str, expected: str) -> None:
    assert marked(text, words) == expected


def test_marks_up_of_a_stranger_stays_text() -> None:
    assert html(excerpt("<b>人口</b>'", ("人口",))) == "&lt;b&gt;<mark>人口</mark>&lt;/b&gt;&#39;"
    assert html(excerpt("東京の人口", ("人口",))) == "東京の<mark>人口</mark>"


def test_matches_that_touch_are_one() -> None:
    assert excerpt("人口統計", ("人口", "統計")) == Excerpt("人口統計", ((0, 4),))
    assert excerpt("㈱式", ("(株", ")式")) == Excerpt("㈱式", ((0, 2),))


def test_a_long_text_is_cut_around_the_first_match() -> None:
    assert marked("あ" * 300 + "人口" + "い" * 300, "人口", 20) == "…" + "あ" * 5 + "[人口]" + "い" * 13 + "…"


def test_a_match_near_the_end_fills_the_length() -> None:
    assert marked("あ" * 30 + "人口", "人口", 10) == "…" + "あ" * 8 + "[人口]"


def test_a_text_without_match_is_cut_at_its_end() -> None:
    assert marked("あ" * 30, "人口", 10) == "あ" * 10 + "…"


def test_a_huge_text_says_that_it_goes_on() -> None:
    assert marked("x " * 100_000, "人口", 10) == "x x x x x …"


@settings(deadline=None)  # the first run compiles its patterns on a busy machine
@given(st.text(), st.text(), st.integers(1, 30))
def test_an_excerpt_is_the_text_itself(text: str, words: str, length: int) -> None:
    line = " ".join(text.split())
    cut = excerpt(text, words.split(), length).text
    assert cut.removeprefix("…").removesuffix("…") in line or cut == line
    assert len(cut) <= length + 2


@settings(deadline=None)
@given(st.lists(st.tuples(st.text("aA ｱﾞか\u3099\n㈱x国國ß…", max_size=12), st.integers(1, 8))), st.text("aｱがx 国株("))
def test_texts_are_marked_together_as_each_would_be_alone(texts: list[tuple[str, int]], words: str) -> None:
    marks = words.split()
    assert excerpts(texts, marks) == [excerpt(text, marks, length) for text, length in texts]
