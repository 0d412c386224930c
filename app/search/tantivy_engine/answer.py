"""What is read out of one state of a tantivy index."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tantivy import FieldType, Order, Query

from app.search.engine import Ask, FacetValue, Found, Match, Sort
from app.search.keys import KEYS, SMALLEST, key_bytes, key_text, sort_of
from app.search.keyset import key_of, place_of, token_of
from app.search.tantivy_engine.clauses import Translation
from app.search.tantivy_engine.facets import Facets
from app.search.tantivy_engine.layout import CARD, ID, PIECES, STAMP, column, piece, piece_bytes
from app.search.tantivy_engine.prior import preferred
from app.search.tantivy_engine.reading import WINDOW, Hits, all_of, count_of, hits_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tantivy import DocAddress, Searcher

    from app.search.clauses import Clause
    from app.search.tantivy_engine.reading import Reading

_DEEP = 500  # places that are cheaper to walk than to jump over
_TOO_MANY_ENDINGS = "exceeded max expansions"

Answer = TypeVar("Answer")
# Matches, what asks for the next ones, and all that was found.
_Page = tuple[tuple[Match, ...], str, Hits]


def found(reading: Reading, ask: Ask) -> Found:
    """Answer a question. Raises `BadRequest` where `after` is damaged."""
    return _forgiving(reading, lambda translation: _found(reading, translation, ask))


def counts(reading: Reading, clauses: Iterable[Clause], audiences: frozenset[str] | None) -> tuple[int, ...]:
    """Count what each clause matches."""
    wanted = tuple(clauses)

    def count(translation: Translation) -> tuple[int, ...]:
        audience = reading.seen_by(audiences)
        return tuple(count_of(reading.searcher, all_of([*audience, translation.query(clause)])) for clause in wanted)

    return _forgiving(reading, count)


def values(reading: Reading, name: str, audiences: frozenset[str] | None, limit: int) -> tuple[FacetValue, ...]:
    """Answer the most frequent values of a column."""
    if limit <= 0:
        return ()
    query = all_of(reading.seen_by(audiences))
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
    everything = all_of([*reading.seen_by(ask.audiences), translation.query(ask.clause), *filters.values()])
    page = _page_by_score if sort_of(ask) is Sort.RELEVANCE else _page_by_key
    matches, following, hits = page(reading, everything, ask)
    facets = Facets(reading, translation, filters, ask, hits)
    return Found(matches, hits.total, facets, following, facets.begin)


def _page_by_score(reading: Reading, query: Query, ask: Ask) -> _Page:
    searcher = reading.searcher
    start = place_of(ask.after, Sort.RELEVANCE) if ask.after else 0
    # tantivy reserves memory for offset + limit results, and refuses a limit of none.
    first, limit = min(start + ask.offset, searcher.num_docs), min(ask.limit, searcher.num_docs)
    end = first + limit
    # What lies in the window is read whole: its order and its facets depend on all of it.
    offset = 0 if first < WINDOW else first
    result = searcher.search(query, limit=max(WINDOW if not offset else 1, end - offset), offset=offset)
    total: int = result.count  # type: ignore[attr-defined]  # it is there, the stub forgets it
    found = result.hits  # a list made anew at each look
    hits = found if offset else preferred(searcher, found, ask.prior, end)
    matches = tuple(_match(searcher, address, score) for score, address in hits[first - offset : end - offset])
    last = first + len(matches)
    following = token_of(Sort.RELEVANCE, str(last).encode()) if matches and last < total else ""
    few = [address for _, address in found] if not offset and total <= WINDOW else None
    return matches, following, Hits(total, few)


def _page_by_key(reading: Reading, query: Query, ask: Ask) -> _Page:
    """Begin after the last key of the page before, however deep that is, and whatever has changed above it."""
    searcher, sort = reading.searcher, sort_of(ask)
    field, asked, offset = KEYS[sort], query, min(ask.offset, searcher.num_docs)
    if ask.after:
        asked = all_of([query, _from(reading, f"{field}:>{key_text(key_of(sort, ask.after))}")])
    if offset > _DEEP:
        asked, offset = _jump(reading, asked, sort, offset)
    limit = min(ask.limit, searcher.num_docs)
    result = searcher.search(asked, limit=limit + 1, offset=offset, order_by_field=field, order=Order.Asc)
    found = result.hits
    matches = tuple(_match(searcher, address, 0.0) for _, address in found[:limit])
    has_more = matches and len(found) > limit
    following = token_of(sort, key_bytes(str(found[limit - 1][0]))) if has_more else ""
    return matches, following, hits_of(searcher, query)


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
            offset -= count_of(searcher, all_of([narrowed, _within(reading, name, SMALLEST, value - 1)]))
        narrowed = all_of([narrowed, _within(reading, name, value, value)])
        start += piece_bytes(value)
    first = key_text(start.rstrip(b"\0"))
    return (all_of([query, _from(reading, f"{KEYS[sort]}:>={first}")]) if first else query), offset


def _within(reading: Reading, name: str, low: int, high: int) -> Query:
    return Query.const_score_query(Query.range_query(reading.schema, name, FieldType.Integer, low, high), 0.0)


def _match(searcher: Searcher, address: DocAddress, score: float) -> Match:
    document = searcher.doc(address)
    return Match(document[ID][0], score, bytes(document[CARD][0]))


def _by_count(value: FacetValue) -> tuple[int, str]:
    return -value.count, value.value
