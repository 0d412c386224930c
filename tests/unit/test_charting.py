"""Charts that fit a table's columns, asked for over all rows."""

from __future__ import annotations

import pytest

from app.catalog.record import Column, ColumnProfile
from app.query.question import Condition, Function, Part, Question
from app.web.charting import BARS, Chart, Kind, Role, function_of, part_of, proposals, question_of, role_of


def column(name: str, kind: str = "string", *, distinct: int = 10, **more: str) -> Column:
    low, high = more.pop("low", None), more.pop("high", None)
    return Column(name, kind, profile=ColumnProfile(0, distinct, low, high), **more)  # type: ignore[arg-type]


DAY = column("日付", "date", low="2024-01-01", high="2024-12-31")
PEOPLE = column("人口", "integer", meaning="count", unit="人")
AREA = column("面積", "number", meaning="measure", unit="km²")
WARD = column("区", distinct=23, meaning="municipality")


def test_numbers_over_time_are_a_line() -> None:
    assert proposals([DAY, PEOPLE], 100)[0] == Chart(Kind.LINE, "日付", "人口", Part.DAY, Function.SUM)


def test_a_category_of_few_values_colours_the_lines() -> None:
    assert proposals([DAY, PEOPLE, column("性別", distinct=2)], 100)[0].series == "性別"


def test_numbers_by_place_are_bars_the_largest_first() -> None:
    chart = proposals([column("種別", distinct=3), WARD, PEOPLE], 100)[0]

    asked = question_of(chart, Question())
    assert (chart.kind, chart.x, asked.limit, asked.sort[0].descending) == (Kind.BAR, "区", BARS, True)


def test_two_numbers_are_a_scatter_and_one_a_histogram() -> None:
    assert [each.kind for each in proposals([PEOPLE, AREA], 100)] == [Kind.SCATTER, Kind.HISTOGRAM]


def test_rows_are_counted_where_there_is_no_number() -> None:
    assert proposals([WARD], 100) == (Chart(Kind.BAR, "区", "", None, Function.COUNT),)


def test_a_name_in_every_row_is_no_category() -> None:
    assert proposals([column("名称", distinct=100)], 100) == ()


@pytest.mark.parametrize(
    ("each", "role"),
    [
        (column("団体コード", "integer"), Role.NONE),
        (column("geonameid", "integer", meaning="id"), Role.NONE),
        (column("緯度", "number", meaning="latitude"), Role.NONE),
        (column("year", "integer"), Role.TIME),
        (column("年度", "year", meaning="fiscal-year"), Role.TIME),
        (column("備考", meaning="note"), Role.NONE),
        (column("有無", "boolean"), Role.CATEGORY),
        (PEOPLE, Role.NUMBER),
    ],
)
def test_numbers_that_are_names_are_not_added_up(each: Column, role: Role) -> None:
    assert role_of(each) is role


@pytest.mark.parametrize(
    ("high", "part"), [("2025-06-30", Part.DAY), ("2035-01-01", Part.MONTH), ("2124-01-01", Part.YEAR)]
)
def test_days_far_apart_are_put_together(high: str, part: Part) -> None:
    assert part_of(column("日付", "date", low="2024-01-01", high=high)) is part


def test_shares_are_averaged_and_counts_added() -> None:
    rate = column("高齢化率", "number", meaning="share", unit="%")
    assert (function_of(rate), function_of(PEOPLE)) == (Function.AVG, Function.SUM)


def test_a_chart_keeps_the_readers_conditions_and_asks_for_all_rows() -> None:
    where = Condition(column="区", value="港区")
    asked = question_of(proposals([DAY, PEOPLE], 100)[0], Question(where=where, search="駅", limit=50, after="x"))

    assert (asked.where, asked.search, asked.after) == (where, "駅", "")
    assert asked.limit > 50
    assert asked.grouped
