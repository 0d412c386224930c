"""Rows of entries as they were last made of records."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class EntryRow(Base):
    """A dataset's entry. `made` tells how entries were made then: by which release, tables and settings."""

    __tablename__ = "search_entries"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id"), primary_key=True)
    revision: Mapped[int]
    made: Mapped[str]
    body: Mapped[bytes]
