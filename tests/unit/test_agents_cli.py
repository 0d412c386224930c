"""`kakehashi agents` registers, lists, stops and resumes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.agents import agents
from app.kernel.actor import SYSTEM, Role
from tests.agents import approved, portal_in
from tests.factories import Portal, package


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    with portal_in(tmp_path) as made:
        # The package has the command under the module's name.
        monkeypatch.setattr(import_module("app.cli.agents"), "open_portal", lambda: made.services)
        yield made


def run(*words: str) -> Result:
    return CliRunner().invoke(agents, words)


def test_the_operator_registers_an_agent_for_somebody(portal: Portal) -> None:
    owner, record = portal.person(Role.EDITOR), portal.publish(package())
    said = ("--owner", owner.name, "--for", "soumu", "--purpose", "試験", "--contact", "ai@example.jp")
    answer = run(
        "register", "要約係", *said, "--dataset", record.slug, "--internal", "--tool", "run_sql", "--rows", "9"
    )

    (agent,) = portal.services.agents.registry.list(SYSTEM)
    assert answer.output.splitlines()[0] == f"{agent.id}  waiting"
    assert (agent.owner_id, agent.reach.datasets, agent.allowance.rows) == (owner.id, frozenset({record.id}), 9)
    assert agent.deciders == (f"org:{portal.organization.id}",)


def test_the_operator_stops_and_resumes(portal: Portal) -> None:
    agent, _ = approved(portal)

    assert run("stop", agent.id).output == f"{agent.id}  stopped\n"
    assert portal.services.agents.recognition.allowance(agent.id) is None
    assert run("resume", agent.id).output == f"{agent.id}  approved\n"
    assert agent.id in run("list").output


def test_an_agent_that_is_not_there_is_said_to_be(portal: Portal) -> None:
    assert portal
    assert "There is no such agent" in str(run("stop", "x").exception)
