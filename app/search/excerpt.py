"""The part of a text that shows why it was found, and where in it the matches stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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


class Excerpt(NamedTuple):
    """Plain text, not escaped, and the places of what was asked for in it: in order, none beside another."""

    text: str
    spans: tuple[Span, ...] = ()


def excerpt(text: str, marks: Sequence[str], length: int = 160) -> Excerpt:
    """Cut about `length` characters around the first match, `…` where the text goes on, and find every match.

    `marks` are those of an answer: words as they count, not as they are written. Only the first `SCANNED_LENGTH`
    characters are looked at.
    """
    return excerpts(((text, length),), marks)[0]


def excerpts(texts: Sequence[tuple[str, int]], marks: Sequence[str]) -> list[Excerpt]:
    """Do as `excerpt` does for many texts, each with its length: half of the work is done for all of them at once."""
    if not texts:
        return []
    lines = [" ".join(text[:SCANNED_LENGTH].split()) for text, _ in texts]
    return [
        _excerpt(line, matches, length, is_cut=len(text) > SCANNED_LENGTH)
        for (text, length), line, matches in zip(texts, lines, _matches(lines, marks), strict=True)
    ]


def _excerpt(line: str, matches: Iterable[Span], length: int, *, is_cut: bool) -> Excerpt:
    if len(line) <= length and not is_cut:
        return Excerpt(line, _joined(matches)) if matches else Excerpt(line)
    spans = _first(matches, line, length)
    start = _start(line, spans, length)
    end = min(len(line), start + length)
    before, after = "…" if start else "", "…" if end < len(line) or is_cut else ""
    moved = len(before) - start
    inside = ((max(first, start) + moved, min(last, end) + moved) for first, last in spans)
    return Excerpt(f"{before}{line[start:end]}{after}", _joined(inside))


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Make one of those that touch: one letter may fold into several, so that two matches may even share it."""
    apart: list[Span] = []
    done = -1
    for span in spans:
        if span[0] > done:
            apart.append(span)
            done = span[1]
        elif span[1] > done:
            done = span[1]
            apart[-1] = apart[-1][0], done
    return tuple(apart)


def _first(spans: Iterable[Span], line: str, length: int) -> list[Span]:
    """Take those that an excerpt shows."""
    taken: list[Span] = []
    end = 0
    for span in spans:
        if not taken:
            end = _start(line, (span,), length) + length
        elif span[0] >= end:
            break
        taken.append(span)
    return taken


def _matches(lines: Sequence[str], marks: Sequence[str]) -> Iterator[Iterable[Span]]:
    """Find the marks in folded lines and answer their places in each as it is written."""
    # There is no line break within a line, and letters on both sides of one do not change each other.
    text = "\n".join(lines)
    folded = normalise(text)
    words = _words(marks, folded)
    is_changing = bool(_CHANGING.search(text))
    for line, letters in zip(lines, folded.split("\n"), strict=True):
        places = _places(letters, words)
        if not places:
            yield ()
        elif len(letters) == len(line) and not (is_changing and _CHANGING.search(line)):
            # Mostly letters stand for themselves, and each for one: no places need be kept.
            yield _found(letters, words, places)
        else:
            yield _found_in_clusters(line, [words[number] for _, number in places])


def _found_in_clusters(line: str, words: Sequence[_Word]) -> Iterator[Span]:
    """Find words in a line of which one letter may fold into several, or several into one."""
    folded, places = _folded(line)
    found = _found(folded, words, _places(folded, words))
    return ((places[first][0], places[last - 1][1]) for first, last in found)


class _Word(NamedTuple):
    """A Latin word is bounded: `art` is not in `part`."""

    text: str
    is_bounded_before: bool
    is_bounded_after: bool

    def place(self, folded: str, start: int) -> int:
        """Answer where it stands next, -1 for nowhere."""
        text, is_bounded_before, is_bounded_after = self
        while (place := folded.find(text, start)) >= 0 and (is_bounded_before or is_bounded_after):
            is_cut = is_bounded_before and place > 0 and _IN_WORDS.match(folded, place - 1)
            if not is_cut and not (is_bounded_after and _IN_WORDS.match(folded, place + len(text))):
                return place
            # It does not begin in the middle of the same word either.
            run = _RUN.match(folded, place) if is_bounded_before else None
            start = run.end() if run else place + 1
        return place


def _words(marks: Sequence[str], folded: str) -> list[_Word]:
    """List what to look for in folded texts that have it, the longest first."""
    words = {word for mark in marks[:MARKS] if (word := _normalised(mark[:MARK_LENGTH]).strip()) and word in folded}
    return [
        _Word(word, bool(_IN_WORDS.match(word)), bool(_IN_WORDS.match(word, len(word) - 1)))
        for word in sorted(words, key=len, reverse=True)
    ]


def _places(folded: str, words: Sequence[_Word]) -> list[Span]:
    """Answer where each of the words stands first and its number, which decides between those that begin together."""
    return [(place, number) for number, word in enumerate(words) if (place := word.place(folded, 0)) >= 0]


def _found(folded: str, words: Sequence[_Word], places: list[Span]) -> Iterator[Span]:
    """Answer one match after another, the longest of those that begin together.

    A pattern of all words would do the same, and making it takes longer than all else that a new question needs.
    """
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


def _start(line: str, spans: Sequence[Span], length: int) -> int:
    if not spans or spans[0][1] <= length:
        return 0
    return max(0, min(spans[0][0] - length // 4, len(line) - length))
