"""Headers that every answer carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request

from app.kernel.actor import ANONYMOUS

if TYPE_CHECKING:
    from flask import Flask, Response

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Under this address one-time links are opened and passwords set.
SECRET_PATH = "/sign-in"  # noqa: S105 - an address


def install(app: Flask) -> None:
    """Set them after each request."""
    app.after_request(_set)


def _set(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    if response.mimetype == "text/html":
        response.vary.update(("Accept-Language", "Cookie"))
    if g.get("actor", ANONYMOUS) is not ANONYMOUS or "Set-Cookie" in headers or request.path.startswith(SECRET_PATH):
        headers["Cache-Control"] = "private, no-store"
    elif request.method in {"GET", "HEAD"}:
        # Public data is for every origin; no cookie travels with it.
        headers.setdefault("Access-Control-Allow-Origin", "*")
        headers.setdefault("Access-Control-Expose-Headers", "ETag, Link, Repr-Digest, Content-Range")
        headers.setdefault("Cache-Control", "public, no-cache")
    return response
