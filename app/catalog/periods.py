"""Days, months, years and eras in words: what period a title speaks of, and the title without it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.catalog.record import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The year before an era's first.
_ERAS = MappingProxyType(
    {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
    | {"M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018}
)
_NAMES = "明治|大正|昭和|平成|令和"
_LONGEST = 500
_JOINS = r"から|より|[~\-\u2010-\u2015\u2212\u301c\uff5e・、,&]|及び|と"

# The same year once more in brackets, between the year and what follows it: 令和3年(2021年)度, 2021(令和3)年度.
_AGAIN = re.compile(rf"(?<=[0-9元年度])\s?\((?:西暦)?(?:(?:{_NAMES})(?:元|[0-9]{{1,2}})|[0-9]{{4}})年?度?\)")
# A year and, in brackets, a month of it in the other notation are the month: 令和2年(2020年4月分).
_YEAR_OF_MONTH = re.compile(
    rf"(?P<era>{_NAMES})(?P<count>元|[0-9]{{1,2}})年\s?\((?P<year>[0-9]{{4}})(?=年[0-9]{{1,2}}月[^()]*\))"
)
_POINT = re.compile(
    rf"""
    (?:
        (?P<era>{_NAMES}|(?<![A-Za-z])[MTSHR](?=[0-9]{{1,2}}(?:年|[~\-][0-9]{{1,2}}年)))\s?(?P<count>元|[0-9]{{1,2}})
        | (?<![0-9.])(?P<stamp>(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?![0-9])
        | (?<![0-9.])(?P<year>(?:18|19|20)[0-9]{{2}})(?![0-9])
    )
    (?:
        (?P<kind>年度版|年度|年版|年)
        (?:\s?(?P<month>[0-9]{{1,2}})月(?:\s?(?P<day>[0-9]{{1,2}})日)?)?
        | [\-/](?P<month2>0[1-9]|1[0-2])(?:[\-/](?P<day2>[0-9]{{2}}))?(?![0-9])
    )?
    """,
    re.VERBOSE,
)
# The second end of a range may leave out the era or the year: 平成27年度から30年度まで, 2019年4月から9月.
_END = re.compile(r"(?P<count>元|[0-9]{1,2})(?P<kind>年度|年|月)(?![0-9])")
_JOIN = re.compile(rf"\s?(?:{_JOINS})\s?")
_FISCAL_YEAR_WORD = re.compile(r"(?:^|[^A-Za-z])FY\s?$", re.IGNORECASE)
# Parts of a year. Alone they are no period, but in a title they tell one dataset of a series from the next.
_PARTS = re.compile(
    r"[0-9]{1,2}月(?:[0-9]{1,2}日)?(?:分|号|末|現在|時点)?|[上下]半期|第?[1-4一二三四]四半期|FY\s?(?=[0-9]|$)"
)
_LEFT_OVER = re.compile(r"(?:現在|時点|まで|度|分|版|末)(?=$|[\s)\]】」』の])")
# A day on which something was written or put into force says nothing of the days that it is about.
_MADE_THEN = re.compile(
    r"\s?[のに]?(?:策定|改定|改訂|改正|修正|見直し|作成|更新|公表|発行|公開|制定|施行|告示|公布|発表|掲載)"
)
_EMPTY_BRACKETS = re.compile(r"[(\[【「『〔<][\s・、,~\-]*[)\]】」』〕>]")
_EDGES = " 　・、,.~-_‐–—―:：の/"
_DECEMBER = 12
_APRIL = 4


_EDITIONS = frozenset({"年版", "年度版"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A period that words speak of, where it stands in them. `period` is `None` where it is not certain."""

    start: int
    end: int
    period: Period | None


def plain(words: str) -> str:
    """Answer words as they are read here: bounded, of one width, each year written once."""
    text = unicodedata.normalize("NFKC", words[:_LONGEST])[:_LONGEST]
    return _YEAR_OF_MONTH.sub(_month_alone, _AGAIN.sub("", text))


def _month_alone(found: re.Match[str]) -> str:
    return f"({found['year']}" if _year(found) == int(found["year"]) else found[0]


def period_in(words: str) -> Period | None:
    """Answer the one period that words speak of; `None` where they speak of none, or of several apart.

    A year and a day in it are one period: the year.
    """
    found = [mention.period for mention in mentions(plain(words))]
    known = {period for period in found if period}
    whole = spanned(known)
    return whole if whole in known and None not in found else None


def speaks_of_periods(words: str) -> bool:
    """Say whether words speak of any year or day, certain or not."""
    return bool(_POINT.search(plain(words)))


def spanned(periods: Iterable[Period | None]) -> Period | None:
    """Answer the period from the first start to the last end."""
    known = [period for period in periods if period and period.start and period.end]
    if not known:
        return None
    return Period(min(each.start for each in known if each.start), max(each.end for each in known if each.end))


def without_periods(words: str) -> str:
    """Answer a title without its period, such as 人口統計 of 人口統計（令和3年度）; empty where it had none."""
    text = plain(words)
    kept, last = [], 0
    for mention in mentions(text):
        kept.append(text[last : mention.start])
        last = mention.end
    whole = " ".join([*kept, text[last:]])
    bare = _PARTS.sub(" ", whole)
    if not kept and bare == whole:
        return ""
    bare = _EMPTY_BRACKETS.sub(" ", _LEFT_OVER.sub(" ", bare))
    return " ".join(bare.split()).strip(_EDGES)


def mentions(text: str) -> Iterator[Mention]:
    """List the periods in plain words; those joined by から, ~ or ・ count as one."""
    joined: Mention | None = None
    position = 0
    while found := _POINT.search(text, position):
        mention = _mention(text, found)
        position = mention.end
        if joined and _JOIN.fullmatch(text, joined.end, mention.start):
            joined = Mention(joined.start, mention.end, _both(joined.period, mention.period))
            continue
        if joined:
            yield joined
        joined = mention
    if joined:
        yield joined


def _mention(text: str, found: re.Match[str]) -> Mention:
    """Read a point in time and, where a range follows whose end is short, that end too."""
    join = _JOIN.match(text, found.end())
    end = _END.match(text, join.end()) if join else None
    if end is None or (end["kind"] == "月" and not found["month"]):
        is_fiscal = bool(_FISCAL_YEAR_WORD.search(text[max(0, found.start() - 5) : found.start()]))
        kind = "年度" if is_fiscal else found["kind"] or _kind_after_range(text, found)
        is_about = not _MADE_THEN.match(text, found.end())
        return Mention(found.start(), found.end(), _period(found, kind=kind) if is_about else None)
    kind = found["kind"] or end["kind"]
    return Mention(found.start(), end.end(), _both(_period(found, kind=kind), _short_end(found, end)))


def _kind_after_range(text: str, found: re.Match[str]) -> str:
    """Answer 年 for a bare year that another year follows (2015-2020, 2015~2020年度) or leads; empty for any other."""
    after, before = _JOIN.match(text, found.end()), text[: found.start()]
    following = _POINT.match(text, after.end()) if after else None
    if following and following["kind"] not in _EDITIONS:
        return following["kind"] or "年"
    return "年" if found["year"] and re.search(rf"(?:19|20)[0-9]{{2}}(?:{_JOINS})$", before[-8:]) else ""


def _short_end(found: re.Match[str], end: re.Match[str]) -> Period | None:
    count = 1 if end["count"] == "元" else int(end["count"])
    year = _year(found)
    if end["kind"] == "月":
        return of_month(year, count)
    base = _ERAS[found["era"]] if found["era"] else year // 100 * 100
    return of_year(base + count, end["kind"])


def _period(found: re.Match[str], *, kind: str) -> Period | None:
    if found["stamp"]:
        stamp = found["stamp"]
        return _day(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:]))
    month, day = found["month"] or found["month2"], found["day"] or found["day2"]
    if not month:
        return of_year(_year(found), kind)
    year = _year(found)
    # 令和3年度4月 is in the fiscal year: its January belongs to the next calendar year.
    if kind == "年度" and int(month) < _APRIL:
        year += 1
    return _day(year, int(month), int(day)) if day else of_month(year, int(month))


def _year(found: re.Match[str]) -> int:
    """Answer the year of an era, else the one that is written."""
    if found["era"]:
        return _ERAS[found["era"]] + (1 if found["count"] == "元" else int(found["count"]))
    return int(found["year"])


def of_year(year: int, kind: str) -> Period | None:
    """Answer the days of a year (`kind` 年) or fiscal year (年度, from April)."""
    if kind == "年度":
        return Period(date(year, 4, 1), date(year + 1, 3, 31))
    # A bare number may be part of a name (東京2020), and an edition (年版, 年度版) is seldom about its own year.
    return Period(date(year, 1, 1), date(year, 12, 31)) if kind == "年" else None


def of_month(year: int, month: int) -> Period | None:
    """Answer the days of a month; `None` for a month that is none."""
    if not 1 <= month <= _DECEMBER:
        return None
    following = date(year + month // _DECEMBER, month % _DECEMBER + 1, 1)
    return Period(date(year, month, 1), following - timedelta(days=1))


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        return Period(date(year, month, day), date(year, month, day))
    except ValueError:
        return None


def _both(first: Period | None, second: Period | None) -> Period | None:
    whole = spanned((first, second)) if first and second else None
    return whole if whole and first and whole.start == first.start else None
