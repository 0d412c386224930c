"""`search_datasets`: finds datasets for words or a whole question, and says plainly where there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.agents import showing
from app.agents.finding import MOST, WINDOW, Narrowed, find, records_of
from app.agents.nothing import not_here
from app.agents.tool import Answer, Arguments, Draft, Tool
from app.kernel.errors import BadRequest
from app.kernel.text import Text

if TYPE_CHECKING:
    from app.agents.candidates import Candidate
    from app.agents.desk import Desk
    from app.agents.finding import Finding
    from app.agents.tool import Call
    from app.catalog.record import DatasetRecord

_DIGITS = 4


class SearchDatasets(Arguments):
    """What to look for."""

    query: str = Field(max_length=500, description="Words or a question, Japanese or English")
    place: str = Field("", max_length=200, description="Name or code, e.g. 世田谷区")
    period: str = Field("", max_length=100, description="e.g. 令和3年, 2021, FY2021")
    publisher: str = Field("", max_length=200, description="Its name")
    theme: str = Field("", max_length=100, description="Name or code, e.g. 経済・財政, ECON")
    format: str = Field("", max_length=50)
    limit: int = Field(5, ge=1, le=20)
    cursor: str = Field("", max_length=20)


def run(desk: Desk, call: Call, arguments: SearchDatasets) -> Draft:
    """Answer what fits, the best first; where nothing does, what comes nearest."""
    start = _start(arguments.cursor)
    narrowed = Narrowed({name: getattr(arguments, name) for name in ("publisher", "theme", "format")})
    window = max(WINDOW, min(MOST, 2 * (start + arguments.limit)))
    finding = find(
        desk, call, arguments.query, place=arguments.place, period=arguments.period, narrowed=narrowed, window=window
    )
    if not finding.found:
        return not_here(desk, call, finding)
    shown = records_of(desk, call, finding.found[start : start + arguments.limit])
    for _, record in shown:
        call.saw(record)

    def make(count: int) -> Answer:
        # All of them in brief before any with its columns.
        number = min(count, len(shown))
        results = [
            (showing.full if place < count - len(shown) else showing.brief)(candidate, record, call)
            for place, (candidate, record) in enumerate(shown[:number])
        ]
        after = start + (number if number < len(shown) else arguments.limit)
        return Answer(
            {"total": finding.total, "results": results},
            finding.asked(),
            _notes(finding, shown[:number], after),
            str(after) if after < len(finding.found) and after < MOST else "",
        )

    return Draft(2 * len(shown), make, "steps of detail (first each result, then its columns)")


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _DIGITS):
        raise BadRequest(Text("cursor が正しくありません。", "That is no `next` of this tool; leave `cursor` out."))
    return int(cursor)


def _notes(finding: Finding, shown: list[tuple[Candidate, DatasetRecord]], after: int) -> tuple[str, ...]:
    notes = [*finding.notes()]
    if not shown:
        notes.append("There are no more results.")
    if finding.total > after >= len(finding.found):
        notes.append("More match than can be listed: add words, a place, a period or a publisher.")
    return tuple(notes)


TOOL = Tool(
    "search_datasets",
    "データセットを探す",
    "Find datasets by words or a question. Relaxes and says so in `asked`; says when nothing here answers.",
    SearchDatasets,
    run,
    {
        "type": "object",
        "properties": {
            "total": {"type": "integer"},
            "results": {"type": "array", "items": {"type": "object"}},
            "nearest": {"type": "array", "items": {"type": "object"}},
        },
    },
)
