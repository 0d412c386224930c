"""Pages for people, rendered on the server."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("pages", __name__)

# The routes hang on the blueprint above, so they are imported after it.
from app.web.pages import (  # noqa: E402 - as the line above says
    agents,  # noqa: F401 - for its routes
    audit,  # noqa: F401 - for its routes
    checks,  # noqa: F401 - for its routes
    datasets,  # noqa: F401 - for its routes
    demand,  # noqa: F401 - for its routes
    developers,  # noqa: F401 - for its routes
    editing,  # noqa: F401 - for its routes
    home,  # noqa: F401 - for its routes
    organization,  # noqa: F401 - for its routes
    problems,  # noqa: F401 - for its routes
    publishing,  # noqa: F401 - for its routes
    quality,  # noqa: F401 - for its routes
    resource,  # noqa: F401 - for its routes
    series,  # noqa: F401 - for its routes
    sign_in,  # noqa: F401 - for its routes
    sql,  # noqa: F401 - for its routes
)
