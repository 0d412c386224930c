"""The table of submissions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class SubmissionRow(Base):
    """One upload on its way. `report` is a `Report` as JSON, `details` what the sender said beside the file."""

    __tablename__ = "submissions"

    id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"), index=True)
    state: Mapped[str] = mapped_column(index=True)
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    may_publish: Mapped[bool]
    details: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]]
    dataset_id: Mapped[str | None]
    version_id: Mapped[str | None]
    created: Mapped[datetime]
    updated: Mapped[datetime]
