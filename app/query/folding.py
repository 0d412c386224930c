"""Words that stand in a cell whatever their width and case: ガス in ｶﾞｽ, csv in ＣＳＶ, 株 in ㈱.

DuckDB knows no NFKC, and a function of ours would be asked for every cell. So the word is unfolded instead: a regular
expression of everything that folds (NFKC, case) to it. RE2 matches it in linear time. Where the letters of a column
are known, few spellings of the word are left, mostly one or none, and to look for these as they are is cheaper still.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import product

# Where letters are that fold to others; the rest of Unicode has none that anybody types.
_PLANES = (range(0x20, 0xD800), range(0xE000, 0x10000), range(0x1D400, 0x1D800), range(0x1F100, 0x1F300))
_VARIANTS = range(0x2F800, 0x2FA20)
_LONGEST_UNIT = 6
# To look for more spellings one after another costs more than the regular expression of all.
_MOST_SPELLINGS = 4
# What is written for a letter that nothing else folds to.
_ONLY = re.compile(r"\[\\x\{([0-9a-f]+)\}\]")


def fold(text: str) -> str:
    """Fold width and case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def pattern_of(word: str) -> str:
    """Write the regular expression (RE2) of every text that holds a word when both are folded."""
    folded = fold(word)
    return "".join(_pattern_units(folded)) + _not_composed(folded[-1])


def certain_part(word: str) -> str:
    """Answer the longest part that stands as it is in every text that holds a word; empty where none does."""
    letters = (_ONLY.fullmatch(unit) for unit in _pattern_units(fold(word)))
    certain = "".join(chr(int(found[1], 16)) if found else "\0" for found in letters)
    return max(certain.split("\0"), key=len)


def written_as(word: str, letters: str) -> tuple[str, ...] | None:
    """List what a word is written as in texts of these letters; `None` where that is too much to list.

    With `pattern_of` a text is found if and only if it holds one of them.
    """
    folded = fold(word)
    if any(mark in letters for mark in _composing(folded[-1])):
        return None
    found = [""]
    for options in _written_units(folded, letters):
        found = [before + option for before in found for option in options]
        if len(found) > _MOST_SPELLINGS:
            return None
    return tuple(dict.fromkeys(found))


def _written_units(folded: str, letters: str) -> list[list[str]]:
    parts = _parts(folded)
    units = [_written(part, letters) for part in parts]
    if len(folded) == 1:
        units[0] += _among(_holding(folded), letters)
    else:
        units[0] += _among(_ending(folded[0]), letters)
        units[-1] += _among(_beginning(folded[-1]), letters)
    return units


def _written(part: str, letters: str) -> list[str]:
    """List what a part of a folded word is written as: each letter by itself, or one letter for several."""
    apart = ["".join(each) for each in product(*(_written_letter(letter, letters) for letter in part))]
    return apart + (_among(_sources().get(part, ()), letters) if len(part) > 1 else [])


def _written_letter(letter: str, letters: str) -> list[str]:
    alone = _among((letter, *_sources().get(letter, ())), letters)
    parts = [fold(part) for part in unicodedata.normalize("NFD", letter)]
    if len(parts) == 1:
        return alone
    marked = product(*(_among((part, *_sources().get(part, ())), letters) for part in parts))
    return alone + ["".join(each) for each in marked]


def _among(candidates: Iterable[str], letters: str) -> list[str]:
    return [each for each in candidates if each in letters]


def _pattern_units(folded: str) -> list[str]:
    units = _units(folded)
    if len(folded) == 1:
        units[0] = _either([units[0], _class(_holding(folded))])
    else:
        units[0] = _either([units[0], _class(_ending(folded[0]))]) if units[0] else ""
        units[-1] = _either([units[-1], _class(_beginning(folded[-1]))])
    return units


def _units(folded: str) -> list[str]:
    """Cut a folded word where letters stand for several, as ㈱ does for (株), and write each part."""
    return [_unit(part) for part in _parts(folded)]


def _unit(part: str) -> str:
    apart = "".join(map(_letter, part))
    return _either([apart, _class(_sources().get(part, ()))]) if len(part) > 1 else apart


def _parts(folded: str) -> list[str]:
    parts: list[str] = []
    start = 0
    while start < len(folded):
        length = next(
            (
                size
                for size in range(min(_LONGEST_UNIT, len(folded) - start), 1, -1)
                if folded[start : start + size] in _sources()
            ),
            1,
        )
        parts.append(folded[start : start + length])
        start += length
    return parts


def _letter(letter: str) -> str:
    """Write everything that one folded letter may stand as: alone, or as a letter and its marks."""
    alone = _class((letter, *_sources().get(letter, ())))
    parts = unicodedata.normalize("NFD", letter)
    if len(parts) == 1:
        return alone
    # ガ is also カ and a mark, each of any width; Ω's parts may be of either case.
    return _either([alone, "".join(_class((part, *_sources().get(part, ()))) for part in map(fold, parts))])


@lru_cache(maxsize=4096)
def _not_composed(last: str) -> str:
    """Refuse a mark that would make another letter of the last one: カ does not stand in ガ."""
    marks = _composing(last)
    return f"(?:[^{''.join(map(_escaped, marks))}]|\\z)" if marks else ""


@lru_cache(maxsize=4096)
def _composing(last: str) -> tuple[str, ...]:
    return tuple(mark for mark in _marks() if len(fold(last + mark)) == 1)


def _either(alternatives: Iterable[str]) -> str:
    several = [each for each in alternatives if each]
    return several[0] if len(several) == 1 else f"(?:{'|'.join(several)})"


def _class(letters: Iterable[str]) -> str:
    listed = "".join(map(_escaped, dict.fromkeys(letters)))
    return f"[{listed}]" if listed else ""


def _escaped(letter: str) -> str:
    return f"\\x{{{ord(letter):x}}}"


@cache
def _sources() -> Mapping[str, tuple[str, ...]]:
    """Map folded letters to the single ones that fold to them."""
    found: dict[str, list[str]] = {}
    for plane in (*_PLANES, _VARIANTS):
        for number in plane:
            letter = chr(number)
            folded = fold(letter)
            if folded != letter:
                found.setdefault(folded, []).append(letter)
    return {folded: tuple(letters) for folded, letters in found.items()}


@cache
def _marks() -> tuple[str, ...]:
    combining = (chr(number) for number in range(0x300, 0x10000) if unicodedata.combining(chr(number)))
    return (*combining, "\uff9e", "\uff9f")


def _holding(letter: str) -> list[str]:
    return [each for folded, letters in _several().items() if letter in folded for each in letters]


def _ending(letter: str) -> list[str]:
    return [each for folded, letters in _several().items() if folded[-1] == letter for each in letters]


def _beginning(letter: str) -> list[str]:
    return [each for folded, letters in _several().items() if folded[0] == letter for each in letters]


@cache
def _several() -> Mapping[str, tuple[str, ...]]:
    return {folded: letters for folded, letters in _sources().items() if len(folded) > 1}
