"""Clauses as tantivy's queries. What a stranger typed is never parsed: tokens go in as terms and escaped patterns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, cast

from tantivy import FieldType, Occur, Query

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
from app.search.tantivy_engine.layout import WIDEST_SLOP, column, number
from app.search.tantivy_engine.shares import Shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from app.search.tantivy_engine.leaves import Leaves

_MEANT = re.compile(r"[\\.+*?()|\[\]{}^$#&~-]")
# A pattern may have 1,000 states, one for each byte; longer starts are looked up among the terms.
_PATTERN_LETTERS = 64
_LONG_STARTS = 1000
_MANY = 2  # of what is only better
_SPARSE = 1 / 8  # of all entries (measured)
_FEW_VALUES = 16  # a set of terms costs as much as many single terms


class Translation:
    """Translates for one state of an index, and leaves out what nothing in it can match.

    Most forms of a word stand in few of the fields, and each leaf of a query costs a look into every segment. With
    `is_loose`, the last token of an open phrase may stand anywhere in the field: tantivy refuses phrases whose end has
    more than 16,384 spellings.
    """

    def __init__(self, leaves: Leaves, *, is_loose: bool = False) -> None:
        self._leaves = leaves
        self._schema = leaves.schema
        self._searcher = leaves.searcher
        self._is_loose = is_loose
        self.shares = Shares(leaves)
        # A clause may stand in a question several times: as a condition, and in what ranks.
        self._made: dict[int, tuple[Clause, Query | None]] = {}

    def query(self, clause: Clause) -> Query:
        """Translate a clause with all that is in it."""
        query = self._possible(clause)
        return Query.empty_query() if query is None else query

    def _possible(self, clause: Clause) -> Query | None:
        """Translate a clause; `None` for one that nothing matches."""
        if known := self._made.get(id(clause)):
            return known[1]
        query = self._TRANSLATORS[type(clause)](self, clause)
        self._made[id(clause)] = (clause, query)
        return query

    def any_of(self, field: str, values: Iterable[str]) -> Query:
        """Match whole values without a say in the order of results."""
        query = self._any_of(field, values)
        return Query.empty_query() if query is None else query

    def _any_of(self, field: str, values: Iterable[str]) -> Query | None:
        wanted = [storable(value) for value in dict.fromkeys(values) if self._leaves.has(field, value)]
        if not wanted:
            return None
        if len(wanted) > _FEW_VALUES:
            return _silent(Query.term_set_query(self._schema, field, wanted))
        return _silent(_either([Query.term_query(self._schema, field, value, "basic") for value in wanted]))

    def _each(self, clauses: Iterable[Clause]) -> list[Query]:
        """Translate those of the clauses that something may match."""
        return [query for each in clauses if (query := self._possible(each)) is not None]

    def _everything(self, _: Everything) -> Query:
        return _silent(Query.all_query())

    def _nothing(self, _: Nothing) -> None:
        return None

    def _term(self, clause: Term) -> Query | None:
        return self._leaves.term(clause.field, clause.token) if self._leaves.has(clause.field, clause.token) else None

    def _prefix(self, clause: Prefix) -> Query | None:
        start = storable(clause.start)
        if len(start) <= _PATTERN_LETTERS:
            return Query.regex_query(self._schema, clause.field, _literal(start) + ".*")
        terms = self._searcher.terms_with_prefix(clause.field, start, limit=_LONG_STARTS)
        if not terms:
            return None
        found = Query.term_set_query(self._schema, clause.field, [term for term, _ in terms])
        return Query.const_score_query(found, 1.0)

    def _phrase(self, clause: Phrase) -> Query | None:
        known = clause.tokens[:-1] if clause.is_open else clause.tokens
        if not clause.tokens or not all(self._leaves.has(clause.field, token) for token in known):
            return None
        if clause.is_open:
            return self._open_phrase(clause, [storable(token) for token in clause.tokens])
        if len(clause.tokens) == 1:
            return self._leaves.term(clause.field, clause.tokens[0])
        return self._leaves.phrase(clause.field, clause.tokens, min(clause.slop, WIDEST_SLOP))

    def _open_phrase(self, clause: Phrase, tokens: list[str]) -> Query | None:
        *first, last = tokens
        ending = self._prefix(Prefix(clause.field, last))
        if not first or ending is None:
            return ending
        if self._is_loose or any(len(token) > _PATTERN_LETTERS for token in tokens):
            before = self._phrase(Phrase(clause.field, tuple(first), slop=clause.slop))
            return None if before is None else _both([before, ending])
        patterns = [*map(_literal, first), _literal(last) + ".*"]
        words = cast("list[str | tuple[int, str]]", patterns)
        return Query.regex_phrase_query(self._schema, clause.field, words, min(clause.slop, WIDEST_SLOP))

    def _among(self, clause: Among) -> Query | None:
        return self._any_of(column(clause.column), clause.values)

    def _between(self, clause: Between) -> Query | None:
        name, low, high = number(clause.number), clause.low, clause.high
        if low is None and high is None:
            return _silent(Query.exists_query(name))
        least, most = SMALLEST if low is None else low, GREATEST if high is None else high
        if least > most or least > GREATEST or most < SMALLEST:
            return None
        return _silent(Query.range_query(self._schema, name, FieldType.Integer, within(least), within(most)))

    def _boosted(self, clause: Boosted) -> Query | None:
        query = self._possible(clause.clause)
        return None if query is None else Query.boost_query(query, clause.weight)

    def _constant(self, clause: Constant) -> Query | None:
        query = self._possible(clause.clause)
        return None if query is None else Query.const_score_query(query, clause.score)

    def _best(self, clause: Best) -> Query | None:
        queries = self._each(clause.clauses)
        if len(queries) > 1:
            return Query.disjunction_max_query(queries, clause.tie)
        return queries[0] if queries else None

    def _all(self, clause: All) -> Query | None:
        must = self._each(clause.must)
        if len(must) < len(clause.must):
            return None
        parts = [(Occur.Must, query) for query in must or [_silent(Query.all_query())]]
        parts += [(Occur.MustNot, query) for query in self._each(clause.must_not)]
        better = self._each(clause.should)
        if len(parts) == 1 and not better:
            return parts[0][1]
        if len(better) < _MANY or self.shares.of(clause) > _SPARSE:
            return Query.boolean_query([*parts, *((Occur.Should, query) for query in better)])
        # Several that are only better are walked from end to end together, one alone is looked at where it matters.
        query = Query.boolean_query(parts)
        for each in better:
            query = Query.boolean_query([(Occur.Must, query), (Occur.Should, each)])
        return query

    def _any(self, clause: Any) -> Query | None:
        if clause.minimum <= 0:
            return self._all(All((), clause.clauses))
        queries = self._each(clause.clauses)
        return _either(queries, clause.minimum) if len(queries) >= clause.minimum else None

    # Methods of this class, each beside the clause that it takes.
    _TRANSLATORS: ClassVar[Mapping[type, Callable[..., Query | None]]] = {
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


def _literal(token: str) -> str:
    return _MEANT.sub(r"\\\g<0>", token)


def _silent(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _both(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _either(queries: list[Query], minimum: int = 1) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries], minimum)
