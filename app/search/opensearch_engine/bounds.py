"""Keeps clauses within what OpenSearch takes: 1,024 parts, by `indices.query.bool.max_clause_count`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.search.clauses import All, Any, Best, Boosted, Constant, Phrase

if TYPE_CHECKING:
    from app.search.clauses import Clause

# Filters and audiences come on top.
MOST = 950
# How many forms of a word are kept, less and less until the whole is small enough. Those that mean most stand first.
_FORMS = (24, 12, 6, 3, 1)
# Alternatives that somebody wrote are ten at most; more are forms of a word as well, some in several fields.
_WRITTEN = 10


def bounded(clause: Clause) -> Clause:
    """Leave the last forms of words out of a clause that has too many parts."""
    for forms in _FORMS:
        if size(clause) <= MOST:
            break
        clause = _with(clause, forms)
    return clause


def size(clause: Clause) -> int:
    """Count the parts of a clause as Lucene does."""
    if isinstance(clause, (Boosted, Constant)):
        return size(clause.clause)
    if isinstance(clause, All):
        return sum(map(size, (*clause.must, *clause.should, *clause.must_not)))
    if isinstance(clause, (Any, Best)):
        return sum(map(size, clause.clauses))
    return max(1, len(clause.tokens)) if isinstance(clause, Phrase) and clause.is_open else 1


def _with(clause: Clause, forms: int) -> Clause:
    if isinstance(clause, (Boosted, Constant)):
        return replace(clause, clause=_with(clause.clause, forms))
    if isinstance(clause, All):
        kinds = (clause.must, clause.should, clause.must_not)
        return All(*(tuple(_with(each, forms) for each in kind) for kind in kinds))
    if isinstance(clause, Best):
        return replace(clause, clauses=tuple(_with(each, forms) for each in clause.clauses[:forms]))
    if isinstance(clause, Any):
        kept = clause.clauses[: max(_WRITTEN, forms)] if clause.minimum <= 1 else clause.clauses
        return replace(clause, clauses=tuple(_with(each, forms) for each in kept))
    return clause
