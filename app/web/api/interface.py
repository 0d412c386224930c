"""`/api/v1/resources/{id}/openapi.json`: the rows of one table as OpenAPI, for whoever generates a typed client."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec
from flask import Response, current_app

from app.metadata.linksets import OPENAPI
from app.query.formats.registry import FORMATS
from app.web.access import EVERYBODY, rule
from app.web.api import blueprint
from app.web.context import actor, services
from app.web.interface import Content, Interface, describes
from app.web.openapi.table import resource_document
from app.web.parameters import Parameters, read
from app.web.respond import conditional

_OF_A_FORMAT = "/resources/<uuid:resource_id>/rows."


@blueprint.get("/resources/<uuid:resource_id>/openapi.json")
@rule(EVERYBODY)
@describes(Interface(query=Parameters, answers={200: Content((OPENAPI,))}))
def resource_interface(resource_id: object) -> Response:
    """How to ask for a table's rows, in OpenAPI: real names of columns, operators by type, typed rows."""
    read(Parameters)
    record, resource = services().catalog.resource(actor(), str(resource_id))
    described = resource_document(
        record, resource, services().rows.frame(resource), services().site, formats=_formats()
    )
    body = msgspec.json.encode(described)
    return conditional(body, OPENAPI, hashlib.sha256(body).hexdigest(), None)


def _formats() -> Mapping[str, str]:
    """List the formats that rows are served in."""
    if not any(_OF_A_FORMAT in each.rule for each in current_app.url_map.iter_rules()):
        return {}
    return {each.suffix: each.media_type for each in FORMATS}
