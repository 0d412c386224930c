"""OpenAPI 3.1, of all routes and of the rows of one resource."""

from __future__ import annotations

from app.web.openapi.media_types import OPENSEARCH
from app.web.openapi.routes import described_routes, document
from app.web.openapi.words import LEFT_OUT

__all__ = ["LEFT_OUT", "OPENSEARCH", "described_routes", "document"]
