"""Agents are registered, approved by those whose data it is, and stopped by those who may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import audit
from app.identity.agents.agent import AgentState, Allowance, Registration, Ruling
from app.identity.organizations import Organization
from app.kernel.actor import ANONYMOUS, SYSTEM, Actor, ActorKind, AgentReach, Role
from app.kernel.errors import BadRequest, Conflict, Denied, Invalid, NotFound, SignInNeeded
from tests.agents import SAID, governor, portal_in, registered
from tests.factories import Portal, package


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One for all tests that leave nothing behind that others would see."""
    with portal_in(Path(tmp_path_factory.mktemp("shared"))) as made:
        yield made


def acts(portal: Portal) -> list[str]:
    with portal.services.database.read() as session:
        page = audit.acts(session, organization_ids=None, offset=0, limit=50)
        assert audit.verify(session) is None
    return [act.action for act in page.items if act.action.startswith("agent.")][::-1]


def internal(*organizations: Organization) -> AgentReach:
    return AgentReach(organizations=frozenset(each.id for each in organizations), is_internal=True)


def test_an_agent_for_public_data_waits_for_a_governor(portal: Portal) -> None:
    owner = portal.person(Role.VIEWER)
    agent = registered(portal, owner)
    assert (agent.state, agent.missing) == (AgentState.WAITING, ("portal",))

    assert portal.services.agents.registry.approve(governor(portal), agent.id).state is AgentState.APPROVED
    assert acts(portal) == ["agent.register", "agent.approve"]


def test_an_agent_for_internal_data_waits_for_each_of_its_owners(portal: Portal) -> None:
    other = portal.other_organization()
    registry = portal.services.agents.registry
    agent = registered(portal, portal.person(Role.EDITOR), internal(portal.organization, other))

    with pytest.raises(Denied):
        registry.approve(governor(portal), agent.id)
    one = registry.approve(portal.person(Role.PUBLISHER), agent.id)
    assert (one.state, one.missing) == (AgentState.WAITING, (f"org:{other.id}",))
    assert registry.approve(portal.person(Role.ADMIN, organization=other), agent.id).state is AgentState.APPROVED


def test_the_owner_of_a_dataset_decides_about_it(shared: Portal) -> None:
    record = shared.publish(package())
    other = shared.other_organization()
    agent = registered(
        shared, shared.person(Role.EDITOR), AgentReach(datasets=frozenset({record.id}), is_internal=True)
    )

    assert agent.deciders == (f"org:{shared.organization.id}",)
    with pytest.raises(NotFound):
        shared.services.agents.registry.approve(shared.person(Role.ADMIN, organization=other), agent.id)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.OPERATOR])
def test_others_decide_nothing(shared: Portal, role: Role) -> None:
    agent = registered(shared, shared.person(Role.EDITOR), internal(shared.organization))
    person = shared.person(Role.VIEWER)
    own = None if role is Role.OPERATOR else shared.organization.id
    shared.services.organizations.grant(SYSTEM, person_id=person.id, role=role, organization_id=own)

    with pytest.raises((Denied, NotFound)):
        shared.services.agents.registry.approve(shared.services.accounts.person(person.name), agent.id)


def test_an_approval_can_be_taken_back_and_given_again(portal: Portal) -> None:
    registry, who = portal.services.agents.registry, governor(portal)
    agent = registered(portal, portal.person(Role.VIEWER))
    registry.approve(who, agent.id)

    assert registry.refuse(who, agent.id).state is AgentState.REFUSED
    assert registry.approve(who, agent.id).state is AgentState.APPROVED
    assert [each.ruling for each in registry.get(who, agent.id).decisions] == [Ruling.APPROVED]


def test_an_agent_is_stopped_and_resumed(portal: Portal) -> None:
    registry, who = portal.services.agents.registry, governor(portal)
    agent = registered(portal, portal.person(Role.VIEWER))
    registry.approve(who, agent.id)

    assert registry.stop(who, agent.id).state is AgentState.STOPPED
    assert registry.resume(who, agent.id).state is AgentState.APPROVED
    with pytest.raises(Conflict):
        registry.resume(who, agent.id)
    assert acts(portal)[-2:] == ["agent.stop", "agent.resume"]


def test_what_a_governor_stopped_only_a_governor_resumes(shared: Portal) -> None:
    registry, who, owner = shared.services.agents.registry, governor(shared), shared.person(Role.VIEWER)
    agent = registered(shared, owner)
    registry.approve(who, agent.id)
    registry.stop(owner, agent.id)
    registry.stop(who, agent.id)

    with pytest.raises(Denied):
        registry.resume(owner, agent.id)
    assert registry.resume(who, agent.id).state is AgentState.APPROVED


def test_a_token_that_may_stop_does_not_undo_a_stop(shared: Portal) -> None:
    registry, admin = shared.services.agents.registry, shared.person(Role.ADMIN)
    secret = shared.services.accounts.create_token(admin, name="watch", scopes=("agents",))
    watcher = shared.services.accounts.actor_of_token(secret)
    agent = registered(shared, shared.person(Role.VIEWER))

    assert registry.stop(watcher, agent.id).state is AgentState.STOPPED
    with pytest.raises(Denied):
        registry.resume(watcher, agent.id)
    assert registry.resume(admin, agent.id).state is AgentState.WAITING


def test_an_approval_does_not_end_a_stop(shared: Portal) -> None:
    registry, who = shared.services.agents.registry, governor(shared)
    agent = registered(shared, shared.person(Role.VIEWER))
    registry.stop(who, agent.id)

    assert registry.approve(who, agent.id).state is AgentState.STOPPED
    assert registry.resume(who, agent.id).state is AgentState.APPROVED


def test_an_organizations_administrator_stops_what_reaches_its_data_only(portal: Portal) -> None:
    registry, other = portal.services.agents.registry, portal.other_organization()
    admin = portal.person(Role.ADMIN, organization=other)
    near = registered(portal, portal.person(Role.VIEWER), AgentReach(organizations=frozenset({other.id})))
    far = registered(portal, portal.person(Role.VIEWER))

    assert [each.id for each in registry.list(admin)] == [near.id]
    assert registry.stop(admin, near.id).state is AgentState.STOPPED
    with pytest.raises(NotFound):
        registry.stop(admin, far.id)


def test_an_owner_sees_their_own_agents_and_strangers_none(shared: Portal) -> None:
    registry, owner = shared.services.agents.registry, shared.person(Role.VIEWER)
    agent = registered(shared, owner)

    assert [each.id for each in registry.list(owner)] == [agent.id]
    assert registry.list(shared.person(Role.VIEWER)) == ()
    with pytest.raises(NotFound):
        registry.get(shared.person(Role.EDITOR), agent.id)


@pytest.mark.parametrize("kind", [ActorKind.TOKEN, ActorKind.AGENT, ActorKind.ANONYMOUS])
def test_only_people_register_agents(shared: Portal, kind: ActorKind) -> None:
    somebody = ANONYMOUS if kind is ActorKind.ANONYMOUS else replace(shared.person(Role.EDITOR), kind=kind)

    with pytest.raises((Denied, SignInNeeded, BadRequest)):
        shared.services.agents.registry.register(somebody, shared.organization.id, SAID)


def test_nobody_registers_for_an_organization_that_is_not_theirs(portal: Portal) -> None:
    with pytest.raises(Denied):
        portal.services.agents.registry.register(portal.person(Role.ADMIN), portal.other_organization().id, SAID)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "x" * 2001}, "purpose"),
        ({"contact": "nobody"}, "contact"),
        ({"contact": "javascript:alert(1)"}, "contact"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
        ({"allowance": Allowance(calls=0)}, "calls"),
        ({"allowance": Allowance(bytes=10**15)}, "bytes"),
        ({"reach": AgentReach(tools=frozenset({"drop_tables"}))}, "tools"),
        ({"reach": AgentReach(tools=frozenset())}, "tools"),
        ({"reach": AgentReach(is_internal=True)}, "organizations"),
        ({"reach": AgentReach(organizations=frozenset({"a"}), datasets=frozenset({"b"}))}, "datasets"),
        ({"reach": AgentReach(datasets=frozenset())}, "datasets"),
        ({"name": "\u200b\u3000"}, "name"),
        ({"name": "要約\u202e係"}, "name"),
        ({"purpose": "要約。\n\u2066承認済み"}, "purpose"),
        ({"contact": "https://example.jp/\u202eai"}, "contact"),
    ],
)
def test_what_cannot_be_is_refused_by_name(shared: Portal, change: dict[str, object], field: str) -> None:
    said: Registration = replace(SAID, **change)  # type: ignore[arg-type]

    with pytest.raises(Invalid) as refused:
        shared.services.agents.registry.register(shared.person(Role.VIEWER), shared.organization.id, said)
    assert field in [each.column for each in (refused.value.report.problems if refused.value.report else ())]


@pytest.mark.parametrize(
    "reach", [AgentReach(organizations=frozenset({"nowhere"})), AgentReach(datasets=frozenset({"nothing"}))]
)
def test_what_is_not_there_cannot_be_named(shared: Portal, reach: AgentReach) -> None:
    with pytest.raises(BadRequest):
        registered(shared, shared.person(Role.VIEWER), reach)


def test_an_agent_of_a_year_ago_is_expired(portal: Portal) -> None:
    agent = registered(portal, portal.person(Role.VIEWER), days=1)
    registry = portal.services.agents.registry
    registry.approve(SYSTEM, agent.id)
    registry._clock = lambda: agent.expires

    assert registry.get(SYSTEM, agent.id).state is AgentState.EXPIRED
    with pytest.raises(Conflict):
        registry.approve(SYSTEM, agent.id)


def test_an_agent_does_nothing_but_read(shared: Portal) -> None:
    agent = Actor(ActorKind.AGENT, "a", "a", reach=AgentReach())

    with pytest.raises(Denied):
        shared.services.agents.registry.register(agent, shared.organization.id, SAID)
    assert shared.services.agents.registry.list(agent) == ()
