"""`/api/v1/submissions`: send a package, follow it, decide on it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import msgspec
from flask import Response, request

from app.catalog.record import Access, DatasetRecord
from app.identity.policy import Action
from app.kernel.errors import BadRequest, Gone, Invalid, NotFound
from app.kernel.text import Text
from app.publishing.planning import choices_from
from app.publishing.repair.choices import Choice
from app.publishing.repair.rules import RULES
from app.publishing.submission import Details, Go, Repairs, Submission, SubmissionState, Upload
from app.web.access import EVERYBODY, Rule, rule
from app.web.api import blueprint, representation
from app.web.context import actor, services, waiting
from app.web.respond import json_answer
from app.web.texts import clean, clean_prose

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

FIELDS = frozenset(
    {"organization", "title", "description", "license", "notes", "access", "repairs", "file", "filename"}
)
OUTCOMES = {SubmissionState.PUBLISHED: 201} | dict.fromkeys(
    (SubmissionState.UNCHANGED, SubmissionState.CHECKED, SubmissionState.SUPERSEDED), 200
)
WAIT = re.compile(r"(?:^|[,;]\s*)wait=(\d{1,3})(?=\s*(?:[,;]|$))")
LONGEST_WAIT = 60
POLL_SECONDS = 0.1


@blueprint.post("/submissions")
@rule(Rule(Action.SUBMIT, takes_upload=True))
def send() -> Response:
    """Take an upload: multipart with `file` and `organization`, or the bare file as the body.

    Answers 202 with the submission's address; reading happens after. With `Prefer: wait=N` (RFC 7240) the answer
    is the outcome where that is known within N seconds: 201, or 200 where nothing changed or something has to be
    decided, or the problems as 422. Where too many requests wait already, the answer is 202 at once.
    """
    return _outcome(_awaited(services().publishing.receive(actor(), upload_of_request())))


@blueprint.get("/submissions/<uuid:submission_id>")
@rule(Rule(Action.READ_SUBMISSION))
def get_submission(submission_id: object) -> Response:
    """Where a submission stands, with its report."""
    return _answer(services().publishing.get(actor(), str(submission_id)))


@blueprint.post("/submissions/<uuid:submission_id>/approve")
@rule(Rule(Action.READ_SUBMISSION))
def approve(submission_id: object) -> Response:
    """Publish what waits for review: `{"reason": "…", "revision": n}`; who may is the service's to say."""
    body = _body()
    services().publishing.approve(
        actor(), str(submission_id), reason=clean_prose(_words(body, "reason")), revision=_revision(body)
    )
    return _answer(services().publishing.get(actor(), str(submission_id)))


@blueprint.post("/submissions/<uuid:submission_id>/decline")
@rule(Rule(Action.READ_SUBMISSION))
def decline(submission_id: object) -> Response:
    """Send back what waits for review: `{"reason": "…", "revision": n}`."""
    body = _body()
    services().publishing.decline(
        actor(), str(submission_id), reason=clean_prose(_words(body, "reason")), revision=_revision(body)
    )
    return _answer(services().publishing.get(actor(), str(submission_id)))


@blueprint.post("/submissions/<uuid:submission_id>/decision")
@rule(Rule(Action.SUBMIT))
def decide(submission_id: object) -> Response:
    """Check again or publish with these choices: `{"go": "check", "choices": [{"rule", "apply", …}], "revision": n}`.

    Answers 202, as for an upload; `Prefer: wait=N` works as there.
    """
    body = _body()
    decided = services().publishing.decide(
        actor(), str(submission_id), choices=_choices(body), go=_go(body), revision=_revision(body)
    )
    return _outcome(_awaited(decided))


@blueprint.post("/submissions/<uuid:submission_id>/abandon")
@rule(Rule(Action.SUBMIT))
def abandon(submission_id: object) -> Response:
    """Give up what waits for a decision or for review: `{"revision": n}`."""
    services().publishing.abandon(actor(), str(submission_id), revision=_revision(_body()))
    return _answer(services().publishing.get(actor(), str(submission_id)))


@blueprint.get("/repair-rules")
@rule(EVERYBODY)
def list_repair_rules() -> Response:
    """Every rule of repair: what it does, why, and whether it is applied unless somebody says no."""
    return json_answer({"rules": [{"id": code, **msgspec.to_builtins(each)} for code, each in RULES.items()]})


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
        repairs=_repairs(given),
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


def _repairs(given: MultiDict[str, str]) -> Repairs | None:
    match given.getlist("repairs"):
        case []:
            return None
        case [stated] if stated in set(Repairs):
            return Repairs(stated)
    values = ", ".join(Repairs)
    raise BadRequest(Text(f"repairs は {values} のいずれかです。", f"`repairs` is one of {values}."))


def _body() -> dict[str, Any]:
    """Read the JSON object of a decision; none is an empty one. Raises `BadRequest` for anything else."""
    if not request.get_data():
        return {}
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise BadRequest(Text("本文は JSON のオブジェクトにしてください。", "Send a JSON object as the body."))
    return sent


def _words(body: dict[str, Any], name: str) -> str:
    words = body.get(name, "")
    if not isinstance(words, str):
        raise BadRequest(Text(f"{name} は文字列です。", f"`{name}` is a text."))
    return words


def _revision(body: dict[str, Any]) -> int | None:
    revision = body.get("revision")
    if revision is not None and type(revision) is not int:
        raise BadRequest(Text("revision は整数です。", "`revision` is a whole number."))
    return revision


def _go(body: dict[str, Any]) -> Go:
    go = body.get("go")
    if not isinstance(go, str) or go not in set(Go):
        values = ", ".join(Go)
        raise BadRequest(Text(f"go は {values} のいずれかです。", f"`go` is one of {values}."))
    return Go(go)


def _choices(body: dict[str, Any]) -> tuple[Choice, ...]:
    try:
        listed = choices_from(body.get("choices", []))
        # Half a letter could be kept nowhere, and no cell has one.
        msgspec.json.encode(listed)
    except UnicodeEncodeError:
        raise BadRequest(
            Text("choices に文字でないものが含まれています。", "There is something in `choices` that is no letter.")
        ) from None
    except msgspec.ValidationError as error:
        raise BadRequest(
            Text(
                f"choices は rule, apply, resource, column, before を持つオブジェクトの列です。（{error}）",
                f"`choices` is a list of objects with rule, apply, resource, column and before: {error}.",
            )
        ) from error
    return listed


def _file() -> tuple[BinaryIO, str]:
    if request.mimetype == "multipart/form-data":
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise BadRequest(Text("file にファイルを付けてください。", "Attach the upload as `file`."))
        return cast("BinaryIO", sent.stream), clean(sent.filename) or "upload"
    return cast("BinaryIO", request.stream), clean(request.args.get("filename", "")) or "upload"


def _answer(submission: Submission) -> Response:
    return json_answer(representation.submission(submission, dataset_of(submission), services().site))
