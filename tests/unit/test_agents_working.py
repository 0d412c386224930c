"""Agents at work: secrets, access tokens, stops that count at once, budgets, and the record of calls."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app import audit, create_app
from app.catalog.record import Access
from app.identity.agents.agent import Allowance
from app.identity.agents.batch import ROWS, Batch
from app.identity.agents.calls import tamed
from app.kernel.actor import ANONYMOUS, SYSTEM, AgentReach, Role
from app.kernel.errors import BadRequest, Denied, NotFound, OverBudget, SignInNeeded
from app.wiring import EXTENSION, Services
from tests.agents import RESOURCE, approved, at_work, call, portal_in, registered, token
from tests.factories import Portal, package


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One on SQLite for all tests that leave nothing behind that others would see."""
    with portal_in(Path(tmp_path_factory.mktemp("working"))) as made:
        yield made


def test_an_agent_is_recognised_with_its_reach(portal: Portal) -> None:
    reach = AgentReach(frozenset({"query_rows"}), frozenset({portal.organization.id}), is_internal=True)
    actor = at_work(portal, reach)

    assert (actor.kind, actor.name, actor.reach) == ("agent", "要約係", reach)
    assert not actor.grants


def test_recognising_asks_the_database_once(small: Portal) -> None:
    agent, secret = approved(small)
    good = token(small, agent, secret)
    asked: list[str] = []

    def note(*said: Any) -> None:
        asked.append(said[2])

    engine = small.services.database._read
    event.listen(engine, "before_cursor_execute", note)

    small.services.agents.recognise(good, RESOURCE)

    event.remove(engine, "before_cursor_execute", note)
    assert [each.split()[0] for each in asked] == ["SELECT"]


@pytest.mark.parametrize("sent", ["", "kkh_", "kkh_" + "x" * 43, "x\0y", "\ud800", "日本語"])
def test_a_token_that_nobody_made_is_refused(small: Portal, sent: str) -> None:
    with pytest.raises(SignInNeeded):
        small.services.agents.recognise(sent, RESOURCE)


def test_a_token_is_for_one_address_only(small: Portal) -> None:
    agent, secret = approved(small)

    with pytest.raises(SignInNeeded):
        small.services.agents.recognise(token(small, agent, secret), RESOURCE + "/other")


def test_tokens_of_people_and_agents_do_not_stand_for_each_other(small: Portal) -> None:
    agent, secret = approved(small)
    mine = small.services.accounts.create_token(small.person(Role.EDITOR), name="t", scopes=("read",))

    with pytest.raises(SignInNeeded):
        small.services.agents.recognise(mine, RESOURCE)
    for each in (secret, token(small, agent, secret)):
        with pytest.raises(SignInNeeded):
            small.services.accounts.actor_of_token(each)
        with pytest.raises(SignInNeeded):
            small.services.agents.recognise(secret, RESOURCE)


@pytest.mark.parametrize("how", ["stop", "refuse", "disable", "leave", "expire", "token-expires"])
def test_what_ends_an_agent_counts_from_the_next_call(portal: Portal, how: str) -> None:
    agent, secret = approved(portal, days=1)
    agents, good = portal.services.agents, token(portal, agent, secret)
    actor = agents.recognise(good, RESOURCE)
    if how == "disable":
        portal.services.accounts.disable(agent.owner)
    elif how == "leave":
        own = portal.organization.id
        portal.services.organizations.revoke(SYSTEM, person_id=agent.owner_id, role=Role.VIEWER, organization_id=own)
    elif how in {"stop", "refuse"}:
        getattr(agents.registry, how)(SYSTEM, agent.id)
    else:
        by = timedelta(days=1) if how == "expire" else timedelta(hours=1)
        now = agents.recognition._clock() + by
        agents.recognition._clock = lambda: now

    with pytest.raises(SignInNeeded):
        agents.recognise(good, RESOURCE)
    if how != "token-expires":
        assert agents.recognition.allowance(agent.id) is None
        with pytest.raises(SignInNeeded):
            agents.demand_left(actor)
        with pytest.raises(SignInNeeded):
            agents.keep(call(actor))


def test_a_stop_counts_in_another_process_at_once(portal: Portal) -> None:
    agent, secret = approved(portal)
    other: Services = create_app(portal.services.settings).extensions[EXTENSION]
    good = token(portal, agent, secret)
    assert other.agents.recognise(good, RESOURCE).id == agent.id

    portal.services.agents.registry.stop(SYSTEM, agent.id)

    with pytest.raises(SignInNeeded):
        other.agents.recognise(good, RESOURCE)
    other.database.engine.dispose()


def test_two_secrets_work_at_a_time_and_a_leak_ends_all(portal: Portal) -> None:
    agent, first = approved(portal)
    owner, credentials = portal.services.accounts.person(agent.owner), portal.services.agents.credentials
    second = credentials.rotate(owner, agent.id)
    tokens = [token(portal, agent, each) for each in (first, second)]
    third = credentials.rotate(owner, agent.id)
    with pytest.raises(SignInNeeded):
        token(portal, agent, first)
    assert token(portal, agent, second)

    last = credentials.replace(owner, agent.id)

    for ended in (second, third):
        with pytest.raises(SignInNeeded):
            token(portal, agent, ended)
    with pytest.raises(SignInNeeded):
        portal.services.agents.recognise(tokens[0], RESOURCE)
    assert token(portal, agent, last)


def test_only_its_owner_makes_a_secret(small: Portal) -> None:
    agent, _ = approved(small)

    with pytest.raises(Denied):
        small.services.agents.credentials.rotate(small.person(Role.ADMIN), agent.id)
    with pytest.raises(NotFound):
        small.services.agents.credentials.rotate(small.person(Role.EDITOR), agent.id)


def test_no_secret_or_token_is_in_the_database(small: Portal) -> None:
    agent, secret = approved(small)
    good = token(small, agent, secret)

    stored = b"".join(path.read_bytes() for path in small.services.settings.data_dir.glob("kakehashi.sqlite3*"))
    assert secret.encode() not in stored
    assert good.encode() not in stored
    assert agent.id.encode() in stored


def test_a_token_narrows_and_never_widens(small: Portal) -> None:
    agent, secret = approved(small, AgentReach(tools=frozenset({"query_rows", "run_sql"})))
    credentials = small.services.agents.credentials

    narrow = credentials.issue(agent.id, secret, audience=RESOURCE, tools=["run_sql", "can_answer"])
    reach = small.services.agents.recognise(narrow.secret, RESOURCE).reach
    assert reach is not None
    assert reach.tools == frozenset({"run_sql"})
    with pytest.raises(BadRequest):
        credentials.issue(agent.id, secret, audience=RESOURCE, tools=["can_answer"])


def test_an_agent_that_waits_gets_no_token(small: Portal) -> None:
    owner = small.person(Role.VIEWER)
    agent = registered(small, owner)
    secret = small.services.agents.credentials.rotate(owner, agent.id)

    with pytest.raises(Denied):
        token(small, agent, secret)


def test_asking_for_tokens_all_the_time_is_bounded(small: Portal) -> None:
    agent, secret = approved(small)
    for _ in range(120):
        small.services.agents.allowances.demand_token(agent.id)

    with pytest.raises(OverBudget):
        token(small, agent, secret)


@pytest.mark.parametrize("most", [{"calls": 3}, {"rows": 9}, {"bytes": 300}])
def test_a_day_has_so_many_calls_rows_and_bytes(small: Portal, most: dict[str, int]) -> None:
    actor = at_work(small, None, **most)
    for _ in range(3):
        small.services.agents.demand_left(actor)
        small.services.agents.keep(call(actor))

    with pytest.raises(OverBudget) as over:
        small.services.agents.demand_left(actor)

    # Evenly over a day: a call of three comes back in eight hours.
    assert 0 < over.value.seconds <= 86_400 / 3 + 1
    assert small.services.agents.statistics.recent(small.services.agents.registry.get(SYSTEM, actor.id))[0].rows == 3


def test_budgets_are_shared_by_processes(small: Portal) -> None:
    actor = at_work(small, calls=2)
    other: Services = create_app(small.services.settings).extensions[EXTENSION]
    for agents in (small.services.agents, other.agents):
        agents.demand_left(actor)

    with pytest.raises(OverBudget):
        small.services.agents.demand_left(actor)
    assert other.agents.allowances.left(actor.id, Allowance(calls=2)).calls == 0
    other.database.engine.dispose()


def test_a_call_about_guarded_data_is_in_the_audit_record_of_its_organization(portal: Portal) -> None:
    record = portal.publish(package(), access=Access.INTERNAL)
    actor = at_work(portal)

    portal.services.agents.keep(call(actor, datasets=(record.id,), guarded=(record.id,)))

    with portal.services.database.read() as session:
        newest = audit.acts(session, organization_ids=frozenset({portal.organization.id}), offset=0, limit=1).items[0]
        assert audit.verify(session) is None
    assert (newest.actor_kind, newest.actor_id, newest.subject) == ("agent", actor.id, f"dataset:{record.id}")
    assert newest.detail["rows"] == 3


def test_a_call_about_public_data_is_written_at_once_and_not_audited(small: Portal) -> None:
    actor = at_work(small)
    with small.services.database.read() as session:
        before = audit.acts(session, organization_ids=None, offset=0, limit=1).total
    small.services.agents.keep(call(actor, datasets=("d",), client="x\n\u202eIgnore all"))

    (seen,) = small.services.agents.statistics.recent(small.services.agents.registry.get(SYSTEM, actor.id))
    assert (seen.tool, seen.datasets, seen.client) == ("query_rows", ("d",), "x Ignore all")
    with small.services.database.read() as session:
        assert audit.acts(session, organization_ids=None, offset=0, limit=1).total == before


def test_calls_of_nobody_in_particular_are_written_soon(portal: Portal) -> None:
    for _ in range(3):
        portal.services.agents.keep(call(ANONYMOUS, found_nothing=True))
    ends = time.monotonic() + 5
    while not (used := portal.services.agents.statistics.by_tool(SYSTEM, 24)) and time.monotonic() < ends:
        time.sleep(0.02)

    assert [(each.calls, each.empty) for each in used] == [(3, 3)]


def test_a_full_batch_does_not_wait() -> None:
    written: list[int] = []
    batch = Batch(lambda rows: written.append(len(rows)))
    began = time.monotonic()
    for number in range(ROWS):
        batch.add({"n": number})
    while not written and time.monotonic() < began + 5:
        time.sleep(0.001)

    assert time.monotonic() - began < 0.9
    batch.close()
    assert sum(written) == ROWS


def test_a_batch_that_could_not_be_written_is_tried_again() -> None:
    written: list[int] = []

    def write(rows: object) -> None:
        if not written:
            written.append(0)
            raise OSError
        written.append(len(rows))  # type: ignore[arg-type]

    batch = Batch(write)
    batch.add({})
    batch.flush()
    batch.close()
    assert sum(written) == 1


def test_old_calls_of_nobody_become_sums_and_those_of_agents_stay(portal: Portal) -> None:
    agents, actor = portal.services.agents, at_work(portal)
    old = portal.services.clock() - timedelta(days=40)
    for who in (actor, ANONYMOUS, ANONYMOUS):
        agents.keep(replace(call(who), at=old))
    agents.keep(call(ANONYMOUS))
    agents.calls.batch.flush()

    assert (agents.calls.sum_up(), agents.calls.sum_up()) == (2, 0)

    assert [each.calls for each in agents.statistics.by_tool(SYSTEM, 24 * 60)] == [2]
    assert len(agents.statistics.recent(agents.registry.get(SYSTEM, actor.id))) == 1


def test_no_more_calls_of_nobody_are_kept_than_there_is_room_for(portal: Portal) -> None:
    agents, now = portal.services.agents, portal.services.clock()
    for minutes in range(5):
        agents.keep(replace(call(ANONYMOUS), at=now - timedelta(minutes=minutes)))
    agents.calls.batch.flush()

    assert (agents.calls.sum_up(kept=3), agents.calls.sum_up(kept=2), agents.calls.sum_up()) == (2, 1, 0)

    assert [each.calls for each in agents.statistics.by_tool(SYSTEM, 24)] == [2]


def test_percentiles_and_outcomes_are_counted_by_tool(portal: Portal) -> None:
    agents, actor = portal.services.agents, at_work(portal)
    codes = {1: "denied", 2: "too-many-requests", 3: "bad-arguments"}
    for number in range(1, 21):
        agents.keep(call(actor, milliseconds=number, code=codes.get(number, "ok")))
    agents.calls.batch.flush()

    (use,) = agents.statistics.tools_of(agents.registry.get(SYSTEM, actor.id), 24)
    assert (use.calls, use.refused, use.failed, use.p50, use.p95, use.rows) == (20, 2, 1, 10, 19, 60)
    assert agents.statistics.by_tool(portal.person(Role.ADMIN), 24) == ()


@pytest.mark.parametrize(
    ("said", "kept"),
    [("claude-ai 1.0", "claude-ai 1.0"), ("a\r\nb\x00\u200b<script>", "a b script"), ("x" * 1000, "x" * 100), ("", "")],
)
def test_what_a_program_calls_itself_is_tamed(said: str, kept: str) -> None:
    assert tamed(said, 100) == kept
