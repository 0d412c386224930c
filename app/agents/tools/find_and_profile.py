"""`find_and_profile`: from a question to the tables that answer it, with columns, rows and ready arguments, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from app.agents import profiles, showing
from app.agents.answering import Verdict, compare
from app.agents.finding import find, records_of
from app.agents.fits import Fit
from app.agents.looking import best_held
from app.agents.nothing import not_here
from app.agents.telling import caveats_told, notes_on
from app.agents.tool import LEAST_TOKENS, MOST_TOKENS, Answer, Arguments, Draft, Tool
from app.query.meaning import Detail

if TYPE_CHECKING:
    from app.agents.answering import Judged
    from app.agents.candidates import Candidate
    from app.agents.desk import Desk
    from app.agents.looking import Held
    from app.agents.tool import Call
    from app.agents.wanted import Wanted
    from app.catalog.record import DatasetRecord

_BEST = 3
_DOUBTFUL = "Not here, as far as can be told: each result lacks something that was asked for, see its `gaps`."
_TOKENS = 3000
_COLUMNS = (0, 0, 6, 6, 12, 24)
# Which of the datasets comes to which level: named; how to ask; a few columns; rows; more columns; many.
_STEPS = ((0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (2, 1), (2, 2), (0, 4), (1, 3), (2, 3), (0, 5))
_ROWS_FROM = 3
_FEW = 6


class FindAndProfile(Arguments):
    """A question."""

    question: str = Field(max_length=500)
    place: str = Field("", max_length=200)
    period: str = Field("", max_length=100)
    max_tokens: int = Field(_TOKENS, ge=LEAST_TOKENS, le=MOST_TOKENS)


def run(desk: Desk, call: Call, arguments: FindAndProfile) -> Draft:
    """Answer the best datasets, the surest first, each with the table that names most of what is asked."""
    finding = find(desk, call, arguments.question, place=arguments.place, period=arguments.period)
    if not finding.found:

        def look(_: Candidate, record: DatasetRecord) -> dict[str, Any]:
            looked = best_held(desk, call, record, finding.wanted)
            return {"table": profiles.told(call, looked, arguments.question, _FEW, with_rows=False)} if looked else {}

        return not_here(desk, call, finding, look)
    best = [
        (candidate, record, best_held(desk, call, record, finding.wanted))
        for candidate, record in records_of(desk, call, finding.found[:_BEST])
    ]
    best.sort(key=lambda each: _fits(each, finding.wanted), reverse=True)
    for _, record, looked in best:
        call.saw(record, rows=len(looked.rows.rows) if looked and looked.rows else 0)
    judged = [compare(call, (candidate, record), looked, finding.wanted) for candidate, record, looked in best]
    steps = [(place, level) for place, level in _STEPS if place < len(best)]
    notes = [*finding.notes(), *(note for _, record, _ in best[:1] for note in notes_on(record, 0))]
    if all(each.verdict is Verdict.NO for each in judged):
        notes.append(_DOUBTFUL)

    def make(count: int) -> Answer:
        levels = dict.fromkeys((0,), 0) | dict(steps[:count])
        shown = [
            _said(best[place], call, arguments.question, level) | _gaps(judged[place])
            for place, level in sorted(levels.items())
        ]
        return Answer({"total": finding.total, "results": shown}, finding.asked(), tuple(notes))

    return Draft(len(steps), make, "steps of detail")


def _fits(found: tuple[Candidate, DatasetRecord, Held | None], wanted: Wanted) -> int:
    """Rank by what rows say of the place and the time, where that is certain: some that fit, nothing said, none."""
    candidate, _, looked = found
    if looked is None:
        return -1
    is_placed = looked.place_by is not None or (wanted.place is not None and wanted.place.words in looked.seen)
    if (is_placed or looked.time_by is not None) and not looked.total:
        return -2
    if wanted.place is None or candidate.sure.place is Fit.YES:
        return 0
    return 0 if is_placed else -1


def _gaps(judged: Judged) -> dict[str, Any]:
    """Say what a dataset lacks, where that leaves no answer: what lacks less says so in `why`."""
    return {"gaps": [each.told() for each in judged.gaps]} if judged.verdict is Verdict.NO else {}


def _said(found: tuple[Candidate, DatasetRecord, Held | None], call: Call, question: str, level: int) -> dict[str, Any]:
    candidate, record, looked = found
    said = showing.brief(candidate, record, call)
    if caveats := caveats_told(call, record, Detail.BRIEF):
        said["caveats"] = caveats
    if looked is None:
        return said | ({"resources": showing.resources_of(record)} if level else {})
    if level:
        said["table"] = profiles.told(call, looked, question, _COLUMNS[level], with_rows=level >= _ROWS_FROM)
        others = [each.name for each in record.resources if each.name != looked.resource.name]
        said |= {"other_resources": others[:_BEST]} if others else {}
    return said


TOOL = Tool(
    "find_and_profile",
    "問いに答える表を探して示す",
    "From a question to the best 1-3 tables: columns, sample, caveats, ready query_rows arguments, in one call.",
    FindAndProfile,
    run,
    {
        "type": "object",
        "properties": {"total": {"type": "integer"}, "results": {"type": "array", "items": {"type": "object"}}},
    },
)
