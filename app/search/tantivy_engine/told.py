"""What is told by the numbers of sets: each entry has one for each facet, which stands for all of its values."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, cast

from app.search.engine import FacetValue
from app.search.tantivy_engine.layout import code, together
from app.search.tantivy_engine.sets import code_of, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tantivy import Searcher

    from app.search.engine import Facet
    from app.search.tantivy_engine.reading import Codes, Few, Reading

# As many values of a facet are answered; nobody reads more, and a page must not grow with the catalogue.
FACET_VALUES = 1000
_MOST_SETS = 20_000  # of a facet: more are not kept in memory

# As `FacetValue._make` does, in a third of the time: an answer has hundreds of them.
_facet_value = cast("Callable[[tuple[str, int]], FacetValue]", partial(tuple.__new__, FacetValue))


def codes(reading: Reading, facet: Facet) -> Codes | None:
    """Map the numbers of the sets of a facet to their values; `None` where they are too many to be kept."""
    if facet not in reading.codes:
        reading.codes[facet] = _codes(reading.searcher, facet)
    return reading.codes[facet]


def is_empty(known: Codes) -> bool:
    """No entry of the index has a value: what has no number has none."""
    return len(known) == 1


def of_hits(reading: Reading, facet: Facet, few: Few) -> tuple[FacetValue, ...] | None:
    """Count a facet of a few hits; `None` where their numbers do not tell all."""
    known = codes(reading, facet)
    if known is None:
        return None
    if is_empty(known):
        return ()
    numbers = reading.searcher.fast_field_values(code(facet.value), few)
    try:
        return ranked(Counter(chain.from_iterable(map(known.__getitem__, numbers))))
    except KeyError:
        return None


def of_sets(known: Codes, numbers: Iterable[tuple[float, int]]) -> tuple[FacetValue, ...] | None:
    """Count values, given how often there are the sets of these numbers; `None` where one says nothing."""
    counted: dict[str, int] = {}
    so_far = counted.get
    try:
        for number, count in numbers:
            for value in known[number]:
                counted[value] = so_far(value, 0) + count
    except KeyError:
        return None
    return ranked(counted)


def ranked(counted: Mapping[str, int]) -> tuple[FacetValue, ...]:
    """Order values by how frequent they are, and then by themselves."""
    # Two sorts without a call of ours for each pair; the second keeps the order of values that are as frequent.
    ordered = sorted(counted)
    ordered.sort(key=counted.__getitem__, reverse=True)
    del ordered[FACET_VALUES:]
    return tuple(map(_facet_value, zip(ordered, map(counted.__getitem__, ordered), strict=True)))


def _codes(searcher: Searcher, facet: Facet) -> Codes | None:
    terms = [term for term, _ in searcher.terms_with_prefix(together(facet.value), "", limit=_MOST_SETS)]
    found: Codes = {code_of(term): values_of(term) for term in terms}
    if len(found) < len(terms) or len(terms) >= _MOST_SETS:
        # Two sets of the same number would both be counted as one of them.
        return None
    found[None] = ()
    return found
