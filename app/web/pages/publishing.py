"""The upload page, and the page of a submission with its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for

from app.catalog import vocabularies
from app.identity.policy import Action
from app.kernel.errors import AppError
from app.web.access import Rule, rule
from app.web.api.submissions import dataset_of, upload_of_request
from app.web.context import actor, services
from app.web.errors import STATUS
from app.web.pages import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


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
    found = services().publishing.get(actor(), str(submission_id))
    organizations = {each.id: each for each in services().organizations.list()}
    return render_template(
        "submission.html",
        submission=found,
        dataset=dataset_of(found),
        organization=organizations[found.organization_id],
    )


@blueprint.post("/submission/<uuid:submission_id>/decision")
@rule(Rule(Action.PUBLISH))
def decide(submission_id: object) -> ResponseReturnValue:
    """Approve what waits for review, or send it back."""
    if request.form.get("decision") == "approve":
        services().publishing.approve(actor(), str(submission_id))
    else:
        services().publishing.decline(actor(), str(submission_id))
    return redirect(url_for("pages.submission", submission_id=submission_id), 303)


def _form(problem: AppError | None) -> str:
    return render_template(
        "upload.html",
        organizations=services().organizations.where(actor(), Action.SUBMIT),
        licenses=vocabularies.licenses(),
        problem=problem,
        given=request.form,
    )
