"""Who has been recognised by an access token, and may still have an answer.

A token is looked up with the agent that it belongs to, in one question, so that a stop counts from the next call in
every process.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, or_, select

from app.identity.agents.agent import AgentState, Allowance
from app.identity.agents.models import AccessRow, AgentRow
from app.identity.models import GrantRow, PersonRow
from app.infra.db import UtcDateTime
from app.kernel.actor import Actor, ActorKind, AgentReach
from app.kernel.errors import SignInNeeded
from app.kernel.text import Text

if TYPE_CHECKING:
    from app.identity.secrets import Secrets
    from app.infra.clock import Clock
    from app.infra.db import Database

_BAD_TOKEN = Text(
    "アクセストークンが無効です。期限切れ、停止中、または別の宛先のものです。",
    "The access token is not valid: it is unknown, expired, for another address, or its agent was stopped.",
)

# Somebody still answers for it: in its organization, or for the whole portal.
ANSWERED_FOR = (
    PersonRow.disabled.is_(None),
    exists().where(
        GrantRow.person_id == AgentRow.owner_id,
        or_(GrantRow.organization_id == AgentRow.organization_id, GrantRow.organization_id.is_(None)),
    ),
)
_WORKS = (
    AgentRow.state == AgentState.APPROVED.value,
    AgentRow.expires > bindparam("now", type_=UtcDateTime()),
    *ANSWERED_FOR,
)
# Made once: each call asks them.
_LIVE = (
    select(AgentRow.calls, AgentRow.rows, AgentRow.bytes)
    .join(PersonRow, PersonRow.id == AgentRow.owner_id)
    .where(AgentRow.id == bindparam("id"), *_WORKS)
)
_RECOGNISED = (
    select(
        AccessRow.audience,
        AccessRow.tools.label("narrowed"),
        *(AgentRow.id, AgentRow.name, AgentRow.tools, AgentRow.organizations, AgentRow.datasets),
        AgentRow.is_internal,
    )
    .join(AgentRow, AgentRow.id == AccessRow.agent_id)
    .join(PersonRow, PersonRow.id == AgentRow.owner_id)
    .where(
        AccessRow.fingerprint == bindparam("fingerprint"),
        AccessRow.expires > bindparam("now", type_=UtcDateTime()),
        *_WORKS,
    )
)


class Recognition:
    """Recognises agents."""

    def __init__(self, database: Database, secrets: Secrets, clock: Clock) -> None:
        self._database, self._secrets, self._clock = database, secrets, clock

    def recognise(self, token: str, audience: str) -> Actor:
        """Recognise an agent by its access token. Raises `SignInNeeded`, the same for every reason."""
        asked = {"fingerprint": self._secrets.fingerprint(token), "now": self._clock()}
        with self._database.read() as session:
            row = session.connection().execute(_RECOGNISED, asked).one_or_none()
        if row is None or not hmac.compare_digest(row.audience.encode(), audience.encode()):
            raise SignInNeeded(_BAD_TOKEN)
        reach = AgentReach(
            _set(row.tools if row.narrowed is None else row.narrowed),
            _set(row.organizations),
            _set(row.datasets),
            row.is_internal,
        )
        return Actor(ActorKind.AGENT, row.id, row.name, reach=reach)

    def allowance(self, agent_id: str) -> Allowance | None:
        """Answer what an agent may use up in a day; `None` for one that may not work now."""
        with self._database.read() as session:
            row = session.connection().execute(_LIVE, {"id": agent_id, "now": self._clock()}).one_or_none()
        return None if row is None else Allowance(*row)


def _set(values: list[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)
