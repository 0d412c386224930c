"""How what a dataset is about goes with the place and the time of a question."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from app.agents.countries import is_of_countries
from app.agents.country_names import stands_in
from app.catalog import places
from app.search.analysis import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.agents.wanted import Wanted
    from app.search.document import SearchDocument


class Fit(StrEnum):
    """How a dataset goes with a place or time: `WIDER` ones may hold it, of `UNKNOWN` ones nothing is said."""

    YES = "yes"
    WIDER = "wider"
    NAMED = "named"
    UNKNOWN = "unknown"
    PARTLY = "partly"
    NO = "no"


def place_fit(
    document: SearchDocument, wanted: Wanted, holds: Callable[[str], bool], cells: frozenset[str] = frozenset()
) -> Fit | None:
    """Say whether a dataset is about a place.

    `holds` says whether a folded name stands in what it says of itself, `cells` are words that stand in its rows.
    """
    if wanted.place is None:
        return None
    asked, about = set(wanted.place.codes), set(document.places)
    finest = about - {whole for code in about for whole in places.containing(code)}
    inside = {code for code in finest if asked & {code, *places.containing(code)}}
    if inside:
        return Fit.YES
    if wanted.place.countries:
        return _country_fit(document, wanted.place.names, cells)
    if any(holds(fold(name)) for name in wanted.place.names if len(name) > 1):
        return Fit.NAMED
    if finest & {whole for code in asked for whole in places.containing(code)}:
        return Fit.WIDER
    return Fit.NO if finest else Fit.UNKNOWN


def _country_fit(document: SearchDocument, names: tuple[str, ...], cells: frozenset[str]) -> Fit:
    """Say whether a dataset speaks of a country, or has a column of countries."""
    said = fold("\n".join((document.title.ja, document.title.en, *document.keywords, *document.values)))
    if any(stands_in(name, said) or fold(name) in cells for name in names):
        return Fit.NAMED
    if any(is_of_countries(name) for name in document.columns):
        return Fit.WIDER
    return Fit.NO if document.places else Fit.UNKNOWN


def time_fit(document: SearchDocument, wanted: Wanted) -> Fit | None:
    """Say whether a dataset is about a time."""
    if wanted.time is None:
        return None
    asked, about = wanted.time.period, document.period
    if about is None or about.start is None:
        # All that is known is when it was sent, or what it is not about any more.
        return Fit.UNKNOWN
    if (asked.end and about.start > asked.end) or (about.end and asked.start and about.end < asked.start):
        return Fit.NO
    starts = asked.start is None or about.start <= asked.start
    ends = asked.end is None or about.end is None or about.end >= asked.end
    return Fit.YES if starts and ends else Fit.PARTLY
