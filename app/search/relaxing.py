"""What to do where too few datasets have every word: ask for fewer, in steps, and say so.

What has every word stands above all else, then what has those that tell most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.search import notices
from app.search.clauses import All, Any, Clause, Constant, Everything

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.search.analysis.word import Asked
    from app.search.notices import Relaxed

ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Scale:
    """What it is worth to have a word at all, for each nat of what it tells, and what to have every word."""

    worth: float
    all: float


# More than any sum of scores: what has every word stands above what lacks one.
STEP = 1000.0
STRICT_SCALE = Scale(3.0, STEP)
# English words have many forms and meanings: what has every one of them is only a little better, and where they stand
# for Japanese ones, which translating found, somewhat more (measured).
ENGLISH_SCALE, TRANSLATED_SCALE = Scale(0.6, 5.0), Scale(0.6, 20.0)
# What a word tells is the logarithm of how rare it is. One that nothing has tells no more than this.
UNKNOWN = 3.5
# Where what is known tells less of a query than this share, the query is nonsense.
FLOOR = 0.15
# A word that tells less than this share of what the most telling one does is not counted when words are.
TELLING = 0.15
# Of the words that there are, so many must be in an answer; fewer only where that finds nothing.
HALF, ANY = 1 / 2, 0.0
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Weighed:
    """A word of a query, its clause, a cheaper one that matches the same, and how many datasets have it."""

    asked: Asked
    clause: Clause
    sign: Clause
    count: int


@dataclass(frozen=True, slots=True)
class Rest:
    """What a question has beside its words: what must be there, what is better, and what must not be there."""

    required: tuple[Clause, ...] = ()
    better: tuple[Clause, ...] = ()
    denied: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """A clause that ranks, one that matches the same for what only counts, and what was given up."""

    clause: All
    sign: All
    relaxed: Relaxed | None = None


def strict(words: Sequence[Clause], signs: Sequence[Clause], rest: Rest) -> Sought:
    """Ask for everything at once."""
    clause = All((*rest.required, *words) or (Everything(),), should=rest.better, must_not=rest.denied)
    return Sought(clause, All((*rest.required, *signs) or (Everything(),), must_not=rest.denied))


def relaxed(
    words: Sequence[Weighed],
    total: int,
    rest: Rest,
    share: float = HALF,
    scale: Scale = STRICT_SCALE,
    *,
    has_all: bool = True,
) -> Sought | None:
    """Ask for fewer words; `None` where that finds nothing else, or nothing that has to do with the query.

    `total` is the number of all datasets. Words that nothing has go first; of the others at least `share` must be
    there. `scale` says what having words is worth. Without `has_all` it is known that no dataset has every word.
    """
    known = [word for word in words if word.count]
    unknown = [word for word in words if not word.count]
    if not known or not _tells_enough(known, len(unknown), total):
        return None
    counted = _telling(known, total)
    least = max(1, math.ceil(len(counted) * share - _ROUNDING))
    if not unknown and least == len(words):
        return None
    better = [_worth(word, total, scale) for word in known if word not in counted]
    if len(known) > 1 and has_all:
        better.append(Constant(All(tuple(word.sign for word in known)), scale.all))
    must = (*rest.required, _some([_worth(word, total, scale) for word in counted], least))
    return Sought(
        All(must, should=(*better, *rest.better), must_not=rest.denied),
        All((*rest.required, _some([word.sign for word in counted], least)), must_not=rest.denied),
        notices.without(tuple(word.asked.text for word in unknown), is_partial=least < len(known)),
    )


def _worth(word: Weighed, total: int, scale: Scale) -> Clause:
    """Make a word that is there worth something beside what it scores: in one look, not by its sign in another."""
    return All((word.clause, Constant(Everything(), scale.worth * _information(word, total))))


def _some(clauses: Sequence[Clause], least: int) -> Clause:
    return Any(tuple(clauses), minimum=least) if len(clauses) > 1 else clauses[0]


def _information(word: Weighed, total: int) -> float:
    return math.log((total + 1) / (word.count + 0.5)) if word.count <= total else 0.0


def _tells_enough(known: Sequence[Weighed], unknown: int, total: int) -> bool:
    told = sum(_information(word, total) for word in known)
    return told >= FLOOR * (told + UNKNOWN * unknown)


def _telling(known: Sequence[Weighed], total: int) -> list[Weighed]:
    most = max(_information(word, total) for word in known)
    return [word for word in known if _information(word, total) >= TELLING * most]
