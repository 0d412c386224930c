"""Finds datasets for a question as people put it: never a silent zero, never noise.

The question is looked for as it was put, then its topic alone; what was found is compared with it. What has too little
of the topic is no answer but perhaps the nearest thing, and is shown as such.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.agents.candidates import NEAR, Candidate, in_place, is_answer, is_of, judged
from app.agents.fits import Fit
from app.agents.periods import FORMS
from app.agents.sureness import sureness
from app.agents.wanted import Wanted, wanted
from app.catalog.places import place_of
from app.identity import policy
from app.identity.policy import Action
from app.search.answer import SearchAnswer, SearchQuery

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.catalog.record import DatasetRecord

NEAREST = 3
WINDOW, MOST = 30, 100
_CODES = 5
_LONGEST_NAME = 100
_BY_COUNTRY = "country"
_ONE_OF_SEVERAL = "Several places have this name: the one in asked.place was taken; say another by its code."
_NOTHING_FOUND = SearchAnswer((), 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for a question, the best first; `near` is what comes nearest where that is no answer.

    `relaxed` says what was not kept to, `dropped` what was passed over, `instead` what may have been meant. `total`
    counts all that fit.
    """

    wanted: Wanted
    found: tuple[Candidate, ...]
    near: tuple[Candidate, ...]
    total: int
    relaxed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()

    def notes(self) -> tuple[str, ...]:
        """Say what of the question is not certain."""
        place = self.wanted.place
        notes = []
        if place and place.shared and len(place.codes) > 1:
            notes.append("Several places have this name; all were looked for. Say which by its code.")
        elif place and place.shared:
            notes.append(_ONE_OF_SEVERAL)
        if place and not place.codes and not place.countries:
            notes.append("`place` names no place for certain; it was looked for as words.")
        if self.wanted.unread_period:
            notes.append(f"`period` was not understood and not used. Write: {FORMS}.")
        return tuple(notes)

    def asked(self) -> dict[str, Any]:
        """Say how the question was understood, what there is nothing to say of left out."""
        place, time = self.wanted.place, self.wanted.time
        said: dict[str, Any] = {"topic": self.wanted.topic_text}
        if place:
            codes = {"countries": place.countries} if place.countries else {"codes": place.codes[:_CODES]}
            said["place"] = {"name": place.words} | {name: list(each) for name, each in codes.items()}
            if place.shared:
                said["place"]["shared_by"] = list(place.shared[:_CODES])
            if not place.codes and not place.countries:
                said["place"]["nearest"] = list(place.nearest)
        if time:
            said["period"] = {"from": time.period.start, "to": time.period.end}
        if self.wanted.unread_period:
            said["period"] = {"not_understood": self.wanted.unread_period}
        lists = {"relaxed": self.relaxed, "dropped": self.dropped, "did_you_mean": self.instead}
        return said | {name: list(each) for name, each in lists.items() if each}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What results are narrowed to, as people name it: `publisher`, `theme`, `format`."""

    by: Mapping[str, str]

    def __str__(self) -> str:
        """Write it in the query language; quotation marks cannot be part of a name there."""
        return " ".join(f'{name}:"{_bare(words)}"' for name, words in self.by.items() if _bare(words))


NOTHING = Narrowed({})


def find(
    desk: Desk,
    call: Call,
    text: str,
    *,
    place: str = "",
    period: str = "",
    narrowed: Narrowed = NOTHING,
    window: int = WINDOW,
) -> Finding:
    """Find what a question asks for. A search that finds nothing is counted as demand that is not met."""
    asked = wanted(desk, call, text, place=place, period=period)
    finding = _find(desk, call, asked, narrowed, min(window, MOST))
    if not finding.found and str(narrowed):
        # What is narrowed away is near at least.
        wider = _find(desk, call, asked, NOTHING, min(window, MOST))
        near = (*wider.found, *wider.near)[:NEAREST]
        finding = replace(finding, near=near, relaxed=(*finding.relaxed, *_narrowing(narrowed)))
    if not finding.found:
        not_met(desk, call, text)
    return finding


def not_met(desk: Desk, call: Call, text: str) -> None:
    """Count a question in vain, its words only of somebody whom they tell nothing about that is not public."""
    call.found_nothing = True
    reach = call.actor.reach
    if call.actor.is_anonymous or (reach and not reach.is_internal):
        desk.demand.searched.count(text, _NOTHING_FOUND)


def records_of(desk: Desk, call: Call, candidates: Sequence[Candidate]) -> list[tuple[Candidate, DatasetRecord]]:
    """Answer the records of candidates, without those that the caller may not find since a moment ago."""
    known = desk.catalog.found(call.actor, [each.id for each in candidates])
    return [(each, known[each.id]) for each in candidates if each.id in known]


def _find(desk: Desk, call: Call, asked: Wanted, narrowed: Narrowed, window: int) -> Finding:
    answers = [_search(desk, call, text, narrowed, window) for text in _ways(asked)]
    candidates = [each for each in judged(answers, asked) if is_of(each.hit, _bare(narrowed.by.get("publisher", "")))]
    best = max((each.sure.topic for each in candidates), default=0.0)
    fitting = [each for each in candidates if is_answer(each, best)]
    if not fitting and asked.place and asked.place.codes:
        fitting = [each for each in _by_coverage(desk, call, candidates, is_in_japan=True) if is_answer(each, best)]
    if asked.place and asked.place.countries:
        elsewhere = {each.id: each for each in _by_coverage(desk, call, fitting, is_in_japan=False)}
        fitting = [elsewhere.get(each.id, each) for each in fitting]
    known = {each.id for each in fitting}
    others = [each for each in candidates if each.sure.topic >= NEAR and each.id not in known]
    found, beside, relaxed = in_place(fitting)
    if not found and asked.place and asked.place.codes and not others and not beside:
        others = _about_place(desk, call, asked)
    first = answers[0]
    is_more = len(found) == len(candidates) == window and first.relaxed is None
    said = widened(first, found[0], asked) if found else ()
    # What the topic alone is looked for with was not passed over.
    dropped = answers[1].dropped if len(answers) > 1 else first.dropped
    return Finding(
        asked,
        tuple(found),
        tuple([*beside, *others][:NEAREST]),
        max(len(found), first.total) if is_more else len(found),
        (*relaxed, *said),
        tuple(dict.fromkeys(f"{each.text}: {each.reason.en}" for each in dropped)),
        first.instead,
    )


def widened(answer: SearchAnswer, best: Candidate, asked: Wanted) -> tuple[str, ...]:
    """Say how results are wider than the topic; what search did without beside it, as a time, was used apart."""
    if answer.relaxed is None or not best.sure.missing:
        return ()
    if {each.lower() for each in answer.relaxed.words} <= {word.asked.text for word in asked.topic}:
        return (answer.relaxed.how.en,)
    lacking = ", ".join(f"“{word}”" for word in best.sure.missing[:_CODES])
    return (f"Results without {lacking}.",)


def _ways(asked: Wanted) -> tuple[str, ...]:
    """List what to look for: the question, its topic where that is something else, and that by countries."""
    if not asked.is_plain or not asked.topic or asked.topic_text == asked.text.lower():
        return (asked.text,)
    # Among thousands of records those of the world would be lost.
    abroad = (f"{asked.topic_text} {_BY_COUNTRY}",) if asked.place and asked.place.countries else ()
    return (asked.text, asked.topic_text, *abroad)


def _search(desk: Desk, call: Call, text: str, narrowed: Narrowed, window: int) -> SearchAnswer:
    audiences = policy.audiences(call.actor, Action.READ_DATASET)
    words = " ".join(filter(None, (text, str(narrowed))))
    return desk.search.search(SearchQuery(words=words, audiences=audiences, limit=window, facets=()))


def _by_coverage(desk: Desk, call: Call, candidates: list[Candidate], *, is_in_japan: bool) -> Iterator[Candidate]:
    """Answer the first few that are about all of Japan or the world, which their documents do not say.

    All of Japan is wider than a place in it. What is about the world, and has no column of countries, tells of none.
    """
    unplaced = [each for each in candidates if each.sure.place is Fit.UNKNOWN]
    for candidate, record in records_of(desk, call, unplaced[:NEAREST]):
        covered = {place.name.ja for said in record.spatial if (place := place_of(said))}
        if covered:
            fit = Fit.WIDER if "日本" in covered and is_in_japan else Fit.NO
            yield replace(candidate, sure=replace(candidate.sure, place=fit))


def _about_place(desk: Desk, call: Call, asked: Wanted) -> list[Candidate]:
    """Find anything about a place."""
    words = asked.place.words if asked.place else ""
    answer = _search(desk, call, words, NOTHING, NEAREST)
    nothing = replace(asked, topic=())
    return [Candidate(hit, replace(sureness(hit, nothing), topic=0.0), 0.0) for hit in answer.hits]


def _narrowing(narrowed: Narrowed) -> tuple[str, ...]:
    names = ", ".join(name for name, words in narrowed.by.items() if words)
    return (f"Nothing fits with {names}; `nearest` are without.",)


def _bare(words: str) -> str:
    return " ".join(words.replace('"', " ").split())[:_LONGEST_NAME]
