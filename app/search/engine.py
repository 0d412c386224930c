"""What a search engine must do; the implementations stand beside, `wiring.py` picks one.

An engine knows entries and clauses, whose tokens our own analysis has made. What a dataset becomes as an entry says
`entries.py`; what a question becomes as a clause says `ranking.py`. So all engines mean the same by the same question.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from app.search.clauses import Clause, Everything, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

PUBLIC = "public"


class Facet(StrEnum):
    """What results can be narrowed by; the value is the name in addresses and answers."""

    PUBLISHER = "publisher"  # slug
    THEME = "theme"  # code of the themes vocabulary
    FORMAT = "format"  # CSV
    LICENSE = "license"  # name
    PLACE = "place"  # six-digit code of a municipality or prefecture, and of what contains it
    PERIOD = "period"  # a year that the data is about: 2021
    FREQUENCY = "frequency"  # code of the frequencies vocabulary
    QUALITY = "quality"  # rating: excellent, good, sufficient, bad
    STANDARD = "standard"  # id of the standard dataset that a table follows


class Sort(StrEnum):
    """Orders of results. `RELEVANCE` without words falls back to `UPDATED`."""

    RELEVANCE = "relevance"
    UPDATED = "updated"  # the data
    REVISED = "revised"  # what the portal says, or newly come to it
    POPULARITY = "popularity"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Entry:
    """A dataset as an engine keeps it.

    `fields` maps the names of `fields.NAMES` to values, each of which is tokens with a blank between; a phrase never
    reaches across two values. `columns` maps those of `fields.COLUMNS` (every facet among them) to whole values,
    which clauses match and facets count. `numbers` maps `fields.NUMBERS` to integers. `title_key` is what titles
    are ordered by. `card` are bytes given back with a hit.
    """

    id: str
    revision: int
    audiences: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, int]
    title_key: str
    card: bytes


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to an engine.

    `audiences` of `None` sees everything. Values of one facet are alternatives, and each facet is counted as if its
    own filter were not set. `after` is the `next` of an earlier answer to the same question; `offset` is for pages
    that are jumped to. Only the facets named in `facets` are counted. `sign` matches the same as `clause` and scores
    nothing, for what only counts, where somebody knows a cheaper one. In an order by relevance `prior` adds to the
    scores; an engine may let it decide among its best few hundred alone.
    """

    clause: Clause = field(default_factory=Everything)
    audiences: frozenset[str] | None = frozenset({PUBLIC})
    filters: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    after: str = ""
    offset: int = 0
    limit: int = 20
    facets: tuple[Facet, ...] = ()
    sign: Clause | None = None
    prior: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A found entry and how well it fits (greater is better, only comparable within one answer)."""

    id: str
    score: float
    card: bytes


class FacetValue(NamedTuple):
    """How many results carry a value, were the facet's own filter not set; a tuple, as an answer has a thousand."""

    value: str
    count: int  # type: ignore[assignment]  # a tuple's own `count` is of no use here


def _counted_already() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Found:
    """One page of matches, the count of all, and the facets of all, the most frequent value first.

    An engine may count `facets` when they are first looked at, in the state that was searched; whoever is going to
    look calls `begin`, so that they may be counted meanwhile.

    `next` asks for the page after this one, empty at the end. Walking it shows every entry once, however many there
    are; entries that change meanwhile may be missed or met again, others not, unless the order is by relevance.
    """

    matches: tuple[Match, ...]
    total: int
    facets: Mapping[Facet, tuple[FacetValue, ...]]
    next: str = ""
    begin: Callable[[], None] = field(default=_counted_already, compare=False, repr=False)


class Engine(Protocol):
    """An index of datasets. What `put` and `remove` did is found by the next `search` of any process.

    Every method raises `Unavailable` where the index cannot be read or written. `search` of a damaged `after`
    raises `BadRequest`.
    """

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries in one commit, replacing those with the same id."""
        ...

    def remove(self, ids: Iterable[str]) -> None:
        """Take entries out in one commit; unknown ids do nothing."""
        ...

    def search(self, ask: Ask) -> Found:
        """Answer a question; empty while there is no index."""
        ...

    def count(self, clauses: Iterable[Clause], audiences: frozenset[str] | None) -> tuple[int, ...]:
        """Count what each clause matches among what the audiences may find."""
        ...

    def values(self, column: str, audiences: frozenset[str] | None, limit: int) -> tuple[FacetValue, ...]:
        """Answer the most frequent values of a column among what the audiences may find."""
        ...

    def revisions(self) -> dict[str, int]:
        """Map the id of every entry to its revision, for drift checks."""
        ...

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Make the index anew out of these entries and nothing else, and count them; works on a damaged index.

        Readers keep the old index until the new one is whole. An exception leaves the old one as it was.
        """
        ...

    def stamp(self) -> str:
        """Answer something that differs after every change; empty while there is no index."""
        ...
