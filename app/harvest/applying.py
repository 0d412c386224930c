"""Compares the records of one file with the catalogue, and writes what is new or changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from app.catalog.record import Access, State
from app.catalog.service import NewVersion
from app.harvest.ckan import source_address
from app.harvest.naming import name_records
from app.harvest.problems import problem
from app.identity import policy
from app.identity.organizations import demand
from app.identity.policy import Action
from app.kernel.errors import BadRequest, Conflict, NotFound
from app.kernel.report import Findings, Report, Severity
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from app.catalog.record import DatasetRecord
    from app.catalog.service import Added, Catalog
    from app.harvest.harvested import Harvested, Mapped
    from app.identity.organizations import Organization, Organizations
    from app.infra.work import Work
    from app.kernel.actor import Actor

LISTED = 1000
PAGE = 500


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported.

    `portal` is the address of the catalogue that the file comes from; only where it is given can it be told which
    datasets came from there before. `organization` is the slug of the one that takes all records, instead of those
    that they name.
    """

    file: Path
    portal: str = ""
    organization: str | None = None


@dataclass(slots=True)
class Counts:
    """What became of the records: each is counted once."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    refused: int = 0

    @property
    def records(self) -> int:
        """How many records the file has."""
        return self.added + self.changed + self.unchanged + self.left_out + self.refused


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do. `organizations` are those that it made, `missing` datasets without a record.

    `complete` says that all records could be told from each other: only then is it certain what is missing.
    """

    counts: Counts
    organizations: tuple[str, ...]
    missing: tuple[str, ...]
    complete: bool
    report: Report


class _HasFilesError(Exception):
    """Takes back a version that would replace files by links."""


@dataclass(slots=True)
class Import:
    """One file on its way in. `read` answers its records from the first one on, each time it is called."""

    catalog: Catalog
    organizations: Organizations
    actor: Actor
    order: Order
    read: Callable[[], Iterable[Mapped]]
    counts: Counts = field(default_factory=Counts)
    made: dict[str, None] = field(default_factory=dict)
    _owners: dict[str, Organization | None] = field(default_factory=dict)
    _impossible: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    _complete: bool = True
    _findings: Findings = field(default_factory=lambda: Findings(LISTED))

    def records(self) -> Iterator[Mapped]:
        """Read the records under the names that they will have; what is wrong with the others is noted.

        Raises `NotFound` where the organization that was named is not there.
        """
        if self.order.organization is not None and self._owner(self.order.organization) is None:
            raise NotFound(Text("この組織は見つかりません。", "There is no such organization."))
        naming = name_records(self.read(), together=self.order.organization is not None)
        for mapped in self.read():
            self._note(mapped)
            if mapped.harvested is None or mapped.row in naming.older:
                self._leave_out(mapped)
            elif mapped.row in naming.renamed:
                name = naming.renamed[mapped.row]
                self._findings.add(
                    problem("harvest-name-twice", row=mapped.row, value=mapped.harvested.name, name=name)
                )
                yield replace(mapped, harvested=replace(mapped.harvested, name=name))
            else:
                yield mapped

    def make_organizations(self, batch: Sequence[Mapped]) -> None:
        """Make the organizations that records name and that are not there."""
        for mapped in batch:
            wanted = mapped.harvested.organization if mapped.harvested and not self.order.organization else None
            if wanted is None or wanted.slug in self._impossible or self._owner(wanted.slug) is not None:
                continue
            try:
                self._owners[wanted.slug] = self.organizations.create(
                    self.actor, slug=wanted.slug, title=wanted.title, homepage=wanted.homepage
                )
                self.made[wanted.slug] = None
            except (BadRequest, Conflict):
                self._impossible.add(wanted.slug)

    def apply(self, work: Work, mapped: Mapped) -> None:
        """Write a record into the work's transaction, where it is new or changed."""
        harvested = mapped.harvested
        slug = self.order.organization or (
            harvested.organization.slug if harvested and harvested.organization else None
        )
        if harvested is None or slug is None:
            self._refuse(mapped, "harvest-record-without-organization")
        elif slug in self._impossible:
            self._refuse(mapped, "harvest-organization-refused", value=slug)
        elif (owner := self._owner(slug)) is None:
            # Nothing is written where organizations were not made: somebody only looks.
            self.made[slug] = None
            self.counts.added += 1
        else:
            self._write(work, mapped, harvested, owner)

    def outcome(self) -> Imported:
        """Sum up, once all records were dealt with."""
        missing = tuple(self._missing()) if self.order.portal else ()
        return Imported(self.counts, tuple(self.made), missing, self._complete, self._findings.report())

    def _write(self, work: Work, mapped: Mapped, harvested: Harvested, owner: Organization) -> None:
        try:
            # Of one that is refused nothing must stay, and the others of the transaction must.
            with work.session.begin_nested():
                added = self.catalog.add_version(work, _version_of(harvested, owner, work))
                if added.version_id is None:
                    self._count_unwritten(mapped, added)
                    return
                known = self._replaceable(owner, harvested)
                self.catalog.publish_version(work, self.actor, added.version_id)
        except _HasFilesError:
            self._refuse(mapped, "harvest-name-in-use", value=harvested.name)
        except Conflict as error:
            self._refuse(mapped, "harvest-conflict", value=error.message.en)
        else:
            self._count_written(known)

    def _replaceable(self, owner: Organization, harvested: Harvested) -> DatasetRecord | None:
        """Answer the dataset as it stood; raise where it has files here."""
        known = self.catalog.current(owner.id, harvested.name)
        if known is not None and known.resources:
            raise _HasFilesError
        return known

    def _count_unwritten(self, mapped: Mapped, added: Added) -> None:
        if added.refusal is None:
            self.counts.unchanged += 1
        else:
            self._refuse(mapped, f"harvest-{added.refusal}")

    def _count_written(self, known: DatasetRecord | None) -> None:
        if known is None or known.version is None:
            self.counts.added += 1
        else:
            self.counts.changed += 1

    def _owner(self, slug: str) -> Organization | None:
        if slug not in self._owners:
            try:
                found = self.organizations.get(slug)
            except NotFound:
                self._owners[slug] = None
            else:
                demand(self.actor, Action.PUBLISH, (policy.organization(found.id),))
                self._owners[slug] = found
        return self._owners[slug]

    def _note(self, mapped: Mapped) -> None:
        self._findings.extend(mapped.report.problems)
        self._findings.omit(Severity.WARNING, mapped.report.omitted)
        self._complete = self._complete and bool(mapped.source_id)
        self._seen.add(mapped.source_id)

    def _leave_out(self, mapped: Mapped) -> None:
        if mapped.report.valid:
            self.counts.left_out += 1
        else:
            self.counts.refused += 1

    def _refuse(self, mapped: Mapped, code: str, value: str | None = None) -> None:
        self.counts.refused += 1
        self._findings.add(problem(code, row=mapped.row, value=value))

    def _missing(self) -> Iterator[str]:
        """Find the datasets that came from the portal before, are kept up still, and have no record now."""
        beginning, offset, total = source_address(self.order.portal, ""), 0, 1
        while offset < total:
            page = self.catalog.list(self.actor, states=(State.PUBLISHED,), offset=offset, limit=PAGE)
            for record in page.items:
                addresses = [each.url for each in record.sources if each.url.startswith(beginning)]
                if addresses and self._seen.isdisjoint(each.removeprefix(beginning) for each in addresses):
                    yield record.slug
            offset, total = offset + PAGE, page.total


def _version_of(harvested: Harvested, owner: Organization, work: Work) -> NewVersion:
    # The rendered description may change with a library; that is no new version.
    content = replace(harvested.about, description_html=Text())
    return NewVersion(
        organization_id=owner.id,
        name=harvested.name,
        about=harvested.about,
        access=Access.PUBLIC,
        resources=(),
        content_hash=hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest(),
        created=work.now,
    )
