"""Codes that are written in digits and are no numbers: municipalities, corporations, towns, postal codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from app.catalog.places import municipality
from app.publishing.forms.form import BLANKS, LONGEST, Form, Repaired, hyphened, plain, repaired

MUNICIPALITY, PLAIN, POSTAL = "code-municipality", "code-plain", "postal-code"
WRONG_CHECK_DIGIT = "wrong-check-digit"

_WEIGHTS = (6, 5, 4, 3, 2)
_FIVE, _SIX = re.compile("[0-9]{5}"), re.compile("[0-9]{6}")
_LAST_PREFECTURE = 47
_MOST = 0.9


def check_digit(code: str) -> str:
    """Compute the sixth digit of 全国地方公共団体コード from the first five."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, code, strict=True))
    return str((11 - total % 11) % 10)


def is_municipal(code: str) -> bool:
    """Say whether six digits are a municipal code by their check digit and their prefecture."""
    return (
        _SIX.fullmatch(code) is not None and 1 <= int(code[:2]) <= _LAST_PREFECTURE and check_digit(code[:5]) == code[5]
    )


def _with_zero(code: str) -> str | None:
    """Give a six-digit code the leading zero back that a spreadsheet took; the check digit proves it."""
    return "0" + code if _FIVE.fullmatch(code) and is_municipal("0" + code) else None


def _with_check_digit(code: str) -> str | None:
    """Add the check digit to the five (or, without its zero, four) digits of JIS X 0402."""
    five = code.zfill(5) if len(code) == 4 else code  # noqa: PLR2004 - a zero lost
    if not _FIVE.fullmatch(five) or not 1 <= int(five[:2]) <= _LAST_PREFECTURE:
        return None
    return five + check_digit(five)


def municipality_codes(words: Sequence[str]) -> Form | None:
    """Make the form of a column from its words: what short ones lack must be the same thing in all of them.

    None where both readings are possible, or neither. Nine of ten must make a place that there is today; the rest
    may be municipalities that were merged into others.
    """
    short = [code for code in map(plain, words) if len(code) in {4, 5}]
    ways = [way for way in (_with_zero, _with_check_digit) if _makes_places(way, short)]
    if short and len(ways) != 1:
        return None
    return Form(
        "municipality-code",
        "string",
        "[0-9]{6}",
        partial(_read_municipality, complete=ways[0] if ways else _with_zero),
        _flag_municipality,
        loose=True,
        flags_clean=True,
    )


def _makes_places(way: Callable[[str], str | None], short: list[str]) -> bool:
    made = [way(code) for code in short]
    return all(made) and sum(municipality(code or "") is not None for code in made) >= _MOST * len(made)


def _read_municipality(word: str, *, complete: Callable[[str], str | None]) -> Repaired | None:
    code = plain(word)
    after = code if is_municipal(code) else complete(code) if code.isdigit() else None
    return None if after is None else repaired(word, after, PLAIN if len(after) == len(code) else MUNICIPALITY)


def _flag_municipality(word: str) -> str | None:
    code = plain(word)
    return WRONG_CHECK_DIGIT if _SIX.fullmatch(code) and not is_municipal(code) else None


def is_corporate(number: str) -> bool:
    """Say whether thirteen digits are a 法人番号 by their check digit, the first one."""
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number[1:])))
    return number[0] == str(9 - total % 9)


def _digits(word: str) -> str:
    """Take blanks and hyphens out of what else is digits only."""
    if len(word) > LONGEST:
        return ""
    code = hyphened(plain(word)).replace("-", "").replace(" ", "")
    return code if code.isascii() and code.isdigit() else ""


def _read_digits(word: str, *, length: int, rule: str) -> Repaired | None:
    code = _digits(word)
    return repaired(word, code, rule) if len(code) == length else None


def _flag_corporate(word: str) -> str | None:
    code = _digits(word)
    return WRONG_CHECK_DIGIT if len(code) == 13 and not is_corporate(code) else None  # noqa: PLR2004 - as the law has it


CORPORATE_NUMBERS = Form(
    "corporate-number",
    "string",
    "[0-9]{13}",
    partial(_read_digits, length=13, rule=PLAIN),
    _flag_corporate,
    loose=True,
    flags_clean=True,
)
TOWN_IDS = Form("town-id", "string", "[0-9]{7}", partial(_read_digits, length=7, rule=PLAIN), loose=True)
INDIVIDUAL_NUMBERS = Form(
    "individual-number", "string", "[0-9]{12}", partial(_read_digits, length=12, rule=PLAIN), loose=True
)

_POSTAL = re.compile("(?P<mark>〒)? *(?P<a>[0-9]{3}) ?(?P<hyphen>-)? ?(?P<b>[0-9]{4})")


def _read_postal(word: str) -> Repaired | None:
    if len(word) > LONGEST:
        return None
    match = _POSTAL.fullmatch(hyphened(plain(word)))
    return repaired(word, match["a"] + match["b"], POSTAL) if match else None


def _read_short_postal(word: str) -> Repaired | None:
    """Read postal codes where spreadsheets took leading zeros: 600001 is 060-0001, in Hokkaido."""
    code = plain(word)
    if re.fullmatch("[1-9][0-9]{4,5}", code):
        return Repaired(code.zfill(7), POSTAL)
    return _read_postal(word)


def has_postal_mark(word: str) -> bool:
    """Say whether a word shows by its sign that it is a postal code."""
    return "〒" in word and _read_postal(word) is not None


POSTAL_CODES = Form("postal-code", "string", "[0-9]{7}", _read_short_postal, loose=True)
MARKED_POSTAL_CODES = Form("postal-code", "string", "[0-9]{7}", _read_postal, loose=True)

_CODE = re.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")


def _read_code(word: str) -> Repaired | None:
    bare = word.strip(BLANKS)
    code = plain(bare)
    if not _CODE.fullmatch(code):
        hyphens = hyphened(code)
        code = hyphens if re.fullmatch("[0-9]+(?:-[0-9]+)+", hyphens) else code
    return repaired(word, code, PLAIN) if _CODE.fullmatch(code) else None


CODES = Form("code", "string", _CODE.pattern, _read_code, loose=True)
IDS = Form("id", "string", _CODE.pattern, _read_code, loose=True)
