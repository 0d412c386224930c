"""Kakehashi: an open data publishing portal with AI-readable metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Make the WSGI application: settings, then services, then blueprints."""
    # Everything imports this package, the sandboxed child too; only the application needs Flask.
    from app.web.application import create_app as create

    return create(settings)
