"""A developer asks a table over HTTP: filters, groups, pages, cites, and gets the same answer again years later."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from app import create_app
from app.catalog.record import Access
from app.identity.organizations import Description
from app.kernel.actor import SYSTEM
from app.kernel.text import Text
from app.query.engine import DuckRows
from tests.factories import Portal, json_of, make_portal, package

WARDS = """区,人口,調査日,緯度,経度
千代田区,67000,2025-01-01,35.69,139.75
港区,,2025-01-01,35.66,139.75
中央区,180000.5,2026-01-01,35.67,139.77
"""
CHANGED = WARDS.replace("67000", "68000")
FIELDS = [
    {"name": "区", "type": "string", "description": "特別区の名称"},
    {"name": "人口", "type": "number", "unit": "人"},
    {"name": "調査日", "type": "date"},
    {"name": "緯度", "type": "number"},
    {"name": "経度", "type": "number"},
]


def wards(csv: str = WARDS, **changes: Any) -> bytes:
    resource = {"name": "wards", "path": "wards.csv", "schema": {"fields": FIELDS, "primaryKey": ["区"]}}
    return package({"wards.csv": csv}, name="wards", title="区の人口", resources=[resource], **changes)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    made = make_portal(tmp_path_factory.mktemp("rows"))
    made.publish(wards())
    return made


def address(here: Portal) -> str:
    [resource] = json_of(here.client().get("/api/v1/datasets/wards"))["resources"]
    return f"/api/v1/resources/{resource['id']}"


def ask(here: Portal, query: str, path: str = "rows") -> Any:
    answer = here.client().get(f"{address(here)}/{path}?{query}")
    assert answer.status_code == 200, answer.text
    return json_of(answer)


def test_an_answer_carries_meaning_terms_and_citation(here: Portal) -> None:
    answer = ask(here, "人口__gte=100000")

    assert answer["rows"] == [{"区": "中央区", "人口": 180000.5, "調査日": "2026-01-01", "緯度": 35.67, "経度": 139.77}]
    assert (answer["total"], answer["exact"], answer["next"]) == (1, True, None)
    by_name = {column["name"]: column for column in answer["columns"]}
    assert by_name["人口"]["unit"] == "人"
    assert by_name["区"]["description"]["ja"] == "特別区の名称"
    cited = answer["citation"]
    assert cited["version"] == 1
    assert "区の人口" in cited["attribution"]["ja"]
    assert len(cited["query_hash"]) == 64
    assert cited["retrieved"]


def test_a_mean_says_what_it_left_out(here: Portal) -> None:
    answer = ask(here, "measures=avg(人口),count")

    assert answer["rows"] == [{"avg_人口": 123500.25, "count": 3}]
    [note] = answer["notes"]
    assert (note["code"], note["column"], note["count"]) == ("empty-cells-left-out", "avg_人口", 1)


def test_pages_go_on_where_the_last_one_ended(here: Portal) -> None:
    first = ask(here, "sort=-人口&limit=2")
    second = json_of(here.client().get(urlsplit(first["next_url"])._replace(scheme="", netloc="").geturl()))

    assert [row["区"] for row in (*first["rows"], *second["rows"])] == ["中央区", "千代田区", "港区"]
    assert second["next"] is None


def test_a_question_in_json_may_say_more(here: Portal) -> None:
    question = {"where": {"or": [{"column": "区", "value": "港区"}, {"column": "人口", "op": "lt", "value": 70000}]}}
    answer = here.client().post(f"{address(here)}/rows", json=question)

    assert [row["区"] for row in json_of(answer)["rows"]] == ["千代田区", "港区"]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=1000000000000000000", "limit"),
        ("offset=-1", "offset"),
        ("人ロ=1", "人口"),
        ("sort=a;drop", "a;drop"),
        ("__proto__=1", "__proto__"),
        ("人口=many", "人口"),
        ("調査日__gte=soon", "調査日"),
        ("人口__contains=1", "contains"),
        ("where={", "where"),
        ("after=abc", "after"),
        ("detail=everything", "detail"),
        ("&".join(f"人口__gt={number}" for number in range(1000)), "100"),
    ],
)
def test_what_cannot_be_asked_is_named_and_nothing_else_happens(here: Portal, query: str, named: str) -> None:
    answer = here.client().get(f"{address(here)}/rows?{query}")

    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert named in answer.text


def test_a_permalink_answers_the_same_bytes_after_the_data_changed(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    portal.publish(wards())
    client = portal.client()
    cited = ask(portal, "区=千代田区")["citation"]["permalink"]
    permalink = cited.removeprefix(portal.services.site.url)
    before = client.get(permalink)
    portal.publish(wards(CHANGED))
    after = client.get(permalink)

    assert before.data == after.data
    assert json_of(after)["rows"][0]["人口"] == 67000
    assert "retrieved" not in {name for name, value in json_of(after)["citation"].items() if value}
    assert client.get(permalink, headers={"If-None-Match": after.headers["ETag"]}).status_code == 304
    assert ask(portal, "区=千代田区")["rows"][0]["人口"] == 68000


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "excel.csv", "arrow", "parquet", "xlsx", "geojson", "md"])
def test_every_format_comes_by_suffix_and_by_accept(here: Portal, suffix: str) -> None:
    client = here.client()
    by_suffix = client.get(f"{address(here)}/rows.{suffix}?version=1")
    media_type = by_suffix.mimetype
    by_accept = client.get(f"{address(here)}/rows?version=1", headers={"Accept": media_type})

    assert by_suffix.status_code == 200
    assert by_suffix.data
    assert by_accept.mimetype == media_type


def test_a_file_has_all_rows_unless_a_limit_is_given(here: Portal) -> None:
    whole = here.client().get(f"{address(here)}/rows.csv").text
    one = here.client().get(f"{address(here)}/rows.csv?limit=1").text

    assert len(io.StringIO(whole, newline="").read().splitlines()) == 4
    assert len(one.splitlines()) == 2


def test_what_there_is_to_know_before_asking(here: Portal) -> None:
    columns = {each["name"]: each for each in ask(here, "", "columns")["columns"]}

    assert (columns["人口"]["facts"]["missing"], columns["人口"]["facts"]["maximum"]) == (1, 180000.5)
    assert sum(each["count"] for each in columns["人口"]["facts"]["bins"]) == 2
    assert ask(here, "区__contains=区", "count") == {"total": 3, "exact": True}
    assert len(ask(here, "size=2&seed=1", "sample")["rows"]) == 2
    assert ask(here, "columns=区", "explain")["cost"]["columns"] == ["区"]


def test_a_permalink_names_the_publisher_as_it_was(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    portal.publish(wards())
    addresses = [f"{address(portal)}/rows{suffix}?version=1" for suffix in ("", ".md", ".csv", ".geojson", ".xlsx")]
    before = [portal.client().get(each).data for each in addresses]
    renamed = Description(Text("デジタル局", "Digital"))
    portal.services.organizations.describe(SYSTEM, portal.organization.id, renamed)
    portal.work()

    assert [portal.client().get(each).data for each in addresses] == before
    assert "総務局" in json_of(portal.client().get(addresses[0]))["citation"]["attribution"]["ja"]
    assert "デジタル局" in ask(portal, "")["citation"]["attribution"]["ja"]


def test_a_permalink_has_the_terms_that_the_portal_had(tmp_path: Path) -> None:
    portal = make_portal(tmp_path, default_license="CC-BY-4.0")
    portal.publish(wards(licenses=[]))
    permalink = f"{address(portal)}/rows?version=1"
    before = portal.client().get(permalink)
    later = create_app(replace(portal.services.settings, default_license="CC0-1.0")).test_client()

    assert json_of(before)["dataset"]["license"]["name"] == "CC-BY-4.0"
    assert later.get(permalink).data == before.data
    assert json_of(later.get(f"{address(portal)}/rows"))["dataset"]["license"]["name"] == "CC0-1.0"


def test_numbers_that_json_has_not_are_told_of(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    portal.publish(wards(WARDS.replace("67000", "NaN").replace("180000.5", "-INF")))
    answer = ask(portal, "columns=区,人口")

    assert [row["人口"] for row in answer["rows"]] == [None, None, None]
    assert [(each["code"], each["column"], each["count"]) for each in answer["notes"]] == [
        ("not-finite-numbers", "人口", 2)
    ]


def test_rows_of_what_is_not_public_are_not_there(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    portal.publish(wards(), access=Access.INTERNAL)
    resource = portal.services.catalog.current(portal.organization.id, "wards").resources[0]  # type: ignore[union-attr]

    for path in ("rows", "rows.csv", "columns", "sample", "count", "explain"):
        assert portal.client().get(f"/api/v1/resources/{resource.id}/{path}").status_code == 404


def test_no_rows_are_not_taken_for_all_there_are(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    portal.publish(wards())

    for query in ("limit=0", "", "人口__gte=1&limit=0", "人口__gte=1"):
        assert ask(portal, query)["total"] == (2 if "人口" in query else 3)


def test_the_head_of_a_file_is_not_the_whole_work(here: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = here.client().get(f"{address(here)}/rows.parquet?version=1")
    known = here.client().get(f"{address(here)}/rows.csv")
    monkeypatch.setattr(DuckRows, "write_parquet", None)
    monkeypatch.setattr(DuckRows, "batches", None)
    head = here.client().head(f"{address(here)}/rows.parquet?version=1")
    unchanged = here.client().get(f"{address(here)}/rows.csv", headers={"If-None-Match": known.headers["ETag"]})

    assert "Content-Length" not in known.headers  # it is sent as it is made
    assert (head.status_code, head.headers["ETag"]) == (200, whole.headers["ETag"])
    assert "Content-Length" not in head.headers
    assert here.client().head(f"{address(here)}/rows.parquet?人ロ=1").status_code == 400
    assert unchanged.status_code == 304


def test_a_link_too_long_for_a_header_is_left_out(here: Portal) -> None:
    question = {"where": {"column": "区", "op": "in", "value": ["港" * 500]}}
    answer = here.client().post(f"{address(here)}/rows", json=question, headers={"Accept": "text/csv"})

    assert (answer.status_code, "Link" in answer.headers) == (200, False)


def test_so_many_columns_are_counted_at_once(here: Portal) -> None:
    assert len(ask(here, "column=区&column=区", "columns")["columns"]) == 1


def test_the_last_day_that_there_is_has_a_place_in_the_histogram(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    portal.publish(wards(WARDS.replace("2026-01-01", "9999-12-31")))
    [facts] = [each["facts"] for each in ask(portal, "column=調査日", "columns")["columns"]]

    assert (facts["maximum"], facts["bins"][-1]["count"]) == ("9999-12-31", 1)


def test_what_is_left_out_is_told_of_what_is_answered(here: Portal) -> None:
    asked = "group=区&measures=avg(人口),count"

    assert [note["count"] for note in ask(here, asked)["notes"]] == [1]
    assert ask(here, f"{asked}&columns=区,count")["notes"] == []
    assert ask(here, asked + '&having={"column":"区","op":"not","value":"港区"}')["notes"] == []


def left(answer: TestResponse) -> int:
    [_, found] = re.split(r";r=|;t=", answer.headers["RateLimit"])[:2]
    return int(found)


def test_a_reader_who_has_the_answer_pays_for_no_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.fairness.PER_MILLION_ROWS", 1e7)  # three rows are thirty points
    portal = make_portal(tmp_path, fair_points=100)
    portal.publish(wards())
    client = portal.client()
    path = f"{address(portal)}/rows?sort=区"
    before = left(client.get("/health"))
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    portal.close()

    assert (first.status_code, again.status_code) == (200, 304)
    assert before - left(first) > 25
    assert left(first) - left(again) < 5
