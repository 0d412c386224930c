"""What can be done with datasets: look at them, give them versions, move them through their life."""

from __future__ import annotations

import html
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, exists, false, func, or_, select

from app import audit
from app.catalog import editing, lifecycle
from app.catalog.completion import Completion
from app.catalog.events import DescriptionChanged, StateChanged, VersionPublished
from app.catalog.history import resources_in, versions_with
from app.catalog.loading import (
    FOUND_BY_ALL,
    SERIES_SIZE,
    about_of,
    as_published,
    load_for_search,
    load_records,
    resource_of,
)
from app.catalog.models import IS_HIDDEN, IS_VISIBLE, DatasetRow, ResourceRow, VersionResourceRow, VersionRow
from app.catalog.record import (
    About,
    Access,
    Column,
    DatasetRecord,
    ResourceRecord,
    State,
    VersionRecord,
)
from app.catalog.series import SeriesRecord, key_of, parts_of, title_of
from app.catalog.slugs import slug_of, unique_slug
from app.catalog.vocabularies import licenses
from app.identity import policy
from app.identity.organizations import demand, id_of
from app.identity.policy import Action
from app.infra.question import Question
from app.kernel.errors import BadRequest, Conflict, Gone, NotFound, Stale
from app.kernel.ids import new_id
from app.kernel.paging import Page
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from app.infra.db import Database
    from app.infra.work import UnitsOfWork, Work
    from app.kernel.actor import Actor
    from app.kernel.report import Report

REASON_LENGTH = 2000
RECORDS_KEPT = 512
SERIES_LIMIT = 1000
# Datasets that are read together where all of them are read one after another.
BATCH = 500


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version about to be added. `content_hash` is equal if and only if nothing would change.

    `created` is when it was sent, which may be long before it could be made: what was sent later is the newer one.
    `access` of `None` keeps what the dataset has, which is public for a new one.
    """

    organization_id: str
    name: str
    about: About
    access: Access | None
    resources: tuple[ResourceRecord, ...]
    content_hash: str
    created: datetime
    label: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """Where a version went: `version_id` is `None` where nothing changed, or where `refusal` says why it may not be.

    `refusal` is a problem's code.
    """

    dataset_id: str
    version_id: str | None = None
    refusal: str | None = None


def paragraphs(words: Text) -> Text:
    """Write plain words as HTML paragraphs."""
    return Text(_paragraphs(words.ja), _paragraphs(words.en))


def _paragraphs(words: str) -> str:
    return "".join(f"<p>{html.escape(part.strip())}</p>" for part in words.split("\n\n") if part.strip())


class Catalog:
    """The datasets. Reading asks the policy first; what may not be read is not found."""

    def __init__(
        self,
        database: Database,
        units: UnitsOfWork,
        completion: Completion | None = None,
        *,
        render: Callable[[Text], Text] = paragraphs,
    ) -> None:
        """`render` makes safe HTML of a description's Markdown; without it there are plain paragraphs."""
        self._database = database
        self._units = units
        self._completion = completion or Completion(licenses()[0])
        self._render = render
        # A record never changes within a revision; the row that is read on every request tells the revision.
        self._record = lru_cache(maxsize=RECORDS_KEPT)(self._load)

    def get(self, actor: Actor, slug: str, number: int | None = None) -> DatasetRecord:
        """Answer a dataset with its current version, or with version `number`.

        Raises `NotFound`, also for what the actor may not know of, and `Gone` for what was withdrawn.
        """
        with self._database.read() as session:
            row = session.scalars(select(DatasetRow).where(DatasetRow.slug == slug)).one_or_none()
        return self._readable(actor, row, number)

    def get_by_id(self, actor: Actor, dataset_id: str) -> DatasetRecord:
        """As `get`, by the permanent id."""
        with self._database.read() as session:
            row = session.get(DatasetRow, dataset_id)
        return self._readable(actor, row, None)

    def resource(
        self, actor: Actor, resource_id: str, number: int | None = None
    ) -> tuple[DatasetRecord, ResourceRecord]:
        """Answer a resource of the current version, or of version `number`, with its dataset. Raises as `get`."""
        with self._database.read() as session:
            row = session.scalars(_OF_RESOURCE, {"resource_id": resource_id}).one_or_none()
        record = self._readable(actor, row, number)
        found = next((each for each in record.resources if each.id == resource_id), None)
        if found is None:
            raise _not_found()
        return record, found

    def history(self, actor: Actor, resource_id: str) -> tuple[DatasetRecord, tuple[VersionRecord, ...]]:
        """Answer the dataset of a resource, and the published versions that it is in, newest first. Raises as `get`."""
        with self._database.read() as session:
            known = session.get(ResourceRow, resource_id)
            row = session.get(DatasetRow, known.dataset_id) if known else None
            versions = versions_with(session, resource_id)
        record = self._readable(actor, row, None)
        if not versions:
            raise _not_found()
        return record, versions

    def resource_in(self, resource_id: str, versions: Iterable[VersionRecord]) -> dict[int, ResourceRecord]:
        """Answer what a resource is in a few versions of its `history`, by their numbers."""
        numbers = {version.id: version.number for version in versions}
        with self._database.read() as session:
            found = resources_in(session, resource_id, tuple(numbers))
        return {numbers[version_id]: resource for version_id, resource in found.items()}

    def find(self, dataset_id: str, number: int | None = None) -> DatasetRecord | None:
        """Answer a dataset in any state, or its version `number`, for the portal's own jobs.

        They carry no reader's rights. Raises `NotFound` for no such version.
        """
        with self._database.read() as session:
            row = session.get(DatasetRow, dataset_id)
            return None if row is None else load_records(session, [row], self._completion, number)[0]

    def find_all(self, dataset_ids: Sequence[str]) -> dict[str, DatasetRecord]:
        """As `find`, for a few hundred datasets with a handful of questions to the database; by their ids."""
        with self._database.read() as session:
            rows = session.scalars(select(DatasetRow).where(DatasetRow.id.in_(dataset_ids))).all()
            return {record.id: record for record in load_records(session, rows, self._completion)}

    def find_for_search(self, dataset_ids: Sequence[str]) -> dict[str, DatasetRecord]:
        """As `find_all`, in half the time: without series, former versions and what else nobody finds a dataset by."""
        with self._database.read() as session:
            return {record.id: record for record in load_for_search(session, dataset_ids, self._completion)}

    def found(self, actor: Actor, dataset_ids: Sequence[str]) -> dict[str, DatasetRecord]:
        """As `find_all`, of those that the actor may find: for what an index has answered."""
        with self._database.read() as session:
            rows = session.scalars(select(DatasetRow).where(DatasetRow.id.in_(dataset_ids))).all()
            may = [row for row in rows if _may_find(actor, row)]
            return {record.id: record for record in load_records(session, may, self._completion)}

    def current(self, organization_id: str, name: str) -> DatasetRecord | None:
        """As `find`, by the name that the publisher gave."""
        named = (DatasetRow.organization_id == organization_id, DatasetRow.name == name)
        with self._database.read() as session:
            row = session.scalars(select(DatasetRow).where(*named)).one_or_none()
            return None if row is None else load_records(session, [row], self._completion)[0]

    def resources_of(self, version_id: str) -> tuple[ResourceRecord, ...]:
        """List the resources of a version that may not be published yet. The caller has asked the policy."""
        query = select(VersionResourceRow.body).where(VersionResourceRow.version_id == version_id)
        with self._database.read() as session:
            bodies = session.scalars(query.order_by(VersionResourceRow.position)).all()
        return tuple(resource_of(body) for body in bodies)

    def lock(self, work: Work, dataset_id: str) -> None:
        """Let nobody else change a dataset until the work is done."""
        work.session.get_one(DatasetRow, dataset_id, with_for_update=True)

    def list(
        self,
        actor: Actor,
        *,
        organization_id: str | None = None,
        states: Iterable[State] = lifecycle.VISIBLE,
        modified_since: datetime | None = None,
        offset: int = 0,
        limit: int = 20,
    ) -> Page[DatasetRecord]:
        """List what the actor may read, the latest change first."""
        query = _listable(actor).where(DatasetRow.state.in_([state.value for state in states]))
        if modified_since is not None:
            query = query.where(DatasetRow.modified >= modified_since)
        if organization_id is not None:
            query = query.where(DatasetRow.organization_id == organization_id)
        with self._database.read() as session:
            total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
            ordered = query.order_by(DatasetRow.modified.desc(), DatasetRow.id)
            rows = session.scalars(ordered.offset(offset).limit(limit)).all()
            return Page(tuple(load_records(session, rows, self._completion)), total, offset, limit)

    def state(self) -> object:
        """Answer something that equals an earlier answer only if nothing was written in between, for what is kept."""
        return self._database.state()

    def revisions(self) -> dict[str, int]:
        """Map the ids of all datasets that can be found to their revisions, for drift checks."""
        visible = [state.value for state in lifecycle.VISIBLE]
        with self._database.read() as session:
            rows = session.execute(select(DatasetRow.id, DatasetRow.revision).where(DatasetRow.state.in_(visible)))
            return {row.id: row.revision for row in rows}

    def revisions_of(self, dataset_ids: Sequence[str]) -> dict[str, int]:
        """Map those of a few hundred ids that are datasets, in whatever state, to their revisions."""
        query = select(DatasetRow.id, DatasetRow.revision).where(DatasetRow.id.in_(dataset_ids))
        with self._database.read() as session:
            return {row.id: row.revision for row in session.execute(query)}

    def publishers_of(self, dataset_ids: Collection[str]) -> dict[str, str]:
        """Map those of a few hundred ids that datasets have, in any state, to their organizations' ids."""
        if not dataset_ids:
            return {}
        query = select(DatasetRow.id, DatasetRow.organization_id).where(DatasetRow.id.in_(dataset_ids))
        with self._database.read() as session:
            return {row.id: row.organization_id for row in session.execute(query)}

    def out_of_reach(self, actor: Actor, dataset_ids: Sequence[str]) -> frozenset[str]:
        """Name those of a few ids whose datasets an actor may not find: an index learns of it a while later.

        What no dataset is called is not named.
        """
        return self._out_of_reach(actor, dataset_ids, _HIDDEN_IDS, _IDS)

    def slugs_out_of_reach(self, actor: Actor, slugs: Sequence[str]) -> frozenset[str]:
        """As `out_of_reach`, by slugs."""
        return self._out_of_reach(actor, slugs, _HIDDEN_SLUGS, _SLUGS)

    def _out_of_reach(self, actor: Actor, names: Sequence[str], hidden: Question, each: Question) -> frozenset[str]:
        if not names:
            return frozenset()
        # Of what everybody may find there is nothing to be said to whoever may read what everybody may.
        rows = self._database.ask(hidden if _reads_what_is_public(actor) else each, names)
        return frozenset(name for name, *standing in rows if not _may_find(actor, _Standing(*standing)))

    def has_visible(self) -> bool:
        """Say whether there is any dataset that can be found."""
        return bool(self._database.ask(_ANY_VISIBLE)[0][0])

    def add_version(self, work: Work, new: NewVersion) -> Added:
        """Write a version into the work's transaction, with its dataset where that is new.

        The caller has asked the policy.
        """
        # Locked first: what follows depends on the dataset's state, and others may be changing it.
        dataset = work.session.scalars(
            select(DatasetRow)
            .where(DatasetRow.organization_id == new.organization_id, DatasetRow.name == new.name)
            .with_for_update()
        ).one_or_none()
        if dataset is None:
            dataset = self._add_dataset(work, new)
        if dataset.state == State.WITHDRAWN:
            return Added(dataset.id, refusal="dataset-withdrawn")
        if new.access not in {None, dataset.access}:
            return Added(dataset.id, refusal="access-differs")
        if _current_hash(work.session, dataset) == new.content_hash:
            return Added(dataset.id)
        version = VersionRow(
            id=new_id(),
            dataset_id=dataset.id,
            about=msgspec.to_builtins(new.about),
            label=new.label,
            notes=new.notes,
            content_hash=new.content_hash,
            created=new.created,
        )
        work.session.add(version)
        work.session.flush()
        for position, resource in enumerate(new.resources):
            self._add_resource(work.session, dataset.id, version.id, position, resource)
        return Added(dataset.id, version.id)

    def send_for_review(self, work: Work, actor: Actor, added: Added) -> None:
        """Let a version wait for somebody who may publish; a new dataset waits with it."""
        dataset = work.session.get_one(DatasetRow, added.dataset_id, with_for_update=True)
        if dataset.state == State.DRAFT:
            dataset.state = State.IN_REVIEW
            _touch(dataset, work)
        audit.record(
            work,
            actor,
            "version.submit",
            f"dataset:{dataset.id}",
            organization_id=dataset.organization_id,
            version=added.version_id,
        )

    def send_back(self, work: Work, dataset_id: str) -> None:
        """Make a dataset that was only waiting for review a draft again."""
        dataset = work.session.get_one(DatasetRow, dataset_id, with_for_update=True)
        if dataset.state == State.IN_REVIEW:
            dataset.state = State.DRAFT
            _touch(dataset, work)

    def publish_version(self, work: Work, actor: Actor, version_id: str) -> bool:
        """Make a version the current one, in the work's transaction. The caller has asked the policy.

        Answers `False` where the current version says the same already. Raises `Conflict` where the dataset was
        withdrawn, or where a later version is published: readers never go back in time.
        """
        version = work.session.get_one(VersionRow, version_id)
        dataset = work.session.get_one(DatasetRow, version.dataset_id, with_for_update=True)
        if version.number is not None:
            return True
        if _current_hash(work.session, dataset) == version.content_hash:
            return False
        published = select(VersionRow).where(VersionRow.dataset_id == dataset.id, VersionRow.number.is_not(None))
        latest = work.session.scalars(published.order_by(VersionRow.number.desc()).limit(1)).one_or_none()
        if latest is not None and latest.created > version.created:
            raise Conflict(
                Text(
                    "これより後に送られた版がすでに公開されています。",
                    "A version that was sent later is published already.",
                )
            )
        if dataset.state not in lifecycle.VISIBLE:
            lifecycle.check_move(State(dataset.state), State.PUBLISHED)
        version.number, version.published = (latest.number or 0) + 1 if latest else 1, work.now
        version.cited = as_published(work.session, dataset.organization_id, self._completion)
        self._drop_overtaken_edits(work.session, dataset, version)
        with _neighbours(work, dataset):
            dataset.state = State.PUBLISHED
            dataset.about, dataset.current_version_id = version.about, version.id
            dataset.issued = dataset.issued or work.now
            dataset.series_key = key_of(_about(dataset))
        _touch(dataset, work)
        audit.record(
            work,
            actor,
            "version.publish",
            f"dataset:{dataset.id}",
            organization_id=dataset.organization_id,
            version=version.id,
            number=version.number,
            content_hash=version.content_hash,
        )
        work.record(VersionPublished(dataset.id, version.id))
        return True

    def move(self, actor: Actor, slug: str, state: State, *, reason: str = "") -> None:
        """Move a dataset through its life; a withdrawal needs a reason, which readers will see."""
        record = self.get(actor, slug)
        action = Action.WITHDRAW if state is State.WITHDRAWN else Action.PUBLISH
        demand(actor, action, (policy.organization(record.publisher.id),))
        if state is State.WITHDRAWN and not reason.strip():
            raise BadRequest(
                Text("公開停止の理由を書いてください。利用者に表示されます。", "Give the reason: readers will see it.")
            )
        with self._units() as work:
            dataset = work.session.get_one(DatasetRow, record.id, with_for_update=True)
            before = State(dataset.state)
            lifecycle.check_move(before, state)
            if before not in lifecycle.VISIBLE or state not in lifecycle.KNOWN:
                # The table has these moves too, but a first version is published by approval alone.
                raise Conflict(
                    Text("公開前のデータセットには使えません。", "This is for datasets that were published.")
                )
            with _neighbours(work, dataset):
                dataset.state = state
            if state is State.WITHDRAWN:
                dataset.withdrawn, dataset.withdrawal_reason = work.now, reason.strip()[:REASON_LENGTH]
            _touch(dataset, work)
            audit.record(
                work,
                actor,
                f"dataset.{state.value}",
                f"dataset:{dataset.id}",
                organization_id=dataset.organization_id,
            )
            work.record(StateChanged(dataset.id))
            work.commit()

    def edit(self, actor: Actor, slug: str, changes: Mapping[str, Any], *, revision: int) -> DatasetRecord:
        """Change what is said of a dataset by a merge patch (RFC 7396): `null` takes back what was said here.

        All of it is applied or nothing. Raises `NotFound`, `Gone`, `Denied`, `BadRequest` with a report of every
        problem, and `Stale` where the dataset is not at `revision` any more.
        """
        record = self.get(actor, slug)
        demand(actor, Action.PUBLISH, (policy.organization(record.publisher.id),))
        _demand_valid(editing.check(changes, record))
        patch = self._rendered(record, changes)
        with self._units() as work:
            dataset = work.session.get_one(DatasetRow, record.id, with_for_update=True)
            if dataset.revision != revision or record.revision != revision:
                raise _stale()
            if dataset.state == State.WITHDRAWN:
                raise Gone(Text(dataset.withdrawal_reason or "", dataset.withdrawal_reason or ""))
            edits = editing.merged(dataset.edits, patch)
            if edits == dataset.edits:
                return record
            about = editing.applied(about_of(dataset.about), edits)
            _demand_valid(editing.check_result(about))
            with _neighbours(work, dataset):
                dataset.edits, dataset.series_key = edits, key_of(about)
            _touch(dataset, work)
            audit.record(
                work,
                actor,
                "dataset.describe",
                f"dataset:{dataset.id}",
                organization_id=dataset.organization_id,
                fields=sorted(changes),
            )
            work.record(DescriptionChanged(dataset.id))
            work.commit()
        return self.get(actor, slug)

    def preview(self, actor: Actor, slug: str, changes: Mapping[str, Any]) -> DatasetRecord:
        """Answer a dataset as `edit` would leave it, and change nothing. Raises as `edit`, but never `Stale`."""
        record = self.get(actor, slug)
        demand(actor, Action.PUBLISH, (policy.organization(record.publisher.id),))
        _demand_valid(editing.check(changes, record))
        with self._database.read() as session:
            dataset = session.get_one(DatasetRow, record.id)
            # A copy to try things on: the session no longer minds it.
            session.expunge(dataset)
            dataset.edits = editing.merged(dataset.edits, changes)
            about = _about(dataset)
            _demand_valid(editing.check_result(about))
            dataset.series_key = key_of(about)
            return load_records(session, [dataset], self._completion)[0]

    def said(self, actor: Actor, slug: str) -> editing.Said:
        """Answer who said what of a dataset, for whoever may edit it. Raises `NotFound`, `Gone` and `Denied`."""
        record = self.get(actor, slug)
        demand(actor, Action.PUBLISH, (policy.organization(record.publisher.id),))
        unedited = self.preview(actor, slug, dict.fromkeys(editing.EDITABLE))
        with self._database.read() as session:
            dataset = session.get_one(DatasetRow, record.id)
        return editing.Said(record, unedited, dataset.edits)

    def touch(self, organization_id: str) -> None:
        """Let everything that is made from the records of an organization's datasets be made again.

        What its datasets say of it changed. May run twice.
        """
        for dataset_id in self._ids(DatasetRow.organization_id == organization_id):
            with self._units() as work:
                dataset = work.session.get_one(DatasetRow, dataset_id, with_for_update=True)
                _touch(dataset, work)
                work.record(DescriptionChanged(dataset_id))
                work.commit()

    def series(self, actor: Actor, slug: str) -> SeriesRecord:
        """Answer a series with the datasets that everybody can find, by the start of their periods.

        Raises `NotFound` for one of fewer than two.
        """
        organization_slug, key = parts_of(slug)
        with self._database.read() as session:
            organization_id = id_of(session, organization_slug)
            alike = (DatasetRow.organization_id == organization_id, DatasetRow.series_key == key)
            query = select(DatasetRow.slug).where(*alike, *FOUND_BY_ALL).order_by(DatasetRow.id).limit(SERIES_LIMIT)
            slugs = session.scalars(query).all() if key else ()
        members = sorted((self.get(actor, each) for each in slugs), key=_by_period)
        if len(members) < SERIES_SIZE:
            raise NotFound(Text("このシリーズは見つかりません。", "There is no such series."))
        latest = members[-1]
        return SeriesRecord(slug, title_of(latest), latest.publisher, tuple(members))

    def public_ids(self) -> tuple[str, ...]:
        """List the ids of the datasets that everybody can find, in their order."""
        return self._ids(*FOUND_BY_ALL)

    def public_records(self) -> Iterator[DatasetRecord]:
        """Stream the datasets that everybody can find in order of id, whatever their number.

        Each is as it was when its batch was read: one that is withdrawn a moment later may still come.
        """
        ids = iter(self.public_ids())
        while batch := list(islice(ids, BATCH)):
            query = select(DatasetRow).where(DatasetRow.id.in_(batch), *FOUND_BY_ALL).order_by(DatasetRow.id)
            with self._database.read() as session:
                rows = session.scalars(query).all()
                records = load_records(session, rows, self._completion)
            yield from records

    def _ids(self, *conditions: ColumnElement[bool]) -> tuple[str, ...]:
        with self._database.read() as session:
            return tuple(session.scalars(select(DatasetRow.id).where(*conditions).order_by(DatasetRow.id)))

    def _rendered(self, record: DatasetRecord, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Add the HTML of a description that changes. It is made here, once, so that no reader waits for it."""
        if "description" not in changes:
            return changes
        with self._database.read() as session:
            dataset = session.get_one(DatasetRow, record.id)
        said = about_of(dataset.about)
        described = editing.applied(said, editing.merged(dataset.edits, {"description": changes["description"]}))
        if described.description == said.description:
            return {**changes, "description_html": None}
        html = self._render(described.description)
        return {**changes, "description_html": {"ja": html.ja, "en": html.en}}

    @staticmethod
    def _drop_overtaken_edits(session: Session, dataset: DatasetRow, version: VersionRow) -> None:
        """An edit holds until the publisher says something else about that field than before."""
        if not dataset.edits or dataset.current_version_id is None:
            return
        edits = editing.kept(dataset.edits, dataset.about, version.about)
        columns = (_columns_of(session, dataset.current_version_id), _columns_of(session, version.id))
        dataset.edits = editing.kept_columns(edits, *columns) if "columns" in edits else edits

    def file_hashes(self) -> set[str]:
        """Collect the hashes of all files that any version holds, for sweeping the others away."""
        found: set[str] = set()
        with self._database.read() as session:
            for body in session.scalars(select(VersionResourceRow.body)).yield_per(1000):
                resource = resource_of(body)
                receipt = resource.intake.receipt if resource.intake else None
                files = (resource.file, resource.original, resource.parquet, receipt)
                found.update(file.sha256 for file in files if file is not None)
        return found

    def _readable(self, actor: Actor, row: DatasetRow | None, number: int | None) -> DatasetRecord:
        if row is None:
            raise _not_found()
        subject = lifecycle.audiences(State(row.state), Access(row.access), row.organization_id, row.id)
        if not policy.may(actor, Action.READ_DATASET, subject):
            raise _not_found()
        if row.state == State.WITHDRAWN:
            raise Gone(Text(row.withdrawal_reason or "", row.withdrawal_reason or ""))
        return self._record(row.id, row.revision, number)

    def _load(self, dataset_id: str, _revision: int, number: int | None) -> DatasetRecord:
        with self._database.read() as session:
            return load_records(session, [session.get_one(DatasetRow, dataset_id)], self._completion, number)[0]

    @staticmethod
    def _add_dataset(work: Work, new: NewVersion) -> DatasetRow:
        def taken(slug: str) -> bool:
            return work.session.scalar(select(DatasetRow.id).where(DatasetRow.slug == slug)) is not None

        wanted = new.name if new.name.isascii() else new.about.title.get("ja") or new.name
        dataset = DatasetRow(
            id=new_id(),
            organization_id=new.organization_id,
            name=new.name,
            slug=unique_slug(slug_of(wanted), taken),
            state=State.DRAFT,
            access=new.access or Access.PUBLIC,
            about=msgspec.to_builtins(new.about),
            revision=1,
            created=work.now,
            modified=work.now,
        )
        work.session.add(dataset)
        work.session.flush()
        return dataset

    @staticmethod
    def _add_resource(
        session: Session, dataset_id: str, version_id: str, position: int, resource: ResourceRecord
    ) -> None:
        known = session.scalars(
            select(ResourceRow).where(ResourceRow.dataset_id == dataset_id, ResourceRow.name == resource.name)
        ).one_or_none()
        if known is None:
            known = ResourceRow(id=new_id(), dataset_id=dataset_id, name=resource.name)
            session.add(known)
            session.flush()
        session.add(
            VersionResourceRow(
                version_id=version_id,
                resource_id=known.id,
                position=position,
                body=msgspec.to_builtins(replace(resource, id=known.id)),
            )
        )


def _current_hash(session: Session, dataset: DatasetRow) -> str | None:
    if dataset.current_version_id is None:
        return None
    return session.get_one(VersionRow, dataset.current_version_id).content_hash


def _about(dataset: DatasetRow) -> About:
    return editing.applied(about_of(dataset.about), dataset.edits)


def _columns_of(session: Session, version_id: str) -> dict[str, Column]:
    bodies = session.scalars(select(VersionResourceRow.body).where(VersionResourceRow.version_id == version_id))
    resources = [resource_of(body) for body in bodies]
    return {
        f"{resource.name}/{column.name}": column
        for resource in resources
        if resource.table
        for column in resource.table.columns
    }


@contextmanager
def _neighbours(work: Work, dataset: DatasetRow) -> Iterator[None]:
    """Touch the dataset that gets into a series, or out of one, by what is done to another one."""
    before = _series_of(dataset)
    left = _members(work.session, before, dataset)
    yield
    after = _series_of(dataset)
    if before == after:
        return
    joined = _members(work.session, after, dataset)
    for members in (left, joined):
        # A second member makes the series; where more are there, they were in it before and stay in it.
        if len(members) == SERIES_SIZE - 1:
            _touch(members[0], work)
            work.record(DescriptionChanged(members[0].id))


def _series_of(dataset: DatasetRow) -> str:
    """Answer the key under which everybody finds a dataset in a series; empty where nobody does."""
    return dataset.series_key if dataset.state in lifecycle.VISIBLE and dataset.access == Access.PUBLIC else ""


def _members(session: Session, key: str, dataset: DatasetRow) -> Sequence[DatasetRow]:
    """Answer others in a series, no more than show whether there is one without the dataset."""
    if not key:
        return ()
    others = (DatasetRow.organization_id == dataset.organization_id, DatasetRow.series_key == key)
    with session.no_autoflush:
        return session.scalars(
            select(DatasetRow).where(*others, DatasetRow.id != dataset.id, *FOUND_BY_ALL).limit(SERIES_SIZE)
        ).all()


def _by_period(record: DatasetRecord) -> tuple[date, str]:
    return record.temporal.start or record.temporal.end or date.min, record.id


def _demand_valid(report: Report) -> None:
    if not report.valid:
        raise BadRequest(
            Text(
                "変更に誤りがあるため、何も変えていません。", "Nothing was changed: see what is wrong with the changes."
            ),
            report=report,
        )


def _stale() -> Stale:
    return Stale(
        Text(
            "別の人が先に変更しました。最新の内容を読み直してから、もう一度変更してください。",
            "Somebody else changed this first. Read it again, then make your change.",
        )
    )


def _touch(dataset: DatasetRow, work: Work) -> None:
    dataset.revision += 1
    dataset.modified = work.now


# Made once: rows of tables are asked for with it, every page of search results with the other.
_OF_RESOURCE = (
    select(DatasetRow)
    .join(ResourceRow, ResourceRow.dataset_id == DatasetRow.id)
    .where(ResourceRow.id == bindparam("resource_id"))
)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What of a dataset says who may find it."""

    id: str
    state: str
    access: str
    organization_id: str


def _standings(name: InstrumentedAttribute[str], *conditions: ColumnElement[bool]) -> Question:
    standing = (DatasetRow.id, DatasetRow.state, DatasetRow.access, DatasetRow.organization_id)
    return Question(select(name, *(each.label(f"standing_{each.key}") for each in standing)).where(*conditions), name)


_IDS, _SLUGS = _standings(DatasetRow.id), _standings(DatasetRow.slug)
_HIDDEN_IDS, _HIDDEN_SLUGS = _standings(DatasetRow.id, IS_HIDDEN), _standings(DatasetRow.slug, IS_HIDDEN)
_ANY_VISIBLE = Question(select(exists().where(IS_VISIBLE)))


def _reads_what_is_public(actor: Actor) -> bool:
    reached = policy.audiences(actor, Action.READ_DATASET)
    return reached is None or policy.PUBLIC in reached


def _may_find(actor: Actor, row: DatasetRow | _Standing) -> bool:
    subject = lifecycle.audiences(State(row.state), Access(row.access), row.organization_id, row.id)
    return State(row.state) in lifecycle.VISIBLE and bool(policy.may(actor, Action.READ_DATASET, subject))


def _not_found() -> NotFound:
    # One sentence for what is unknown and for what is hidden: the answers must not differ.
    return NotFound(Text("お探しのデータセットは見つかりません。", "There is no such dataset."))


def _listable(actor: Actor) -> Select[DatasetRow]:
    reached = policy.audiences(actor, Action.READ_DATASET)
    query = select(DatasetRow)
    if reached is None:
        return query
    return query.where(or_(false(), *(_belongs(audience) for audience in sorted(reached))))


def _belongs(audience: str) -> ColumnElement[bool]:
    """Write as a condition what `lifecycle.audiences` says of a dataset."""
    known = DatasetRow.state.in_([state.value for state in lifecycle.KNOWN])
    if audience == policy.PUBLIC:
        return (DatasetRow.access == Access.PUBLIC) & known
    access, _, whose = audience.rpartition(":")[0].rpartition(":")
    id_ = audience.rpartition(":")[2]
    own = (DatasetRow.id if whose == "dataset" else DatasetRow.organization_id) == id_
    return own & (DatasetRow.access == access) & known if access else own
