"""Versions and changes over HTTP: what was published when, and hostile ways to ask for it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from app.catalog.record import Access, State, VersionRecord
from app.kernel.actor import SYSTEM
from app.kernel.errors import BadRequest, NotFound
from app.query import spans
from tests.factories import Portal, descriptor, json_of, make_portal, package

FIRST = "コード,名称,人口\n131016,千代田区,66680\n131024,中央区,169179\n"
SECOND = "コード,名称,人口\n131016,千代田区,66680\n131024,中央区,170000\n131032,港区,260486\n"


def second() -> bytes:
    resource = descriptor()["resources"][0]
    fields = resource["schema"]["fields"]
    fields = [*fields[:2], fields[2] | {"unit": "person"}]
    return package(
        {"population.csv": SECOND},
        version="2.0",
        resources=[resource | {"schema": resource["schema"] | {"fields": fields}}],
    )


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    portal = make_portal(tmp_path_factory.mktemp("portal"))
    portal.publish(package({"population.csv": FIRST}))
    portal.publish(second())
    yield portal
    portal.close()


@pytest.fixture(scope="module")
def client(here: Portal) -> FlaskClient:
    return here.client()


@pytest.fixture(scope="module")
def base(client: FlaskClient) -> str:
    found = json_of(client.get("/api/v1/datasets/ward-population"))["resources"][0]["id"]
    return f"/api/v1/resources/{found}"


@pytest.fixture(scope="module")
def today(client: FlaskClient, base: str) -> str:
    return str(json_of(client.get(f"{base}/changes/days"))["days"][0]["day"])


def test_the_changes_since_the_version_before(client: FlaskClient, base: str) -> None:
    answer = json_of(client.get(f"{base}/changes"))
    assert (answer["since"]["number"], answer["until"]["number"], answer["key"]) == (1, 2, ["コード"])
    assert answer["counts"] == {"inserted": 1, "updated": 1, "deleted": 0}
    assert answer["changes"] == [
        {
            "change": "updated",
            "key": {"コード": "131024"},
            "row": {"コード": "131024", "名称": "中央区", "人口": 170000},
            "changed": {"人口": {"before": 169179, "after": 170000}},
        },
        {
            "change": "inserted",
            "key": {"コード": "131032"},
            "row": {"コード": "131032", "名称": "港区", "人口": 260486},
            "changed": {},
        },
    ]
    assert [(each["event"], each["column"], each["after"]) for each in answer["schema"]] == [
        ("unit-changed", "人口", "person")
    ]


def test_pages_follow_each_other_by_their_addresses(client: FlaskClient, base: str) -> None:
    address, keys = f"{base}/changes?since=0&limit=1", []
    while address:
        answer = json_of(client.get(address))
        keys += [each["key"]["コード"] for each in answer["changes"]]
        address = answer["next_url"]
    assert keys == ["131016", "131024", "131032"]


@pytest.mark.parametrize(("since", "total"), [("0", 3), ("1", 2), ("2", 0), ("2020-01-01", 3), ("9999-12-31", 0)])
def test_since_is_a_version_or_a_day(client: FlaskClient, base: str, since: str, total: int) -> None:
    assert json_of(client.get(f"{base}/changes", query_string={"since": since}))["total"] == total


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize(
    "value",
    [
        *("3", "-1", "1e3", "9" * 5000, "٢", "1.0", " 1", "1 ", "x", "\x00", "' OR 1=1", "今日", "\ud800"),
        *(
            "2026-02-30",
            "2026-13-01",
            "0000-01-01",
            "2026-W48",
            "20261128",
            "2026-11-28T25:00",
            "2026-11-28T00:00+99:99",
        ),
    ],
)
def test_a_hostile_point_in_time_is_refused_by_name(client: FlaskClient, base: str, name: str, value: str) -> None:
    value = value.encode("utf-8", "replace").decode()
    for suffix in ("", ".csv"):
        answer = client.get(f"{base}/changes{suffix}", query_string={name: value})
        assert answer.status_code == 400
        assert json_of(answer)["report"]["problems"][0]["column"] == name


@pytest.mark.parametrize(
    "query",
    [
        *(
            "since=2&until=1",
            "until=2000-01-01",
            "until=0",
            "limit=0",
            "limit=10001",
            "limit=x",
            "after=x",
            "after=%FF",
        ),
        *("sinse=1", "since=1&since=2", "until=0001-01-01T00:00%2B14:00", "__proto__=1", "since[]=1"),
    ],
)
def test_a_question_that_cannot_be_is_refused(client: FlaskClient, base: str, query: str) -> None:
    answer = client.get(f"{base}/changes?{query}")
    assert answer.status_code == 400
    assert json_of(answer)["report"]["problems"]


@pytest.mark.parametrize("value", ["9999-12-31T23:59:59-14:00", "9999-12-31T23:59", "2999-01-01T00:00:00Z"])
def test_times_at_the_end_of_time_are_answered(client: FlaskClient, base: str, value: str) -> None:
    assert client.get(f"{base}/changes", query_string={"since": value, "until": value}).status_code == 200


def test_as_parquet_and_csv_it_is_a_change_feed(client: FlaskClient, base: str) -> None:
    files = {suffix: client.get(f"{base}/changes.{suffix}?since=1") for suffix in ("parquet", "csv")}
    table = pq.read_table(io.BytesIO(files["parquet"].data)).to_pylist()
    rows = list(csv.DictReader(io.StringIO(files["csv"].text)))
    expected = [("update_preimage", 169179), ("update_postimage", 170000), ("insert", 260486)]
    assert [(each["_change_type"], each["人口"]) for each in table] == expected
    assert [(each["_change_type"], int(each["人口"])) for each in rows] == expected
    assert files["csv"].headers["Content-Disposition"].startswith("attachment")


def test_as_json_lines_each_line_is_a_change(client: FlaskClient, base: str) -> None:
    answer = client.get(f"{base}/changes.jsonl?since=1")
    assert answer.mimetype == "application/jsonl"
    assert [(each["version"], each["change"]) for each in map(json.loads, answer.text.splitlines())] == [
        (2, "updated"),
        (2, "inserted"),
    ]


def test_a_day_has_all_that_was_published_on_it(client: FlaskClient, base: str, today: str) -> None:
    answer = client.get(f"{base}/changes/{today}.parquet")
    rows = pq.read_table(io.BytesIO(answer.data)).to_pylist()
    assert [(each["_commit_version"], each["_change_type"]) for each in rows] == [
        (1, "insert"),
        (1, "insert"),
        (2, "update_preimage"),
        (2, "update_postimage"),
        (2, "insert"),
    ]


@pytest.mark.parametrize(
    "day", ["2000-01-01", "x", "9999-12-31", "2026-02-30", "..%2F..%2Fetc", "0", "%00", "２０２６-11-28"]
)
def test_a_day_without_changes_is_not_found(client: FlaskClient, base: str, day: str) -> None:
    assert client.get(f"{base}/changes/{day}.parquet").status_code == 404


def test_versions_have_their_rows_hashes_and_schema_events(client: FlaskClient, base: str) -> None:
    answer = json_of(client.get(f"{base}/versions"))
    told = [(each["version"]["number"], each["rows"], len(each["schema"] or ())) for each in answer["versions"]]
    assert told == [(2, 3, 1), (1, 2, 0)]
    assert len({each["parquet"]["sha256"] for each in answer["versions"]}) == 2
    changes = json_of(client.get(answer["versions"][1]["changes_url"]))
    assert changes["total"] == 2


def test_versions_are_read_a_page_at_a_time(client: FlaskClient, base: str) -> None:
    newest = json_of(client.get(f"{base}/versions?limit=1"))
    oldest = json_of(client.get(f"{base}/versions?limit=1&after={newest['next']}"))
    assert [len(newest["versions"][0]["schema"]), oldest["versions"][0]["version"]["number"]] == [1, 1]
    assert (newest["next"], oldest["next"]) == ("2", None)


def test_who_has_an_answer_already_gets_no_other(client: FlaskClient, base: str, today: str) -> None:
    for path in ("changes?since=1", "changes.parquet", "changes.csv", "versions", f"changes/{today}.parquet"):
        etag = client.get(f"{base}/{path}").headers["ETag"]
        assert client.get(f"{base}/{path}", headers={"If-None-Match": etag}).status_code == 304


def test_a_file_is_answered_in_parts(client: FlaskClient, base: str) -> None:
    parts = {
        each: client.get(f"{base}/changes.parquet", headers={"Range": f"bytes={each}"}) for each in ("0-3", "9999999-")
    }
    assert [each.status_code for each in parts.values()] == [206, 416]
    assert parts["0-3"].data == b"PAR1"


def test_what_is_hidden_or_withdrawn_has_no_history(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    hidden = portal.publish(package(name="hidden"), access=Access.INTERNAL).resources[0].id
    gone = portal.publish().resources[0].id
    portal.services.catalog.move(SYSTEM, "ward-population", State.WITHDRAWN, reason="x")
    for path in (
        "versions",
        "changes",
        "changes.parquet",
        "changes.jsonl",
        "changes/days",
        "changes/2026-11-28.parquet",
    ):
        answers = [portal.client().get(f"/api/v1/resources/{each}/{path}").status_code for each in (hidden, gone)]
        assert answers == [404, 410], path
    portal.close()


def test_a_file_that_is_no_table_has_versions_and_no_changes(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    made = package({"a.txt": "words"}, resources=[{"name": "a", "path": "a.txt"}])
    base = f"/api/v1/resources/{portal.publish(made).resources[0].id}"
    version = json_of(portal.client().get(f"{base}/versions"))["versions"][0]
    assert (version["rows"], version["schema"], version["changes_url"]) == (None, None, None)
    assert portal.client().get(f"{base}/changes").status_code == 404
    portal.close()


def versions(*published: str) -> list[VersionRecord]:
    times = [datetime.fromisoformat(each) for each in published]
    return [VersionRecord(str(number), number, time) for number, time in enumerate(times, 1)][::-1]


def test_days_are_those_of_japan() -> None:
    found = spans.days(versions("2026-11-27T14:59Z", "2026-11-27T15:00Z", "2026-11-28T14:59Z", "2026-11-28T15:00Z"))
    assert [(str(each.day), [span.until.number for span in each.spans]) for each in found] == [
        ("2026-11-29", [4]),
        ("2026-11-28", [2, 3]),
        ("2026-11-27", [1]),
    ]
    with pytest.raises(NotFound):
        spans.day(versions("2026-11-27T14:59Z"), "2026-11-28")


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2026-11-28", "2026-11-28", (1, 3)),
        ("2026-11-28", None, (1, 4)),
        ("2026-11-27", "2026-11-27", (None, 1)),
        ("2026-11-28T00:00:00+09:00", None, (2, 4)),
        ("2026-11-28T00:00:00 09:00", None, (2, 4)),
        ("2026-11-27T14:59:59.5Z", None, (1, 4)),
        ("2", "3", (2, 3)),
        (None, "3", (2, 3)),
        (None, "1", (None, 1)),
        ("0", None, (None, 4)),
    ],
)
def test_a_day_stands_for_its_beginning_or_its_end(since: str | None, until: str | None, found: Any) -> None:
    four = versions("2026-11-27T14:59Z", "2026-11-27T15:00Z", "2026-11-28T14:59Z", "2026-11-28T15:00Z")
    span = spans.span(four, since, until)
    assert (span.since.number if span.since else None, span.until.number) == found


def test_a_refusal_offers_the_versions_there_are() -> None:
    with pytest.raises(BadRequest) as caught:
        spans.span(versions("2026-11-27T00:00Z", "2026-11-28T00:00Z"), "7", None)
    assert "2, 1" in caught.value.message.ja


def test_what_was_made_and_is_not_asked_for_is_swept(here: Portal, client: FlaskClient, base: str) -> None:
    assert client.get(f"{base}/changes.parquet").status_code == 200
    here.services.changes.sweep(-1)
    folder = here.services.settings.data_dir / "changes"
    assert [path for path in folder.iterdir() if path.is_file()] == []
    assert client.get(f"{base}/changes.parquet").status_code == 200
