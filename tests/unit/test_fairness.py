"""Budgets: what is taken and comes back, who is who, and what readers are told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import http_sf
import pytest

from app.infra.budgets import Budgets, Quota
from app.kernel.actor import Role
from app.settings import ROOT, Settings
from app.web.fairness import Callers, is_polite
from tests.factories import Portal, json_of, make_portal

QUOTA = Quota(60, 60)
POLITE = "survey/1.0 (+https://example.org/contact)"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budgets(tmp_path: Path, clock: Clock) -> Iterator[Budgets]:
    made = Budgets(tmp_path / "budgets", clock=clock)
    yield made
    made.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Portal]:
    portal = make_portal(tmp_path, fair_points=3)
    yield portal
    portal.close()


def figures(answer: Any, name: str) -> tuple[str, dict[str, Any]]:
    parsed: Any = http_sf.parse(answer.headers[name].encode(), tltype="list")
    ((policy, parameters),) = parsed
    return str(policy), dict(parameters)


def test_what_was_taken_comes_back_evenly(budgets: Budgets, clock: Clock) -> None:
    assert budgets.take("a", 60, QUOTA).left == 0
    clock.now += 15
    assert budgets.take("a", 1, QUOTA).left == pytest.approx(14)
    clock.now += 3600
    assert budgets.take("a", 1, QUOTA).left == 59


def test_asking_in_vain_makes_nobody_wait_longer(budgets: Budgets, clock: Clock) -> None:
    budgets.take("a", 60, QUOTA)
    assert [budgets.take("a", 2, QUOTA).wait for _ in range(3)] == [2, 2, 2]
    clock.now += 2
    assert not budgets.take("a", 2, QUOTA).missing


def test_what_cost_more_than_was_there_is_owed_up_to_a_quota(budgets: Budgets, clock: Clock) -> None:
    assert budgets.charge("a", 1e9, QUOTA).left == -60
    clock.now += 61
    assert not budgets.take("a", 1, QUOTA).missing


def test_a_clock_that_is_set_back_takes_nothing_and_gives_nothing(budgets: Budgets, clock: Clock) -> None:
    budgets.take("a", 10, QUOTA)
    clock.now -= 500
    assert budgets.take("a", 1, QUOTA).left == 49


def test_others_have_budgets_of_their_own_however_many_come(tmp_path: Path, clock: Clock) -> None:
    crowded = Budgets(tmp_path / "crowded", clock=clock, sets=1)
    crowded.charge("greedy", 60, QUOTA)
    assert all(not crowded.take(f"guest {number}", 1, QUOTA).missing for number in range(1000))
    assert crowded.take("greedy", 1, QUOTA).missing == 1
    assert (tmp_path / "crowded").stat().st_size == 256
    crowded.close()


# Imports nothing but the budgets themselves, so that it starts at once.
TAKE_HUNDRED = """
import sys
from pathlib import Path
from app.infra.budgets import Budgets, Quota
own = Budgets(Path(sys.argv[1]), clock=lambda: 1000.0)
for _ in range(100):
    own.take("a", 0.1, Quota(60, 60))
"""


def test_processes_share_a_budget_and_lose_nothing(budgets: Budgets, tmp_path: Path) -> None:
    command = [sys.executable, "-c", TAKE_HUNDRED, str(tmp_path / "budgets")]
    others = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [each.wait() for each in others] == [0, 0, 0]
    assert budgets.charge("a", 0, QUOTA).left == pytest.approx(30)


def test_answers_say_what_is_left_as_structured_fields(small: Portal) -> None:
    client = small.client()
    answers = [client.get("/health") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert figures(answers[0], "RateLimit-Policy") == ("anonymous", {"q": 3, "w": 60})
    assert [figures(each, "RateLimit")[1]["r"] for each in answers] == [2, 1, 0, 0]
    assert 0 < figures(answers[0], "RateLimit")[1]["t"] <= 20
    assert 0 < int(answers[3].headers["Retry-After"]) <= 20


def test_whoever_has_nothing_left_is_told_so_in_both_languages(small: Portal) -> None:
    answers = [small.client().get("/api/v1/repair-rules") for _ in range(4)]
    problem = json_of(answers[-1])
    assert (answers[-1].mimetype, problem["code"]) == ("application/problem+json", "too-many-requests")
    assert all(problem["messages"].values())
    assert answers[-1].headers["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in answers[-1].headers["Access-Control-Expose-Headers"]


def test_preflights_are_free_and_what_did_not_change_is_cheap(small: Portal) -> None:
    client = small.client()
    tag = client.get("/openapi.json").headers["ETag"]
    for _ in range(9):
        assert client.options("/api/v1/datasets").status_code == 200
        assert client.get("/openapi.json", headers={"If-None-Match": tag}).status_code == 304
    assert figures(client.get("/static/tokens.css"), "RateLimit")[1]["r"] == 1


def test_whoever_says_who_they_are_gets_more_and_a_token_still_more(small: Portal) -> None:
    client, token = small.client(), small.token(Role.VIEWER, scopes=("read",))
    assert figures(client.get("/health", headers={"User-Agent": POLITE}), "RateLimit-Policy")[1]["q"] == 6
    assert figures(client.get("/health", headers=token), "RateLimit-Policy")[0] != "token"
    assert figures(client.get("/health", headers=token), "RateLimit-Policy") == ("token", {"q": 12, "w": 60})


def test_made_up_tokens_are_worth_no_budget(small: Portal) -> None:
    client = small.client()
    statuses = [client.get("/health", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(5)]
    assert statuses == [401, 401, 401, 429, 429]


def test_what_nobody_looked_at_is_worth_no_budget(small: Portal) -> None:
    client = small.client()
    statuses = [client.get("/health", headers={"Authorization": f"Basic {n}"}).status_code for n in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert client.get("/health", headers={"Authorization": "Basic 0"}).status_code == 429


@pytest.mark.parametrize(
    ("agent", "polite"),
    [
        (POLITE, True),
        ("survey/1.0 data@example.org", True),
        ("python-requests/2.32", False),
        ("", False),
        ("https://example.org", False),
        ("x" * 100_000 + " a@b.jp", False),
    ],
)
def test_a_polite_agent_names_itself_and_a_way_to_reach_it(agent: str, polite: bool) -> None:
    assert is_polite(agent) is polite


@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer", "client"),
    [
        (0, "9.9.9.9", "203.0.113.5", "203.0.113.5"),
        (1, "9.9.9.9, 198.51.100.7", "10.0.0.1", "198.51.100.7"),
        (2, "9.9.9.9, 198.51.100.7, 10.0.0.2", "10.0.0.1", "198.51.100.7"),
        (1, "", "203.0.113.5", "203.0.113.5"),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (0, "", "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        (0, "", "::ffff:203.0.113.5", "203.0.113.5"),
    ],
)
def test_a_client_is_who_connects_or_whom_the_trusted_proxy_saw(
    tmp_path: Path, proxies: int, forwarded: str, peer: str, client: str
) -> None:
    callers = Callers(Settings(data_dir=tmp_path, trusted_proxies=proxies))
    found = callers.client({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded})
    assert found == (client, "anonymous")


def test_behind_a_proxy_that_nobody_told_of_callers_cannot_be_told_apart(tmp_path: Path) -> None:
    callers = Callers(Settings(data_dir=tmp_path, site_url="https://data.example.jp"))
    assert callers.client({"REMOTE_ADDR": "127.0.0.1"}) is None
    assert callers.client({"REMOTE_ADDR": "203.0.113.5"}) is not None


def test_no_quota_means_no_figures_and_no_file(tmp_path: Path) -> None:
    portal = make_portal(tmp_path, fair_points=0)
    assert "RateLimit" not in portal.client().get("/health").headers
    assert not (portal.services.settings.data_dir / "budgets").exists()
    portal.close()


@pytest.mark.parametrize(
    ("path", "methods"), [("/api/v1/datasets", "GET, HEAD, OPTIONS"), ("/sparql", "GET, HEAD, OPTIONS, POST")]
)
def test_pages_of_other_sites_may_ask_but_change_nothing(small: Portal, path: str, methods: str) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    answer = small.client().options(path, headers=asked)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == methods
    assert "Authorization" not in answer.headers["Access-Control-Allow-Headers"]
