"""Numbers that lead to a person: mobile phones, phones at home, individual numbers, dates of birth, small counts."""

from __future__ import annotations

import re

from app.publishing.personal.context import is_own
from app.publishing.personal.words import Hits, Words, collect, share

SMALL_CELLS = 3
SAMPLE = 500

_PHONE_NAME = re.compile(r"電話|携帯|連絡先|(?<![a-z])tel|phone|mobile|(?<![a-z])fax")
_MOBILE = re.compile(r"(?<![\d-])(?:0|\+81[- ]?)([6-9])0[-() ]{1,2}(\d{4})[- ](\d{4})(?![\d-])")
_BARE_MOBILE = re.compile(r"(?<![\d-])(?:0|\+81[- ]?)([6-9])0(\d{4})(\d{4})(?![\d-])")
_LANDLINE = re.compile(r"(?<![\d-])\(?(0[1-9]\d{0,3})(?:\)-?|[-( ])(\d{1,4})[-) ](\d{4})(?![\d-])")
_LANDLINE_DIGITS = 10
_SERVICES = re.compile(r"0120|0800|0570|0990|0[5-9]0")

_INDIVIDUAL = re.compile(r"(?<![\d-])(\d{4})[- ]?(\d{4})[- ]?(\d{4})(?![\d-])")
_INDIVIDUAL_NAME = re.compile(r"個人番号|マイナンバ[ー-]|my.?number")
# By chance one number in eleven has the right digit: four of five are no chance.
ENOUGH_NUMBERS = 4
ENOUGH_RIGHT = 0.8
_WEIGHTS = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)
_DIVISOR = 11

_BIRTH_NAME = re.compile(r"生年月日|誕生日|出生日|出生年月日|birth|(?<![a-z])dob(?![a-z])")
_DAY = re.compile(
    r"(?:明治|大正|昭和|平成|令和|[mtshr])? ?(?:\d{1,4}|元)(?:年|[-/.]) ?\d{1,2}(?:月|[-/.]) ?\d{1,2}日?"
    r"(?:[t ][\d:+z.]*)?|\d{8}",
    re.IGNORECASE,
)
_FEW = 0.3

_COUNT_NAME = re.compile(
    r"人数|(?:者|患者|感染|陽性|死亡|症例|罹患|入院|自殺|虐待|退院|回復)[^数]{0,10}数|^人$|cases|deaths|patients"
)
_CASES_NAME = re.compile(r"件数|^数$|^計$|count")
_NO_PERSONS = re.compile(r"人口|世帯|収容|定員|募集|検査|職員|従業|議員|population|capacity")
_INTEGER = re.compile(r"(\d[\d,]*) ?[人名件]?")
_DIGIT = re.compile(r"\d")
_MOST = 0.7


def find_individual_numbers(words: Words) -> Hits | None:
    """Find My Numbers: by the column's name, or because far more check digits are right than by chance."""
    if words.meaning == "individual-number" or _INDIVIDUAL_NAME.search(words.name):
        return collect(words, lambda word: _hide_individual(word) if _INDIVIDUAL.fullmatch(word) else None)
    seen = right = 0
    for word, _, _ in words:
        if found := _INDIVIDUAL.search(word):
            seen += 1
            right += has_check_digit("".join(found.groups()))
    if right < ENOUGH_NUMBERS or right < ENOUGH_RIGHT * seen:
        return None
    return collect(words, _hide_individual)


def has_check_digit(digits: str) -> bool:
    """Check the last of twelve digits as the ordinance on My Number (総務省令) says: weights 2 to 7, then 2 to 6."""
    body = [int(digit) for digit in reversed(digits[:11])]
    rest = sum(digit * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % _DIVISOR
    return int(digits[11]) == (0 if rest <= 1 else _DIVISOR - rest)


def find_mobile_phones(words: Words) -> Hits | None:
    """Find mobile numbers anywhere; written without hyphens only in a column of phone numbers."""
    named = words.meaning == "phone" or _PHONE_NAME.search(words.name)
    return collect(words, _mask_mobile if named else _mask_written_mobile)


def find_landlines(words: Words) -> Hits | None:
    """Find other phone numbers in a table about persons; toll-free and business lines are not theirs."""
    if not is_own(words.name, words.context) or not (words.meaning == "phone" or _PHONE_NAME.search(words.name)):
        return None
    return collect(words, _mask_landline)


def find_birth_dates(words: Words) -> Hits | None:
    """Find days under a name that says they are of birth."""
    if words.meaning != "birth-date" and not _BIRTH_NAME.search(words.name):
        return None
    if share(words.sample(SAMPLE), _DAY.fullmatch) < _FEW:
        return None
    return collect(words, lambda word: "****-**-**" if _DAY.fullmatch(word) else None)


def find_small_cells(words: Words) -> Hits | None:
    """Find counts of one or two in a column of counts of people, where another column splits them by a trait."""
    context = words.context
    counts = _COUNT_NAME.search(words.name) or (context.ill and _CASES_NAME.search(words.name))
    if not counts or _NO_PERSONS.search(words.name) or not context.groups - {words.name}:
        return None
    said = [word for word in words.sample(SAMPLE) if _DIGIT.search(word)]
    if share(said, _INTEGER.fullmatch) < _MOST:
        return None
    return collect(words, lambda word: f"1–{SMALL_CELLS - 1}" if _is_small(word) else None)


def _is_small(word: str) -> bool:
    found = _INTEGER.fullmatch(word)
    digits = found[1].replace(",", "").lstrip("0") if found else ""
    return len(digits) == 1 and int(digits) < SMALL_CELLS


def _hide_individual(word: str) -> str | None:
    found = _INDIVIDUAL.search(word)
    return f"**** **** **{found[3][2:]}" if found else None


def _mask_written_mobile(word: str) -> str | None:
    found = _MOBILE.search(word)
    return f"0{found[1]}0-****-{found[3]}" if found else None


def _mask_mobile(word: str) -> str | None:
    found = _MOBILE.search(word) or _BARE_MOBILE.search(word)
    return f"0{found[1]}0-****-{found[3]}" if found else None


def _mask_landline(word: str) -> str | None:
    for found in _LANDLINE.finditer(word):
        if len("".join(found.groups())) == _LANDLINE_DIGITS and not _SERVICES.match(found[1]):
            return f"{found[1]}-{'*' * len(found[2])}-****"
    return None
