"""What can come between an upload and its outcome."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.catalog.record import Access, State
from app.infra.sandbox import Limits, Sandbox
from app.kernel.actor import ANONYMOUS, SYSTEM, Role
from app.kernel.errors import Conflict, NotFound, Unavailable
from app.kernel.text import Text
from app.publishing.submission import Details, Submission, SubmissionState, Upload
from tests.factories import CSV, Portal, package

MORE = CSV + "131032,港区,260486\n"


class Broken(Sandbox):
    """A sandbox whose machine is out of order."""

    def run(self, *_: Any, **__: Any) -> Any:
        raise Unavailable(Text("故障", "out of order"))


class Meeting(Sandbox):
    """A sandbox that does something else in the middle of each run."""

    def __init__(self, functions: frozenset[str], meanwhile: Callable[[], None]) -> None:
        super().__init__(functions)
        self._meanwhile = meanwhile

    def run(self, function: str, argument: object, *, folder: Path, limits: Limits, **more: Any) -> Any:
        answer = super().run(function, argument, folder=folder, limits=limits, **more)
        self._meanwhile()
        return answer


def receive(portal: Portal, content: bytes | None = None) -> Submission:
    upload = Upload(io.BytesIO(content or package()), "package.zip", portal.organization.id)
    return portal.services.publishing.receive(SYSTEM, upload)


def test_an_attempt_whose_lease_was_lost_does_not_harm_the_next(portal: Portal) -> None:
    publishing = portal.services.publishing
    submission = receive(portal)
    rival = threading.Thread(target=publishing.process, args=(submission.id,))

    def start_rival() -> None:
        publishing._sandbox = good
        rival.start()

    good = publishing._sandbox
    publishing._sandbox = Meeting(good._functions, start_rival)

    publishing.process(submission.id)
    rival.join()

    assert publishing.get(SYSTEM, submission.id).state == "published"
    record = portal.services.catalog.get(ANONYMOUS, "ward-population")
    assert [version.number for version in record.versions] == [1]


def test_a_late_refusal_does_not_undo_a_publication(portal: Portal) -> None:
    submission = portal.submit()
    portal.services.publishing.give_up(submission.id)

    assert portal.services.publishing.get(SYSTEM, submission.id).state == "published"


def test_a_fault_of_ours_is_tried_again_and_told_in_the_end(portal: Portal) -> None:
    publishing = portal.services.publishing
    good = publishing._sandbox
    submission = receive(portal)
    publishing._sandbox = Broken(frozenset())
    portal.work()
    assert publishing.get(SYSTEM, submission.id).state == "processing"

    publishing.give_up(submission.id)
    assert publishing.get(SYSTEM, submission.id).report.errors[0].code == "reader-failed"
    publishing._sandbox = good
    assert portal.submit().state == "published"


@pytest.mark.parametrize(("first", "then"), [(Access.PUBLIC, Access.INTERNAL), (Access.INTERNAL, Access.PUBLIC)])
def test_another_audience_is_refused_and_changes_nothing(portal: Portal, first: Access, then: Access) -> None:
    portal.publish(access=first)
    submission = portal.submit(package({"population.csv": MORE}), access=then)

    assert [each.code for each in submission.report.errors] == ["access-differs"]
    record = portal.services.catalog.get(SYSTEM, "ward-population")
    assert (record.access, record.version and record.version.number) == (first, 1)


def test_an_upload_that_names_no_audience_keeps_the_datasets_own(portal: Portal) -> None:
    portal.publish(access=Access.INTERNAL)
    submission = portal.submit(package({"population.csv": MORE}), details=Details())

    assert submission.state == "published"
    with pytest.raises(NotFound):
        portal.services.catalog.get(ANONYMOUS, "ward-population")


def test_a_dataset_in_review_cannot_be_moved_into_public(portal: Portal) -> None:
    portal.submit(actor=portal.person(Role.EDITOR))

    with pytest.raises(Conflict):
        portal.services.catalog.move(portal.person(Role.PUBLISHER), "ward-population", State.PUBLISHED)
    with pytest.raises(NotFound):
        portal.services.catalog.get(ANONYMOUS, "ward-population")


def test_approving_an_older_upload_after_a_newer_one_publishes_nothing(portal: Portal) -> None:
    editor, publisher = portal.person(Role.EDITOR), portal.person(Role.PUBLISHER)
    older = portal.submit(actor=editor)
    newer = portal.submit(package({"population.csv": MORE}), actor=editor)
    publishing = portal.services.publishing
    publishing.approve(publisher, newer.id)

    publishing.approve(publisher, older.id)

    assert publishing.get(SYSTEM, older.id).state == "superseded"
    assert [each.number for each in portal.services.catalog.get(ANONYMOUS, "ward-population").versions] == [1]


def test_an_older_upload_that_is_read_later_does_not_overtake_a_newer_one(portal: Portal) -> None:
    publishing = portal.services.publishing
    older, newer = receive(portal), receive(portal, package({"population.csv": MORE}))
    publishing.process(newer.id)
    publishing.process(older.id)

    assert publishing.get(SYSTEM, older.id).state == "superseded"
    (resource,) = portal.services.catalog.get(ANONYMOUS, "ward-population").resources
    assert resource.table is not None
    assert resource.table.rows == 3


def test_approving_the_same_contents_twice_makes_one_version(portal: Portal) -> None:
    editor, publisher = portal.person(Role.EDITOR), portal.person(Role.PUBLISHER)
    first, second = portal.submit(actor=editor), portal.submit(actor=editor)
    publishing = portal.services.publishing
    publishing.approve(publisher, first.id)
    publishing.approve(publisher, second.id)

    assert publishing.get(SYSTEM, second.id).state == "unchanged"
    assert len(portal.services.catalog.get(ANONYMOUS, "ward-population").versions) == 1


def test_what_is_sent_back_is_a_draft_again_and_may_come_again(portal: Portal) -> None:
    editor, publisher = portal.person(Role.EDITOR), portal.person(Role.PUBLISHER)
    submission = portal.submit(actor=editor)
    portal.services.publishing.decline(publisher, submission.id)

    assert portal.services.catalog.get(publisher, "ward-population").state is State.DRAFT
    assert portal.submit(actor=publisher).state == "published"


def test_approvals_at_once_make_versions_one_after_another(portal: Portal) -> None:
    editor, publisher = portal.person(Role.EDITOR), portal.person(Role.PUBLISHER)
    waiting = [
        portal.submit(package({"population.csv": CSV + f"13{number:04},区,1\n"}), actor=editor) for number in range(3)
    ]
    failures: list[Exception] = []

    def approve(submission_id: str) -> None:
        try:
            portal.services.publishing.approve(publisher, submission_id)
        except Conflict:
            pass
        except Exception as error:  # noqa: BLE001 - the test tells which
            failures.append(error)

    threads = [threading.Thread(target=approve, args=(each.id,)) for each in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    versions = portal.services.catalog.get(ANONYMOUS, "ward-population").versions
    assert [version.number for version in versions] == list(range(len(versions), 0, -1))


def test_uploads_of_one_new_dataset_at_once_lose_nothing(portal: Portal) -> None:
    received = [receive(portal, package({"population.csv": CSV + f"13{each:04},区,1\n"})) for each in range(3)]
    publishing = portal.services.publishing

    def process(submission_id: str) -> None:
        for _ in range(3):
            try:
                publishing.process(submission_id)
            except Exception:  # noqa: BLE001 - as a worker does: it is tried again
                continue
            return

    threads = [threading.Thread(target=process, args=(each.id,)) for each in received]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    states = [publishing.get(SYSTEM, each.id).state for each in received]
    assert states[-1] == "published"
    assert set(states) <= {"published", "superseded"}
    versions = portal.services.catalog.get(ANONYMOUS, "ward-population").versions
    assert [version.number for version in versions] == list(range(states.count(SubmissionState.PUBLISHED), 0, -1))


def test_a_package_that_says_no_language_has_that_of_its_title_and_it_is_marked(portal: Portal) -> None:
    record = portal.publish(package(title="Population of the wards"))

    assert record.languages == ("en",)
    assert "languages" in {each.field for each in record.derived}
