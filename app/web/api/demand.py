"""`/api/v1/demand`: what people search for and do not find, for governors and the bureaus that might own it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response

from app.identity.policy import Action
from app.web.access import Rule, rule
from app.web.api import blueprint, shapes
from app.web.demand_request import AskedByProgram, Shown, shown
from app.web.interface import Interface, describes, json
from app.web.parameters import read
from app.web.respond import json_answer

if TYPE_CHECKING:
    from app.search.demand.topics import Topic


@blueprint.get("/demand")
@rule(Rule(Action.READ_DEMAND))
@describes(Interface(query=AskedByProgram, answers={200: json(shapes.Demand)}, problems=(404,)))
def demand() -> Response:
    """What was searched for at least three times on two days without a good answer, most often asked for first."""
    found = shown(read(AskedByProgram))
    return json_answer({"days": found.days, "topics": [_topic(each, found) for each in found.topics]})


def _topic(topic: Topic, found: Shown) -> dict[str, Any]:
    dataset = found.datasets.get(topic.dataset_id or "")
    return {
        "id": topic.id,
        "words": topic.words,
        "count": topic.count,
        "days": topic.days,
        "first": topic.first,
        "last": topic.last,
        "organizations": [each.slug for each in found.bureaus(topic)],
        "state": topic.state,
        "dataset": dataset.slug if dataset else None,
        "note": topic.note,
        "decided": topic.decided,
    }
