"""From the conditions of a query to clauses: what must hold, nothing relaxed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from app.search import fields
from app.search.analysis import analysed
from app.search.analysis.word import Kind
from app.search.clauses import All, Among, Any, Between, Clause, Constant, Everything, Nothing
from app.search.engine import Facet
from app.search.fields import NAMES_PAIRS, PARTS, UPDATED
from app.search.language.names import DateField
from app.search.language.tree import Both, Chosen, Dated, Either, Node, Not, Quoted, Within, Words
from app.search.ranking import asked_clause, exact_clause, part_clause, side_by_side, written_clause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.search.analysis.word import Asked
    from app.search.question import Meaning

_FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC).date()
_FAR = 10_000_000


def node_clause(node: Node, meaning: Meaning) -> Clause:
    """Ask for a condition as it stands."""
    if isinstance(node, Both):
        return All(tuple(node_clause(each, meaning) for each in node.nodes))
    if isinstance(node, Either):
        return Any(tuple(node_clause(each, meaning) for each in node.nodes))
    if isinstance(node, Not):
        return All((Everything(),), must_not=(denied_clause(node.node, meaning),))
    return _leaf_clause(node, meaning)


def _leaf_clause(node: Words | Quoted | Within | Chosen | Dated, meaning: Meaning) -> Clause:
    if isinstance(node, Words):
        return _all([asked_clause(word) for word in meaning.telling(node.text)])
    if isinstance(node, Quoted):
        form = meaning.exact(node.text)
        return exact_clause(form) if form else Nothing()
    if isinstance(node, Within):
        return _within(node, meaning)
    return _chosen(node, meaning) if isinstance(node, Chosen) else dated_clause(node.field, node.first, node.last)


def denied_clause(node: Node, meaning: Meaning) -> Clause:
    """Ask for what answers must not have: words as they were written, no synonyms."""
    if isinstance(node, Words):
        return _all([written_clause(word) for word in meaning.telling(node.text)])
    return node_clause(node, meaning)


def dated_clause(field: DateField, first: date | None, last: date | None) -> Clause:
    """Ask for what was updated, or is about, days between two days (UTC), both included."""
    if field is DateField.UPDATED:
        return Between(UPDATED, _microseconds(first), _microseconds(last, days=1, less=1))
    low, high = _days(first), _days(last)
    # A period with one open end goes on.
    known = Any((_known(fields.PERIOD_START), _known(fields.PERIOD_END)))
    outside: list[Clause] = []
    if high is not None:
        outside.append(Between(fields.PERIOD_START, high + 1, None))
    if low is not None:
        outside.append(Between(fields.PERIOD_END, None, low - 1))
    return All((known,), must_not=tuple(outside))


def _within(node: Within, meaning: Meaning) -> Clause:
    part = PARTS[node.part.value]
    if isinstance(node.node, Words):
        return _all([_asked_within(word, part) for word in meaning.telling(node.node.text)])
    form = meaning.exact(node.node.text)
    if form is None:
        return Nothing()
    if part.pairs:
        return part_clause(form, fields.Part(pairs=part.pairs), ()) if form.pairs else part_clause(form, part, ())
    # Its words stand in this part, and its letters side by side somewhere; that both are the same is likely.
    found: list[Clause] = [part_clause(form, part, analysed(form.text).simple_words)]
    return _all([*found, Constant(side_by_side(NAMES_PAIRS, form), 0.0)] if form.pairs else found)


def _asked_within(word: Asked, part: fields.Part) -> Clause:
    forms = (form for form in word.forms if form.kind is not Kind.DATE and not form.readings)
    clauses = [part_clause(form, part, analysed(form.text).simple_words) for form in forms]
    return Any(tuple(clauses)) if len(clauses) > 1 else clauses[0] if clauses else Nothing()


def _chosen(node: Chosen, meaning: Meaning) -> Clause:
    values = meaning.values_of(node.facet, node.value)
    choices: list[Clause] = [Among(node.facet.value, values)] if values else []
    if node.facet is Facet.PUBLISHER:
        # Publishers are kept by their slugs; people know them by name.
        named = _all([_asked_within(word, PARTS["publisher"]) for word in meaning.telling(node.value)])
        choices.append(Constant(named, 0.0))
    return Any(tuple(choices)) if len(choices) > 1 else choices[0] if choices else Nothing()


def _all(clauses: Sequence[Clause]) -> Clause:
    return All(tuple(clauses)) if len(clauses) > 1 else clauses[0] if clauses else Nothing()


def _known(number: str) -> Clause:
    return Between(number, -_FAR, _FAR)


def _days(day: date | None) -> int | None:
    return None if day is None else (day - _FIRST_DAY).days


def _microseconds(day: date | None, *, days: int = 0, less: int = 0) -> int | None:
    if day is None:
        return None
    return ((day - _FIRST_DAY).days + days) * 86_400_000_000 - less
