"""The peers of the rows benchmark: Datasette on SQLite with the same rows, and DuckDB in process on the same file."""

from __future__ import annotations

import csv
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.row_questions import TABLE, Question
from benchmarks.row_table import COLUMNS

_TYPES = ("INTEGER PRIMARY KEY", "TEXT", "TEXT", "TEXT", "INTEGER", "REAL", "REAL", "REAL")
_INDEXED = (("day",), ("code", "population"), ("name",), ("population",), ("amount",))


def write_sqlite(file: Path, csv_file: Path) -> float:
    """Write the table with the indexes and the full-text search that one would make; answer seconds."""
    began = time.perf_counter()
    database = sqlite3.connect(file)
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;")
    declared = ", ".join(f"{name} {kind}" for name, kind in zip(COLUMNS, _TYPES, strict=True))
    database.execute(f"CREATE TABLE {TABLE} ({declared})")
    marks = ", ".join("?" * len(COLUMNS))
    database.executemany(f"INSERT INTO {TABLE} VALUES ({marks})", _cells(csv_file))
    for columns in _INDEXED:
        database.execute(f"CREATE INDEX ix_{'_'.join(columns)} ON {TABLE} ({', '.join(columns)})")
    database.execute(
        f"CREATE VIRTUAL TABLE {TABLE}_fts USING fts5(name, content=\"{TABLE}\", content_rowid='id', "
        "tokenize='trigram')"
    )
    database.execute(f"INSERT INTO {TABLE}_fts (rowid, name) SELECT id, name FROM {TABLE}")
    database.execute("ANALYZE")
    database.commit()
    database.close()
    return time.perf_counter() - began


def _cells(file: Path) -> Iterator[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        yield from reader


class InProcess:
    """DuckDB asked with no server between, as a library would be."""

    def __init__(self, file: Path, threads: int) -> None:
        """`file` is the Parquet file that the portal reads, too."""
        self._connection = duckdb.connect(config={"threads": threads})
        self._connection.execute("SET parquet_metadata_cache = true")
        self._table = f"read_parquet('{file}')"

    def ask(self, question: Question) -> tuple[float, int]:
        """Answer milliseconds, and the last number that was found: the total where there is one."""
        began = time.perf_counter()
        rows: list[tuple[Any, ...]] = []
        for sql, values in question.statements:
            rows = self._connection.execute(sql.replace("{table}", self._table), list(values)).fetchall()
        taken = (time.perf_counter() - began) * 1000
        alone = len(rows) == 1 and len(rows[0]) == 1
        return taken, int(rows[0][0]) if alone else len(rows)
