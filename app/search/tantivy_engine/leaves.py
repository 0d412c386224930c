"""Single tokens as they were translated for one state of an index, and how common they are in it."""

from __future__ import annotations

from math import comb, prod
from typing import TYPE_CHECKING, cast

from tantivy import Query

from app.search.clauses import All, Among, Any, Best, Boosted, Clause, Constant, Nothing, Phrase, Term
from app.search.keys import storable
from app.search.tantivy_engine.layout import column

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
        return self._share(field, token) > 0

    def share(self, clause: Clause) -> float:
        """Guess what share of all entries a clause matches. It decides how to look, never what is found."""
        if isinstance(clause, (Boosted, Constant)):
            return self.share(clause.clause)
        if isinstance(clause, Any) and clause.minimum > 1:
            # As if words were independent: so many of the most common together, in any choice of them.
            shares = sorted(map(self.share, clause.clauses), reverse=True)[: clause.minimum]
            return min(shares[-1], comb(len(clause.clauses), clause.minimum) * prod(shares)) if shares else 0.0
        if isinstance(clause, (Any, Best)):
            return max(map(self.share, clause.clauses), default=0.0)
        if isinstance(clause, All) and clause.must:
            return prod(map(self.share, clause.must))
        return 0.0 if isinstance(clause, Nothing) else self._share_of_tokens(clause)

    def _share_of_tokens(self, clause: Clause) -> float:
        if isinstance(clause, Term):
            return self._share(clause.field, clause.token)
        if isinstance(clause, Phrase) and not clause.is_open:
            return min((self._share(clause.field, token) for token in clause.tokens), default=0.0)
        if isinstance(clause, Among):
            return max((self._share(column(clause.column), value) for value in clause.values), default=0.0)
        return 1.0

    def _share(self, field: str, token: str) -> float:
        if (known := self._shares.get((field, token))) is None:
            if len(self._shares) >= _MOST:
                self._shares.clear()
            frequency = self.searcher.doc_freq(field, storable(token))
            known = self._shares[field, token] = frequency / max(self.searcher.num_docs, 1)
        return known
