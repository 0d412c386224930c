"""`/api/v1/submissions`: send a package, follow it, decide on it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, BinaryIO, cast

from flask import Response, request

from app.catalog.record import Access, DatasetRecord
from app.identity.policy import Action
from app.kernel.errors import BadRequest, Gone, Invalid, NotFound
from app.kernel.text import Text
from app.publishing.submission import Details, Submission, SubmissionState, Upload
from app.web.access import Rule, rule
from app.web.api import blueprint, representation
from app.web.context import actor, services, waiting
from app.web.respond import json_answer
from app.web.texts import clean, clean_prose

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

FIELDS = frozenset({"organization", "title", "description", "license", "notes", "access", "file", "filename"})
OUTCOMES = {SubmissionState.PUBLISHED: 201, SubmissionState.UNCHANGED: 200}
WAIT = re.compile(r"(?:^|[,;]\s*)wait=(\d{1,3})(?=\s*(?:[,;]|$))")
LONGEST_WAIT = 60
POLL_SECONDS = 0.1


@blueprint.post("/submissions")
@rule(Rule(Action.SUBMIT, takes_upload=True))
def send() -> Response:
    """Take an upload: multipart with `file` and `organization`, or the bare file as the body.

    Answers 202 with the submission's address; reading happens after. With `Prefer: wait=N` (RFC 7240) the answer
    is the outcome where that is known within N seconds: 201, or 200 where nothing changed, or the problems as 422.
    Where too many requests wait already, the answer is 202 at once.
    """
    submission = services().publishing.receive(actor(), upload_of_request())
    address = f"/api/v1/submissions/{submission.id}"
    submission = _awaited(submission)
    if submission.state is SubmissionState.REFUSED:
        raise Invalid(submission.message, report=submission.report, instance=address)
    status = OUTCOMES.get(submission.state, 202)
    answer = json_answer(representation.submission(submission, dataset_of(submission), services().site), status)
    answer.headers["Location"] = address
    if submission.running:
        answer.headers["Retry-After"] = "1"
    return answer


@blueprint.get("/submissions/<uuid:submission_id>")
@rule(Rule(Action.READ_SUBMISSION))
def get_submission(submission_id: object) -> Response:
    """Where a submission stands, with its report."""
    return _answer(services().publishing.get(actor(), str(submission_id)))


@blueprint.post("/submissions/<uuid:submission_id>/approve")
@rule(Rule(Action.PUBLISH))
def approve(submission_id: object) -> Response:
    """Publish what waits for review."""
    services().publishing.approve(actor(), str(submission_id))
    return _answer(services().publishing.get(actor(), str(submission_id)))


@blueprint.post("/submissions/<uuid:submission_id>/decline")
@rule(Rule(Action.PUBLISH))
def decline(submission_id: object) -> Response:
    """Send back what waits for review."""
    services().publishing.decline(actor(), str(submission_id))
    return _answer(services().publishing.get(actor(), str(submission_id)))


def upload_of_request() -> Upload:
    """Read an upload from the form, or from the body with its particulars in the query.

    Raises `BadRequest` for particulars in a place where they would not be read: an `access` that is overlooked
    would publish what was meant for few.
    """
    given = _particulars()
    access = _access(given)
    slug = given.get("organization", "")
    owner = next((each for each in services().organizations.where(actor(), Action.SUBMIT) if each.slug == slug), None)
    if owner is None:
        raise BadRequest(
            Text(
                "organization に、投稿できる組織の識別名を指定してください。",
                "Name in `organization` the slug of an organization that you may submit for.",
            )
        )
    stream, name = _file()
    details = Details(
        title=clean(given.get("title", "")),
        description=clean_prose(given.get("description", "")),
        license=clean(given.get("license", "")),
        notes=clean_prose(given.get("notes", "")),
        access=access,
    )
    return Upload(stream, name, owner.id, details)


def dataset_of(submission: Submission) -> DatasetRecord | None:
    """The dataset that a submission became, where its sender may read it."""
    if submission.dataset_id is None:
        return None
    try:
        return services().catalog.get_by_id(actor(), submission.dataset_id)
    except (NotFound, Gone):
        return None


def _awaited(submission: Submission) -> Submission:
    preferred = WAIT.search(request.headers.get("Prefer", ""))
    if preferred is None or not waiting().acquire(blocking=False):
        return submission
    try:
        deadline = time.monotonic() + min(int(preferred[1]), LONGEST_WAIT)
        while submission.running and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            submission = services().publishing.get(actor(), submission.id)
    finally:
        waiting().release()
    return submission


def _particulars() -> MultiDict[str, str]:
    if request.mimetype != "multipart/form-data":
        return request.args
    misplaced = sorted(FIELDS & set(request.args) | (FIELDS - {"file"}) & set(request.files))
    if misplaced:
        names = ", ".join(misplaced)
        raise BadRequest(
            Text(
                f"{names} は、アドレスやファイルではなくフォームの項目として送ってください。",
                f"Send {names} as plain fields of the form, not in the address or as files.",
            )
        )
    return request.form


def _access(given: MultiDict[str, str]) -> Access | None:
    match given.getlist("access"):
        case [] | ["keep"]:
            return None
        case [Access.PUBLIC | Access.INTERNAL as stated]:
            return Access(stated)
    values = ", ".join((*Access, "keep"))
    raise BadRequest(Text(f"access は {values} のいずれかです。", f"`access` is one of {values}."))


def _file() -> tuple[BinaryIO, str]:
    if request.mimetype == "multipart/form-data":
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise BadRequest(Text("file にファイルを付けてください。", "Attach the upload as `file`."))
        return cast("BinaryIO", sent.stream), clean(sent.filename) or "upload"
    return cast("BinaryIO", request.stream), clean(request.args.get("filename", "")) or "upload"


def _answer(submission: Submission) -> Response:
    return json_answer(representation.submission(submission, dataset_of(submission), services().site))
