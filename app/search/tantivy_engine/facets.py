"""Facets of what was found in one state of a tantivy index, counted when somebody looks at them.

Of few hits, the sets of values are read and counted here; of many, tantivy counts the sets. A set is counted in a
tenth of the time that its values take one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from tantivy import Occur, Query

from app.search.clauses import Everything, matching
from app.search.engine import Facet, FacetValue
from app.search.tantivy_engine.guarding import guarded
from app.search.tantivy_engine.layout import code, column
from app.search.tantivy_engine.reading import WINDOW, all_of, hits_of, keep
from app.search.tantivy_engine.told import FACET_VALUES, codes, is_empty, of_hits, of_sets, ranked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from tantivy import Searcher

    from app.search.engine import Ask
    from app.search.tantivy_engine.clauses import Translation
    from app.search.tantivy_engine.reading import Counted, Few, Hits, Reading

_SEGMENT_VALUES = 50_000
_MOST = 0.6  # of all entries: what matches more is counted by what it does not match
_MANY_SETS = 2000  # of a facet: counting more of them takes longer than counting values
_GUESS = 4  # how much a guess of what a clause matches may be too high
_MANY = 1500  # matches: fewer are counted before another thread would have begun

_PAIR = itemgetter("key", "doc_count")


class Facets(Mapping[Facet, tuple[FacetValue, ...]]):
    """Counted at the first look, or from `begin` on by another thread: tantivy lets go of Python's lock meanwhile."""

    def __init__(
        self, reading: Reading, translation: Translation, filters: Mapping[Facet, Query], ask: Ask, hits: Hits
    ) -> None:
        self._reading, self._translation, self._ask, self._hits = reading, translation, ask, hits
        self._filters = filters
        self._clause = ask.clause if ask.sign is None else ask.sign
        self._counting: Future[Counted] | None = None
        self._counted: Counted | None = None

    def begin(self) -> None:
        """Have much to count counted while the hits are explained."""
        is_much = (self._guess() if self._filters else self._hits.total) > _MANY
        if self._ask.facets and is_much and self._counted is None:
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
        others = tuple(facet for facet in self._filters if facet not in facets)
        few = self._hits.few if len(others) == len(self._filters) else self._few_of(others)
        if few is None:
            return self._remembered(others, facets)
        counted = {facet: values for facet in facets if (values := of_hits(self._reading, facet, few)) is not None}
        rest = tuple(facet for facet in facets if facet not in counted)
        return counted | (self._remembered(others, rest) if rest else {})

    def _few_of(self, others: tuple[Facet, ...]) -> Few | None:
        """Find what only the other filters let through, where that is little."""
        if self._guess() > WINDOW * _GUESS:
            return None
        return hits_of(self._reading.searcher, self._query(others)).few

    def _guess(self) -> float:
        return self._translation.shares.of(self._clause) * self._reading.searcher.num_docs

    def _remembered(self, others: tuple[Facet, ...], facets: tuple[Facet, ...]) -> Counted:
        """Count facets, or remember them: another page, order or filter of the same question sees the same results."""
        kept, filters = self._reading.counted, self._ask.filters
        chosen = frozenset((facet, tuple(filters[facet])) for facet in others)
        key = (self._ask.audiences, matching(self._clause), chosen)
        known = kept.get(key, {})
        if not all(facet in known for facet in facets):
            known = known | self._counts(others, facets)
            keep(kept, key, known)
        return {facet: known[facet] for facet in facets}

    def _query(self, others: tuple[Facet, ...]) -> Query:
        seen = self._reading.seen_by(self._ask.audiences)
        return all_of([*seen, self._translation.query(self._clause), *(self._filters[each] for each in others)])

    def _counts(self, others: tuple[Facet, ...], facets: tuple[Facet, ...]) -> Counted:
        reading, clause = self._reading, self._clause
        if not others and not isinstance(clause, Everything) and self._translation.shares.of(clause) > _MOST:
            seen = reading.seen_by(self._ask.audiences)
            whole = self._whole(seen)
            # Only where all values are known does nothing get lost.
            if all(len(whole[facet]) < FACET_VALUES for facet in facets):
                parts = [(Occur.Must, query) for query in seen or [Query.all_query()]]
                left = Query.boolean_query([*parts, (Occur.MustNot, self._translation.query(clause))])
                lacking = _counted(reading, left, facets)
                return {facet: _less(whole[facet], lacking[facet]) for facet in facets}
        return _counted(reading, self._query(others), facets)

    def _whole(self, seen: list[Query]) -> Counted:
        """Count everything that these audiences may find, once for a state of the index."""
        wholes, audiences = self._reading.wholes, self._ask.audiences
        if (whole := wholes.get(audiences)) is None:
            whole = _counted(self._reading, all_of(seen), tuple(Facet))
            keep(wholes, audiences, whole)
        return whole


def _counted(reading: Reading, query: Query, facets: tuple[Facet, ...]) -> Counted:
    """Count facets of what a query finds: by sets of values, where sets are few and tell all, else by values."""
    told = {
        facet: known for facet in facets if (known := codes(reading, facet)) is not None and len(known) <= _MANY_SETS
    }
    named = {facet: code(facet.value) for facet, known in told.items() if not is_empty(known)}
    sets = _buckets(reading.searcher, query, named, _MANY_SETS) if named else {}
    counted = {
        facet: each for facet, known in told.items() if (each := of_sets(known, sets.get(facet, ()))) is not None
    }
    rest = {facet: column(facet.value) for facet in facets if facet not in counted}
    values = _buckets(reading.searcher, query, rest, FACET_VALUES) if rest else {}
    return {facet: counted[facet] if facet in counted else ranked(dict(values[facet])) for facet in facets}


def _buckets(searcher: Searcher, query: Query, named: Mapping[Facet, str], most: int) -> dict[Facet, list[Any]]:
    size = {"size": most, "segment_size": _SEGMENT_VALUES}
    asked = {facet.value: {"terms": {"field": name, **size}} for facet, name in named.items()}
    answer = searcher.aggregate(query, asked)
    return {facet: [_PAIR(bucket) for bucket in answer[facet.value]["buckets"]] for facet in named}


def _less(whole: tuple[FacetValue, ...], lacking: tuple[FacetValue, ...]) -> tuple[FacetValue, ...]:
    away = dict(lacking)
    left = {value: count - away.get(value, 0) for value, count in whole}
    return ranked({value: count for value, count in left.items() if count})
