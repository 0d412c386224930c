"""Data Package v2: the official profile and frictionless accept what we write."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import frictionless
import pytest
from hypothesis import given, settings

from app.catalog.record import Column, DatasetRecord, Link, Series, Table
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.metadata.formats import datapackage
from tests.records import (
    FILES,
    HOSTILE_TITLES,
    SITE,
    bare_record,
    draft_record,
    odd_published_records,
    population_resource,
    sample_record,
    stored,
)

Errors = Callable[[Any], list[str]]


def rendered(record: DatasetRecord) -> Any:
    return json.loads(datapackage.render(record, SITE))


LINKS = (
    Link("人口.csv", "https://example.jp/表/人口.csv", Text("人口", "Population"), format="CSV", size=10),
    Link("人口.csv", "http://example.jp/b?c=d", media_type="not a type", size=-1),
    Link("", "https://example.jp/x.pdf"),
    Link("no address", "javascript:alert(1)"),
)
FULL = sample_record(
    groups=("c004",),
    provenance=Text("住民基本台帳から集計しました。", "Counted from the resident register."),
    caveats=Text("", "Counts below five are left out."),
    conforms_to=("https://example.jp/standard", "not an address"),
    ai_use="all",
    series=Text(),
    in_series=Series("aoba-city.population", Text("町別人口", "Population by town")),
    next_due=date(2026, 12, 1),
    links=LINKS,
)
ELSEWHERE = bare_record(resources=(), version=None, versions=(), links=LINKS)
RECORDS = {
    "sample": sample_record(),
    "bare": bare_record(),
    "full": FULL,
    "elsewhere": ELSEWHERE,
    "pinned": replace(FULL, pinned=True),
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_frictionless_accepts_the_descriptor(record: DatasetRecord) -> None:
    errors = frictionless.Package.metadata_validate(rendered(record))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
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
    """Lay the package out as readers get it in an archive; what is elsewhere stays there."""
    (folder / "data").mkdir()
    for name, content in FILES.items():
        (folder / "data" / name).write_bytes(content)
    path = folder / "datapackage.json"
    path.write_bytes(datapackage.render(replace(record, links=()), SITE))
    return str(path)


def test_what_the_standard_has_no_names_for_stands_under_names_of_our_own() -> None:
    descriptor = rendered(FULL)
    assert {name: descriptor.get(name) for name in ("groups", "conformsTo", "aiUse", "nextUpdate")} == {
        "groups": ["c004"],
        "conformsTo": ["https://example.jp/standard"],
        "aiUse": "all",
        "nextUpdate": "2026-12-01",
    }
    assert (descriptor["series"], descriptor["series@en"]) == ("町別人口", "Population by town")
    assert descriptor["provenance@en"] == "Counted from the resident register."
    assert descriptor["caveats"] == "Counts below five are left out."


def test_files_elsewhere_are_resources_with_names_of_their_own() -> None:
    resources = rendered(ELSEWHERE)["resources"]
    assert [(each["name"], each["path"]) for each in resources] == [
        ("人口.csv", "https://example.jp/表/人口.csv"),
        ("link-2", "http://example.jp/b?c=d"),
        ("link-3", "https://example.jp/x.pdf"),
    ]
    assert resources[0]["bytes"] == 10
    assert resources[0]["mediatype"] == "text/csv"
    assert "bytes" not in resources[1]
    assert "mediatype" not in resources[1]


def test_names_of_links_never_collide_with_those_of_files() -> None:
    links = (Link("link-2", "https://example.jp/a"), Link("", "https://example.jp/b"), Link("leaflet", "http://x.jp/"))
    names = [each["name"] for each in rendered(bare_record(links=links))["resources"]]
    assert len(set(names)) == len(names) == 4


def test_without_any_file_there_is_no_package() -> None:
    with pytest.raises(NotFound):
        datapackage.render(draft_record(links=(Link("a", "javascript:alert(1)"),)), SITE)


def test_a_version_has_its_own_address() -> None:
    name = "a#b.csv"
    table = population_resource(file=stored(name, b"", "text/csv"))
    descriptor = rendered(sample_record(resources=(table,), pinned=True))
    assert descriptor["id"] == "https://data.example.jp/dataset/aoba-population/v/2"
    assert descriptor["resources"][0]["path"] == f"{descriptor['id']}/data/a%23b.csv"


def test_a_field_has_its_unit_and_its_table_of_codes() -> None:
    columns = (Column("a", "string", unit="人", code_list="https://example.jp/codes"), Column("b", "string", unit="円"))
    fields = [{"name": "a", "type": "string"}, {"name": "b", "type": "string", "unit": "千円"}]
    towns = population_resource(table=Table(columns, 1, {"fields": fields}))
    described = rendered(sample_record(resources=(towns,)))["resources"][0]["schema"]["fields"]
    assert described[0] == fields[0] | {"unit": "人", "codeList": "https://example.jp/codes"}
    assert described[1] == fields[1]
