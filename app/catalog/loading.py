"""Loads rows of the catalogue's tables and makes `DatasetRecord`s of them."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from app.catalog.models import DatasetRow, VersionResourceRow, VersionRow
from app.catalog.record import (
    About,
    Access,
    Contact,
    DatasetRecord,
    Publisher,
    ResourceRecord,
    State,
    VersionRecord,
    Withdrawal,
)
from app.identity.organizations import Organization, load_organizations
from app.kernel.errors import NotFound
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

ABOUT_FIELDS = tuple(each.name for each in fields(About))


def load_records(session: Session, rows: Sequence[DatasetRow], number: int | None = None) -> list[DatasetRecord]:
    """Load datasets with their current versions, or with version `number`. Raises `NotFound` for no such version."""
    organizations = load_organizations(session, (row.organization_id for row in rows))
    versions = _versions(session, [row.id for row in rows])
    shown = {row.id: _shown_version(row, versions.get(row.id, ()), number) for row in rows}
    shown_ids = [version.id for version in shown.values() if version is not None]
    resources, abouts = _resources(session, shown_ids), _abouts(session, shown_ids)
    return [
        _record(
            row, organizations[row.organization_id], versions.get(row.id, ()), shown[row.id], resources, abouts=abouts
        )
        for row in rows
    ]


def _shown_version(row: DatasetRow, versions: Sequence[VersionRecord], number: int | None) -> VersionRecord | None:
    if number is None:
        return next((version for version in versions if version.id == row.current_version_id), None)
    found = next((version for version in versions if version.number == number), None)
    if found is None:
        raise NotFound(Text("この版は見つかりません。", "There is no such version."))
    return found


def _versions(session: Session, dataset_ids: Sequence[str]) -> dict[str, list[VersionRecord]]:
    """List the published versions, newest first, without what they say, which may be long."""
    named = (VersionRow.id, VersionRow.number, VersionRow.published, VersionRow.created, VersionRow.notes)
    query = select(VersionRow.dataset_id, VersionRow.label, *named)
    query = query.where(VersionRow.dataset_id.in_(dataset_ids), VersionRow.number.is_not(None))
    found: dict[str, list[VersionRecord]] = {}
    for row in session.execute(query.order_by(VersionRow.number.desc())):
        version = VersionRecord(row.id, row.number, row.published or row.created, row.notes, row.label)
        found.setdefault(row.dataset_id, []).append(version)
    return found


def _abouts(session: Session, version_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    query = select(VersionRow.id, VersionRow.about).where(VersionRow.id.in_(version_ids))
    return {row.id: row.about for row in session.execute(query)}


def _resources(session: Session, version_ids: Sequence[str]) -> dict[str, list[ResourceRecord]]:
    query = select(VersionResourceRow).where(VersionResourceRow.version_id.in_(version_ids))
    found: dict[str, list[ResourceRecord]] = {}
    for row in session.scalars(query.order_by(VersionResourceRow.position)):
        found.setdefault(row.version_id, []).append(msgspec.convert(row.body, ResourceRecord))
    return found


def _record(
    row: DatasetRow,
    organization: Organization,
    versions: Sequence[VersionRecord],
    shown: VersionRecord | None,
    resources: dict[str, list[ResourceRecord]],
    *,
    abouts: dict[str, dict[str, Any]],
) -> DatasetRecord:
    about = msgspec.convert(abouts[shown.id] if shown else row.about, About)
    return DatasetRecord(
        **{name: getattr(about, name) for name in ABOUT_FIELDS},
        id=row.id,
        slug=row.slug,
        name=row.name,
        publisher=publisher_of(organization),
        state=State(row.state),
        access=Access(row.access),
        created=row.created,
        modified=row.modified,
        revision=row.revision,
        issued=row.issued,
        version=shown,
        versions=tuple(versions),
        resources=tuple(resources.get(shown.id, ())) if shown else (),
        withdrawal=Withdrawal(row.withdrawal_reason or "", row.withdrawn) if row.withdrawn else None,
    )


def publisher_of(organization: Organization) -> Publisher:
    """Say who an organization is, as descriptions do."""
    return Publisher(
        organization.id,
        organization.slug,
        organization.title,
        organization.homepage,
        Contact(organization.contact_name, organization.contact_email, organization.contact_url),
    )
