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
    """Translates for one state of an index.

    With `is_loose`, the last token of an open phrase may stand anywhere in the field: tantivy refuses phrases whose
    end has more than 16,384 spellings.
    """

    def __init__(self, leaves: Leaves, *, is_loose: bool = False) -> None:
        self._leaves = leaves
        self._schema = leaves.schema
        self._searcher = leaves.searcher
        self._is_loose = is_loose
        # A clause may stand in a question several times: as a condition, and in what ranks.
        self._made: dict[int, tuple[Clause, Query]] = {}

    def query(self, clause: Clause) -> Query:
        """Translate a clause with all that is in it."""
        if known := self._made.get(id(clause)):
            return known[1]
        query = self._TRANSLATORS[type(clause)](self, clause)
        self._made[id(clause)] = (clause, query)
        return query

    def any_of(self, field: str, values: Iterable[str]) -> Query:
        """Match whole values without a say in the order of results."""
        wanted = [storable(value) for value in dict.fromkeys(values)]
        if not wanted:
            return Query.empty_query()
        if len(wanted) > _FEW_VALUES:
            return _silent(Query.term_set_query(self._schema, field, wanted))
        return _silent(_either([Query.term_query(self._schema, field, value, "basic") for value in wanted]))

    def _everything(self, _: Everything) -> Query:
        return _silent(Query.all_query())

    def _nothing(self, _: Nothing) -> Query:
        return Query.empty_query()

    def _term(self, clause: Term) -> Query:
        return self._leaves.term(clause.field, clause.token)

    def _prefix(self, clause: Prefix) -> Query:
        start = storable(clause.start)
        if len(start) <= _PATTERN_LETTERS:
            return Query.regex_query(self._schema, clause.field, _literal(start) + ".*")
        terms = self._searcher.terms_with_prefix(clause.field, start, limit=_LONG_STARTS)
        if not terms:
            return Query.empty_query()
        found = Query.term_set_query(self._schema, clause.field, [term for term, _ in terms])
        return Query.const_score_query(found, 1.0)

    def _phrase(self, clause: Phrase) -> Query:
        tokens = [storable(token) for token in clause.tokens]
        if not tokens:
            return Query.empty_query()
        if clause.is_open:
            return self._open_phrase(clause, tokens)
        if len(tokens) == 1:
            return Query.term_query(self._schema, clause.field, tokens[0])
        words = cast("list[str | tuple[int, str]]", tokens)
        return Query.phrase_query(self._schema, clause.field, words, min(clause.slop, WIDEST_SLOP))

    def _open_phrase(self, clause: Phrase, tokens: list[str]) -> Query:
        *first, last = tokens
        ending = self._prefix(Prefix(clause.field, last))
        if not first:
            return ending
        if self._is_loose or any(len(token) > _PATTERN_LETTERS for token in tokens):
            return _both([self._phrase(Phrase(clause.field, tuple(first), slop=clause.slop)), ending])
        patterns = [*map(_literal, first), _literal(last) + ".*"]
        words = cast("list[str | tuple[int, str]]", patterns)
        return Query.regex_phrase_query(self._schema, clause.field, words, min(clause.slop, WIDEST_SLOP))

    def _among(self, clause: Among) -> Query:
        return self.any_of(column(clause.column), clause.values)

    def _between(self, clause: Between) -> Query:
        name, low, high = number(clause.number), clause.low, clause.high
        if low is None and high is None:
            return _silent(Query.exists_query(name))
        least, most = SMALLEST if low is None else low, GREATEST if high is None else high
        if least > most or least > GREATEST or most < SMALLEST:
            return Query.empty_query()
        return _silent(Query.range_query(self._schema, name, FieldType.Integer, within(least), within(most)))

    def _boosted(self, clause: Boosted) -> Query:
        return Query.boost_query(self.query(clause.clause), clause.weight)

    def _constant(self, clause: Constant) -> Query:
        return Query.const_score_query(self.query(clause.clause), clause.score)

    def _best(self, clause: Best) -> Query:
        if not clause.clauses:
            return Query.empty_query()
        return Query.disjunction_max_query([self.query(each) for each in clause.clauses], clause.tie)

    def _all(self, clause: All) -> Query:
        must = [self.query(each) for each in clause.must] or [_silent(Query.all_query())]
        better = [self.query(each) for each in clause.should]
        parts = [(Occur.Must, query) for query in must]
        parts += [(Occur.MustNot, self.query(each)) for each in clause.must_not]
        if len(better) < _MANY or self._leaves.share(clause) > _SPARSE:
            return Query.boolean_query([*parts, *((Occur.Should, query) for query in better)])
        # Several that are only better are walked from end to end together, one alone is looked at where it matters.
        query = Query.boolean_query(parts)
        for each in better:
            query = Query.boolean_query([(Occur.Must, query), (Occur.Should, each)])
        return query

    def _any(self, clause: Any) -> Query:
        if clause.minimum <= 0:
            return self._all(All((), clause.clauses))
        if clause.minimum > len(clause.clauses):
            return Query.empty_query()
        return _either([self.query(each) for each in clause.clauses], clause.minimum)

    # Methods of this class, each beside the clause that it takes.
    _TRANSLATORS: ClassVar[Mapping[type, Callable[..., Query]]] = {
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
