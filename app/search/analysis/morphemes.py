"""Japanese words: what SudachiPy makes of a run of letters, and the little that it must be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from sudachipy import Dictionary, Morpheme, SplitMode

from app.catalog import places
from app.search.analysis.characters import folded_letters
from app.search.analysis.kana import hiragana

# SudachiPy takes 49,149 bytes at once; cutting longer runs costs a word at the cut.
_LONGEST_RUN = 500
# Younger than the small dictionary's words would have it.
_KNOWN = {"令和": "れいわ"}
# Particles that the dictionary takes apart, and a verb out of them.
_PARTICLES = ("について", "に関する", "に対する", "における", "によって", "による", "に係る", "として")
_SPECIAL = re.compile(f"({'|'.join((*_KNOWN, *_PARTICLES))})")
_LETTER = re.compile(r"\w")
_UNREAD = re.compile(r"[^ぁ-ゖー]")


class Part(Enum):
    """What a morpheme does in a sentence, as far as searching cares."""

    NOUN = "noun"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    OTHER = "other"  # verbs, adjectives, adverbs
    GRAMMAR = "grammar"  # particles, auxiliaries: between words, not words


_PARTS = {
    "名詞": Part.NOUN, "形状詞": Part.NOUN, "接頭辞": Part.PREFIX, "接尾辞": Part.SUFFIX,
    "動詞": Part.OTHER, "形容詞": Part.OTHER, "副詞": Part.OTHER, "連体詞": Part.OTHER,
}  # fmt: skip
# How the last letters of places are read.
ENDINGS = {
    "都": ("と",), "府": ("ふ",), "県": ("けん",), "市": ("し",), "区": ("く",),
    "町": ("ちょう", "まち"), "村": ("むら", "そん"),
}  # fmt: skip
_PLACE_UNITS = 5
_REMEMBERED = 30_000
_EMPTY_NOUNS = frozenset({"こと", "もの", "ため", "とき", "ところ", "ほか", "うち", "よう"})


@dataclass(frozen=True, slots=True)
class Unit:
    """A morpheme: as written, as the dictionary writes it, as it is read (hiragana, empty where unknown)."""

    surface: str
    word: str
    reading: str
    part: Part
    is_place: bool = False


def units_of(letters: str) -> tuple[Unit, ...]:
    """Cut a run of Japanese letters into morphemes."""
    units: list[Unit] = []
    for start in range(0, len(letters), _LONGEST_RUN):
        for piece in _SPECIAL.split(letters[start : start + _LONGEST_RUN]):
            if piece in _KNOWN:
                units.append(Unit(piece, piece, _KNOWN[piece], Part.NOUN))
            elif piece in _PARTICLES:
                units.append(Unit(piece, piece, "", Part.GRAMMAR))
            elif piece:
                units.extend(map(_unit, _dictionary().tokenizer(SplitMode.A).tokenize(piece)))
    return tuple(_with_places_read(units))


def _with_places_read(units: list[Unit]) -> list[Unit]:
    """Read municipalities as the table of places does: the small dictionary takes 国立市 for a national one."""
    read: list[Unit] = []
    position = 0
    while position < len(units):
        count, place = _place_at(units, position)
        read.extend(place)
        position += count
    return read


def _place_at(units: list[Unit], start: int) -> tuple[int, tuple[Unit, ...]]:
    """Answer how many units from here are the longest name of a place, and those to stand for them."""
    first = units[start]
    if first.surface[:2] in _beginnings() or len(first.surface) == 1:
        for count in range(min(_PLACE_UNITS, len(units) - start), 0, -1):
            if units[start + count - 1].surface[-1:] not in ENDINGS:
                continue
            name = "".join([unit.surface for unit in units[start : start + count]])
            if reading := _readings_of_places().get(name):
                return count, _place_units(name, reading, first)
    return 1, (first,)


def _place_units(name: str, reading: str, first: Unit) -> tuple[Unit, ...]:
    """Make two units of a place: its name, as the dictionary writes it where that knows it, and its ending."""
    ending = ending_read(reading, name[-1])
    bare = name[:-1]
    word = first.word if first.surface == bare else hiragana(bare)
    return (
        Unit(bare, word, reading.removesuffix(ending), Part.NOUN, is_place=True),
        Unit(name[-1], name[-1], ending, Part.SUFFIX),
    )


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(name[:2] for name in _readings_of_places())


def ending_read(reading: str, ending: str) -> str:
    """Answer how the ending of a place with this reading is read: 町 is まち or ちょう."""
    return next((end for end in ENDINGS[ending] if reading.endswith(end)), "")


@cache
def _readings_of_places() -> Mapping[str, str]:
    """Map names that have one reading to it, those in a district (郡) without it."""
    found: dict[str, set[str]] = {}
    for known in places.municipalities().values():
        name, kana = known.name or known.prefecture, hiragana(known.kana)
        own = known.names[-1] if "郡" in name else name
        if own != name:
            kana = kana.partition("ぐん")[2]
        if kana and name[-1] in ENDINGS:
            found.setdefault(folded_letters(own), set()).add(kana)
    return {name: readings.pop() for name, readings in found.items() if len(readings) == 1}


def _unit(morpheme: Morpheme) -> Unit:
    """Answer a morpheme as a unit; words of the dictionary that were met before are not asked about again."""
    word, surface = morpheme.word_id(), morpheme.surface()
    met = _met()
    if (unit := met.get((word, surface))) is None:
        unit = _new_unit(morpheme, surface)
        if word >= 0 and len(met) < _REMEMBERED:
            met[word, surface] = unit
    return unit


@cache
def _met() -> dict[tuple[int, str], Unit]:
    return {}


def _new_unit(morpheme: Morpheme, surface: str) -> Unit:
    tags = morpheme.part_of_speech()
    part = _PARTS.get(tags[0], Part.GRAMMAR)
    is_empty = surface in _EMPTY_NOUNS or not _LETTER.match(surface)
    if is_empty or (part is Part.OTHER and tags[1] == "非自立可能"):
        part = Part.GRAMMAR
    reading = hiragana(morpheme.reading_form())
    word = hiragana(folded_letters(morpheme.normalized_form())).casefold()
    return Unit(surface, word, "" if _UNREAD.search(reading) else reading, part, tags[2] == "地名")


@cache
def _dictionary() -> Dictionary:
    # The file is mapped into memory: processes share its pages.
    return Dictionary(dict="small")


def is_latin_word(folded: str) -> bool:
    """Say whether the dictionary has a Latin word, as it has the commonest English ones, or that without its s."""
    return any(_is_in_dictionary(word) for word in (folded, folded.removesuffix("s")) if word)


def _is_in_dictionary(word: str) -> bool:
    found = list(_dictionary().tokenizer(SplitMode.C).tokenize(word[:_LONGEST_RUN]))
    return len(found) == 1 and not found[0].is_oov()


def names_a_person(text: str) -> bool:
    """Say whether a text has a given name after a surname or after a place, many of which are surnames as well."""
    before = ""
    for morpheme in _dictionary().tokenizer(SplitMode.C).tokenize(text[:_LONGEST_RUN]):
        tags = morpheme.part_of_speech()
        if tags[0] in {"空白", "補助記号"}:
            continue
        kind = tags[3] if tags[2] == "人名" else tags[2]
        if kind == "名" and before in {"姓", "地名"}:
            return True
        before = kind
    return False
