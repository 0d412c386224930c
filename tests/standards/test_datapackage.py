"""Data Package v2: the official profile and frictionless accept what we write."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import frictionless
import pytest
from hypothesis import given, settings

from app.catalog.record import Column, DatasetRecord, Table
from app.kernel.text import Text
from app.metadata.formats import datapackage
from tests.records import (
    FILES,
    HOSTILE_TITLES,
    SITE,
    bare_record,
    odd_published_records,
    population_resource,
    sample_record,
    stored,
)

Errors = Callable[[Any], list[str]]


def rendered(record: DatasetRecord) -> Any:
    return json.loads(datapackage.render(record, SITE))


@pytest.mark.parametrize("record", [sample_record(), bare_record()], ids=["sample", "bare"])
def test_the_official_profile_accepts_the_descriptor(record: DatasetRecord, package_errors: Errors) -> None:
    assert package_errors(rendered(record)) == []


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_the_official_profile_accepts_hostile_titles_and_they_stay_whole(title: str, package_errors: Errors) -> None:
    descriptor = rendered(sample_record(title=Text(ja=title, en=title)))
    assert package_errors(descriptor) == []
    assert descriptor["title"] == descriptor["title@en"] == title


def test_the_official_profile_refuses_a_descriptor_without_resources(package_errors: Errors) -> None:
    descriptor = rendered(sample_record())
    del descriptor["resources"]
    assert package_errors(descriptor) != []


def test_the_official_profile_refuses_a_resource_with_a_bad_hash(package_errors: Errors) -> None:
    descriptor = rendered(sample_record())
    descriptor["resources"][0]["hash"] = "sha256:not-hexadecimal"
    assert package_errors(descriptor) != []


@settings(max_examples=60, deadline=None)
@given(record=odd_published_records())
def test_the_official_profile_accepts_any_record(record: DatasetRecord, package_errors: Errors) -> None:
    assert package_errors(rendered(record)) == []


def test_frictionless_accepts_the_package_beside_its_files(tmp_path: Path) -> None:
    path = unpacked(sample_record(), tmp_path)
    report = frictionless.validate(path)
    assert report.valid, report.to_summary()
    assert [task.stats.get("rows") for task in report.tasks] == [3, 2]


def test_frictionless_sees_a_file_that_changed_after_publication(tmp_path: Path) -> None:
    path = unpacked(sample_record(), tmp_path)
    changed = tmp_path / "data" / "人口.csv"
    changed.write_bytes(changed.read_bytes().replace(b"1204", b"1205"))
    report = frictionless.validate(path)
    assert {error.type for task in report.tasks for error in task.errors} == {"hash-count"}


def test_frictionless_reads_rows_as_the_schema_says(tmp_path: Path) -> None:
    package = frictionless.Package(unpacked(sample_record(), tmp_path))
    row = package.get_table_resource("population").read_rows()[0]
    assert (row["町字コード"], row["人口"]) == ("0001000", 1204)


def test_semicolons_in_a_single_column_do_not_become_the_delimiter(tmp_path: Path) -> None:
    name, value = "町名;よみ", "青葉町;あおばちょう"
    content = f"{name}\n{value}\n{value}\n".encode()
    table = Table((Column(name, "string"),), 2, {"fields": [{"name": name, "type": "string"}]})
    towns = population_resource(file=stored("人口.csv", content, "text/csv"), table=table)
    path = unpacked(sample_record(resources=(towns,)), tmp_path)
    (tmp_path / "data" / "人口.csv").write_bytes(content)
    assert frictionless.Package(path).get_table_resource("population").read_rows()[0][name] == value


@pytest.mark.parametrize("name", ["a#b.csv", "100%25.csv", "a?b.csv", "a\\b.csv", "x:y.csv"])
def test_a_file_name_that_means_something_else_in_an_address_becomes_a_full_one(name: str) -> None:
    table = population_resource(file=stored(name, b"", "text/csv"))
    path = rendered(sample_record(resources=(table,)))["resources"][0]["path"]
    assert path.startswith("https://data.example.jp/dataset/aoba-population/data/")


def unpacked(record: DatasetRecord, folder: Path) -> str:
    """Lay the package out as readers get it in an archive."""
    (folder / "data").mkdir()
    for name, content in FILES.items():
        (folder / "data" / name).write_bytes(content)
    path = folder / "datapackage.json"
    path.write_bytes(datapackage.render(record, SITE))
    return str(path)
