"""The countries that a question names, in Japanese or English, told from words that only look so."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from app.catalog.places import FOLDER
from app.search.analysis import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE = FOLDER / "countries.csv"
JAPAN = "JPN"
_MOST = 8
# These are other words too, unless they are written as names are.
_COMMON = frozenset({"turkey", "china", "chad", "jordan", "georgia", "america", "us", "guinea"})
_ABBREVIATION = 3
# インド in インドネシア, 中国 in 中国地方, Mexico in New Mexico, America in South America.
_NOT_AFTER = r"(?<![ァ-ヺー\u3400-\u9fff々])"
_NOT_BEFORE = r"(?![ァ-ヺー]|語|洋|海|料理|地方|・?四国|山地)"
_NO_COMPASS = r"(?<!\bNew )(?<!\bSouth )(?<!\bNorth )(?<!\bLatin )(?<!\bCentral )"


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory by its code of three letters; `names` in Japanese and English, those first used first."""

    code: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A country as a text names it."""

    country: Country
    words: str


@cache
def _by_name() -> Mapping[str, Country]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        countries = [
            Country(row["code"], (*row["en"].split(";"), *row["ja"].split(";"))) for row in csv.DictReader(file)
        ]
    named = {_plain(each.code): each for each in countries}
    return named | {_plain(name): each for each in countries for name in each.names}


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted((name for each in set(_by_name().values()) for name in each.names), key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in names if _is_latin(name))
    others = "|".join(re.escape(name) for name in names if not _is_latin(name))
    return re.compile(rf"{_NO_COMPASS}\b(?:{latin})\b|{_NOT_AFTER}(?:{others}){_NOT_BEFORE}", re.IGNORECASE | re.ASCII)


def country_called(words: str) -> Country | None:
    """Answer the country that is called or coded so."""
    return _by_name().get(_plain(words))


def countries_in(question: str) -> tuple[Spoken, ...]:
    """List the countries that a question names; Japan only beside others, since mostly all is about it."""
    found: dict[str, Spoken] = {}
    for match in _pattern().finditer(question):
        words = match[0]
        if _is_latin(words) and not _is_written_as_name(words):
            continue
        if country := country_called(words):
            found.setdefault(country.code, Spoken(country, words))
    return tuple(found.values())[:_MOST] if found.keys() - {JAPAN} else ()


def is_in(word: str, spoken: tuple[Spoken, ...]) -> bool:
    """Say whether a folded word of a question is a name of one of these countries, or a part of it."""
    texts = [fold(each.words) for each in spoken]
    return any(word in text.split() if word.isascii() else word in text for text in texts) or word in texts


@cache
def _standing(name: str) -> re.Pattern[str]:
    folded = re.escape(fold(name))
    around = (r"\b", r"\b") if _is_latin(name) else (r"(?<![ァ-ヺー])", r"(?![ァ-ヺー])")
    return re.compile(around[0] + folded + around[1])


def stands_in(name: str, text: str) -> bool:
    """Say whether a country's name stands in a folded text, and not as a part of another word."""
    folded = fold(name)
    return folded in text and _standing(name).search(text) is not None


def _is_written_as_name(words: str) -> bool:
    if len(words) <= _ABBREVIATION and words.lower() in _COMMON:
        return words.isupper()
    return words.lower() not in _COMMON or words[0].isupper()


def _is_latin(name: str) -> bool:
    return name[:1] < "\u0250"


def _plain(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold().strip()
