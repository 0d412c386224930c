"""`can_answer`: whether the portal has what a question needs, what is lacking, and what comes nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from app.agents import granularity, profiles, showing
from app.agents.answering import Judged, Verdict, judge
from app.agents.candidates import is_answer
from app.agents.finding import find, not_met, records_of
from app.agents.nothing import NEAREST, NOT_HERE
from app.agents.tool import Answer, Arguments, Draft, Tool

if TYPE_CHECKING:
    from app.agents.desk import Desk
    from app.agents.finding import Finding
    from app.agents.tool import Call

_LOOKED_AT = 3


class CanAnswer(Arguments):
    """What would have to be known."""

    topic: str = Field(max_length=500)
    place: str = Field("", max_length=200)
    period: str = Field("", max_length=100)
    granularity: str = Field("", max_length=100, description="e.g. municipality, facility, month")


def run(desk: Desk, call: Call, arguments: CanAnswer) -> Draft:
    """Judge the best datasets; the one that lacks least decides."""
    finding = find(desk, call, arguments.topic, place=arguments.place, period=arguments.period)
    fine = granularity.asked_in(arguments.granularity)
    # What says that it is about another place may still have rows of this one.
    about = finding.found or [each for each in finding.near if is_answer(each, 0.0)]
    found = records_of(desk, call, about[:_LOOKED_AT])
    judged = sorted((judge(desk, call, each, finding.wanted, fine) for each in found), key=lambda each: each.rank)
    verdict = judged[0].verdict if judged else Verdict.NO
    if verdict is Verdict.NO and finding.found:
        not_met(desk, call, arguments.topic)
    best = judged[0] if judged and verdict is not Verdict.NO else None
    others = [each for each in judged if each is not best]
    near = records_of(desk, call, finding.near) if not judged else []
    for record in (*(each.record for each in judged), *(record for _, record in near)):
        call.saw(record)
    asked = finding.asked() | {"verdict": verdict, "gaps": _on(finding, judged)}
    if fine:
        asked["granularity"] = list(fine)
    notes = [*finding.notes()]
    if arguments.granularity.strip() and not fine:
        notes.append(f"`granularity` was not understood. Write one of: {', '.join(granularity.KNOWN)}.")
    if verdict is Verdict.NO:
        notes += [NOT_HERE, *([NEAREST] if judged or near else [])]

    def make(count: int) -> Answer:
        data: dict[str, Any] = {}
        if best:
            data["best"] = _said(best, call, arguments.topic)
        nearest = [_near(each, call) for each in others]
        nearest += [showing.near(candidate, record, call) for candidate, record in near]
        if nearest[:count]:
            data["nearest"] = nearest[:count]
        return Answer(data, asked, tuple(notes))

    return Draft(len(others) + len(near), make, "nearest datasets")


def _on(finding: Finding, judged: list[Judged]) -> list[str]:
    """Name what is lacking; where nothing was found, it is the topic."""
    if not judged:
        return ["topic"] if finding.wanted.topic else []
    return list(dict.fromkeys(gap.on for gap in judged[0].gaps))


def _said(judged: Judged, call: Call, question: str) -> dict[str, Any]:
    said = showing.brief(judged.candidate, judged.record, call)
    said.pop("why", None)
    if judged.looked:
        said |= {
            "resource": judged.looked.resource.name,
            "rows_that_fit": judged.looked.total,
            "granularity": list(granularity.offered_by(judged.looked.columns)),
            "query_rows": profiles.ready(judged.looked, question),
        }
    if judged.gaps:
        said["gaps"] = [gap.told() for gap in judged.gaps]
    return said


def _near(judged: Judged, call: Call) -> dict[str, Any]:
    said = showing.near(judged.candidate, judged.record, call)
    said.pop("lacks", None)
    return said | {"gaps": [gap.told() for gap in judged.gaps]}


TOOL = Tool(
    "can_answer",
    "答えられるか確かめる",
    "Whether this portal has data for a topic, place, period and granularity: yes, partly or no, with the gaps.",
    CanAnswer,
    run,
    {
        "type": "object",
        "properties": {"best": {"type": "object"}, "nearest": {"type": "array", "items": {"type": "object"}}},
    },
)
