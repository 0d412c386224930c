"""Days, months, years and fiscal years: ISO 8601 from what people write (GIF DS-441)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from app.publishing.forms.eras import GREGORIAN_SINCE, NAMES, era_of
from app.publishing.forms.form import LONGEST, Form, Repaired, hyphened, plain, repaired

ISO, WAREKI, FISCAL, SERIAL = "date-iso", "date-wareki", "fiscal-year", "date-serial"
IMPOSSIBLE_ERA, IMPOSSIBLE_DATE, AMBIGUOUS = "impossible-era", "impossible-date", "ambiguous-date"

_LEAP = "[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00"
_YEAR = "[1-9][0-9]{3}"
_MONTH = "(?:0[1-9]|1[0-2])"
DAY = (
    f"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:{_LEAP})-02-29)"
)
YEARMONTH = f"{_YEAR}-{_MONTH}"
YEAR = _YEAR

_WRITTEN_YEAR = f"(?:(?P<era>{NAMES}) *\\.? *(?P<number>元|[0-9]{{1,2}})|(?P<year>[0-9]{{4}}))"
_DATE = re.compile(
    f"(?:西暦 *)?{_WRITTEN_YEAR} *(?:年 *(?:(?P<m>[0-9]{{1,2}}) *月 *(?:(?P<d>[0-9]{{1,2}}) *日)?)?"
    "|(?P<sign>[-/.]) *(?P<m2>[0-9]{1,2})(?:(?P=sign) *(?P<d2>[0-9]{1,2}))?)?"
    " *(?:\\((?P<weekday>[月火水木金土日])(?:曜日?)?\\))?"
)
_FISCAL = re.compile(f"(?:西暦 *)?{_WRITTEN_YEAR} *(?:年度|年|FY)?", re.IGNORECASE)
_FISCAL_MARKED = re.compile(f"(?:(?:西暦 *)?{_WRITTEN_YEAR} *年度|FY *(?P<fy>[0-9]{{4}}))", re.IGNORECASE)
_UNCLEAR = re.compile("[0-9]{1,2}([-/.])[0-9]{1,2}\\1[0-9]{1,4}")
_COMPACT = re.compile("([12][0-9]{3})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile("[2-5][0-9]{4}")
_SERIAL_START = date(1899, 12, 30)
_WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class Written:
    """A day, month or year as read: its ISO form, its Table Schema type and the rule that leads there."""

    iso: str
    type: str
    rule: str


def written(word: str) -> Written | str | None:
    """Read a word as a date; a string is the code of what is wrong with it, None says that it is no date."""
    if len(word) > LONGEST:
        return None
    text = hyphened(plain(word))
    match = _DATE.fullmatch(text)
    if match is None:
        return AMBIGUOUS if _UNCLEAR.fullmatch(text) else None
    year = _year(match)
    return IMPOSSIBLE_ERA if year is None else _with_year(match, year)


def _with_year(match: re.Match[str], year: int) -> Written | str | None:
    month, day = match["m"] or match["m2"], match["d"] or match["d2"]
    rule = WAREKI if match["era"] else ISO
    if month and day:
        return _day(match, year, int(month), int(day), rule)
    if match["weekday"]:
        return None
    if month:
        # 1234.5 is a number.
        return None if match["sign"] == "." and not match["era"] else _month(match, year, int(month), rule)
    # Four digits alone are a year only where the header says so.
    return Written(f"{year:04}", "year", rule) if match["era"] or "年" in match[0] else None


def _year(match: re.Match[str]) -> int | None:
    """Answer the common year, or None for a year of an era that never was."""
    if match["era"] is None:
        return int(match["year"])
    return era_of(match["era"]).year(1 if match["number"] == "元" else int(match["number"]))


def _month(match: re.Match[str], year: int, month: int, rule: str) -> Written | str | None:
    if year < 1000 or not 1 <= month <= 12:  # noqa: PLR2004 - as calendars have them; years of less digits are none of ours
        return IMPOSSIBLE_DATE
    if match["era"] and (
        early := _outside(match["era"], date(year, month, monthrange(year, month)[1]), date(year, month, 1))
    ):
        return early
    return Written(f"{year:04}-{month:02}", "yearmonth", rule)


def _day(match: re.Match[str], year: int, month: int, day: int, rule: str) -> Written | str | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return IMPOSSIBLE_DATE
    if year < 1000:  # noqa: PLR2004 - ISO needs four digits, and no such day is meant
        return IMPOSSIBLE_DATE
    if match["era"] and (wrong := _outside(match["era"], found, found)):
        return wrong
    if match["weekday"] and _WEEKDAYS[found.weekday()] != match["weekday"]:
        return IMPOSSIBLE_DATE
    return Written(found.isoformat(), "date", rule)


def _outside(name: str, latest: date, earliest: date) -> str | None:
    """Say what is wrong with days of an era: not in it, or before the calendar that we count in."""
    era = era_of(name)
    if latest < era.first or earliest > era.last:
        return IMPOSSIBLE_ERA
    # Before 1873 the months were those of the moon; to convert them takes a table that nobody needs here.
    return AMBIGUOUS if earliest < GREGORIAN_SINCE else None


def _read(word: str, *, kind: str, clean: re.Pattern[str]) -> Repaired | None:
    if clean.fullmatch(word):
        return Repaired(word, "")
    found = written(word)
    if not isinstance(found, Written) or found.type != kind:
        return None
    return repaired(word, found.iso, found.rule)


def flag(word: str) -> str | None:
    """Answer the code of what is wrong with a date."""
    found = written(word)
    return found if isinstance(found, str) else None


def _form(meaning: str, kind: str, pattern: str) -> Form:
    return Form(meaning, kind, pattern, partial(_read, kind=kind, clean=re.compile(pattern)), flag)


DATES = _form("date", "date", DAY)
MONTHS = _form("date", "yearmonth", YEARMONTH)


def _read_compact(word: str) -> Repaired | None:
    if (fine := DATES.read(word)) is not None:
        return fine
    match = _COMPACT.fullmatch(plain(word))
    if match is None:
        return None
    iso = "-".join(match.groups())
    return Repaired(iso, ISO) if re.fullmatch(DAY, iso) else None


# 20260401 is a day only where the header says so.
COMPACT_DATES = Form("date", "date", DAY, _read_compact, flag)


def _read_serial(word: str) -> Repaired | None:
    text = plain(word)
    if not _SERIAL.fullmatch(text):
        return None
    return Repaired((_SERIAL_START + timedelta(days=int(text))).isoformat(), SERIAL)


# Excel's day numbers (1900 system; all days here are after its wrong leap day).
SERIALS = Form("date", "date", DAY, lambda word: Repaired(word, "") if _is_day(word) else _read_serial(word))


def _is_day(word: str) -> bool:
    return DATES.read(word) == (word, "")


def _read_year(word: str) -> Repaired | None:
    text = plain(word)
    if len(text) == 4 and re.fullmatch(YEAR, text):  # noqa: PLR2004 - YYYY
        return repaired(word, text, "number-plain")
    found = written(word)
    return repaired(word, found.iso, found.rule) if isinstance(found, Written) and found.type == "year" else None


YEARS = Form("year", "year", YEAR, _read_year, flag)


def _fiscal(word: str, pattern: re.Pattern[str]) -> int | str | None:
    if len(word) > LONGEST:
        return None
    match = pattern.fullmatch(plain(word))
    if match is None:
        return None
    year = int(match["fy"]) if match.groupdict().get("fy") else _year(match)
    if year is None:
        return IMPOSSIBLE_ERA
    return year if year >= 1000 else None  # noqa: PLR2004 - YYYY


def _read_fiscal(word: str, *, pattern: re.Pattern[str]) -> Repaired | None:
    year = _fiscal(word, pattern)
    return repaired(word, str(year), FISCAL) if isinstance(year, int) else None


def _flag_fiscal(word: str, *, pattern: re.Pattern[str]) -> str | None:
    found = _fiscal(word, pattern)
    return found if isinstance(found, str) else None


def _fiscal_form(pattern: re.Pattern[str]) -> Form:
    return Form(
        "fiscal-year", "year", YEAR, partial(_read_fiscal, pattern=pattern), partial(_flag_fiscal, pattern=pattern)
    )


# Where the header says 年度, 令和7年 and 2025 mean the fiscal year, too.
FISCAL_YEARS = _fiscal_form(_FISCAL)
MARKED_FISCAL_YEARS = _fiscal_form(_FISCAL_MARKED)
