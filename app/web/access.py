"""Every route declares who may call it; a route that does not stops the application from being made.

What a caller may do to a given dataset or organization is the services' to decide. A route's rule is the
first gate: it keeps strangers away from what no stranger may do, before a body is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, request

from app.identity import policy
from app.identity.policy import Action
from app.kernel.errors import Denied, SignInNeeded
from app.kernel.text import Text
from app.web.context import actor, bearer, services, session_secret

if TYPE_CHECKING:
    from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SAME_SITE = frozenset({"same-origin", "none"})
MULTIPART_OVERHEAD = 1024 * 1024
_RULE = "access_rule"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a route: everybody, or those to whom the policy gives the action anywhere.

    `safe_post` says that a POST changes nothing, so that any site's page may send one. With `own_tokens`, the view
    itself recognises who sent a token: those that are good elsewhere are none there. With `own_origins`, it also says
    which sites' pages may call.
    """

    action: Action | None = None
    takes_upload: bool = False
    safe_post: bool = False
    own_tokens: bool = False
    own_origins: bool = False


EVERYBODY = Rule()


def rule(declared: Rule) -> Callable[[View], View]:
    """Declare a route's rule."""

    def mark(view: View) -> View:
        setattr(view, _RULE, declared)
        return view

    return mark


def install(app: Flask) -> None:
    """Ask each route's rule before its view."""
    app.before_request(_enforce)
    rule(EVERYBODY)(app.view_functions["static"])


def rule_of(view: Callable[..., Any]) -> Rule:
    """Answer the rule that a view declared. Raises `AttributeError` where it declared none."""
    declared: Rule = getattr(view, _RULE)
    return declared


def check_declared(app: Flask) -> None:
    """Raise `RuntimeError` naming every route that declares no rule."""
    bare = sorted(name for name, view in app.view_functions.items() if not hasattr(view, _RULE))
    if bare:
        message = f"routes without an access rule: {', '.join(bare)}"
        raise RuntimeError(message)


def _enforce() -> None:
    declared = rule_of(current_app.view_functions[request.endpoint]) if request.endpoint else None
    if bearer() is not None and not (declared and declared.own_tokens):
        # A bad token is refused everywhere, also where everybody may read and where there is nothing.
        actor()
    if declared is None:
        return
    if request.method not in SAFE_METHODS and not declared.safe_post and not declared.own_origins:
        _refuse_other_sites()
    if declared.action is not None:
        _demand_anywhere(declared.action)
    if declared.takes_upload:
        request.max_content_length = services().settings.max_upload_bytes + MULTIPART_OVERHEAD


def _demand_anywhere(action: Action) -> None:
    reached = policy.audiences(actor(), action)
    if reached is None or reached - {policy.PUBLIC}:
        return
    if actor().is_anonymous:
        raise SignInNeeded(Text("サインインが必要です。", "Sign in first."))
    raise Denied(Text("この操作の権限がありません。", "You may not do this."))


def _refuse_other_sites() -> None:
    """Refuse what another site's page makes a browser send with our cookie (Fetch Metadata, else Origin)."""
    # No page of another site can send a token; a cookie beside one shows a browser all the same.
    if bearer() is not None and session_secret() is None:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    own = {None, f"http://{request.host}", f"https://{request.host}"}
    allowed = site in SAME_SITE if site is not None else origin in own
    if not allowed:
        raise Denied(Text("別のサイトからの送信は受け付けません。", "Requests sent by another site are refused."))
