"""Signing in and out, and the one-time link that sets a password."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for

from app.kernel.errors import BadRequest, NotFound, SignInNeeded
from app.kernel.text import Text
from app.web.access import EVERYBODY, rule
from app.web.context import SESSION_COOKIE, services, session_secret
from app.web.pages import blueprint
from app.web.texts import field

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response


@blueprint.get("/sign-in")
@rule(EVERYBODY)
def sign_in() -> str:
    """The form."""
    return render_template("sign_in.html", next=safe_next(request.args.get("next")), failed=False)


@blueprint.post("/sign-in")
@rule(EVERYBODY)
def do_sign_in() -> ResponseReturnValue:
    """Sign in with address and password; the session is new, whatever cookie came along."""
    target = safe_next(request.form.get("next"))
    try:
        secret = services().accounts.sign_in(field("email"), request.form.get("password", ""))
    except SignInNeeded:
        return render_template("sign_in.html", next=target, failed=True), 401
    return _signed_in(secret, target)


@blueprint.get("/sign-in/<secret>")
@rule(EVERYBODY)
def link(secret: str) -> str:
    """The page a one-time link opens. Opening it uses nothing up: mail scanners open links too."""
    if not services().accounts.link_is_good(secret):
        raise NotFound(
            Text(
                "このリンクは使用済みか期限切れです。運営者に新しいリンクを依頼してください。",
                "This link was used or has expired. Ask the operator for a new one.",
            )
        )
    return render_template("set_password.html", secret=secret, problem=None)


@blueprint.post("/sign-in/<secret>")
@rule(EVERYBODY)
def use_link(secret: str) -> ResponseReturnValue:
    """Set the password and sign in."""
    try:
        session = services().accounts.use_link(secret, request.form.get("password", ""))
    except (BadRequest, SignInNeeded) as problem:
        return render_template("set_password.html", secret=secret, problem=problem), 400
    return _signed_in(session, "/")


@blueprint.post("/sign-out")
@rule(EVERYBODY)
def sign_out() -> ResponseReturnValue:
    """End the session here and in the database."""
    secret = session_secret()
    if secret:
        services().accounts.sign_out(secret)
    answer = redirect(url_for("pages.home"), 303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def safe_next(target: str | None) -> str:
    """Keep a path of this site; anything a browser could read as another site becomes the home page."""
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return "/"
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or "\\" in target or not target.isprintable() or "//" in parts.path:
        return "/"
    return target


def _signed_in(secret: str, target: str) -> Response:
    settings = services().settings
    answer = redirect(target, 303)
    answer.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=settings.session_days * 86400,
        secure=settings.url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return answer
