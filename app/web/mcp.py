"""`POST /mcp`: the Model Context Protocol for AI agents, by its official library behind WSGI.

Who calls, the budgets, the record and which sites' pages may call are this face's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, current_app, request
from werkzeug.wrappers import Response as WerkzeugResponse

from app.agents.protocol.server import About, Caller, make_server
from app.kernel.actor import ANONYMOUS
from app.kernel.errors import SignInNeeded
from app.kernel.text import Text
from app.web import fairness
from app.web.access import Rule, rule
from app.web.context import bearer, services
from app.web.mcp_bridge import MAX_BODY, Bridge, Bridges
from app.web.mcp_origins import SEEN, SENT, Origins, origins_of

if TYPE_CHECKING:
    from flask import Flask

    from app.agents.service import Outcome
    from app.kernel.actor import Actor
    from app.wiring import Services

mcp = Blueprint("mcp", __name__)

PATH = "/mcp"
# The same for registered agents only: clients of the protocol ask for a token where they are refused without one.
REGISTERED = "/mcp/registered"
BRIDGES = "kakehashi_mcp"
ORIGINS = "kakehashi_mcp_origins"
CALLER = "kakehashi.mcp.caller"
# Governors see how often such is sent: bad tokens, pages of other sites, what is too much, no message at all.
_SEEN_REFUSED = frozenset({400, 401, 403, 413, 415, 421})
# Tokens are the agents' own; which pages may call is said below.
_RULE = Rule(own_tokens=True, own_origins=True)


@mcp.post(PATH, provide_automatic_options=False)
@mcp.post(REGISTERED, provide_automatic_options=False)
@rule(_RULE)
def endpoint() -> WerkzeugResponse:
    """Answer one message of the protocol."""
    request.max_content_length = MAX_BODY + 1
    heard = _Heard()
    request.environ[CALLER] = Caller(_actor(), heard.outcomes.append, heard.errors.append, fairness.client())
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


@mcp.route(PATH, methods=["OPTIONS"], provide_automatic_options=False)
@mcp.route(REGISTERED, methods=["OPTIONS"], provide_automatic_options=False)
@rule(_RULE)
def preflight() -> Response:
    """Tell a page's browser whether it may call (Fetch, 3.3.4)."""
    answer = Response(status=204)
    if _origins().allows(request.headers.get("Origin", "")):
        answer.headers["Access-Control-Allow-Methods"] = "POST"
        answer.headers["Access-Control-Allow-Headers"] = SENT
        answer.headers["Access-Control-Max-Age"] = "86400"
    return answer


@mcp.after_request
def _let_read(answer: Response) -> Response:
    """Let pages of the origins that may call read what is answered, refusals included."""
    origin = request.headers.get("Origin", "")
    answer.vary.add("Origin")
    if answer.status_code in _SEEN_REFUSED:
        services().agents.note_refused(PATH, f"http-{answer.status_code}")
    if _origins().allows(origin):
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Expose-Headers"] = SEEN
    return answer


@dataclass(slots=True)
class _Heard:
    """What became of the calls in a request."""

    outcomes: list[Outcome]
    errors: list[Exception]

    def __init__(self) -> None:
        self.outcomes, self.errors = [], []


def install(app: Flask, services: Services) -> None:
    """Hang the bridges on the application."""
    origins = origins_of(services.site.url, services.settings.origins)

    def make() -> Bridge:
        server = make_server(services.agent_tools, services.agent_reading, _caller, About.of(services.site))
        return Bridge(server, origins.security())

    app.extensions[BRIDGES] = Bridges(make)
    app.extensions[ORIGINS] = origins


def _bridge() -> Bridge:
    return cast("Bridges", current_app.extensions[BRIDGES]).get()


def _origins() -> Origins:
    return cast("Origins", current_app.extensions[ORIGINS])


def _actor() -> Actor:
    """Answer the agent whose token was sent. Raises `SignInNeeded` for one that is not for this address."""
    token = bearer()
    if token is None and request.path == REGISTERED:
        raise SignInNeeded(
            Text("登録した AI エージェントのトークンが必要です。", "A token of a registered agent is needed.")
        )
    if token is None:
        return ANONYMOUS
    found = services().agents.recognise(token, services().site.absolute(PATH))
    fairness.known_token()
    return found


def _caller(context: Any) -> Caller:
    found: Caller = context.request.scope["wsgi_environ"][CALLER]
    return found
