"""Registered agents for tests, made through the services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.identity.agents.agent import Agent, Allowance, Registration
from app.identity.agents.calls import CallRecord
from app.kernel.actor import SYSTEM, Actor, AgentReach, Role
from tests.factories import Portal, make_portal

RESOURCE = "http://127.0.0.1:8000/mcp"
SAID = Registration("要約係", "統計の要約を作る試験です。", "ai@example.jp", "Example", "m-1")


@contextmanager
def portal_in(folder: Path) -> Iterator[Portal]:
    """A portal on SQLite, for tests that take what the database says for granted."""
    made = make_portal(folder)
    yield made
    made.close()


def governor(portal: Portal) -> Actor:
    """Somebody who governs the portal and is nobody in any organization."""
    person = portal.person(Role.VIEWER)
    portal.services.organizations.grant(SYSTEM, person_id=person.id, role=Role.GOVERNOR, organization_id=None)
    own = portal.organization.id
    portal.services.organizations.revoke(SYSTEM, person_id=person.id, role=Role.VIEWER, organization_id=own)
    return portal.services.accounts.person(person.name)


def registered(portal: Portal, owner: Actor, reach: AgentReach | None = None, *, days: int = 90, **most: int) -> Agent:
    """Register an agent of somebody's."""
    said = replace(SAID, days=days, reach=reach or AgentReach(), allowance=Allowance(**most))
    return portal.services.agents.registry.register(owner, portal.organization.id, said)


def approved(portal: Portal, reach: AgentReach | None = None, *, days: int = 90, **most: int) -> tuple[Agent, str]:
    """Answer an agent that all have approved, and a secret of it."""
    owner = portal.person(Role.VIEWER)
    agent = registered(portal, owner, reach, days=days, **most)
    secret = portal.services.agents.credentials.rotate(owner, agent.id)
    return portal.services.agents.registry.approve(SYSTEM, agent.id), secret


def token(portal: Portal, agent: Agent, secret: str) -> str:
    """Answer an access token."""
    issued = portal.services.agents.credentials.issue(agent.id, secret, audience=RESOURCE, tools=None)
    return issued.secret


def at_work(portal: Portal, reach: AgentReach | None = None, **most: int) -> Actor:
    """Answer an approved agent as it is recognised."""
    agent, secret = approved(portal, reach, **most)
    return portal.services.agents.recognise(token(portal, agent, secret), RESOURCE)


def call(actor: Actor, **changes: object) -> CallRecord:
    """A call that went well."""
    made = CallRecord(datetime.now(UTC), actor, "query_rows", "ab" * 32, rows=3, bytes=100, tokens=7, milliseconds=5)
    return replace(made, **changes)  # type: ignore[arg-type]


def later(portal: Portal, **by: float) -> datetime:
    """Say when it will be so much later by the portal's clock."""
    return portal.services.clock() + timedelta(**by)
