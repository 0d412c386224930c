import csv
import json
from pathlib import Path

import jsonschema
import pytest
from frictionless import Schema

from app.publishing.standard_datasets import (
    FOLDER,
    StandardLayout,
    layouts,
    recognise_standard,
    renamed,
)

PROFILE = json.loads((FOLDER.parent / "schemas" / "tableschema-2.0.json").read_text("utf-8"))
EVACUATION = next(each for each in layouts() if each.id == "03")
OLD_FACILITIES = next(each for each in layouts() if each.id == "01")


def names(layout: StandardLayout) -> str:
    return f"{layout.id}-{layout.version}"


@pytest.mark.parametrize("layout", layouts(), ids=names)
def test_every_layout_is_a_table_schema_by_the_profile_and_for_frictionless(layout: StandardLayout) -> None:
    jsonschema.validate(layout.schema, PROFILE)
    assert Schema.from_descriptor(dict(layout.schema)).field_names == list(layout.columns)


@pytest.mark.parametrize("layout", layouts(), ids=names)
def test_every_layout_is_recognised_by_its_own_columns(layout: StandardLayout) -> None:
    match = recognise_standard(layout.columns)
    assert match is not None
    assert (match.id, match.share, match.extra) == (layout.id, 1.0, ())


def test_the_layouts_have_as_many_columns_as_the_definition_says() -> None:
    counts = {(each.id, each.current): len(each.columns) for each in layouts()}
    expected = {("01", False): 24, ("03", True): 39, ("08", False): 22, ("14", True): 16}
    assert counts.items() >= expected.items()


def test_a_column_leads_to_its_name_in_the_current_layout() -> None:
    match = recognise_standard(OLD_FACILITIES.columns)
    assert match is not None
    assert match.mapping["住所"] == "所在地_連結表記"
    assert match.mapping["NO"] == "ID"
    assert match.mapping["都道府県コード又は市区町村コード"] == "全国地方公共団体コード"
    assert "POIコード" not in match.mapping


def test_spelling_does_not_matter() -> None:
    spelled = [name.replace("名称_カナ", "名称(ｶﾅ)").replace("ID", "ＩＤ ") for name in EVACUATION.columns]
    match = recognise_standard(spelled)
    assert match is not None
    assert match.mapping["名称(ｶﾅ)"] == "名称_カナ"
    assert match.mapping["ＩＤ "] == "ID"


def test_what_is_missing_and_what_is_extra_is_listed() -> None:
    match = recognise_standard([*(name for name in EVACUATION.columns if name != "標高"), "管理者"])
    assert match is not None
    assert match.missing == ("標高",)
    assert match.extra == ("管理者",)


def test_an_old_population_table_is_compared_with_its_own_layout_while_the_current_one_is_not_known_in_full() -> None:
    old = next(each for each in layouts() if each.id == "04" and not each.current)
    match = recognise_standard(old.columns)
    assert match is not None
    assert match.missing == ()
    assert match.mapping["都道府県コード又は市区町村コード"] == "全国地方公共団体コード"


@pytest.mark.parametrize(
    "columns",
    [
        [],
        ["", " "],
        ["氏名", "住所", "電話番号"],
        [name for name in EVACUATION.columns if not name.startswith("災害種別")],
        ["災害種別_洪水", "災害種別_地震", "名称"],
        [f"列{number}" for number in range(20_000)],
    ],
    ids=["none", "blank", "people", "another-dataset-of-the-series", "too-few", "very-many"],
)
def test_other_tables_are_not_recognised(columns: list[str]) -> None:
    assert recognise_standard(columns) is None


def test_every_renamed_column_leads_to_a_column_of_a_layout() -> None:
    known = {name for each in layouts() for name in each.columns}
    assert {each.after for each in renamed()} <= known
    assert all(each.reason.ja and each.reason.en for each in renamed())


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("japan/ishikawa-standard/data/170003_evacuation_space.csv", "03"),
        ("japan/ishikawa-standard/data/170003_public_facility.csv", "01"),
        ("japan/ishikawa-standard/data/170003_public_toilet.csv", None),
        ("japan/ishikawa-standard/data/170003_tourism.csv", None),
        ("japan/wakayama-refuge/wakayamazeniki.csv", None),
        ("japan/tottori-catalog/example.csv", None),
    ],
)
def test_real_files_are_told_apart(shared_data: Path, path: str, number: str | None) -> None:
    with (shared_data / path).open(encoding="utf-8-sig", newline="") as file:
        match = recognise_standard(next(csv.reader(file)))
    assert (match.id if match else None) == number
