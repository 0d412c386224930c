"""Which cells lie in a place: a code or a name, and everything that lies in it.

Codes are the 全国地方公共団体コード, with or without their check digit, as text or as numbers. A prefecture holds its
municipalities, a designated city (政令指定都市) its wards, a region (23区, 関東) what the table of regions says.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from app.catalog.places import Municipality, containing, municipalities, place_of, prefectures
from app.catalog.regions import codes_in_region, region_names
from app.query.storage import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.query.storage import Stored

CODE, PREFECTURE, MUNICIPALITY = "municipality-code", "prefecture", "municipality"
_PREFECTURE_DIGITS = re.compile(r"[0-9]{2}")
_FIVE, _SIX = 5, 6
_MOST_OF_FIVE = 99_999
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Cells:
    """Which cells lie in places: those equal to one of `values`, or from the first to before the second of a range."""

    values: tuple[str | int, ...] = ()
    ranges: tuple[tuple[str, str] | tuple[int, int], ...] = ()


def codes_of(words: str) -> tuple[str, ...]:
    """Answer the six-digit codes of the places that words name; empty where they name none for certain."""
    plain = unicodedata.normalize("NFKC", words[:_LONGEST]).strip()
    if _PREFECTURE_DIGITS.fullmatch(plain):
        return tuple(each.code for each in prefectures().values() if each.code.startswith(plain))
    place = place_of(plain)
    if place is not None:
        return (place.code,) if place.code else ()
    return codes_in_region(plain)


def names_to_offer() -> tuple[str, ...]:
    """List what a place may be called."""
    return (*(_full(known) for known in municipalities().values()), *region_names())


def speaks_of_places(column: Stored) -> str:
    """Say how a column names places: `CODE`, `PREFECTURE` or `MUNICIPALITY`; empty where it does not.

    Where nobody said what it means, what it holds says it.
    """
    if column.kind not in {Kind.TEXT, Kind.INTEGER}:
        return ""
    meaning = column.column.meaning
    if meaning in {CODE, PREFECTURE, MUNICIPALITY}:
        return meaning if column.kind is Kind.TEXT or meaning == CODE else ""
    examples = column.column.profile.examples if column.column.profile else ()
    if not examples:
        return ""
    if all(map(_is_code, examples)):
        return CODE
    if column.kind is Kind.TEXT and all(example in prefectures() for example in examples):
        return PREFECTURE
    return MUNICIPALITY if column.kind is Kind.TEXT and all(example in _by_name() for example in examples) else ""


def cells_within(column: Stored, codes: Iterable[str]) -> Cells | None:
    """Say which cells of a column lie in places; `None` where the column names nothing as small."""
    wanted = [municipalities()[code] for code in dict.fromkeys(codes)]
    meaning = speaks_of_places(column)
    if meaning == PREFECTURE:
        return _prefecture_names(wanted)
    if meaning == MUNICIPALITY:
        return Cells(values=tuple(dict.fromkeys(name for each in wanted for name in _names_in(each))))
    return _numbers(column, wanted) if column.kind is Kind.INTEGER else _texts(wanted)


def _is_code(words: str) -> bool:
    digits = words.zfill(max(len(words), _FIVE))
    return len(digits) in {_FIVE, _SIX} and digits.isdecimal() and place_of(digits) is not None


def _prefecture_names(wanted: Iterable[Municipality]) -> Cells | None:
    wholes = list(wanted)
    if any(each.name for each in wholes):
        return None
    return Cells(values=tuple(name for each in wholes for name in _called(each.prefecture)))


def _called(prefecture: str) -> tuple[str, ...]:
    """Answer 東京都 and 東京; 北海道 has no shorter name."""
    return (prefecture, prefecture[:-1]) if prefecture[-1] in "都府県" else (prefecture,)


def _texts(wanted: Iterable[Municipality]) -> Cells:
    values: list[str | int] = []
    ranges: list[tuple[str, str]] = []
    for each in wanted:
        if each.name:
            values += [form for code in _inside(each.code) for form in (code, code[:_FIVE])]
        else:
            # Whatever begins with the two digits, also municipalities that are no more.
            start = each.code[:2]
            ranges.append((start, f"{int(start) + 1:02}"))
    return Cells(tuple(dict.fromkeys(values)), tuple(ranges))


def _numbers(column: Stored, wanted: Iterable[Municipality]) -> Cells:
    values: list[str | int] = []
    ranges: list[tuple[int, int]] = []
    for digits in _digits(column):
        for each in wanted:
            if each.name:
                values += [int(code[:digits]) for code in _inside(each.code)]
            else:
                unit = 10 ** (digits - 2)
                ranges.append((int(each.code[:2]) * unit, (int(each.code[:2]) + 1) * unit))
    return Cells(tuple(dict.fromkeys(values)), tuple(ranges))


def _digits(column: Stored) -> tuple[int, ...]:
    """Say whether numbers are codes with their check digit: 13101 is 千代田区 without it, and 北海道 with it."""
    profile = column.column.profile
    if profile is None or profile.maximum is None or not profile.maximum.isdecimal():
        return (_FIVE, _SIX)
    if int(profile.maximum) > _MOST_OF_FIVE:
        return (_SIX,)
    with_check = [example.zfill(_SIX) in municipalities() for example in profile.examples]
    without = [place_of(example.zfill(_FIVE)) is not None for example in profile.examples]
    return (_SIX,) if sum(with_check) > sum(without) else (_FIVE,)


def _names_in(known: Municipality) -> Iterable[str]:
    """List how cells may name a municipality and what lies in it, alone and with the prefecture."""
    inside = (
        [each for each in municipalities().values() if each.prefecture == known.prefecture]
        if not known.name
        else [municipalities()[code] for code in _inside(known.code)]
    )
    for each in inside:
        if each.name:
            for name in each.names:
                yield from (name, each.prefecture + name)


@cache
def _inside(code: str) -> tuple[str, ...]:
    """Answer the code of a municipality and those of its wards."""
    return (code, *(each for each in municipalities() if code in containing(each)[:-1]))


@cache
def _by_name() -> Mapping[str, str]:
    return {
        form: known.code
        for known in municipalities().values()
        if known.name
        for name in known.names
        for form in (name, known.prefecture + name)
    }


def _full(known: Municipality) -> str:
    return known.prefecture + known.name
