"""How data comes in: receive the bytes, read them in the sandbox, make a version of them.

`receive` answers as soon as the bytes and the submission are safe. `process` is a job: it may be killed at
any point and runs again, and what it did not commit never happened.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import String, cast, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import defer

from app import audit
from app.identity import policy
from app.identity.organizations import demand, load_organizations
from app.identity.policy import Action
from app.infra.conversion import converter
from app.kernel.actor import SYSTEM, Actor, ActorKind
from app.kernel.errors import AppError, BadRequest, OverLimit
from app.kernel.ids import new_id
from app.kernel.paging import Page
from app.kernel.report import Report, refusal
from app.kernel.text import Text
from app.publishing import progress
from app.publishing.comparing import COMPARER
from app.publishing.examination import Comparison, Examination
from app.publishing.holds import holds, is_overtaken
from app.publishing.ingested import Ingested, Question
from app.publishing.models import SubmissionRow
from app.publishing.pairing import pairs
from app.publishing.parallel import READER, read_upload
from app.publishing.planning import Plan, details_of, plan
from app.publishing.problems import problem
from app.publishing.records import examination_of, listed, settle, stored, submission_of
from app.publishing.reviewing import JOB, Reviewing
from app.publishing.submission import FINAL, Submission, SubmissionState, Upload, is_decidable
from app.publishing.versions import Keeper, new_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.catalog.record import ResourceRecord
    from app.catalog.service import Added, Catalog
    from app.infra.db import Database
    from app.infra.sandbox import Limits, Sandbox
    from app.infra.storage import BlobStore
    from app.infra.work import UnitsOfWork, Work

__all__ = ["JOB", "READER", "Publishing"]

log = logging.getLogger(__name__)
_comparisons = converter(tuple[Comparison, ...])

FILE_NAME_LENGTH = 200
# What was refused can be mended by other choices for so long.
REFUSED_DAYS = 30


class Publishing(Reviewing):
    """What can be done with submissions: from the upload to the decision; the decisions are in `reviewing`."""

    def __init__(  # the parts it stands on
        self,
        database: Database,
        units: UnitsOfWork,
        store: BlobStore,
        sandbox: Sandbox,
        catalog: Catalog,
        *,
        limits: Limits,
        folder: Path,
        max_upload_bytes: int,
    ) -> None:
        super().__init__(database, units, store, catalog)
        self._sandbox = sandbox
        self._limits = limits
        self._folder = folder
        self._max_upload_bytes = max_upload_bytes

    def receive(self, actor: Actor, upload: Upload) -> Submission:
        """Store an upload and its submission, so that neither is lost from here on.

        Raises `Denied` or `SignInNeeded`, `TooLarge`, and `BadRequest` for an empty file.
        """
        owner = (policy.organization(upload.organization_id),)
        demand(actor, Action.SUBMIT, owner)
        blob = self._store.put(upload.stream, limit=self._max_upload_bytes)
        if not blob.size:
            raise BadRequest(Text("ファイルが空です。", "The file is empty."))
        with self._units() as work:
            row = SubmissionRow(
                id=new_id(),
                organization_id=upload.organization_id,
                state=SubmissionState.RECEIVED,
                file_name=_shown_name(upload.file_name),
                size=blob.size,
                sha256=blob.sha256,
                actor_kind=actor.kind,
                actor_id=actor.id,
                actor_name=actor.name,
                may_publish=bool(policy.may(actor, Action.PUBLISH, owner)),
                details=msgspec.to_builtins(upload.details),
                report=msgspec.to_builtins(Report()),
                created=work.now,
                updated=work.now,
            )
            work.session.add(row)
            work.enqueue(JOB, submission_id=row.id)
            audit.record(
                work,
                actor,
                "submission.receive",
                f"submission:{row.id}",
                organization_id=row.organization_id,
                sha256=row.sha256,
                size=row.size,
            )
            work.commit()
        return submission_of(row)

    def process(self, submission_id: str) -> None:
        """Read a received upload and publish it, send it to review, stop for a decision, or refuse it."""
        started = self._start(submission_id)
        if started is None:
            return
        row, wanted = started
        self._folder.mkdir(parents=True, exist_ok=True)
        # A folder for each attempt: one whose lease was lost may still be at work.
        folder = Path(tempfile.mkdtemp(prefix=f"{submission_id}-", dir=self._folder))
        try:
            self._work(row, wanted, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def give_up(self, submission_id: str) -> None:
        """Tell the sender of a submission that could not be read, however often it was tried."""
        self._end(submission_id, None, SubmissionState.REFUSED, refusal(problem("reader-failed")))

    def sweep(self, older_than_seconds: float) -> None:
        """Remove the folders of attempts that were killed, untouched for so long."""
        oldest = time.time() - older_than_seconds
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)

    def list(self, actor: Actor, organization_id: str, *, offset: int = 0, limit: int = 20) -> Page[Submission]:
        """List an organization's submissions, newest first, without their examinations."""
        demand(actor, Action.READ_SUBMISSION, (policy.organization(organization_id),))
        query = select(SubmissionRow).where(SubmissionRow.organization_id == organization_id)
        with self._database.read() as session:
            total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
            ordered = query.order_by(SubmissionRow.created.desc(), SubmissionRow.id)
            light = ordered.options(defer(SubmissionRow.examination, raiseload=True))
            rows = session.scalars(light.offset(offset).limit(limit)).all()
        return Page(tuple(listed(row) for row in rows), total, offset, limit)

    def held(self, actor: Actor, *, limit: int = 100) -> tuple[Submission, ...]:
        """List what waits for a governor's decision in any organization, the longest first."""
        demand(actor, Action.RELEASE_PERSONAL_DATA, (policy.PORTAL,))
        waiting = (SubmissionRow.state == SubmissionState.IN_REVIEW, cast(SubmissionRow.holds, String) != "[]")
        query = select(SubmissionRow).where(*waiting).order_by(SubmissionRow.created, SubmissionRow.id).limit(limit)
        with self._database.read() as session:
            rows = session.scalars(query.options(defer(SubmissionRow.examination, raiseload=True))).all()
        return tuple(map(listed, rows))

    def file_hashes(self) -> set[str]:
        """Collect the hashes of uploads that are still to be read, or may be once more."""
        unfinished = SubmissionRow.state.not_in([state.value for state in FINAL])
        with self._units() as work:
            lately = work.now - timedelta(days=REFUSED_DAYS)
        refused = SubmissionRow.state == SubmissionState.REFUSED.value
        mendable = refused & SubmissionRow.mendable & (SubmissionRow.updated > lately)
        with self._database.read() as session:
            return set(session.scalars(select(SubmissionRow.sha256).where(or_(unfinished, mendable))))

    def _start(self, submission_id: str) -> tuple[SubmissionRow, Plan] | None:
        with self._units() as work:
            row = work.session.get(SubmissionRow, submission_id, with_for_update=True)
            if row is None or row.state not in {SubmissionState.RECEIVED, SubmissionState.PROCESSING}:
                return None
            settle(row, work, SubmissionState.PROCESSING)
            organization = load_organizations(work.session, (row.organization_id,))[row.organization_id]
            work.commit()
        return row, plan(row, organization)

    def _work(self, row: SubmissionRow, wanted: Plan, folder: Path) -> None:
        ingested = self._read(row, wanted, folder)
        examination = Examination(ingested.examined, self._compare(row, ingested, folder))
        valid = ingested.about is not None and ingested.report.valid
        if wanted.stops(examination, valid=valid):
            self._end(row.id, row.revision, SubmissionState.CHECKED, ingested.report, examination)
        elif valid:
            keeper = Keeper(self._store, folder)
            resources = tuple(map(keeper.resource, ingested.resources))
            self._conclude(row, ingested, resources, examination)
        else:
            self._end(row.id, row.revision, SubmissionState.REFUSED, ingested.report, examination)

    def _read(self, row: SubmissionRow, wanted: Plan, folder: Path) -> Ingested:
        upload = self._store.path(row.sha256)
        question = Question(str(upload), row.file_name, details_of(row), wanted.choices)
        try:
            return read_upload(
                self._sandbox,
                question,
                folder=folder,
                limits=self._limits,
                heartbeat=self._tell_progress(row, folder),
            )
        except OverLimit:
            return Ingested(refusal(problem("over-limit", file=row.file_name)))

    def _tell_progress(self, row: SubmissionRow, folder: Path) -> Callable[[], None]:
        began = time.monotonic()
        of_this_round = (SubmissionRow.id == row.id, SubmissionRow.revision == row.revision)

        def tell() -> None:
            found = replace(progress.read(folder), seconds=round(time.monotonic() - began, 1))
            # It is only shown: a database that is busy now is no reason to stop the reader.
            with suppress(OperationalError), self._units() as work:
                shown = msgspec.to_builtins(found)
                work.session.execute(update(SubmissionRow).where(*of_this_round).values(progress=shown))
                work.commit()

        return tell

    def _compare(self, row: SubmissionRow, ingested: Ingested, folder: Path) -> tuple[Comparison, ...]:
        """Compare with what is published. Without it an upload can be published all the same."""
        published = self._catalog.current(row.organization_id, ingested.name) if ingested.about else None
        if published is None or published.version is None:
            return ()
        asked = pairs(published.resources, ingested.resources, self._store, folder)
        if not asked.pairs:
            return ()
        try:
            answer = self._sandbox.run(
                COMPARER, msgspec.to_builtins(asked.pairs), folder=folder, limits=self._limits, reads=asked.reads
            )
        except AppError as error:
            log.warning("submission %s is not compared with the last version: %s", row.id, error)
            return ()
        return _comparisons(answer)

    def _conclude(
        self, begun: SubmissionRow, ingested: Ingested, resources: tuple[ResourceRecord, ...], examination: Examination
    ) -> None:
        with self._units() as work:
            row = self._in_work(work, begun.id, begun.revision)
            if row is None:
                return
            added = self._catalog.add_version(work, new_version(row, ingested, resources))
            overtaken = added.version_id is not None and is_overtaken(work, row, added.dataset_id)
            if added.refusal is None and not overtaken:
                row.dataset_id, row.version_id = added.dataset_id, added.version_id
                row.report, row.examination = msgspec.to_builtins(ingested.report), stored(examination)
                settle(row, work, self._decide(work, row, added, examination))
                work.commit()
                return
        # Not committed: the version was never there.
        if overtaken:
            self._end(
                row.id,
                begun.revision,
                SubmissionState.SUPERSEDED,
                ingested.report,
                examination,
                dataset_id=added.dataset_id,
            )
        else:
            report = refusal(problem(added.refusal or "", file=ingested.name))
            self._end(row.id, begun.revision, SubmissionState.REFUSED, report, examination)

    def _decide(self, work: Work, row: SubmissionRow, added: Added, examination: Examination) -> SubmissionState:
        if added.version_id is None:
            return SubmissionState.UNCHANGED
        sender = Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_name)
        row.holds = list(holds(work, row, added.dataset_id, examination))
        if row.holds or not row.may_publish:
            self._catalog.send_for_review(work, sender, added)
            return SubmissionState.IN_REVIEW
        published = self._catalog.publish_version(work, sender, added.version_id)
        return SubmissionState.PUBLISHED if published else SubmissionState.UNCHANGED

    def _end(
        self,
        submission_id: str,
        revision: int | None,
        state: SubmissionState,
        report: Report,
        examination: Examination | None = None,
        *,
        dataset_id: str | None = None,
    ) -> None:
        """Let a submission stand without a version: checked, refused, or superseded."""
        with self._units() as work:
            row = self._in_work(work, submission_id, revision)
            if row is None:
                return
            row.report, row.dataset_id = msgspec.to_builtins(report), dataset_id or row.dataset_id
            row.examination = row.examination if examination is None else stored(examination)
            # A reader that failed at last has left the examination of the round before.
            row.mendable = is_decidable(SubmissionState.REFUSED, examination_of(row.examination))
            settle(row, work, state)
            if state is SubmissionState.REFUSED:
                audit.record(
                    work,
                    SYSTEM,
                    "submission.refuse",
                    f"submission:{row.id}",
                    organization_id=row.organization_id,
                    codes=sorted({each.code for each in report.errors}),
                )
            work.commit()

    @staticmethod
    def _in_work(work: Work, submission_id: str, revision: int | None) -> SubmissionRow | None:
        """Lock a submission that nobody has settled yet; another attempt may have, or a decision begun a new round."""
        row = work.session.get_one(SubmissionRow, submission_id, with_for_update=True)
        current = row.state == SubmissionState.PROCESSING and revision in {None, row.revision}
        return row if current else None


def _shown_name(file_name: str) -> str:
    name = PurePosixPath(file_name.replace("\\", "/")).name
    return "".join(letter for letter in name if letter.isprintable())[:FILE_NAME_LENGTH] or "upload"
