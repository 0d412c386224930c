"""Questions as SQL: values apart, files read in part only, figures that do not lie."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app.query.answer import Statement
from app.query.binding import bound
from app.query.compiling import compiled, counting, left_out
from app.query.frame import Frame
from app.query.parameters import question_from
from tests.query_tables import ask, population, table

NASTY = "'; DROP TABLE t; -- \" ? $1"


def statement(frame: Frame, *, for_export: bool = False, **args: Any) -> Statement:
    asked = bound(question_from({name: [value] for name, value in args.items()}, frame), frame)
    return compiled(asked, frame, for_export=for_export)


def run(statement: Statement | None) -> list[Any]:
    assert statement is not None
    with duckdb.connect(":memory:") as connection:
        return connection.execute(statement.sql, list(statement.parameters)).fetchall()


def groups_read(statement: Statement) -> str:
    with duckdb.connect(":memory:") as connection:
        plan = connection.execute("EXPLAIN ANALYZE " + statement.sql, list(statement.parameters)).fetchall()
    text = str(plan[0][1]).partition("Row Groups Scanned:")[2]
    return text.partition("│")[0].strip()


def test_values_and_names_never_become_sql(tmp_path: Path) -> None:
    frame = table(tmp_path, {NASTY.replace('"', "”"): "VARCHAR"}, [(NASTY,), ("x",)])
    [name] = frame.by_name
    assert ask(frame, **{name: NASTY}) == [(NASTY,)]
    args: dict[str, Any] = {f"{name}__contains": NASTY, "sort": name}
    made = statement(frame, **args)
    assert NASTY not in made.sql
    assert run(made)[0][0] == NASTY


def test_names_that_the_engine_would_confuse_are_told_apart(tmp_path: Path) -> None:
    names = ["A", "a", "file_row_number", "c0", "o0", "k0", "key0", "count"]
    frame = table(tmp_path, dict.fromkeys(names, "BIGINT"), [(1, 8, 3, 4, 5, 6, 7, 2), (2, 7, 3, 4, 5, 6, 7, 2)])
    assert ask(frame, a="7", columns="A,a") == [(2, 7)]
    assert ask(frame, sort="a,file_row_number,c0", columns="c0,A")[0] == (4, 2)
    assert ask(frame, group="o0,k0", measures="count as n,sum(a)", sort="-sum_a") == [(5, 6, 2, 15)]
    assert [out.name for out in statement(frame, columns="a,A").columns] == ["a", "A"]


def test_a_page_asks_for_one_row_more_and_an_export_for_all(tmp_path: Path) -> None:
    frame = table(tmp_path, {"n": "BIGINT"}, [(number,) for number in range(150)])
    assert len(run(statement(frame))) == 101
    assert len(run(statement(frame, limit="0"))) == 0
    assert len(run(statement(frame, for_export=True))) == 150
    assert len(run(statement(frame, for_export=True, limit="7"))) == 7
    assert statement(frame, for_export=True).keys == 0


def test_filters_and_deep_pages_read_few_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "large.parquet"
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            "COPY (SELECT i AS n, i / 2 AS x, lpad(CAST(i AS VARCHAR), 9, '0') AS s, "
            "DATE '2000-01-01' + CAST(i // 100 AS INTEGER) AS d, repeat('x', 20) || i AS w FROM range(200000) r(i)) "
            f"TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 10000)"
        )
    kinds = {"n": "integer", "x": "number", "s": "string", "d": "date", "w": "string"}
    small = table(tmp_path, {"n": "BIGINT"}, [])
    column = small.columns[0]
    columns = tuple(type(column)(name, kind) for name, kind in kinds.items())
    frame = Frame("large", path, columns, 200_000)
    cases: list[dict[str, Any]] = [
        {"n": "5"},
        {"n__between": "10,99"},
        {"x__gt": "99990"},
        {"s__starts": "0000012"},
        {"d": "2000-02"},
    ]
    for args in cases:
        assert groups_read(statement(frame, **args)) == "1 / 20", args


def test_integers_are_summed_exactly(tmp_path: Path) -> None:
    rows = [(10**18 - 1, Decimal(10**37))] * 9
    frame = table(tmp_path, {"n": "BIGINT", "w": "DECIMAL(38,0)"}, rows)
    [(narrow, wide)] = ask(frame, measures="sum(n),sum(w)")
    assert narrow == 9 * (10**18 - 1)
    assert wide == 9 * 10**37


def test_means_of_wide_integers_are_not_rounded_to_whole_numbers(tmp_path: Path) -> None:
    frame = table(tmp_path, {"w": "DECIMAL(38,0)"}, [(Decimal(1),), (Decimal(2),)])
    assert ask(frame, measures="avg(w),median(w),p25(w)") == [(1.5, 1.5, 1.25)]


def test_nan_is_neither_more_nor_less_and_sorts_behind_numbers(tmp_path: Path) -> None:
    frame = table(tmp_path, {"x": "DOUBLE"}, [(math.nan,), (math.inf,), (1.0,), (None,)])
    assert ask(frame, x__gt="0") == [(math.inf,), (1.0,)]
    assert len(ask(frame, x="NaN")) == 1
    ordered = [row[0] for row in ask(frame, sort="x")]
    assert (ordered[:2], math.isnan(ordered[2]), ordered[3]) == ([1.0, math.inf], True, None)
    assert ask(frame, sort="-x")[3] == (None,)


def test_nan_is_not_passed_over_with_its_group_of_rows(tmp_path: Path) -> None:
    frame = table(tmp_path, {"x": "DOUBLE"}, [(5.0,), (math.nan,)])
    assert len(ask(frame, x="NaN")) == 1
    assert len(ask(frame, x__not="5")) == 1
    assert ask(frame, x__gt="1") == [(5.0,)]
    assert len(ask(frame, where='{"not":{"column":"x","op":"gt","value":7}}')) == 2


def test_empty_cells_that_measures_leave_out_are_counted(tmp_path: Path) -> None:
    frame = population(tmp_path)
    asked = bound(question_from({"measures": ["avg(人口),count,max(町名)"], "group": ["町名"]}, frame), frame)
    assert run(left_out(asked, frame)) == [(1, 0)]
    assert left_out(bound(question_from({"measures": ["count"]}, frame), frame), frame) is None


@pytest.mark.parametrize(
    ("args", "count"),
    [({}, 3), ({"人口__gt": "0"}, 2), ({"group": "month(調査日)"}, 3), ({"columns": "町名", "distinct": "true"}, 3)],
)
def test_the_total_counts_all_pages(tmp_path: Path, args: dict[str, str], count: int) -> None:
    frame = population(tmp_path)
    asked = bound(question_from({name: [value] for name, value in args.items()}, frame), frame)
    assert run(counting(asked, frame)) == [(count,)]


def test_what_columns_of_the_answer_are_is_said(tmp_path: Path) -> None:
    made = statement(population(tmp_path), group="fiscal_year(調査日)", measures="count,avg(人口),max(調査日)")
    assert [(out.name, out.type) for out in made.columns] == [
        ("fiscal_year_調査日", "integer"),
        ("count", "integer"),
        ("avg_人口", "number"),
        ("max_調査日", "date"),
    ]


def test_columns_of_groups_can_be_chosen(tmp_path: Path) -> None:
    frame = population(tmp_path)
    assert ask(frame, group="町名", measures="count,sum(人口)", columns="sum(人口)", sort="-sum(人口)")[0] == (1204,)


def test_an_estimate_of_different_values_is_near(tmp_path: Path) -> None:
    frame = table(tmp_path, {"n": "BIGINT"}, [(number,) for number in range(500)])
    assert abs(ask(frame, measures="approx_distinct(n)")[0][0] - 500) < 60


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ガス", 3),
        ("ｶﾞｽ", 3),
        ("カス", 0),
        ("カ", 1),
        ("ＣＳＶ", 1),
        ("株", 1),
        ("(株)", 1),
        ("ガス 都市", 1),
        ("ガス 無い", 0),
        (".*", 0),
    ],
)
def test_words_are_found_whatever_their_width_and_case(tmp_path: Path, words: str, found: int) -> None:
    rows = [("都市ガス", "x"), ("ｶﾞｽ", None), (None, "カ\u3099ス"), ("csv", "㈱"), ("カ", "ス")]
    frame = table(tmp_path, {"名": "VARCHAR", "他": "VARCHAR"}, rows)
    assert len(ask(frame, q=words)) == found


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ({"near": "35.68,139.76,1"}, 1),
        ({"near": "35.7,139.5,25000"}, 2),
        ({"near": "0,-179.95,20000"}, 1),
        ({"near": "89.99,0,5000"}, 1),
        ({"near": "0,0,20015200"}, 4),
        ({"box": "179,-1,-179,1"}, 1),
        ({"box": "139,35,140,36"}, 2),
    ],
)
def test_places_are_found_by_box_and_distance(tmp_path: Path, args: dict[str, str], found: int) -> None:
    spots = [
        (35.68, 139.76),
        (35.7, 139.5),
        (0.0, 179.95),
        (89.99, 120.0),
        (None, None),
        (math.nan, 0.0),
        (0.0, math.inf),
    ]
    frame = table(tmp_path, {"緯度": "DOUBLE", "経度": "DOUBLE"}, spots)
    assert len(ask(frame, **args)) == found


def test_a_fiscal_year_begins_in_april(tmp_path: Path) -> None:
    days = [("2024-01-01",), ("2024-03-31",), ("2024-04-01",), ("2024-12-31",)]
    frame = table(tmp_path, {"日": "DATE"}, days)
    assert ask(frame, group="fiscal_year(日)", measures="count") == [(2023, 2), (2024, 2)]


def test_a_day_has_its_evening(tmp_path: Path) -> None:
    frame = table(tmp_path, {"時": "TIMESTAMP"}, [("2024-04-01 23:59:59.999999",), ("2024-04-02 00:00:00",)])
    assert len(ask(frame, 時__lte="2024-04-01")) == len(ask(frame, 時="2024-04-01")) == 1
    assert len(ask(frame, 時__gt="2024-04-01")) == 1
