"""The record of who did what: append-only, each row hashed with the one before.

A row is written in the transaction of the change it records, so neither exists without the other. Changing
or removing a row breaks every hash after it; `verify` finds the first one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import BigInteger, Integer, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.infra.db import Base
from app.kernel.paging import Page

if TYPE_CHECKING:
    from app.infra.work import Work
    from app.kernel.actor import Actor

GENESIS = "0" * 64
HEAD = 1


class AuditRow(Base):
    """One act. `detail` holds no personal data beyond ids."""

    __tablename__ = "audit"

    sequence: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    organization_id: Mapped[str | None]
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str]
    hash: Mapped[str]


class AuditHead(Base):
    """The last row's number and hash; locking it puts concurrent acts in one order."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]


@dataclass(frozen=True, slots=True)
class Act:
    """An audited act as governors read it."""

    sequence: int
    at: datetime
    actor_kind: str
    actor_id: str
    action: str
    subject: str
    organization_id: str | None
    detail: dict[str, Any]


def record(
    work: Work, actor: Actor, action: str, subject: str, *, organization_id: str | None = None, **detail: Any
) -> None:
    """Append an act to the record, in the work's transaction. `subject` is like "dataset:<id>"."""
    session = work.session
    head = session.scalars(select(AuditHead).where(AuditHead.id == HEAD).with_for_update()).one_or_none()
    if head is None:
        head = AuditHead(id=HEAD, sequence=0, hash=GENESIS)
        session.add(head)
    row = AuditRow(
        sequence=head.sequence + 1,
        at=work.now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        subject=subject,
        organization_id=organization_id,
        detail=detail,
        previous=head.hash,
    )
    row.hash = _hash(row)
    head.sequence, head.hash = row.sequence, row.hash
    session.add(row)
    session.flush()


def acts(session: Session, *, organization_ids: frozenset[str] | None, offset: int, limit: int) -> Page[Act]:
    """List acts, newest first; of some organizations only, where given."""
    query = select(AuditRow).order_by(AuditRow.sequence.desc())
    if organization_ids is not None:
        query = query.where(AuditRow.organization_id.in_(organization_ids))
    rows = session.scalars(query.offset(offset).limit(limit)).all()
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return Page(tuple(_act(row) for row in rows), total, offset, limit)


def verify(session: Session) -> int | None:
    """Recompute the whole chain. Answers the first row that does not hold, `None` where all do."""
    previous, sequence = GENESIS, 0
    for row in session.scalars(select(AuditRow).order_by(AuditRow.sequence)).yield_per(1000):
        sequence += 1
        if row.sequence != sequence or row.previous != previous or row.hash != _hash(row):
            return row.sequence
        previous = row.hash
    head = session.get(AuditHead, HEAD)
    # A head that is missing says that nothing was ever written.
    if ((head.sequence, head.hash) if head else (0, GENESIS)) != (sequence, previous):
        return sequence + 1
    return None


def _act(row: AuditRow) -> Act:
    return Act(
        row.sequence, row.at, row.actor_kind, row.actor_id, row.action, row.subject, row.organization_id, row.detail
    )


def _hash(row: AuditRow) -> str:
    content = (
        row.sequence,
        row.at.isoformat(),
        row.actor_kind,
        row.actor_id,
        row.action,
        row.subject,
        row.organization_id,
        row.detail,
        row.previous,
    )
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
