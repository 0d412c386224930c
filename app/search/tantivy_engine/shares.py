"""Guesses of how much clauses match. They decide how to look, never what is found."""

from __future__ import annotations

from math import comb, prod
from typing import TYPE_CHECKING

from app.search.clauses import All, Among, Any, Best, Boosted, Clause, Constant, Nothing, Phrase, Term
from app.search.tantivy_engine.layout import column

if TYPE_CHECKING:
    from app.search.tantivy_engine.leaves import Leaves


class Shares:
    """Guesses for one question; what stands in it several times is looked at once."""

    def __init__(self, leaves: Leaves) -> None:
        self._leaves = leaves
        self._guessed: dict[int, tuple[Clause, float]] = {}

    def of(self, clause: Clause) -> float:
        """Guess what share of all entries a clause matches."""
        if (known := self._guessed.get(id(clause))) is None:
            known = self._guessed[id(clause)] = (clause, self._guess(clause))
        return known[1]

    def _guess(self, clause: Clause) -> float:
        if isinstance(clause, (Boosted, Constant)):
            return self.of(clause.clause)
        if isinstance(clause, Any) and clause.minimum > 1:
            # As if words were independent: so many of the most common together, in any choice of them.
            shares = sorted(map(self.of, clause.clauses), reverse=True)[: clause.minimum]
            return min(shares[-1], comb(len(clause.clauses), clause.minimum) * prod(shares)) if shares else 0.0
        if isinstance(clause, (Any, Best)):
            return max(map(self.of, clause.clauses), default=0.0)
        if isinstance(clause, All) and clause.must:
            return prod(map(self.of, clause.must))
        return 0.0 if isinstance(clause, Nothing) else self._guess_tokens(clause)

    def _guess_tokens(self, clause: Clause) -> float:
        if isinstance(clause, Term):
            return self._leaves.share(clause.field, clause.token)
        if isinstance(clause, Phrase) and not clause.is_open:
            return min((self._leaves.share(clause.field, token) for token in clause.tokens), default=0.0)
        if isinstance(clause, Among):
            return max((self._leaves.share(column(clause.column), value) for value in clause.values), default=0.0)
        return 1.0
