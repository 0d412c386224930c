"""What a search engine must do; the implementations stand beside, `wiring.py` picks one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PUBLIC = "public"


class Facet(StrEnum):
    """What results can be narrowed by; the value is the name in addresses and answers."""

    PUBLISHER = "publisher"
    THEME = "theme"
    FORMAT = "format"
    LICENSE = "license"


class Sort(StrEnum):
    """Orders of results. `RELEVANCE` without words falls back to `UPDATED`."""

    RELEVANCE = "relevance"
    UPDATED = "updated"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """A dataset as the index keeps it. `audiences` are those who may find it: "public" or "org:<id>".

    `keywords` are those that somebody said; `subjects` are words that its classification and the portal add.
    """

    id: str
    slug: str
    revision: int
    audiences: tuple[str, ...]
    title: Text
    description: Text
    publisher_slug: str
    publisher: Text
    license: str
    license_title: Text
    updated: datetime
    state: str
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    rows: int = 0


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A question to the engine. `audiences` of `None` sees everything; values of one facet are alternatives."""

    words: str = ""
    audiences: frozenset[str] | None = frozenset({PUBLIC})
    filters: Mapping[Facet, tuple[str, ...]] | None = None
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A found document and how well it fits (greater is better, only comparable within one answer)."""

    document: SearchDocument
    score: float


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many results carry a value, were the facet's own filter not set."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """Hits of one page, the count of all, and the facets of all."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[Facet, tuple[FacetValue, ...]]


class Engine(Protocol):
    """An index of datasets. What `put` and `remove` did is found by the next `search` of any process."""

    def put(self, documents: Iterable[SearchDocument]) -> None:
        """Add documents, replacing those with the same id."""
        ...

    def remove(self, ids: Iterable[str]) -> None:
        """Take documents out; unknown ids do nothing."""
        ...

    def search(self, query: SearchQuery) -> SearchAnswer:
        """Answer a question. Any words are understood as far as possible; none raise."""
        ...

    def revisions(self) -> dict[str, int]:
        """Map the id of every document to its revision, for drift checks."""
        ...

    def clear(self) -> None:
        """Empty the index, or make it anew where it is damaged."""
        ...
