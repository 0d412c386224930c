"""The page of a resource's quality: how machine-readable it is, rule by rule, and what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, url_for

from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.quality.assessment import assess
from app.quality.measurements import measure
from app.quality.rules import LEVEL_TITLES
from app.web.access import EVERYBODY, rule
from app.web.context import actor, services
from app.web.pages import blueprint

if TYPE_CHECKING:
    from app.catalog.record import DatasetRecord, ResourceRecord
    from app.quality.assessment import Total


@blueprint.get("/dataset/<slug:slug>/resource/<path:name>/quality")
@rule(EVERYBODY)
def quality(slug: str, name: str) -> str:
    """The scores of a resource, the evidence behind them, and its measurements."""
    record = services().catalog.get(actor(), slug)
    found = record.resource(name)
    if found is None:
        raise NotFound(Text("この資源は見つかりません。", "There is no such resource."))
    return render_template(
        "quality.html",
        record=record,
        resource=found,
        assessment=assess(found, record),
        measurements=measure(found, record, services().clock()),
        level_titles=LEVEL_TITLES,
        api_address=url_for("api.quality", slug=record.slug, name=found.name),
    )


@blueprint.context_processor
def _scores() -> dict[str, Any]:
    """Let the pages of datasets and resources show a score that leads here."""
    return {"readability": readability}


def readability(resource: ResourceRecord, record: DatasetRecord) -> Total:
    """Sum up how machine-readable a resource is as it is published."""
    return assess(resource, record).total_published
