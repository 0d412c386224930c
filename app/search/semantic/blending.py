"""How what is near comes into an answer: as a clause, so that the engine filters, counts and pages it like all else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.search.clauses import ID, All, Among, Any, Clause, Constant
from app.search.notices import Relaxed
from app.search.relaxing import STEP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.search.engine import Match
    from app.search.relaxing import Rest
    from app.search.semantic.nearness import Near

# How much of the best answer's score the nearest can be worth. What has all known words stands above in any case.
WEIGHT = 1.0
# So many answers are looked at to learn what the best of those is worth that lack a word.
LOOK = 100


def near_clause(near: Sequence[Near], rest: Rest, worth: float) -> Clause:
    """Ask for the near, each worth its cosine; conditions hold for them too."""
    each = tuple(Constant(Among(ID, (one.id,)), one.cosine * worth) for one in near)
    required = tuple(Constant(clause, 0.0) for clause in rest.required)
    return All((*required, Any(each)), must_not=rest.denied)


def blended(found: Clause, near: Sequence[Near], rest: Rest, first: Iterable[Match]) -> Clause:
    """Ask for what words find and for what is near; what is both counts as both.

    `first` are the best answers to the words alone: near ones are measured by them.
    """
    partial = (match.score for match in first if match.score < STEP)
    worth = max(partial, default=1.0)
    return Any((found, near_clause(near, rest, worth * WEIGHT)))


def said_beside(relaxed: Relaxed | None) -> Relaxed | None:
    """Say of an answer that what is near is in it."""
    if relaxed is None:
        return None
    return Relaxed(
        Text(
            f"{relaxed.how.ja}意味の近いデータも含みます。",
            f"{relaxed.how.en} Datasets with a similar meaning are among them.",
        ),
        relaxed.words,
    )


def said_alone(text: str) -> Relaxed:
    """Say that nothing but nearness led to an answer."""
    return Relaxed(
        Text(
            f"「{text}」を含むデータはないため、意味の近いデータを示しています。",
            f"Nothing has “{text}”. These results have a similar meaning.",
        ),
        (text,),
    )
