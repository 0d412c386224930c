"""The tables of datasets, versions and resources."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, bindparam, or_
from sqlalchemy.orm import Mapped, mapped_column

from app.catalog import lifecycle
from app.catalog.record import Access
from app.infra.db import Base


class DatasetRow(Base):
    """A dataset. `about` is the current `About` as JSON; id and slug never change.

    `edits` is what people said on the portal since, field by field, which goes before what the package says.
    Datasets of one organization with the same `series_key` are a series.
    """

    __tablename__ = "datasets"
    __table_args__ = (
        Index("ix_datasets_name", "organization_id", "name", unique=True),
        Index("ix_datasets_series", "organization_id", "series_key"),
        Index("ix_datasets_listed", "access", "modified", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(index=True)
    access: Mapped[str]
    about: Mapped[dict[str, Any]]
    edits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    series_key: Mapped[str] = mapped_column(default="")
    revision: Mapped[int]
    created: Mapped[datetime]
    modified: Mapped[datetime] = mapped_column(index=True)
    issued: Mapped[datetime | None]
    current_version_id: Mapped[str | None]
    withdrawn: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]


# Conditions whose values are part of the SQL: an index of a part of a table serves whoever writes the same.
IS_VISIBLE = DatasetRow.state.in_(
    bindparam("visible", sorted(lifecycle.VISIBLE & lifecycle.KNOWN), expanding=True, literal_execute=True)
)
IS_HIDDEN = or_(DatasetRow.access != bindparam("public", Access.PUBLIC.value, literal_execute=True), ~IS_VISIBLE)
# What not everybody may find is next to nothing in most portals, and each search asks whether it found any of it.
Index("ix_datasets_hidden", DatasetRow.id, unique=True, sqlite_where=IS_HIDDEN, postgresql_where=IS_HIDDEN)


class VersionRow(Base):
    """A state of the data. Once published it never changes; `number` is given then.

    `cited` is its `AsPublished` as JSON, also given then.
    """

    __tablename__ = "versions"
    __table_args__ = (Index("ix_versions_number", "dataset_id", "number", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id"), index=True)
    number: Mapped[int | None]
    about: Mapped[dict[str, Any]]
    cited: Mapped[dict[str, Any]] = mapped_column(default=dict)
    label: Mapped[str]
    notes: Mapped[str]
    content_hash: Mapped[str]
    created: Mapped[datetime]
    published: Mapped[datetime | None]


class ResourceRow(Base):
    """A resource through all versions of its dataset: its id stays, whatever the bytes."""

    __tablename__ = "resources"
    __table_args__ = (Index("ix_resources_name", "dataset_id", "name", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id"))
    name: Mapped[str]


class VersionResourceRow(Base):
    """What a resource is in one version; `body` is its `ResourceRecord` as JSON."""

    __tablename__ = "version_resources"

    version_id: Mapped[str] = mapped_column(ForeignKey("versions.id"), primary_key=True)
    resource_id: Mapped[str] = mapped_column(ForeignKey("resources.id"), primary_key=True, index=True)
    position: Mapped[int]
    body: Mapped[dict[str, Any]]
