"""An agent as other parts know it, and what is said when one is registered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.kernel.actor import AgentReach

DAYS = 90
MOST_DAYS = 365


class AgentState(StrEnum):
    """Where an agent stands. It works while it is approved, and in no other state."""

    WAITING = "waiting"
    APPROVED = "approved"
    STOPPED = "stopped"
    REFUSED = "refused"
    EXPIRED = "expired"


class Ruling(StrEnum):
    """What was decided about an agent."""

    APPROVED = "approved"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an agent may use up in a day. It comes back evenly: a 24th of it in each hour."""

    calls: int = 1000
    rows: int = 100_000
    bytes: int = 100_000_000


@dataclass(frozen=True, slots=True)
class Registration:
    """What an owner says of an agent. `reach` names organizations or datasets by id, not both."""

    name: str
    purpose: str
    contact: str
    vendor: str = ""
    model: str = ""
    days: int = DAYS
    reach: AgentReach = field(default_factory=AgentReach)
    allowance: Allowance = field(default_factory=Allowance)


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what about an agent, for which audience."""

    audience: str
    ruling: Ruling
    actor_kind: str
    actor_id: str
    actor_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as its owner sees it later; `used` is when an access token was last given for it."""

    last_four: str
    created: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class Agent:
    """A registered agent.

    `deciders` are the audiences that have to approve it, `seers` those that may know of it; `expires` ends it.
    """

    id: str
    owner_id: str
    owner: str
    organization_id: str
    name: str
    purpose: str
    vendor: str
    model: str
    contact: str
    created: datetime
    expires: datetime
    reach: AgentReach
    allowance: Allowance
    deciders: tuple[str, ...]
    seers: tuple[str, ...]
    state: AgentState
    decisions: tuple[Decision, ...] = ()
    secrets: tuple[Secret, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The audiences whose approval it waits for."""
        given = {each.audience for each in self.decisions if each.ruling is Ruling.APPROVED}
        return tuple(each for each in self.deciders if each not in given)
