"""What people search for and do not find: the list, a table of it to take away, and what came of each."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from flask import Response, redirect, render_template, url_for

from app.identity import policy
from app.identity.policy import Action
from app.kernel.actor import ANONYMOUS
from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.search.demand.searched import KEPT_DAYS, LEAST_DAYS, LEAST_TIMES
from app.search.demand.topics import TopicState
from app.web.access import Rule, rule
from app.web.context import actor, language, services
from app.web.demand_request import Asked, Shown, shown
from app.web.pages import blueprint
from app.web.parameters import read
from app.web.texts import field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

    from app.search.demand.topics import Topic

PERIODS = (7, 30, 90, KEPT_DAYS)
STATES = {
    TopicState.OPEN: Text("未対応", "Open"),
    TopicState.ANSWERED: Text("データで応えた", "Answered"),
    TopicState.NOT_PLANNED: Text("予定なし", "Not planned"),
}
COLUMNS = ("words", "count", "days", "first", "last", "organizations", "state", "dataset", "note")
# A spreadsheet runs a cell that begins with one of these (OWASP, "CSV Injection"); so does LibreOffice after blanks.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@blueprint.get("/demand")
@rule(Rule(Action.READ_DEMAND))
def demand() -> str:
    """What was searched for in vain, most often first."""
    found = shown(read(Asked))
    return render_template(
        "demand.html",
        found=found,
        periods=PERIODS,
        states=STATES,
        decides=decides,
        least=(LEAST_TIMES, LEAST_DAYS),
        kept_days=KEPT_DAYS,
    )


@blueprint.get("/demand.csv")
@rule(Rule(Action.READ_DEMAND))
def demand_csv() -> Response:
    """The same as a table."""
    found = shown(read(Asked))
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    rows.writerows([harmless(cell) for cell in _cells(topic, found)] for topic in found.topics)
    # Excel reads UTF-8 only where the bytes begin with its mark.
    answer = Response(written.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8; header=present")
    answer.headers["Content-Disposition"] = "attachment; filename=demand.csv"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/demand/<topic_id>/state")
@rule(Rule(Action.DECIDE_DEMAND))
def decide_demand(topic_id: str) -> ResponseReturnValue:
    """Say what came of a topic."""
    try:
        state = TopicState(field("state"))
    except ValueError:
        raise BadRequest(Text("状態を選んでください。", "Choose a state.")) from None
    slug = field("dataset")
    # Only what everybody may read answers those who asked.
    found = services().catalog.get(ANONYMOUS, slug).id if state is TopicState.ANSWERED and slug else None
    services().demand.topics.decide(actor(), topic_id, state, dataset_id=found, note=field("note"))
    return redirect(url_for("pages.demand"), 303)


def decides(topic: Topic) -> bool:
    """Say whether the reader may say what came of a topic."""
    return bool(policy.may(actor(), Action.DECIDE_DEMAND, map(policy.organization, topic.organization_ids)))


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell that strangers wrote."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) else cell


def _cells(topic: Topic, found: Shown) -> Iterator[str]:
    dataset = found.datasets.get(topic.dataset_id or "")
    yield topic.words
    yield from map(str, (topic.count, topic.days, topic.first, topic.last))
    yield "; ".join(each.title.get(language()) for each in found.bureaus(topic))
    yield topic.state.value
    yield dataset.slug if dataset else ""
    yield topic.note
