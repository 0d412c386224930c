"""schema.org Dataset: found in the served page by extruct, and as the guide for dataset search wants it."""

from __future__ import annotations

import json
from typing import Any

import extruct  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings

from app.catalog.record import Contributor, DatasetRecord, License, Link, Period, Series
from app.kernel.text import Text
from app.metadata.checks.schemas import errors
from app.metadata.formats import schema_org
from tests.records import HOSTILE_TITLES, SITE, bare_record, draft_record, odd_records, sample_record
from tests.standards.published import Published

pytestmark = pytest.mark.xdist_group("published")

SCHEMA = "schema-org-dataset.json"
LINK = Link("x", "https://example.jp/x.csv", Text("人口"), format="CSV", size=10)
RECORDS = {
    "sample": sample_record(),
    "English": sample_record(languages=("en", "ja")),
    "bare": bare_record(),
    "draft": draft_record(),
    "elsewhere": bare_record(resources=(), version=None, versions=(), links=(LINK,)),
    "in a series": sample_record(in_series=Series("aoba.population", Text("町別人口", "Population by town"))),
    "long": sample_record(description=Text("町" * 9000)),
}

Found = dict[str, Any]


def described(record: DatasetRecord) -> Found:
    document: Found = json.loads(schema_org.render(record, SITE))
    return document


def found_in(page: str) -> list[Found]:
    """Answer the JSON-LD that a crawler finds in a page."""
    found: list[Found] = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
    return found


def page_of(record: DatasetRecord) -> str:
    embedded = schema_org.embedded(record, SITE)
    return f'<!doctype html><script type="application/ld+json">{embedded}</script><p id="after">after</p>'


def test_a_crawler_finds_in_each_served_page_what_is_served_beside_it(published: Published) -> None:
    pages, beside = {}, {}
    for record in published.records:
        pages[record.slug] = found_in(published.fetch(f"/dataset/{record.slug}").decode())
        beside[record.slug] = [json.loads(published.fetch(f"/dataset/{record.slug}/schema-org.jsonld"))]
    assert pages == beside
    assert {slug: wrong for slug, (each,) in pages.items() if (wrong := errors(SCHEMA, each))} == {}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_the_rules_of_dataset_search_are_kept(record: DatasetRecord) -> None:
    assert errors(SCHEMA, described(record)) == ()


@settings(max_examples=60, deadline=None)
@given(record=odd_records())
def test_any_record_is_embedded_whole(record: DatasetRecord) -> None:
    embedded = schema_org.embedded(record, SITE)
    assert not set("<>&\n\r\u2028\u2029") & set(embedded)
    assert json.loads(embedded) == described(record)


@pytest.mark.parametrize("title", [*HOSTILE_TITLES, "</script><script>alert(1)</script>", "<!--<script>"])
def test_hostile_titles_cannot_leave_the_script_element(title: str) -> None:
    record = sample_record(title=Text(title, title), description=Text(title, title), keywords=(title,))
    page = page_of(record)
    assert page.count("<script") == page.count("</script") == 1
    assert found_in(page) == [described(record)]


@pytest.mark.parametrize("name", ["name", "description"])
def test_the_rules_refuse_a_description_without_what_is_demanded(name: str) -> None:
    document = described(sample_record())
    del document[name]
    assert errors(SCHEMA, document) != ()


def test_a_short_description_is_followed_by_what_the_record_knows() -> None:
    words = described(sample_record(description=Text("短い。")))["description"]
    assert words.startswith("短い。\n\n")
    assert "青葉市" in words
    assert 50 <= len(words) <= 5000


def test_words_are_in_the_dataset_s_first_language() -> None:
    document = described(RECORDS["English"])
    assert (document["name"], document["alternateName"]) == ("Population of Aoba City by town", "青葉市の町別人口")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"license": License(url="javascript:alert(1)")}, "license"),
        ({"temporal": Period()}, "temporalCoverage"),
        ({"spatial": ()}, "spatialCoverage"),
    ],
)
def test_what_is_not_known_is_left_out(changes: dict[str, Any], name: str) -> None:
    assert name in described(sample_record())
    assert name not in described(sample_record(**changes))


def test_who_made_the_data_is_named_before_who_publishes_it() -> None:
    made = sample_record(
        contributors=(Contributor("市民課", roles=("creator",)), Contributor("係", roles=("contact",)))
    )
    assert [each["name"] for each in described(made)["creator"]] == ["市民課"]
    assert [each["name"] for each in described(sample_record(contributors=()))["creator"]] == ["青葉市"]


def test_columns_are_told_with_unit_and_meaning() -> None:
    variables = {each["name"]: each for each in described(sample_record())["variableMeasured"]}
    assert variables["人口"]["unitText"] == "人"
    assert variables["町名"]["description"] == "町の名前"


def test_a_pinned_description_is_of_its_version() -> None:
    document = described(sample_record(pinned=True, links=()))
    assert document["url"] == "https://data.example.jp/dataset/aoba-population/v/2"
    assert all("/v/2/data/" in file["contentUrl"] for file in document["distribution"])
