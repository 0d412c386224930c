"""What a problem's code means: the pages that `type` of problem+json leads to."""

from __future__ import annotations

from flask import render_template

from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.publishing.problems import MESSAGES
from app.web.access import EVERYBODY, rule
from app.web.errors import HTTP, STATUS
from app.web.pages import blueprint


@blueprint.get("/problems/<slug:code>")
@rule(EVERYBODY)
def problem(code: str) -> str:
    """Explain a code of an answer or of a report."""
    statuses = {error.code: status for error, status in STATUS.items()} | {
        known: status for status, (known, _) in HTTP.items()
    }
    message = MESSAGES.get(code)
    if code not in statuses and message is None:
        raise NotFound(Text("このコードはありません。", "There is no such code."))
    return render_template("problem.html", code=code, status=statuses.get(code), message=message)
