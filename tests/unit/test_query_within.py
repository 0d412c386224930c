"""Rows in a place: by code or name, and everything that lies in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.catalog.record import ColumnProfile
from app.kernel.errors import BadRequest
from app.query.frame import Frame
from tests.query_tables import ask, table

CODES = ["131016", "13101", "130001", "13", "132063", "271004", "011002", "011011", "01101", "141003"]


def described(frame: Frame, **changes: Any) -> Frame:
    return replace(frame, columns=(replace(frame.columns[0], **changes), *frame.columns[1:]))


def of_texts(folder: Path, cells: list[str], meaning: str) -> Frame:
    return described(table(folder, {"所": "VARCHAR"}, [(cell,) for cell in cells]), meaning=meaning)


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("東京都", ["131016", "13101", "130001", "13", "132063"]),
        ("13", ["131016", "13101", "130001", "13", "132063"]),
        ("130001", ["131016", "13101", "130001", "13", "132063"]),
        ("千代田区", ["131016", "13101"]),
        ("13101", ["131016", "13101"]),
        ("札幌市", ["011002", "011011", "01101"]),
        ("札幌市中央区", ["011011", "01101"]),
        ("23区", ["131016", "13101"]),
        ("多摩", ["132063"]),
        ("南関東", ["131016", "13101", "130001", "13", "132063", "141003"]),
        ("Osaka,東京都府中市", ["132063", "271004"]),
    ],
)
def test_codes_lie_in_places(tmp_path: Path, place: str, found: list[str]) -> None:
    frame = of_texts(tmp_path, CODES, "municipality-code")
    assert [row[0] for row in ask(frame, 所__within=place)] == found


@pytest.mark.parametrize("place", ["府中市", "どこか", "日本", "", "99", "999999", "x" * 900])
def test_what_names_no_place_for_certain_is_refused(tmp_path: Path, place: str) -> None:
    frame = of_texts(tmp_path, CODES, "municipality-code")
    with pytest.raises(BadRequest) as error:
        ask(frame, 所__within=place)
    assert error.value.report is not None
    assert error.value.report.problems[0].code == "unknown-place"


def test_names_that_several_places_share_are_offered(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="東京都府中市"):
        ask(of_texts(tmp_path, CODES, "municipality-code"), 所__within="府中市")


@pytest.mark.parametrize(
    ("numbers", "place", "found"),
    [
        ([13101, 1101, 27100], "東京都", [13101]),
        ([13101, 1101, 27100], "北海道", [1101]),
        ([131016, 11011, 13101], "北海道", [11011, 13101]),
        ([131016, 11011, 271004], "札幌市", [11011]),
        ([131016, 11011, 271004], "千代田区", [131016]),
    ],
)
def test_numbers_are_codes_with_or_without_their_check_digit(
    tmp_path: Path, numbers: list[int], place: str, found: list[int]
) -> None:
    frame = table(tmp_path, {"所": "BIGINT"}, [(number,) for number in numbers])
    profile = ColumnProfile(0, 3, str(min(numbers)), str(max(numbers)), tuple(map(str, numbers)))
    frame = described(frame, meaning="municipality-code", profile=profile)
    assert [row[0] for row in ask(frame, 所__within=place)] == found


def test_names_of_municipalities_lie_in_places(tmp_path: Path) -> None:
    cells = ["千代田区", "東京都千代田区", "府中市", "奥多摩町", "西多摩郡奥多摩町", "札幌市", "札幌市中央区"]
    frame = of_texts(tmp_path, cells, "municipality")
    assert [row[0] for row in ask(frame, 所__within="東京都")] == cells[:5]
    assert [row[0] for row in ask(frame, 所__within="札幌市")] == cells[5:]
    assert [row[0] for row in ask(frame, 所__within="西多摩")] == cells[3:5]


def test_a_column_of_prefectures_knows_prefectures_only(tmp_path: Path) -> None:
    frame = of_texts(tmp_path, ["東京都", "大阪", "北海道"], "prefecture")
    assert [row[0] for row in ask(frame, 所__within="27,北海道")] == ["大阪", "北海道"]
    with pytest.raises(BadRequest, match="prefecture"):
        ask(frame, 所__within="千代田区")


def test_cells_say_what_nobody_described(tmp_path: Path) -> None:
    frame = described(table(tmp_path, {"x": "VARCHAR"}, [("131016",), ("132063",)]), meaning="")
    seen = described(frame, profile=ColumnProfile(0, 2, examples=("131016", "132063")))
    assert len(ask(seen, x__within="千代田区")) == 1
    with pytest.raises(BadRequest, match="No column of this table"):
        ask(frame, x__within="千代田区")


def test_places_can_be_excluded(tmp_path: Path) -> None:
    frame = of_texts(tmp_path, CODES, "municipality-code")
    tree = '{"not":{"column":"所","op":"within","value":"東京都"}}'
    assert [row[0] for row in ask(frame, where=tree)] == ["271004", "011002", "011011", "01101", "141003"]
