"""Questions in SQL that mean harm (H85-H87): refused by the gate, and harmless in the engine where there is no gate."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import duckdb
import msgspec
import psutil
import pytest

from app.kernel.errors import BadRequest, Busy, OverLimit, TimedOut, TooLarge
from app.query.engine import TableEngine
from app.query.sql import child, gate, wire
from app.query.sql.outline import Examined, Refused
from app.query.sql.pool import Bounds
from app.query.sql.service import Sql
from app.settings import ROOT

Parser = duckdb.DuckDBPyConnection
CANARY = "CANARY-7f3a"
# What must be stopped is stopped soon; what must be answered may take long on a busy machine.
SOON, PLENTY = 0.4, 10.0
# What reads or writes elsewhere, or tells of the engine. {other} is another's Parquet, {db} the portal's database.
ATTACKS = (
    "SELECT * FROM read_csv('{db}')",
    "SELECT * FROM read_csv_auto('{other}')",
    "SELECT * FROM read_text('{db}')",
    "SELECT * FROM read_blob('{other}')",
    "SELECT * FROM read_parquet('{other}')",
    "SELECT * FROM parquet_scan('{other}')",
    "SELECT * FROM read_parquet(['{other}'])",
    "SELECT * FROM read_json('{db}')",
    "SELECT * FROM read_json_auto('{db}')",
    "SELECT * FROM read_ndjson_objects('{db}')",
    "SELECT * FROM read_duckdb('{db}')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM sniff_csv('{db}')",
    "SELECT * FROM parquet_metadata('{other}')",
    "SELECT * FROM parquet_schema('{other}')",
    "SELECT * FROM parquet_file_metadata('{other}')",
    "SELECT * FROM parquet_kv_metadata('{other}')",
    "SELECT * FROM parquet_bloom_probe('{other}', 'name', '" + CANARY + "x')",
    "SELECT * FROM '{other}'",
    'SELECT * FROM "{other}"',
    'SELECT * FROM "file:{other}"',
    "SELECT * FROM 'https://127.0.0.1:1/x.parquet'",
    "ATTACH '{db}' AS stolen",
    "ATTACH '{db}' AS stolen (TYPE sqlite)",
    "COPY (SELECT 1) TO '{folder}/written.csv'",
    "COPY t FROM '{other}'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}'",
    "INSTALL httpfs",
    "LOAD '{folder}/evil.duckdb_extension'",
    "SET enable_external_access = true",
    "SET allowed_paths = ['{other}']",
    "SET GLOBAL memory_limit = '64GB'",
    "RESET lock_configuration",
    "PRAGMA database_list",
    "PRAGMA enable_external_access",
    "CALL pragma_version()",
    "CREATE TABLE x AS SELECT * FROM t",
    "CREATE VIEW x AS SELECT * FROM '{other}'",
    "CREATE MACRO m() AS TABLE SELECT * FROM '{other}'",
    "CREATE SECRET s (TYPE http)",
    "INSERT INTO t VALUES (1)",
    "UPDATE t SET n = 1",
    "DELETE FROM t",
    "DROP VIEW t",
    "EXPLAIN ANALYZE SELECT * FROM t",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "BEGIN",
    "CHECKPOINT",
    "SELECT 1; SELECT * FROM read_parquet('{other}')",
    "SELECT * FROM t; ATTACH '{db}' AS stolen",
    "SELECT 1; COPY (SELECT 1) TO '{folder}/written.csv'",
    "SELECT * FROM query('SELECT * FROM ''{other}''')",
    "SELECT * FROM query_table('{other}')",
    "SELECT * FROM query_table(['hidden'])",
    "SELECT * FROM query('FROM hidden')",
    "WITH t AS (SELECT * FROM hidden) SELECT * FROM t",
    "WITH hidden AS (SELECT * FROM hidden) SELECT * FROM hidden",
    'SELECT * FROM "hid""den"',
    "SELECT * FROM hid/**/den.x",
    "SELECT * FROM/**/hidden--",
    'SELECT * FROM U&"hid\\0064en"',
    "SELECT * FROM memory.main.t",
    "SELECT * FROM system.main.duckdb_settings()",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM duckdb_views()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM sqlite_master",
    # The Kelvin sign, which Python but not the engine takes for a capital K.
    'WITH "duc\u212adb_views" AS (SELECT 1) SELECT sql FROM duckdb_views',
    "SELECT getvariable('x')",
    "SELECT current_setting('allowed_paths')",
    "SELECT current_query()",
    "SELECT version()",
    "SELECT * FROM pragma_show('t')",
    "SELECT * FROM which_secret('x', 'y')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT json_serialize_plan('SELECT 1')",
    "SELECT write_log('x')",
    "SELECT in_search_path('a', 'b')",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM python_map_function(1)",
    "SELECT * FROM seq_scan('t')",
    "SELECT * FROM asked",
    "SELECT * FROM duckdb",
    "SELECT COLUMNS('n.*') FROM t",
    "SELECT COLUMNS(c -> true) FROM t",
    "SUMMARIZE t",
    "DESCRIBE t",
    "SHOW ALL TABLES",
    "PIVOT t ON n",
    "FROM t PIVOT (count(*) FOR n IN (1))",
    "SELECT * FROM t AT (VERSION => 1)",
    "SELECT * FROM t TABLESAMPLE 10%",
    "SELECT ?",
    "SELECT $1",
    "SELECT n::hidden FROM t",
    "SELECT list_transform([1], x -> x) FROM t",
    "SELECT error('x') FROM t",
    "SELECT setseed(0.1)",
    "SELECT nextval('s')",
    "SELECT sleep_ms(100000)",
    "SELECT pg_sleep(100)",
)
# What would take all memory or never end.
HEAVY = (
    "SELECT unnest(range(500000000))",
    "SELECT list(range(1000000000))",
    "SELECT * FROM range(1000000000000) ORDER BY random()",
    "SELECT repeat('x', 2000000000)",
    "SELECT lpad('x', 2000000000, 'y')",
    "SELECT string_agg(a.range::VARCHAR) FROM range(10000000000) a",
    "WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "SELECT array_resize([1], 2000000000)",
    "SELECT format('{:2000000000d}', 1)",
    "SELECT bitstring('1', 2000000000)",
)
# Each WITH makes a text eight times as long.
TIMES_EIGHT = "SELECT x || x || x || x || x || x || x || x AS x"
LONGER = (
    f"WITH a AS (SELECT string_agg(name, name) AS x FROM t), b AS ({TIMES_EIGHT} FROM a), c AS ({TIMES_EIGHT} FROM b), "
    f"d AS ({TIMES_EIGHT} FROM c), e AS ({TIMES_EIGHT} FROM d) SELECT length(x || x || x || x || x || x) FROM e"
)
# The gate takes these: their words are allowed. The deadline and the memory do the rest.
ALLOWED_AND_HEAVY = (
    "SELECT count(*) FROM t a JOIN t b ON a.n >= 0 JOIN t c ON b.n >= 0 JOIN t d ON c.n >= 0 JOIN t e ON d.n >= 0",
    LONGER,
    "SELECT regexp_replace(a.name, '.', '" + "y" * 4000 + "', 'g') FROM t a JOIN t b ON a.n <> b.n ORDER BY ALL",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A granted table, another one's, and a database, the last two with a canary in them."""
    made = tmp_path_factory.mktemp("sql")
    with duckdb.connect() as engine:
        engine.execute(f"COPY (SELECT range AS n, 'name ' || range AS name FROM range(2000)) TO '{made}/t.parquet'")
        engine.execute(f"COPY (SELECT '{CANARY}' AS name) TO '{made}/other.parquet'")
    database = sqlite3.connect(made / "portal.db")
    database.execute("CREATE TABLE users AS SELECT ? AS name", [CANARY])
    database.commit()
    database.close()
    return made


@pytest.fixture(scope="module")
def sql() -> Iterator[Sql]:
    made = Sql(TableEngine(), Bounds(look_seconds=PLENTY, nice=0))
    yield made
    made.close()


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    """What the gate's process parses with."""
    with duckdb.connect(config=child.SETTINGS) as engine:
        yield engine


def look(parser: Parser, query: str) -> Examined | Refused:
    [row] = parser.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    return gate.examine(query, json.loads(row[0]))


def filled(attack: str, folder: Path) -> str:
    names = {"{db}": "portal.db", "{other}": "other.parquet", "{folder}": ""}
    for name, file in names.items():
        attack = attack.replace(name, str(folder / file))
    return attack


def run(sql: Sql, query: str, folder: Path, seconds: float = PLENTY) -> tuple[object, bytes]:
    """Ask the engine without a gate."""
    file = wire.File("t", str(folder / "t.parquet"))
    return sql.pool.ask(wire.Run(query, (file,), 1000, 1_000_000, seconds))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda words: words[:40])
def test_the_gate_refuses_or_asks_for_a_table_that_nobody_was_granted(
    parser: Parser, folder: Path, attack: str
) -> None:
    found = look(parser, filled(attack, folder))

    if isinstance(found, Refused):
        assert all((*found.message, *found.advice))
    else:
        assert {table.name for table in found.tables} - {"t"}, "only tables that have been granted"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda words: words[:40])
def test_the_engine_gives_nothing_away_without_the_gate(sql: Sql, folder: Path, attack: str) -> None:
    before = {each.name for each in folder.iterdir()}

    try:
        head, body = run(sql, filled(attack, folder), folder, 1.0)
    except OverLimit:
        body = b""
    else:
        assert CANARY not in repr(head)

    assert CANARY.encode() not in body
    assert {each.name for each in folder.iterdir()} == before


def test_the_canary_would_be_seen(sql: Sql, folder: Path) -> None:
    file = (wire.File("t", str(folder / "other.parquet")),)

    assert CANARY.encode() in sql.pool.ask(wire.Run("SELECT * FROM t", file, 10, 1000, PLENTY))[1]


@pytest.mark.parametrize("heavy", HEAVY, ids=lambda words: words[:40])
def test_the_gate_refuses_what_grows_without_end(parser: Parser, heavy: str) -> None:
    assert isinstance(look(parser, heavy), Refused)


@pytest.mark.parametrize("attack", ["ATTACH 'x'", "SELECT * FROM read_text('x')", "SELECT 1; SELECT 2", *HEAVY[:3]])
def test_what_the_gate_refuses_is_a_bad_request_with_advice(sql: Sql, attack: str) -> None:
    with pytest.raises(BadRequest) as refused:
        sql.examine(attack)

    assert refused.value.report is not None
    assert refused.value.report.problems[0].code.startswith("sql-")


@pytest.mark.parametrize("heavy", [*HEAVY, *ALLOWED_AND_HEAVY], ids=lambda words: words[:40])
def test_the_engine_ends_at_its_deadline_or_its_memory_without_the_gate(sql: Sql, folder: Path, heavy: str) -> None:
    here = psutil.Process()
    before, began = here.memory_info().rss, time.monotonic()

    try:
        head, body = run(sql, heavy, folder, SOON)
    except OverLimit:
        head, body = wire.Failed("memory"), b""

    assert isinstance(head, wire.Failed) or len(body) <= 1_000_000
    assert time.monotonic() - began < SOON + 3
    assert here.memory_info().rss - before < 64 << 20


def test_a_million_terms_are_too_long_and_what_fits_is_answered(sql: Sql, folder: Path) -> None:
    with pytest.raises(TooLarge):
        sql.examine(f"SELECT * FROM t WHERE n IN ({'1, ' * 1_000_000}1)")
    listed = f"SELECT count(*) FROM t WHERE n IN ({', '.join(map(str, range(2500)))})"

    assert [table.name for table in sql.examine(listed).tables] == ["t"]
    assert run(sql, listed, folder)[1] == b"[[2000]]"


@pytest.mark.parametrize(
    "nested",
    [
        "SELECT " + "(" * 3000 + "1" + ")" * 3000,
        "SELECT " + "(SELECT " * 1200 + "1" + ")" * 1200,
        "SELECT " + "NOT " * 3500 + "true",
        "SELECT " + "- " * 7000 + "1",
        "SELECT 1" + " + 1" * 3500,
        "SELECT " + "CASE WHEN true THEN " * 500 + "1" + " END" * 500,
        "SELECT * FROM " + "(SELECT * FROM " * 700 + "t" + ")" * 700,
        "SELECT 1" + " UNION SELECT 1" * 1000,
        "WITH " + ", ".join(f"a{n} AS (SELECT 1)" for n in range(600)) + " SELECT 1",
        "SELECT * FROM t" + " JOIN t USING (n)" * 800,
    ],
    ids=lambda words: words[:20],
)
def test_deep_questions_are_refused_quickly_or_looked_at(sql: Sql, nested: str) -> None:
    began = time.monotonic()

    with suppress(BadRequest, OverLimit):
        sql.examine(nested)

    assert time.monotonic() - began < 3


@pytest.mark.parametrize("letters", ["SELECT '\0'", "SELECT '\ud800'", "", "--", "\x00\xff", ";", "/*", "'", '"'])
def test_words_that_are_no_question_are_refused(sql: Sql, letters: str) -> None:
    with pytest.raises(BadRequest):
        sql.examine(letters)


def test_a_killed_child_is_its_askers_trouble_only(sql: Sql, folder: Path) -> None:
    endless = ALLOWED_AND_HEAVY[0]
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(run, sql, endless, folder)
        time.sleep(1)  # it has its question by now, and those of other tests are gone
        for each in children(sql):
            each.kill()
        with pytest.raises(OverLimit):
            asked.result()

    assert run(sql, "SELECT 1", folder)[1] == b"[[1]]"


def test_a_killed_zygote_is_replaced(sql: Sql, folder: Path) -> None:
    run(sql, "SELECT 1", folder)
    before = sql.pool.pid
    assert before is not None
    psutil.Process(before).kill()

    assert run(sql, "SELECT 2", folder)[1] == b"[[2]]"
    assert sql.pool.pid != before


def test_no_child_outlives_its_question(sql: Sql, folder: Path) -> None:
    with pytest.raises(TimedOut):
        run(sql, ALLOWED_AND_HEAVY[0], folder, SOON)

    assert psutil.wait_procs(children(sql), timeout=2)[1] == []


def test_more_questions_than_places_are_sent_away(folder: Path) -> None:
    small = Sql(TableEngine(), Bounds(size=1, wait_seconds=0.05, nice=0))
    try:
        with ThreadPoolExecutor(4) as many:
            asked = [many.submit(run, small, ALLOWED_AND_HEAVY[0], folder, 1.0) for _ in range(4)]
            ended = [each.exception() for each in asked]
    finally:
        small.close()

    assert sum(isinstance(each, TimedOut) for each in ended) == 1
    assert sum(isinstance(each, Busy) for each in ended) == 3


def test_a_closed_pool_leaves_nothing_running(folder: Path) -> None:
    small = Sql(TableEngine(), Bounds(size=1, nice=0))
    run(small, "SELECT 1", folder)
    zygote = psutil.Process(small.pool.pid)

    small.close()

    assert psutil.wait_procs([zygote], timeout=2)[1] == []


def test_processes_take_the_time_that_nobody_in_the_session_wants(folder: Path) -> None:
    small = Sql(TableEngine(), Bounds(size=1))
    run(small, "SELECT 1", folder)
    zygote = small.pool.pid
    assert zygote is not None
    found = os.sched_getscheduler(zygote), os.getsid(zygote), os.getpgid(zygote)
    own_group = os.getpgid(0)
    small.close()

    assert found[:2] == (os.SCHED_IDLE, os.getsid(0)), "sessions share time between themselves first"
    assert found[2] != own_group, "a terminal's Ctrl-C is not for it"


def test_a_turn_is_one_place_for_all_that_is_asked_in_it(folder: Path) -> None:
    small = Sql(TableEngine(), Bounds(size=1, wait_seconds=0.05, nice=0, look_seconds=PLENTY))
    try:
        with small.pool.turn("a"):
            small.examine("SELECT 1")
            assert run(small, "SELECT 1", folder)[1] == b"[[1]]"
            with ThreadPoolExecutor(1) as beside, pytest.raises(Busy):
                beside.submit(run, small, "SELECT 1", folder).result()
        assert run(small, "SELECT 1", folder)[1] == b"[[1]]"
    finally:
        small.close()


def test_what_is_kept_of_a_question_is_small(parser: Parser) -> None:
    inner = f'a AS (SELECT * FROM (SELECT "{"x" * 4000}" FROM t), t)'
    wide = f"WITH {inner} SELECT * FROM {', '.join(f'a b{n}' for n in range(60))}"
    found = look(parser, wide)

    assert isinstance(found, Examined)
    assert len(msgspec.json.encode(found)) < 200_000


PARENT = """
import sys
sys.path.insert(0, sys.argv[1])
from app.query.sql import wire
from app.query.sql.pool import Bounds, Pool
pool = Pool(Bounds(nice=0))
pool.ask(wire.Run("SELECT 1", (), 1, 100, 10.0))
print(pool.pid, flush=True)
sys.stdin.read()
"""


def test_processes_die_with_their_parent() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(ROOT)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    zygote = psutil.Process(int(parent.stdout.readline()))

    parent.kill()
    parent.communicate()

    assert psutil.wait_procs([zygote], timeout=5)[1] == []


def test_an_answer_is_cut_at_its_rows_and_bytes(sql: Sql, folder: Path) -> None:
    file = (wire.File("t", str(folder / "t.parquet")),)

    by_rows, _ = sql.pool.ask(wire.Run("SELECT * FROM t", file, 10, 1_000_000, PLENTY))
    by_bytes, body = sql.pool.ask(wire.Run("SELECT * FROM t", file, 10_000, 500, PLENTY))

    assert isinstance(by_rows, wire.Answered)
    assert isinstance(by_bytes, wire.Answered)
    assert (by_rows.count, by_rows.truncated) == (10, True)
    assert by_bytes.truncated
    assert len(body) <= 500


def test_what_the_engine_says_tells_no_path(sql: Sql, folder: Path) -> None:
    (folder / "broken.parquet").write_bytes(b"PAR1 this is none PAR1")
    file = (wire.File("t", str(folder / "broken.parquet")),)

    head, _ = sql.pool.ask(wire.Run("SELECT * FROM t", file, 10, 1_000_000, PLENTY))

    assert isinstance(head, wire.Failed)
    assert str(folder) not in head.detail or head.problem == "engine"
    (folder / "broken.parquet").unlink()


def children(sql: Sql) -> list[psutil.Process]:
    return psutil.Process(sql.pool.pid).children() if sql.pool.pid else []
