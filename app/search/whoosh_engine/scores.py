"""Clauses as the entries that they match, each with its score.

Whoosh's own queries know no least number of matches, and rewrite clauses that are equal or match everything; so its
postings are read, and the rest is a few lines for each clause. BM25 is Lucene's, as in the other engines.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, ClassVar

from app.search.clauses import (
    All,
    Among,
    Any,
    Best,
    Between,
    Boosted,
    Clause,
    Constant,
    Everything,
    Nothing,
    Phrase,
    Prefix,
    Term,
)
from app.search.keys import GREATEST, SMALLEST, storable
from app.search.whoosh_engine.layout import GAP, column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from app.search.whoosh_engine.reading import Reading

Scored = dict[int, float]

_K1, _B = 1.2, 0.75
_MOST_ENDINGS = 16_384


class Scores:
    """Answers clauses for one question; what stands in it several times is looked up once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._made: dict[int, tuple[Clause, Scored]] = {}

    def of(self, clause: Clause) -> Scored:
        """Answer what a clause matches; the answer is not to be changed."""
        if known := self._made.get(id(clause)):
            return known[1]
        scored = self._SCORERS[type(clause)](self, clause)
        self._made[id(clause)] = (clause, scored)
        return scored

    def _everything(self, _: Everything) -> Scored:
        return dict.fromkeys(self._reading.alive, 0.0)

    def _nothing(self, _: Nothing) -> Scored:
        return {}

    def _term(self, clause: Term) -> Scored:
        weights = self._reading.weights(clause.field, storable(clause.token))
        return self._bm25(clause.field, weights, self._rarity(len(weights)))

    def _prefix(self, clause: Prefix) -> Scored:
        return dict.fromkeys(self._beginning(clause.field, clause.start), 1.0)

    def _phrase(self, clause: Phrase) -> Scored:
        return self._reading.remembered(clause, lambda: self._side_by_side(clause)) if clause.tokens else {}

    def _side_by_side(self, clause: Phrase) -> Scored:
        sets = self._tokens_of(clause)
        having = [{entry for token in each for entry in self._reading.having(clause.field, token)} for each in sets]
        entries = set.intersection(*having)
        places = [self._places(clause.field, each, entries) for each in sets] if entries else []
        slop = max(0, min(clause.slop, GAP - 1))
        counts = {entry: float(_count([each[entry] for each in places], slop)) for entry in entries}
        rarity = sum(self._rarity(len(each)) for each in having)
        return self._bm25(clause.field, {entry: count for entry, count in counts.items() if count}, rarity)

    def _among(self, clause: Among) -> Scored:
        return dict.fromkeys(self._reading.among(column(clause.column), map(storable, clause.values)), 0.0)

    def _between(self, clause: Between) -> Scored:
        least = SMALLEST if clause.low is None else clause.low
        most = GREATEST if clause.high is None else clause.high
        if least > most or least > GREATEST or most < SMALLEST:
            return {}
        return dict.fromkeys(self._reading.between(clause.number, clause.low, clause.high), 0.0)

    def _boosted(self, clause: Boosted) -> Scored:
        return {entry: score * clause.weight for entry, score in self.of(clause.clause).items()}

    def _constant(self, clause: Constant) -> Scored:
        return dict.fromkeys(self.of(clause.clause), clause.score)

    def _best(self, clause: Best) -> Scored:
        parts = [self.of(each) for each in clause.clauses]
        best: Scored = {}
        for part in parts:
            for entry, score in part.items():
                best[entry] = max(best.get(entry, 0.0), score)
        if not clause.tie:
            return best
        sums = _sums(parts, best.keys())
        return {entry: score + clause.tie * (sums[entry] - score) for entry, score in best.items()}

    def _all(self, clause: All) -> Scored:
        must = sorted(map(self.of, clause.must), key=len) or [self._everything(Everything())]
        entries: AbstractSet[int] = must[0].keys()
        for part in must[1:]:
            entries &= part.keys()
        for each in clause.must_not:
            entries -= self.of(each).keys()
        return _sums([*must, *map(self.of, clause.should)], entries)

    def _any(self, clause: Any) -> Scored:
        if clause.minimum <= 0:
            return self._all(All((), clause.clauses))
        parts = [self.of(each) for each in clause.clauses]
        counts = Counter(entry for part in parts for entry in part)
        return _sums(parts, {entry for entry, count in counts.items() if count >= clause.minimum})

    def _beginning(self, field: str, start: str) -> set[int]:
        tokens = self._reading.endings(field, storable(start), _MOST_ENDINGS)
        return {entry for token in tokens for entry in self._reading.having(field, token)}

    def _tokens_of(self, clause: Phrase) -> list[Iterable[bytes]]:
        """Answer what may stand at each place of a phrase."""
        sets: list[Iterable[bytes]] = [(storable(token).encode(),) for token in clause.tokens]
        if clause.is_open:
            sets[-1] = self._reading.endings(clause.field, storable(clause.tokens[-1]), _MOST_ENDINGS)
        return sets

    def _places(self, field: str, tokens: Iterable[bytes], entries: AbstractSet[int]) -> dict[int, list[int]]:
        places: dict[int, list[int]] = {entry: [] for entry in entries}
        for token in tokens:
            for entry, found in self._reading.places(field, token, entries).items():
                places[entry].extend(found)
        return {entry: sorted(each) for entry, each in places.items()}

    def _rarity(self, count: int) -> float:
        """Weigh a token that so many entries have."""
        return math.log(1 + (len(self._reading.alive) - count + 0.5) / (count + 0.5))

    def _bm25(self, field: str, weights: Mapping[int, float], rarity: float) -> Scored:
        if not weights:
            return {}
        lengths, mean = self._reading.lengths(field)
        base, slope = _K1 * (1 - _B), _K1 * _B / mean
        return {
            entry: rarity * weight * (_K1 + 1) / (weight + base + slope * lengths[entry])
            for entry, weight in weights.items()
        }

    # Methods of this class, each beside the clause that it takes.
    _SCORERS: ClassVar[Mapping[type, Callable[..., Scored]]] = {
        Everything: _everything,
        Nothing: _nothing,
        Term: _term,
        Prefix: _prefix,
        Phrase: _phrase,
        Among: _among,
        Between: _between,
        Boosted: _boosted,
        Constant: _constant,
        Best: _best,
        All: _all,
        Any: _any,
    }


def _sums(parts: Iterable[Scored], entries: AbstractSet[int]) -> Scored:
    sums = dict.fromkeys(entries, 0.0)
    for part in parts:
        for entry in sums.keys() & part.keys():
            sums[entry] += part[entry]
    return sums


def _count(places: Sequence[list[int]], slop: int) -> int:
    """Count the beginnings from which all tokens follow in order, with so many others between at most."""
    first, *others = places
    found = 0
    for start in first:
        place = start
        for each in others:
            following = bisect_right(each, place)
            if following == len(each):
                return found
            place = each[following]
        found += place - start - len(others) <= slop
    return found
