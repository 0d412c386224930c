"""Datasets, their versions and their life."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading

import pytest

from app import wiring
from app.catalog.lifecycle import MOVES, check_move
from app.catalog.record import Access, State
from app.kernel.actor import ANONYMOUS, Role
from app.kernel.errors import BadRequest, Conflict, Denied, Gone, NotFound
from app.settings import ROOT
from tests.factories import CSV, Portal, json_of, package

MORE = CSV + "131032,港区,260486\n"


@pytest.mark.parametrize(("before", "after"), list(itertools.product(State, State)))
def test_a_dataset_makes_the_moves_of_the_table_only(before: State, after: State) -> None:
    if after in MOVES[before]:
        check_move(before, after)
    else:
        with pytest.raises(Conflict):
            check_move(before, after)


def test_a_japanese_name_gives_a_readable_address_that_never_changes(portal: Portal) -> None:
    first = portal.publish(package(name="区の人口", title="特別区の人口"))
    second = portal.publish(package({"population.csv": MORE}, name="区の人口", title="まったく別の題名"))

    assert first.slug == second.slug
    assert first.slug.isascii()
    assert "jinkou" in first.slug


def test_two_bureaus_may_use_one_name(portal: Portal) -> None:
    mine = portal.publish()
    theirs = portal.publish(organization=portal.other_organization())

    assert (mine.slug, theirs.slug) == ("ward-population", "ward-population-2")
    assert mine.id != theirs.id


def test_a_resource_keeps_its_id_through_versions(portal: Portal) -> None:
    first = portal.publish()
    second = portal.publish(package({"population.csv": MORE}))

    assert first.resources[0].id == second.resources[0].id
    assert first.resources[0].file.sha256 != second.resources[0].file.sha256


def test_a_change_of_words_alone_is_a_new_version_of_the_same_bytes(portal: Portal) -> None:
    first = portal.publish()
    second = portal.publish(package(title="特別区の人口（改訂）"))

    assert second.version is not None
    assert second.version.number == 2
    assert first.resources[0].file.sha256 == second.resources[0].file.sha256


def test_an_old_version_is_read_as_it_was(portal: Portal) -> None:
    portal.publish()
    portal.publish(package({"population.csv": MORE}, title="新しい題名"))

    old = portal.services.catalog.get(ANONYMOUS, "ward-population", 1)
    assert old.title.ja == "特別区の人口"
    assert old.resources[0].table is not None
    assert old.resources[0].table.rows == 2
    with pytest.raises(NotFound):
        portal.services.catalog.get(ANONYMOUS, "ward-population", 3)


def test_a_deprecated_dataset_stays_readable_and_can_come_back(portal: Portal) -> None:
    portal.publish()
    publisher = portal.person(Role.PUBLISHER)
    catalog = portal.services.catalog
    catalog.move(publisher, "ward-population", State.DEPRECATED)
    portal.work()

    assert catalog.get(ANONYMOUS, "ward-population").state is State.DEPRECATED
    assert not wiring.drift(portal.services).stale
    catalog.move(publisher, "ward-population", State.PUBLISHED)
    assert catalog.get(ANONYMOUS, "ward-population").state is State.PUBLISHED


def test_a_withdrawal_needs_a_reason_and_is_final(portal: Portal) -> None:
    portal.publish()
    publisher = portal.person(Role.PUBLISHER)
    catalog = portal.services.catalog
    with pytest.raises(BadRequest):
        catalog.move(publisher, "ward-population", State.WITHDRAWN, reason=" ")

    catalog.move(publisher, "ward-population", State.WITHDRAWN, reason="誤りがありました。")

    with pytest.raises(Gone, match="誤り"):
        catalog.get(ANONYMOUS, "ward-population")
    assert portal.submit(package({"population.csv": MORE})).state == "refused"


def test_a_withdrawn_internal_dataset_is_not_known_outside(portal: Portal) -> None:
    portal.publish(access=Access.INTERNAL)
    catalog = portal.services.catalog
    catalog.move(portal.person(Role.PUBLISHER), "ward-population", State.WITHDRAWN, reason="x")

    with pytest.raises(NotFound):
        catalog.get(ANONYMOUS, "ward-population")


def test_an_editor_may_not_withdraw(portal: Portal) -> None:
    portal.publish()

    with pytest.raises(Denied):
        portal.services.catalog.move(portal.person(Role.EDITOR), "ward-population", State.WITHDRAWN, reason="x")


def test_every_publication_is_in_the_audit_record_once(portal: Portal) -> None:
    from sqlalchemy import text

    portal.publish()
    portal.publish(package({"population.csv": MORE}))
    portal.submit(package({"population.csv": MORE}))

    with portal.services.database.read() as session:
        acts = session.scalars(text("SELECT action FROM audit")).all()
    assert acts.count("version.publish") == 2
    assert acts.count("submission.receive") == 3


def test_a_lost_index_is_made_anew(portal: Portal) -> None:
    portal.publish()
    portal.services.search.rebuild(())
    assert wiring.drift(portal.services).missing

    wiring.mend_index(portal.services)

    assert not wiring.drift(portal.services).missing
    assert json_of(portal.client().get("/api/v1/datasets?q=人口"))["total"] == 1


def test_a_sender_who_prefers_to_wait_gets_the_outcome(portal: Portal) -> None:
    headers = {**portal.token(Role.PUBLISHER), "Prefer": "respond-async, wait=30"}
    address = "/api/v1/submissions?organization=soumu&filename=a.zip"
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.05):
            portal.work()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        client = portal.client()
        answers = [
            client.post(address, data=content, headers=headers)
            for content in (package(), package(), package(name=None))
        ]
    finally:
        stop.set()
        worker.join()

    assert [answer.status_code for answer in answers] == [201, 200, 422]
    refusal = json_of(answers[2])
    assert answers[2].mimetype == "application/problem+json"
    assert refusal["report"]["problems"][0]["code"] == "package-without-name"
    assert refusal["instance"].startswith("/api/v1/submissions/")


def test_what_threads_read_is_known_to_msgspec_before_there_are_threads() -> None:
    # In a process of its own: in this one other tests have read it.
    ask = (
        "import app.wiring; from app.catalog.record import About, ResourceRecord; "
        "from app.metadata.checks.result import CheckResult; from app.metadata.dump_files import Generation; "
        "from app.publishing.examination import Comparison, Examination; from app.kernel.report import Report; "
        "from app.publishing.submission import Details, Progress; from app.search.document import SearchDocument; "
        "known = (About, ResourceRecord, CheckResult, Generation, Comparison, Examination, Report, Details, Progress); "
        "print(all('__msgspec_cache__' in vars(each) for each in (*known, SearchDocument)))"
    )
    answer = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "True"
