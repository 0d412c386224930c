"""`/api/v1/datasets/{slug}/resources/{name}/quality`: what the page of a resource's quality says, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.catalog import addresses
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.quality.assessment import assess
from app.quality.measurements import measure
from app.quality.rules import LEVEL_TITLES
from app.web.access import EVERYBODY, rule
from app.web.api import blueprint, shapes
from app.web.context import actor, services
from app.web.interface import Interface, describes, json
from app.web.respond import json_answer

if TYPE_CHECKING:
    from flask import Response

    from app.quality.assessment import Assessment, Finding


@blueprint.get("/datasets/<slug:slug>/resources/<path:name>/quality")
@rule(EVERYBODY)
@describes(Interface(answers={200: json(shapes.Quality)}))
def quality(slug: str, name: str) -> Response:
    """The scores of a resource, the evidence behind them, and its measurements."""
    record = services().catalog.get(actor(), slug)
    found = record.resource(name)
    if found is None:
        raise NotFound(Text("この資源は見つかりません。", "There is no such resource."))
    assessment = assess(found, record)
    page = addresses.resource(record.slug, found.name) + "/quality"
    return json_answer(
        {
            "dataset": {"id": record.id, "slug": record.slug, "title": record.title, "version": record.version},
            "resource": {"id": found.id, "name": found.name, "title": found.title},
            "page": services().site.absolute(page),
            "total": {"sent": assessment.total_sent, "published": assessment.total_published},
            "levels": _levels(assessment),
            "rules": [_finding(each) for each in assessment.findings],
            "measurements": measure(found, record, services().clock()),
        }
    )


def _levels(assessment: Assessment) -> list[dict[str, Any]]:
    return [
        {"level": sent.level, "title": LEVEL_TITLES[sent.level], "sent": sent, "published": published}
        for sent, published in zip(assessment.sent, assessment.published, strict=True)
    ]


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.rule.id,
        "level": finding.rule.level,
        "severity": finding.rule.severity,
        "title": finding.rule.title,
        "why": finding.rule.why,
        "advice": finding.rule.advice,
        "sent": finding.sent,
        "published": finding.published,
    }
