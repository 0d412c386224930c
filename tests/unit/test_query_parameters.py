"""Questions as addresses and as JSON: what can be written, and what is said of what cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.catalog.record import Column
from app.kernel.errors import BadRequest
from app.query.frame import Frame
from app.query.normal import normal
from app.query.parameters import parameters_of, question_from, question_from_json

NAMES = ("人口", "町名", "日付", "limit", "a__gt", "a", "b,c", "-d", 'q"q', "人口(人)", "x as y")
FRAME = Frame("0" * 64, Path("none"), tuple(Column(name, "integer") for name in NAMES), 0)


def read(**args: str | list[str]) -> dict[str, Any]:
    given = {name: [value] if isinstance(value, str) else value for name, value in args.items()}
    return question_from(given, FRAME).canonical()


def codes(error: pytest.ExceptionInfo[BadRequest]) -> list[str]:
    assert error.value.report is not None
    return [problem.code for problem in error.value.report.problems]


@pytest.mark.parametrize(
    ("name", "given", "where"),
    [
        ("人口", "5", {"column": "人口", "value": "5"}),
        ("人口__gte", "5", {"column": "人口", "op": "gte", "value": "5"}),
        ("limit__exact", "5", {"column": "limit", "value": "5"}),
        ("a__gt", "5", {"column": "a__gt", "value": "5"}),
        ("a__gt__lt", "5", {"column": "a__gt", "op": "lt", "value": "5"}),
        ("町名__in", 'x,"y,z"', {"column": "町名", "op": "in", "value": ["x", "y,z"]}),
        ("町名__in", ["x", "y"], {"column": "町名", "op": "in", "value": ["x", "y"]}),
        ("町名", ["x", "y"], {"column": "町名", "op": "in", "value": ["x", "y"]}),
        ("人口__between", "1,2", {"column": "人口", "op": "between", "value": ["1", "2"]}),
        ("人口__between", ["1", "2"], {"column": "人口", "op": "between", "value": ["1", "2"]}),
        ("box", "139,35,140,36", {"box": [139.0, 35.0, 140.0, 36.0]}),
        ("near", "35.5,139,500", {"latitude": 35.5, "longitude": 139.0, "metres": 500.0}),
        ("where", '{"column":"a","op":"lt","value":3}', {"column": "a", "op": "lt", "value": 3}),
    ],
)
def test_a_condition_is_read(name: str, given: str | list[str], where: dict[str, Any]) -> None:
    assert read(**{name: given}) == {"where": where}


def test_conditions_must_all_hold() -> None:
    found = read(人口__gte="1", 町名__contains="町")
    assert [part["column"] for part in found["where"]["and"]] == ["人口", "町名"]


def test_lists_keep_names_with_commas_brackets_and_minus() -> None:
    found = read(columns='"b,c",人口(人),a', sort='-"b,c","-d",-人口')
    assert found["columns"] == ["b,c", "人口(人)", "a"]
    assert [(each["column"], each.get("descending", False)) for each in found["sort"]] == [
        ("b,c", True),
        ("-d", False),
        ("人口", True),
    ]


def test_groups_and_measures_are_read() -> None:
    found = read(group="町名,fiscal_year(日付) as 年度", measures='count,sum(人口),p99.9(人口(人)),avg("b,c") as m')
    assert found["group"] == [{"column": "町名"}, {"column": "日付", "part": "fiscal_year", "as": "年度"}]
    assert found["measures"] == [
        {"function": "count"},
        {"function": "sum", "column": "人口"},
        {"function": "percentile", "column": "人口(人)", "percent": 99.9},
        {"function": "avg", "column": "b,c", "as": "m"},
    ]


def test_a_measure_is_sorted_by_as_it_was_asked_for() -> None:
    found = read(group="町名", measures="count,sum(人口)", sort="-sum(人口),count")
    assert [each["column"] for each in found["sort"]] == ["sum_人口", "count"]


@pytest.mark.parametrize(
    ("args", "code", "offered"),
    [
        ({"limit": "1e18"}, "unfit-value", "10,000"),
        ({"limit": "1000000000000000000"}, "unfit-value", "10,000"),
        ({"limit": "-1"}, "unfit-value", "0"),
        ({"limit": "１"}, "unfit-value", "0"),
        ({"limit": ["1", "2"]}, "parameter-repeated", "once"),
        ({"offset": "-1"}, "unknown-parameter", "after"),
        ({"__proto__": "1"}, "unknown-parameter", ""),
        ({"人ロ": "1"}, "unknown-parameter", "人口"),
        ({"人ロ__gt": "1"}, "unknown-parameter", "人口__gt"),
        ({"人口__gtt": "1"}, "unknown-operator", "gt"),
        ({"group": "moon(日付)"}, "unknown-part", "month"),
        ({"measures": "summ(人口)"}, "unknown-function", "sum"),
        ({"distinct": "maybe"}, "unfit-value", "true"),
        ({"near": "35,139"}, "unfit-value", "metres"),
        ({"near": "95,139,10"}, "unfit-value", "90"),
        ({"where": "{"}, "json-unreadable", ""),
        ({"where": '{"column":"a","op":"gtt","value":1}'}, "unfit-value", "gte"),
        ({"人口__gt": [str(number) for number in range(101)]}, "too-many-conditions", "in"),
        ({"人口": [str(number) for number in range(1001)]}, "too-many-conditions", "in"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(args: dict[str, str | list[str]], code: str, offered: str) -> None:
    with pytest.raises(BadRequest) as error:
        read(**args)
    assert codes(error) == [code]
    assert offered in error.value.message.en
    assert error.value.message.ja


def test_every_problem_is_listed() -> None:
    with pytest.raises(BadRequest) as error:
        read(人ロ="1", limit="x", 町名__like="x")
    assert codes(error) == ["unknown-parameter", "unfit-value", "unknown-operator"]


def nested(depth: int) -> str:
    return '{"not":' * depth + '{"column":"a","value":1}' + "}" * depth


@pytest.mark.parametrize(
    ("body", "code", "place"),
    [
        ("[]", "json-unreadable", "JSON"),
        ("\ufeff{}", "json-unreadable", "JSON"),
        ('{"limit":1,"limit":2}', "json-unreadable", "JSON"),
        ('{"limit":NaN}', "json-unreadable", "JSON"),
        ('{"where":{"column":"a","value":1e999}}', "json-unreadable", "JSON"),
        ('{"limit":' + "9" * 5000 + "}", "json-unreadable", "JSON"),
        ('{"lmit":1}', "unknown-key", "lmit"),
        ('{"group":[{"colum":"a"}]}', "unknown-key", "group[0].colum"),
        (
            '{"where":{"and":[{"column":"a","value":1},{"column":"a","op":"x","value":1}]}}',
            "unfit-value",
            "where.and[1].op",
        ),
        ('{"where":{"column":"a","value":{}}}', "unfit-value", "where.value"),
        ('{"where":{"or":[]}}', "unfit-value", "where.or"),
        ('{"where":{"box":[1,2,3]}}', "missing-key", "where.box[3]"),
        ('{"where":' + nested(9) + "}", "too-deep", "where"),
        ('{"where":' + "[" * 200_000, "too-deep", "where"),
        ('{"where":{"and":[' + ",".join(['{"column":"a","value":1}'] * 101) + "]}}", "too-many-conditions", "where"),
        ('{"' + '\\"' * 400_000, "json-unreadable", "JSON"),
        (" " * 1_000_001, "json-unreadable", "JSON"),
    ],
)
def test_json_that_is_no_question_is_refused_at_its_place(body: str, code: str, place: str) -> None:
    with pytest.raises(BadRequest) as error:
        question_from_json(body.encode())
    assert error.value.report is not None
    assert (error.value.report.problems[0].code, error.value.report.problems[0].column) == (code, place)


def test_a_tree_as_deep_as_allowed_is_read() -> None:
    assert question_from_json(('{"where":' + nested(8) + "}").encode()).where is not None


def test_json_and_address_mean_the_same() -> None:
    body = {"where": {"and": [{"column": "人口", "op": "gte", "value": 5}, {"and": [{"column": "a", "value": True}]}]}}
    asked = question_from_json(json.dumps(body).encode())
    assert parameters_of(asked) == [("人口__gte", "5"), ("a", "true")]
    again = question_from({"人口__gte": ["5"], "a": ["true"]}, FRAME)
    assert normal(again).canonical() == normal(asked).canonical()


def test_what_is_no_parameter_is_written_as_json() -> None:
    tree = {"or": [{"column": "a", "value": 1}, {"column": "町名", "op": "null", "value": True}]}
    asked = question_from_json(json.dumps({"where": tree, "limit": 7}).encode())
    written = dict(parameters_of(asked))
    assert json.loads(written["where"])["or"][1] == {"column": "a", "value": "1"}
    assert written["limit"] == "7"


def test_a_column_called_as_a_parameter_is_not_mistaken() -> None:
    asked = question_from_json(b'{"where":{"column":"a","op":"gt","value":1}}')
    [(name, _)] = parameters_of(asked, FRAME.by_name)
    assert name == "where"


@pytest.mark.parametrize(
    ("asked", "columns", "address"),
    [
        ({"sort": [{"column": "d", "descending": True}]}, ("d", "-d"), ("sort", '-"d"')),
        ({"group": [{"column": "a", "part": "month"}]}, ("a", "month(a)"), ("group", 'month("a")')),
        ({"group": [{"column": "x", "as": "y"}]}, ("x", "x as y"), ("group", '"x" as y')),
        ({"measures": [{"function": "distinct", "column": "*"}]}, ("*",), ("measures", 'distinct("*")')),
    ],
)
def test_what_is_written_is_not_what_another_column_is_called(
    asked: dict[str, Any], columns: tuple[str, ...], address: tuple[str, str]
) -> None:
    frame = Frame("0" * 64, Path("none"), tuple(Column(name, "integer") for name in columns), 0)
    question = question_from_json(json.dumps(asked).encode())
    [(name, text)] = parameters_of(question, frame.by_name)
    assert (name, text) == address
    assert question_from({name: [text]}, frame).canonical() == question.canonical()
