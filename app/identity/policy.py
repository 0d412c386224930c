"""Who may do what: one table, read both for "may I?" and for "what may I list?".

Everything that can be seen or changed belongs to audiences: "public", "org:<organization id>",
"person:<person id>" or "portal". An actor may do an action to a subject if the table gives the actor one of
the subject's audiences for that action. What the table does not give is denied.

Registered AI agents are in no table: they read datasets, as far as their reach goes. So that a narrow reach can be
asked for in an index too, datasets belong to audiences for them: "public:org:<id>" and "public:dataset:<id>" where
everybody may read, "internal:org:<id>" and "internal:dataset:<id>" where only the organization's people may.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.actor import Actor, ActorKind, AgentReach, Role
from app.kernel.text import Text

PUBLIC = "public"
PORTAL = "portal"
INTERNAL = "internal"


class Action(StrEnum):
    """What can be done."""

    READ_DATASET = "read_dataset"
    SUBMIT = "submit"
    READ_SUBMISSION = "read_submission"
    PUBLISH = "publish"
    RELEASE_PERSONAL_DATA = "release_personal_data"
    WITHDRAW = "withdraw"
    READ_ORGANIZATION = "read_organization"
    MANAGE_ORGANIZATION = "manage_organization"
    CREATE_ORGANIZATION = "create_organization"
    READ_AUDIT = "read_audit"
    READ_DEMAND = "read_demand"
    DECIDE_DEMAND = "decide_demand"
    MANAGE_OWN_ACCOUNT = "manage_own_account"
    REGISTER_AGENT = "register_agent"
    READ_AGENTS = "read_agents"
    APPROVE_AGENT = "approve_agent"
    SHARE_WITH_AGENT = "share_with_agent"
    STOP_AGENT = "stop_agent"


class Reach(StrEnum):
    """How far a role's permission goes."""

    OWN = "own"
    ALL = "all"


_OWN_STAFF = dict.fromkeys((Role.EDITOR, Role.PUBLISHER, Role.ADMIN), Reach.OWN)
_OWN_PUBLISHERS = dict.fromkeys((Role.PUBLISHER, Role.ADMIN), Reach.OWN)

POLICY: Mapping[Action, Mapping[Role, Reach]] = {
    Action.READ_DATASET: {Role.VIEWER: Reach.OWN, **_OWN_STAFF, Role.GOVERNOR: Reach.ALL},
    Action.SUBMIT: _OWN_STAFF,
    Action.READ_SUBMISSION: {**_OWN_STAFF, Role.GOVERNOR: Reach.ALL},
    Action.PUBLISH: _OWN_PUBLISHERS,
    Action.RELEASE_PERSONAL_DATA: {Role.GOVERNOR: Reach.ALL},
    Action.WITHDRAW: {**_OWN_PUBLISHERS, Role.GOVERNOR: Reach.ALL},
    Action.READ_ORGANIZATION: {
        Role.VIEWER: Reach.OWN,
        **_OWN_STAFF,
        Role.GOVERNOR: Reach.ALL,
        Role.OPERATOR: Reach.ALL,
    },
    Action.MANAGE_ORGANIZATION: {Role.ADMIN: Reach.OWN, Role.OPERATOR: Reach.ALL},
    Action.CREATE_ORGANIZATION: {Role.OPERATOR: Reach.ALL},
    Action.READ_AUDIT: {Role.ADMIN: Reach.OWN, Role.GOVERNOR: Reach.ALL},
    Action.READ_DEMAND: {**_OWN_STAFF, Role.GOVERNOR: Reach.ALL},
    Action.DECIDE_DEMAND: {**_OWN_PUBLISHERS, Role.GOVERNOR: Reach.ALL},
    Action.MANAGE_OWN_ACCOUNT: {},
    Action.REGISTER_AGENT: {Role.VIEWER: Reach.OWN, **_OWN_STAFF, Role.OPERATOR: Reach.ALL},
    Action.READ_AGENTS: {**_OWN_PUBLISHERS, Role.GOVERNOR: Reach.ALL, Role.OPERATOR: Reach.ALL},
    # What everybody may read is the governors' to give to a program; what an organization keeps to itself is its own.
    Action.APPROVE_AGENT: {Role.GOVERNOR: Reach.ALL},
    Action.SHARE_WITH_AGENT: _OWN_PUBLISHERS,
    Action.STOP_AGENT: {Role.ADMIN: Reach.OWN, Role.GOVERNOR: Reach.ALL, Role.OPERATOR: Reach.ALL},
}
FOR_EVERYBODY = frozenset({Action.READ_DATASET})
# What people may do to what is theirs alone.
FOR_ONESELF = frozenset({Action.MANAGE_OWN_ACCOUNT, Action.READ_AGENTS, Action.STOP_AGENT})

SCOPES: Mapping[str, frozenset[Action]] = {
    "read": frozenset({Action.READ_DATASET, Action.READ_SUBMISSION, Action.READ_ORGANIZATION, Action.READ_DEMAND}),
    "submit": frozenset({Action.READ_DATASET, Action.READ_SUBMISSION, Action.SUBMIT}),
    "publish": frozenset({Action.READ_DATASET, Action.READ_SUBMISSION, Action.SUBMIT, Action.PUBLISH, Action.WITHDRAW}),
    "agents": frozenset({Action.READ_AGENTS, Action.STOP_AGENT}),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, and why not."""

    allowed: bool
    reason: Text = Text()

    def __bool__(self) -> bool:
        """A decision is true when it allows."""
        return self.allowed


def organization(organization_id: str) -> str:
    """The audience of an organization's own people."""
    return f"org:{organization_id}"


def person(person_id: str) -> str:
    """The audience of one person alone."""
    return f"person:{person_id}"


def of_organization(access: str, organization_id: str) -> str:
    """The audience of agents that reach what an organization gives to everybody ("public") or keeps ("internal")."""
    return f"{access}:org:{organization_id}"


def of_dataset(access: str, dataset_id: str) -> str:
    """The audience of agents that reach one dataset, while it is for everybody ("public") or kept ("internal")."""
    return f"{access}:dataset:{dataset_id}"


def audiences(actor: Actor, action: Action) -> frozenset[str] | None:
    """Answer the audiences whose things the actor may do the action to; `None` means everything."""
    if actor.kind is ActorKind.SYSTEM:
        return None
    if actor.kind is ActorKind.AGENT:
        return _agents_audiences(actor.reach) if action is Action.READ_DATASET else frozenset()
    found = {PUBLIC} if action in FOR_EVERYBODY else set[str]()
    if not _in_scope(actor, action):
        return frozenset(found)
    if action in FOR_ONESELF and actor.kind is ActorKind.PERSON:
        found.add(person(actor.id))
    permitted = POLICY[action]
    for grant in actor.grants:
        reach = permitted.get(grant.role)
        if reach is Reach.ALL and grant.organization_id is None:
            return None
        if reach is Reach.OWN and grant.organization_id is not None:
            found.add(organization(grant.organization_id))
    return frozenset(found)


def _agents_audiences(reach: AgentReach | None) -> frozenset[str]:
    """Answer what an agent reads. One that names both organizations and datasets was never registered: nothing."""
    if reach is None or (reach.organizations is not None and reach.datasets is not None):
        return frozenset()
    accesses = (PUBLIC, INTERNAL) if reach.is_internal else (PUBLIC,)
    if reach.organizations is not None:
        return frozenset(of_organization(access, each) for access in accesses for each in reach.organizations)
    if reach.datasets is not None:
        return frozenset(of_dataset(access, each) for access in accesses for each in reach.datasets)
    return frozenset({PUBLIC})


def may(actor: Actor, action: Action, subject: Iterable[str]) -> Decision:
    """Decide whether the actor may do the action to something that belongs to these audiences."""
    reached = audiences(actor, action)
    if reached is None or not reached.isdisjoint(subject):
        return Decision(allowed=True)
    if actor.is_anonymous:
        return Decision(allowed=False, reason=Text("サインインが必要です。", "Sign in first."))
    return Decision(
        allowed=False,
        reason=Text(
            "この操作の権限がありません。組織の管理者に役割の付与を依頼してください。",
            "You may not do this. Ask your organization's administrator for the role.",
        ),
    )


def _in_scope(actor: Actor, action: Action) -> bool:
    return actor.scopes is None or any(action in SCOPES.get(scope, ()) for scope in actor.scopes)
