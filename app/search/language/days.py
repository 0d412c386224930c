"""Days and ranges of days as people write them after `updated:` and `period:`."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta

from app.catalog.periods import period_in

Days = tuple[date | None, date | None]

_LONGEST = 60
_DECEMBER = 12
_RANGE = re.compile(r"\.\.+|…|[~\u301c\uff5e]|(?<=\d)/(?=\d{4})|から|(?<=[年月日度])\s*[-–—]\s*")
_COMPARED = re.compile(r"(?P<sign>[<>]=?|=|≧|≦)?\s*(?P<rest>.*)", re.DOTALL)
_ISO = re.compile(r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?)?|(?P<stamp>\d{8})")
_SIGNS = {"≧": ">=", "≦": "<="}


def days_in(words: str) -> Days | None:
    """Read `2024`, `2024-01..2024-12`, `>=2024-01-01`, `..2020`, `令和3年度`; `None` where it is no date.

    Both bounds are included; `None` is no bound. At least one is set.
    """
    text = unicodedata.normalize("NFKC", words[:_LONGEST]).strip()
    if found := _RANGE.search(text):
        return _between(text[: found.start()], text[found.end() :].removesuffix("まで"))
    compared = _COMPARED.fullmatch(text)
    sign = (compared["sign"] or "") if compared else ""
    span = _span(compared["rest"] if compared else text)
    return _compared(_SIGNS.get(sign, sign), span) if span else None


def _between(low: str, high: str) -> Days | None:
    if not low.strip() and not high.strip():
        return None
    first, last = (_span(side) if side.strip() else (None, None) for side in (low, high))
    if first is None or last is None:
        return None
    start, end = first[0], last[1]
    # A range that was typed the wrong way round means what lies between all the same.
    return (last[0], first[1]) if start and end and start > end else (start, end)


def _compared(sign: str, span: tuple[date, date]) -> Days:
    first, last = span
    if sign in {">", ">="}:
        return (first if sign == ">=" else _after(last), None)
    if sign in {"<", "<="}:
        return (None, last if sign == "<=" else _before(first))
    return span


def _span(words: str) -> tuple[date, date] | None:
    text = words.strip()
    if found := _ISO.fullmatch(text):
        return _span_of(found)
    period = period_in(text)
    return (period.start, period.end) if period and period.start and period.end else None


def _span_of(found: re.Match[str]) -> tuple[date, date] | None:
    """Answer the first and last day of a year, a month or a day."""
    stamp = found["stamp"]
    parts = (stamp[:4], stamp[4:6], stamp[6:]) if stamp else (found["year"], found["month"], found["day"])
    year, month, day = (int(part) if part else None for part in parts)
    try:
        first = date(year or 0, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    if day is not None:
        return first, first
    last_month = _DECEMBER if month is None else month
    return first, date(first.year, last_month, monthrange(first.year, last_month)[1])


def _before(day: date) -> date:
    return day - timedelta(days=1) if day > date.min else day


def _after(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day
