"""`/api/v1/submissions`: send a package, follow it, decide on it."""

from __future__ import annotations

import re
import time
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, cast

import msgspec
from flask import Response, request
from pydantic import Field, StrictBool, StrictInt

from app.catalog.record import Access, DatasetRecord
from app.identity.policy import Action
from app.kernel.errors import BadRequest, Gone, Invalid, NotFound
from app.kernel.text import Text
from app.publishing.repair.choices import Choice
from app.publishing.repair.rules import RULES
from app.publishing.submission import Details, Go, Repairs, Submission, SubmissionState, Upload
from app.web.access import EVERYBODY, Rule, rule
from app.web.api import blueprint, representation, shapes
from app.web.context import actor, services, waiting
from app.web.interface import Interface, describes, json
from app.web.parameters import Body, Line, Parameters, Prose, Sent, read_from, read_json
from app.web.respond import json_answer
from app.web.texts import clean

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

OUTCOMES = {SubmissionState.PUBLISHED: 201} | dict.fromkeys(
    (SubmissionState.UNCHANGED, SubmissionState.CHECKED, SubmissionState.SUPERSEDED), 200
)
WAIT = re.compile(r"(?:^|[,;]\s*)wait=(\d{1,3})(?=\s*(?:[,;]|$))")
LONGEST_WAIT = 60
POLL_SECONDS = 0.1


class Said(StrEnum):
    """Who may read: as `Access`, or whoever may read the dataset already (everybody, for a new one)."""

    PUBLIC = Access.PUBLIC.value
    INTERNAL = Access.INTERNAL.value
    KEEP = "keep"


class Particulars(Parameters):
    """What is said with an upload. Only what is no data package needs more than the organization."""

    organization: str = Field(default="", description="The slug of an organization that you may submit for.")
    title: Line = ""
    description: Prose = ""
    license: Line = Field(default="", description="An id of `metadata/vocabularies/licenses.json`.")
    notes: Prose = Field(default="", description="What is new in this version.")
    access: Said = Field(default=Said.KEEP, description="Who may read it.")
    repairs: Repairs | None = Field(default=None, description="What to do with repairs.")


class Bare(Particulars):
    """What is said in the query, with the bare file as the body."""

    filename: Line = Field(default="", description="The file's name; its ending tells the format.")


class Revised(Body):
    """`revision` is that of the submission as it was seen: refused where there is a newer one."""

    revision: StrictInt | None = None


class Reasoned(Revised):
    """A decision on what waits for review."""

    reason: Prose = ""


class Chosen(Body):
    """Whether a rule of repair is applied: everywhere, in a resource, in a column, or for one word there."""

    rule: str
    apply: StrictBool
    resource: str = ""
    column: str = ""
    before: str | None = None


class Decision(Revised):
    """Check again, or publish, with these choices."""

    go: Go
    choices: tuple[Chosen, ...] = ()


_SUBMISSION = json(shapes.SubmissionAnswer)
_SENT = {200: _SUBMISSION, 201: _SUBMISSION, 202: _SUBMISSION}
PREFER = {
    "name": "Prefer",
    "in": "header",
    "schema": {"type": "string", "pattern": "^wait=[0-9]{1,3}$"},
    "description": "`wait=N`: answer the outcome where it is known within N seconds, at most 60 (RFC 7240).",
}
_REASONED = Interface(
    bodies={"application/json": Reasoned}, optional_body=True, answers={200: _SUBMISSION}, problems=(400, 404, 409, 412)
)


@blueprint.post("/submissions")
@rule(Rule(Action.SUBMIT, takes_upload=True))
@describes(
    Interface(
        query=Bare,
        bodies={
            "multipart/form-data": {"x-form": Particulars},
            "application/octet-stream": {"type": "string", "format": "binary"},
        },
        answers=_SENT,
        problems=(400, 415, 422),
        headers=(PREFER,),
    )
)
def send() -> Response:
    """Take an upload: multipart with `file` and `organization`, or the bare file as the body.

    Answers 202 with the submission's address; reading happens after. With `Prefer: wait=N` (RFC 7240) the answer
    is the outcome where that is known within N seconds: 201, or 200 where nothing changed or something has to be
    decided, or the problems as 422. Where too many requests wait already, the answer is 202 at once.
    """
    return _outcome(_awaited(services().publishing.receive(actor(), upload_of_request())))


@blueprint.get("/submissions/<uuid:submission_id>")
@rule(Rule(Action.READ_SUBMISSION))
@describes(Interface(answers={200: _SUBMISSION}))
def get_submission(submission_id: object) -> Response:
    """Where a submission stands, with its report."""
    return _answer(services().publishing.get(actor(), str(submission_id)))


@blueprint.post("/submissions/<uuid:submission_id>/approve")
@rule(Rule(Action.READ_SUBMISSION))
@describes(_REASONED)
def approve(submission_id: object) -> Response:
    """Publish what waits for review: `{"reason": "…", "revision": n}`; who may is the service's to say."""
    body = _body_about(submission_id, Reasoned)
    services().publishing.approve(actor(), str(submission_id), reason=body.reason, revision=body.revision)
    return _answer(services().publishing.get(actor(), str(submission_id)))


@blueprint.post("/submissions/<uuid:submission_id>/decline")
@rule(Rule(Action.READ_SUBMISSION))
@describes(_REASONED)
def decline(submission_id: object) -> Response:
    """Send back what waits for review: `{"reason": "…", "revision": n}`."""
    body = _body_about(submission_id, Reasoned)
    services().publishing.decline(actor(), str(submission_id), reason=body.reason, revision=body.revision)
    return _answer(services().publishing.get(actor(), str(submission_id)))


@blueprint.post("/submissions/<uuid:submission_id>/decision")
@rule(Rule(Action.SUBMIT))
@describes(
    Interface(
        bodies={"application/json": Decision},
        answers=_SENT,
        problems=(400, 404, 409, 412, 422),
        headers=(PREFER,),
    )
)
def decide(submission_id: object) -> Response:
    """Check again or publish with these choices: `{"go": "check", "choices": [{"rule", "apply", …}], "revision": n}`.

    Answers 202, as for an upload; `Prefer: wait=N` works as there.
    """
    body = _body_about(submission_id, Decision, exact=True)
    choices = tuple(Choice(**each.model_dump()) for each in body.choices)
    decided = services().publishing.decide(
        actor(), str(submission_id), choices=choices, go=body.go, revision=body.revision
    )
    return _outcome(_awaited(decided))


@blueprint.post("/submissions/<uuid:submission_id>/abandon")
@rule(Rule(Action.SUBMIT))
@describes(
    Interface(
        bodies={"application/json": Revised},
        optional_body=True,
        answers={200: _SUBMISSION},
        problems=(400, 404, 409, 412),
    )
)
def abandon(submission_id: object) -> Response:
    """Give up what waits for a decision or for review: `{"revision": n}`."""
    body = _body_about(submission_id, Revised)
    services().publishing.abandon(actor(), str(submission_id), revision=body.revision)
    return _answer(services().publishing.get(actor(), str(submission_id)))


def _body_about(submission_id: object, model: type[Sent], *, exact: bool = False) -> Sent:
    """Read a body about a submission; whoever may not know of that learns nothing by sending a bad one."""
    services().publishing.get(actor(), str(submission_id))
    return read_json(model, exact=exact)


@blueprint.get("/repair-rules")
@rule(EVERYBODY)
@describes(Interface(answers={200: json(shapes.RepairRules)}))
def list_repair_rules() -> Response:
    """Every rule of repair: what it does, why, and whether it is applied unless somebody says no."""
    return json_answer({"rules": [{"id": code, **msgspec.to_builtins(each)} for code, each in RULES.items()]})


def upload_of_request() -> Upload:
    """Read an upload from the form, or from the body with its particulars in the query.

    Raises `BadRequest` for particulars in a place where they would not be read: an `access` that is overlooked
    would publish what was meant for few.
    """
    given, stream, name = _sent()
    own = services().organizations.where(actor(), Action.SUBMIT)
    owner = next((each for each in own if each.slug == given.organization), None)
    if owner is None:
        raise BadRequest(
            Text(
                "organization に、投稿できる組織の識別名を指定してください。",
                "Name in `organization` the slug of an organization that you may submit for.",
            )
        )
    details = Details(
        title=given.title,
        description=given.description,
        license=given.license,
        notes=given.notes,
        access=None if given.access is Said.KEEP else Access(given.access),
        repairs=given.repairs,
    )
    return Upload(_file(stream), name, owner.id, details)


def dataset_of(submission: Submission) -> DatasetRecord | None:
    """The dataset that a submission became, where its sender may read it."""
    if submission.dataset_id is None:
        return None
    try:
        return services().catalog.get_by_id(actor(), submission.dataset_id)
    except (NotFound, Gone):
        return None


def _outcome(submission: Submission) -> Response:
    address = f"/api/v1/submissions/{submission.id}"
    if submission.state is SubmissionState.REFUSED:
        raise Invalid(submission.message, report=submission.report, instance=address)
    status = OUTCOMES.get(submission.state, 202)
    answer = json_answer(representation.submission(submission, dataset_of(submission), services().site), status)
    answer.headers["Location"] = address
    if submission.running:
        answer.headers["Retry-After"] = "1"
    return answer


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


def _sent() -> tuple[Particulars, FileStorage | None, str]:
    """Read what was said, the form's file, and the file's name."""
    if request.mimetype != "multipart/form-data":
        bare = read_from(Bare, request.args)
        return bare, None, bare.filename or "upload"
    misplaced = sorted(set(Bare.model_fields) & {*request.args, *request.files} | {"file"} & {*request.args})
    if misplaced:
        names = ", ".join(misplaced)
        raise BadRequest(
            Text(
                f"{names} は、アドレスやファイルではなくフォームの項目として送ってください。",
                f"Send {names} as plain fields of the form, not in the address or as files.",
            )
        )
    given = read_from(Particulars, request.form)
    sent = request.files.get("file")
    return given, sent, (clean(sent.filename or "") if sent else "") or "upload"


def _file(sent: FileStorage | None) -> BinaryIO:
    if request.mimetype != "multipart/form-data":
        return cast("BinaryIO", request.stream)
    if sent is None or not sent.filename:
        raise BadRequest(Text("file にファイルを付けてください。", "Attach the upload as `file`."))
    return cast("BinaryIO", sent.stream)


def _answer(submission: Submission) -> Response:
    return json_answer(representation.submission(submission, dataset_of(submission), services().site))
