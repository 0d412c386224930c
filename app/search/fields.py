"""What of a document is searched, how much it counts, and what results are narrowed by; for every engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.kernel.text import Text
from app.search.analysis import normalise
from app.search.engine import Facet, SearchDocument

FACET_VALUES = 1000

Reader = Callable[[SearchDocument], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Field:
    """A searched part of the document. A word counts `weight` times as much here as in a field of weight 1."""

    name: str
    weight: float
    read: Reader


def _sides(text: Text) -> tuple[str, ...]:
    return tuple(words for _, words in text.both())


def _present(*values: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


FIELDS = (
    Field("title", 8.0, lambda document: _sides(document.title)),
    Field("keywords", 5.0, lambda document: (*document.keywords, document.slug)),
    Field("publisher", 3.0, lambda document: _sides(document.publisher)),
    Field("columns", 2.0, lambda document: document.columns),
    Field("resources", 2.0, lambda document: document.resources),
    Field("subjects", 1.0, lambda document: document.subjects),
    Field("description", 1.5, lambda document: _sides(document.description)),
    Field("values", 0.5, lambda document: document.values),
)

FACETS: Mapping[Facet, Reader] = MappingProxyType(
    {
        Facet.PUBLISHER: lambda document: _present(document.publisher_slug),
        Facet.THEME: lambda document: _present(*document.themes),
        Facet.FORMAT: lambda document: _present(*document.formats),
        Facet.LICENSE: lambda document: _present(document.license),
    }
)


def title_key(document: SearchDocument) -> str:
    """Answer what titles are ordered by: their letters, width and case folded."""
    return normalise(document.title.get("ja"))
