"""Why a dataset was found where its title and description do not show it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.search.analysis import fold, normalise
from app.search.analysis.word import Asked, Form, Kind
from app.search.answer import Reason, Where

if TYPE_CHECKING:
    from collections.abc import Iterable

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


class _Texts:
    """Texts to look for forms in, one a line, each way of writing them made when it is needed."""

    __slots__ = ("_folded", "_plain", "_text")

    def __init__(self, texts: Iterable[str]) -> None:
        self._text = _lines(tuple(texts))
        self._plain: str | None = None
        self._folded: str | None = None

    def hold(self, form: Form) -> bool:
        """Say whether a form, or each of its words, stands somewhere in the texts."""
        # Most words stand there as they were typed, which is seen at once.
        return _stands_in(form, self._text) or _stands_in(form, self._written_for(form))

    def place_of(self, form: Form) -> int | None:
        """Answer the number of the first text in which a form stands: as it is, or else spelt in another way."""
        place = _place_of(form, self._text)
        return _place_of(form, self._written_for(form)) if place is None else place

    def _written_for(self, form: Form) -> str:
        if _FOLDED.search(form.text):
            if self._folded is None:
                self._folded = fold(self._text)
            return self._folded
        if self._plain is None:
            self._plain = normalise(self._text)
        return self._plain


class _Names:
    """What a dataset has beside its title and description, and where."""

    __slots__ = ("_names", "_texts")

    def __init__(self, document: SearchDocument) -> None:
        self._names = _names(document)
        self._texts = _Texts([name for _, name in self._names])

    def reason(self, form: Form, word: str) -> Reason | None:
        """Answer the first name in which a form stands as the reason."""
        place = self._texts.place_of(form)
        if place is None:
            return None
        where, name = self._names[place]
        return Reason(where, word, name[:_SHOWN])


def reasons(document: SearchDocument, question: Question, *, is_strict: bool) -> tuple[Reason, ...]:
    """Answer at most `MOST` reasons, one for each word that needs one.

    With `is_strict` every word is known to be somewhere: one that is nowhere on the card stands in a cell.
    """
    shown = _shown(document)
    hidden = [word for word in question.content if word.forms and not shown.hold(word.forms[0])]
    if not hidden:
        return ()
    names = _Names(document)
    if question.whole is not None and (whole := names.reason(question.whole, question.text)):
        return (whole,)
    found = [(word, _reason(document, word, shown, names)) for word in hidden]
    unseen = [word.text for word, reason in found if reason is None and not _is_loose(word)]
    if is_strict and unseen and " " not in question.text:
        # One word was typed; its parts elsewhere do not explain it.
        return (Reason(Where.VALUE, question.text, question.text),)
    seen = dict.fromkeys(reason for _, reason in found if reason)
    return (*seen, *(Reason(Where.VALUE, word, word) for word in unseen if is_strict))[:MOST]


def _reason(document: SearchDocument, word: Asked, shown: _Texts, names: _Names) -> Reason | None:
    for form in word.forms:
        if form.kind is Kind.PLACE:
            codes = frozenset(form.codes)
            if code := next((code for code in document.places if code in codes), ""):
                return Reason(Where.PLACE, word.text, code)
        elif form.kind is not Kind.WRITTEN and shown.hold(form):
            return Reason(Where.READING if form.kind is Kind.READING else Where.SYNONYM, word.text, form.text)
        elif reason := names.reason(form, word.text):
            return reason
    return None


def _shown(document: SearchDocument) -> _Texts:
    texts = (document.title.ja, document.title.en, document.description.ja, document.description.en)
    return _Texts([text[:_SCANNED] for text in texts if text])


def _names(document: SearchDocument) -> list[tuple[Where, str]]:
    groups = (
        (Where.KEYWORD, document.keywords),
        (Where.PUBLISHER, (document.publisher.ja, document.publisher.en)),
        (Where.COLUMN, document.columns),
        (Where.COLUMN, document.definitions),
        (Where.RESOURCE, document.resources),
        (Where.SUBJECT, document.subjects),
        (Where.VALUE, document.values),
    )
    return [(where, name[:_NAME_LENGTH]) for where, names in groups for name in names[:_NAMES]]


def _lines(texts: tuple[str, ...]) -> str:
    lines = "\n".join(texts)
    if lines.count("\n") < len(texts):
        return lines
    return "\n".join(text.replace("\n", " ") for text in texts)


def _place_of(form: Form, written: str) -> int | None:
    if not _stands_in(form, written):
        return None
    return next((place for place, line in enumerate(written.split("\n")) if _stands_in(form, line)), None)


def _stands_in(form: Form, written: str) -> bool:
    if form.text and form.text in written:
        return True
    words = form.words
    return bool(words) and words[0] in written and all(word in written for word in words)


def _is_loose(word: Asked) -> bool:
    """A word that readings or stems may have found is not known to stand in a cell as it is."""
    return word.text.isascii() or any(form.kind in {Kind.READING, Kind.PLACE} for form in word.forms)
