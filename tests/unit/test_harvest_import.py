"""Files of records become datasets: once, whatever is broken, and whenever the import was killed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.catalog.record import DatasetRecord, State
from app.harvest.applying import Imported, Order
from app.infra.jobs import Queue
from app.kernel.actor import SYSTEM, Role
from app.kernel.errors import Conflict, Denied, NotFound
from app.search.service import SearchQuery
from tests.factories import Portal, make_portal
from tests.unit.test_harvest_ckan import package

SOURCE = "https://ckan.example.jp"

# Dies as by a kill -9 when a hundred of the records are in.
KILLED = """
import os, signal, sys
from pathlib import Path
from app import create_app
from app.harvest.applying import Order
from app.kernel.actor import SYSTEM
from app.settings import Settings
services = create_app(Settings(data_dir=Path(sys.argv[1]))).extensions["kakehashi"]
services.importer.run(SYSTEM, Order(Path(sys.argv[2])), progress=lambda done: os.kill(os.getpid(), signal.SIGKILL))
"""

Import = Callable[..., Imported]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Portal]:
    made = make_portal(tmp_path)
    yield made
    made.close()


def lines(*packages: Any) -> bytes:
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in packages)


def numbered(number: int, **changes: Any) -> dict[str, Any]:
    return package(id=f"id-{number}", name=f"dataset-{number}") | changes


def run(made: Portal, content: bytes, **options: Any) -> Imported:
    file = made.services.settings.data_dir / "records"
    file.write_bytes(content)
    return made.services.importer.run(SYSTEM, Order(file, **options))


def record_of(portal: Portal, slug: str) -> DatasetRecord:
    return portal.services.catalog.get(SYSTEM, slug)


def codes(outcome: Imported) -> list[tuple[str, int | None]]:
    return [(each.code, each.row) for each in outcome.report.problems]


def test_records_become_published_datasets_of_links_that_are_found(portal: Portal) -> None:
    outcome = run(portal, lines(package()))
    portal.work()

    record = record_of(portal, "shelters")
    assert (outcome.counts.added, outcome.organizations) == (1, ("bousai",))
    assert (record.state, record.publisher.title.ja, record.resources) == (State.PUBLISHED, "防災局", ())
    assert [link.url for link in record.links] == ["https://files.example.jp/open/shelters.csv"]
    assert "<strong>避難所</strong>" in record.description_html.ja
    assert portal.services.search.search(SearchQuery("避難所の一覧")).total == 1
    assert portal.client().get("/dataset/shelters").status_code == 200


def test_a_second_import_changes_nothing(portal: Portal) -> None:
    run(portal, lines(package()))
    revision = record_of(portal, "shelters").revision

    again = run(portal, lines(package()))

    assert (again.counts.unchanged, again.organizations) == (1, ())
    assert record_of(portal, "shelters").revision == revision


def test_a_changed_record_is_a_new_version(own: Portal) -> None:
    run(own, lines(package()))

    outcome = run(own, lines(package(title="避難所（改訂）")))

    assert outcome.counts.changed == 1
    assert [version.number for version in record_of(own, "shelters").versions] == [2, 1]


def test_a_look_changes_nothing(own: Portal, tmp_path: Path) -> None:
    file = tmp_path / "records"
    file.write_bytes(lines(numbered(1), numbered(2, organization={"name": "soumu", "title": "総務局"})))

    outcome = own.services.importer.look(SYSTEM, Order(file))

    assert (outcome.counts.added, outcome.organizations) == (2, ("bousai",))
    assert own.services.catalog.list(SYSTEM, states=tuple(State)).total == 0
    assert [each.slug for each in own.services.organizations.list()] == ["soumu"]


def test_bad_records_do_not_stop_the_others(own: Portal) -> None:
    deep = b'{"id": "deep", "extras": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    endless = b'{"title": "' + b"x" * (9 << 20) + b'"}\n'
    content = lines(numbered(1), None) + b"{broken\n" + deep + endless + b'{"a": "\xff"}\n' + lines(numbered(2))

    outcome = run(own, content)

    broken, none, long = "harvest-record-broken", "harvest-record-no-object", "harvest-record-too-long"
    assert codes(outcome) == [(none, 2), (broken, 3), (broken, 4), (long, 5), (broken, 6)]
    assert (outcome.counts.added, outcome.counts.refused, outcome.complete) == (2, 5, False)


def test_of_two_records_of_one_name_the_later_change_has_it_in_any_order(own: Portal) -> None:
    older = package(id="aaaaaaaa-1", title="古い", metadata_modified="2020-01-01T00:00:00")
    newer = package(id="bbbbbbbb-2", title="新しい", metadata_modified="2021-01-01T00:00:00")

    first, second = run(own, lines(older, newer)), run(own, lines(newer, older))

    assert (first.counts.added, second.counts.unchanged) == (2, 2)
    assert record_of(own, "shelters").title.ja == "新しい"
    assert record_of(own, "shelters-aaaaaaaa").title.ja == "古い"
    assert codes(first) == [("harvest-name-twice", 1)]


def test_of_two_states_of_one_record_the_later_is_taken(own: Portal) -> None:
    older, newer = package(title="前", metadata_modified="2020-01-01T00:00:00"), package(title="後")

    outcome = run(own, lines(newer, older))

    assert (outcome.counts.added, outcome.counts.left_out) == (1, 1)
    assert record_of(own, "shelters").title.ja == "後"


def test_files_that_are_here_are_not_replaced_by_links(own: Portal) -> None:
    own.publish()

    outcome = run(own, lines(package(name="ward-population")), organization="soumu")

    assert codes(outcome) == [("harvest-name-in-use", 1)]
    assert record_of(own, "ward-population").resources


def test_a_withdrawn_dataset_stays_withdrawn(own: Portal) -> None:
    run(own, lines(package()))
    own.services.catalog.move(SYSTEM, "shelters", State.WITHDRAWN, reason="誤り")

    assert codes(run(own, lines(package(title="別"), numbered(1)))) == [("harvest-dataset-withdrawn", 1)]
    assert record_of(own, "dataset-1").state is State.PUBLISHED


def test_a_record_without_an_organization_needs_one(own: Portal) -> None:
    content = lines(package(organization=None))

    assert codes(run(own, content)) == [("harvest-record-without-organization", 1)]
    assert run(own, content, organization="soumu").counts.added == 1
    with pytest.raises(NotFound):
        run(own, content, organization="nobody")


def test_who_may_not_publish_may_not_import(own: Portal, tmp_path: Path) -> None:
    file = tmp_path / "records"
    file.write_bytes(lines(package()))

    with pytest.raises(Denied):
        own.services.importer.run(own.person(Role.EDITOR), Order(file, organization="soumu"))


def test_what_vanished_there_is_told_and_marked_only_on_demand(own: Portal) -> None:
    own.publish()
    run(own, lines(numbered(1), numbered(2)), portal=SOURCE)

    outcome = run(own, lines(numbered(1)), portal=SOURCE)

    assert outcome.missing == ("dataset-2",)
    assert record_of(own, "dataset-2").state is State.PUBLISHED
    assert own.services.importer.deprecate(SYSTEM, outcome) == 1
    assert record_of(own, "dataset-2").state is State.DEPRECATED


def test_nothing_is_marked_while_a_record_cannot_be_read(own: Portal) -> None:
    run(own, lines(numbered(1)), portal=SOURCE)

    outcome = run(own, b"{broken\n" + lines(numbered(2)), portal=SOURCE)

    with pytest.raises(Conflict):
        own.services.importer.deprecate(SYSTEM, outcome)


def test_an_import_that_was_killed_is_finished_by_the_next(own: Portal, tmp_path: Path) -> None:
    content = lines(*(numbered(number) for number in range(150)))
    file = tmp_path / "records"
    file.write_bytes(content)
    folder = str(own.services.settings.data_dir)
    killed = subprocess.run([sys.executable, "-c", KILLED, folder, str(file)], check=False)

    assert killed.returncode == -9
    outcome = run(own, content)
    assert (outcome.counts.unchanged, outcome.counts.added) == (100, 50)
    queue: Queue = own.services.queue
    assert sum(queue.counts().values()) >= 150
