"""The page of what validators say of a dataset's description, and the summaries that lead to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, url_for

from app.kernel.errors import Gone, NotFound
from app.metadata import mqa
from app.metadata.registry import by_name
from app.web.access import EVERYBODY, rule
from app.web.context import actor, services
from app.web.pages import blueprint

if TYPE_CHECKING:
    from app.catalog.record import DatasetRecord
    from app.metadata.checks.service import Checked, PublisherMarks


@blueprint.get("/dataset/<slug:slug>/checks")
@rule(EVERYBODY)
def checks(slug: str) -> str:
    """Every standard, validator and indicator, with what to do about what is missing."""
    record = services().catalog.get(actor(), slug)
    return render_template(
        "checks.html",
        record=record,
        checked=checked_of(record),
        dimensions=mqa.dimensions(),
        api_address=url_for("api.checks", slug=record.slug),
    )


@blueprint.context_processor
def _summaries() -> dict[str, Any]:
    """Let the pages of datasets and publishers sum up what this page and the checks say."""
    return {"checked_of": checked_of, "publisher_marks": publisher_marks, "format_named": by_name}


def checked_of(record: DatasetRecord) -> Checked | None:
    """Answer the last check of a dataset."""
    return services().checks.of(record.id)


def publisher_marks(organization_id: str) -> tuple[PublisherMarks, dict[str, DatasetRecord]]:
    """Answer a publisher's marks, and those datasets named in them that the reader may read."""
    marks = services().checks.of_publisher(organization_id)
    slugs = {slug for named in marks.lacking.values() for slug in named}
    return marks, {slug: record for slug in sorted(slugs) if (record := _readable(slug))}


def _readable(slug: str) -> DatasetRecord | None:
    try:
        return services().catalog.get(actor(), slug)
    except (NotFound, Gone):
        return None
