"""A query cut into words, phrases, operators and parentheses: one pass, whatever was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """What a piece of a query is."""

    WORD = "word"
    PHRASE = "phrase"
    FIELD = "field"  # a word and the colon behind it
    AND = "and"
    OR = "or"
    NOT = "not"
    OPEN = "open"
    CLOSE = "close"
    LONELY = "lonely"  # a quotation mark without its partner


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: `text` without its marks, `typed` with them."""

    mark: Mark
    text: str
    typed: str


# What no text holds: control characters, halves of surrogate pairs, and what stands for nothing.
_VOID = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_QUOTES = {'"': '"', "＂": "＂", "“": "”", "”": "”", "„": "”", "「": "」", "『": "』", "«": "»"}
_CLOSING = frozenset("」』»")
_OPEN, _CLOSE, _BARS = frozenset("(（"), frozenset(")）"), frozenset("|｜")
_MINUS = frozenset("-－−")
_COLONS = frozenset(":：")
_OPERATORS = {
    **dict.fromkeys(("AND", "ＡＮＤ", "&&", "かつ"), Mark.AND),
    **dict.fromkeys(("OR", "ＯＲ", "または", "又は"), Mark.OR),
    **dict.fromkeys(("NOT", "ＮＯＴ"), Mark.NOT),
}
_ENDS = frozenset(_QUOTES) | _CLOSING | _OPEN | _CLOSE | _BARS


def tokens_of(query: str) -> Iterator[Token]:
    """Cut a query into tokens; every character is looked at a bounded number of times."""
    text = _VOID.sub(" ", query)
    place = 0
    while place < len(text):
        letter = text[place]
        if letter.isspace():
            place += 1
        elif letter in _QUOTES:
            token = _phrase(text, place)
            yield token
            place += len(token.typed)
        elif letter in _MINUS:
            if _denies(text, place):
                yield Token(Mark.NOT, letter, letter)
            place += 1
        elif mark := _single(letter):
            yield Token(mark, letter, letter)
            place += 1
        else:
            token = _word(text, place)
            yield token
            place += len(token.typed)


def _denies(text: str, place: int) -> bool:
    """A minus denies what it touches; alone, or right behind something as it is in titles, it is a dash."""
    before, after = text[max(0, place - 1) : place], text[place + 1 : place + 2]
    return (not before.strip() or before in _OPEN | _BARS) and bool(after.strip()) and after not in _MINUS


def _single(letter: str) -> Mark | None:
    if letter in _OPEN:
        return Mark.OPEN
    if letter in _CLOSE:
        return Mark.CLOSE
    if letter in _BARS:
        return Mark.OR
    return Mark.LONELY if letter in _CLOSING else None


def _phrase(text: str, start: int) -> Token:
    end = text.find(_QUOTES[text[start]], start + 1)
    if end < 0:
        return Token(Mark.LONELY, text[start], text[start])
    return Token(Mark.PHRASE, text[start + 1 : end].strip(), text[start : end + 1])


def _word(text: str, start: int) -> Token:
    end = start
    while end < len(text) and not text[end].isspace() and text[end] not in _ENDS:
        if text[end] in _COLONS and end > start:
            return Token(Mark.FIELD, text[start:end], text[start : end + 1])
        end += 1
    word = text[start:end]
    return Token(_OPERATORS.get(word, Mark.WORD), word, word)
