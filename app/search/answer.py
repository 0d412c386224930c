"""Questions to search and its answers, as the faces know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from app.search.document import SearchDocument
from app.search.engine import PUBLIC, Facet, FacetValue, Sort
from app.search.language.tree import Dropped
from app.search.notices import Relaxed

if TYPE_CHECKING:
    from app.search.analysis.word import Asked


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A question. `words` are as somebody typed them, `updated` two days (UTC), both included, `None` for no bound.

    `audiences` of `None` sees everything. `after` is the `next` of an earlier answer to the same question. A `limit`
    of 0 asks for facets and counts only.
    """

    words: str = ""
    audiences: frozenset[str] | None = frozenset({PUBLIC})
    filters: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    updated: tuple[date | None, date | None] = (None, None)
    sort: Sort = Sort.RELEVANCE
    after: str = ""
    offset: int = 0
    limit: int = 20
    facets: tuple[Facet, ...] = tuple(Facet)


class Where(StrEnum):
    """What of a dataset a word was found in, or how it led there."""

    KEYWORD = "keyword"
    PUBLISHER = "publisher"
    COLUMN = "column"
    RESOURCE = "resource"
    SUBJECT = "subject"
    VALUE = "value"
    PLACE = "place"  # `text` is a six-digit code
    SYNONYM = "synonym"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a dataset was found where neither its title nor its description shows it: `word` was found as `text`."""

    where: Where
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A found dataset. Scores are only comparable within one answer."""

    document: SearchDocument
    score: float
    why: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """One page of hits, the count of all, the facets of all, and how the question was understood.

    `dropped` are parts of it that were passed over; `relaxed` says where less was asked for than was typed; `instead`
    are questions that might have been meant; `marks` are the words to mark in texts, normalised.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[Facet, tuple[FacetValue, ...]] = field(default_factory=dict)
    next: str = ""
    dropped: tuple[Dropped, ...] = ()
    relaxed: Relaxed | None = None
    instead: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Words as they are understood, each with how many datasets have it, of `total` there are."""

    words: tuple[tuple[Asked, int], ...]
    total: int


class SuggestionKind(StrEnum):
    """What is suggested to somebody who types."""

    WORD = "word"
    PUBLISHER = "publisher"
    DATASET = "dataset"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How a query may go on. `slug` is that of a publisher or dataset, or the code of a place."""

    text: str
    kind: SuggestionKind
    slug: str = ""
    count: int | None = None
