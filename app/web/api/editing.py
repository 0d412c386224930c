"""`PATCH /api/v1/datasets/{slug}`: change what is said of a dataset; and what its description would score then."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Response, request
from werkzeug.exceptions import PreconditionRequired

from app.catalog.lifecycle import VISIBLE
from app.catalog.record import Access
from app.identity.organizations import demand
from app.identity.policy import Action, organization
from app.kernel.errors import BadRequest, Invalid, Unsupported
from app.kernel.text import Text
from app.metadata import mqa
from app.metadata.graph import graph
from app.metadata.rdf import dataset_address
from app.web.access import Rule, rule
from app.web.api import blueprint, representation, shapes
from app.web.context import actor, services
from app.web.interface import Interface, describes, json
from app.web.patches import patch_schema
from app.web.respond import json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.catalog.record import DatasetRecord

MERGE_PATCH = "application/merge-patch+json"
MAX_PATCH_BYTES = 1024 * 1024
# Beside the revision, an ETag holds a little of the body's hash: a new release may write the same record differently.
_OF_THE_HASH = 12
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of the dataset as it was read (RFC 9110, 13.1.1).",
}


@blueprint.patch("/datasets/<slug:slug>")
@rule(Rule(Action.PUBLISH))
@describes(
    Interface(
        bodies={MERGE_PATCH: patch_schema},
        answers={200: json(shapes.Dataset)},
        problems=(400, 404, 410, 412, 415, 422, 428),
        headers=(IF_MATCH,),
    )
)
def edit_dataset(slug: str) -> Response:
    """Apply a merge patch (RFC 7396), where `If-Match` has the dataset's ETag; all of it or nothing."""
    record = _editable(slug)
    revision = _expected(record)
    try:
        return dataset_answer(services().catalog.edit(actor(), slug, _changes(), revision=revision))
    except BadRequest as error:
        raise _invalid(error) from error


@blueprint.post("/datasets/<slug:slug>/score")
@rule(Rule(Action.PUBLISH))
@describes(
    Interface(
        bodies={MERGE_PATCH: patch_schema}, answers={200: json(shapes.Scored)}, problems=(400, 404, 410, 415, 422)
    )
)
def score_dataset(slug: str) -> Response:
    """Say what the description would score with the changes of a merge patch; nothing is changed."""
    record = _editable(slug)
    try:
        marks = marks_with(record, _changes())
    except BadRequest as error:
        raise _invalid(error) from error
    return json_answer({"slug": slug, "revision": record.revision, **msgspec.to_builtins(marks)})


def dataset_answer(record: DatasetRecord) -> Response:
    """Answer a dataset with the ETag that `If-Match` takes."""
    answer = json_answer(representation.dataset(record, services().site))
    answer.set_etag(f"{record.revision}-{hashlib.sha256(answer.get_data()).hexdigest()[:_OF_THE_HASH]}")
    answer.headers["Accept-Patch"] = MERGE_PATCH
    return answer


def marks_with(record: DatasetRecord, changes: Mapping[str, Any]) -> mqa.Marks:
    """Score the description as it would be with the changes. Raises as `Catalog.preview`.

    Validators take too long to be asked while somebody types, so that their last verdict counts.
    """
    changed, site = services().catalog.preview(actor(), record.slug, changes), services().site
    served = f"{site.url}/" if changed.access is Access.PUBLIC and changed.state in VISIBLE else None
    checked = services().checks.of(record.id)
    return mqa.score(
        graph(changed, site),
        dataset_address(changed, site),
        answers=lambda url: served is not None and url.startswith(served),
        compliant=None if checked is None else any(each.met for each in checked.marks.indicators if each.id == DCAT_AP),
    )


DCAT_AP = "dcat-ap"


def _editable(slug: str) -> DatasetRecord:
    """Find a dataset that the actor may change, before anything that was sent is looked at."""
    record = services().catalog.get(actor(), slug)
    demand(actor(), Action.PUBLISH, (organization(record.publisher.id),))
    return record


def _expected(record: DatasetRecord) -> int:
    """Read from `If-Match` the revision that the sender has seen. One that is no more makes the edit stale."""
    tags = request.if_match
    if not tags:
        raise PreconditionRequired(
            "Send `If-Match` with the ETag of the dataset that you have read; see /api/v1/datasets/{slug}."
        )
    # Proxies that compress make ETags weak. The revision in them is as exact as before.
    seen = {tag.partition("-")[0] for tag in tags.as_set(include_weak=True)}
    return record.revision if tags.star_tag or str(record.revision) in seen else -1


def _changes() -> dict[str, Any]:
    if request.mimetype != MERGE_PATCH:
        raise Unsupported(
            Text(f"Content-Type を {MERGE_PATCH} にしてください。", f"Send it with the Content-Type {MERGE_PATCH}.")
        )
    request.max_content_length = MAX_PATCH_BYTES
    try:
        sent = msgspec.json.decode(request.get_data(cache=False))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise BadRequest(
            Text("本文は JSON のオブジェクトで送ってください。", "The body is a JSON object with the fields to change.")
        )
    return sent


def _invalid(error: BadRequest) -> BadRequest | Invalid:
    """Tell what cannot be read (400) from what was read and does not hold (422)."""
    return Invalid(error.message, report=error.report) if error.report is not None else error
