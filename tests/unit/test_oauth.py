"""The token endpoint answers as RFC 6749 says, and clients find it as RFC 8414 and RFC 9728 say."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx2
import pytest
from a2wsgi import WSGIMiddleware
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from werkzeug.test import TestResponse

from app.identity.agents.agent import Agent
from app.kernel.actor import SYSTEM, AgentReach
from tests.agents import RESOURCE, approved, portal_in
from tests.factories import Portal, json_of

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal_in(Path(tmp_path_factory.mktemp("oauth"))) as made:
        yield made


@pytest.fixture(scope="module")
def client(portal: Portal) -> tuple[Agent, str]:
    return approved(portal, AgentReach(tools=frozenset({"query_rows", "run_sql"})))


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{quote_plus(name)}:{quote_plus(secret)}".encode()).decode()}


def ask(portal: Portal, form: object, headers: dict[str, str] | None = None, **changes: Any) -> TestResponse:
    return portal.client().post("/oauth/token", data=form, headers=headers or {}, **changes)


def own(client: tuple[Agent, str]) -> dict[str, str]:
    return {"client_id": client[0].id, "client_secret": client[1]}


def test_a_token_is_given_for_basic_and_for_parameters(portal: Portal, client: tuple[Agent, str]) -> None:
    for answer in (ask(portal, GRANT, basic(client[0].id, client[1])), ask(portal, GRANT | own(client))):
        said = json_of(answer)
        assert (answer.status_code, said["token_type"], said["expires_in"]) == (200, "Bearer", 3600)
        assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
        assert said["scope"] == "query_rows run_sql"
        assert portal.services.agents.recognise(said["access_token"], RESOURCE).id == client[0].id


def test_a_scope_narrows_to_some_tools(portal: Portal, client: tuple[Agent, str]) -> None:
    said = json_of(ask(portal, GRANT | own(client) | {"scope": "run_sql", "resource": RESOURCE}))

    reach = portal.services.agents.recognise(said["access_token"], RESOURCE).reach
    assert said["scope"] == "run_sql"
    assert reach is not None
    assert reach.tools == frozenset({"run_sql"})


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request"),
        ({"scope": "drop_tables"}, "invalid_scope"),
        ({"scope": "can_answer"}, "invalid_scope"),
        ({"scope": "run_sql\0"}, "invalid_scope"),
        ({"scope": ["run_sql", "run_sql"]}, "invalid_request"),
        ({"resource": "https://elsewhere.example/mcp"}, "invalid_target"),
        ({"resource": "\ud800"}, "invalid_target"),
    ],
)
def test_a_request_that_cannot_be_is_refused_as_the_rfc_says(
    portal: Portal, client: tuple[Agent, str], change: dict[str, Any], error: str
) -> None:
    change = {name: each if isinstance(each, list) else each.replace("\ud800", "�") for name, each in change.items()}
    answer = ask(portal, GRANT | own(client) | change)

    assert (answer.status_code, json_of(answer)["error"]) == (400, error)
    assert json_of(answer).keys() == {"error", "error_description"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"client_id": "x", "client_secret": "y"},
        {"client_id": "\0", "client_secret": "\0"},
        {"client_id": "x" * 10_000, "client_secret": "kkh_" + "x" * 43},
        {"client_id": "x"},
    ],
)
def test_a_wrong_client_is_401(portal: Portal, form: dict[str, str]) -> None:
    answer = ask(portal, GRANT | form)

    assert (answer.status_code, json_of(answer)["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("header", ["Basic !!!", "Basic eDp5", "Basic eA==", "Basic /w==", "Digest x=y"])
def test_a_wrong_header_is_401_and_says_which_scheme(portal: Portal, header: str) -> None:
    answer = ask(portal, GRANT, {"Authorization": header})

    assert (answer.status_code, json_of(answer)["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_anothers_secret_is_wrong(portal: Portal, client: tuple[Agent, str]) -> None:
    other, _ = approved(portal)

    assert ask(portal, GRANT | {"client_id": other.id, "client_secret": client[1]}).status_code == 401


def test_a_secret_stands_in_one_place(portal: Portal, client: tuple[Agent, str]) -> None:
    answer = ask(portal, GRANT | own(client), basic(client[0].id, client[1]))

    assert json_of(answer)["error"] == "invalid_request"


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/plain"])
def test_parameters_come_as_a_form(portal: Portal, client: tuple[Agent, str], kind: str) -> None:
    form: object = GRANT | own(client) if kind.startswith("multipart") else b"{}"

    answer = ask(portal, form, content_type=kind)
    assert (answer.status_code, json_of(answer)["error"]) == (400, "invalid_request")


def test_parameters_in_the_address_do_not_count(portal: Portal, client: tuple[Agent, str]) -> None:
    answer = portal.client().post("/oauth/token", query_string=GRANT | own(client), data={})

    assert answer.status_code == 400
    assert portal.client().get("/oauth/token").status_code == 405


def test_a_stopped_agent_is_told_that_it_is(portal: Portal) -> None:
    agent, secret = approved(portal)
    portal.services.agents.registry.stop(SYSTEM, agent.id)
    answer = ask(portal, GRANT | own((agent, secret)))

    assert (answer.status_code, json_of(answer)["error"]) == (400, "unauthorized_client")
    assert "stopped" in json_of(answer)["error_description"]


def test_asking_too_often_says_when_to_come_back(portal: Portal) -> None:
    agent, secret = approved(portal)
    for _ in range(120):
        portal.services.agents.allowances.demand_token(agent.id)
    answer = ask(portal, GRANT | own((agent, secret)))

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_an_access_token_opens_nothing_else(portal: Portal, client: tuple[Agent, str]) -> None:
    token = json_of(ask(portal, GRANT | own(client)))["access_token"]

    for path in ("/", "/api/v1/datasets", "/agents", "/api/v1/agents"):
        assert portal.client().get(path, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_clients_find_the_endpoint(portal: Portal) -> None:
    found = json_of(portal.client().get("/.well-known/oauth-protected-resource/mcp"))
    assert found == json_of(portal.client().get("/.well-known/oauth-protected-resource"))
    assert found["resource"] == RESOURCE
    (issuer,) = found["authorization_servers"]

    server = json_of(portal.client().get("/.well-known/oauth-authorization-server"))
    assert server["issuer"] == issuer == portal.services.site.url
    assert server["token_endpoint"] == f"{issuer}/oauth/token"
    assert server["grant_types_supported"] == ["client_credentials"]


def test_nothing_is_authorized_for_a_person(portal: Portal) -> None:
    answer = portal.client().get("/oauth/authorize?response_type=code&redirect_uri=https://evil.example")

    assert (answer.status_code, json_of(answer)["error"]) == (400, "unsupported_response_type")
    assert "Location" not in answer.headers


class Kept:
    """Where the library keeps its token."""

    def __init__(self) -> None:
        self.token: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.token

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.token = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return None

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_the_protocols_own_client_gets_a_token_and_uses_it(
    portal: Portal, client: tuple[Agent, str], method: Any
) -> None:
    kept, site = Kept(), portal.services.site.url
    provider = ClientCredentialsOAuthProvider(
        f"{site}/mcp/registered", kept, client[0].id, client[1], token_endpoint_auth_method=method, issuer=site
    )
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    asked: list[str | None] = []

    async def ask_the_portal() -> None:
        transport = httpx2.ASGITransport(app=WSGIMiddleware(portal.app.wsgi_app))  # type: ignore[arg-type]
        async with httpx2.AsyncClient(auth=provider, transport=transport) as browser:
            answer = await browser.post(f"{site}/mcp/registered", json=message)
            assert answer.status_code != 401
            asked.append(answer.request.headers["Authorization"])

    asyncio.run(ask_the_portal())

    assert kept.token is not None
    assert asked == [f"Bearer {kept.token.access_token}"]
    assert portal.services.agents.recognise(kept.token.access_token, RESOURCE).id == client[0].id


def test_registered_agents_are_asked_for_a_token_where_strangers_are_not_served(portal: Portal) -> None:
    answer = portal.client().post("/mcp/registered", json={})

    assert answer.status_code == 401
    assert 'resource_metadata="' in answer.headers["WWW-Authenticate"]


def test_what_is_not_good_is_counted_where_governors_see_it(portal: Portal, client: tuple[Agent, str]) -> None:
    ask(portal, GRANT | own(client) | {"client_secret": "wrong"})
    portal.client().post("/mcp", json={}, headers={"Authorization": "Bearer kkh_wrong"})
    portal.services.agents.calls.batch.flush()

    refused = {each.name: each.refused for each in portal.services.agents.statistics.by_tool(SYSTEM, 24)}
    assert refused["/mcp"] >= 1
    assert refused["/oauth/token"] >= 1
