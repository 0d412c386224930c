"""The shapes of answers about registered agents."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from app.identity.agents.agent import AgentState, Allowance, Ruling
from app.identity.agents.statistics import Use


class AgentDecision(TypedDict):
    """Who decided what. `audience` is `portal`, or `org:` and the id of an organization."""

    audience: str
    ruling: Ruling
    by: str
    at: datetime


class AgentAnswer(TypedDict):
    """A registered agent. `id` is its `client_id`; `waits_for` are the audiences that have not approved it."""

    id: str
    name: str
    state: AgentState
    organization: str
    purpose: str
    contact: str
    vendor: str
    model: str
    created: datetime
    expires: datetime
    tools: list[str] | None
    organizations: list[str] | None
    datasets: list[str] | None
    internal: bool
    allowance: Allowance
    left: Allowance
    waits_for: list[str]
    decisions: list[AgentDecision]
    day: Use


class AgentList(TypedDict):
    """Agents, the newest first."""

    agents: list[AgentAnswer]


class AgentSecret(TypedDict):
    """A secret, which is shown this once, and where it is used."""

    client_id: str
    client_secret: str
    token_endpoint: str
    resource: str


class AgentRegistered(TypedDict):
    """An agent that was registered, and its first secret."""

    agent: AgentAnswer
    secret: AgentSecret
