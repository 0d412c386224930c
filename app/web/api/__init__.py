"""REST for developers."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

# The routes hang on the blueprint above, so they are imported after it.
from app.web.api import (  # noqa: E402 - as the line above says
    agents,  # noqa: F401 - for its routes
    changes,  # noqa: F401 - for its routes
    checks,  # noqa: F401 - for its routes
    datasets,  # noqa: F401 - for its routes
    demand,  # noqa: F401 - for its routes
    editing,  # noqa: F401 - for its routes
    interface,  # noqa: F401 - for its routes
    quality,  # noqa: F401 - for its routes
    resources,  # noqa: F401 - for its routes
    search,  # noqa: F401 - for its routes
    sql,  # noqa: F401 - for its routes
    submissions,  # noqa: F401 - for its routes
)
