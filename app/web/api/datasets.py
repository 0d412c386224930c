"""`/api/v1/datasets/{slug}`: one dataset, and its moves. Searching them is in `search.py`."""

from __future__ import annotations

from flask import Response, request

from app.catalog.record import State
from app.identity.policy import Action
from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.web.access import EVERYBODY, Rule, rule
from app.web.api import blueprint
from app.web.api.editing import dataset_answer
from app.web.context import actor, services
from app.web.respond import json_answer
from app.web.texts import clean_prose


@blueprint.get("/datasets/<slug:slug>")
@rule(EVERYBODY)
def get_dataset(slug: str) -> Response:
    """Everything about one dataset. Its ETag is what a change of it has to name in `If-Match`."""
    answer = dataset_answer(services().catalog.get(actor(), slug))
    answer.make_conditional(request)
    return answer


@blueprint.post("/datasets/<slug:slug>/state")
@rule(Rule(Action.WITHDRAW))
def move_dataset(slug: str) -> Response:
    """Move a dataset through its life: `{"state": "deprecated" | "published" | "withdrawn", "reason": "…"}`."""
    sent = request.get_json(silent=True)
    body = sent if isinstance(sent, dict) else {}
    wanted = body.get("state")
    if not isinstance(wanted, str) or wanted not in set(State):
        states = ", ".join(State)
        raise BadRequest(
            Text(f"JSON で state（{states}）を指定してください。", f"Send JSON with a `state` out of {states}.")
        )
    state = State(wanted)
    services().catalog.move(actor(), slug, state, reason=clean_prose(str(body.get("reason") or "")))
    return json_answer({"slug": slug, "state": state})
