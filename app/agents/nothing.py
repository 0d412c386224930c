"""What is answered where nothing here answers: that it is so, and what comes nearest, marked as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.agents import showing
from app.agents.finding import records_of
from app.agents.fits import Fit
from app.agents.tool import Answer, Draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.agents.candidates import Candidate
    from app.agents.desk import Desk
    from app.agents.finding import Finding
    from app.agents.tool import Call
    from app.catalog.record import DatasetRecord

NOT_HERE = "Not here: no dataset of this portal surely answers this."
_CLOSE = "The first of `nearest` lacks one word only, and may be meant all the same: its `table` is shown, uncertain."
NEAREST = "`nearest` are other datasets that come closest; each says what it lacks."


def not_here(
    desk: Desk,
    call: Call,
    finding: Finding,
    look: Callable[[Candidate, DatasetRecord], dict[str, Any]] | None = None,
) -> Draft:
    """Say that nothing here answers a question.

    `look` tells more of what comes nearest, where a single word of the question is all that it lacks.
    """
    near = records_of(desk, call, finding.near)
    for _, record in near:
        call.saw(record)
    closer = look(*near[0]) if look and near and _is_close(near[0][0]) else {}

    def make(count: int) -> Answer:
        data: dict[str, Any] = {"total": 0, "results": []}
        if near:
            data["nearest"] = [showing.near(candidate, record, call) for candidate, record in near[:count]]
        notes = [*finding.notes(), NOT_HERE, *((NEAREST,) if near else ())]
        if closer and count > len(near):
            data["nearest"][0] |= closer
            notes.append(_CLOSE)
        return Answer(data, finding.asked(), tuple(notes))

    return Draft(len(near) + bool(closer), make, "nearest datasets")


def _is_close(candidate: Candidate) -> bool:
    sure = candidate.sure
    fits = sure.place not in {Fit.NO, Fit.UNKNOWN} and sure.time is not Fit.NO
    return fits and sure.is_named and len(sure.missing) == 1
