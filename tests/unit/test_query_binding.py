"""Questions put to a table: what fits its columns, and what is offered where something does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.kernel.errors import BadRequest, Unavailable
from app.query.binding import bound
from app.query.compiling import counting
from app.query.frame import Frame
from app.query.parameters import question_from
from app.query.question import Question
from tests.query_tables import ask, population, table


@pytest.fixture
def here(tmp_path: Path) -> Frame:
    return population(tmp_path)


def refused(action: Callable[[], Any]) -> tuple[list[str], str]:
    with pytest.raises(BadRequest) as error:
        action()
    assert error.value.report is not None
    assert error.value.message.ja
    return [problem.code for problem in error.value.report.problems], error.value.message.en


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ({"人口": "1.0"}, "value-unreadable", "whole number"),
        ({"人口": "1,204"}, "value-unreadable", "whole number"),
        ({"人口": "9" * 39}, "value-unreadable", "whole number"),
        ({"人口": ""}, "value-unreadable", "whole number"),
        ({"増減率": "1e999"}, "value-unreadable", "number"),
        ({"増減率__gt": "NaN"}, "value-unordered", "exact"),
        ({"調査日": "2024-02-30"}, "value-unreadable", "2024-04-01"),
        ({"調査日": "昨日"}, "value-unreadable", "2024-04-01"),
        ({"人口__null": "maybe"}, "value-unreadable", "true or false"),
        ({"人口__between": "1"}, "value-count", "two values"),
        ({"人口__between": "5,1"}, "range-upside-down", "lesser"),
        ({"人口__contains": "1"}, "operator-unfit", "exact, not, in, gt"),
        ({"町名__within": "東京都"}, "operator-unfit", "コード"),
        ({"町名": "\ud800"}, "unfit-value", "text"),
        ({"sort": "a;drop"}, "unknown-column", "コード"),
        ({"sort": "人ロ"}, "unknown-column", "人口"),
        ({"columns": "人口,人口"}, "name-taken", "as"),
        ({"group": "町名", "measures": "sum(町名)"}, "function-unfit", "distinct"),
        ({"group": "町名", "measures": "count", "sort": "人口"}, "unknown-column", "count"),
        ({"group": "町名", "measures": "count,count"}, "name-taken", "as"),
        ({"group": "month(人口)"}, "part-unfit", "dates"),
        ({"group": "hour(調査日)"}, "part-unfit", "fiscal_year"),
        ({"measures": "sum"}, "question-contradicts", "sum(column)"),
        ({"measures": "p101(人口)"}, "unfit-value", "100"),
        ({"measures": "count", "distinct": "true"}, "question-contradicts", "distinct"),
        ({"having": '{"column":"count","value":1}'}, "question-contradicts", "where"),
        ({"box": "139,36,140,35"}, "box-impossible", "west"),
        ({"q": " ".join("abcdefghijk")}, "question-contradicts", "10"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_does(here: Frame, args: dict[str, str], code: str, said: str) -> None:
    codes, message = refused(lambda: ask(here, **args))
    assert codes == [code]
    assert said in message


def test_every_problem_of_a_question_is_listed(here: Frame) -> None:
    question = Question.model_validate(
        {"columns": ["町"], "where": {"or": [{"column": "人口", "value": "x"}, {"column": "y", "value": 1}]}}
    )
    assert refused(lambda: bound(question, here))[0] == ["value-unreadable", "unknown-column", "unknown-column"]


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("2024-04-01", [date(2024, 4, 1)]),
        ("２０２４-０４-０１", [date(2024, 4, 1)]),
        ("令和6年4月1日", [date(2024, 4, 1)]),
        ("2024-03", [date(2024, 3, 31)]),
        ("2024", [date(2024, 4, 1), date(2024, 3, 31)]),
        ("令和5年度", [date(2024, 3, 31)]),
    ],
)
def test_days_months_and_years_of_either_calendar_are_spans(here: Frame, value: str, days: list[date]) -> None:
    assert [row[0] for row in ask(here, 調査日=value, columns="調査日")] == days


@pytest.mark.parametrize(("op", "count"), [("gt", 0), ("gte", 1), ("lt", 1), ("lte", 2), ("not", 1)])
def test_a_month_is_compared_as_a_whole(here: Frame, op: str, count: int) -> None:
    assert len(ask(here, **{f"調査日__{op}": "2024-04"})) == count


def test_a_day_of_an_instant_is_a_day_in_japan(tmp_path: Path) -> None:
    moments = [("2024-03-31 14:59:59+00",), ("2024-03-31 15:00:00+00",), ("2024-04-01 15:00:00+00",)]
    frame = table(tmp_path, {"時": "TIMESTAMPTZ"}, moments)
    assert len(ask(frame, 時="2024-04-01")) == 1
    assert len(ask(frame, 時__gte="2024-04-01T00:00")) == 2
    assert len(ask(frame, 時__gte="2024-03-31T15:00:00Z")) == 2
    assert [row[1] for row in ask(frame, group="day(時)", measures="count")] == [1, 1, 1]


def test_a_local_time_takes_no_zone(tmp_path: Path) -> None:
    frame = table(tmp_path, {"時": "TIMESTAMP"}, [("2024-04-01 09:00",)])
    assert len(ask(frame, 時="2024-04-01T09:00")) == 1
    assert refused(lambda: ask(frame, 時="2024-04-01T09:00Z"))[0] == ["value-unreadable"]


def test_a_year_is_a_number_or_of_an_era(tmp_path: Path) -> None:
    frame = table(tmp_path, {"年": "INTEGER"}, [(2023,), (2024,)])
    assert ask(frame, 年="令和6年") == [(2024,)]
    assert ask(frame, 年__lt="2024") == [(2023,)]
    assert refused(lambda: ask(frame, measures="sum(年)"))[0] == ["function-unfit"]


def test_text_is_found_composed_or_not(tmp_path: Path) -> None:
    frame = table(tmp_path, {"名": "VARCHAR"}, [("が",), ("か\u3099",), ("か",)])
    assert len(ask(frame, 名="か\u3099")) == 2
    assert len(ask(frame, 名__starts="が")) == 2


@pytest.mark.parametrize("type_", ["duration", "any", "object", "array", "list", "geojson", "geopoint"])
def test_types_kept_as_text_have_no_order(tmp_path: Path, type_: str) -> None:
    frame = table(tmp_path, {"値": "VARCHAR"}, [("P10D",), ("P2D",)], 値=type_)
    assert ask(frame, 値__contains="10") == [("P10D",)]
    assert len(ask(frame, group="値", measures="count")) == 2
    for args in ({"値__gt": "P2D"}, {"sort": "値"}, {"measures": "max(値)"}):
        assert refused(partial(ask, frame, **args))[0][0].endswith("unfit")


def test_integers_too_long_for_numbers_are_compared_by_their_digits(tmp_path: Path) -> None:
    frame = table(tmp_path, {"値": "VARCHAR"}, [("9" * 40,)], 値="integer")
    assert ask(frame, 値="9" * 40) == [("9" * 40,)]
    assert refused(lambda: ask(frame, 値__gt="1"))[0] == ["operator-unfit"]


def test_a_month_kept_as_text_is_in_order(tmp_path: Path) -> None:
    frame = table(tmp_path, {"月": "VARCHAR"}, [("2024-04",), ("2023-12",)], 月="yearmonth")
    assert ask(frame, 月__lt="2024-01") == [("2023-12",)]


def test_a_table_without_coordinates_has_no_box(tmp_path: Path) -> None:
    frame = table(tmp_path, {"値": "BIGINT"}, [(1,)])
    assert refused(lambda: ask(frame, near="35,139,10"))[0] == ["no-coordinates"]
    assert refused(lambda: ask(frame, q="x"))[0] == ["question-contradicts"]


def test_a_tree_made_in_code_is_bounded_too(here: Frame) -> None:
    tree: Any = {"column": "人口", "value": 1}
    for _ in range(12):
        tree = {"not": {"and": [tree, {"column": "人口", "value": 2}]}}
    assert refused(lambda: bound(Question.model_validate({"where": tree}), here))[0] == ["too-deep"]


def test_a_file_of_another_table_is_not_read(here: Frame) -> None:
    other = Frame("other", here.path, here.columns[:3], 3)
    with pytest.raises(Unavailable):
        bound(question_from({}, other), other)


def test_the_columns_that_are_read_are_known(here: Frame) -> None:
    args = {"columns": ["町名"], "sort": ["-人口"], "near": ["35,139,10"]}
    assert bound(question_from(args, here), here).used == ("町名", "人口", "緯度", "経度")


def test_questions_with_as_many_rows_are_counted_once(here: Frame) -> None:
    counted = [
        counting(bound(question_from(args, here), here), here)
        for args in ({"人口__gt": ["5"]}, {"人口__gt": ["5"], "sort": ["人口"], "limit": ["3"]}, {"人口__gt": ["6"]})
    ]
    assert counted[0] == counted[1] != counted[2]
