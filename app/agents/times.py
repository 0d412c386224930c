"""The time that a question speaks of, in whatever calendar and words: 令和3年, FY2021, since 2015, 過去5年間."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.agents.periods import MONTHS, read
from app.catalog import periods
from app.catalog.coverage import day_of
from app.catalog.record import Period

if TYPE_CHECKING:
    from datetime import datetime

_YEAR = r"(?:18|19|20)[0-9]{2}"
_FISCAL = re.compile(
    rf"\b(?:FY|fiscal(?: year)?)\s?'?({_YEAR})\b|\b({_YEAR})\s(?:fiscal year|FY)\b|({_YEAR})年度", re.IGNORECASE
)
_BARE = re.compile(rf"(?<![0-9.A-Za-z])({_YEAR})(?![0-9])")
_PAIR = re.compile(rf"(?<![0-9.])({_YEAR})\s?(?:\.\.|[~\-\u2013\u301c]|to|until|through|and)\s?({_YEAR})(?![0-9])")
_FROM = re.compile(r"\b(?:since|after|from)\s*$|^\s?(?:年度?)?\s?(?:以降|以後|から)", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|before|up to)\s*$|^\s?(?:年度?)?\s?(?:以前|まで)", re.IGNORECASE)
_LAST = re.compile(
    r"(?:過去|直近|最近|ここ)(?P<ja>[0-9]{1,2})(?:年|か年)間?"
    r"|\b(?:last|past|recent)\s(?P<en>[0-9]{1,2}|two|three|five|ten)\syears\b",
    re.IGNORECASE,
)
_NUMBERS = {"two": 2, "three": 3, "five": 5, "ten": 10}
_NAMED = re.compile(
    r"今年度|[昨前]年度|今年|本年|昨年|去年|前年|\b(?:this|last) (?:fiscal )?year\b",
    re.IGNORECASE,
)
# As people write them: 10 April 2020, April 10th, 2020, Apr. 2020.
_ENGLISH = re.compile(
    rf"\b(?:(?P<before>[0-9]{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?)?(?P<month>{'|'.join(MONTHS)})[a-z]{{0,6}}\.?"
    rf"(?:\s(?P<after>[0-9]{{1,2}})(?:st|nd|rd|th)?)?,?\s(?P<year>{_YEAR})\b",
    re.IGNORECASE,
)
_LONGEST = 500
_TWO_YEARS = 367


@dataclass(frozen=True, slots=True)
class Spoken:
    """A time that is asked for. `words` are those that say it, `period` the days; one open end goes on."""

    words: str
    period: Period

    @property
    def argument(self) -> str:
        """How tools are told of it."""
        start, end = self.period.start, self.period.end
        if start and end and (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
            return f"{start.year}" if start.year == end.year else f"{start.year}..{end.year}"
        if start and end and (start.month, start.day, end.month, end.day) == (4, 1, 3, 31):
            return f"FY{start.year}" if end.year == start.year + 1 else f"FY{start.year}..FY{end.year - 1}"
        if start and end:
            return f"{start}" if start == end else f"{start}..{end}"
        return f"since {start}" if start else f"until {end}" if end else "latest"

    @property
    def years(self) -> frozenset[int]:
        """The years that it is called by: a fiscal year by the one in which it begins."""
        start, end = self.period.start, self.period.end
        if start is None or end is None:
            return frozenset()
        is_fiscal = (start.month, start.day, end.month, end.day) == (4, 1, 3, 31)
        return frozenset(range(start.year, end.year + (0 if is_fiscal and end.year > start.year else 1)))


def spoken_in(words: str, now: datetime) -> Spoken | None:
    """Answer the time that words speak of; of several, from the first to the last. `None` where they speak of none."""
    text = periods.plain(unicodedata.normalize("NFKC", words[:_LONGEST]))
    return _relative(text, day_of(now)) or _absolute(text)


def _relative(text: str, today: date) -> Spoken | None:
    """Find words that speak of a time as seen from today; what they mean is what they mean where they stand alone."""
    found = _LAST.search(text)
    if found:
        number = found["ja"] or found["en"].lower()
        said = f"last {_NUMBERS.get(number, number)} years"
    elif found := _NAMED.search(text):
        said = found[0]
    else:
        return None
    asked = read(said, today)
    return Spoken(found[0], Period(asked.start, asked.end)) if asked else None


def _absolute(text: str) -> Spoken | None:
    found = [*_fiscal(text), *_mentioned(text)]
    whole = periods.spanned(period for _, _, period in found)
    if whole is None:
        return None
    start, end = min(start for start, _, _ in found), max(end for _, end, _ in found)
    is_one = len(found) == 1 and whole.start and whole.end and (whole.end - whole.start).days < _TWO_YEARS
    if is_one and (_FROM.search(text[:start]) or _FROM.search(text[end:])):
        whole = Period(whole.start, None)
    elif is_one and (_UNTIL.search(text[:start]) or _UNTIL.search(text[end:])):
        whole = Period(None, whole.end)
    return Spoken(text[start:end], whole)


def _fiscal(text: str) -> list[tuple[int, int, Period]]:
    return [
        (found.start(), found.end(), period)
        for found in _FISCAL.finditer(text)
        if (period := periods.of_year(int(found[1] or found[2] or found[3]), "年度"))
    ]


def _mentioned(text: str) -> list[tuple[int, int, Period]]:
    """List what is certain, and bare years, which in a question are seldom anything else."""
    fiscal = [found.span() for found in _FISCAL.finditer(text)]
    known = [(each.start, each.end, each.period) for each in periods.mentions(text) if each.period]
    pairs = (
        (pair, periods.spanned(periods.of_year(int(year), "年") for year in pair.groups()))
        for pair in _PAIR.finditer(text)
    )
    known += [(*pair.span(), period) for pair, period in pairs if period]
    known += _english(text)
    taken = [*fiscal, *((start, end) for start, end, _ in known)]
    bare = [
        (found.start(), found.end(), period)
        for found in _BARE.finditer(text)
        if not any(start <= found.start() < end for start, end in taken)
        and (period := periods.of_year(int(found[1]), "年"))
    ]
    outside = [each for each in known if not any(start <= each[0] < end for start, end in fiscal)]
    return [*outside, *bare]


def _english(text: str) -> list[tuple[int, int, Period]]:
    """List days and months that are written with the month's English name."""
    listed = []
    for found in _ENGLISH.finditer(text):
        year, month = int(found["year"]), MONTHS[found["month"].lower()]
        day = found["before"] or found["after"]
        try:
            period = Period(date(year, month, int(day)), date(year, month, int(day))) if day else None
        except ValueError:
            continue
        if period := period or periods.of_month(year, month):
            listed.append((*found.span(), period))
    return listed
