"""DCAT-US 1.1: entries of a data.json, by the schema of Project Open Data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from app.catalog.record import Access, Contact, DatasetRecord, License, Link, Period
from app.kernel.text import Text
from app.metadata.checks.schemas import errors as errors_of_ours
from app.metadata.formats import dcat_us
from tests.records import HOSTILE_TITLES, SITE, bare_record, draft_record, odd_records, sample_record

# Codes that only agencies of the United States have.
FEDERAL = ("bureauCode", "programCode")
OURS = "dcat-us-1.1.json"
LINKS = (
    Link("人口", "https://example.jp/表.csv", Text("人口"), format="CSV", size=10),
    Link("", "https://example.jp/page", format="no such format"),
)
RECORDS = {
    "sample": sample_record(),
    "English": sample_record(languages=("en", "ja")),
    "bare": bare_record(),
    "draft": draft_record(),
    "elsewhere": bare_record(resources=(), version=None, versions=(), links=LINKS),
    "internal": sample_record(access=Access.INTERNAL),
    "open period": sample_record(temporal=Period(start=sample_record().temporal.start)),
    "no terms": sample_record(license=License()),
    "no keywords": sample_record(keywords=()),
    "pinned": sample_record(pinned=True),
}


@pytest.fixture(scope="module")
def official(shared_data: Path) -> Draft4Validator:
    """The schema of a dataset as published, but for what it demands of federal agencies alone."""
    folder = shared_data / "catalogs" / "project-open-data" / "v1.1" / "schema"
    schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    dataset = schemas["dataset.json"]
    dataset["required"] = [name for name in dataset["required"] if name not in FEDERAL]
    resources = [(each["id"], DRAFT4.create_resource(each)) for each in schemas.values() if "id" in each]
    return Draft4Validator(dataset, registry=Registry().with_resources(resources))


def entry(record: DatasetRecord) -> Any:
    return json.loads(dcat_us.render(record, SITE))


def complaints(official: Draft4Validator, record: DatasetRecord) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in official.iter_errors(entry(record))]


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_the_published_schema_accepts_the_entry(official: Draft4Validator, record: DatasetRecord) -> None:
    assert complaints(official, record) == []


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_the_published_schema_accepts_hostile_words(official: Draft4Validator, title: str) -> None:
    words = Text(title, title)
    hostile = sample_record(title=words, description=words, keywords=(title,), contact=Contact(title, title, title))
    assert complaints(official, hostile) == []


@settings(max_examples=40, deadline=None)
@given(record=odd_records())
def test_the_published_schema_accepts_any_record(official: Draft4Validator, record: DatasetRecord) -> None:
    assert complaints(official, record) == []


@pytest.mark.parametrize("name", ["title", "contactPoint", "keyword", "modified", "identifier", "accessLevel"])
def test_both_schemas_refuse_an_entry_without_what_is_demanded(official: Draft4Validator, name: str) -> None:
    document = entry(sample_record())
    del document[name]
    assert not official.is_valid(document)
    assert errors_of_ours(OURS, document) != ()


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_our_own_schema_accepts_the_entry(record: DatasetRecord) -> None:
    assert errors_of_ours(OURS, entry(record)) == ()


def test_no_code_of_an_agency_is_made_up() -> None:
    assert not set(FEDERAL) & set(entry(sample_record()))


def test_an_address_that_nobody_gave_is_plainly_none() -> None:
    assert entry(bare_record())["contactPoint"]["hasEmail"] == "mailto:nobody@example.invalid"


def test_a_file_of_unknown_kind_is_an_address_to_look_at() -> None:
    first, second = entry(RECORDS["elsewhere"])["distribution"]
    assert (first["downloadURL"], first["mediaType"]) == (LINKS[0].url, "text/csv")
    assert second["accessURL"] == LINKS[1].url
    assert "downloadURL" not in second


def test_what_is_internal_is_not_called_public() -> None:
    assert entry(RECORDS["internal"])["accessLevel"] == "non-public"
