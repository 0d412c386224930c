"""Readable ASCII names for addresses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.slugs import slug_of, unique_slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("東京都の人口統計", "toukyou-to-no-jinkou-toukei"),
        ("公園の一覧", "kouen-no-ichiran"),
        ("データ", "deeta"),
        ("学校・保育園", "gakkou-hoikuen"),
        ("マッチ", "matchi"),
        ("コロッケ", "korokke"),
        ("案内", "annai"),
        ("ジュゲム チヂミ ヅ", "jugemu-chijimi-zu"),
        ("ファックス ティッシュ ヴァイオリン", "fakkusu-tisshu-vaiorin"),
        ("ｶﾞｿﾘﾝ価格", "gasorin-kakaku"),
        ("お問い合わせ", "otoiawase"),
        ("今日は映画へ行った", "kyou-wa-eiga-e-itta"),
        ("令和５年度予算", "reiwa-5-nendo-yosan"),
        ("Ａ４サイズ", "a4-saizu"),
        ("Population of Tokyo, 2025", "population-of-tokyo-2025"),
        ("Children's Café", "childrens-cafe"),
        ("Wi-Fiスポット", "wi-fi-supotto"),
        ("gdp_per--capita", "gdp-per-capita"),
    ],
)
def test_a_title_becomes_a_readable_slug(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@pytest.mark.parametrize("title", ["", "   ", "😀", "!?", "ー", "っ", "Население", "\ud800", "\x00"])
def test_a_title_without_a_reading_is_called_dataset(title: str) -> None:
    assert slug_of(title) == "dataset"


def test_a_long_title_is_cut_between_words() -> None:
    slug = slug_of("人口" * 1000)
    assert re.fullmatch(r"jinkou(-jinkou)+", slug)
    assert 70 < len(slug) <= 80


def test_a_long_word_is_cut_anywhere() -> None:
    assert slug_of("x" * 1_000_000) == "x" * 80


@settings(deadline=None)  # the first run loads the dictionary
@given(st.text())
def test_every_title_has_a_slug_that_fits_an_address(title: str) -> None:
    slug = slug_of(title)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= 80
    assert slug_of(slug) == slug


def test_a_free_slug_stays_as_it_is() -> None:
    assert unique_slug("jinkou", {"yosan"}.__contains__) == "jinkou"


def test_a_taken_slug_gets_the_first_free_number() -> None:
    assert unique_slug("jinkou", {"jinkou", "jinkou-2", "jinkou-4"}.__contains__) == "jinkou-3"


def test_a_numbered_slug_still_fits() -> None:
    long = "x" * 80
    assert unique_slug(long, {long}.__contains__) == "x" * 78 + "-2"
