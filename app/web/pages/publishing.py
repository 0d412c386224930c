"""The upload page, and the page of a submission: what was found, and what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for

from app.catalog import vocabularies
from app.identity import policy
from app.identity.policy import Action
from app.kernel.errors import AppError, BadRequest, Conflict
from app.kernel.text import Text
from app.publishing.submission import Go, Repairs, Submission, SubmissionState
from app.web.access import Rule, rule
from app.web.api.submissions import dataset_of, upload_of_request
from app.web.context import actor, language, services
from app.web.errors import STATUS
from app.web.pages import blueprint
from app.web.pages.examined import TableView, around, choices, jumps, labels, settled, views, visible
from app.web.respond import integer
from app.web.texts import clean_prose

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from app.publishing.repair.choices import Choice

MAX_TABLES = 10_000
# Their pages tell of what is published, and have no grid to jump to.
THROUGH = frozenset({SubmissionState.PUBLISHED, SubmissionState.UNCHANGED})
# Japanese counts in ten thousands.
MAN = 10_000


@blueprint.get("/upload")
@rule(Rule(Action.SUBMIT))
def upload() -> str:
    """The form."""
    return _form(None)


@blueprint.post("/upload")
@rule(Rule(Action.SUBMIT, takes_upload=True))
def send_upload() -> ResponseReturnValue:
    """Take the form and go on to the submission's page."""
    try:
        submission = services().publishing.receive(actor(), upload_of_request())
    except AppError as error:
        return _form(error), STATUS[type(error)]
    return redirect(url_for("pages.submission", submission_id=submission.id), 303)


@blueprint.get("/submission/<uuid:submission_id>")
@rule(Rule(Action.READ_SUBMISSION))
def submission(submission_id: object) -> str:
    """Where a submission stands."""
    return _page(services().publishing.get(actor(), str(submission_id)), None)


@blueprint.post("/submission/<uuid:submission_id>/choices")
@rule(Rule(Action.SUBMIT))
def choose(submission_id: object) -> ResponseReturnValue:
    """Take the boxes of the page: check again, publish, or give up."""
    found = services().publishing.get(actor(), str(submission_id))
    try:
        _choose(found)
    except AppError as error:
        return _page(found, error), STATUS[type(error)]
    return redirect(url_for("pages.submission", submission_id=submission_id), 303)


@blueprint.post("/submission/<uuid:submission_id>/decision")
@rule(Rule(Action.READ_SUBMISSION))
def decide(submission_id: object) -> ResponseReturnValue:
    """Approve what waits for review, or send it back; who may is the service's to say."""
    publishing, id_, reason = services().publishing, str(submission_id), clean_prose(request.form.get("reason", ""))
    # Looked for first: to a stranger there is no submission, whatever the form lacks.
    publishing.get(actor(), id_)
    revision = _revision()
    try:
        if request.form.get("decision") == "approve":
            publishing.approve(actor(), id_, reason=reason, revision=revision)
        else:
            publishing.decline(actor(), id_, reason=reason, revision=revision)
    except AppError as error:
        return _page(publishing.get(actor(), id_), error), STATUS[type(error)]
    return redirect(url_for("pages.submission", submission_id=submission_id), 303)


def rows_said(count: int) -> str:
    """Write a count of rows as one says it: in ten thousands in Japanese, with commas in English."""
    if language() != "ja":
        return f"{count:,} rows"
    return f"{count // MAN:,} 万行" if count >= MAN else f"{count:,} 行"


def _choose(found: Submission) -> None:
    publishing, revision = services().publishing, _revision()
    if revision != found.revision:
        # The boxes stand for an examination that is no more.
        raise Conflict(
            Text(
                "表示した後に状態が変わりました。いまの内容を確かめて、選び直してください。",
                "It has changed since you looked. This is how it stands now; choose again.",
            )
        )
    if request.form.get("go") == "abandon":
        publishing.abandon(actor(), found.id, revision=revision)
        return
    go = Go.PUBLISH if request.form.get("go") == "publish" else Go.CHECK
    chosen = request.form.get("table", type=int)
    picked = _picked(found, views(found.examination, found.report, chosen))
    publishing.decide(actor(), found.id, choices=picked, go=go, revision=revision)


def _picked(found: Submission, tables: tuple[TableView, ...]) -> tuple[Choice, ...]:
    for name, on in (("on", True), ("off", False)):
        if name in request.form:
            return settled(tables, found.choices, request.form[name], on=on)
    return choices(tables, found.choices, set(request.form.getlist("apply")), exact="exact" in request.form)


def _revision() -> int:
    try:
        return int(request.form.get("revision", ""))
    except ValueError:
        raise BadRequest(Text("revision がありません。", "`revision` is missing.")) from None


def _page(found: Submission, problem: AppError | None) -> str:
    chosen = integer("table", 0, low=0, high=MAX_TABLES) if "table" in request.args else None
    tables = views(found.examination, found.report, chosen)
    organizations = {each.id: each for each in services().organizations.list()}
    return render_template(
        "submission.html",
        submission=found,
        dataset=dataset_of(found),
        organization=organizations[found.organization_id],
        tables=tables,
        chosen=chosen,
        labels=labels(),
        jump=jumps(() if found.state in THROUGH else tables),
        visible=visible,
        around=around,
        rows_said=rows_said,
        decides=found.decidable and _may(found, Action.SUBMIT),
        publishes=_may(found, Action.PUBLISH),
        reviews=found.state is SubmissionState.IN_REVIEW and _reviews(found),
        releases=_may(found, Action.RELEASE_PERSONAL_DATA),
        problem=problem,
    )


def _reviews(found: Submission) -> bool:
    """Say whether the actor may let it pass, or send it back."""
    return _may(found, Action.PUBLISH) or (bool(found.holds) and _may(found, Action.RELEASE_PERSONAL_DATA))


def _may(found: Submission, action: Action) -> bool:
    return bool(policy.may(actor(), action, (policy.organization(found.organization_id),)))


def _form(problem: AppError | None) -> str:
    return render_template(
        "upload.html",
        organizations=services().organizations.where(actor(), Action.SUBMIT),
        licenses=vocabularies.licenses(),
        problem=problem,
        given=request.form,
        default_repairs=Repairs.SHOW,
    )
