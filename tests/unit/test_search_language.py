"""What people type into a search box becomes a tree, whatever it is."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.engine import Facet
from app.search.language import parse
from app.search.language.days import days_in
from app.search.language.names import DateField, Part
from app.search.language.parser import (
    DEPTH,
    LENGTH,
    NO_DATE,
    NO_PARTNER,
    NO_SIDE,
    NO_VALUE,
    NO_WORD,
    TOO_DEEP,
    TOO_LONG,
    TOO_MANY,
)
from app.search.language.tree import Both, Chosen, Dated, Either, Node, Not, Quoted, Within, Words

YEAR = (date(2024, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("", None),
        ("人口", Words("人口")),
        ("人口　世田谷", Words("人口 世田谷")),
        ("人口 AND 世田谷", Words("人口 世田谷")),
        ('"人口 統計"', Quoted("人口 統計")),
        ("「世田谷区」の人口", Both((Quoted("世田谷区"), Words("の人口")))),
        ("『人口』 “統計” ＂区＂", Both((Quoted("人口"), Quoted("統計"), Quoted("区")))),
        ("人口 -予算", Both((Words("人口"), Not(Words("予算"))))),
        ("人口　－予算", Both((Words("人口"), Not(Words("予算"))))),
        ("「学生の手引」－東京都の教師へ", Both((Quoted("学生の手引"), Words("東京都の教師へ")))),
        ("人口 NOT 予算", Both((Words("人口"), Not(Words("予算"))))),
        ("NOT NOT 人口", Words("人口")),
        ("-人口", Not(Words("人口"))),
        ('-"人口 統計"', Not(Quoted("人口 統計"))),
        ("国勢-調査 2019-2020", Words("国勢-調査 2019-2020")),
        ("人口 - 予算", Words("人口 予算")),
        ("保育園 OR 幼稚園", Either((Words("保育園"), Words("幼稚園")))),
        ("保育園|幼稚園", Either((Words("保育園"), Words("幼稚園")))),
        ("保育園　ＯＲ　幼稚園", Either((Words("保育園"), Words("幼稚園")))),
        ("世田谷 保育園 OR 幼稚園", Both((Words("世田谷"), Either((Words("保育園"), Words("幼稚園")))))),
        ("a AND b OR c AND d", Either((Words("a b"), Words("c d")))),
        ("(a OR b) c", Both((Either((Words("a"), Words("b"))), Words("c")))),
        ("-(a OR b)", Not(Either((Words("a"), Words("b"))))),
        ("人口（年齢別）", Words("人口 年齢別")),
        ("title:人口", Within(Part.TITLE, Words("人口"))),
        ('タイトル："人口 統計"', Within(Part.TITLE, Quoted("人口 統計"))),
        ("title: 人口", Within(Part.TITLE, Words("人口"))),
        ("列:学校名 値:桜", Both((Within(Part.COLUMNS, Words("学校名")), Within(Part.VALUES, Words("桜"))))),
        ("形式:csv", Chosen(Facet.FORMAT, "csv")),
        ("Publisher：東京都", Chosen(Facet.PUBLISHER, "東京都")),
        ("-format:pdf", Not(Chosen(Facet.FORMAT, "pdf"))),
        ("更新:2024", Dated(DateField.UPDATED, *YEAR)),
        ("period:2015..2020", Dated(DateField.PERIOD, date(2015, 1, 1), date(2020, 12, 31))),
        ("10:30", Words("10 30")),
        ("[a TO z]", Words("[a TO z]")),
        ("NEAR(a b)", Words("NEAR a b")),
    ],
)
def test_a_query_is_read_as_people_mean_it(query: str, tree: Node | None) -> None:
    parsed = parse(query)
    assert (parsed.tree, parsed.dropped) == (tree, ())


@pytest.mark.parametrize(
    ("query", "reason", "text", "tree"),
    [
        ('人口 "統計', NO_PARTNER, '"', Words("人口 統計")),
        ("人口」", NO_PARTNER, "」", Words("人口")),
        ("((人口", NO_PARTNER, "( (", Words("人口")),
        ("人口)) 統計", NO_PARTNER, ") )", Words("人口 統計")),
        ("OR 人口", NO_SIDE, "OR", Words("人口")),
        ("人口 AND", NO_SIDE, "AND", Words("人口")),
        ("人口 NOT", NO_SIDE, "NOT", Words("人口")),
        ("AND OR NOT", NO_SIDE, "AND OR NOT", None),
        ("title:", NO_VALUE, "title:", None),
        ("updated:soon 人口", NO_DATE, "updated:soon", Words("人口")),
        ("?*?*?* 人口", NO_WORD, "?*?*?*", Words("人口")),
        ("🎌 人口", NO_WORD, "🎌", Words("人口")),
        ("(" * (DEPTH + 1) + "人口" + ")" * (DEPTH + 1), TOO_DEEP, "(", Words("人口")),
        ("a b c d e f g h i j k l", TOO_MANY, "k l", Words("a b c d e f g h i j")),
        ("あ" * LENGTH + "い", TOO_LONG, "い", Words("あ" * LENGTH)),
    ],
)
def test_what_is_passed_over_is_named(query: str, reason: object, text: str, tree: Node | None) -> None:
    parsed = parse(query)
    assert parsed.tree == tree
    assert text in {each.text for each in parsed.dropped if each.reason == reason}


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("2024", YEAR),
        ("2024-02", (date(2024, 2, 1), date(2024, 2, 29))),
        ("2024/2/3", (date(2024, 2, 3), date(2024, 2, 3))),
        ("２０２４－０２－０３", (date(2024, 2, 3), date(2024, 2, 3))),
        ("2024-01..2024-12", YEAR),
        ("2024-12..2024-01", YEAR),
        ("2024年1月〜2024年12月", YEAR),
        ("2024-01-01から2024-12-31まで", YEAR),
        ("令和3年度", (date(2021, 4, 1), date(2022, 3, 31))),
        ("令和3年度..令和4年度", (date(2021, 4, 1), date(2023, 3, 31))),
        (">=2024", (date(2024, 1, 1), None)),
        (">2024", (date(2025, 1, 1), None)),
        ("<2024", (None, date(2023, 12, 31))),
        ("<=2024", (None, date(2024, 12, 31))),
        ("2024..", (date(2024, 1, 1), None)),
        ("..2024", (None, date(2024, 12, 31))),
        ("..", None),
        ("2024-13", None),
        ("0000", None),
        ("9999..", (date(9999, 1, 1), None)),
        ("<0001", (None, date(1, 1, 1))),
        ("9" * 500, None),
        ("昨日", None),
    ],
)
def test_days_are_read_as_people_write_them(words: str, days: object) -> None:
    assert days_in(words) == days


@settings(deadline=None)
@given(
    st.text(alphabet=st.characters(), max_size=300)
    | st.text(alphabet='()"「」-:|<>=.~年月ORANDNOT 人口2024', max_size=300)
)
def test_no_text_is_an_error(query: str) -> None:
    for dropped in parse(query).dropped:
        dropped.text.encode()


@pytest.mark.parametrize(
    "piece", ["x", "(", '"', "「", "-", "title:", "a OR ", "updated:2024..", ") (", "\ud800", "NOT "]
)
def test_a_huge_query_takes_no_longer_than_a_long_one(piece: str) -> None:
    query = piece * 100_000
    began = time.perf_counter()
    parse(query)
    assert time.perf_counter() - began < 0.2
