"""What decides between hits that fit almost equally well, looked up for those few that it can move."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING

from app.search.tantivy_engine.layout import number
from app.search.tantivy_engine.reading import WINDOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tantivy import DocAddress, Searcher

    from app.search.clauses import Step

Hit = tuple[float, "DocAddress"]

_SCORE = itemgetter(0)


def preferred(searcher: Searcher, hits: Sequence[Hit], prior: Sequence[Step], end: int) -> Sequence[Hit]:
    """Answer hits in the order of their scores with the prior, as far as `end`; those beyond the window stay behind."""
    last = min(end, len(hits), WINDOW)
    if not prior or not last:
        return hits
    # Nothing rises by more than the whole prior: what lies further below than that cannot come before `end`.
    least = hits[last - 1][0] - sum(step.worth for step in prior)
    near = hits[: bisect_right(hits, -least, hi=min(len(hits), WINDOW), key=lambda hit: -hit[0])]
    worth = _worth(searcher, [address for _, address in near], prior)
    raised = [(score + more, address) for (score, address), more in zip(near, worth, strict=True)]
    return [*sorted(raised, key=_SCORE, reverse=True), *hits[len(near) :]]


def _worth(searcher: Searcher, addresses: list[DocAddress], prior: Sequence[Step]) -> list[float]:
    worth = [0.0] * len(addresses)
    for name in dict.fromkeys(step.number for step in prior):
        steps = sorted((step.least, step.worth) for step in prior if step.number == name)
        bounds, sums = [least for least, _ in steps], [0.0, *accumulate(more for _, more in steps)]
        values = searcher.fast_field_values(number(name), addresses)
        worth = [
            so_far if value is None else so_far + sums[bisect_right(bounds, value)]
            for so_far, value in zip(worth, values, strict=True)
        ]
    return worth
