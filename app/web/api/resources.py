"""`/api/v1/resources`: rows with the meaning of their columns."""

from __future__ import annotations

from flask import Response

from app.catalog import addresses
from app.query.rows import MAX_LIMIT
from app.web.access import EVERYBODY, rule
from app.web.api import blueprint
from app.web.context import actor, services
from app.web.respond import integer, json_answer

ROWS = 100


@blueprint.get("/resources/<uuid:resource_id>/rows")
@rule(EVERYBODY)
def rows(resource_id: object) -> Response:
    """The first rows of a table, with what its columns mean and which version they are of."""
    record, resource = services().catalog.resource(actor(), str(resource_id))
    page = services().rows.first(resource, limit=integer("limit", ROWS, low=1, high=MAX_LIMIT))
    site = services().site
    return json_answer(
        {
            "dataset": {
                "id": record.id,
                "slug": record.slug,
                "url": site.absolute(addresses.dataset(record.slug)),
                "title": record.title,
                "version": record.version,
                "license": record.license,
                "publisher": record.publisher.title,
            },
            "resource": {"id": resource.id, "name": resource.name, "title": resource.title},
            "columns": resource.table.columns if resource.table else (),
            "total": page.total,
            "truncated": page.truncated,
            "rows": [dict(zip(page.columns, row, strict=True)) for row in page.rows],
        }
    )
