"""The words that datasets are described with: what people who type may mean, and what those who mistyped did mean."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, product
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.search.analysis import fold
from app.search.analysis.kana import hiragana, kana_of
from app.search.analysis.morphemes import is_latin_word
from app.search.analysis.tokens import runs_of
from app.search.romaji import fold_romaji, romaji_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.search.engine import FacetValue

# A letter, and whether a word begins or ends with it.
_End = tuple[str, int]

LONGEST = 40
# Mistakes that a word of so many letters may have; shorter ones may be anything.
_MISTAKES = ((4, 1), (7, 2))
_SHORT_KANJI = 3
# English words that differ by a letter are many and mostly both meant: poor and pool, sweets and sheets.
_LONG_LATIN = 9
_SWAPPED_LATIN = 6
_OTHER_LETTER_LATIN = 7
_ROMAJI = 6
_SOUND = 2
# Of the words that begin as somebody typed, so many are looked at.
_RANGE = 3000
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u30fc]+")
_LATIN = re.compile(r"[a-z'\u0100-\u017f]+", re.IGNORECASE)
_KANJI = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word as people write it, and how many datasets have it."""

    text: str
    count: int


class Vocabulary:
    """Words by how they are written and read, in kana and Latin letters. Never changes once made."""

    def __init__(self, values: Iterable[FacetValue]) -> None:
        self.words = tuple(Spelling(each.value, each.count) for each in values if 1 < len(each.value) <= LONGEST)
        keys = [(key, place) for place, word in enumerate(self.words) for key in _keys(word.text)]
        keys.sort()
        self._keys = [key for key, _ in keys]
        self._places = [place for _, place in keys]
        self._by_ends = _by_ends(keys)
        self.is_mostly_latin = sum(word.text.isascii() for word in self.words) * 2 > len(self.words)

    def __contains__(self, word: str) -> bool:
        """Some word is written or read so."""
        return next(self._equal(fold(word)), None) is not None

    def starting(self, text: str, limit: int) -> tuple[Spelling, ...]:
        """Answer the most frequent words that begin so, as they are written or read."""
        places = chain.from_iterable(self._range(start) for start in _typed(text))
        return self._best(places, limit)

    def reading(self, kana: str, limit: int) -> tuple[Spelling, ...]:
        """Answer the most frequent words that are read so."""
        return self._best(self._equal(kana), limit)

    def read_as(self, word: str, limit: int) -> tuple[Spelling, ...]:
        """Answer the words that are read as this one, in kana or Latin letters, is written.

        What differs only by its kind of kana is no other word.
        """
        written = fold(word[:LONGEST])
        keys = {fold_romaji(written)} if _LATIN.fullmatch(written) else {hiragana(written)}
        if _is_english(written) or not (_LATIN.fullmatch(written) or _KANA.fullmatch(written)):
            return ()
        found = chain.from_iterable(map(self._equal, keys))
        others = (place for place in found if hiragana(fold(self.words[place].text)) != hiragana(written))
        return self._best(others, limit)

    def near(self, word: str, limit: int) -> tuple[Spelling, ...]:
        """Answer the words that somebody who wrote this may have meant, the likeliest first."""
        typed = fold(word[:LONGEST])
        if _is_english(typed):
            return ()
        kanji = frozenset(_KANJI.findall(typed))
        # 国税 for 国勢: a slip of conversion sounds nearly alike and shares a letter.
        texts = {typed, reading_of(typed)} if kanji else {typed, *_typed(typed)}
        found: dict[int, tuple[int, int]] = {}
        for place, distance in chain.from_iterable(map(self._near, texts)):
            other = self.words[place].text
            is_mistake = not _LATIN.fullmatch(typed) or _is_latin_mistake(typed, fold(other), distance)
            if other != word and is_mistake and (not kanji or not kanji.isdisjoint(other)):
                found[place] = min(found.get(place, (9, 0)), (distance, -self.words[place].count))
        return tuple(self.words[place] for place in nsmallest(limit, found, key=lambda place: (found[place], place)))

    def _near(self, text: str) -> Iterator[tuple[int, int]]:
        allowed = _mistakes(text)
        if not allowed:
            return
        for length, end in product(range(len(text) - allowed, len(text) + allowed + 1), _ends(text)):
            keys, places = self._by_ends.get((length, end), ((), ()))
            found = process.extract(text, keys, scorer=OSA.distance, score_cutoff=allowed, limit=50)
            for key, distance, index in found:
                if _has_its_numbers(text, key):
                    yield places[index], int(distance)

    def _range(self, start: str) -> Iterator[int]:
        first = bisect_left(self._keys, start)
        for place in range(first, min(first + _RANGE, len(self._keys))):
            if not self._keys[place].startswith(start):
                return
            yield self._places[place]

    def _equal(self, key: str) -> Iterator[int]:
        first = bisect_left(self._keys, key)
        for place in range(first, len(self._keys)):
            if self._keys[place] != key:
                return
            yield self._places[place]

    def _best(self, places: Iterable[int], limit: int) -> tuple[Spelling, ...]:
        # The words come most frequent first.
        return tuple(self.words[place] for place in nsmallest(limit, set(places)))


def _keys(word: str) -> set[str]:
    """List how a word is looked up: written, read, and read in Latin letters."""
    written = fold(word)
    if written.isascii():
        return {written}
    reading = reading_of(word)
    return {written, reading, romaji_of(reading)} - {""}


def reading_of(word: str) -> str:
    """Answer how a word is read, in hiragana; what has no reading stays as it is."""
    units = (unit for run in runs_of(word) for phrase in run.phrases for unit in phrase)
    return "".join(unit.reading or unit.surface for unit in units)


def _typed(text: str) -> tuple[str, ...]:
    """Answer what somebody is typing as the keys know it, without the consonant that begins the next kana."""
    plain = fold(text[:LONGEST]).strip()
    if not plain:
        return ()
    if _LATIN.fullmatch(plain):
        sounds = re.sub(r"(?<=[aiueo])[^aiueo]{1,2}$", "", plain)
        return tuple(
            dict.fromkeys((plain, fold_romaji(plain), *([fold_romaji(sounds)] if len(sounds) > _SOUND else ())))
        )
    whole = re.sub(r"[a-z]{1,2}$", "", plain) if not plain.isascii() else plain
    return tuple(dict.fromkeys(each for each in (plain, whole, hiragana(whole)) if each))


def _is_english(folded: str) -> bool:
    """Say whether a word is an English one that is meant as it is typed."""
    return bool(_LATIN.fullmatch(folded)) and is_latin_word(folded)


def _mistakes(text: str) -> int:
    if _KANJI.search(text):
        return int(len(text) >= _SHORT_KANJI) + int(len(text) >= 2 * _SHORT_KANJI)
    return next((allowed for length, allowed in reversed(_MISTAKES) if len(text) >= length), 0)


def _is_latin_mistake(typed: str, other: str, distance: int) -> bool:
    """Say whether a word that no dictionary has is likely a slip: at its first letter and in short words few are.

    `distance` is from how `other` is written or read.
    """
    if not other.isascii():
        # More is no mistake for もうけ: only what is read alike, or long enough to be no English word.
        return bool(kana_of(typed)) and (distance == 0 or len(typed) >= _ROMAJI)
    if typed[0] != other[0]:
        return False
    mistakes = OSA.distance(typed, other)
    is_other_letter = len(typed) == len(other) and sorted(typed) != sorted(other)
    shortest = _OTHER_LETTER_LATIN if is_other_letter else _SWAPPED_LATIN
    return mistakes <= (1 if len(typed) < _LONG_LATIN else 2) and max(len(typed), len(other)) >= shortest


def _has_its_numbers(text: str, key: str) -> bool:
    """第1回 is no mistake for 第2回."""
    return re.sub(r"\D", "", text) == re.sub(r"\D", "", key)


def _ends(text: str) -> tuple[_End, ...]:
    """Answer what a word shares with what it may have been meant for: few are mistyped at both ends."""
    return ((text[0], 0), (text[-1], -1)) if text else ()


def _by_ends(keys: list[tuple[str, int]]) -> Mapping[tuple[int, _End], tuple[list[str], list[int]]]:
    """Group keys and the places of their words by how long the keys are, and by their first and last letters."""
    found: dict[tuple[int, _End], tuple[list[str], list[int]]] = defaultdict(lambda: ([], []))
    for key, place in keys:
        for end in _ends(key):
            group, places = found[len(key), end]
            group.append(key)
            places.append(place)
    return dict(found)
