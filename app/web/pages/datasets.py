"""The pages of a dataset and of a publisher."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from flask import Response, redirect, render_template, request, url_for

from app.catalog import vocabularies
from app.catalog.loading import publisher_of
from app.catalog.record import State
from app.identity.policy import Action
from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.metadata.formats.schema_org import embedded
from app.metadata.registry import by_name
from app.web.access import EVERYBODY, Rule, rule
from app.web.context import actor, services
from app.web.counting import saw
from app.web.describe import NEGOTIATED, described, not_acceptable
from app.web.headers import link_header, signposts
from app.web.negotiation import choose, offers
from app.web.pages import blueprint
from app.web.respond import conditional, integer, keep_ready
from app.web.texts import clean_prose

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = 20
MAX_OFFSET = 1_000_000


@blueprint.get("/dataset/<slug:slug>")
@blueprint.get("/dataset/<slug:slug>/v/<int:number>")
@rule(EVERYBODY)
def dataset(slug: str, number: int | None = None) -> Response:
    """A dataset, in its current version or in the one named: as a page, or in the format that the reader prefers."""
    record = services().catalog.get(actor(), slug, number)
    formats = services().descriptions.offered(record)
    headers = request.headers
    chosen = choose(headers.get("Accept"), headers.get("Accept-Profile"), offers(formats))
    if chosen is None:
        return not_acceptable(record)
    if format_ := by_name(chosen.name):
        return described(record, format_, negotiated=True)
    body = render_template(
        "dataset.html",
        record=record,
        formats=formats,
        number=number,
        labels=_labels(),
        embedded=embedded(record, services().site),
    )
    links = link_header(signposts(record, services().site, formats))
    # A page may change without its dataset, as when the portal is updated: it has no time of change, only its bytes.
    page = body.encode()
    answer = conditional(page, "text/html; charset=utf-8", hashlib.sha256(page).hexdigest(), None, Link=links)
    answer.vary.update(NEGOTIATED)
    saw(record)
    return keep_ready(answer)


def _labels() -> dict[str, Text]:
    tables = (vocabularies.themes(), vocabularies.frequencies())
    return {code: concept.title for table in tables for code, concept in table.concepts.items()}


@blueprint.post("/dataset/<slug:slug>/state")
@rule(Rule(Action.WITHDRAW))
def move_dataset(slug: str) -> ResponseReturnValue:
    """Deprecate, bring back or withdraw a dataset."""
    try:
        state = State(request.form.get("state", ""))
    except ValueError:
        raise BadRequest(Text("状態を選んでください。", "Choose a state.")) from None
    services().catalog.move(actor(), slug, state, reason=clean_prose(request.form.get("reason", "")))
    return redirect(url_for("pages.dataset", slug=slug))


@blueprint.get("/publisher/<slug:slug>")
@rule(EVERYBODY)
def publisher(slug: str) -> str:
    """An organization and what it publishes."""
    organization = services().organizations.get(slug)
    offset = integer("offset", 0, low=0, high=MAX_OFFSET)
    datasets = services().catalog.list(actor(), organization_id=organization.id, offset=offset, limit=PAGE)
    return render_template("publisher.html", publisher=publisher_of(organization), datasets=datasets)
