"""A resource through the versions of its dataset: it keeps its id, whatever its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.catalog.loading import resource_of
from app.catalog.models import VersionResourceRow, VersionRow
from app.catalog.record import VersionRecord

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from app.catalog.record import ResourceRecord


def versions_with(session: Session, resource_id: str) -> tuple[VersionRecord, ...]:
    """List the published versions that a resource is in, newest first."""
    told = (VersionRow.id, VersionRow.number, VersionRow.published, VersionRow.created, VersionRow.notes)
    query = select(VersionRow.label, *told).join(VersionResourceRow, VersionResourceRow.version_id == VersionRow.id)
    query = query.where(VersionResourceRow.resource_id == resource_id, VersionRow.number.is_not(None))
    return tuple(
        VersionRecord(row.id, row.number, row.published or row.created, row.notes, row.label)
        for row in session.execute(query.order_by(VersionRow.number.desc()))
    )


def resources_in(session: Session, resource_id: str, version_ids: Collection[str]) -> dict[str, ResourceRecord]:
    """Answer what a resource is in each of a few versions that it is in, by the versions' ids."""
    query = select(VersionResourceRow.version_id, VersionResourceRow.body).where(
        VersionResourceRow.resource_id == resource_id, VersionResourceRow.version_id.in_(version_ids)
    )
    return {row.version_id: resource_of(row.body) for row in session.execute(query)}
