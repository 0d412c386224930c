"""What a search takes from an address: the same words and facets on the page, in the API and in feeds."""

from __future__ import annotations

from typing import TypeVar

from pydantic import Field, create_model

from app.search.engine import Facet, Sort
from app.search.service import MAX_SUGGESTIONS
from app.web.parameters import Day, Loose, Parameters, Whole

PAGE = 20
MAX_PAGE = 100
MAX_FILTERS = 20
MAX_FACET_VALUES = 1000
FACET_VALUES = 50
SUGGESTIONS = 8
# Beyond this an answer is empty or walked to with `after`; the cost of jumping grows with the distance.
MAX_OFFSET = 1_000_000
MAX_FEED_OFFSET = 10_000


Asked = TypeVar("Asked", bound=Parameters)


def _facets(base: type[Asked], name: str) -> type[Asked]:
    """Add a parameter for each facet that there is."""
    fields = {
        facet.value: (
            tuple[str, ...],
            Field(default=(), max_length=MAX_FILTERS, description=f"Only these, by {facet.value}; repeatable."),
        )
        for facet in Facet
    }
    made: type[Asked] = create_model(name, __base__=base, **fields)  # type: ignore[call-overload]
    return made


class _Words(Parameters):
    q: str = Field(default="", description="Words, Japanese or English, in the query language of docs/api.md.")
    updated_from: Day | None = Field(default=None, description="Only data that changed on this day (UTC) or later.")
    updated_to: Day | None = Field(default=None, description="Only data that changed on this day (UTC) or before.")


class _Search(_Words):
    sort: Sort = Field(default=Sort.RELEVANCE, description="The order.")
    after: str = Field(default="", description="Where to go on, from the `next` of an answer to the same question.")
    offset: Whole = Field(
        default=0, ge=0, le=MAX_OFFSET, description="How many to leave out at the beginning; `after` costs less."
    )
    limit: Whole = Field(
        default=PAGE, ge=0, le=MAX_PAGE, description="How many to answer; 0 for facets and the count only."
    )
    facet_limit: Whole = Field(
        default=FACET_VALUES, ge=0, le=MAX_FACET_VALUES, description="How many values of each facet to answer."
    )


class Window(Loose):
    """Which entries of a feed."""

    offset: Whole = Field(default=0, ge=0, le=MAX_FEED_OFFSET, description="How many to leave out at the beginning.")
    limit: Whole = Field(default=PAGE, ge=1, le=MAX_PAGE, description="How many to answer.")


class _News(Window):
    q: str = Field(default="", description="Words; as the search takes them.")
    updated_from: Day | None = Field(default=None, description="Only data that changed on this day (UTC) or later.")
    updated_to: Day | None = Field(default=None, description="Only data that changed on this day (UTC) or before.")


class Typed(Parameters):
    """What somebody types."""

    q: str = Field(default="", description="What was typed so far; may end within a word, within a kana even.")
    limit: Whole = Field(default=SUGGESTIONS, ge=1, le=MAX_SUGGESTIONS, description="How many to answer.")


Searching = _facets(_Search, "Searching")
News = _facets(_News, "News")
