"""Periods as people say them: 令和3年度, 2021-04, FY2021, 2020..2022, the last 3 years, latest."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.catalog.periods import mentions, of_month, of_year, plain
from app.catalog.record import Period

if TYPE_CHECKING:
    from collections.abc import Callable

# What is told of forms where words name no period.
FORMS = "令和3年度, 2021, 2021-04, 2021-04-01, FY2021, 2020..2022, since 2020, last 3 years, latest"
_LONGEST = 100
_APRIL, _DECEMBER = 4, 12
_YEAR_START, _YEAR_END, _FISCAL_START, _FISCAL_END = (1, 1), (12, 31), (4, 1), (3, 31)
_MOST = 1000
_LATEST = re.compile(r"(?:the )?(?:latest|newest|most recent)(?: \w+)?|最新(?:の?\w{0,4})?|直近")
_LAST = re.compile(
    r"(?:the )?(?:last|past|previous) (?P<count>[0-9]{1,4}) (?P<unit>year|month|day|week)s?"
    r"|(?:直近|過去|最近|ここ)の?(?P<count2>[0-9]{1,4})(?P<unit2>[ヶかカ箇]?月|年|日|週)間?"
)
_NAMED = {
    **dict.fromkeys(("today", "今日", "本日"), ("day", 0)),
    **dict.fromkeys(("yesterday", "昨日"), ("day", -1)),
    **dict.fromkeys(("this month", "今月", "当月"), ("month", 0)),
    **dict.fromkeys(("last month", "先月", "前月"), ("month", -1)),
    **dict.fromkeys(("this year", "今年", "本年"), ("year", 0)),
    **dict.fromkeys(("last year", "昨年", "去年", "前年"), ("year", -1)),
    **dict.fromkeys(("一昨年", "おととし"), ("year", -2)),
    **dict.fromkeys(("this fiscal year", "今年度", "本年度", "当年度"), ("fiscal", 0)),
    **dict.fromkeys(("last fiscal year", "昨年度", "前年度"), ("fiscal", -1)),
}
_SPLIT = re.compile(r"\s*(?:\.{2,3}|…|〜|～|~|から|より|–|—|\bto\b|\bthrough\b|\buntil\b|/(?=[0-9]{4})|-(?=fy))\s*")
_SINCE = re.compile(r"(?:since|from|after|starting) (.+)|(.+?)\s?(?:以降|以後|から|〜|~|\.\.|/\.\.)")
_UNTIL = re.compile(r"(?:until|up to|through|by|before) (.+)|(.+?)\s?(?:以前|まで)|(?:\.\.|〜|~|\.\./)(.+)")
# Before what titles speak of; questions may, and it is good to say that no data here is of then.
_LONG_AGO = re.compile(r"(1[0-8][0-9]{2})年")
_DECADE = re.compile(r"([0-9]{3}0)(?:s|'s|年代)")
_QUARTER = re.compile(r"([0-9]{4})[ -]?q([1-4])|q([1-4])[ -/]?([0-9]{4})|(.+?(年度|年))の?第?([1-4])四半期")
_YEAR_ALONE = re.compile(r"(明治|大正|昭和|平成|令和|[mtshr])\s?(元|[0-9]{1,2})")
_FISCAL = re.compile(r"(?:fy|fiscal(?: year)?)\s?-?([0-9]{4})|([0-9]{4})\s?(?:fy|fiscal year)")
_PARTIAL = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?")
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_ENGLISH = re.compile(r"([a-z]{3})[a-z]*\.?(?: ([0-9]{1,2})(?:st|nd|rd|th)?,?)? ([0-9]{4})")


@dataclass(frozen=True, slots=True)
class Asked:
    """A period that was asked for: days, both included, `None` where it is open.

    `is_fiscal` says that its years begin in April, `is_latest` that it is the last there is, whenever that was.
    """

    words: str
    start: date | None = None
    end: date | None = None
    is_fiscal: bool = False
    is_latest: bool = False

    @property
    def first_year(self) -> int | None:
        """The calendar year, or fiscal year, of its first day."""
        return year_of(self.start, is_fiscal=self.is_fiscal)

    @property
    def last_year(self) -> int | None:
        """The calendar year, or fiscal year, of its last day."""
        return year_of(self.end, is_fiscal=self.is_fiscal)

    @property
    def is_of_years(self) -> bool:
        """It begins and ends with a year, so that a column of years can tell it."""
        first, last = (_FISCAL_START, _FISCAL_END) if self.is_fiscal else (_YEAR_START, _YEAR_END)
        return _is_on(self.start, first) and _is_on(self.end, last)

    def holds(self, period: Period) -> bool:
        """Say whether all of another period lies in it."""
        if not (period.start and period.end):
            return False
        return (self.start or date.min) <= period.start and period.end <= (self.end or date.max)

    def meets(self, start: date, end: date) -> bool:
        """Say whether it has a day in common with others."""
        return (self.start or date.min) <= end and start <= (self.end or date.max)


def read(words: str, today: date) -> Asked | None:
    """Recognise a period; `None` where the words are none. `today` is a day in Japan."""
    text = " ".join(unicodedata.normalize("NFKC", words[:_LONGEST]).split()).casefold().strip(" ,、。")
    if _LATEST.fullmatch(text):
        return Asked(words, is_latest=True)
    try:
        found = _spoken(text, today) or _range(text) or _open(text)
    except (ValueError, OverflowError):
        return None
    if found is None or (found.start and found.end and found.start > found.end):
        return None
    is_fiscal = bool(re.search(r"年度|\bfy|fiscal", text)) and _is_fiscal(found)
    return Asked(words, found.start, found.end, is_fiscal)


def day_in(words: str, today: date) -> date | None:
    """Answer the first day of a period, for `since`; `None` where there is none."""
    found = read(words, today)
    return found.start if found else None


def year_of(day: date | None, *, is_fiscal: bool) -> int | None:
    """Say in which year a day is: the calendar's, or the fiscal one, which begins in April."""
    if day is None:
        return None
    return day.year - (is_fiscal and day.month < _APRIL)


def _spoken(text: str, today: date) -> Period | None:
    if named := _NAMED.get(text):
        return _BACK[named[0]](today, named[1])
    if found := _LAST.fullmatch(text):
        count, unit = int(found["count"] or found["count2"]), found["unit"] or found["unit2"]
        return _until(today, min(count, _MOST), unit)
    return _point(text)


def _point(text: str) -> Period | None:
    """Read one year, month, day, decade or quarter, or what the catalogue reads in titles."""
    for expression, read_as in _READERS:
        if found := expression.fullmatch(text):
            return read_as(found)
    said = plain(text.upper())
    mention = next(iter(mentions(said)), None)
    is_whole = mention and not said[: mention.start].strip() and not said[mention.end :].strip(" 分版末現在時点の")
    return mention.period if mention and is_whole else None


def _open(text: str) -> Period | None:
    if (found := _SINCE.fullmatch(text)) and (period := _point(found[1] or found[2])):
        is_after = text.startswith("after ")
        return Period(period.end + timedelta(days=1) if is_after and period.end else period.start, None)
    if (found := _UNTIL.fullmatch(text)) and (period := _point(found[1] or found[2] or found[3])):
        is_before = text.startswith("before ")
        return Period(None, period.start - timedelta(days=1) if is_before and period.start else period.end)
    return None


def _range(text: str) -> Period | None:
    parts = _SPLIT.split(text.removeprefix("from ").removesuffix("まで").removesuffix("の間"))
    if len(parts) != len(("first", "last")):
        return None
    first, last = _point(parts[0]), _point(parts[1])
    if last is None and first and (mark := re.match(r"明治|大正|昭和|平成|令和", parts[0])):
        last = _point(mark[0] + parts[1])
    if first and last and "年度" in parts[1] and (alone := re.fullmatch(r"[0-9]{4}", parts[0])):
        first = of_year(int(alone[0]), "年度")
    return Period(first.start, last.end) if first and last else None


def _partial(found: re.Match[str]) -> Period | None:
    year, month, day = (int(part) if part else None for part in found.groups())
    if month and day:
        return Period(date(year or 0, month, day), date(year or 0, month, day))
    return of_month(year or 0, month) if month else of_year(year or 0, "年")


def _english(found: re.Match[str]) -> Period | None:
    month = MONTHS.get(found[1])
    if month is None:
        return None
    if found[2]:
        day = date(int(found[3]), month, int(found[2]))
        return Period(day, day)
    return of_month(int(found[3]), month)


def _quarter(found: re.Match[str]) -> Period | None:
    if found[5]:
        whole, number = _point(found[5]), int(found[7])
    else:
        whole, number = of_year(int(found[1] or found[4]), "年"), int(found[2] or found[3])
    if whole is None or whole.start is None:
        return None
    first = _month_after(whole.start, 3 * (number - 1))
    return Period(first, _month_after(first, 3) - timedelta(days=1))


def _decade(found: re.Match[str]) -> Period:
    return Period(date(int(found[1]), 1, 1), date(int(found[1]) + 9, 12, 31))


def _until(today: date, count: int, unit: str) -> Period:
    """Answer whole years or months up to now, or as many days."""
    if unit in {"year", "年"}:
        return Period(date(today.year - count + 1, 1, 1), date(today.year, 12, 31))
    if unit.endswith(("month", "月")):
        return Period(_month_after(today.replace(day=1), 1 - count), today)
    days = count * (7 if unit in {"week", "週"} else 1)
    return Period(today - timedelta(days=days - 1), today)


def _month_after(first: date, months: int) -> date:
    number = first.year * _DECEMBER + first.month - 1 + months
    return date(number // _DECEMBER, number % _DECEMBER + 1, 1)


def _months_on(today: date, count: int) -> tuple[int, int]:
    first = _month_after(today.replace(day=1), count)
    return first.year, first.month


def _is_on(day: date | None, of_year: tuple[int, int]) -> bool:
    return day is None or (day.month, day.day) == of_year


def _is_fiscal(period: Period) -> bool:
    return _is_on(period.start, _FISCAL_START) and _is_on(period.end, _FISCAL_END)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Period | None]], ...] = (
    (_PARTIAL, _partial),
    (_FISCAL, lambda found: of_year(int(found[1] or found[2]), "年度")),
    (_LONG_AGO, lambda found: of_year(int(found[1]), "年")),
    (_DECADE, _decade),
    (_QUARTER, _quarter),
    (_ENGLISH, _english),
    (_YEAR_ALONE, lambda found: _point(f"{found[1]}{found[2]}年")),
)
_BACK: dict[str, Callable[[date, int], Period | None]] = {
    "day": lambda today, count: Period(today + timedelta(days=count), today + timedelta(days=count)),
    "month": lambda today, count: of_month(*_months_on(today, count)),
    "year": lambda today, count: of_year(today.year + count, "年"),
    "fiscal": lambda today, count: of_year(today.year - (today.month < _APRIL) + count, "年度"),
}
