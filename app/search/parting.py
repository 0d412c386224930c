"""English terms of several words, taken apart: water pollution is also meant where it says pollution of water."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.search.analysis.understanding import written_form
from app.search.analysis.word import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.search.question import Question


def parted(question: Question) -> Question:
    """Take the terms of a question apart, each word once; those that are in every text are left out."""
    words = {word.text: word for asked in question.words for word in _parts(asked)}
    return replace(question, words=tuple(words.values()))


def _parts(asked: Asked) -> Iterator[Asked]:
    words = asked.text.split() if asked.text.isascii() and not asked.is_filler else []
    if len(words) < 2:  # noqa: PLR2004
        yield asked
        return
    forms = ((word, written_form(word)) for word in words)
    yield from (Asked(word, (form,)) for word, form in forms if form.words)
