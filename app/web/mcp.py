"""`POST /mcp`: the Model Context Protocol for AI agents, by its official library behind WSGI.

The library is asynchronous: one event loop in a thread of each process serves it, started with the first call (a
process that forks later has none of its parent's threads). Who calls, the budgets and the record are this face's.
"""

from __future__ import annotations

import asyncio
import os
import threading
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from a2wsgi import ASGIMiddleware
from flask import Blueprint, current_app, request
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from werkzeug.wrappers import Response as WerkzeugResponse

from app.agents.protocol.server import About, Caller, make_server
from app.kernel.actor import ANONYMOUS
from app.kernel.errors import SignInNeeded
from app.web import fairness
from app.web.access import Rule, rule
from app.web.context import bearer, services

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from flask import Flask

    from app.agents.service import Outcome
    from app.kernel.actor import Actor
    from app.wiring import Services

mcp = Blueprint("mcp", __name__)

PATH = "/mcp"
BRIDGE = "kakehashi_mcp"
CALLER = "kakehashi.mcp.caller"
MAX_BODY = 4 * 1024 * 1024
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@mcp.route(PATH, methods=["GET", "POST", "DELETE"])
@rule(Rule(safe_post=True, own_tokens=True))
def endpoint() -> WerkzeugResponse:
    """Answer one message of the protocol."""
    request.max_content_length = MAX_BODY + 1
    actor = _actor()
    heard = _Heard()
    request.environ[CALLER] = Caller(actor, heard.outcomes.append, heard.errors.append)
    with fairness.spending_time():
        answer = WerkzeugResponse.from_app(_bridge().application, request.environ, buffered=True)
    for outcome in heard.outcomes:
        fairness.spend_rows(outcome.rows)
    for error in heard.errors:
        if isinstance(error, SignInNeeded):
            # The agent was stopped while it was answered: nothing of the answer leaves.
            raise error
    answer.headers["Cache-Control"] = "no-store"
    return answer


@dataclass(slots=True)
class _Heard:
    """What became of the calls in a request."""

    outcomes: list[Outcome]
    errors: list[Exception]

    def __init__(self) -> None:
        self.outcomes, self.errors = [], []


class _Bridge:
    """The library's server and the loop that it runs on, in this process."""

    def __init__(self, services: Services) -> None:
        self.process = os.getpid()
        about = About(version("kakehashi"), _title(services), services.site.description.get("en"), services.site.url)
        server = make_server(services.agent_tools, services.agent_reading, _caller, about)
        manager = StreamableHTTPSessionManager(
            app=server,
            json_response=True,
            stateless=True,
            security_settings=_security(services.site.url),
            max_request_body_size=MAX_BODY,
        )
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="mcp", daemon=True).start()
        asyncio.run_coroutine_threadsafe(_kept_running(manager, started := threading.Event()), loop)
        started.wait()
        self.application = cast("WSGIApplication", ASGIMiddleware(cast("Any", manager.asgi_app), loop=loop))


async def _kept_running(manager: StreamableHTTPSessionManager, started: threading.Event) -> None:
    async with manager.run():
        started.set()
        await asyncio.Event().wait()


class _Bridges:
    """Makes the bridge of a process when it is first needed."""

    def __init__(self, services: Services) -> None:
        self._services, self._lock = services, threading.Lock()
        self._bridge: _Bridge | None = None

    def get(self) -> _Bridge:
        """Answer this process's bridge."""
        with self._lock:
            if self._bridge is None or self._bridge.process != os.getpid():
                self._bridge = _Bridge(self._services)
            return self._bridge


def install(app: Flask, services: Services) -> None:
    """Hang the bridges on the application."""
    app.extensions[BRIDGE] = _Bridges(services)


def _bridge() -> _Bridge:
    return cast("_Bridges", current_app.extensions[BRIDGE]).get()


def _actor() -> Actor:
    """Answer the agent whose token was sent. Raises `SignInNeeded` for one that is not for this address."""
    token = bearer()
    if token is None:
        return ANONYMOUS
    found = services().agents.recognise(token, services().site.absolute(PATH))
    fairness.known_token()
    return found


def _caller(context: Any) -> Caller:
    found: Caller = context.request.scope["wsgi_environ"][CALLER]
    return found


def _security(url: str) -> TransportSecuritySettings:
    """Take requests to the portal's own name and to this machine's, and from their pages only (DNS rebinding)."""
    own = urlsplit(url)
    hosts = [own.netloc, *(host for name in LOOPBACK for host in (name, f"{name}:*"))]
    origins = [
        f"{own.scheme}://{own.netloc}",
        *(f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts[1:]),
    ]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)


def _title(services: Services) -> str:
    return services.site.title.get("en") or services.site.title.get("ja")
