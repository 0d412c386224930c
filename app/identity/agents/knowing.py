"""Looks whether what an agent is registered for is there, and whether somebody can answer for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from app.identity.agents.models import AgentRow
from app.identity.models import GrantRow, OrganizationRow, PersonRow
from app.kernel.errors import BadRequest, Conflict
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.kernel.actor import AgentReach

MOST_OF_AN_OWNER = 50

_NO_SUCH = Text("指定された組織かデータセットは見つかりません。", "There is no such organization or dataset.")
_NO_OWNER = Text("所有者はこの組織に役割を持つ人にしてください。", "The owner needs a role in this organization.")


def check_known(
    session: Session, owner_id: str, organization_id: str, reach: AgentReach, publishers: Mapping[str, str]
) -> None:
    """Raise `BadRequest` where something that was named is not there, or its owner is nobody in the organization.

    `publishers` maps those of the reach's datasets that there are to their organizations.
    """
    wanted = {organization_id, *(reach.organizations or ())}
    there = session.scalar(select(func.count()).where(OrganizationRow.id.in_(wanted)))
    if there != len(wanted) or publishers.keys() != (reach.datasets or frozenset()):
        raise BadRequest(_NO_SUCH)
    owner = session.get(PersonRow, owner_id, with_for_update=True)
    roles = select(GrantRow.id).where(
        GrantRow.person_id == owner_id,
        or_(GrantRow.organization_id == organization_id, GrantRow.organization_id.is_(None)),
    )
    if owner is None or owner.disabled or session.scalars(roles).first() is None:
        raise BadRequest(_NO_OWNER)


def check_room(session: Session, owner_id: str, now: datetime) -> None:
    """Raise `Conflict` where an owner, whose row is locked, has as many agents as one may have."""
    kept = select(func.count()).where(AgentRow.owner_id == owner_id, AgentRow.expires > now)
    if (session.scalar(kept) or 0) >= MOST_OF_AN_OWNER:
        raise Conflict(
            Text(f"一人が登録できるのは {MOST_OF_AN_OWNER} 件までです。", f"One owner has at most {MOST_OF_AN_OWNER}.")
        )
