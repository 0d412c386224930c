"""Facets of what was found in one state of a tantivy index, counted when somebody looks at them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec
from tantivy import Occur, Query

from app.search.clauses import Everything, matching
from app.search.engine import Facet, FacetValue
from app.search.tantivy_engine.guarding import guarded
from app.search.tantivy_engine.layout import SEVERAL, column, together
from app.search.tantivy_engine.reading import all_of, keep

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from tantivy import Searcher

    from app.search.engine import Ask
    from app.search.tantivy_engine.clauses import Translation
    from app.search.tantivy_engine.reading import Counted, Reading, Sets

# As many values of a facet are answered; nobody reads more, and a page must not grow with the catalogue.
_FACET_VALUES = 1000
_SEGMENT_VALUES = 50_000
_MOST = 0.6  # of all entries: what matches more is counted by what it does not match
_MANY_SETS = 1000
_WORTH = 40  # times as many entries as sets: for fewer, counting value by value takes less (measured)
_MANY = 5000  # matches: fewer are counted before another thread would have begun

_Pair = tuple[str, int]
_PAIR, _COUNT = itemgetter("key", "doc_count"), itemgetter(1)
_values = msgspec.json.Decoder(tuple[str, ...])


class Facets(Mapping[Facet, tuple[FacetValue, ...]]):
    """Counted at the first look, or from `begin` on by another thread: tantivy lets go of Python's lock meanwhile."""

    def __init__(
        self, reading: Reading, translation: Translation, filters: Mapping[Facet, Query], ask: Ask, total: int
    ) -> None:
        self._reading, self._translation, self._ask, self._total = reading, translation, ask, total
        self._filters = filters
        self._clause = ask.clause if ask.sign is None else ask.sign
        self._counting: Future[Counted] | None = None
        self._counted: Counted | None = None

    def begin(self) -> None:
        """Have much to count counted while the hits are explained."""
        if self._ask.facets and self._counted is None and (self._total > _MANY or self._filters):
            self._counting = self._reading.aside.submit(self._count)

    def __getitem__(self, facet: Facet) -> tuple[FacetValue, ...]:
        return self._all[facet]

    def __iter__(self) -> Iterator[Facet]:
        return iter(dict.fromkeys(self._ask.facets))

    def __len__(self) -> int:
        return len(set(self._ask.facets))

    @property
    def _all(self) -> Counted:
        if self._counted is None:
            with guarded():
                self._counted = self._counting.result() if self._counting else self._count()
        return self._counted

    def _count(self) -> Counted:
        """Count in one pass all facets that see the same results: those without a filter of their own."""
        wanted, filters = self._ask.facets, self._filters
        passes = [tuple(facet for facet in wanted if facet not in filters)]
        passes += [(facet,) for facet in wanted if facet in filters]
        counted: Counted = {}
        for facets in filter(None, passes):
            counted |= self._pass(facets)
        return {facet: counted[facet] for facet in wanted}

    def _pass(self, facets: tuple[Facet, ...]) -> Counted:
        """Count facets, or remember them: another page, order or filter of the same question sees the same results."""
        others = tuple(facet for facet in self._filters if facet not in facets)
        if not self._total and len(others) == len(self._filters):
            return dict.fromkeys(facets, ())
        kept, filters = self._reading.counted, self._ask.filters
        chosen = frozenset((facet, tuple(filters[facet])) for facet in others)
        key = (self._ask.audiences, matching(self._clause), chosen)
        known = kept.get(key, {})
        if not all(facet in known for facet in facets):
            known = known | self._counts(others, facets)
            keep(kept, key, known)
        return {facet: known[facet] for facet in facets}

    def _counts(self, others: tuple[Facet, ...], facets: tuple[Facet, ...]) -> Counted:
        reading, clause = self._reading, self._clause
        seen, asked = reading.seen_by(self._ask.audiences), self._translation.query(clause)
        if not others and not isinstance(clause, Everything) and reading.leaves.share(clause) > _MOST:
            whole, entries = self._whole(seen), reading.searcher.num_docs
            # Only where all values are known does nothing get lost.
            if all(len(whole[facet]) < _FACET_VALUES for facet in facets):
                parts = [(Occur.Must, query) for query in seen or [Query.all_query()]]
                left = Query.boolean_query([*parts, (Occur.MustNot, asked)])
                lacking = _counted(reading, left, facets, entries - self._total)
                return {facet: _less(whole[facet], lacking[facet]) for facet in facets}
        query = all_of([*seen, asked, *(self._filters[each] for each in others)])
        about = self._total if len(others) == len(self._filters) else reading.searcher.num_docs
        return _counted(reading, query, facets, about)

    def _whole(self, seen: list[Query]) -> Counted:
        """Count everything that these audiences may find, once for a state of the index."""
        wholes, audiences = self._reading.wholes, self._ask.audiences
        if (whole := wholes.get(audiences)) is None:
            whole = _counted(self._reading, all_of(seen), tuple(Facet), self._reading.searcher.num_docs)
            keep(wholes, audiences, whole)
        return whole


def _counted(reading: Reading, query: Query, facets: tuple[Facet, ...], about: int) -> Counted:
    """Count facets of what a query finds, which is at most about so much."""
    sets = {facet: each for facet, each in _sets(reading).items() if about > _WORTH * len(each)}
    named = {facet: together(facet.value) if facet in sets else column(facet.value) for facet in facets}
    buckets = _buckets(reading.searcher, query, named, _FACET_VALUES)
    return {
        facet: _ranked(_parted(buckets[facet], sets[facet]) if facet in sets else buckets[facet]) for facet in facets
    }


def _sets(reading: Reading) -> Sets:
    """Answer the sets that values of facets come in, where those are few: a set is counted in a tenth of the time."""
    if not reading.sets:
        named = {facet: together(facet.value) for facet in SEVERAL}
        found = _buckets(reading.searcher, Query.all_query(), named, _MANY_SETS)
        few = {facet: each for facet, each in found.items() if len(each) < _MANY_SETS}
        reading.sets.append({facet: {name: _values.decode(name) for name, _ in each} for facet, each in few.items()})
    return reading.sets[0]


def _buckets(searcher: Searcher, query: Query, named: Mapping[Facet, str], most: int) -> dict[Facet, list[_Pair]]:
    size = {"size": most, "segment_size": _SEGMENT_VALUES}
    asked = {facet.value: {"terms": {"field": name, **size}} for facet, name in named.items()}
    answer = searcher.aggregate(query, asked)
    return {facet: [_PAIR(bucket) for bucket in answer[facet.value]["buckets"]] for facet in named}


def _parted(sets: list[_Pair], values: Mapping[str, tuple[str, ...]]) -> list[_Pair]:
    counted: dict[str, int] = defaultdict(int)
    for name, count in sets:
        for value in values[name]:
            counted[value] += count
    return list(counted.items())


def _ranked(counted: list[_Pair]) -> tuple[FacetValue, ...]:
    # Two sorts without a call of ours for each pair; the second keeps the order of values that are as frequent.
    counted.sort()
    counted.sort(key=_COUNT, reverse=True)
    return tuple(map(FacetValue._make, counted[:_FACET_VALUES]))


def _less(whole: tuple[FacetValue, ...], lacking: tuple[FacetValue, ...]) -> tuple[FacetValue, ...]:
    away = dict(lacking)
    left = [(value, count - away.get(value, 0)) for value, count in whole]
    return _ranked([pair for pair in left if pair[1]])
