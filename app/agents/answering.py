"""Whether a dataset can answer: what it lacks of topic, place, time and how fine it is, seen in its rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.agents.fits import Fit
from app.agents.granularity import is_fine_enough, offered_by
from app.agents.looking import Held, best_held
from app.agents.placing import is_about_part
from app.agents.showing import period_of, places_of
from app.agents.time_columns import column_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.agents.candidates import Candidate
    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.agents.wanted import Wanted
    from app.catalog.record import DatasetRecord

# A dataset that is about less of the topic answers a part of the question.
_WHOLE_TOPIC = 0.65
_APRIL = 4


class Verdict(StrEnum):
    """Whether the portal answers a question; the worse ones last."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


_RANK = {Verdict.YES: 0, Verdict.PARTLY: 1, Verdict.NO: 2}


@dataclass(frozen=True, slots=True)
class Gap:
    """What is lacking: `on` is "topic", "place", "period" or "granularity"; `has` is what there is instead."""

    on: str
    verdict: Verdict
    why: str
    has: Any = None

    def told(self) -> dict[str, Any]:
        """Say it."""
        return {"on": self.on, "why": self.why} | ({"has": self.has} if self.has else {})


@dataclass(frozen=True, slots=True)
class Judged:
    """A dataset beside a question."""

    candidate: Candidate
    record: DatasetRecord
    looked: Held | None
    gaps: tuple[Gap, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst that is lacking says it; a topic that is hardly there does not outweigh anything else lacking."""
        if len({gap.on for gap in self.gaps}) > 1 and any(gap.on == "topic" for gap in self.gaps):
            return Verdict.NO
        return max((gap.verdict for gap in self.gaps), key=_RANK.__getitem__, default=Verdict.YES)

    @property
    def rank(self) -> tuple[int, int]:
        """The better ones are smaller."""
        return _RANK[self.verdict], len(self.gaps)


def judge(
    desk: Desk, call: Call, found: tuple[Candidate, DatasetRecord], wanted: Wanted, fine: tuple[str, ...]
) -> Judged:
    """Look into a dataset and compare it with a question."""
    return compare(call, found, best_held(desk, call, found[1], wanted), wanted, fine)


def compare(
    call: Call,
    found: tuple[Candidate, DatasetRecord],
    looked: Held | None,
    wanted: Wanted,
    fine: tuple[str, ...] = (),
) -> Judged:
    """Compare a dataset, and the table of it that was looked into, with a question."""
    candidate, record = found
    gaps = (
        *_topic(candidate, looked),
        *_place(call, found, looked, wanted),
        *_time(found, looked, wanted),
        *_granularity(looked, fine),
        *_together(looked, wanted),
    )
    return Judged(candidate, record, looked, gaps)


def _topic(candidate: Candidate, looked: Held | None) -> Iterator[Gap]:
    seen = set(looked.seen) if looked and looked.total else set()
    missing = [word for word in candidate.sure.missing if word not in seen]
    if missing:
        yield Gap("topic", Verdict.PARTLY, f"nothing in it says: {', '.join(missing[:3])}")
    elif not candidate.sure.is_named and not seen:
        yield Gap("topic", Verdict.PARTLY, "only its description or cells speak of it; no column is called so")
    elif candidate.sure.topic < _WHOLE_TOPIC and not seen:
        yield Gap("topic", Verdict.PARTLY, "it is about this only in part")


def _place(call: Call, found: tuple[Candidate, DatasetRecord], looked: Held | None, wanted: Wanted) -> Iterator[Gap]:
    """Rows are certain; coverage tells where they do not."""
    if wanted.place is None:
        return
    candidate, record = found
    has = places_of(record, call)
    if looked and (looked.place_by or wanted.place.words in looked.seen):
        if not looked.place_rows:
            yield Gap("place", Verdict.NO, "no row is of this place", has)
        elif is_about_part(record, wanted.place.codes):
            yield Gap("place", Verdict.PARTLY, "it is about a part of this place only", has)
        return
    if candidate.sure.place is Fit.YES:
        return
    if candidate.sure.place is Fit.NO:
        yield Gap("place", Verdict.NO, "it is about another place", has)
    elif candidate.sure.place is Fit.WIDER:
        yield Gap("place", Verdict.NO, "it is about a wider area and no column tells places", has)
    else:
        # Of a country's own things nobody says so: the companies of a stock exchange.
        is_unsaid = bool(wanted.place.countries) and not has
        certain = Verdict.NO if looked and not is_unsaid else Verdict.PARTLY
        yield Gap("place", certain, "nothing in it is of this place", has)


def _time(found: tuple[Candidate, DatasetRecord], looked: Held | None, wanted: Wanted) -> Iterator[Gap]:
    if wanted.time is None:
        return
    candidate, record = found
    has: Any = period_of(record).get("period")
    column = column_of(looked.columns) if looked else None
    profile = column.column.profile if column else None
    if profile and profile.minimum and profile.maximum:
        has = {"column": column.column.name if column else "", "from": profile.minimum, "to": profile.maximum}
    if looked and looked.time_by is not None:
        if not looked.time_rows:
            yield Gap("period", Verdict.NO, "no row is of this period", has)
        elif profile and not _covers(wanted, profile.minimum, profile.maximum):
            yield Gap("period", Verdict.PARTLY, "rows are of a part of this period only", has)
        return
    if candidate.sure.time is Fit.NO:
        yield Gap("period", Verdict.NO, "it is about another period", has)
    elif candidate.sure.time is Fit.PARTLY:
        yield Gap("period", Verdict.PARTLY, "it is about a part of this period", has)
    elif candidate.sure.time is Fit.UNKNOWN:
        yield Gap("period", Verdict.PARTLY, "nothing says of which time it is", has)


def _covers(wanted: Wanted, first: str | None, last: str | None) -> bool:
    """Compare years: which day of them a column of years or months means is not told."""
    period = wanted.time.period if wanted.time else None
    if period is None or not first or not last or not (first[:4] + last[:4]).isdecimal():
        return True
    starts = period.start is None or int(first[:4]) <= period.start.year
    return starts and (period.end is None or int(last[:4]) >= period.end.year - (period.end.month < _APRIL))


def _granularity(looked: Held | None, fine: tuple[str, ...]) -> Iterator[Gap]:
    offered = offered_by(looked.columns) if looked else ()
    for each in fine:
        if not is_fine_enough(each, offered):
            why = f"it is not by {each}" if offered else "no column tells how fine it is"
            yield Gap("granularity", Verdict.PARTLY, why, list(offered))


def _together(looked: Held | None, wanted: Wanted) -> Iterator[Gap]:
    """Rows may be of the place and others of the time, and none of both."""
    if looked and not looked.total and looked.place_rows and looked.time_rows and wanted.place and wanted.time:
        yield Gap("period", Verdict.NO, "no row is of this place and this period together")
