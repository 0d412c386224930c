"""The letters of large tables' columns are found out once, and only where that is soon done."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.query import letters
from app.query.answer import Statement
from app.query.engine import TableEngine
from app.query.letters import Letters
from tests.query_tables import table

COLUMNS = {"町名": "VARCHAR", "人口": "BIGINT", "備考": "VARCHAR"}
ROWS = [("青葉町", 1, None), ("桜台", 2, None), ("青葉台", 3, None)]


def test_letters_are_those_of_all_values(tmp_path: Path) -> None:
    found = Letters(TableEngine(), fewest_rows=0).of(table(tmp_path, COLUMNS, ROWS), ("町名", "備考"))
    assert found == {"町名": "".join(sorted("青葉町桜台"))}


def test_small_tables_are_not_looked_through(tmp_path: Path) -> None:
    assert Letters(TableEngine()).of(table(tmp_path, COLUMNS, ROWS), ("町名",)) == {}


def test_letters_are_found_out_once(tmp_path: Path) -> None:
    frame, kept = table(tmp_path, COLUMNS, ROWS), Letters(TableEngine(), fewest_rows=0)
    found = kept.of(frame, ("町名",))
    frame.path.unlink()
    assert kept.of(frame, ("町名",)) == found


def test_too_many_letters_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "MOST_LETTERS", 4)
    assert Letters(TableEngine(), fewest_rows=0).of(table(tmp_path, COLUMNS, ROWS), ("町名",)) == {}


def test_what_takes_too_long_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "SECONDS", 0.01)
    frame = table(tmp_path, {"町名": "VARCHAR"}, [])
    with TableEngine().cursor() as cursor:
        many = "SELECT md5(CAST(i AS VARCHAR)) AS a FROM range(90_000) AS numbers(i)"
        cursor.execute(f"COPY ({many}) TO '{frame.path}' (FORMAT parquet)")
    assert Letters(TableEngine(), fewest_rows=0).of(frame, ("町名",)) == {}


def test_every_cursor_has_the_clocks_of_utc_and_keeps_directories() -> None:
    asked = "SELECT current_setting('TimeZone'), current_setting('parquet_metadata_cache')"
    assert TableEngine().all(Statement(asked, [], ())) == [("UTC", True)]


def test_an_engine_that_keeps_too_much_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.query.engine.ROOM", 0)
    monkeypatch.setattr("app.query.engine.LOOK_EVERY", 1)
    frame, engine = table(tmp_path, COLUMNS, ROWS), TableEngine()
    asked = Statement("SELECT count(*) FROM read_parquet(?)", [str(frame.path)], ())
    with engine.cursor() as before:
        before.execute("CREATE TABLE marked AS SELECT 1 AS one")
        assert engine.all(asked) == engine.all(asked) == [(3,)]
        assert engine.all(Statement("SELECT count(*) FROM duckdb_tables()", [], ())) == [(0,)]
        assert before.execute("SELECT one FROM marked").fetchall() == [(1,)]
