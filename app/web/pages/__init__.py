"""Pages for people, rendered on the server."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("pages", __name__)

# The routes hang on the blueprint above, so they are imported after it.
from app.web.pages import (
    audit,
    checks,
    datasets,
    editing,
    home,
    organization,
    problems,
    publishing,
    quality,
    series,
    sign_in,
)  # noqa: E402, F401 - imported for their routes
