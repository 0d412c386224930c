"""What was found, compared with the question: what is an answer, what comes near, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.agents.fits import Fit
from app.agents.sureness import Sureness, sureness
from app.search.analysis import fold
from app.search.relaxing import STEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.agents.wanted import Wanted
    from app.search.answer import Hit, SearchAnswer

# A dataset that is about less of the topic than this is no answer; where a word is nowhere in it, or nothing says that
# it is of the place, more is asked for. What has less than a share of the best one's is none either, and below `NEAR`
# it is not even near. Measured on questions with known answers and on nonsense (tests/unit/test_agent_find.py).
FLOOR, LACKING_FLOOR, UNPLACED_FLOOR, SHARE, NEAR = 0.38, 0.4, 0.5, 0.55, 0.12
# What the place and the time add to the share of the topic, and the engine's order.
_PLACES = {Fit.YES: 0.3, Fit.NAMED: 0.2, Fit.WIDER: 0.2, Fit.UNKNOWN: 0.0, Fit.PARTLY: 0.1, Fit.NO: -0.3}
_TIMES = {Fit.YES: 0.15, Fit.PARTLY: 0.1, Fit.UNKNOWN: 0.0, Fit.NO: -0.15}
_ORDER = 0.25
# What a question about the whole country or world takes from a dataset that is about a part of it.
_NARROWER = -0.25
_BROADER = frozenset({"日本", "日本国", "全国", "国内", "世界", "japan", "nationwide", "world", "worldwide"})
# Where every word of the topic stands somewhere in a dataset of the place, or in its rows.
_WHOLE_FLOOR = 0.3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dataset that was found, how sure it is, and what that is worth beside the others."""

    hit: Hit
    sure: Sureness
    worth: float

    @property
    def id(self) -> str:
        """The dataset's."""
        return self.hit.document.id


def judged(answers: Sequence[SearchAnswer], asked: Wanted) -> list[Candidate]:
    """Compare what was found with the question; the better place in an order counts."""
    places: dict[str, tuple[float, bool, Hit]] = {}
    for answer in answers:
        for number, hit in enumerate(answer.hits):
            order = 1 / (1 + number / 3)
            has_all = answer.relaxed is None or hit.score >= STEP
            known = places.get(hit.document.id)
            best = hit if known is None or known[0] < order else known[2]
            places[hit.document.id] = (max(order, known[0] if known else 0), has_all or bool(known and known[1]), best)
    is_broad = asked.place is None and any(word.asked.text in _BROADER for word in asked.topic)
    compared = []
    for order, has_all, hit in places.values():
        sure = sureness(hit, asked, has_all=has_all)
        beside = (_PLACES[sure.place] if sure.place else 0.0) + (_TIMES[sure.time] if sure.time else 0.0)
        beside += _NARROWER if is_broad and hit.document.places else 0.0
        compared.append(Candidate(hit, sure, sure.topic + beside + _ORDER * order))
    return sorted(compared, key=lambda each: -each.worth)


def in_place(fitting: list[Candidate]) -> tuple[list[Candidate], list[Candidate], tuple[str, ...]]:
    """Take out what is about somewhere else, and say so where there is nothing else."""
    here = [each for each in fitting if each.sure.place is not Fit.NO]
    elsewhere = [each for each in fitting if each.sure.place is Fit.NO]
    if here or not elsewhere:
        return here, elsewhere, ()
    return [], elsewhere, ("Nothing found is about this place; `nearest` are about others.",)


def is_of(hit: Hit, publisher: str) -> bool:
    """Say whether a publisher is called so, in full or in part; the engine takes any of its words for it."""
    wanted = fold(publisher).replace(" ", "")
    names = (hit.document.publisher_slug, hit.document.publisher.ja, hit.document.publisher.en)
    folded = [fold(name).replace(" ", "") for name in names if name]
    return not wanted or any(wanted in name or name in wanted for name in folded)


def is_answer(candidate: Candidate, best: float) -> bool:
    """Say whether a dataset is about enough of the topic, the best one being about `best` of it."""
    sure = candidate.sure
    floor = LACKING_FLOOR if sure.missing and sure.place not in {Fit.YES, Fit.NAMED} else FLOOR
    if sure.place in {Fit.UNKNOWN, Fit.NO}:
        floor = UNPLACED_FLOOR
    if sure.place is Fit.YES and not sure.missing:
        floor = _WHOLE_FLOOR
    return sure.topic >= max(floor, SHARE * best)
