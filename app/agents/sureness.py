"""How surely a found dataset is what was asked for: which words of the question stand where in what it says of itself.

Scores of an engine order what was found, but do not tell whether any of it is an answer; a share of what was asked
does.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from app.agents.fits import place_fit, time_fit
from app.search.analysis import fold
from app.search.analysis.english import stem
from app.search.analysis.word import Kind
from app.search.answer import Where

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.agents.fits import Fit
    from app.agents.wanted import Wanted, Word
    from app.search.analysis.word import Form
    from app.search.answer import Hit
    from app.search.document import SearchDocument

# What it says of a dataset that a word stands there, measured on real portals (tests/unit/test_agent_find.py).
_TITLE, _NAMED, _COLUMN, _TOLD, _DEFINED, _VALUE, _CELL, _PUBLISHER = 1.0, 0.95, 0.85, 0.68, 0.45, 0.4, 0.4, 0.5
_NAMED_FROM = 0.7  # a synonym in a column
_CONCLUDED = 0.85  # for synonyms and readings
_IN_PARTS = 0.7  # all of a compound's words, apart
_BARE = 0.9  # 陽性者 for 陽性者数
# What a word tells that no dataset has, at least, and any word; soft ones and names, which rows know, tell less.
_UNKNOWN, _LEAST = 3.5, 0.3
_SOFT, _NAME = 0.15, 0.5
_SCANNED, _NAMES, _NAME_LENGTH = 2000, 80, 200
_LATIN = re.compile(r"[a-z0-9]+")
_KANJI = re.compile(r"[\u3400-\u9fff々]")
_COUNTED = re.compile(r"(?<=..)(?:件数|人数|者数|台数|戸数|数|率|量|額)$")


@dataclass(frozen=True, slots=True)
class Sureness:
    """`topic` is the share of the topic that the dataset is about, from 0 to 1; `missing` are words that it lacks.

    `is_named` says that its title, keywords, files or columns name something of it, and not its description alone.
    """

    topic: float
    missing: tuple[str, ...]
    is_named: bool
    place: Fit | None
    time: Fit | None


def sureness(hit: Hit, wanted: Wanted, *, has_all: bool = False, seen: frozenset[str] = frozenset()) -> Sureness:
    """Compare what a dataset says of itself with a question.

    `has_all` says that the engine found every word somewhere, `seen` are words that stand in its rows.
    """
    document = hit.document
    texts = _texts(document)
    in_cells = seen.union(reason.word for reason in hit.why if reason.where is Where.VALUE)
    told = missed = 0.0
    missing: list[str] = []
    strongest = 0.0
    for word in wanted.topic:
        weight = _information(word, wanted.total)
        strength = _strength(word, texts, document)
        if word.asked.text in in_cells or (has_all and _is_surely_found(word)):
            strength = max(strength, _CELL)
        told += weight * strength
        missed += weight * (1 - strength)
        if not word.is_soft:
            strongest = max(strongest, strength)
            missing += [] if strength else [word.asked.text]
    topic = told / (told + missed) if wanted.topic else 1.0
    is_named = not wanted.topic or strongest >= _NAMED_FROM
    return Sureness(
        topic,
        tuple(missing),
        is_named,
        place_fit(document, wanted, lambda name: any(_holds(name, text.text) for text in texts), in_cells),
        time_fit(document, wanted),
    )


def _is_surely_found(word: Word) -> bool:
    """Say whether an engine finds a word as it is written, and not by how it is read or what a single letter is in."""
    return word.count > 0 and len(_KANJI.findall(word.asked.text)) > 1


def _information(word: Word, total: int) -> float:
    most = math.log(total + 2)
    told = math.log((total + 1) / (word.count + 0.5)) if word.count else max(_UNKNOWN, most)
    return max(_LEAST, told) * (_SOFT if word.is_soft else _NAME if word.is_name else 1.0)


@dataclass(frozen=True, slots=True)
class _Text:
    worth: float
    text: str
    stems: frozenset[str]


@lru_cache(maxsize=1024)
def _texts(document: SearchDocument) -> tuple[_Text, ...]:
    """Write what a dataset says of itself as words are asked, by what it is worth that one stands there."""
    groups: tuple[tuple[float, Iterable[str]], ...] = (
        (_TITLE, (document.title.ja, document.title.en)),
        (_NAMED, (*document.keywords, *document.resources, document.slug.replace("-", " "))),
        (_COLUMN, document.columns),
        (_TOLD, (document.description.ja, document.description.en, *document.subjects)),
        (_DEFINED, document.definitions),
        (_PUBLISHER, (document.publisher.ja, document.publisher.en)),
        (_VALUE, document.values),
    )
    return tuple(_text(worth, texts) for worth, texts in groups)


def _text(worth: float, texts: Iterable[str]) -> _Text:
    joined = "\n".join(each[:_SCANNED] for each in list(texts)[:_NAMES])[: 2 * _SCANNED]
    folded = fold(joined)
    return _Text(worth, folded, frozenset(map(stem, _LATIN.findall(folded))))


def _strength(word: Word, texts: tuple[_Text, ...], document: SearchDocument) -> float:
    best = 0.0
    for form in word.asked.forms:
        worth = 1.0 if form.kind in {Kind.WRITTEN, Kind.DATE} else _CONCLUDED
        if form.kind is Kind.PLACE:
            best = max(best, worth * _TITLE * bool(set(form.codes) & set(document.places)))
            continue
        for text in texts:
            if text.worth * worth <= best:
                continue
            best = max(best, worth * text.worth * _stands(form, text))
    return best


def _stands(form: Form, text: _Text) -> float:
    if not form.text:
        return 0.0
    if form.text.isascii():
        words = _LATIN.findall(form.text)
        return 1.0 if words and all(stem(word) in text.stems for word in words) else 0.0
    if _holds(form.text, text.text):
        return 1.0
    bare = _COUNTED.sub("", form.text)
    if bare != form.text and bare in text.text:
        return _BARE
    parts = [each for each in form.words if len(each) > 1 or not each.isascii()]
    return _IN_PARTS if len(parts) > 1 and all(_holds(each, text.text) for each in parts) else 0.0


def _holds(word: str, text: str) -> bool:
    """Say whether a word stands in a text; one letter alone only where no other is beside it."""
    at = text.find(word)
    while at >= 0 and len(word) == 1:
        beside = text[at - 1 : at] + text[at + 1 : at + 2]
        if not _KANJI.search(beside):
            return True
        at = text.find(word, at + 1)
    return at >= 0
