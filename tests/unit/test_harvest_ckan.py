"""What the packages of a CKAN mean here, and what of hostile ones is taken."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.catalog.record import Contact, Contributor, Source
from app.harvest.ckan import MAX_LINKS, map_package
from app.harvest.harvested import Harvested, HarvestedOrganization, Mapped
from app.harvest.problems import HARVEST
from app.kernel.text import Text


def resource(**changes: Any) -> dict[str, Any]:
    return {
        "name": "避難所の一覧",
        "description": "",
        "url": "https://files.example.jp/open/shelters.csv",
        "format": "csv",
        "mimetype": None,
        "size": 1234,
        "last_modified": "2024-05-01T01:02:03.000004",
        "state": "active",
    } | changes


def package(**changes: Any) -> dict[str, Any]:
    return {
        "id": "0f3c1f6e-1111-4222-8333-444455556666",
        "name": "shelters",
        "title": "避難所",
        "notes": "市内の**避難所**です。",
        "state": "active",
        "type": "dataset",
        "private": False,
        "license_id": "CC-BY-4.0",
        "maintainer": "防災課",
        "maintainer_email": "bousai@example.jp",
        "author": "総務部",
        "url": "https://example.jp/bousai/",
        "metadata_created": "2024-01-02T03:04:05.678901",
        "metadata_modified": "2024-02-03T04:05:06",
        "organization": {"name": "bousai", "title": "防災局", "description": "https://bousai.example.jp/\r\n\r\n所属"},
        "groups": [{"name": "c001", "title": "防災・災害計画"}, {"name": "x9", "title": "ほかの分類"}],
        "tags": [{"name": "避難", "display_name": "避難"}],
        "extras": [{"key": "更新頻度", "value": "1年ごと"}],
        "resources": [resource()],
    } | changes


def harvested(**changes: Any) -> Harvested:
    found = map_package(package(**changes), 1).harvested
    assert found is not None
    return found


def noted(mapped: Mapped) -> set[tuple[str, str | None]]:
    return {(each.code, each.column) for each in mapped.report.problems}


def test_a_package_is_understood_in_all_its_parts() -> None:
    mapped = map_package(package(), 7, portal="https://ckan.example.jp")
    found = mapped.harvested
    assert found is not None
    about = found.about

    assert (mapped.row, mapped.report.problems, found.name) == (7, (), "shelters")
    assert found.organization == HarvestedOrganization("bousai", Text("防災局"), "https://bousai.example.jp/")
    assert (about.title, about.description) == (Text("避難所"), Text("市内の**避難所**です。"))
    assert (about.license.name, about.frequency, about.groups) == ("CC-BY-4.0", "ANNUAL", ("c001",))
    assert about.keywords == ("避難", "ほかの分類")
    assert (about.contact, about.homepage) == (Contact("防災課", "bousai@example.jp"), "https://example.jp/bousai/")
    assert about.contributors == (Contributor("総務部", roles=("creator",)),)
    assert about.sources == (Source("ckan.example.jp", f"https://ckan.example.jp/dataset/{found.source_id}"),)
    assert about.source_issued == datetime(2024, 1, 2, 3, 4, 5, 678901, UTC)
    assert about.source_modified == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)


def test_a_resource_becomes_a_link_to_a_file_elsewhere() -> None:
    (link,) = harvested().about.links

    assert (link.name, link.url) == ("shelters", "https://files.example.jp/open/shelters.csv")
    assert (link.format, link.media_type, link.size) == ("CSV", "text/csv", 1234)
    assert link.modified == datetime(2024, 5, 1, 1, 2, 3, 4, UTC)


def test_links_have_names_of_their_own() -> None:
    urls = (
        "https://a.example/x/data.csv",
        "https://b.example/DATA.csv",
        "https://c.example/",
        "https://c.example/%2e%2e",
    )
    links = harvested(resources=[resource(url=url) for url in urls]).about.links

    assert [link.name for link in links] == ["data", "DATA-2", "file-3", "file-4"]


def test_what_a_format_is_not_its_ending_says() -> None:
    formats = {"xisx": "plan.xlsx", "KML": "routes.zip", "": "table.csv"}
    links = harvested(
        resources=[resource(format=said, url=f"https://example.jp/{name}") for said, name in formats.items()]
    ).about.links

    assert [(link.format, link.media_type.rpartition("/")[2]) for link in links] == [
        ("XLSX", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("KML", "zip"),
        ("CSV", "csv"),
    ]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/hosts", "//x", "http://[", ""])
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    mapped = map_package(package(url=url, resources=[resource(url=url)]), 1)

    assert mapped.harvested is not None
    assert (mapped.harvested.about.homepage, mapped.harvested.about.links) == ("", ())


@pytest.mark.parametrize("value", [None, True, 7, "x", [], {}, [None, 1, [[]]], {"a": {"b": []}}])
def test_any_type_in_any_place_is_survived(value: Any) -> None:
    for key in package():
        mapped = map_package(package(**{key: value}), 1)
        msgspec.json.decode(msgspec.json.encode(mapped), type=Mapped)
    for key in resource():
        assert map_package(package(resources=[resource(**{key: value})]), 1).harvested is not None


@pytest.mark.parametrize("value", [None, [], "shelters", 1])
def test_what_is_no_object_is_refused_with_its_place(value: object) -> None:
    mapped = map_package(value, 12)

    assert mapped.harvested is None
    assert [(each.code, each.row) for each in mapped.report.errors] == [("harvest-record-no-object", 12)]


@pytest.mark.parametrize("name", ["../../x", "a/b", "x" * 200, "\x00", 7.5e300, None])
def test_a_name_that_is_not_safe_in_addresses_is_refused(name: object) -> None:
    mapped = map_package(package(name=name, id=name), 1)

    assert mapped.harvested is None
    assert not mapped.report.valid


@pytest.mark.parametrize("change", [{"private": True}, {"state": "deleted"}, {"type": "harvest"}])
def test_what_is_not_public_there_is_left_out(change: dict[str, Any]) -> None:
    mapped = map_package(package(**change), 1)

    assert (mapped.harvested, mapped.report.valid) == (None, True)


def test_fields_that_are_not_understood_are_noted_with_their_place() -> None:
    resources = [resource(), resource(size=-1, last_modified="yesterday")]
    extras = [{"key": "更新頻度", "value": "気が向いたとき"}]
    mapped = map_package(package(metadata_created="2024", extras=extras, resources=resources), 3)

    code = "harvest-field-not-understood"
    fields = ("metadata_created", "更新頻度.value", "resources[1].size", "resources[1].last_modified")
    assert noted(mapped) == {(code, field) for field in fields}


def test_what_is_endless_is_cut() -> None:
    started = time.process_time()
    mapped = map_package(
        package(
            title="題" * 1_000_000,
            notes="[" * 1_000_000,
            tags=[{"name": f"t{number}"} for number in range(100_000)],
            resources=[resource(name="x" * 5000) for _ in range(20_000)],
            extras={f"k{number}": "v" for number in range(100_000)},
        ),
        1,
    )
    assert time.process_time() - started < 10
    assert mapped.harvested is not None
    about = mapped.harvested.about
    assert (len(about.title.ja), len(about.description.get("ja")), len(about.links)) == (500, 20_000, MAX_LINKS)
    assert len(about.keywords) <= 102
    assert len(mapped.report.problems) <= 50


def test_an_organization_of_any_name_gets_a_slug_that_is_safe() -> None:
    found = harvested(organization={"name": "Tokyo_Bureau/../X", "title": "局"}).organization

    assert found is not None
    assert found.slug == "tokyo-bureau-x"


def test_every_problem_says_what_it_is_in_both_languages() -> None:
    for message in HARVEST.values():
        assert all((message.message.ja, message.message.en, message.advice.ja, message.advice.en))


def test_every_problem_is_in_the_docs() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "harvest.md").read_text(encoding="utf-8")

    for code, message in HARVEST.items():
        assert f"`{code}` | {message.severity} | {message.message.ja}<br>{message.message.en}" in page
