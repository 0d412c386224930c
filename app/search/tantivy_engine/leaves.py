"""Single tokens as they were translated for one state of an index, and how common they are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tantivy import Query

from app.search.keys import storable

if TYPE_CHECKING:
    from tantivy import Schema, Searcher

_MOST = 10_000


class Leaves:
    """Shared by all questions to one state of an index."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self.schema = schema
        self.searcher = searcher
        self._queries: dict[tuple[str, str], Query] = {}
        self._phrases: dict[tuple[str, tuple[str, ...], int], Query] = {}
        self._shares: dict[tuple[str, str], float] = {}

    def term(self, field: str, token: str) -> Query:
        """Match a token of a field."""
        if (known := self._queries.get((field, token))) is None:
            if len(self._queries) >= _MOST:
                self._queries.clear()
            known = self._queries[field, token] = Query.term_query(self.schema, field, storable(token))
        return known

    def phrase(self, field: str, tokens: tuple[str, ...], slop: int) -> Query:
        """Match tokens of a field side by side."""
        if (known := self._phrases.get((field, tokens, slop))) is None:
            if len(self._phrases) >= _MOST:
                self._phrases.clear()
            words = cast("list[str | tuple[int, str]]", [storable(token) for token in tokens])
            known = self._phrases[field, tokens, slop] = Query.phrase_query(self.schema, field, words, slop)
        return known

    def has(self, field: str, token: str) -> bool:
        """Say whether any entry may have a token in a field."""
        return self.share(field, token) > 0

    def share(self, field: str, token: str) -> float:
        """Answer what share of all entries has a token in a field."""
        if (known := self._shares.get((field, token))) is None:
            if len(self._shares) >= _MOST:
                self._shares.clear()
            frequency = self.searcher.doc_freq(field, storable(token))
            known = self._shares[field, token] = frequency / max(self.searcher.num_docs, 1)
        return known
