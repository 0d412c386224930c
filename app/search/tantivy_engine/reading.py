"""One state of a tantivy index, and what is remembered about it as long as it is the newest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from tantivy import Occur, Query

from app.search.keys import storable
from app.search.tantivy_engine.layout import AUDIENCE

if TYPE_CHECKING:
    from collections.abc import Hashable
    from concurrent.futures import Executor

    from tantivy import DocAddress, Index, Schema, Searcher

    from app.search.engine import Facet, FacetValue
    from app.search.tantivy_engine.leaves import Leaves

WINDOW = 250  # hits that are looked at one by one: the prior decides among them, and their facets are read
_KEPT = 50  # questions whose facets are remembered, 100 KB each at most; and so many kinds of askers

Key = TypeVar("Key")
Value = TypeVar("Value")
Few = list["DocAddress"]
Codes = dict[float | None, tuple[str, ...]]
Counted = dict["Facet", tuple["FacetValue", ...]]


class Hits(NamedTuple):
    """How many were found, and where they all lie where they are few."""

    total: int
    few: Few | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The index as of one commit. `stamp` tells it from every other; `aside` counts facets while hits are read.

    `counted` keeps facets by question, `wholes` those of all that audiences may find, `codes` say what is
    in the set of a number, where it is known, and that what has no number has no values.
    """

    stamp: str
    index: Index
    schema: Schema
    searcher: Searcher
    leaves: Leaves
    aside: Executor
    counted: dict[Hashable, Counted] = field(default_factory=dict)
    wholes: dict[Hashable, Counted] = field(default_factory=dict)
    codes: dict[Facet, Codes | None] = field(default_factory=dict)
    seers: dict[frozenset[str], list[Query]] = field(default_factory=dict)

    def seen_by(self, audiences: frozenset[str] | None) -> list[Query]:
        """Narrow to what audiences may find; nothing is to be narrowed where they may find every entry."""
        if audiences is None:
            return []
        if (known := self.seers.get(audiences)) is None:
            known = self._narrowed(audiences)
            keep(self.seers, audiences, known)
        return known

    def _narrowed(self, audiences: frozenset[str]) -> list[Query]:
        wanted = [Query.term_query(self.schema, AUDIENCE, storable(each), "basic") for each in sorted(audiences)]
        seen = Query.boolean_query([(Occur.Should, query) for query in wanted]) if wanted else Query.empty_query()
        hidden = Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, seen)])
        # Looked at in this very state of the index, which no later commit changes.
        return [Query.const_score_query(seen, 0.0)] if count_of(self.searcher, hidden) else []


def keep(kept: dict[Key, Value], key: Key, value: Value) -> None:
    """Remember, and forget all others where they are too many."""
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = value


def count_of(searcher: Searcher, query: Query) -> int:
    """Count what a query matches, without weighing it."""
    silent = Query.const_score_query(query, 0.0)
    count: int = searcher.search(silent, limit=1).count  # type: ignore[attr-defined]  # it is there, the stub forgets
    return count


def hits_of(searcher: Searcher, query: Query) -> Hits:
    """Look what a query matches, without weighing it."""
    result = searcher.search(Query.const_score_query(query, 0.0), limit=WINDOW)
    count: int = result.count  # type: ignore[attr-defined]  # as above
    return Hits(count, [address for _, address in result.hits] if count <= WINDOW else None)


def all_of(queries: list[Query]) -> Query:
    """Match what all queries match."""
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, query) for query in queries]) if queries else Query.all_query()
