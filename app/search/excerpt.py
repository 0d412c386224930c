"""The part of a text that shows why it was found, as pieces that a template escapes and marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.search.analysis import WORD_CHARACTER, normalise

SCANNED_LENGTH = 5000
MARKS = 100
MARK_LENGTH = 200

# A character with the marks that change it; half-width kana have their voicing marks beside them.
_CHANGE = r"[\u0300-\u036f\u3099\u309a\uff9e\uff9f\u1160-\u11ff]"
_CHANGING = re.compile(_CHANGE)
_CLUSTER = re.compile(f".{_CHANGE}*", re.DOTALL)
_IN_WORDS = re.compile(WORD_CHARACTER)
_RUN = re.compile(f"{WORD_CHARACTER}+")
_normalised = lru_cache(maxsize=4096)(normalise)

Span = tuple[int, int]


class Piece(NamedTuple):
    """Plain text, not escaped; `matched` where it is one of the words asked for."""

    text: str
    matched: bool = False


def excerpt(text: str, marks: Sequence[str], length: int = 160) -> tuple[Piece, ...]:
    """Cut about `length` characters around the first match, `…` where the text goes on, and mark every match.

    `marks` are those of an answer: words as they count, not as they are written. Only the first `SCANNED_LENGTH`
    characters are looked at.
    """
    line = " ".join(text[:SCANNED_LENGTH].split())
    return _shown(line, _first(_matches(line, marks), line, length), length, is_cut=len(text) > SCANNED_LENGTH)


def marked(text: str, marks: Sequence[str], length: int = 160) -> tuple[Piece, ...]:
    """Do as `excerpt` does where something matches; answer nothing else."""
    line = " ".join(text[:SCANNED_LENGTH].split())
    spans = _first(_matches(line, marks), line, length)
    pieces = _shown(line, spans, length, is_cut=len(text) > SCANNED_LENGTH) if spans else ()
    return pieces if any(piece.matched for piece in pieces) else ()


def _shown(line: str, spans: list[Span], length: int, *, is_cut: bool) -> tuple[Piece, ...]:
    start = _start(line, spans, length)
    end = min(len(line), start + length)
    before, after = "…" if start else "", "…" if end < len(line) or is_cut else ""
    return tuple(_merged((Piece(before), *_cut(line, spans, start, end), Piece(after))))


def _first(spans: Iterator[Span], line: str, length: int) -> list[Span]:
    """Take those that an excerpt shows."""
    taken: list[Span] = []
    for span in spans:
        if taken and span[0] >= _start(line, taken, length) + length:
            break
        taken.append(span)
    return taken


def _matches(line: str, marks: Sequence[str]) -> Iterator[Span]:
    """Find the marks in the folded text and answer their places in the line as it is written."""
    folded = normalise(line)
    words = [word for word in _words(tuple(marks[:MARKS])) if word.text in folded]
    if not words:
        return iter(())
    if len(folded) == len(line) and not _CHANGING.search(line):
        # Mostly letters stand for themselves, and each for one: no places need be kept.
        return _found(folded, words)
    folded, places = _folded(line)
    return ((places[first][0], places[last - 1][1]) for first, last in _found(folded, words))


@dataclass(frozen=True, slots=True)
class _Word:
    """A Latin word is bounded: `art` is not in `part`."""

    text: str
    is_bounded_before: bool
    is_bounded_after: bool

    def place(self, folded: str, start: int) -> int:
        """Answer where it stands next, -1 for nowhere."""
        if not self.is_bounded_before and not self.is_bounded_after:
            return folded.find(self.text, start)
        while (place := folded.find(self.text, start)) >= 0:
            is_cut = self.is_bounded_before and place > 0 and _IN_WORDS.match(folded, place - 1)
            end = place + len(self.text)
            if not is_cut and not (self.is_bounded_after and _IN_WORDS.match(folded, end)):
                return place
            # It does not begin in the middle of the same word either.
            run = _RUN.match(folded, place) if self.is_bounded_before else None
            start = run.end() if run else place + 1
        return -1


@lru_cache(maxsize=64)
def _words(marks: tuple[str, ...]) -> tuple[_Word, ...]:
    """List what to look for, the longest first; one answer asks for the same again and again."""
    words = sorted({word for mark in marks if (word := normalise(mark[:MARK_LENGTH]).strip())}, key=len, reverse=True)
    return tuple(_Word(word, bool(_IN_WORDS.match(word)), bool(_IN_WORDS.match(word, len(word) - 1))) for word in words)


def _found(folded: str, words: Sequence[_Word]) -> Iterator[Span]:
    """Answer one match after another, the longest of those that begin together.

    A pattern of all words would do the same, and making it takes longer than all else that a new question needs.
    """
    # Which word comes first decides between several that begin together.
    places = [(place, number) for number, word in enumerate(words) if (place := word.place(folded, 0)) >= 0]
    while places:
        first, number = min(places)
        last = first + len(words[number].text)
        yield first, last
        places = [
            (place, number)
            for known, number in places
            if (place := known if known >= last else words[number].place(folded, last)) >= 0
        ]


def _folded(line: str) -> tuple[str, list[Span]]:
    letters: list[str] = []
    places: list[Span] = []
    for cluster in _CLUSTER.finditer(line):
        normal = _normalised(cluster[0])
        letters.append(normal)
        places.extend([cluster.span()] * len(normal))
    return "".join(letters), places


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
