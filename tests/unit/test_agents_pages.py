"""Agents on pages and in the API: registering, approving and stopping over HTTP, and who sees what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.catalog.record import Access
from app.kernel.actor import SYSTEM, Role
from tests.agents import approved, call, portal_in, token
from tests.factories import PASSWORD, Portal, json_of, package

FORM = {
    "name": "要約係",
    "organization": "soumu",
    "purpose": "統計の要約を作る試験です。",
    "contact": "ai@example.jp",
    "vendor": "",
    "model": "",
    "reach": "everything",
    "tool": ["query_rows"],
    "days": "30",
    "calls": "10",
    "rows": "10",
    "bytes": "10000",
}
BODY: dict[str, Any] = {
    "name": "要約係",
    "organization": "soumu",
    "purpose": "統計の要約を作る試験です。",
    "contact": "https://example.jp/ai",
}


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with portal_in(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One for all tests that leave nothing behind that others would see."""
    with portal_in(Path(tmp_path_factory.mktemp("shared"))) as made:
        yield made


def governors_browser(portal: Portal) -> FlaskClient:
    person = portal.person(Role.VIEWER)
    portal.services.organizations.grant(SYSTEM, person_id=person.id, role=Role.GOVERNOR, organization_id=None)
    client = portal.client()
    client.post(f"/sign-in/{portal.services.accounts.new_link(person.name)}", data={"password": PASSWORD})
    return client


def test_an_agent_goes_from_the_form_to_a_token_and_is_stopped(portal: Portal) -> None:
    page = portal.signed_in(Role.VIEWER).post("/agents", data=FORM)
    secret = re.search(r"kkh_[\w-]{43}", page.text)
    (agent,) = portal.services.agents.registry.list(SYSTEM)
    assert secret
    assert page.headers["Cache-Control"] == "private, no-store"
    grant = {"grant_type": "client_credentials", "client_id": agent.id, "client_secret": secret[0]}

    governor = governors_browser(portal)
    assert governor.post(f"/agents/{agent.id}/approve").status_code == 303
    given = json_of(portal.client().post("/oauth/token", data=grant))
    assert given["scope"] == "query_rows"
    assert governor.post(f"/agents/{agent.id}/stop").status_code == 303
    assert portal.client().post("/oauth/token", data=grant).status_code == 400
    assert "停止中" in governor.get(f"/agents/{agent.id}").text


def test_a_form_that_cannot_be_comes_back_as_it_was(shared: Portal) -> None:
    answer = shared.signed_in(Role.VIEWER).post("/agents", data=FORM | {"contact": "nobody", "calls": "7"})

    assert answer.status_code == 422
    assert all(words in answer.text for words in ('value="nobody"', 'value="7"', str(FORM["purpose"]), 'role="alert"'))


@pytest.mark.parametrize(
    "change",
    [
        {"days": ""},
        {"rows": "-1"},
        {"rows": "٣"},
        {"bytes": "9" * 40},
        {"organization": "nowhere"},
        {"reach": "datasets", "datasets": "nothing there"},
        {"reach": "organizations"},
        {"reach": "elsewhere", "tool": []},
        {"name": "\0"},
    ],
)
def test_hostile_forms_are_answered(shared: Portal, change: dict[str, str]) -> None:
    before = shared.services.agents.registry.list(SYSTEM)
    answer = shared.signed_in(Role.VIEWER).post("/agents", data=FORM | change)

    assert answer.status_code in {400, 422}
    assert shared.services.agents.registry.list(SYSTEM) == before


def test_the_list_shows_use_and_a_button_to_those_who_may_stop(portal: Portal) -> None:
    agent, secret = approved(portal)
    actor = portal.services.agents.recognise(token(portal, agent, secret), "http://127.0.0.1:8000/mcp")
    portal.services.agents.keep(call(actor, rows=4321))

    page = governors_browser(portal).get("/agents").text
    assert "4,321" in page
    assert f'action="/agents/{agent.id}/stop"' in page
    assert "<code>query_rows</code>" in page
    stranger = portal.signed_in(Role.ADMIN, organization=portal.other_organization()).get("/agents").text
    assert agent.name not in stranger
    assert "query_rows" not in stranger


def test_nobody_learns_of_an_agent_that_is_not_theirs_to_know(shared: Portal) -> None:
    agent, _ = approved(shared)
    stranger = shared.signed_in(Role.ADMIN, organization=shared.other_organization("another"))
    unknown = "01a00000-0000-7000-8000-000000000000"

    for path in ("", "/stop", "/approve", "/secrets"):
        method = "POST" if path else "GET"
        one, other = (stranger.open(f"/api/v1/agents/{id_}{path}", method=method) for id_ in (agent.id, unknown))
        assert (one.status_code, one.data) == (404, other.data)


def test_the_name_of_an_internal_dataset_is_not_guessed_by_registering(portal: Portal) -> None:
    portal.publish(package(name="hidden"), access=Access.INTERNAL)
    client = portal.signed_in(Role.EDITOR, organization=portal.other_organization())
    answers = [
        client.post("/api/v1/agents", json=BODY | {"organization": "other", "datasets": [name], "internal": True})
        for name in ("hidden", "nothing")
    ]

    assert [each.status_code for each in answers] == [400, 400]
    assert answers[0].text.replace("hidden", "nothing") == answers[1].text


def test_the_api_registers_approves_stops_and_resumes(portal: Portal) -> None:
    owner, governor = portal.signed_in(Role.VIEWER), governors_browser(portal)
    made = owner.post("/api/v1/agents", json=BODY | {"tools": ["run_sql"], "organizations": ["soumu"]})
    path = made.headers["Location"]
    assert made.status_code == 201
    assert json_of(made)["secret"]["client_secret"].startswith("kkh_")

    states = [json_of(governor.post(f"{path}/{deed}"))["state"] for deed in ("approve", "stop", "resume", "refuse")]
    assert states == ["approved", "stopped", "approved", "refused"]
    (listed,) = json_of(governor.get("/api/v1/agents"))["agents"]
    assert listed == json_of(governor.get(path))
    assert (listed["organizations"], listed["tools"], listed["day"]["calls"]) == (["soumu"], ["run_sql"], 0)
    again = owner.post(f"{path}/secrets", json={"end_others": True})
    assert again.status_code == 201
    assert len(portal.services.agents.registry.list(SYSTEM)[0].secrets) == 1


@pytest.mark.parametrize(
    "change",
    [{"days": "30"}, {"tools": "run_sql"}, {"internal": "yes"}, {"unknown": 1}, {"name": None}, {"datasets": [1]}],
)
def test_a_body_of_the_wrong_types_is_400(shared: Portal, change: dict[str, object]) -> None:
    answer = shared.signed_in(Role.VIEWER).post("/api/v1/agents", json=BODY | change)

    assert answer.status_code == 400
    assert next(iter(change)) in answer.text


def test_a_token_with_the_scope_stops_and_does_not_approve(shared: Portal) -> None:
    agent, _ = approved(shared)
    person = shared.person(Role.ADMIN)
    secret = shared.services.accounts.create_token(person, name="watch", scopes=("agents",))
    headers = {"Authorization": f"Bearer {secret}"}

    assert shared.client().post(f"/api/v1/agents/{agent.id}/approve", headers=headers).status_code == 403
    assert json_of(shared.client().post(f"/api/v1/agents/{agent.id}/stop", headers=headers))["state"] == "stopped"
    assert shared.client().post("/api/v1/agents", json=BODY, headers=headers).status_code == 403


def test_another_sites_page_stops_nothing(shared: Portal) -> None:
    agent, _ = approved(shared)
    cross = {"Sec-Fetch-Site": "cross-site"}

    assert governors_browser(shared).post(f"/agents/{agent.id}/stop", headers=cross).status_code == 403
    assert shared.services.agents.recognition.allowance(agent.id) is not None
