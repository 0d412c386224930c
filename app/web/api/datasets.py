"""`/api/v1/datasets/{slug}`: one dataset, and its moves. Searching them is in `search.py`."""

from __future__ import annotations

from flask import Response, request

from app.catalog.record import State
from app.identity.policy import Action
from app.web.access import EVERYBODY, Rule, rule
from app.web.api import blueprint, shapes
from app.web.api.editing import dataset_answer
from app.web.context import actor, services
from app.web.interface import Interface, describes, json
from app.web.parameters import Body, Prose, read_json
from app.web.respond import json_answer


class Move(Body):
    """Where a dataset is to go in its life, and why."""

    state: State
    reason: Prose = ""


@blueprint.get("/datasets/<slug:slug>")
@rule(EVERYBODY)
@describes(Interface(answers={200: json(shapes.Dataset)}))
def get_dataset(slug: str) -> Response:
    """Everything about one dataset. Its ETag is what a change of it has to name in `If-Match`."""
    answer = dataset_answer(services().catalog.get(actor(), slug))
    answer.make_conditional(request)
    return answer


@blueprint.post("/datasets/<slug:slug>/state")
@rule(Rule(Action.WITHDRAW))
@describes(
    Interface(bodies={"application/json": Move}, answers={200: json(shapes.Moved)}, problems=(400, 404, 409, 410))
)
def move_dataset(slug: str) -> Response:
    """Move a dataset through its life: `{"state": "deprecated" | "published" | "withdrawn", "reason": "…"}`."""
    wanted = read_json(Move)
    services().catalog.move(actor(), slug, wanted.state, reason=wanted.reason)
    return json_answer({"slug": slug, "state": wanted.state})
