"""Which sites' pages may call the server for agents."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.web.mcp_origins import origins_of
from tests.factories import make_portal

ORIGINS = origins_of("https://Data.example.jp", ("https://tools.example.jp",))


@pytest.mark.parametrize(
    "origin",
    [
        "https://data.example.jp",
        "https://tools.example.jp",
        "http://localhost",
        "http://localhost:6274",
        "http://[::1]:1",
    ],
)
def test_the_portals_own_this_machines_and_those_that_are_named_may(origin: str) -> None:
    assert ORIGINS.allows(origin)


@pytest.mark.parametrize(
    "origin",
    [
        *("", "null", "*", "http://data.example.jp", "https://data.example.jp.evil.example", "https://evil.example"),
        *(
            "http://localhost:",
            "http://localhost:x",
            "http://localhost:80.evil.example",
            "http://localhost.evil.example:1",
        ),
        *("https://tools.example.jp:444", "http://localhost:1:2", "https://data.example.jp:*", "http://localhost:*"),
    ],
)
def test_others_may_not(origin: str) -> None:
    assert not ORIGINS.allows(origin)


def test_a_page_that_is_named_may_read_refusals_too(tmp_path: Path) -> None:
    portal = make_portal(tmp_path, mcp_origins="https://tools.example.jp")
    sent = {"Origin": "https://tools.example.jp", "Authorization": "Bearer wrong"}
    answer = portal.client().post("/mcp", headers=sent, json={})
    other = portal.client().post("/mcp", headers=sent | {"Origin": "https://evil.example"}, json={})
    portal.close()
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == "https://tools.example.jp"
    assert "WWW-Authenticate" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Origin" not in other.headers
