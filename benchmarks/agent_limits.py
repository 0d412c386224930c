"""How soon every process knows that an agent was stopped, and that it spent its day, while it calls as fast as it can.

Sixteen threads call a tool of one registered agent over HTTP, at all the worker processes of a portal. Another process
stops the agent. What counts is the last answer that began after the stop was written (there may be none), and how long
after it the last answer arrived (within a second). Then an agent with a small day spends it the same way: it must get
as many answers as it has calls, and no more.
"""

from __future__ import annotations

import base64
import http.client
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from app.cli.first_start import own_organization
from app.identity.agents.agent import Allowance, Registration
from app.kernel.actor import SYSTEM
from app.wiring import Services
from benchmarks.support import HOST, environment, free_port, gunicorn, open_services, percentile, start, wait_until_up

THREADS = 16
PROCESSES = 2
CALLING, AFTER = 4.0, 2.0
DAY = 300
ALLOWED = 1.0
VERSION = "2026-07-28"
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {
        "name": "resolve_place",
        "arguments": {"name": "世田谷区"},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": VERSION,
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    },
}


@dataclass(slots=True)
class Heard:
    """Answers by what they were, with the times at which their calls began and they arrived."""

    kinds: Counter[str] = field(default_factory=Counter)
    good: list[tuple[float, float]] = field(default_factory=list)


def main() -> None:
    """Run both, and say what was seen."""
    with tempfile.TemporaryDirectory() as folder, _portal(Path(folder)) as (services, port):
        stopped, moment = _stopped(services, port)
        late = [arrived - moment for _, arrived in stopped.good if arrived > moment]
        begun = sum(began > moment for began, _ in stopped.good)
        spans = [arrived - began for began, arrived in stopped.good if arrived < moment]
        print(f"{len(spans) / CALLING:.0f} calls/s, p50 {percentile(spans, 0.5) * 1e3:.1f} ms, {THREADS} threads")
        print(f"stopped: answers {dict(stopped.kinds)}; begun after the stop and answered all the same: {begun}")
        print(f"last answer {max(late, default=0.0) * 1e3:.1f} ms after the stop (allowed {ALLOWED * 1e3:.0f})")
        spent = _spent(services, port)
        print(f"a day of {DAY} calls: {dict(spent.kinds)}")
        if begun or max(late, default=0.0) > ALLOWED or spent.kinds["ok"] != DAY:
            raise SystemExit(1)


def _stopped(services: Services, port: int) -> tuple[Heard, float]:
    """Call, and have the agent stopped meanwhile; answer what was heard and when the stop was written."""
    agent_id, token = _agent(services, port, Allowance(1_000_000, 10**9, 10**12))
    heard, threads = _calling(port, token, CALLING + AFTER)
    time.sleep(CALLING)
    services.agents.registry.stop(SYSTEM, agent_id)
    moment = time.monotonic()
    for thread in threads:
        thread.join()
    return heard, moment


def _spent(services: Services, port: int) -> Heard:
    _, token = _agent(services, port, Allowance(DAY, 10**9, 10**12))
    heard, threads = _calling(port, token, CALLING)
    for thread in threads:
        thread.join()
    return heard


def _calling(port: int, token: str, seconds: float) -> tuple[Heard, list[threading.Thread]]:
    heard, until = Heard(), time.monotonic() + seconds
    threads = [threading.Thread(target=_call, args=(port, token, until, heard)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    return heard, threads


def _call(port: int, token: str, until: float, heard: Heard) -> None:
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": VERSION,
        "Mcp-Method": "tools/call",
        "Mcp-Name": "resolve_place",
        "Authorization": f"Bearer {token}",
    }
    while time.monotonic() < until:
        # A connection of its own each time, so that all processes are met.
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        began = time.monotonic()
        connection.request("POST", "/mcp", json.dumps(CALL), headers)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        arrived = time.monotonic()
        connection.close()
        kind = _kind(answer.status, body)
        heard.kinds[kind] += 1
        if kind == "ok":
            heard.good.append((began, arrived))


def _kind(status: int, body: dict[str, object]) -> str:
    result = body.get("result")
    if not isinstance(result, dict):
        return str(status)
    return str(result["structuredContent"]["error"]["code"]) if result["isError"] else "ok"


def _agent(services: Services, port: int, allowance: Allowance) -> tuple[str, str]:
    """Register an agent, approve it, and have it get an access token as agents do."""
    owner = services.accounts.person(services.settings.operator_email)
    said = Registration("probe", "to see limits hold", "probe@example.jp", allowance=allowance)
    made = services.agents.registry.register_for(SYSTEM, owner.id, own_organization(services).id, said)
    services.agents.registry.approve(SYSTEM, made.id)
    secret = services.agents.credentials.rotate(owner, made.id)
    sent = base64.b64encode(f"{made.id}:{secret}".encode()).decode()
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    form = urlencode({"grant_type": "client_credentials", "resource": f"http://{HOST}:{port}/mcp"})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {sent}"}
    connection.request("POST", "/oauth/token", form, headers)
    answer = json.loads(connection.getresponse().read())
    return made.id, str(answer["access_token"])


@contextmanager
def _portal(folder: Path) -> Iterator[tuple[Services, int]]:
    port = free_port()
    settings = {"data_dir": folder, "site_url": f"http://{HOST}:{port}", "web_workers": PROCESSES}
    services = open_services(folder, site_url=settings["site_url"])
    services.accounts.first_operator(services.settings.operator_email, own_organization(services).id)
    with (folder / "log").open("wb") as log:
        group = start(gunicorn("wsgi:app", port), variables=environment(**settings), log=log, seconds=120)
        try:
            wait_until_up(f"http://{HOST}:{port}/api/v1/datasets?limit=0", group)
            yield services, port
        finally:
            group.stop()


if __name__ == "__main__":
    main()
