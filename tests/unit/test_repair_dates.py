"""Dates and times as people write them come back as ISO 8601, and impossible ones do not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publishing.forms import dates, times
from app.publishing.forms.eras import ERAS

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
KANJI_ERAS = ("明治", "大正", "昭和", "平成", "令和")
LETTERS = dict(zip(KANJI_ERAS, "MTSHR", strict=True))
DAYS = st.dates(date(1873, 1, 1), date(2040, 12, 31))


def ways(day: date) -> list[str]:
    era = next(name for name in KANJI_ERAS if ERAS[name].first <= day <= ERAS[name].last)
    year = day.year - ERAS[era].first.year + 1
    written = f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return [
        written,
        written.translate(WIDE),
        f"{LETTERS[era]}{year}.{day.month}.{day.day}",
        f"{LETTERS[era]}{year:02}-{day.month:02}-{day.day:02}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日({'月火水木金土日'[day.weekday()]})",
        day.isoformat(),
    ]


@given(DAYS)
def test_a_day_is_the_same_day_however_it_is_written(day: date) -> None:
    read = [dates.DATES.read(way) for way in ways(day)]

    assert {each and each.after for each in read} == {day.isoformat()}


@given(st.text(alphabet="0123456789０-/.年月日度令和平成昭RHS元 T:時分午後", max_size=25))
def test_what_is_repaired_is_clean_and_stays(word: str) -> None:
    for form in (dates.DATES, dates.MONTHS, dates.YEARS, dates.FISCAL_YEARS, dates.SERIALS, times.DATETIMES):
        read = form.read(word)
        if read is not None:
            assert form.read(read.after) == (read.after, "")


@pytest.mark.parametrize(
    ("word", "after"),
    [
        ("令和元年5月1日", "2019-05-01"),
        ("㋿8.4.1", "2026-04-01"),
        ("平成 30 年 4 月 1 日", "2018-04-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("昭和64年1月7日", "1989-01-07"),
        ("西暦2026年4月1日", "2026-04-01"),
        ("2024−02−29", "2024-02-29"),
        ("平成31年5月1日", None),
        ("昭和64年1月8日", None),
        ("昭和65年1月1日", None),
        ("2026-02-30", None),
        ("2026/4/1(月)", None),
        ("明治5年1月1日", None),
        ("4/1/2026", None),
        ("8.4.1", None),
        ("2026-4", None),
    ],
)
def test_only_days_that_there_were_are_read(word: str, after: str | None) -> None:
    read = dates.DATES.read(word)

    assert (read and read.after) == after


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("昭和65年", "impossible-era"),
        ("平成31年5月1日", "impossible-era"),
        ("令和元年4月", "impossible-era"),
        ("2026-02-30", "impossible-date"),
        ("令和8年13月", "impossible-date"),
        ("04/05/2026", "ambiguous-date"),
        ("26/4/1", "ambiguous-date"),
        ("平成31年", None),
        ("2026-04-01", None),
        ("未定", None),
    ],
)
def test_what_is_wrong_with_a_date_is_said(word: str, code: str | None) -> None:
    assert dates.flag(word) == code


@pytest.mark.parametrize(
    ("word", "after"),
    [("令和7年度", "2025"), ("R7年度", "2025"), ("平成31年度", "2019"), ("令和元年度", "2019"), ("2025", "2025")],
)
def test_a_fiscal_year_is_the_year_of_its_april(word: str, after: str) -> None:
    assert dates.FISCAL_YEARS.read(word) == (after, "" if word == after else "fiscal-year")


def test_an_excel_day_number_is_the_day_that_excel_shows() -> None:
    assert dates.SERIALS.read("46113") == ("2026-04-01", "date-serial")


def test_a_month_and_a_year_have_their_own_forms() -> None:
    assert dates.MONTHS.read("令和８年４月") == ("2026-04", "date-wareki")
    assert dates.YEARS.read("令和8年") == ("2026", "date-wareki")
    assert dates.MONTHS.read("2026.4") is None


@pytest.mark.parametrize(
    ("word", "after"),
    [
        ("9：00", "09:00"),
        ("午後1時30分", "13:30"),
        ("１３時半", "13:30"),
        ("1:05 PM", "13:05"),
        ("12:00 AM", "00:00"),
        ("24:00", None),
        ("午後12時", None),
        ("9:60", None),
        ("09:00:00", None),
        ("9", None),
    ],
)
def test_times_are_read_on_the_clock_of_24_hours(word: str, after: str | None) -> None:
    read = times.TIMES.read(word)

    assert (read and read.after) == after


def test_a_day_with_a_time_keeps_its_zone() -> None:
    assert times.DATETIMES.read("2026/4/1 9:05") == ("2026-04-01T09:05:00", "date-iso")
    assert times.DATETIMES.read("令和 8年4月1日 午後3時") == ("2026-04-01T15:00:00", "date-wareki")
    assert times.DATETIMES.read("2026-04-01T09:05:00+0900") == ("2026-04-01T09:05:00+09:00", "date-iso")
