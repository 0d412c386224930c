"""From a question to what is sought: where its words may stand, and what that is worth.

Scores add up: over the words of a question, and for each word over everything, the title, and the letters as they were
spelt. An exact title counts most. Freshness and quality only decide between datasets that fit equally well.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from app.search import fields
from app.search.analysis.word import Kind
from app.search.clauses import All, Among, Any, Best, Boosted, Clause, Constant, Nothing, Phrase, Prefix, Step, Term
from app.search.engine import Facet
from app.search.fields import (
    DESCRIPTION_PAIRS,
    NAMES_PAIRS,
    RATING,
    READINGS,
    TEXT,
    TITLE,
    TITLE_PAIRS,
    UPDATED,
    VALUES_PAIRS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.search.analysis.word import Asked, Form
    from app.search.question import Question

# Weights chosen on two judged collections and on known items (benchmarks/relevance.py).
WORDS: Mapping[str, float] = {TEXT: 2.75, TITLE: 2.0}
# A Latin word as it was spelt; in titles and names any form of it is as good.
SPELT: Mapping[str, float] = {DESCRIPTION_PAIRS: 1.75, VALUES_PAIRS: 0.5}
# Letters side by side that may be no word of the text: 都人 in 東京都人口.
LETTERS: Mapping[str, float] = {TITLE_PAIRS: 1.0, NAMES_PAIRS: 0.4, DESCRIPTION_PAIRS: 1.0, VALUES_PAIRS: 0.5}
# What words are worth that follow each other in the question and in a title.
NEIGHBOURS = 1.0
# English terms are several words: there it counts in the text as well, and one other word may stand between.
ENGLISH_NEIGHBOURS, BETWEEN = 1.2, 1
# Found in one form, a word is worth that much more for every other form that is there too.
TIE = 0.2
READING = 4.0
PLACE = 10.0
EXACT = 20.0
# A filler counts as one word of the text: many datasets have it, and looking for its letters costs more than it tells.
FILLER = 2.75
# Together 0.2 at most, where a word in a title is worth 10 and more.
FRESH: tuple[tuple[timedelta, float], ...] = ((timedelta(days=365), 0.04), (timedelta(days=3 * 365), 0.04))
QUALITY: Mapping[int, float] = {1: 0.06, 2: 0.02, 3: 0.02, 4: 0.02}  # each beside those below it

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def asked_clause(asked: Asked) -> Clause:
    """Ask for a word in any of its forms; the best one counts, the others a little."""
    clauses = [_boosted(clause, form.weight) for form in asked.forms if (clause := form_clause(form))]
    return _best(clauses)


def written_clause(asked: Asked) -> Clause:
    """Ask for a word as it was written."""
    return (form_clause(asked.forms[0]) if asked.forms else None) or Nothing()


def form_clause(form: Form) -> Clause | None:
    """Ask for one form in any of its shapes; everything that matches adds up. `None` for one that is only to mark."""
    if form.kind is Kind.WRITTEN:
        shapes = [*_words(form.words), *_letters(form)]
    elif form.words:
        shapes = [_together(field, form.words, weight) for field, weight in WORDS.items()]
    else:
        shapes = list(_letters(form))
    if form.readings and not form.is_open:
        shapes.append(Boosted(Term(READINGS, form.readings[0]), READING))
    if form.codes:
        shapes.append(Constant(Among(Facet.PLACE.value, form.codes), PLACE))
    return _any(shapes) if shapes else None


def sign_clause(asked: Asked) -> Clause:
    """Ask whether a word is there at all, in any of its forms, as cheaply as that can be known."""
    written = frozenset(asked.forms[0].words if asked.forms and asked.forms[0].kind is Kind.WRITTEN else ())
    return _any([clause for form in asked.forms for clause in _signs(form, written)])


def part_clause(form: Form, part: fields.Part, words: Sequence[str]) -> Clause:
    """Ask for a form in one part of datasets; `words` are those of its text where it has none itself."""
    shapes: list[Clause] = []
    if part.words and (found := form.words or tuple(words)):
        shapes.append(_all([Term(part.words, word) for word in found]))
    if part.pairs and form.pairs:
        shapes.append(side_by_side(part.pairs, form))
    return _any(shapes)


def exact_clause(form: Form) -> Clause:
    """Ask for a form letter by letter."""
    if not form.pairs:
        return form_clause(form) or Nothing()
    return _any([Boosted(side_by_side(field, form), weight / len(form.pairs)) for field, weight in LETTERS.items()])


def extras(question: Question) -> tuple[Clause, ...]:
    """List what makes one answer better than another: the title itself, the phrase, fillers."""
    clauses: list[Clause] = []
    if token := fields.whole_title(question.text):
        clauses.append(Constant(Term(TITLE, token), EXACT))
    neighbours = pairwise(word.forms[0].words for word in question.words if word.forms)
    for before, after in neighbours:
        if before and after:
            clauses.extend(_neighbours((before[-1], after[0]), is_english=question.text.isascii()))
    fillers = (word.forms[0].words for word in question.fillers if word.forms)
    clauses.extend(Boosted(_all([Term(TEXT, word) for word in words]), FILLER) for words in fillers if words)
    return tuple(clauses)


def prior(now: datetime) -> tuple[Step, ...]:
    """Prefer what is fresh, what is well described, and what is still kept."""
    fresh = [Step(UPDATED, _since_epoch(now - age), worth) for age, worth in FRESH]
    return (*fresh, *(Step(RATING, least, worth) for least, worth in QUALITY.items()))


def side_by_side(field: str, form: Form) -> Clause:
    """Ask for the letters of a form side by side."""
    *first, last = form.pairs
    if not form.is_open:
        return Phrase(field, form.pairs) if first else Term(field, last)
    if not first:
        return Prefix(field, last)
    # A Latin word or number with the letter behind it is a token of its own: what follows that letter does not matter.
    crossing = Term(field, first[-1] + last)
    return All((Phrase(field, tuple(first)), crossing)) if len(first) > 1 else crossing


def _words(words: Sequence[str]) -> Iterator[Clause]:
    if words:
        for field, weight in WORDS.items():
            yield _boosted(_all([Term(field, word) for word in words]), weight)


def _letters(form: Form) -> Iterator[Clause]:
    """Ask for letters side by side. A long phrase is rare by itself; it would count as often as it has pairs.

    A single letter is looked for as the word that it is, if it is one: too much begins with it.
    """
    if form.pairs and not _is_single(form):
        for field, weight in (SPELT if form.words and form.text.isascii() else LETTERS).items():
            yield _boosted(side_by_side(field, form), weight / len(form.pairs))


def _neighbours(words: tuple[str, str], *, is_english: bool) -> Iterator[Clause]:
    yield _boosted(Phrase(TITLE, words), NEIGHBOURS / len(words))
    if is_english:
        yield _boosted(Phrase(TEXT, words, slop=BETWEEN), ENGLISH_NEIGHBOURS / len(words))


def _signs(form: Form, written: frozenset[str]) -> Iterator[Clause]:
    if form.words and form.kind is Kind.WRITTEN:
        yield _all([Term(TEXT, word) for word in form.words])
    elif form.words and not (written and written.issubset(form.words)):
        # Where the words of a longer form are, the words that were written are as well.
        yield _side_by_side(TEXT, form.words)
    if form.pairs and not _is_single(form) and (form.kind is Kind.WRITTEN or not form.words):
        # Words of titles and names stand in the text as well.
        for field in (VALUES_PAIRS,) if form.text.isascii() and form.words else LETTERS:
            yield side_by_side(field, form)
    if form.readings and not form.is_open:
        yield Term(READINGS, form.readings[0])
    if form.codes:
        yield Among(Facet.PLACE.value, form.codes)


def _is_single(form: Form) -> bool:
    return form.is_open and len(form.pairs) == 1 and len(form.words) > 0


def _together(field: str, words: tuple[str, ...], weight: float) -> Clause:
    return _boosted(_side_by_side(field, words), weight / len(words))


def _side_by_side(field: str, words: tuple[str, ...]) -> Clause:
    return Phrase(field, words) if len(words) > 1 else Term(field, words[0])


def _boosted(clause: Clause, weight: float) -> Clause:
    return clause if weight == 1 else Boosted(clause, weight)


def _best(clauses: Sequence[Clause]) -> Clause:
    return Best(tuple(clauses), TIE) if len(clauses) > 1 else clauses[0] if clauses else Nothing()


def _all(clauses: Sequence[Clause]) -> Clause:
    return All(tuple(clauses)) if len(clauses) > 1 else clauses[0] if clauses else Nothing()


def _any(clauses: Iterable[Clause]) -> Clause:
    found = tuple(clauses)
    return Any(found) if len(found) > 1 else found[0] if found else Nothing()


def _since_epoch(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
