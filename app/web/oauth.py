"""OAuth for registered agents: client credentials (RFC 6749, 4.4), and where clients learn of it (RFC 8414, RFC 9728).

Errors are those of RFC 6749, 5.2, not the portal's own: clients' libraries read them.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import msgspec
from flask import Blueprint, Response, request

from app.kernel.errors import BadRequest, Denied, OverBudget, SignInNeeded
from app.web import fairness
from app.web.access import EVERYBODY, Rule, rule
from app.web.context import services
from app.web.respond import json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.identity.agents.credentials import AccessToken

oauth = Blueprint("oauth", __name__)

MCP = "/mcp"
TOKEN = "/oauth/token"  # noqa: S105 - an address
GRANT = "client_credentials"
FORM = "application/x-www-form-urlencoded"
BODY_BYTES = 16 * 1024
# Points of the fair share that a token costs, and a wrong secret.
COST, WRONG_COST = 10.0, 60.0
_NEVER_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_ONCE = ("grant_type", "client_id", "client_secret", "scope", "resource")


class Refused(Exception):
    """A request for a token that is not granted, in the words of RFC 6749, 5.2."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks, and whether they said so in the `Authorization` header."""

    id: str
    secret: str
    by_header: bool


@oauth.get("/.well-known/oauth-protected-resource")
@oauth.get("/.well-known/oauth-protected-resource/mcp")
@rule(EVERYBODY)
def protected_resource() -> Response:
    """Where an agent gets a token for `/mcp`, and for which tools there are some."""
    site = services().site
    return json_answer(
        {
            "resource": site.absolute(MCP),
            "authorization_servers": [site.url],
            "scopes_supported": services().agents.registry.tools,
            "bearer_methods_supported": ["header"],
            "resource_name": site.title.get("en"),
        }
    )


@oauth.get("/.well-known/oauth-authorization-server")
@rule(EVERYBODY)
def authorization_server() -> Response:
    """What the token endpoint takes."""
    site = services().site
    return json_answer(
        {
            "issuer": site.url,
            "token_endpoint": site.absolute(TOKEN),
            # Nothing is granted there. Clients such as the MCP library's do not read metadata without it.
            "authorization_endpoint": site.absolute("/oauth/authorize"),
            "response_types_supported": [],
            "grant_types_supported": [GRANT],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "scopes_supported": services().agents.registry.tools,
        }
    )


@oauth.get("/oauth/authorize")
@rule(EVERYBODY)
def authorize() -> Response:
    """No agent acts for a person: there is nothing to authorize here (RFC 6749, 4.1.2.1)."""
    return _refusal(Refused("unsupported_response_type", f"Only the grant {GRANT} is given, at {TOKEN}."), None)


# Nothing is done for whoever has a cookie only: the secret is the request's own.
@oauth.post(TOKEN)
@rule(Rule(safe_post=True))
def token() -> Response:
    """Give an access token for the id and the secret of a registered agent."""
    request.max_content_length = BODY_BYTES
    client: Client | None = None
    try:
        sent = _sent()
        client = _client(sent)
        return _granted(_issued(client, sent))
    except Refused as refused:
        return _refusal(refused, client)
    except OverBudget as error:
        answer = _refusal(Refused("invalid_request", error.message.en, status=HTTPStatus.TOO_MANY_REQUESTS), client)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer


def _sent() -> dict[str, str]:
    """Read the form. Empty values count as not sent, others may stand once (RFC 6749, 3.2)."""
    if request.mimetype != FORM:
        raise Refused("invalid_request", f"Send the parameters as {FORM}.")
    values = {name: request.form.getlist(name) for name in _ONCE}
    repeated = [name for name, found in values.items() if len(found) > 1]
    if repeated:
        raise Refused("invalid_request", f"Send {repeated[0]} once.")
    sent = {name: found[0] for name, found in values.items() if found and found[0]}
    grant = sent.get("grant_type")
    if grant is None:
        raise Refused("invalid_request", "Send grant_type.")
    if grant != GRANT:
        raise Refused("unsupported_grant_type", f"The only grant_type is {GRANT}.")
    return sent


def _client(sent: Mapping[str, str]) -> Client:
    """Find who asks: `Basic` with both parts form-encoded (RFC 6749, 2.3.1), or two parameters; not both."""
    scheme, _, rest = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme:
        return _basic(scheme, rest.strip(), sent)
    if "client_id" not in sent or "client_secret" not in sent:
        raise _invalid_client()
    return Client(sent["client_id"], sent["client_secret"], by_header=False)


def _basic(scheme: str, encoded: str, sent: Mapping[str, str]) -> Client:
    if "client_secret" in sent:
        raise Refused("invalid_request", "Send the secret in one place only.")
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _invalid_client() from None
    name, colon, secret = decoded.partition(":")
    if scheme.lower() != "basic" or not colon or sent.get("client_id", unquote_plus(name)) != unquote_plus(name):
        raise _invalid_client()
    return Client(unquote_plus(name), unquote_plus(secret), by_header=True)


def _issued(client: Client, sent: Mapping[str, str]) -> AccessToken:
    audience = services().site.absolute(MCP)
    if sent.get("resource", audience).rstrip("/") != audience:
        raise Refused("invalid_target", f"The only resource is {audience}.")
    wanted = sent["scope"].split(" ") if "scope" in sent else None
    known = services().agents.registry.tools
    if wanted is not None and not set(wanted) <= set(known):
        raise Refused("invalid_scope", f"A scope is one or more of: {' '.join(known)}.")
    try:
        found = services().agents.credentials.issue(client.id, client.secret, audience=audience, tools=wanted)
    except SignInNeeded:
        fairness.spend(WRONG_COST)
        services().agents.note_refused(TOKEN)
        raise _invalid_client() from None
    except Denied as error:
        raise Refused("unauthorized_client", error.message.en) from None
    except BadRequest as error:
        raise Refused("invalid_scope", error.message.en) from None
    fairness.spend(COST)
    return found


def _granted(found: AccessToken) -> Response:
    tools = services().agents.registry.tools if found.tools is None else found.tools
    said = {
        "access_token": found.secret,
        "token_type": "Bearer",
        "expires_in": found.seconds,
        "scope": " ".join(tools),
    }
    return Response(msgspec.json.encode(said), content_type="application/json", headers=_NEVER_KEPT)


def _invalid_client() -> Refused:
    return Refused("invalid_client", "The client id or the secret is wrong.", status=HTTPStatus.UNAUTHORIZED)


def _refusal(refused: Refused, client: Client | None) -> Response:
    said = {"error": refused.error, "error_description": refused.description}
    answer = Response(msgspec.json.encode(said), refused.status, content_type="application/json", headers=_NEVER_KEPT)
    if refused.status == HTTPStatus.UNAUTHORIZED and (client is None or client.by_header):
        answer.headers["WWW-Authenticate"] = 'Basic realm="kakehashi"'
    return answer
