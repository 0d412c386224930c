"""Clauses as OpenSearch's queries. What a stranger typed is never parsed: tokens go in as terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.search.clauses import (
    All,
    Among,
    Any,
    Best,
    Between,
    Boosted,
    Clause,
    Constant,
    Everything,
    Nothing,
    Phrase,
    Prefix,
    Term,
)
from app.search.keys import GREATEST, SMALLEST, storable, within
from app.search.opensearch_engine.layout import GAP, column, number, token_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Query = dict[str, object]

NONE: Query = {"match_none": {}}
_MOST_ENDINGS = 16_384
# Lucene makes an automaton of a beginning, of 1,000 states at most; what is longer is cut off, and so finds more.
_LONGEST_START = 900


def query_of(clause: Clause) -> Query:
    """Translate a clause with all that is in it."""
    return _TRANSLATORS[type(clause)](clause)


def any_of(field: str, values: Iterable[str]) -> Query:
    """Match whole values without a say in the order of results."""
    return _silent({"terms": {field: sorted(set(map(storable, values)))}})


def _everything(_: Everything) -> Query:
    return _silent({"match_all": {}})


def _nothing(_: Nothing) -> Query:
    return NONE


def _term(clause: Term) -> Query:
    return {"term": {clause.field: {"value": token_of(clause.token)}}}


def _prefix(clause: Prefix) -> Query:
    start = storable(clause.start).encode()[:_LONGEST_START].decode(errors="ignore")
    return _constantly({"prefix": {clause.field: {"value": start}}}, 1.0)


def _phrase(clause: Phrase) -> Query:
    """Match tokens side by side. No token has a blank in it, so those of the question are not taken apart either."""
    tokens = [token_of(token) for token in clause.tokens]
    is_ending_open = clause.is_open and tokens[-1:] == [""]
    if is_ending_open:
        tokens.pop()
    if any(token.split() != [token] for token in tokens) or not clause.tokens:
        return NONE
    if len(tokens) <= 1 and (clause.is_open or not tokens):
        return _prefix(Prefix(clause.field, "".join(tokens)))
    slop = max(0, min(clause.slop, GAP - 1))
    asked: dict[str, object] = {"query": " ".join(tokens), "slop": slop}
    if clause.is_open and not is_ending_open:
        return {"match_phrase_prefix": {clause.field: {**asked, "max_expansions": _MOST_ENDINGS}}}
    return {"match_phrase": {clause.field: asked}}


def _among(clause: Among) -> Query:
    return any_of(column(clause.column), clause.values)


def _between(clause: Between) -> Query:
    name, low, high = number(clause.number), clause.low, clause.high
    if low is None and high is None:
        return _silent({"exists": {"field": name}})
    least, most = SMALLEST if low is None else low, GREATEST if high is None else high
    if least > most or least > GREATEST or most < SMALLEST:
        return NONE
    return _silent({"range": {name: {"gte": within(least), "lte": within(most)}}})


def _boosted(clause: Boosted) -> Query:
    return {"bool": {"must": [query_of(clause.clause)], "boost": clause.weight}}


def _constant(clause: Constant) -> Query:
    return _constantly(query_of(clause.clause), clause.score)


def _best(clause: Best) -> Query:
    if not clause.clauses:
        return NONE
    return {"dis_max": {"queries": [query_of(each) for each in clause.clauses], "tie_breaker": clause.tie}}


def _all(clause: All) -> Query:
    parts = {"must": clause.must or (Everything(),), "should": clause.should, "must_not": clause.must_not}
    return {"bool": {kind: [query_of(each) for each in clauses] for kind, clauses in parts.items() if clauses}}


def _any(clause: Any) -> Query:
    if clause.minimum <= 0:
        return _all(All((), clause.clauses))
    if clause.minimum > len(clause.clauses):
        return NONE
    queries = [query_of(each) for each in clause.clauses]
    return {"bool": {"should": queries, "minimum_should_match": clause.minimum}}


def _silent(query: Query) -> Query:
    return _constantly(query, 0.0)


def _constantly(query: Query, score: float) -> Query:
    return {"constant_score": {"filter": query, "boost": score}}


_TRANSLATORS: Mapping[type, Callable[..., Query]] = {
    Everything: _everything,
    Nothing: _nothing,
    Term: _term,
    Prefix: _prefix,
    Phrase: _phrase,
    Among: _among,
    Between: _between,
    Boosted: _boosted,
    Constant: _constant,
    Best: _best,
    All: _all,
    Any: _any,
}
