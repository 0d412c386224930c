"""What is refused at the address for agents leaves a row that governors see, whoever sent it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.identity.agents.models import CallRow
from tests.factories import Portal, make_portal

HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/list",
}
LISTING = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/list",
    "params": {
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    },
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = make_portal(tmp_path_factory.mktemp("refusals"))
    yield made
    made.close()


def rows(portal: Portal) -> list[tuple[str, str]]:
    portal.services.agents.calls.batch.flush()
    with portal.services.database.read() as session:
        return [(row.tool, row.code) for row in session.scalars(select(CallRow).order_by(CallRow.at, CallRow.id))]


@pytest.mark.parametrize(
    ("more", "body", "status"),
    [
        ({"Origin": "https://evil.example"}, json.dumps(LISTING), 403),
        ({"Host": "evil.example"}, json.dumps(LISTING), 421),
        ({"Authorization": "Bearer kkh_wrong"}, json.dumps(LISTING), 401),
        ({}, json.dumps([LISTING] * 1000), 400),
        ({}, " " * 5_000_000, 413),
        ({"MCP-Protocol-Version": "2099-01-01"}, json.dumps(LISTING).replace("2026-07-28", "2099-01-01"), 400),
    ],
)
def test_a_refused_request_leaves_one_row(portal: Portal, more: dict[str, str], body: str, status: int) -> None:
    before = len(rows(portal))

    answer = portal.client().post("/mcp", data=body, headers=HEADERS | more)

    assert answer.status_code == status
    assert rows(portal)[before:] == [("/mcp", f"http-{status}")]


def test_a_request_that_is_answered_leaves_none_of_these(portal: Portal) -> None:
    before = len(rows(portal))

    assert portal.client().post("/mcp", json=LISTING, headers=HEADERS).status_code == 200
    assert portal.client().get("/mcp").status_code == 405
    assert rows(portal)[before:] == []
