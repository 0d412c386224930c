"""Whatever is asked of whatever table: the engine answers what plain Python does, page by page as at once."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.catalog.record import Column
from app.query.binding import bound
from app.query.compiling import compiled, counting, counting_first, on_first_page, picked
from app.query.cursor import cursor_after
from app.query.frame import Frame
from app.query.normal import normal
from app.query.parameters import parameters_of, question_from
from app.query.question import Question
from tests.row_oracle import answer

MOST_PAGES = 50
EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", "60"))
# A few values of each type, so that ties, groups and empty cells are frequent.
TEXTS = ["", "a", "A", "ａb", "ガス", "ｶﾞｽ", "が", "か\u3099", "b,c", 'q"q', "㈱x", "\U0010ffff", "a\n", "-1", " a"]
VALUES: dict[str, tuple[str, pa.DataType, list[Any]]] = {
    "s": ("string", pa.string(), TEXTS),
    "S": ("string", pa.string(), TEXTS[1:7]),
    "n": ("integer", pa.int64(), [-2, 0, 1, 7, 10**18 - 1]),
    "w": ("wide", pa.decimal128(38, 0), [Decimal(10**37), Decimal(-5), Decimal(0), Decimal(10**20 + 1)]),
    "x": ("number", pa.float64(), [math.nan, math.inf, -math.inf, 0.1, -3.25, 1e300]),
    "h": ("half", pa.float64(), [0.5, -1.5, 2.0, 8.25]),
    "b": ("boolean", pa.bool_(), [True, False]),
    "d": ("date", pa.date32(), [date(2024, 3, 31), date(2024, 4, 1), date(2023, 12, 31), date(1, 1, 2)]),
    "t": ("time", pa.time64("us"), [time(0), time(9, 30), time(23, 59, 59, 999999)]),
    "l": (
        "local",
        pa.timestamp("us"),
        [datetime.fromisoformat("2024-04-01T00:00"), datetime.fromisoformat("2024-03-31T23:59:59.999999")],
    ),
    "z": (
        "instant",
        pa.timestamp("us", tz="UTC"),
        [datetime(2024, 3, 31, 15, tzinfo=UTC), datetime(2024, 3, 31, 14, 59, 59, tzinfo=UTC)],
    ),
    "y": ("year", pa.int32(), [2023, 2024]),
}
TYPES = {name: type_ for name, (type_, *_) in VALUES.items()}
_AS_PUBLISHED = {"wide": "integer", "half": "number", "local": "datetime", "instant": "datetime"}
COLUMNS = tuple(Column(name, _AS_PUBLISHED.get(type_, type_)) for name, type_ in TYPES.items())
_ANY = ["exact", "not", "in", "null"]
_ORDER = ["gt", "gte", "lt", "lte", "between"]
_OF_DAYS = ("year", "fiscal_year", "quarter", "month", "day", "weekday")
_PARTS = {"date": _OF_DAYS, "time": ("hour",), "local": (*_OF_DAYS, "hour"), "instant": (*_OF_DAYS, "hour")}


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("oracle") / "table.parquet"


def rows_of(choices: bytes) -> list[dict[str, Any]]:
    """Make a row of every few bytes; drawing them at once is ten times as fast as each cell alone."""
    names = list(VALUES)
    return [
        {
            name: [None, *VALUES[name][2]][choice % (len(VALUES[name][2]) + 1)]
            for name, choice in zip(names, choices[start : start + len(names)], strict=True)
        }
        for start in range(0, len(choices) - len(names) + 1, len(names))
    ]


WIDTH = len(VALUES)
ROWS = st.integers(0, 12).flatmap(lambda count: st.binary(min_size=count * WIDTH, max_size=count * WIDTH)).map(rows_of)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def as_written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date | time) else str(value)


@st.composite
def conditions(draw: st.DrawFn, columns: dict[str, str], values: dict[str, list[Any]], depth: int = 2) -> Any:
    kind = draw(st.sampled_from(["one", "one", "one", "and", "or", "not"] if depth else ["one"]))
    inner = conditions(columns, values, depth - 1)
    if kind == "not":
        return {"not": draw(inner)}
    if kind != "one":
        return {kind: draw(st.lists(inner, min_size=1, max_size=3))}
    name = draw(st.sampled_from(sorted(columns)))
    type_ = columns[name]
    text = type_ == "string"
    ops = [*_ANY, *(_ORDER if type_ != "boolean" else []), *(["contains", "starts"] if text else [])]
    op = draw(st.sampled_from(ops))
    if op == "null":
        return {"column": name, "op": op, "value": draw(st.booleans())}
    known = [value for value in values[name] if op not in _ORDER or not _is_nan(value)]
    if type_ in {"date", "local", "instant"}:
        known = [*known, "2024-04", "2024-03-31"]
    one = st.sampled_from(known)
    if op == "between":
        low, high = sorted(draw(st.lists(st.sampled_from(values_in_order(known)), min_size=2, max_size=2)))
        return {"column": name, "op": op, "value": [as_written(low), as_written(high)]}
    if op == "in":
        return {
            "column": name,
            "op": op,
            "value": [as_written(each) for each in draw(st.lists(one, min_size=1, max_size=3))],
        }
    return {"column": name, "op": op, "value": as_written(draw(one))}


def values_in_order(known: list[Any]) -> list[Any]:
    plain = [value for value in known if not (isinstance(value, str) and value.startswith("2024-"))]
    return [value for value in plain if value != "か\u3099"]


WHERE = conditions(TYPES, {name: values for name, (_, _, values) in VALUES.items()})


@st.composite
def measures(draw: st.DrawFn) -> Any:
    name = draw(st.sampled_from(sorted(VALUES)))
    functions = ["count", "distinct"]
    if name != "b":
        functions += ["min", "max"]
    if name in {"n", "w", "h"}:
        functions += ["sum", "avg", "median", "percentile"]
    function = draw(st.sampled_from(functions))
    percent = {"percent": draw(st.sampled_from([0, 25, 90, 99.9, 100]))} if function == "percentile" else {}
    return {"function": function, "column": name} | percent


@st.composite
def groups(draw: st.DrawFn) -> Any:
    name = draw(st.sampled_from(sorted(VALUES)))
    parts = [None, *_PARTS.get(TYPES[name], ())]
    part = draw(st.sampled_from(parts))
    return {"column": name} | ({"part": part} if part else {})


def orders(names: list[str]) -> st.SearchStrategy[Any]:
    one = st.fixed_dictionaries({"column": st.sampled_from(names), "descending": st.booleans()})
    return st.lists(one, max_size=3, unique_by=lambda each: each["column"])


@st.composite
def questions(draw: st.DrawFn) -> Question:
    asked: dict[str, Any] = {"limit": draw(st.integers(1, 5))}
    if draw(st.booleans()):
        asked["where"] = draw(WHERE)
    if draw(st.integers(0, 4)) == 0:
        asked["search"] = draw(st.sampled_from(["a", "ガ", "カ", "か", "ス ａ", "株", "(株)x", "C"]))
    shape = draw(st.sampled_from(["rows", "distinct", "groups"]))
    if shape == "groups":
        asked |= draw(of_groups())
    else:
        chosen = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3, unique=True))
        asked |= {"columns": chosen, "distinct": shape == "distinct"}
        asked["sort"] = draw(orders(chosen if shape == "distinct" and chosen else sorted(VALUES)))
    return Question.model_validate(asked)


@st.composite
def of_groups(draw: st.DrawFn) -> dict[str, Any]:
    by = draw(st.lists(groups(), max_size=2, unique_by=str))
    of = draw(st.lists(measures(), max_size=3, unique_by=str))
    count = [{"function": "count", "as": "how many"}]
    names = ["how many", *(f"{each['part']}_{each['column']}" if "part" in each else each["column"] for each in by)]
    asked: dict[str, Any] = {"group": by, "measures": [*of, *count], "sort": draw(orders(names))}
    if draw(st.booleans()):
        asked["having"] = draw(conditions({"how many": "integer"}, {"how many": [0, 1, 2]}, 1))
    return asked


def written(place: Path, rows: list[dict[str, Any]]) -> Frame:
    arrays = [pa.array([row[name] for row in rows], type_) for name, (_, type_, _) in VALUES.items()]
    # As DuckDB, which writes the portal's files: a group of rows with NaN has no least and no most.
    known = [name for name in VALUES if name != "x"]
    table = pa.Table.from_arrays(arrays, names=list(VALUES))
    pq.write_table(table, place, row_group_size=4, write_statistics=known)
    return Frame("f" * 64, place, COLUMNS, len(rows))


def pages(engine: duckdb.DuckDBPyConnection, question: Question, frame: Frame) -> Iterator[tuple[Any, ...]]:
    for _ in range(MOST_PAGES):
        asked = bound(question, frame)
        statement = compiled(asked, frame)
        rows = engine.execute(statement.sql, list(statement.parameters)).fetchall()
        width = len(statement.columns)
        yield from (row[:width] for row in rows[: question.limit])
        if len(rows) <= question.limit:
            return
        after = cursor_after(asked, frame, rows[question.limit - 1][width:])
        question = question.model_copy(update={"after": after})
    raise AssertionError("pages without end")


def comparable(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(_comparable(cell) for cell in row) for row in rows]


def _comparable(cell: Any) -> Any:
    if isinstance(cell, float) and not isinstance(cell, bool):
        return "NaN" if math.isnan(cell) else float(f"{cell:.12g}")
    return cell.astimezone(UTC).replace(tzinfo=UTC) if isinstance(cell, datetime) and cell.tzinfo else cell


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=EXAMPLES < 1000)
@given(question=questions(), rows=ROWS)
def test_every_question_is_answered_as_plain_python_does(
    engine: duckdb.DuckDBPyConnection, place: Path, question: Question, rows: list[dict[str, Any]]
) -> None:
    frame = written(place, rows)
    wanted = comparable(answer(question, rows, TYPES))
    assert comparable(list(pages(engine, question, frame))) == wanted
    whole = compiled(bound(question, frame), frame, for_export=True, limited=False)
    assert comparable(engine.execute(whole.sql, list(whole.parameters)).fetchall()) == wanted
    count = counting(bound(question, frame), frame)
    assert engine.execute(count.sql, list(count.parameters)).fetchall() == [(len(wanted),)]
    if question.search:
        check_search(engine, question, frame, rows, wanted)


def check_search(
    engine: duckdb.DuckDBPyConnection,
    question: Question,
    frame: Frame,
    rows: list[dict[str, Any]],
    wanted: list[tuple[Any, ...]],
) -> None:
    letters = {name: "".join(sorted({letter for row in rows for letter in row[name] or ""})) for name in ("s", "S")}
    asked = bound(question, frame, letters)
    whole = compiled(asked, frame, for_export=True, limited=False)
    assert comparable(engine.execute(whole.sql, list(whole.parameters)).fetchall()) == wanted
    if not on_first_page(asked):
        return
    counted = counting_first(asked, frame)
    [(total, first)] = engine.execute(counted.sql, list(counted.parameters)).fetchall()
    page = picked(asked, frame, first or ())
    found = engine.execute(page.sql, list(page.parameters)).fetchall()
    assert total == len(wanted)
    assert comparable([row[: len(page.columns)] for row in found]) == wanted[: question.limit + 1]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=EXAMPLES < 1000)
@given(question=questions())
def test_the_address_of_a_question_asks_the_same(question: Question) -> None:
    frame = Frame("f" * 64, Path("none"), COLUMNS, 0)
    args: dict[str, list[str]] = {}
    for name, value in parameters_of(question, frame.by_name):
        args.setdefault(name, []).append(value)
    assert normal(question_from(args, frame)).canonical() == normal(question).canonical()
