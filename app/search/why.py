"""Why datasets were found where their titles and descriptions do not show it.

Those that were found together are looked through together, form by form: that takes a fraction of the time.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from app.search.analysis import fold, folds, normalise
from app.search.analysis.word import Kind
from app.search.answer import Reason, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

    from app.search.analysis.word import Asked, Form
    from app.search.document import SearchDocument
    from app.search.question import Question

MOST = 3
_SHOWN = 80
# So much of a long text is looked through, and so many of a dataset's names.
_SCANNED = 2000
_NAMES = 60
_NAME_LENGTH = 200
# What folding writes in another way than `normalise`, which is ten times as fast: numbers, ヶ, 子ども.
_FOLDED = re.compile("[0-9がか]|子供")
# The parts of a form that are in a text as they are when the form is in it only after folding.
_UNFOLDED = re.compile("[^0-9がか子供ァ-ヺー]+")
# Stands between the texts of two documents.
_APART = "\0"
_SHOWN_AS: Mapping[Kind, Where | None] = {Kind.WRITTEN: None, Kind.READING: Where.READING}
# What the names of a dataset are, in the order of `_groups`.
_WHERE = (Where.KEYWORD, Where.PUBLISHER, Where.COLUMN, Where.COLUMN, Where.RESOURCE, Where.SUBJECT, Where.VALUE)


def reasons(documents: Sequence[SearchDocument], question: Question, *, is_strict: bool) -> list[tuple[Reason, ...]]:
    """Answer at most `MOST` reasons for each document, one for each word that needs one.

    With `is_strict` every word is known to be somewhere: one that is nowhere on the card stands in a cell.
    """
    words = [word for word in question.content if word.forms]
    every = range(len(documents))
    shown = _Texts({number: _lines(_shown(documents[number])) for number in every})
    hidden = [_without(every, shown.holding(_sought(word.forms[0]), every)) for word in words]
    answers: list[tuple[Reason, ...]] = [()] * len(documents)
    needing = sorted(set().union(*hidden))
    if not needing:
        return answers
    page = _Page({number: documents[number] for number in needing}, shown)
    whole = page.named(_sought(question.whole), question.text, needing) if question.whole else {}
    found: dict[int, list[tuple[Asked, Reason | None]]] = {number: [] for number in needing}
    for word, numbers in zip(words, hidden, strict=True):
        left = _without(numbers, whole)
        why = page.found(word, left)
        for number in left:
            found[number].append((word, why.get(number)))
    for number, each in found.items():
        answers[number] = (whole[number],) if number in whole else _told(each, question.text, is_strict=is_strict)
    return answers


def _told(hidden: Iterable[tuple[Asked, Reason | None]], text: str, *, is_strict: bool) -> tuple[Reason, ...]:
    found = [reason for _, reason in hidden if reason]
    seen = tuple(dict.fromkeys(found) if len(found) > 1 else found)[:MOST]
    if not is_strict:
        return seen
    unseen = [word.text for word, reason in hidden if reason is None and not _is_loose(word)]
    if unseen and " " not in text:
        # One word was typed; its parts elsewhere do not explain it.
        return (Reason(Where.VALUE, text, text),)
    return (*seen, *[Reason(Where.VALUE, word, word) for word in unseen])[:MOST] if unseen else seen


class _Sought(NamedTuple):
    """A form as it is looked for: texts have it that have all words of one of its `ways`.

    `shown_as` says what it is where it is shown instead of what was typed; only a place has `codes`.
    """

    text: str
    ways: tuple[tuple[str, ...], ...]
    is_folded: bool
    shown_as: Where | None
    codes: frozenset[str] | None


def _sought(form: Form) -> _Sought:
    written = (form.text,) if form.text else ()
    ways = tuple([way for way in dict.fromkeys((written, form.words)) if way])
    codes = frozenset(form.codes) if form.kind is Kind.PLACE else None
    return _Sought(form.text, ways, bool(_FOLDED.search(form.text)), _SHOWN_AS.get(form.kind, Where.SYNONYM), codes)


class _Page:
    """Documents by their numbers, with what they show and what else they have."""

    def __init__(self, documents: Mapping[int, SearchDocument], shown: _Texts) -> None:
        self._documents = documents
        self._shown = shown
        self._groups = {number: _groups(document) for number, document in documents.items()}
        self._names = _Texts({number: _lines(_names(groups)) for number, groups in self._groups.items()})

    def found(self, word: Asked, numbers: Sequence[int]) -> dict[int, Reason]:
        """Answer why documents that do not show a word as it was typed have it, for those that do."""
        found: dict[int, Reason] = {}
        for form in dict.fromkeys(map(_sought, word.forms)):
            if not (left := _without(numbers, found)):
                break
            if form.codes is not None:
                found |= self._placed(form.codes, word.text, left)
                continue
            if form.shown_as and (showing := self._shown.holding(form, left)):
                found |= dict.fromkeys(showing, Reason(form.shown_as, word.text, form.text))
                left = _without(left, showing)
            found |= self.named(form, word.text, left)
        return found

    def named(self, form: _Sought, word: str, numbers: Sequence[int]) -> dict[int, Reason]:
        """Answer the first name in which a form stands as the reason, for the documents that have one."""
        return {number: self._name(number, line, word) for number, line in self._names.lines(form, numbers).items()}

    def _name(self, number: int, line: int, word: str) -> Reason:
        for where, names in zip(_WHERE, self._groups[number], strict=True):
            if line < len(names):
                return Reason(where, word, names[line][:_SHOWN])
            line -= len(names)
        message = "a line that is none of the names"
        raise IndexError(message)

    def _placed(self, codes: frozenset[str], word: str, numbers: Iterable[int]) -> dict[int, Reason]:
        first = {number: next(filter(codes.__contains__, self._documents[number].places), "") for number in numbers}
        return {number: Reason(Where.PLACE, word, code) for number, code in first.items() if code}


class _Texts:
    """Texts of documents to look for forms in: as they are and normalised, and folded where that is needed."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        self._texts = texts
        # As they are, and below that normalised, where it was needed.
        self._either = dict(texts)
        self._plain: dict[int, str] = {}
        self._folded: dict[int, str] = {}
        self._foldable: dict[int, bool] = {}

    def holding(self, form: _Sought, numbers: Iterable[int]) -> set[int]:
        """List the documents in whose texts a form, or each of its words, stands somewhere."""
        # Most forms stand there as they were typed.
        held = _holding(form, self._either, numbers)
        if fresh := _without(_without(numbers, held), self._plain):
            self._normalise(fresh)
            held |= _holding(form, self._either, fresh)
        if form.is_folded and (left := self._fold(form, _without(numbers, held))):
            held |= _holding(form, self._folded, left)
        return held

    def lines(self, form: _Sought, numbers: Iterable[int]) -> dict[int, int]:
        """Answer the number of the first text in which a form stands: as it is, or else spelt in another way."""
        lines: dict[int, int] = {}
        for number in self.holding(form, numbers):
            if found := _places(form.ways, self._either[number]) or _places(form.ways, self._folded.get(number, "")):
                lines[number] = min(found) % (self._texts[number].count("\n") + 1)
        return lines

    def _normalise(self, numbers: Sequence[int]) -> None:
        self._plain |= _changed(self._texts, numbers, normalise)
        self._either |= {number: f"{self._texts[number]}\n{self._plain[number]}" for number in numbers}

    def _fold(self, form: _Sought, numbers: list[int]) -> list[int]:
        """Fold the texts in which a form can only be seen then, and list them: it takes long, and few have any."""
        for part in _UNFOLDED.findall(form.text) if len(form.ways) == 1 else ():
            numbers = [number for number in numbers if part in self._plain[number]]
        left = [number for number in numbers if self._is_foldable(number)]
        if missing := _without(left, self._folded):
            self._folded |= _changed(self._texts, missing, fold)
        return left

    def _is_foldable(self, number: int) -> bool:
        known = self._foldable.get(number)
        if known is None:
            known = self._foldable[number] = folds(self._plain[number])
        return known


def _changed(texts: Mapping[int, str], numbers: Sequence[int], change: Callable[[str], str]) -> dict[int, str]:
    """Change texts, all of them at once."""
    changed = change(_APART.join([texts[number] for number in numbers]))
    return dict(zip(numbers, changed.split(_APART), strict=True))


def _shown(document: SearchDocument) -> list[str]:
    title, description = document.title, document.description
    return [title.ja[:_SCANNED], title.en[:_SCANNED], description.ja[:_SCANNED], description.en[:_SCANNED]]


def _groups(document: SearchDocument) -> tuple[tuple[str, ...], ...]:
    """Answer what a dataset has beside title and description, as `_WHERE` names it."""
    return (
        document.keywords[:_NAMES],
        (document.publisher.ja, document.publisher.en),
        document.columns[:_NAMES],
        document.definitions[:_NAMES],
        document.resources[:_NAMES],
        document.subjects[:_NAMES],
        document.values[:_NAMES],
    )


def _names(groups: tuple[tuple[str, ...], ...]) -> list[str]:
    names = list(chain.from_iterable(groups))
    return names if max(map(len, names)) <= _NAME_LENGTH else [name[:_NAME_LENGTH] for name in names]


def _lines(texts: Sequence[str]) -> str:
    """Write texts below each other, each on one line."""
    lines = "\n".join(texts)
    if lines.count("\n") < len(texts) and _APART not in lines:
        return lines
    return "\n".join([text.replace("\n", " ").replace(_APART, " ") for text in texts])


def _without(numbers: Iterable[int], taken: Container[int]) -> list[int]:
    return [number for number in numbers if number not in taken]


def _holding(form: _Sought, texts: Mapping[int, str], numbers: Iterable[int]) -> set[int]:
    held: set[int] = set()
    for way in form.ways:
        left = _without(numbers, held)
        for words in way:
            left = [number for number in left if words in texts[number]]
        held.update(left)
    return held


def _places(ways: Iterable[tuple[str, ...]], text: str) -> list[int]:
    return [line for way in ways if (line := _line(way, text)) is not None]


def _line(way: tuple[str, ...], text: str) -> int | None:
    """Answer the number of the first line in which all words stand."""
    if len(way) == 1:
        place = text.find(way[0])
        return text.count("\n", 0, place) if place >= 0 else None
    lines = enumerate(text.split("\n"))
    return next((number for number, line in lines if all(words in line for words in way)), None)


def _is_loose(word: Asked) -> bool:
    """A word that readings or stems may have found is not known to stand in a cell as it is."""
    return word.text.isascii() or any(form.kind in {Kind.READING, Kind.PLACE} for form in word.forms)
