"""`/api/v1/datasets/{slug}/checks`: what validators say of a dataset's description, and its marks, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.catalog import addresses
from app.web.access import EVERYBODY, rule
from app.web.api import blueprint, shapes
from app.web.context import actor, services
from app.web.interface import Interface, describes, json
from app.web.respond import json_answer

if TYPE_CHECKING:
    from flask import Response

    from app.metadata.checks.service import Checked


@blueprint.get("/datasets/<slug:slug>/checks")
@rule(EVERYBODY)
@describes(Interface(answers={200: json(shapes.Checks)}))
def checks(slug: str) -> Response:
    """The last check; `checked` is null where none has run yet."""
    record = services().catalog.get(actor(), slug)
    found = services().checks.of(record.id)
    return json_answer(
        {
            "dataset": {"id": record.id, "slug": record.slug, "title": record.title, "revision": record.revision},
            "page": services().site.absolute(addresses.dataset(record.slug) + "/checks"),
            **_written(found),
        }
    )


def _written(found: Checked | None) -> dict[str, Any]:
    if found is None:
        return {"checked": None, "revision": None, "passed": [], "results": [], "marks": None}
    return {
        "checked": found.checked,
        "revision": found.revision,
        "passed": found.passed_standards,
        "results": found.results,
        "marks": found.marks,
    }
