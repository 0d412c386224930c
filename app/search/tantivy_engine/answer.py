"""What is read out of one state of a tantivy index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tantivy import FieldType, Occur, Order, Query

from app.search.clauses import Everything, matching
from app.search.engine import Ask, Facet, FacetValue, Found, Match, Sort
from app.search.keys import KEYS, SMALLEST, key_bytes, key_text, sort_of
from app.search.keyset import key_of, place_of, token_of
from app.search.tantivy_engine.clauses import Translation
from app.search.tantivy_engine.guarding import guarded
from app.search.tantivy_engine.layout import (
    AUDIENCE,
    CARD,
    ID,
    PIECES,
    STAMP,
    column,
    piece,
    piece_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from concurrent.futures import Executor

    from tantivy import DocAddress, Index, Schema, Searcher

    from app.search.clauses import Clause
    from app.search.tantivy_engine.leaves import Leaves

# As many values of a facet are answered; nobody reads more, and a page must not grow with the catalogue.
_FACET_VALUES = 1000
_SEGMENT_VALUES = 50_000
_KEPT = 50  # questions whose facets are remembered, 100 KB each at most
_MOST = 0.6  # of all entries: what matches more is counted by what it does not match
_DEEP = 500  # places that are cheaper to walk than to jump over
_TOO_MANY_ENDINGS = "exceeded max expansions"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Reading:
    """The index as of one commit. `stamp` tells it from every other; `aside` counts facets while hits are read."""

    stamp: str
    index: Index
    schema: Schema
    searcher: Searcher
    leaves: Leaves
    aside: Executor
    counted: dict[Hashable, dict[Facet, tuple[FacetValue, ...]]] = field(default_factory=dict)
    wholes: dict[Hashable, dict[Facet, tuple[FacetValue, ...]]] = field(default_factory=dict)


class _Facets(Mapping[Facet, tuple[FacetValue, ...]]):
    """Counted by another thread while the hits are found and explained: tantivy lets go of Python's lock meanwhile."""

    def __init__(self, reading: Reading, translation: Translation, filters: Mapping[Facet, Query], ask: Ask) -> None:
        self._counted: dict[Facet, tuple[FacetValue, ...]] | None = None if ask.facets else {}
        self._reading, self._translation, self._filters, self._ask = reading, translation, filters, ask
        self._counting = reading.aside.submit(self._count) if ask.facets else None

    def __getitem__(self, facet: Facet) -> tuple[FacetValue, ...]:
        return self._all[facet]

    def __iter__(self) -> Iterator[Facet]:
        return iter(self._ask.facets)

    def __len__(self) -> int:
        return len(set(self._ask.facets))

    @property
    def _all(self) -> dict[Facet, tuple[FacetValue, ...]]:
        if self._counted is None and self._counting is not None:
            with guarded():
                self._counted = self._counting.result()
        return self._counted or {}

    def _count(self) -> dict[Facet, tuple[FacetValue, ...]]:
        """Count in one pass all facets that see the same results: those without a filter of their own."""
        wanted, filters = self._ask.facets, self._filters
        passes = [tuple(facet for facet in wanted if facet not in filters)]
        passes += [(facet,) for facet in wanted if facet in filters]
        counted: dict[Facet, tuple[FacetValue, ...]] = {}
        for facets in filter(None, passes):
            counted |= self._pass(facets)
        return {facet: counted[facet] for facet in wanted}

    def _pass(self, facets: tuple[Facet, ...]) -> dict[Facet, tuple[FacetValue, ...]]:
        """Count facets, or remember them: another page, order or filter of the same question sees the same results."""
        ask, clause, kept = self._ask, matching(self._ask.clause), self._reading.counted
        others = {facet: ask.filters[facet] for facet in self._filters if facet not in facets}
        key = (ask.audiences, clause, frozenset((facet, tuple(values)) for facet, values in others.items()))
        known = kept.get(key, {})
        if not all(facet in known for facet in facets):
            known = known | self._counts(clause, tuple(others), facets)
            if len(kept) >= _KEPT:
                kept.clear()
            kept[key] = known
        return {facet: known[facet] for facet in facets}

    def _counts(
        self, clause: Clause, others: tuple[Facet, ...], facets: tuple[Facet, ...]
    ) -> dict[Facet, tuple[FacetValue, ...]]:
        reading, asked = self._reading, self._translation.query(clause)
        seen = _audience(self._translation, self._ask.audiences)
        if not others and not isinstance(clause, Everything) and reading.leaves.share(clause) > _MOST:
            whole = self._whole(seen)
            # Only where all values are known does nothing get lost.
            if all(len(whole[facet]) < _FACET_VALUES for facet in facets):
                parts = [(Occur.Must, query) for query in seen or [Query.all_query()]]
                lacking = _counted(reading.searcher, Query.boolean_query([*parts, (Occur.MustNot, asked)]), facets)
                return {facet: _less(whole[facet], lacking[facet]) for facet in facets}
        return _counted(reading.searcher, _all_of([*seen, asked, *(self._filters[each] for each in others)]), facets)

    def _whole(self, seen: list[Query]) -> dict[Facet, tuple[FacetValue, ...]]:
        """Count everything that these audiences may find, once for a state of the index."""
        wholes, audiences = self._reading.wholes, self._ask.audiences
        if (whole := wholes.get(audiences)) is None:
            if len(wholes) >= _KEPT:
                wholes.clear()
            whole = wholes[audiences] = _counted(self._reading.searcher, _all_of(seen), tuple(Facet))
        return whole


def found(reading: Reading, ask: Ask) -> Found:
    """Answer a question. Raises `BadRequest` where `after` is damaged."""
    return _forgiving(reading, lambda translation: _found(reading, translation, ask))


def counts(reading: Reading, clauses: Iterable[Clause], audiences: frozenset[str] | None) -> tuple[int, ...]:
    """Count what each clause matches."""
    wanted = tuple(clauses)

    def count(translation: Translation) -> tuple[int, ...]:
        audience = _audience(translation, audiences)
        return tuple(_count(reading.searcher, _all_of([*audience, translation.query(clause)])) for clause in wanted)

    return _forgiving(reading, count)


def values(reading: Reading, name: str, audiences: frozenset[str] | None, limit: int) -> tuple[FacetValue, ...]:
    """Answer the most frequent values of a column."""
    if limit <= 0:
        return ()
    query = _all_of(_audience(Translation(reading.leaves), audiences))
    found = reading.searcher.terms_with_prefix(column(name), "", filter_query=query)
    return tuple(sorted((FacetValue(*pair) for pair in found), key=_by_count)[:limit])


def revisions(reading: Reading) -> dict[str, int]:
    """Map ids to revisions."""
    stamps = reading.searcher.terms_with_prefix(STAMP, "", filter_query=Query.all_query())
    pairs = (stamp.split(" ", 1) for stamp, _ in stamps)
    return {dataset_id: int(revision) for revision, dataset_id in pairs}


def _forgiving(reading: Reading, question: Callable[[Translation], Answer]) -> Answer:
    try:
        return question(Translation(reading.leaves))
    except ValueError as error:
        if _TOO_MANY_ENDINGS not in str(error):
            raise
        return question(Translation(reading.leaves, is_loose=True))


def _found(reading: Reading, translation: Translation, ask: Ask) -> Found:
    filters = {facet: translation.any_of(column(facet), values) for facet, values in ask.filters.items() if values}
    asked = [*_audience(translation, ask.audiences), translation.query(ask.clause)]
    everything = _all_of([*asked, *filters.values()])
    page = _page_by_score if sort_of(ask) is Sort.RELEVANCE else _page_by_key
    facets = _Facets(reading, translation, filters, ask)
    matches, total, following = page(reading, everything, ask)
    return Found(matches, total, facets, following)


def _page_by_score(reading: Reading, query: Query, ask: Ask) -> tuple[tuple[Match, ...], int, str]:
    searcher = reading.searcher
    start = place_of(ask.after, Sort.RELEVANCE) if ask.after else 0
    # tantivy reserves memory for offset + limit results, and refuses a limit of none.
    offset, limit = min(start + ask.offset, searcher.num_docs), min(ask.limit, searcher.num_docs)
    result = searcher.search(query, limit=max(limit, 1), offset=offset)
    total: int = result.count  # type: ignore[attr-defined]  # it is there, the stub forgets it
    matches = tuple(_match(searcher, address, float(score)) for score, address in result.hits[:limit])
    end = offset + len(matches)
    return matches, total, token_of(Sort.RELEVANCE, str(end).encode()) if matches and end < total else ""


def _page_by_key(reading: Reading, query: Query, ask: Ask) -> tuple[tuple[Match, ...], int, str]:
    """Begin after the last key of the page before, however deep that is, and whatever has changed above it."""
    searcher, sort = reading.searcher, sort_of(ask)
    field, asked, offset = KEYS[sort], query, min(ask.offset, searcher.num_docs)
    if ask.after:
        asked = _all_of([query, _from(reading, f"{field}:>{key_text(key_of(sort, ask.after))}")])
    if offset > _DEEP:
        asked, offset = _jump(reading, asked, sort, offset)
    limit = min(ask.limit, searcher.num_docs)
    result = searcher.search(asked, limit=limit + 1, offset=offset, order_by_field=field, order=Order.Asc)
    matches = tuple(_match(searcher, address, 0.0) for _, address in result.hits[:limit])
    has_more = matches and len(result.hits) > limit
    following = token_of(sort, key_bytes(str(result.hits[limit - 1][0]))) if has_more else ""
    return matches, _count(searcher, query), following


def _from(reading: Reading, words: str) -> Query:
    """Narrow by keys. Only the query parser makes ranges of texts; a key is digits and capital letters."""
    return Query.const_score_query(reading.index.parse_query(words, []), 0.0)


def _jump(reading: Reading, query: Query, sort: Sort, offset: int) -> tuple[Query, int]:
    """Answer a query that begins not far before the place, and how far: ordering by keys costs 30 µs a place."""
    searcher, start, narrowed = reading.searcher, b"", query
    for place in range(PIECES):
        if offset <= _DEEP:
            break
        name = piece(sort, place)
        hits = searcher.search(narrowed, limit=1, offset=offset, order_by_field=name, order=Order.Asc).hits
        if not hits:
            return Query.empty_query(), 0
        value = int(hits[0][0])
        if value > SMALLEST:
            offset -= _count(searcher, _all_of([narrowed, _within(reading, name, SMALLEST, value - 1)]))
        narrowed = _all_of([narrowed, _within(reading, name, value, value)])
        start += piece_bytes(value)
    first = key_text(start.rstrip(b"\0"))
    return (_all_of([query, _from(reading, f"{KEYS[sort]}:>={first}")]) if first else query), offset


def _within(reading: Reading, name: str, low: int, high: int) -> Query:
    return Query.const_score_query(Query.range_query(reading.schema, name, FieldType.Integer, low, high), 0.0)


def _match(searcher: Searcher, address: DocAddress, score: float) -> Match:
    document = searcher.doc(address)
    return Match(document[ID][0], score, bytes(document[CARD][0]))


def _count(searcher: Searcher, query: Query) -> int:
    count: int = searcher.search(query, limit=1).count  # type: ignore[attr-defined]  # as above
    return count


def _audience(translation: Translation, audiences: frozenset[str] | None) -> list[Query]:
    return [] if audiences is None else [translation.any_of(AUDIENCE, sorted(audiences))]


def _all_of(queries: list[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, query) for query in queries]) if queries else Query.all_query()


def _counted(searcher: Searcher, query: Query, facets: tuple[Facet, ...]) -> dict[Facet, tuple[FacetValue, ...]]:
    size = {"size": _FACET_VALUES, "segment_size": _SEGMENT_VALUES}
    answer = searcher.aggregate(query, {facet.value: {"terms": {"field": column(facet), **size}} for facet in facets})
    return {facet: _ranked(answer[facet.value]["buckets"]) for facet in facets}


def _ranked(buckets: list[dict[str, str | int]]) -> tuple[FacetValue, ...]:
    # Pairs are sorted without a call for each.
    pairs = sorted([(-int(bucket["doc_count"]), str(bucket["key"])) for bucket in buckets])
    return tuple([FacetValue(value, -less) for less, value in pairs])


def _less(whole: tuple[FacetValue, ...], lacking: tuple[FacetValue, ...]) -> tuple[FacetValue, ...]:
    away = {each.value: each.count for each in lacking}
    pairs = sorted([(away.get(each.value, 0) - each.count, each.value) for each in whole])
    return tuple([FacetValue(value, -less) for less, value in pairs if less])


def _by_count(value: FacetValue) -> tuple[int, str]:
    return -value.count, value.value
