"""What an engine is asked for: a small tree that tantivy, Whoosh and OpenSearch all understand alike.

Analysis has happened before: a clause holds tokens as they stand in the index, never what a stranger typed.
Scores are BM25 of the engine, summed over `All` and `Any`, best-of with a tie-break over `Best`.
"""

from __future__ import annotations

import msgspec

# The column that every engine has beside those of `fields.COLUMNS`: the id of an entry.
ID = "id"


class Everything(msgspec.Struct, frozen=True):
    """Matches every entry; adds nothing to the score."""


class Nothing(msgspec.Struct, frozen=True):
    """Matches no entry."""


class Term(msgspec.Struct, frozen=True):
    """A field holds a token."""

    field: str
    token: str


class Prefix(msgspec.Struct, frozen=True):
    """A field holds a token that begins so. Scores 1 (times its boost) wherever it matches."""

    field: str
    start: str


class Phrase(msgspec.Struct, frozen=True):
    """Tokens stand side by side in one value of a field. Where `is_open`, the last one need only begin so.

    An open phrase scores 1 (times its boost) in engines that cannot weigh it. Up to `slop` other tokens may stand
    between.
    """

    field: str
    tokens: tuple[str, ...]
    is_open: bool = False
    slop: int = 0


class Among(msgspec.Struct, frozen=True):
    """A column holds one of these whole values; adds nothing to the score."""

    column: str
    values: tuple[str, ...]


class Between(msgspec.Struct, frozen=True):
    """A number lies between two bounds, both included, `None` for no bound; adds nothing to the score."""

    number: str
    low: int | None = None
    high: int | None = None


class Boosted(msgspec.Struct, frozen=True):
    """A clause whose score counts `weight` times."""

    clause: Clause
    weight: float


class Constant(msgspec.Struct, frozen=True):
    """A clause that scores the same wherever it matches."""

    clause: Clause
    score: float


class Best(msgspec.Struct, frozen=True):
    """At least one clause matches. Scores the best of those that do, and `tie` of the sum of the others."""

    clauses: tuple[Clause, ...]
    tie: float = 0.0


class All(msgspec.Struct, frozen=True):
    """Every `must` matches and no `must_not`; matching `should` only add to the score."""

    must: tuple[Clause, ...]
    should: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()


class Any(msgspec.Struct, frozen=True):
    """At least `minimum` clauses match. Scores the sum of those that do."""

    clauses: tuple[Clause, ...]
    minimum: int = 1


class Step(msgspec.Struct, frozen=True):
    """What has a number, and it is not below `least`, is worth so much more."""

    number: str
    least: int
    worth: float


Clause = Everything | Nothing | Term | Prefix | Phrase | Among | Between | Boosted | Constant | Best | All | Any


def matching(clause: Clause) -> Clause:
    """Answer a clause that matches the same and may score otherwise, for what only counts: less work."""
    if isinstance(clause, (Boosted, Constant)):
        return matching(clause.clause)
    if isinstance(clause, Best):
        return Any(tuple(map(matching, clause.clauses)))
    if isinstance(clause, Any):
        return Any(tuple(map(matching, clause.clauses)), clause.minimum)
    if isinstance(clause, All) and clause.must:
        return All(tuple(map(matching, clause.must)), (), tuple(map(matching, clause.must_not)))
    return clause


def preferring(clause: Clause, steps: tuple[Step, ...]) -> Clause:
    """Answer a clause that matches the same and prefers what reaches the steps."""
    better = tuple(Constant(Between(step.number, step.least), step.worth) for step in steps)
    return All((clause,), should=better) if better else clause
