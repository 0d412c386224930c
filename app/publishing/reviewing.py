"""What people decide about a submission: with which repairs it is published, whether it is, and who lets it pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from app import audit
from app.identity import policy
from app.identity.organizations import demand
from app.identity.policy import Action
from app.kernel.errors import BadRequest, Conflict, NotFound
from app.kernel.text import Text
from app.publishing.holds import is_overtaken
from app.publishing.models import SubmissionRow
from app.publishing.records import examination_of, settle, submission_of
from app.publishing.repair.rules import RULES
from app.publishing.submission import Go, Submission, SubmissionState, is_decidable

if TYPE_CHECKING:
    from app.catalog.record import ResourceRecord
    from app.catalog.service import Catalog
    from app.infra.db import Database
    from app.infra.storage import BlobStore
    from app.infra.work import UnitsOfWork, Work
    from app.kernel.actor import Actor
    from app.publishing.repair.choices import Choice

JOB = "process_submission"
REASON_LENGTH = 2000
MAX_CHOICES = 5000
AUDITED_CHOICES = 100
CHOICE_LENGTH = 2000
NOT_FOUND = Text("この受付番号は見つかりません。", "There is no such submission.")
_GIVEN_UP = frozenset({SubmissionState.CHECKED, SubmissionState.IN_REVIEW})


class Reviewing:
    """The decisions. Each may name the `revision` it was made on, and is a `Conflict` where another one came first."""

    def __init__(self, database: Database, units: UnitsOfWork, store: BlobStore, catalog: Catalog) -> None:
        self._database = database
        self._units = units
        self._store = store
        self._catalog = catalog

    def get(self, actor: Actor, submission_id: str) -> Submission:
        """Answer a submission. Raises `NotFound`, also for one that is not the actor's to see."""
        with self._database.read() as session:
            row = session.get(SubmissionRow, submission_id)
        if row is None or not policy.may(actor, Action.READ_SUBMISSION, (policy.organization(row.organization_id),)):
            raise NotFound(NOT_FOUND)
        return submission_of(row)

    def resources_of(self, actor: Actor, submission_id: str) -> tuple[ResourceRecord, ...]:
        """List the resources of the version that a submission made, for those who decide on it."""
        found = self.get(actor, submission_id)
        return () if found.version_id is None else self._catalog.resources_of(found.version_id)

    def decide(
        self, actor: Actor, submission_id: str, *, choices: tuple[Choice, ...], go: Go, revision: int | None = None
    ) -> Submission:
        """Have an upload checked again, or published, with these choices; they replace earlier ones.

        Where the actor may not publish, it goes to review instead. Raises `Conflict` where there is nothing to
        decide, and `BadRequest` for rules that there are none of.
        """
        self.get(actor, submission_id)
        _check_choices(choices)
        with self._units() as work:
            row = _locked(work, submission_id, revision)
            owner = (policy.organization(row.organization_id),)
            demand(actor, Action.SUBMIT, owner)
            if not is_decidable(SubmissionState(row.state), examination_of(row.examination)):
                raise Conflict(Text("いま決めることはありません。", "There is nothing to decide here now."))
            if row.sha256 not in self._store:
                raise Conflict(
                    Text(
                        "保管期間を過ぎたため、ファイルが残っていません。もう一度送ってください。",
                        "The file was not kept so long. Send it again.",
                    )
                )
            row.go, row.choices = go, msgspec.to_builtins(choices)
            row.actor_kind, row.actor_id, row.actor_name = actor.kind, actor.id, actor.name
            row.may_publish = bool(policy.may(actor, Action.PUBLISH, owner))
            row.progress = {}
            settle(row, work, SubmissionState.RECEIVED)
            work.enqueue(JOB, submission_id=row.id)
            _record(work, actor, row, "decide", go=go, count=len(choices), choices=_audited(choices))
            work.commit()
        return submission_of(row)

    def abandon(self, actor: Actor, submission_id: str, *, revision: int | None = None) -> None:
        """Give up what waits for a decision or for review; nothing of it will be published."""
        self.get(actor, submission_id)
        with self._units() as work:
            row = _locked(work, submission_id, revision)
            demand(actor, Action.SUBMIT, (policy.organization(row.organization_id),))
            if row.state not in _GIVEN_UP:
                raise Conflict(Text("いまは取りやめられません。", "This cannot be given up now."))
            settle(row, work, SubmissionState.ABANDONED)
            self._send_back(work, row)
            _record(work, actor, row, "abandon")
            work.commit()

    def approve(self, actor: Actor, submission_id: str, *, reason: str = "", revision: int | None = None) -> None:
        """Publish a version that waits for review; it ends as superseded where a later one is public already.

        Where personal data holds it, this is a governor's to decide, with a written reason. Raises `Conflict` where
        nothing waits, `BadRequest` without the reason.
        """
        self.get(actor, submission_id)
        with self._units() as work:
            row = self._waiting(work, submission_id, revision)
            owner = (policy.organization(row.organization_id),)
            demand(actor, Action.RELEASE_PERSONAL_DATA if row.holds else Action.PUBLISH, owner)
            row.reason = _reason(reason)
            if row.holds:
                _release(work, actor, row)
            settle(row, work, self._publish(work, actor, row))
            work.commit()

    def decline(self, actor: Actor, submission_id: str, *, reason: str = "", revision: int | None = None) -> None:
        """Send a version that waits for review back to its sender."""
        self.get(actor, submission_id)
        with self._units() as work:
            row = self._waiting(work, submission_id, revision)
            owner = (policy.organization(row.organization_id),)
            if not (row.holds and policy.may(actor, Action.RELEASE_PERSONAL_DATA, owner)):
                demand(actor, Action.PUBLISH, owner)
            row.reason = _reason(reason)
            settle(row, work, SubmissionState.DECLINED)
            self._send_back(work, row)
            _record(work, actor, row, "decline", reason=row.reason)
            work.commit()

    def _publish(self, work: Work, actor: Actor, row: SubmissionRow) -> SubmissionState:
        if row.version_id is None or row.dataset_id is None:
            raise _not_waiting()
        # Locked first: else a later upload could be published between the look and the publication.
        self._catalog.lock(work, row.dataset_id)
        if is_overtaken(work, row, row.dataset_id):
            return SubmissionState.SUPERSEDED
        published = self._catalog.publish_version(work, actor, row.version_id)
        return SubmissionState.PUBLISHED if published else SubmissionState.UNCHANGED

    def _send_back(self, work: Work, row: SubmissionRow) -> None:
        """Make a new dataset a draft again where nothing else of it waits."""
        if row.dataset_id is not None and not _others_wait(work, row):
            self._catalog.send_back(work, row.dataset_id)

    @staticmethod
    def _waiting(work: Work, submission_id: str, revision: int | None) -> SubmissionRow:
        row = _locked(work, submission_id, revision)
        if row.state != SubmissionState.IN_REVIEW:
            raise _not_waiting()
        return row


def _locked(work: Work, submission_id: str, revision: int | None) -> SubmissionRow:
    row = work.session.get_one(SubmissionRow, submission_id, with_for_update=True)
    if revision is not None and revision != row.revision:
        raise Conflict(
            Text(
                "表示した後に状態が変わりました。もう一度開いて確かめてください。",
                "It has changed since you looked. Open it again and check.",
            )
        )
    return row


def _release(work: Work, actor: Actor, row: SubmissionRow) -> None:
    """Lift the hold, on record. The kinds stay on the row, as what was released."""
    if not row.reason:
        raise BadRequest(
            Text(
                "個人に関する情報を公開してよい理由を書いてください。",
                "Write the reason why data that may tell of persons can be published.",
            )
        )
    row.released = work.now
    _record(work, actor, row, "release", kinds=list(row.holds), reason=row.reason)


def _others_wait(work: Work, row: SubmissionRow) -> bool:
    waiting = (SubmissionRow.dataset_id == row.dataset_id) & (SubmissionRow.state == SubmissionState.IN_REVIEW)
    return work.session.scalar(select(SubmissionRow.id).where(waiting, SubmissionRow.id != row.id)) is not None


def _record(work: Work, actor: Actor, row: SubmissionRow, act: str, **detail: object) -> None:
    subject = f"submission:{row.id}"
    audit.record(work, actor, f"submission.{act}", subject, organization_id=row.organization_id, **detail)


def _audited(choices: tuple[Choice, ...]) -> list[dict[str, object]]:
    """Say what was chosen, without words from cells: they may be somebody's name. The submission has all of it."""
    return [
        {"rule": each.rule, "apply": each.apply, "resource": each.resource, "column": each.column}
        | ({} if each.before is None else {"word": True})
        for each in choices[:AUDITED_CHOICES]
    ]


def _check_choices(choices: tuple[Choice, ...]) -> None:
    if len(choices) > MAX_CHOICES:
        raise BadRequest(
            Text(f"選択は {MAX_CHOICES:,} 件までです。", f"At most {MAX_CHOICES:,} choices can be made at once.")
        )
    for each in choices:
        if each.rule not in RULES:
            rules = ", ".join(RULES)
            raise BadRequest(Text(f"rule は {rules} のいずれかです。", f"`rule` is one of {rules}."))
        if max(map(len, (each.resource, each.column, each.before or ""))) > CHOICE_LENGTH:
            raise BadRequest(
                Text(
                    f"選択の中の語は {CHOICE_LENGTH:,} 文字までです。",
                    f"A word in a choice has at most {CHOICE_LENGTH:,} letters.",
                )
            )


def _reason(words: str) -> str:
    reason = words.strip()
    if len(reason) > REASON_LENGTH:
        raise BadRequest(
            Text(
                f"理由は {REASON_LENGTH:,} 文字以内で書いてください。", f"Give the reason in {REASON_LENGTH:,} letters."
            )
        )
    return reason


def _not_waiting() -> Conflict:
    return Conflict(Text("承認を待っている内容はありません。", "Nothing waits for approval here."))
