"""What is read out of one commit of a Whoosh index."""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING

from app.search.clauses import preferring
from app.search.engine import Ask, Facet, FacetValue, Found, Match, Sort
from app.search.keys import KEYS, sort_of, storable
from app.search.keyset import key_of, place_of, token_of
from app.search.whoosh_engine.layout import ID, column
from app.search.whoosh_engine.scores import Scored, Scores

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from app.search.clauses import Clause
    from app.search.whoosh_engine.reading import Reading

# As many values of a facet are answered; nobody reads more.
_FACET_VALUES = 1000


def found(reading: Reading, ask: Ask) -> Found:
    """Answer a question. Raises `BadRequest` where `after` is damaged."""
    scored = Scores(reading).of(preferring(ask.clause, ask.prior))
    asked = scored.keys() & reading.audience(_storable(ask.audiences))
    filters = {
        facet: reading.among(column(facet), map(storable, values)) for facet, values in ask.filters.items() if values
    }
    entries = _narrowed(asked, filters.values())
    page = _page_by_score if sort_of(ask) is Sort.RELEVANCE else _page_by_key
    matches, following = page(reading, {entry: scored[entry] for entry in entries}, ask)
    return Found(matches, len(entries), _facets(reading, asked, filters, ask.facets), following)


def counts(reading: Reading, clauses: Iterable[Clause], audiences: frozenset[str] | None) -> tuple[int, ...]:
    """Count what each clause matches."""
    scores, audience = Scores(reading), reading.audience(_storable(audiences))
    return tuple(len(scores.of(clause).keys() & audience) for clause in clauses)


def values(reading: Reading, name: str, audiences: frozenset[str] | None, limit: int) -> tuple[FacetValue, ...]:
    """Answer the most frequent values of a column."""
    return _ranked(reading.counted(name, reading.audience(_storable(audiences))), max(limit, 0))


def _storable(audiences: frozenset[str] | None) -> frozenset[str] | None:
    return None if audiences is None else frozenset(map(storable, audiences))


def _narrowed(entries: AbstractSet[int], filters: Iterable[AbstractSet[int]]) -> AbstractSet[int]:
    for each in filters:
        entries = entries & each
    return entries


def _page_by_score(reading: Reading, scored: Scored, ask: Ask) -> tuple[tuple[Match, ...], str]:
    start = place_of(ask.after, Sort.RELEVANCE) if ask.after else 0
    first = min(start + ask.offset, len(scored))
    end = min(first + ask.limit, len(scored))
    page = nsmallest(end, scored.items(), key=lambda item: (-item[1], item[0]))[first:]
    matches = tuple(_match(reading, entry, score) for entry, score in page)
    return matches, token_of(Sort.RELEVANCE, str(end).encode()) if matches and end < len(scored) else ""


def _page_by_key(reading: Reading, scored: Scored, ask: Ask) -> tuple[tuple[Match, ...], str]:
    """Begin after the last key of the page before, whatever has changed above it."""
    sort = sort_of(ask)
    keys, after = reading.column(KEYS[sort]), key_of(sort, ask.after) if ask.after else b""
    following = [(keys[entry], entry) for entry in scored if keys[entry] > after]
    first = min(ask.offset, len(following))
    end = min(first + ask.limit, len(following))
    page = nsmallest(end, following)[first:]
    matches = tuple(_match(reading, entry, 0.0) for _, entry in page)
    return matches, token_of(sort, page[-1][0]) if page and end < len(following) else ""


def _match(reading: Reading, entry: int, score: float) -> Match:
    return Match(reading.column(ID)[entry].decode(), score, reading.card(entry))


def _facets(
    reading: Reading, asked: AbstractSet[int], filters: Mapping[Facet, AbstractSet[int]], wanted: tuple[Facet, ...]
) -> dict[Facet, tuple[FacetValue, ...]]:
    counted = {}
    for facet in wanted:
        others = (entries for other, entries in filters.items() if other is not facet)
        counted[facet] = _ranked(reading.counted(facet, _narrowed(asked, others)), _FACET_VALUES)
    return counted


def _ranked(counted: Counter[str], limit: int) -> tuple[FacetValue, ...]:
    ranked = nsmallest(limit, counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetValue(value, count) for value, count in ranked)
