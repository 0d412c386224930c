"""One route for each metadata format: a format that is registered is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from app.metadata.registry import FORMATS
from app.web.access import EVERYBODY, rule
from app.web.context import actor, services
from app.web.respond import conditional

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.metadata.format import Format


def describe_blueprint() -> Blueprint:
    """Make the routes of all formats."""
    blueprint = Blueprint("describe", __name__)
    for each in FORMATS:
        blueprint.add_url_rule(
            f"/dataset/<slug:slug>{each.suffix}", endpoint=each.name, view_func=_view(each), methods=["GET"]
        )
    return blueprint


def _view(described: Format) -> Callable[[str], Response]:
    @rule(EVERYBODY)
    def view(slug: str) -> Response:
        record = services().catalog.get(actor(), slug)
        description = services().descriptions.render(record, described.name)
        return conditional(description.body, description.media_type, description.etag, description.modified)

    return view
