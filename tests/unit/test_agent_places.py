"""Places as agents name them: every municipality of Tokyo by name, reading and Latin letters, and none by mistake."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.agents import places

TOKYO = Path(__file__).resolve().parents[2] / "datasets" / "tokyo-municipalities" / "municipalities.csv"
ENDINGS = {"Ward": "-ku", "City": "-shi", "Town": "-machi", "Village": "-mura"}
ROWS = list(csv.DictReader(TOKYO.open(encoding="utf-8")))


def _codes(words: str) -> tuple[str, ...]:
    found = places.find(words)
    return found.codes or found.shared


@pytest.mark.parametrize("row", ROWS, ids=[row["名称_英字"] for row in ROWS])
def test_a_municipality_is_known_in_every_way_of_writing(row: dict[str, str]) -> None:
    code, english = row["全国地方公共団体コード"], row["名称_英字"]
    name, _, kind = english.rpartition(" ")
    ways = [row["名称"], row["名称_カナ"], english, name, name + ENDINGS[kind], english.lower(), f"{name}, Tokyo"]

    assert [way for way in ways if code not in _codes(way)] == []


@pytest.mark.parametrize("words", ["大田", "中央", "Chuo City", "府中市"])
def test_a_name_that_several_places_share_is_none_for_certain(words: str) -> None:
    found = places.find(words)

    assert found.codes == ()
    assert len(found.shared) > 1


@pytest.mark.parametrize(
    ("words", "code"), [("Minato-ku, Tokyo", "131032"), ("東村山", "132136"), ("三宅村", "133817"), ("渋谷", "131130")]
)
def test_a_name_is_read_as_a_whole(words: str, code: str) -> None:
    assert places.find(words).codes == (code,)


@pytest.mark.parametrize("words", ["", " ", "-ku", "City", "ー", "xyzzy, Tokyo", "ku" * 5000, ",,,,", "\u3042" * 200])
def test_what_is_no_place_is_none(words: str) -> None:
    assert places.find(words).codes == ()
