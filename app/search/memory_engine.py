"""An engine in memory: the contract in its plainest form, for tests and for trying things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.search.analysis import Word, tokens_of, words_of
from app.search.engine import Facet, FacetValue, Hit, SearchAnswer, SearchDocument, SearchQuery, Sort
from app.search.fields import FACET_VALUES, FACETS, FIELDS, title_key


@dataclass(frozen=True, slots=True)
class _Entry:
    document: SearchDocument
    fields: tuple[tuple[float, tuple[list[str], ...]], ...]


class MemoryEngine:
    """Reads every document for every question; the score counts occurrences times the field's weight."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def put(self, documents: Iterable[SearchDocument]) -> None:
        """Add documents, replacing those with the same id."""
        self._entries |= {document.id: _entry(document) for document in documents}

    def remove(self, ids: Iterable[str]) -> None:
        """Take documents out; unknown ids do nothing."""
        for dataset_id in ids:
            self._entries.pop(dataset_id, None)

    def search(self, query: SearchQuery) -> SearchAnswer:
        """Answer a question by looking at everything."""
        words = words_of(query.words)
        fitting = [hit for entry in self._entries.values() if (hit := _hit(entry, words, query))]
        found = [hit for hit in fitting if _passes(hit.document, query)]
        end = query.offset + query.limit
        return SearchAnswer(
            hits=tuple(_ordered(found, query, words)[query.offset : end]),
            total=len(found),
            facets={facet: _counts(fitting, facet, query) for facet in Facet},
        )

    def revisions(self) -> dict[str, int]:
        """Map the id of every document to its revision."""
        return {dataset_id: entry.document.revision for dataset_id, entry in self._entries.items()}

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()


def _entry(document: SearchDocument) -> _Entry:
    fields = ((field.weight, tuple(map(tokens_of, field.read(document)))) for field in FIELDS)
    return _Entry(document, tuple(fields))


def _hit(entry: _Entry, words: tuple[Word, ...], query: SearchQuery) -> Hit | None:
    if query.audiences is not None and query.audiences.isdisjoint(entry.document.audiences):
        return None
    scores = [_score(entry, word) for word in words]
    return Hit(entry.document, sum(scores, 0.0)) if all(scores) else None


def _score(entry: _Entry, word: Word) -> float:
    return sum(weight * _occurrences(tokens, word) for weight, texts in entry.fields for tokens in texts)


def _occurrences(tokens: list[str], word: Word) -> int:
    size = len(word.tokens)
    return sum(_same(tokens[start : start + size], word) for start in range(len(tokens) - size + 1))


def _same(tokens: list[str], word: Word) -> bool:
    if not word.is_open:
        return tuple(tokens) == word.tokens
    return tuple(tokens[:-1]) == word.tokens[:-1] and tokens[-1].startswith(word.tokens[-1])


def _passes(document: SearchDocument, query: SearchQuery, *, without: Facet | None = None) -> bool:
    return all(
        not values or facet is without or not set(values).isdisjoint(FACETS[facet](document))
        for facet, values in (query.filters or {}).items()
    )


def _ordered(hits: list[Hit], query: SearchQuery, words: Sequence[Word]) -> list[Hit]:
    if query.sort is Sort.TITLE:
        return sorted(hits, key=lambda hit: title_key(hit.document))
    if query.sort is Sort.RELEVANCE and words:
        return sorted(hits, key=lambda hit: -hit.score)
    return sorted(hits, key=lambda hit: hit.document.updated, reverse=True)


def _counts(hits: list[Hit], facet: Facet, query: SearchQuery) -> tuple[FacetValue, ...]:
    passing = (hit.document for hit in hits if _passes(hit.document, query, without=facet))
    counts = Counter(value for document in passing for value in FACETS[facet](document))
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(FacetValue(value, count) for value, count in ranked[:FACET_VALUES])
