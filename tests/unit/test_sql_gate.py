"""What the gate takes, what it makes of it, and where it says that something is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb
import pytest

from app.query.sql import child, functions, gate
from app.query.sql.outline import Examined, Refused

Parser = duckdb.DuckDBPyConnection

GOOD = (
    "SELECT * FROM t",
    "FROM t",
    "VALUES (1, 'a'), (2, 'b')",
    "SELECT 1 UNION ALL SELECT 2 ORDER BY 1 LIMIT 1",
    "SELECT a.n, b.名前 FROM t a LEFT JOIN u b ON a.n = b.n WHERE b.名前 LIKE '%東京%'",
    "SELECT DISTINCT ON (n) n, m FROM t ORDER BY n, m DESC NULLS LAST LIMIT 10 OFFSET 2",
    "SELECT n, count(*), sum(m) FILTER (WHERE m > 0) FROM t GROUP BY n HAVING count(*) > 1",
    "SELECT n, rank() OVER (PARTITION BY g ORDER BY n DESC) FROM t QUALIFY rank() OVER (ORDER BY n) < 3",
    "SELECT sum(n) OVER w FROM t WINDOW w AS (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
    "SELECT g, n FROM t GROUP BY GROUPING SETS ((g), (n), ())",
    "WITH a AS (SELECT n FROM t), b AS (SELECT n FROM a) SELECT * FROM a JOIN b USING (n)",
    "SELECT CASE WHEN n > 1 THEN 'x' ELSE 'y' END, n BETWEEN 1 AND 2, n IN (1, 2), n NOT IN (SELECT m FROM u) FROM t",
    "SELECT EXISTS (SELECT 1 FROM u WHERE u.n = t.n), (SELECT max(m) FROM u) FROM t",
    "SELECT n::DECIMAL(10, 2), TRY_CAST(s AS DATE), DATE '2026-04-01' + INTERVAL 3 DAY FROM t",
    "SELECT extract(year FROM d), date_trunc('month', d), strftime(d, '%Y年%m月') FROM t",
    "SELECT d AT TIME ZONE 'Asia/Tokyo', current_date FROM t",
    "SELECT upper(s) || trim(s), replace(s, '　', ' '), nfc_normalize(s), regexp_extract(s, '[0-9]+') FROM t",
    "SELECT * EXCLUDE (n) REPLACE (upper(s) AS s) FROM t",
    "SELECT s FROM t ORDER BY s COLLATE ja",
    "SELECT n FROM t ORDER BY ALL",
    "SELECT n FROM t GROUP BY ALL",
    "SELECT * FROM t NATURAL JOIN u",
    "SELECT * FROM t SEMI JOIN u USING (n)",
    "SELECT coalesce(n, 0), nullif(n, 1), n IS NULL, n IS NOT DISTINCT FROM m, NOT n > 1, -n FROM t",
    "SELECT n FROM t -- 注釈\n WHERE n > 1 /* もう一つ */",
    "SELECT quantile_cont(n, 0.9), approx_count_distinct(n), corr(n, m), string_agg(s, ',' ORDER BY s) FROM t",
    "SELECT x FROM (SELECT n AS x FROM t) AS inner_one WHERE x > (SELECT avg(n) FROM t);",
)


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with duckdb.connect(config=child.SETTINGS) as engine:
        yield engine


def look(parser: Parser, query: str) -> Examined | Refused:
    [row] = parser.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    return gate.examine(query, json.loads(row[0]))


def taken(parser: Parser, query: str) -> Examined:
    found = look(parser, query)
    assert isinstance(found, Examined), found
    return found


def refused(parser: Parser, query: str) -> Refused:
    found = look(parser, query)
    assert isinstance(found, Refused), found
    return found


@pytest.mark.parametrize("query", GOOD)
def test_what_people_ask_is_taken(parser: Parser, query: str) -> None:
    assert {table.name for table in taken(parser, query).tables} <= {"t", "u"}


def test_every_function_that_may_be_used_is_one_of_the_engine(parser: Parser) -> None:
    rows = parser.execute("SELECT DISTINCT lower(function_name) FROM duckdb_functions()").fetchall()
    # What the parser or the binder makes of words; they stand in no list of the engine.
    own = functions.WINDOWS | {"coalesce", "//", "if", "ifnull", "nullif", "~", "!~", "^", "||"}

    assert functions.FUNCTIONS - own <= {name for (name,) in rows}


def test_the_types_that_may_be_used_are_types_of_the_engine(parser: Parser) -> None:
    for name in functions.TYPES:
        parser.execute(f"SELECT CAST(NULL AS {name})").fetchall()


def test_the_collations_that_may_be_used_are_there(parser: Parser) -> None:
    for name in functions.COLLATIONS:
        parser.execute(f"SELECT 'あ' COLLATE {name}").fetchall()


def test_names_of_with_are_no_tables_where_they_hold(parser: Parser) -> None:
    inside = taken(parser, "SELECT * FROM (WITH a AS (SELECT * FROM t) SELECT * FROM a) x JOIN a USING (n)")
    itself = taken(parser, 'WITH "T" AS (SELECT * FROM t) SELECT * FROM t')
    later = taken(parser, "WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a, b")

    assert {table.name for table in inside.tables} == {"t", "a"}
    assert [(table.name, table.times) for table in itself.tables] == [("t", 1)]
    assert [table.name for table in later.tables] == ["b"]


def test_a_place_counts_lines_and_characters(parser: Parser) -> None:
    assert refused(parser, "SELECT 人口,\n  '東京', lpad(名, 3)\nFROM t").place == (2, 9)
    assert refused(parser, "SELECT 人口\nFRO t").place is not None


def test_a_function_that_is_not_there_offers_the_nearest(parser: Parser) -> None:
    found = refused(parser, "SELECT substrin(s, 1) FROM t")

    assert found.code == "sql-function"
    assert "substring" in found.advice[1]


def test_what_is_read_is_told_by_the_names_that_stand_there(parser: Parser) -> None:
    some = taken(parser, "SELECT a.n FROM t a JOIN u USING (k) WHERE s = 1")
    every = taken(parser, "SELECT * FROM t")

    assert set(some.words) >= {"n", "k", "s"}
    assert not some.everything
    assert every.everything


def test_joins_without_a_condition_are_noted(parser: Parser) -> None:
    assert taken(parser, "SELECT count(*) FROM t, u, t v").blind == (("t", "u", "t"),)
    assert taken(parser, "SELECT count(*) FROM t, u WHERE t.n = u.n").blind == ()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("WITH RECURSIVE r AS (SELECT 1 n UNION SELECT n + 1 FROM r) SELECT * FROM r", "sql-recursive"),
        ("SELECT * FROM range(3)", "sql-table-function"),
        ("SELECT * FROM main.t", "sql-qualified"),
        ("SELECT system.main.upper('a')", "sql-qualified"),
        ("SELECT COLUMNS('a.*') FROM t", "sql-columns"),
        ("SELECT [1, 2]", "sql-function"),
        ("SELECT s[1] FROM t", "sql-not-available"),
        ("SELECT n::INTEGER[] FROM t", "sql-type"),
        ("SELECT s COLLATE icu_noaccent FROM t", "sql-collation"),
        ("SELECT ? + 1", "sql-parameter"),
        ("SELECT * FROM t POSITIONAL JOIN u", "sql-not-available"),
        ("SELECT * FROM t USING SAMPLE 5", "sql-not-available"),
        ("SELECT 1; SELECT 2", "sql-one-statement"),
        ("DELETE FROM t", "sql-only-select"),
        ("DESCRIBE t", "sql-only-select"),
        ("SELEC 1", "sql-syntax"),
        (" UNION ".join(f"SELECT * FROM t{n}" for n in range(30)), "sql-tables"),
    ],
)
def test_each_reason_has_its_code(parser: Parser, query: str, code: str) -> None:
    assert refused(parser, query).code == code


def test_a_field_that_nobody_has_looked_at_is_refused() -> None:
    constant = {"class": "CONSTANT", "type": "VALUE_CONSTANT", "alias": "", "literal": {}, "query_location": 7}
    select = {"type": "SELECT_NODE", "modifiers": [], "cte_map": {"map": []}, "from_table": {"type": "EMPTY"}}

    def parsed(**more: object) -> dict[str, object]:
        node = select | {"select_list": [constant | more]}
        return {"error": False, "statements": [{"node": node, "named_param_map": []}]}

    assert isinstance(gate.examine("SELECT 1", parsed()), Examined)
    assert isinstance(gate.examine("SELECT 1", parsed(brand_new=None)), Examined)
    assert isinstance(gate.examine("SELECT 1", parsed(brand_new={"a": 1})), Refused)
    assert isinstance(gate.examine("SELECT 1", parsed(type="NEW", **{"class": "NEW"})), Refused)
