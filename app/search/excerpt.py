"""The part of a text that shows why it was found, as pieces that a template escapes and marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.search.analysis import WORD_CHARACTER, normalise

SCANNED_LENGTH = 5000
MARKS = 100
MARK_LENGTH = 200

# A character with the marks that change it; half-width kana have their voicing marks beside them.
_CHANGE = r"[\u0300-\u036f\u3099\u309a\uff9e\uff9f\u1160-\u11ff]"
_CHANGING = re.compile(_CHANGE)
_CLUSTER = re.compile(f".{_CHANGE}*", re.DOTALL)
_IN_WORDS = re.compile(WORD_CHARACTER)
_normalised = lru_cache(maxsize=4096)(normalise)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """Plain text, not escaped; `matched` where it is one of the words asked for."""

    text: str
    matched: bool = False


def excerpt(text: str, marks: Sequence[str], length: int = 160) -> tuple[Piece, ...]:
    """Cut about `length` characters around the first match, `…` where the text goes on, and mark every match.

    `marks` are those of an answer: words as they count, not as they are written. Only the first `SCANNED_LENGTH`
    characters are looked at.
    """
    line = " ".join(text[:SCANNED_LENGTH].split())
    spans = _matches(line, marks)
    start = _start(line, spans, length)
    end = min(len(line), start + length)
    pieces = tuple(_cut(line, spans, start, end))
    before, after = "…" if start else "", "…" if end < len(line) or len(text) > SCANNED_LENGTH else ""
    return tuple(_merged((Piece(before), *pieces, Piece(after))))


def _matches(line: str, marks: Sequence[str]) -> list[Span]:
    """Find the marks in the folded text and answer their places in the line as it is written."""
    pattern = _pattern(tuple(marks[:MARKS]))
    if pattern is None:
        return []
    if not _CHANGING.search(line):
        # Mostly letters stand for themselves, and each for one: no places need be kept.
        folded = "".join(map(_normalised, line))
        if len(folded) == len(line):
            return [match.span() for match in pattern.finditer(folded)]
    folded, places = _folded(line)
    return [(places[match.start()][0], places[match.end() - 1][1]) for match in pattern.finditer(folded)]


@lru_cache(maxsize=64)
def _pattern(marks: tuple[str, ...]) -> re.Pattern[str] | None:
    """Look for any of the marks, the longest first; one answer asks for the same again and again."""
    words = sorted({word for mark in marks if (word := normalise(mark[:MARK_LENGTH]).strip())}, key=len, reverse=True)
    return re.compile("|".join(map(_bounded, words))) if words else None


def _folded(line: str) -> tuple[str, list[Span]]:
    letters: list[str] = []
    places: list[Span] = []
    for cluster in _CLUSTER.finditer(line):
        normal = _normalised(cluster[0])
        letters.append(normal)
        places.extend([cluster.span()] * len(normal))
    return "".join(letters), places


def _bounded(word: str) -> str:
    """A Latin word matches whole: `art` is not in `part`."""
    left = f"(?<!{WORD_CHARACTER})" if _IN_WORDS.match(word[0]) else ""
    right = f"(?!{WORD_CHARACTER})" if _IN_WORDS.match(word[-1]) else ""
    return left + re.escape(word) + right


def _start(line: str, spans: list[Span], length: int) -> int:
    if not spans or spans[0][1] <= length:
        return 0
    return max(0, min(spans[0][0] - length // 4, len(line) - length))


def _cut(line: str, spans: list[Span], start: int, end: int) -> Iterator[Piece]:
    done = start
    for first, last in (*spans, (end, end)):
        # One character may fold into several letters, so that two matches may share it.
        opening, closing = min(max(first, done), end), min(max(last, done), end)
        yield Piece(line[done:opening])
        yield Piece(line[opening:closing], matched=True)
        done = closing


def _merged(pieces: tuple[Piece, ...]) -> Iterator[Piece]:
    """Drop what is empty and join neighbours of one kind."""
    pending = Piece("")
    for piece in pieces:
        if not piece.text:
            continue
        if piece.matched is pending.matched:
            pending = Piece(pending.text + piece.text, piece.matched)
            continue
        if pending.text:
            yield pending
        pending = piece
    if pending.text:
        yield pending
