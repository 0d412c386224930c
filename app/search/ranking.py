"""From a question to a clause: where its words may stand, and what that is worth.

An exact title counts more than a phrase, a phrase more than its words apart, and words more than pairs of letters that
happen to stand together. Freshness and quality only decide between datasets that fit equally well.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from app.search import fields
from app.search.analysis.word import Kind
from app.search.clauses import (
    All,
    Among,
    Any,
    Best,
    Between,
    Boosted,
    Clause,
    Constant,
    Everything,
    Nothing,
    Phrase,
    Prefix,
    Term,
)
from app.search.engine import Facet
from app.search.fields import FIELDS, PRIOR, READINGS, UPDATED, Field
from app.search.language.names import DateField
from app.search.language.tree import Both, Chosen, Dated, Node, Not, Quoted, Within, Words
from app.search.question import Meaning, Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.search.analysis.word import Asked, Form

# Found in one field, a word is worth that much more for every other field that has it too.
TIE = 0.2
# Letters side by side that are no word of the text: 都人 in 東京都人口.
PAIR = 0.4
SPELT, SPELT_IN_TITLE = 1.0, 0.05
READING = 4.0
PLACE = 10.0
PHRASE = 0.5
EXACT = 20.0
FILLER = 0.4
NEIGHBOURS = 0.4
# Together 0.2 at most, where a word in a title is worth 10 and more.
FRESH: tuple[tuple[timedelta, float], ...] = ((timedelta(days=365), 0.04), (timedelta(days=3 * 365), 0.04))
QUALITY: Mapping[str, float] = {"2": 0.02, "3": 0.04, "4": 0.06}
NOT_OUTDATED = 0.06

_PHRASED = tuple(field for field in FIELDS if field.name in {"title", "keywords", "description", "resources"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = _EPOCH.date()
_MICROSECOND = timedelta(microseconds=1)
_FAR = 10_000_000


def asked_clause(asked: Asked, parts: tuple[Field, ...] = FIELDS) -> Clause:
    """Ask for a word in any of its forms; the best one counts, the others a little."""
    return _best([_boosted(form_clause(form, parts), form.weight) for form in asked.forms])


def written_clause(asked: Asked) -> Clause:
    """Ask for a word as it was written."""
    return form_clause(asked.forms[0]) if asked.forms else Nothing()


def form_clause(form: Form, parts: tuple[Field, ...] = FIELDS) -> Clause:
    """Ask for one form in any of its shapes; everything that matches adds up."""
    shapes: list[Clause] = []
    if len(form.words) > 1 and form.text.isascii():
        # English terms are written apart, and their words may stand in several fields.
        shapes.append(_all([_any([_weighed(Term(each.name, word), each) for each in parts]) for word in form.words]))
    for field in parts:
        shapes.extend(_in_field(form, field))
    if form.readings and parts is FIELDS:
        shapes.append(Boosted(_read(form), READING))
    if form.codes and parts is FIELDS:
        shapes.append(Constant(Among(Facet.PLACE.value, form.codes), PLACE))
    return _any(shapes)


def _in_field(form: Form, field: Field) -> Iterator[Clause]:
    """Ask for words, which rank, and for letters side by side, which find; a synonym only needs to be found."""
    is_written = form.kind is Kind.WRITTEN
    if form.words and (is_written or len(form.words) == 1):
        yield _boosted(_all([Term(field.name, word) for word in form.words]), field.weight)
    # An open end is looked up among all tokens; for what was only concluded, where periods mostly stand is enough.
    is_dear = form.is_open and not is_written and field not in _PHRASED
    if form.pairs and not is_dear and (is_written or len(form.words) != 1):
        # A long phrase is rare by itself; it would count as often as it has pairs.
        weight = _letters_weight(form, field) if is_written else 1.0
        yield _boosted(_side_by_side(field.pairs, form), field.weight * weight / len(form.pairs))


def _weighed(clause: Clause, field: Field) -> Clause:
    return _boosted(clause, field.weight)


def _letters_weight(form: Form, field: Field) -> float:
    """Answer what letters side by side are worth beside the words that they are.

    For Latin letters they are the word as it was spelt: in titles any form of it is as good.
    """
    if not form.text.isascii():
        return PAIR
    return SPELT_IN_TITLE if field.name == "title" else SPELT


def _boosted(clause: Clause, weight: float) -> Clause:
    return clause if weight == 1 else Boosted(clause, weight)


def node_clause(node: Node, meaning: Meaning) -> Clause:
    """Ask for a condition as it stands, nothing relaxed."""
    if isinstance(node, (Words, Quoted)):
        return _piece(node, FIELDS, meaning)
    if isinstance(node, Within):
        parts = tuple(field for field in FIELDS if field.name == node.part.value)
        return _piece(node.node, parts, meaning)
    if isinstance(node, Chosen):
        return _chosen(node, meaning)
    if isinstance(node, Dated):
        return dated_clause(node.field, node.first, node.last)
    if isinstance(node, Not):
        return All((Everything(),), must_not=(denied_clause(node.node, meaning),))
    clauses = tuple(node_clause(each, meaning) for each in node.nodes)
    return All(clauses) if isinstance(node, Both) else Any(clauses)


def _piece(node: Words | Quoted, parts: tuple[Field, ...], meaning: Meaning) -> Clause:
    ask = _words if isinstance(node, Words) else _quoted
    return ask(node.text, parts, meaning)


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


def extras(question: Question, now: datetime) -> tuple[Clause, ...]:
    """List what makes one answer better than another: the title itself, the phrase, fillers, freshness, quality."""
    clauses: list[Clause] = []
    if token := fields.whole_title(question.text):
        clauses.append(Constant(Term("title", token), EXACT))
    if question.whole is not None and question.whole.pairs:
        whole = question.whole
        phrases: list[Clause] = [
            Boosted(_side_by_side(field.pairs, whole), field.weight * PHRASE / 2) for field in _PHRASED
        ]
        clauses.append(_best(phrases))
    neighbours = pairwise(word.forms[0].words for word in question.words if word.forms)
    for tokens in ((*before, *after) for before, after in neighbours if before and after):
        clauses.extend(Boosted(Phrase(field.name, tokens), field.weight * NEIGHBOURS) for field in _PHRASED)
    clauses.extend(Boosted(written_clause(word), FILLER) for word in question.fillers)
    return (*clauses, *prior(now))


def prior(now: datetime) -> tuple[Clause, ...]:
    """Prefer what is fresh, what is well described, and what is still kept."""
    fresh = [Constant(Between(UPDATED, _since_epoch(now - age), None), worth) for age, worth in FRESH]
    quality = [Constant(Among(PRIOR, (value,)), worth) for value, worth in QUALITY.items()]
    kept = Constant(Among(PRIOR, ("1", *QUALITY)), NOT_OUTDATED)
    return (*fresh, *quality, kept)


def _words(text: str, parts: tuple[Field, ...], meaning: Meaning) -> Clause:
    return _all([asked_clause(word, parts) for word in meaning.telling(text)])


def _quoted(text: str, parts: tuple[Field, ...], meaning: Meaning) -> Clause:
    form = meaning.exact(text)
    if form is None:
        return Nothing()
    if not form.pairs:
        return form_clause(form, parts)
    return _best([Boosted(_side_by_side(field.pairs, form), field.weight / len(form.pairs)) for field in parts])


def _chosen(node: Chosen, meaning: Meaning) -> Clause:
    values = meaning.values_of(node.facet, node.value)
    choices: list[Clause] = [Among(node.facet.value, values)] if values else []
    if node.facet is Facet.PUBLISHER:
        # Publishers are kept by their slugs; people know them by name.
        parts = tuple(field for field in FIELDS if field.name == "publisher")
        choices.append(Constant(_words(node.value, parts, meaning), 0.0))
    return _any(choices)


def _side_by_side(field: str, form: Form) -> Clause:
    if len(form.pairs) > 1:
        return Phrase(field, form.pairs, is_open=form.is_open)
    return Prefix(field, form.pairs[0]) if form.is_open else Term(field, form.pairs[0])


def _read(form: Form) -> Clause:
    if len(form.readings) > 1:
        return Phrase(READINGS, form.readings, is_open=form.is_open)
    return Prefix(READINGS, form.readings[0]) if form.is_open else Term(READINGS, form.readings[0])


def _best(clauses: Sequence[Clause]) -> Clause:
    return Best(tuple(clauses), TIE) if len(clauses) > 1 else clauses[0] if clauses else Nothing()


def _all(clauses: Sequence[Clause]) -> Clause:
    return All(tuple(clauses)) if len(clauses) > 1 else clauses[0] if clauses else Nothing()


def _any(clauses: Sequence[Clause]) -> Clause:
    return Any(tuple(clauses)) if len(clauses) > 1 else clauses[0] if clauses else Nothing()


def _known(number: str) -> Clause:
    return Between(number, -_FAR, _FAR)


def _days(day: date | None) -> int | None:
    return None if day is None else (day - _FIRST_DAY).days


def _microseconds(day: date | None, *, days: int = 0, less: int = 0) -> int | None:
    if day is None:
        return None
    return ((day - _FIRST_DAY).days + days) * 86_400_000_000 - less


def _since_epoch(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
