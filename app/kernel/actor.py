"""Who acts: nobody in particular, a person, a token of theirs, a registered AI agent, or the portal itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to an organization, or (governor, operator) to the whole portal."""

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"
    GOVERNOR = "governor"
    OPERATOR = "operator"


PORTAL_ROLES = frozenset({Role.GOVERNOR, Role.OPERATOR})


class ActorKind(StrEnum):
    """How the actor was recognised."""

    ANONYMOUS = "anonymous"
    PERSON = "person"
    TOKEN = "token"  # noqa: S105 - a kind of actor, not a secret
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role in one organization, or in the whole portal where that is `None`."""

    role: Role
    organization_id: str | None = None


@dataclass(frozen=True, slots=True)
class AgentReach:
    """What a registered AI agent may use and see: all of these must hold.

    `tools` are names of tools, `organizations` and `datasets` ids; `None` narrows nothing. Without `is_internal`, only
    what is public is seen; with it, also what the named organizations or datasets keep to their own people.
    """

    tools: frozenset[str] | None = None
    organizations: frozenset[str] | None = None
    datasets: frozenset[str] | None = None
    is_internal: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks. `scopes` narrows what the roles allow; `None` narrows nothing. Agents have a `reach`."""

    kind: ActorKind
    id: str
    name: str
    grants: frozenset[RoleGrant] = frozenset()
    scopes: frozenset[str] | None = None
    reach: AgentReach | None = None

    @property
    def is_anonymous(self) -> bool:
        """Nobody signed in."""
        return self.kind is ActorKind.ANONYMOUS


ANONYMOUS = Actor(ActorKind.ANONYMOUS, "anonymous", "anonymous")
SYSTEM = Actor(ActorKind.SYSTEM, "system", "Kakehashi")
