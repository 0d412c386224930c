"""Hostile uploads through the whole portal: refused with a reason, nothing kept or fetched, the next one works."""

from __future__ import annotations

import io
import socket
import threading
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from app.catalog.record import State
from app.kernel.actor import SYSTEM
from app.publishing.submission import Details, Repairs
from tests.factories import CSV, Portal, package, zipped


class Trap:
    """A listener that counts who knocks."""

    def __init__(self) -> None:
        self.hits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.hits += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.close()


def resource(**changes: Any) -> list[dict[str, Any]]:
    return [{"name": "population", "path": "population.csv"} | changes]


def link_archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("datapackage.json", '{"name": "x", "resources": [{"name": "a", "path": "link.csv"}]}')
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return packed.getvalue()


UPLOADS: dict[str, tuple[bytes, str]] = {
    "H01 parent path": (zipped({"../evil.csv": "a\n1\n"}), "x.zip"),
    "H06 link": (link_archive(), "x.zip"),
    "H14 bomb": (zipped({"a.csv": b"0" * 30_000_000}), "x.zip"),
    "H20 trailing bytes": (package() + b"garbage", "x.zip"),
    "H25 truncated": (package()[:-30], "x.zip"),
    "H27 empty zip": (zipped({}), "x.zip"),
    "H28 pdf called zip": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "x.zip"),
    "H28 text called zip": (b"not a zip", "x.zip"),
    "H38 deep json": (zipped({"datapackage.json": "[" * 5000 + "]" * 5000}), "x.zip"),
    "H38 duplicate keys": (zipped({"datapackage.json": '{"name": "a", "name": "b", "resources": []}'}), "x.zip"),
    "H42 two resources of one name": (package(resources=resource() + resource()), "x.zip"),
    "H43 file that is not there": (package(resources=resource(path="missing.csv")), "x.zip"),
    "H48 nul bytes": (b"a,b\n1,\x002\n", "x.csv"),
    "H60 sqlite called csv": (b"SQLite format 3\x00" + b"\x00" * 4096, "x.csv"),
    "no name": (package(name=None), "x.zip"),
    "cells without a column": (b"a,b\n1,2\n3,4,5\n6,7\n8,9\n", "x.csv"),
}


@pytest.mark.parametrize("case", list(UPLOADS))
def test_it_is_refused_with_a_reason_and_leaves_nothing(portal: Portal, case: str) -> None:
    content, file_name = UPLOADS[case]
    submission = portal.submit(content, file_name=file_name)

    assert submission.state == "refused"
    assert submission.report.errors
    assert all(each.message.ja and each.message.en and each.advice.ja for each in submission.report.errors)
    assert portal.services.catalog.list(SYSTEM, states=tuple(State)).total == 0
    assert list((portal.services.settings.data_dir / "work").iterdir()) == []
    assert portal.submit().state == "published"


def test_ragged_rows_are_refused_where_nothing_may_be_repaired(portal: Portal) -> None:
    submission = portal.submit(b"a,b\n1\n", file_name="x.csv", details=Details(repairs=Repairs.NONE))

    assert submission.state == "refused"
    assert [(each.code, each.row) for each in submission.report.errors] == [("missing-cell", 2)]


def test_ragged_rows_wait_for_a_decision_where_they_may_be_filled(portal: Portal) -> None:
    submission = portal.submit(b"a,b\n1\n", file_name="x.csv", details=Details(repairs=Repairs.ASK))

    assert submission.state == "checked"
    assert [each.rule for table in submission.examination.tables for each in table.proposals] == ["short-rows-filled"]
    assert portal.services.catalog.list(SYSTEM, states=tuple(State)).total == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"resources": resource(path="http://127.0.0.1:{port}/a.csv")},
        {"resources": resource(schema="http://127.0.0.1:{port}/schema.json")},
        {"resources": resource(dialect="http://127.0.0.1:{port}/dialect.json")},
        {"resources": resource(extrapaths=["http://127.0.0.1:{port}/b.csv"])},
        {"resources": resource(profiles=["http://127.0.0.1:{port}/p.json"])},
        {"resources": resource(path="postgresql://127.0.0.1:{port}/x")},
        {"resources": resource(path="s3://127.0.0.1:{port}/x.csv")},
        {"profile": "http://127.0.0.1:{port}/profile.json"},
        {"profiles": ["http://127.0.0.1:{port}/p.json"]},
        {"$schema": "http://127.0.0.1:{port}/schema.json"},
        {"image": "http://127.0.0.1:{port}/i.png"},
    ],
)
def test_nothing_that_a_descriptor_names_is_fetched(portal: Portal, trap: Trap, changes: dict[str, Any]) -> None:
    """H29, H31, H33 to H36."""
    content = package(**_with_port(changes, trap.port))
    portal.submit(content)

    assert trap.hits == 0


def test_a_database_named_as_a_path_is_not_read(portal: Portal) -> None:
    """H30: frictionless would read the portal's own tables."""
    database = portal.services.settings.data_dir / "kakehashi.sqlite3"
    hostile = resource(path=f"sqlite:////{database}", dialect={"sql": {"table": "people"}})
    submission = portal.submit(package(resources=hostile))

    assert submission.state == "refused"
    assert "path-is-remote" in {each.code for each in submission.report.errors}


def test_one_bad_resource_of_two_publishes_neither(portal: Portal) -> None:
    resources = [
        {"name": "good", "path": "good.csv"},
        {"name": "bad", "path": "bad.csv", "schema": {"fields": [{"name": "a", "type": "integer"}]}},
    ]
    submission = portal.submit(package({"good.csv": CSV, "bad.csv": "a\nx\n"}, resources=resources))

    assert submission.state == "refused"
    assert portal.services.catalog.list(SYSTEM, states=tuple(State)).total == 0


def test_a_reader_that_runs_out_of_time_is_a_refusal(portal: Portal) -> None:
    from dataclasses import replace

    portal.services.publishing._limits = replace(portal.services.publishing._limits, seconds=0.01)
    submission = portal.submit()

    assert submission.state == "refused"
    assert [each.code for each in submission.report.errors] == ["over-limit"]


def test_processing_twice_changes_nothing(portal: Portal) -> None:
    submission = portal.submit()
    portal.services.publishing.process(submission.id)

    record = portal.services.catalog.get(SYSTEM, "ward-population")
    assert [version.number for version in record.versions] == [1]


def _with_port(value: Any, port: int) -> Any:
    if isinstance(value, str):
        return value.replace("{port}", str(port))
    if isinstance(value, list):
        return [_with_port(each, port) for each in value]
    if isinstance(value, dict):
        return {key: _with_port(each, port) for key, each in value.items()}
    return value
