"""How what a dataset is about goes with the place and the time of a question."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

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


def place_fit(document: SearchDocument, wanted: Wanted, holds: Callable[[str], bool]) -> Fit | None:
    """Say whether a dataset is about a place; `holds` says whether a folded name stands in what it says of itself."""
    if wanted.place is None:
        return None
    asked, about = set(wanted.place.codes), set(document.places)
    finest = about - {whole for code in about for whole in places.containing(code)}
    inside = {code for code in finest if asked & {code, *places.containing(code)}}
    if inside:
        return Fit.YES
    if any(holds(fold(name)) for name in wanted.place.names if len(name) > 1):
        return Fit.NAMED
    if finest & {whole for code in asked for whole in places.containing(code)}:
        return Fit.WIDER
    return Fit.NO if finest else Fit.UNKNOWN


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
