"""Places by code, name and address, and places that a text names."""

from __future__ import annotations

import time

import pytest

from app.catalog.places import breadth_in, municipalities, named_in, place_of, place_of_office


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("131016", "131016"),
        ("13101", "131016"),
        ("東京都", "130001"),
        ("東京", "130001"),
        ("Tokyo", "130001"),
        ("Hokkaido Prefecture", "010006"),
        ("千代田区", "131016"),
        ("東京都千代田区", "131016"),
        ("東京都府中市", "132063"),
        ("https://sws.geonames.org/1850144/", "130001"),
        ("http://www.geonames.org/1850144", "130001"),
    ],
)
def test_a_place_is_recognised(words: str, code: str) -> None:
    place = place_of(words)
    assert place is not None
    assert place.code == code


@pytest.mark.parametrize("words", ["日本", "Japan", "全国"])
def test_japan_has_an_address_and_no_code(words: str) -> None:
    place = place_of(words)
    assert place is not None
    assert (place.code, place.geonames) == ("", "https://sws.geonames.org/1861060/")


# 府中市 is in Tokyo and in Hiroshima; 131017 has a wrong check digit.
@pytest.mark.parametrize(
    "words", ["", "府中市", "中央区", "131017", "999999", "京", "https://sws.geonames.org/1/", "x" * 999]
)
def test_what_is_no_place_for_certain_is_none(words: str) -> None:
    assert place_of(words) is None


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("立川市の図書館", ["132021"]),
        ("東京都府中市の公園", ["132063"]),
        ("府中市の公園", []),
        ("千葉さんの作品", []),
        ("港区と新宿区", ["131041"]),
        ("京都府の橋", ["260002"]),
        ("医療費助成窓口のお知らせ_昭島市", ["132071"]),
    ],
)
def test_places_are_found_in_a_text(text: str, codes: list[str]) -> None:
    assert [place.code for place in named_in(text)] == codes


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("江戸川区", "131237"),
        ("東京都総務局", "130001"),
        ("府中市", "132063"),
        ("東京都市大学", None),
        ("福島", None),
        ("青葉市", None),
    ],
)
def test_an_office_is_of_the_place_in_its_name(name: str, code: str | None) -> None:
    place = place_of_office(name, "13")
    assert (place.code if place else None) == code


def test_of_places_that_share_a_name_none_is_taken_without_a_prefecture() -> None:
    assert place_of_office("府中市", "") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Major cities of the world", "世界"),
        ("世界の人口", "世界"),
        ("全国の空港", "日本"),
        ("世界一の水道システム", None),
        ("東日本の橋", None),
        ("日本橋の歴史", None),
    ],
)
def test_a_text_may_be_about_the_world_or_japan(text: str, name: str | None) -> None:
    place = breadth_in(text)
    assert (place.name.ja if place else None) == name


def test_every_municipality_is_found_by_its_codes_and_its_full_name() -> None:
    for code, known in municipalities().items():
        found = [place_of(code), place_of(code[:-1]), place_of(known.prefecture + known.name)]
        assert {place.code for place in found if place} == {code}


def test_an_endless_text_is_read_in_no_time() -> None:
    started = time.perf_counter()
    for text in ("東" * 10**6, "東京都" * 10**5, "都府県市" * 10**5):
        named_in(text), breadth_in(text), place_of_office(text, "13")
    assert time.perf_counter() - started < 1
