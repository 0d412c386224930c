"""Loads rows of the catalogue's tables and makes `DatasetRecord`s of them."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

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
    resources = _resources(session, [version.id for version in shown.values() if version is not None])
    return [
        _record(row, organizations[row.organization_id], versions.get(row.id, ()), shown[row.id], resources)
        for row in rows
    ]


def _shown_version(row: DatasetRow, versions: Sequence[VersionRow], number: int | None) -> VersionRow | None:
    if number is None:
        return next((version for version in versions if version.id == row.current_version_id), None)
    found = next((version for version in versions if version.number == number), None)
    if found is None:
        raise NotFound(Text("この版は見つかりません。", "There is no such version."))
    return found


def _versions(session: Session, dataset_ids: Sequence[str]) -> dict[str, list[VersionRow]]:
    query = select(VersionRow).where(VersionRow.dataset_id.in_(dataset_ids), VersionRow.number.is_not(None))
    found: dict[str, list[VersionRow]] = {}
    for version in session.scalars(query.order_by(VersionRow.number.desc())):
        found.setdefault(version.dataset_id, []).append(version)
    return found


def _resources(session: Session, version_ids: Sequence[str]) -> dict[str, list[ResourceRecord]]:
    query = select(VersionResourceRow).where(VersionResourceRow.version_id.in_(version_ids))
    found: dict[str, list[ResourceRecord]] = {}
    for row in session.scalars(query.order_by(VersionResourceRow.position)):
        found.setdefault(row.version_id, []).append(msgspec.convert(row.body, ResourceRecord))
    return found


def _record(
    row: DatasetRow,
    organization: Organization,
    versions: Sequence[VersionRow],
    shown: VersionRow | None,
    resources: dict[str, list[ResourceRecord]],
) -> DatasetRecord:
    about = msgspec.convert(shown.about if shown else row.about, About)
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
        version=_version(shown) if shown else None,
        versions=tuple(_version(version) for version in versions),
        resources=tuple(resources.get(shown.id, ())) if shown else (),
        withdrawal=Withdrawal(row.withdrawal_reason or "", row.withdrawn) if row.withdrawn else None,
    )


def _version(row: VersionRow) -> VersionRecord:
    return VersionRecord(row.id, row.number or 0, row.published or row.created, row.notes, row.label)


def publisher_of(organization: Organization) -> Publisher:
    """Say who an organization is, as descriptions do."""
    return Publisher(
        organization.id,
        organization.slug,
        organization.title,
        organization.homepage,
        Contact(organization.contact_name, organization.contact_email, organization.contact_url),
    )
