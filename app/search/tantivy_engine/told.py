"""What is told by the numbers of sets: each entry has one for each facet, which stands for all of its values."""

from __future__ import annotations

from collections import Counter, defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING

from app.search.engine import FacetValue
from app.search.tantivy_engine.layout import code, together
from app.search.tantivy_engine.sets import code_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tantivy import Searcher

    from app.search.engine import Facet
    from app.search.tantivy_engine.reading import Codes, Few, Reading

# As many values of a facet are answered; nobody reads more, and a page must not grow with the catalogue.
FACET_VALUES = 1000
_MOST_SETS = 20_000  # of a facet: more are not kept in memory

_COUNT = itemgetter(1)


def codes(reading: Reading, facet: Facet) -> Codes | None:
    """Map the numbers of the sets of a facet to their values; `None` where they are too many to be kept."""
    if facet not in reading.codes:
        reading.codes[facet] = _codes(reading.searcher, facet)
    return reading.codes[facet]


def of_hits(reading: Reading, facet: Facet, few: Few) -> tuple[FacetValue, ...] | None:
    """Count a facet of a few hits; `None` where their numbers do not tell all."""
    known = codes(reading, facet)
    if known is None:
        return None
    numbers = Counter(reading.searcher.fast_field_values(code(facet.value), few))
    return of_sets(known, ((number, count) for number, count in numbers.items() if number is not None))


def of_sets(known: Codes, numbers: Iterable[tuple[float, int]]) -> tuple[FacetValue, ...] | None:
    """Count values, given how often there are the sets of these numbers; `None` where one says nothing."""
    counted: dict[str, int] = defaultdict(int)
    for number, count in numbers:
        if (values := known.get(int(number))) is None:
            return None
        for value in values:
            counted[value] += count
    return ranked(list(counted.items()))


def ranked(counted: list[tuple[str, int]]) -> tuple[FacetValue, ...]:
    """Order values by how frequent they are, and then by themselves."""
    # Two sorts without a call of ours for each pair; the second keeps the order of values that are as frequent.
    counted.sort()
    counted.sort(key=_COUNT, reverse=True)
    return tuple(map(FacetValue._make, counted[:FACET_VALUES]))


def _codes(searcher: Searcher, facet: Facet) -> Codes | None:
    terms = [term for term, _ in searcher.terms_with_prefix(together(facet.value), "", limit=_MOST_SETS)]
    found = {code_of(term): values_of(term) for term in terms}
    # Two sets of the same number would both be counted as one of them.
    return found if len(found) == len(terms) < _MOST_SETS else None
