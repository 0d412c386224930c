"""The table of submissions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class SubmissionRow(Base):
    """One upload on its way.

    `report`, `examination`, `progress` and `choices` are the records of these names as JSON, `details` what the
    sender said beside the file. The actor is who sent it, or who decided on it last. `revision` grows with every
    change of the state, `go` is the last decision, `mendable` says that other choices may mend what was refused,
    `reason` is what somebody wrote who approved or declined, and `released` when a hold for personal data was lifted.
    """

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
    dataset_id: Mapped[str | None] = mapped_column(index=True)
    version_id: Mapped[str | None]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=0)
    go: Mapped[str] = mapped_column(default="")
    choices: Mapped[list[Any]] = mapped_column(JSON, default=list)
    examination: Mapped[dict[str, Any]] = mapped_column(default=dict)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mendable: Mapped[bool] = mapped_column(default=False)
    holds: Mapped[list[str]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(default="")
    released: Mapped[datetime | None]
