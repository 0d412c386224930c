"""How data comes in: receive the bytes, read them in the sandbox, make a version of them.

`receive` answers as soon as the bytes and the submission are safe. `process` is a job: it may be killed at
any point and runs again, and what it did not commit never happened.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func, select

from app import audit
from app.catalog.record import ResourceRecord, StoredFile
from app.catalog.service import Added, NewVersion
from app.identity import policy
from app.identity.organizations import demand
from app.identity.policy import Action
from app.kernel.actor import SYSTEM, Actor, ActorKind
from app.kernel.errors import BadRequest, Conflict, NotFound, OverLimit
from app.kernel.ids import new_id
from app.kernel.paging import Page
from app.kernel.report import Report, refusal
from app.kernel.text import Text
from app.publishing.ingested import Ingested, IngestedResource, MadeFile, Question
from app.publishing.models import SubmissionRow
from app.publishing.problems import problem
from app.publishing.submission import FINAL, Details, Submission, SubmissionState, Upload

if TYPE_CHECKING:
    from app.catalog.service import Catalog
    from app.infra.db import Database
    from app.infra.sandbox import Limits, Sandbox
    from app.infra.storage import BlobStore
    from app.infra.work import UnitsOfWork, Work

JOB = "process_submission"
READER = "app.publishing.ingest:ingest"
FILE_NAME_LENGTH = 200


class Publishing:
    """What can be done with submissions."""

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
        self._database = database
        self._units = units
        self._store = store
        self._sandbox = sandbox
        self._catalog = catalog
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
        return _submission(row)

    def process(self, submission_id: str) -> None:
        """Read a received upload and publish it, send it to review, or refuse it with a report."""
        row = self._start(submission_id)
        if row is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        # A folder for each attempt: one whose lease was lost may still be at work.
        folder = Path(tempfile.mkdtemp(prefix=f"{submission_id}-", dir=self._folder))
        try:
            ingested = self._read(row, folder)
            if ingested.about is None or not ingested.report.valid:
                self._refuse(submission_id, ingested.report)
                return
            resources = tuple(self._keep(folder, resource) for resource in ingested.resources)
            self._conclude(submission_id, ingested, resources)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def give_up(self, submission_id: str) -> None:
        """Tell the sender of a submission that could not be read, however often it was tried."""
        self._refuse(submission_id, refusal(problem("reader-failed")))

    def sweep(self, older_than_seconds: float) -> None:
        """Remove the folders of attempts that were killed, untouched for so long."""
        oldest = time.time() - older_than_seconds
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)

    def get(self, actor: Actor, submission_id: str) -> Submission:
        """Answer a submission. Raises `NotFound`, also for one that is not the actor's to see."""
        with self._database.read() as session:
            row = session.get(SubmissionRow, submission_id)
        if row is None or not policy.may(actor, Action.READ_SUBMISSION, (policy.organization(row.organization_id),)):
            raise NotFound(Text("この受付番号は見つかりません。", "There is no such submission."))
        return _submission(row)

    def list(self, actor: Actor, organization_id: str, *, offset: int = 0, limit: int = 20) -> Page[Submission]:
        """List an organization's submissions, newest first."""
        demand(actor, Action.READ_SUBMISSION, (policy.organization(organization_id),))
        query = select(SubmissionRow).where(SubmissionRow.organization_id == organization_id)
        with self._database.read() as session:
            total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
            ordered = query.order_by(SubmissionRow.created.desc(), SubmissionRow.id)
            rows = session.scalars(ordered.offset(offset).limit(limit)).all()
        return Page(tuple(_submission(row) for row in rows), total, offset, limit)

    def approve(self, actor: Actor, submission_id: str) -> None:
        """Publish a version that waits for review. Raises `Conflict` where none waits."""
        self.get(actor, submission_id)
        with self._units() as work:
            row = self._waiting(work, submission_id)
            demand(actor, Action.PUBLISH, (policy.organization(row.organization_id),))
            if row.version_id is None:
                raise _not_waiting()
            published = self._catalog.publish_version(work, actor, row.version_id)
            _settle(row, work, SubmissionState.PUBLISHED if published else SubmissionState.UNCHANGED)
            work.commit()

    def decline(self, actor: Actor, submission_id: str) -> None:
        """Send a version that waits for review back to its sender."""
        self.get(actor, submission_id)
        with self._units() as work:
            row = self._waiting(work, submission_id)
            demand(actor, Action.PUBLISH, (policy.organization(row.organization_id),))
            _settle(row, work, SubmissionState.DECLINED)
            if row.dataset_id is not None and not self._others_wait(work, row):
                self._catalog.send_back(work, row.dataset_id)
            audit.record(
                work,
                actor,
                "submission.decline",
                f"submission:{row.id}",
                organization_id=row.organization_id,
            )
            work.commit()

    def file_hashes(self) -> set[str]:
        """Collect the hashes of uploads that are still to be read."""
        unfinished = SubmissionRow.state.not_in([state.value for state in FINAL])
        with self._database.read() as session:
            return set(session.scalars(select(SubmissionRow.sha256).where(unfinished)))

    def _start(self, submission_id: str) -> SubmissionRow | None:
        with self._units() as work:
            row = work.session.get(SubmissionRow, submission_id)
            if row is None or row.state not in {SubmissionState.RECEIVED, SubmissionState.PROCESSING}:
                return None
            _settle(row, work, SubmissionState.PROCESSING)
            work.commit()
        return row

    def _read(self, row: SubmissionRow, folder: Path) -> Ingested:
        upload = self._store.path(row.sha256)
        question = Question(str(upload), row.file_name, msgspec.convert(row.details, Details))
        try:
            answer = self._sandbox.run(
                READER, msgspec.to_builtins(question), folder=folder, limits=self._limits, reads=(upload,)
            )
        except OverLimit:
            return Ingested(refusal(problem("over-limit", file=row.file_name)))
        return msgspec.convert(answer, Ingested)

    def _keep(self, folder: Path, resource: IngestedResource) -> ResourceRecord:
        def keep(made: MadeFile | None) -> StoredFile | None:
            if made is None:
                return None
            path = folder / made.path
            # The reader parsed a stranger's file: what it says of paths is checked, not believed.
            if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
                raise Conflict(Text("読み取り結果が不正です。", "The reader's answer names a file outside its folder."))
            blob = self._store.put_file(path)
            return StoredFile(made.name, made.media_type, blob.size, blob.sha256)

        file = keep(resource.file)
        if file is None:
            raise Conflict(Text("読み取り結果が不正です。", "The reader's answer lacks a file."))
        return ResourceRecord(
            id="",
            name=resource.name,
            title=resource.title,
            description=resource.description,
            format=resource.format,
            file=file,
            original=keep(resource.original),
            parquet=keep(resource.parquet),
            table=resource.table,
            encoding=resource.encoding,
        )

    def _conclude(self, submission_id: str, ingested: Ingested, resources: tuple[ResourceRecord, ...]) -> None:
        with self._units() as work:
            row = self._in_work(work, submission_id)
            if row is None:
                return
            added = self._catalog.add_version(work, _new_version(row, ingested, resources))
            if added.refusal is None:
                row.dataset_id, row.version_id = added.dataset_id, added.version_id
                row.report = msgspec.to_builtins(ingested.report)
                _settle(row, work, self._decide(work, row, added))
                work.commit()
                return
        self._refuse(submission_id, refusal(problem(added.refusal, file=ingested.name)))

    @staticmethod
    def _in_work(work: Work, submission_id: str) -> SubmissionRow | None:
        """Lock a submission that nobody has settled yet; another attempt may have."""
        row = work.session.get_one(SubmissionRow, submission_id, with_for_update=True)
        return row if row.state == SubmissionState.PROCESSING else None

    def _decide(self, work: Work, row: SubmissionRow, added: Added) -> SubmissionState:
        if added.version_id is None:
            return SubmissionState.UNCHANGED
        sender = Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_name)
        if not row.may_publish:
            self._catalog.send_for_review(work, sender, added)
            return SubmissionState.IN_REVIEW
        published = self._catalog.publish_version(work, sender, added.version_id)
        return SubmissionState.PUBLISHED if published else SubmissionState.UNCHANGED

    def _refuse(self, submission_id: str, report: Report) -> None:
        with self._units() as work:
            row = self._in_work(work, submission_id)
            if row is None:
                return
            row.report = msgspec.to_builtins(report)
            _settle(row, work, SubmissionState.REFUSED)
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
    def _others_wait(work: Work, row: SubmissionRow) -> bool:
        waiting = (SubmissionRow.dataset_id == row.dataset_id) & (SubmissionRow.state == SubmissionState.IN_REVIEW)
        return work.session.scalar(select(SubmissionRow.id).where(waiting, SubmissionRow.id != row.id)) is not None

    @staticmethod
    def _waiting(work: Work, submission_id: str) -> SubmissionRow:
        row = work.session.get_one(SubmissionRow, submission_id, with_for_update=True)
        if row.state != SubmissionState.IN_REVIEW:
            raise _not_waiting()
        return row


def _not_waiting() -> Conflict:
    return Conflict(Text("承認を待っている内容はありません。", "Nothing waits for approval here."))


def _settle(row: SubmissionRow, work: Work, state: SubmissionState) -> None:
    row.state, row.updated = state, work.now


def _new_version(row: SubmissionRow, ingested: Ingested, resources: tuple[ResourceRecord, ...]) -> NewVersion:
    if ingested.about is None:
        raise Conflict(Text("読み取り結果が不正です。", "The reader's answer lacks a description."))
    details = msgspec.convert(row.details, Details)
    # What is made from the rest (rendered text, Parquet) may change with a library; that is no new version.
    content = (
        replace(ingested.about, description_html=Text()),
        ingested.label,
        [_content(resource) for resource in resources],
    )
    return NewVersion(
        organization_id=row.organization_id,
        name=ingested.name,
        about=ingested.about,
        access=details.access,
        resources=resources,
        content_hash=hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest(),
        label=ingested.label,
        notes=details.notes,
    )


def _content(resource: ResourceRecord) -> tuple[object, ...]:
    return (
        resource.name,
        resource.title,
        resource.description,
        resource.format,
        resource.file.sha256,
        resource.original.sha256 if resource.original else None,
        resource.table.schema if resource.table else None,
    )


def _shown_name(file_name: str) -> str:
    name = PurePosixPath(file_name.replace("\\", "/")).name
    return "".join(letter for letter in name if letter.isprintable())[:FILE_NAME_LENGTH] or "upload"


def _submission(row: SubmissionRow) -> Submission:
    return Submission(
        id=row.id,
        organization_id=row.organization_id,
        state=SubmissionState(row.state),
        file_name=row.file_name,
        size=row.size,
        created=row.created,
        updated=row.updated,
        report=msgspec.convert(row.report, Report),
        dataset_id=row.dataset_id,
        version_id=row.version_id,
    )
