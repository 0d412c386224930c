"""The data packages that ship with the portal: valid, complete, and true as far as arithmetic can tell."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package

DATASETS = Path(__file__).parents[2] / "datasets"
FOLDERS = sorted(path for path in DATASETS.iterdir() if path.is_dir())
NAMES = {
    "eu-data-themes-ja",
    "japanese-eras",
    "jsic-major-divisions",
    "prefectures",
    "support-programmes-sample",
    "tokyo-municipalities",
    "update-frequencies",
}
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")

each_package = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def descriptor(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return loaded


def described(folder: Path) -> list[dict[str, Any]]:
    """The package, its resources and all their fields: everything that has words."""
    package = descriptor(folder)
    resources = package["resources"]
    return [package, *resources, *(field for resource in resources for field in resource["schema"]["fields"])]


def rows(path: str) -> list[dict[str, str]]:
    with (DATASETS / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(path: str, name: str) -> list[str]:
    return [row[name] for row in rows(path)]


def check_digit(code: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10)


def wrong_check_digits(codes: list[str]) -> list[str]:
    return [code for code in codes if len(code) != 6 or check_digit(code) != code[5]]


def test_all_packages_are_there() -> None:
    assert {folder.name for folder in FOLDERS} == NAMES


@each_package
def test_frictionless_finds_nothing_wrong(folder: Path) -> None:
    report = Package(str(folder / "datapackage.json")).validate()

    assert report.flatten(["type", "title", "message"]) == []
    assert report.valid


@each_package
def test_a_package_is_named_after_its_folder(folder: Path) -> None:
    assert descriptor(folder)["name"] == folder.name


@each_package
def test_a_folder_holds_the_described_files_and_no_other(folder: Path) -> None:
    described_files = [resource["path"] for resource in descriptor(folder)["resources"]]

    assert sorted(file.name for file in folder.iterdir()) == sorted(["datapackage.json", *described_files])


@each_package
def test_files_are_utf8_without_bom_and_with_plain_line_ends(folder: Path) -> None:
    for file in folder.iterdir():
        raw = file.read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf"), file.name
        assert b"\r" not in raw, file.name
        assert raw.decode("utf-8").endswith("\n"), file.name


@each_package
def test_a_header_lists_the_fields_in_order(folder: Path) -> None:
    for resource in descriptor(folder)["resources"]:
        with (folder / resource["path"]).open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert header == [field["name"] for field in resource["schema"]["fields"]]


@each_package
def test_everything_has_words_in_both_languages(folder: Path) -> None:
    for part in described(folder):
        for key in ("title", "description"):
            assert part[key].strip(), (part["name"], key)
            assert part[f"{key}@en"].strip(), (part["name"], key)
        assert JAPANESE.search(part["description"]), part["name"]


@each_package
def test_descriptions_say_enough_and_not_too_much(folder: Path) -> None:
    package = descriptor(folder)

    assert 80 <= len(package["description"]) <= 5000
    assert 80 <= len(package["description@en"]) <= 5000


@each_package
def test_every_table_has_a_key_of_required_fields(folder: Path) -> None:
    for resource in descriptor(folder)["resources"]:
        required = {f["name"] for f in resource["schema"]["fields"] if f.get("constraints", {}).get("required")}
        assert resource["schema"]["primaryKey"]
        assert set(resource["schema"]["primaryKey"]) <= required


@each_package
def test_no_key_occurs_twice(folder: Path) -> None:
    for resource in descriptor(folder)["resources"]:
        key = resource["schema"]["primaryKey"]
        counts = Counter(tuple(row[name] for name in key) for row in rows(f"{folder.name}/{resource['path']}"))
        assert [value for value, count in counts.items() if count > 1] == []


@each_package
def test_catalogue_terms_are_codes_of_the_shipped_tables(folder: Path) -> None:
    package = descriptor(folder)

    assert package["accrualPeriodicity"] in column("update-frequencies/frequencies.csv", "コード")
    assert package["themes"]
    assert set(package["themes"]) <= set(column("eu-data-themes-ja/themes.csv", "コード"))


@each_package
def test_terms_of_use_publisher_and_sources_are_stated(folder: Path) -> None:
    package = descriptor(folder)

    assert {license_["name"] for license_ in package["licenses"]} <= {"CC0-1.0", "CC-BY-4.0"}
    assert [c["title"] for c in package["contributors"] if "publisher" in c["roles"]] == ["Kakehashi"]
    assert all(source["title"] for source in package["sources"])
    assert package["languages"] == ["ja", "en"]


def test_check_digits_are_computed_as_the_ministry_does() -> None:
    assert wrong_check_digits(["130001", "131016", "010006", "270008"]) == []
    assert wrong_check_digits(["131017", "13101", "131061"]) == ["131017", "13101", "131061"]


@pytest.mark.parametrize(
    "path",
    [
        "tokyo-municipalities/municipalities.csv",
        "prefectures/prefectures.csv",
        "support-programmes-sample/programme-areas.csv",
    ],
)
def test_check_digits_hold(path: str) -> None:
    assert wrong_check_digits(column(path, "全国地方公共団体コード")) == []


def test_tokyo_has_62_municipalities_of_four_kinds() -> None:
    kinds = Counter(column("tokyo-municipalities/municipalities.csv", "区分"))

    assert kinds == {"特別区": 23, "市": 26, "町": 5, "村": 8}


def test_a_municipalitys_kind_agrees_with_its_name() -> None:
    words = {
        "特別区": ("区", "ク", "Ward"),
        "市": ("市", "シ", "City"),
        "町": ("町", "マチ", "Town"),
        "村": ("村", "ムラ", "Village"),
    }
    for row in rows("tokyo-municipalities/municipalities.csv"):
        kanji, kana, english = words[row["区分"]]
        assert row["名称"].endswith(kanji)
        assert row["名称_カナ"].endswith(kana)
        assert row["名称_英字"].endswith(f" {english}")


def test_tokyos_areas_hold_wards_tama_and_islands() -> None:
    areas = Counter(column("tokyo-municipalities/municipalities.csv", "地域"))

    assert areas == {"区部": 23, "多摩": 30, "島しょ": 9}


@pytest.mark.parametrize("path", ["tokyo-municipalities/municipalities.csv", "prefectures/prefectures.csv"])
def test_no_reading_occurs_twice(path: str) -> None:
    readings = Counter(column(path, "名称_カナ"))

    assert [reading for reading, count in readings.items() if count > 1] == []


def test_there_are_47_prefectures_of_four_kinds() -> None:
    kinds = Counter(column("prefectures/prefectures.csv", "区分"))

    assert kinds == {"都": 1, "道": 1, "府": 2, "県": 43}


def test_a_prefectures_three_codes_share_its_number() -> None:
    table = rows("prefectures/prefectures.csv")

    assert [row["都道府県番号"] for row in table] == [f"{number:02}" for number in range(1, 48)]
    for row in table:
        assert row["全国地方公共団体コード"][:5] == row["都道府県番号"] + "000"
        assert row["ISO3166-2"] == "JP-" + row["都道府県番号"]


def test_prefectures_fall_into_eight_regions() -> None:
    regions = Counter(column("prefectures/prefectures.csv", "地方"))

    sizes = {"北海道": 1, "東北": 6, "関東": 7, "中部": 9, "近畿": 7, "中国": 5, "四国": 4, "九州・沖縄": 8}
    assert regions == sizes


def test_eras_follow_each_other_without_gap() -> None:
    table = rows("japanese-eras/eras.csv")

    assert [row["略号"] for row in table] == ["M", "T", "S", "H", "R"]
    for era, following in pairwise(table):
        assert date.fromisoformat(era["最終日"]) + timedelta(days=1) == date.fromisoformat(following["初日"])
    assert table[-1]["最終日"] == ""


def test_the_first_year_of_an_era_is_its_offset_plus_one() -> None:
    for row in rows("japanese-eras/eras.csv"):
        assert date.fromisoformat(row["初日"]).year == int(row["換算差"]) + 1


def test_the_change_of_calendar_is_noted() -> None:
    meiji = rows("japanese-eras/eras.csv")[0]

    assert "1873年1月1日" in meiji["備考"]
    assert "1873-01-01" in meiji["備考_英語"]


def test_industries_run_from_a_to_t_in_one_revision() -> None:
    table = rows("jsic-major-divisions/major-divisions.csv")

    assert "".join(row["大分類コード"] for row in table) == "ABCDEFGHIJKLMNOPQRST"
    assert {row["revision"] for row in table} == {"14"}


@pytest.mark.parametrize("path", ["eu-data-themes-ja/themes.csv", "update-frequencies/frequencies.csv"])
def test_an_eu_codes_address_ends_with_the_code(path: str) -> None:
    for row in rows(path):
        assert row["URI"].startswith("http://publications.europa.eu/resource/authority/")
        assert row["URI"].endswith(f"/{row['コード']}")


def test_the_sample_says_that_it_is_one() -> None:
    package = descriptor(DATASETS / "support-programmes-sample")

    assert "サンプル" in package["title"]
    assert "SAMPLE" in package["title@en"]
    assert "架空" in package["description"]
    assert "fictitious" in package["description@en"]
    assert set(column("support-programmes-sample/programmes.csv", "サンプル表示")) == {"サンプル（架空）"}


def test_the_sample_reaches_nobody() -> None:
    """The registry keeps example.jp free, so no reader lands at a real office."""
    for row in rows("support-programmes-sample/programmes.csv"):
        assert re.fullmatch(r"https://(www|apply)\.example\.jp/\S+", row["詳細URL"])
        assert re.fullmatch(r"(https://apply\.example\.jp/\S+)?", row["電子申請の有無"])
        assert re.search(r"[a-z]+@example\.jp）$", row["お問い合わせ先"])


def test_areas_of_the_sample_are_municipalities_of_tokyo() -> None:
    known = set(column("tokyo-municipalities/municipalities.csv", "全国地方公共団体コード"))

    assert set(column("support-programmes-sample/programme-areas.csv", "全国地方公共団体コード")) <= known


def test_both_tables_of_the_sample_name_the_same_areas() -> None:
    listed = [
        (row["制度番号"], code)
        for row in rows("support-programmes-sample/programmes.csv")
        for code in row["地域"].split(";")
    ]
    areas = rows("support-programmes-sample/programme-areas.csv")

    assert listed == [(row["制度番号"], row["全国地方公共団体コード"]) for row in areas]


def test_industries_of_the_sample_are_major_divisions() -> None:
    known = {"", *column("jsic-major-divisions/major-divisions.csv", "大分類コード")}
    named = column("support-programmes-sample/programmes.csv", "標準産業分類（大）")

    assert {code for cell in named for code in cell.split(";")} <= known


def test_applications_close_after_they_open_or_the_remark_says_why_not() -> None:
    for row in rows("support-programmes-sample/programmes.csv"):
        if row["公募終了日"]:
            assert date.fromisoformat(row["公募開始日"]) < date.fromisoformat(row["公募終了日"])
        else:
            assert row["公募備考"], row["制度番号"]


def test_frictionless_would_notice_a_programme_that_is_not_there(tmp_path: Path) -> None:
    folder = DATASETS / "support-programmes-sample"
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "programme-areas.csv").open("a", encoding="utf-8") as areas:
        areas.write("SAMPLE-9999,131016\n")

    report = Package(str(tmp_path / "datapackage.json")).validate()

    assert [kind for (kind,) in report.flatten(["type"])] == ["foreign-key"]
