"""Numbers: plain digits from full-width ones, thousands separators, signs of accounts and units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from app.publishing.forms.form import LONGEST, Form, Repaired, plain, repaired
from app.publishing.forms.units import UNITS

PLAIN, SIGN, MOVED = "number-plain", "number-sign", "unit-moved"

# As long as a 64-bit integer, and as what a double keeps; no leading zero, for such words are codes.
WHOLE = "(?:-?(?:0|[1-9][0-9]{0,17})|\\+(?:0|[1-9][0-9]{0,8}))"
# 12E3 without a point or a sign may be the name of a room.
DECIMAL = f"{WHOLE}(?:\\.[0-9]{{1,40}}(?:[eE][+-]?[0-9]{{1,2}})?|[eE][+-][0-9]{{1,2}})?"
# What Table Schema takes, where the publisher has said that these are numbers.
DECLARED = {
    "integer": "[+-]?[0-9]+",
    "number": "[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?|NaN|INF|-INF",
}

_PREFIXES = "".join(re.escape(unit) for unit in UNITS if unit in "¥$")
_NUMBER = re.compile(
    f"(?P<sign>[-+−‐－△▲])? *(?P<money>[{_PREFIXES}])? *"
    "(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?P<rest>\\.[0-9]{1,40})? *(?P<unit>[^0-9.,].{0,9})?"
)
_EXPONENT = re.compile(DECIMAL)
_ACCOUNTS = {"△", "▲"}
_YEN = str.maketrans({"￥": "¥", "＄": "$"})


@dataclass(frozen=True, slots=True)
class Written:
    """A number as read: in plain digits, its unit if one is written, and the rule that leads there."""

    digits: str
    unit: str
    rule: str


def written(word: str) -> Written | None:
    """Read a word as a number with or without a unit. A leading zero makes it a code, so it is none."""
    if len(word) > LONGEST:
        return None
    text = plain(word.translate(_YEN))
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    if "e" in text.lower() and _EXPONENT.fullmatch(text):
        return Written(text, "", PLAIN)
    sign, money, digits, rest, unit = match.groups()
    if (digits[0] == "0" and digits != "0") or (money and unit):
        return None
    found = UNITS.get((unit or money or "").strip()) if unit or money else ""
    if found is None:
        return None
    after = digits.replace(",", "") + (rest or "")
    if sign == "+":
        after = "+" + after
    elif sign and after.strip("0."):
        after = "-" + after
    return Written(after, found, SIGN if sign in _ACCOUNTS else MOVED if found else PLAIN)


def _read(word: str, *, clean: re.Pattern[str], unit: str) -> Repaired | None:
    if clean.fullmatch(word):
        return Repaired(word, "")
    found = written(word)
    if found is None or not clean.fullmatch(found.digits):
        return None
    if found.unit not in {"", unit}:
        return None
    return repaired(word, found.digits, found.rule)


def numbers(kind: str, *, unit: str = "", pattern: str = "") -> Form:
    """Make the form of a column of integers or numbers whose words may carry one unit or none."""
    pattern = pattern or (WHOLE if kind == "integer" else DECIMAL)
    return Form("number", kind, pattern, partial(_read, clean=re.compile(pattern), unit=unit), unit=unit)
