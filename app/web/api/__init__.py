"""REST for developers."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

# The routes hang on the blueprint above, so they are imported after it.
from app.web.api import changes, checks, datasets, demand, editing, interface, quality, resources, search, sql, submissions  # noqa: E402, F401 - imported for their routes
