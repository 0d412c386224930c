"""What is answered where nothing here answers: that it is so, and what comes nearest, marked as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.agents import showing
from app.agents.finding import records_of
from app.agents.tool import Answer, Draft

if TYPE_CHECKING:
    from app.agents.desk import Desk
    from app.agents.finding import Finding
    from app.agents.tool import Call

NOT_HERE = "Not here: no dataset of this portal surely answers this."
NEAREST = "`nearest` are other datasets that come closest; each says what it lacks."


def not_here(desk: Desk, call: Call, finding: Finding) -> Draft:
    """Say that nothing here answers a question."""
    near = records_of(desk, call, finding.near)
    for _, record in near:
        call.saw(record)

    def make(count: int) -> Answer:
        data: dict[str, Any] = {"total": 0, "results": []}
        if near:
            data["nearest"] = [showing.near(candidate, record, call) for candidate, record in near[:count]]
        return Answer(data, finding.asked(), (*finding.notes(), NOT_HERE, *((NEAREST,) if near else ())))

    return Draft(len(near), make, "nearest datasets")
