"""Why a dataset was found where its title and description do not show it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from app.search.analysis import fold
from app.search.analysis.word import Asked, Form, Kind
from app.search.answer import Reason, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.search.document import SearchDocument
    from app.search.question import Question

MOST = 3
_SHOWN = 80
# So much of a long text is looked through, and so many of a dataset's names.
_SCANNED = 2000
_NAMES = 60
_NAME_LENGTH = 200
_folded = lru_cache(maxsize=8192)(fold)


def reasons(document: SearchDocument, question: Question, *, is_strict: bool) -> tuple[Reason, ...]:
    """Answer at most `MOST` reasons, one for each word that needs one.

    With `is_strict` every word is known to be somewhere: one that is nowhere on the card stands in a cell.
    """
    shown = _shown(document)
    hidden = [word for word in question.content if word.forms and not _stands_in(word.forms[0], shown)]
    if not hidden:
        return ()
    names = tuple(_names(document))
    if question.whole is not None and (whole := _named(question.whole, names, question.text)):
        return (whole,)
    found = [(word, _reason(document, word, shown, names)) for word in hidden]
    unseen = [word.text for word, reason in found if reason is None and not _is_loose(word)]
    if is_strict and unseen and " " not in question.text:
        # One word was typed; its parts elsewhere do not explain it.
        return (Reason(Where.VALUE, question.text, question.text),)
    seen = dict.fromkeys(reason for _, reason in found if reason)
    return (*seen, *(Reason(Where.VALUE, word, word) for word in unseen if is_strict))[:MOST]


Names = tuple[tuple[Where, str, str], ...]


def _reason(document: SearchDocument, word: Asked, shown: str, names: Names) -> Reason | None:
    for form in word.forms:
        if form.kind is Kind.PLACE:
            codes = frozenset(form.codes)
            if code := next((code for code in document.places if code in codes), ""):
                return Reason(Where.PLACE, word.text, code)
        elif form.kind is not Kind.WRITTEN and _stands_in(form, shown):
            return Reason(Where.READING if form.kind is Kind.READING else Where.SYNONYM, word.text, form.text)
        elif reason := _named(form, names, word.text):
            return reason
    return None


def _named(form: Form, names: Names, word: str) -> Reason | None:
    for where, name, folded in names:
        if _stands_in(form, folded):
            return Reason(where, word, name[:_SHOWN])
    return None


def _shown(document: SearchDocument) -> str:
    texts = (document.title.ja, document.title.en, document.description.ja, document.description.en)
    return " ".join(_folded(text[:_SCANNED]) for text in texts if text)


def _names(document: SearchDocument) -> Iterator[tuple[Where, str, str]]:
    for where, names in (
        (Where.KEYWORD, document.keywords),
        (Where.PUBLISHER, (document.publisher.ja, document.publisher.en)),
        (Where.COLUMN, document.columns),
        (Where.COLUMN, document.definitions),
        (Where.RESOURCE, document.resources),
        (Where.SUBJECT, document.subjects),
        (Where.VALUE, document.values),
    ):
        for name in names[:_NAMES]:
            yield where, name, _folded(name[:_NAME_LENGTH])


def _stands_in(form: Form, folded: str) -> bool:
    if form.text and form.text in folded:
        return True
    return len(form.words) > 0 and all(word in folded for word in form.words)


def _is_loose(word: Asked) -> bool:
    """A word that readings or stems may have found is not known to stand in a cell as it is."""
    return word.text.isascii() or any(form.kind in {Kind.READING, Kind.PLACE} for form in word.forms)
