"""Latitudes and longitudes in decimal degrees (GIF DS-444)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from app.publishing.forms import numbers
from app.publishing.forms.form import LONGEST, Form, Repaired, plain, repaired

RULE = "coordinates-degrees"
OUTSIDE = "coordinate-outside-japan"

_DEGREES = re.compile(
    "(?P<from>北緯|東経|南緯|西経|[NESW])? *(?P<d>[0-9]{1,3}) *(?:度|°|º) *(?P<m>[0-9]{1,2})(?:(?P<mm>\\.[0-9]{1,9}))?"
    " *(?:分|'|′|’) *(?:(?P<s>[0-9]{1,2}(?:\\.[0-9]{1,9})?) *(?:秒|\"|″|”|'')?)? *(?P<to>[NESW])?"
)
_MARKED = re.compile("(?P<from>北緯|東経|[NE])? *(?P<value>[0-9]{1,3}\\.[0-9]{1,17}) *(?:度|°|º)? *(?P<to>[NE])?")
_RUN = re.compile("(?P<d>[0-9]{2,3})(?P<m>[0-5][0-9])(?P<s>[0-5][0-9](?:\\.[0-9]{1,9})?)")
_PLACES, _FINE_PLACES, _ROUGH_SECONDS = 6, 8, 2
_NEGATIVE = {"南緯", "西経", "S", "W"}
_SIXTY = 60


@dataclass(frozen=True, slots=True)
class Axis:
    """One of the two: how far it goes in the world and in Japan, and how its sides are called."""

    meaning: str
    limit: int
    first: int
    last: int
    sides: frozenset[str]

    def in_japan(self, degrees: float) -> bool:
        """Say whether a value lies within the islands and waters of Japan."""
        return self.first <= degrees <= self.last


LATITUDE = Axis("latitude", 90, 20, 46, frozenset({"北緯", "南緯", "N", "S"}))
LONGITUDE = Axis("longitude", 180, 122, 154, frozenset({"東経", "西経", "E", "W"}))
_DECIMAL = "-?(?:[0-9]{1,2}|1[0-7][0-9]|180)(?:\\.[0-9]{1,17})?"
_CLEAN = re.compile(_DECIMAL)


def _read(word: str, *, axis: Axis) -> Repaired | None:
    if len(word) > LONGEST:
        return None
    # The other axis' values are let through: whether two columns are swapped shows only in pairs.
    return Repaired(word, "") if _CLEAN.fullmatch(word) else _read_other(word, axis)


def _read_other(word: str, axis: Axis) -> Repaired | None:
    text = plain(word)
    if match := _RUN.fullmatch(text):
        after = _decimal(match["d"], match["m"], match["s"])
        return Repaired(after, RULE) if axis.in_japan(float(after)) else None
    if match := _DEGREES.fullmatch(text):
        return _degrees(word, match, axis)
    if (match := _MARKED.fullmatch(text)) and _sides(match) <= axis.sides:
        return repaired(word, match["value"], numbers.PLAIN if match["value"] == text else RULE)
    found = numbers.written(word)
    if found is None or found.unit or not _CLEAN.fullmatch(found.digits):
        return None
    return repaired(word, found.digits, found.rule)


def _degrees(word: str, match: re.Match[str], axis: Axis) -> Repaired | None:
    minutes, seconds = match["m"] + (match["mm"] or ""), match["s"] or "0"
    if float(minutes) >= _SIXTY or float(seconds) >= _SIXTY or (match["mm"] and match["s"]):
        return None
    if not _sides(match) <= axis.sides:
        return None
    after = _decimal(match["d"], minutes, seconds)
    if float(after) > axis.limit:
        return None
    return repaired(word, "-" + after if _sides(match) & _NEGATIVE else after, RULE)


def _sides(match: re.Match[str]) -> set[str]:
    return {side for side in (match["from"], match["to"]) if side}


def _decimal(degrees: str, minutes: str, seconds: str) -> str:
    """Keep six decimals, a tenth of a metre, and two more where the seconds are finer than that."""
    fine = len(seconds.partition(".")[2]) > _ROUGH_SECONDS or len(minutes.partition(".")[2]) > _ROUGH_SECONDS + 1
    value = int(degrees) + float(minutes) / 60 + float(seconds) / 3600
    return f"{value:.{_FINE_PLACES if fine else _PLACES}f}".rstrip("0").rstrip(".")


def _flag(word: str, *, axis: Axis) -> str | None:
    found = _read(word, axis=axis)
    return OUTSIDE if found is not None and not axis.in_japan(float(found.after)) else None


def coordinates(axis: Axis, words: list[str]) -> Form:
    """Make the form of a column; where most of its places are elsewhere in the world, none is flagged."""
    found = [each for each in (_read(word, axis=axis) for word in words) if each is not None]
    at_home = 2 * sum(axis.in_japan(float(each.after)) for each in found) >= len(found)
    read = partial(_read, axis=axis)
    if not at_home:
        return Form(axis.meaning, "number", _DECIMAL, read, unit="°")
    return Form(axis.meaning, "number", _DECIMAL, read, partial(_flag, axis=axis), unit="°", flags_clean=True)
