"""DuckDB, the engine that reads tables; with `sql/` the only file of this feature that names it."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import duckdb

from app.kernel.errors import OverLimit, Unavailable
from app.kernel.text import Text
from app.query.answer import BATCH
from app.query.deadlines import Deadlines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from app.query.answer import ArrowStream, OutColumn, Row, Statement
    from app.query.deadlines import Deadline

MEMORY = "512MB"
SPILL = "4GB"
SECONDS = 10.0
LONGEST_LINE = 16 * 1024 * 1024
ROW_GROUP = 10_000
VECTOR = 2048  # the fewest rows that DuckDB hands on at once
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
# Settings of what is loaded with the engine, which it does not know while it opens; cursors have those that are global.
# The files never change, so that their directories may be kept.
AFTERWARDS = "SET GLOBAL parquet_metadata_cache = true; SET GLOBAL TimeZone = 'UTC'"

# Directories of files take about six times the memory that the engine counts for them; past that it begins anew.
ROOM = 24_000_000
LOOK_EVERY = 16
_KEPT = "SELECT coalesce(sum(memory_usage_bytes), 0) FROM duckdb_memory() WHERE tag = 'OBJECT_CACHE'"

# What questions are asked through, for those who may not name the engine.
Cursor = duckdb.DuckDBPyConnection


class TableEngine:
    """One empty database in memory per process, opened at first use so that a forked worker has its own.

    Sorting what does not fit into memory goes through files in `folder`, where there is one. With more than one of
    `threads` nothing may be asked whose answer depends on the order in which rows are read.
    """

    def __init__(self, *, memory: str = MEMORY, folder: Path | None = None, threads: int = 1) -> None:
        self._settings = SETTINGS | {"memory_limit": memory, "temp_directory": str(folder) if folder else ""}
        self._settings["threads"] = threads
        if folder is not None:
            self._settings["max_temp_directory_size"] = SPILL
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._opened = 0
        self._deadlines = Deadlines()

    @contextmanager
    def cursor(self, seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a cursor for one question over files of ours; opening costs microseconds.

        Raises `OverLimit` where the question needs more memory than the engine has or more than `seconds`,
        `Unavailable` where a file cannot be read.
        """
        cursor = self._open()
        try:
            with _translated(), self._deadline(cursor, seconds):
                yield cursor
        finally:
            cursor.close()

    def all(self, statement: Statement, seconds: float = SECONDS) -> list[Row]:
        """Answer all rows of a small result. Raises as `cursor`."""
        with self.cursor(seconds) as cursor:
            return cursor.execute(statement.sql, list(statement.parameters)).fetchall()

    def stream(self, statement: Statement, seconds: float = SECONDS) -> DuckRows:
        """Answer rows as they come; whoever has the stream closes it. Raises as `cursor`, later too."""
        cursor = self._open()
        return DuckRows(cursor, statement, self._deadlines.after(seconds, partial(_interrupt, cursor)))

    @contextmanager
    def _deadline(self, cursor: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
        if seconds is None:
            yield
            return
        deadline = self._deadlines.after(seconds, partial(_interrupt, cursor))
        try:
            yield
        finally:
            deadline.cancel()

    def _open(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            self._opened += 1
            if self._connection is None or self._is_full(self._connection):
                connection = duckdb.connect(":memory:", config=self._settings)
                connection.execute(AFTERWARDS)
                self._connection = connection  # who has a cursor of the one before goes on with it
            return self._connection.cursor()

    def _is_full(self, connection: duckdb.DuckDBPyConnection) -> bool:
        return not self._opened % LOOK_EVERY and connection.execute(_KEPT).fetchall()[0][0] > ROOM


class DuckRows:
    """A `RowStream` of DuckDB's, which begins to work when it is read."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, statement: Statement, deadline: Deadline) -> None:
        self.columns: tuple[OutColumn, ...] = statement.columns
        self._cursor = cursor
        self._sql, self._parameters = statement.sql, list(statement.parameters)
        self._deadline = deadline

    def batches(self, size: int = BATCH) -> Iterator[list[Row]]:
        """Answer up to `size` rows at a time, with their keys. Raises `OverLimit` past the deadline or the memory."""
        with _translated():
            self._cursor.execute(self._sql, self._parameters)
            while rows := self._cursor.fetchmany(size):
                yield rows

    def arrow(self) -> ArrowStream:
        """Answer the same rows through Arrow's C stream interface instead, some thousand at a time."""
        with _translated():
            return _Batches(self._cursor.sql(self._sql, params=self._parameters))

    def shape(self) -> ArrowStream:
        """Answer the same stream without rows."""
        with _translated():
            return self._cursor.sql(self._sql, params=self._parameters).limit(0)

    def write_parquet(self, path: Path, metadata: Mapping[str, str]) -> None:
        """Write the same rows as a Parquet file instead. Raises as `TableEngine.cursor`."""
        with _translated():
            relation = self._cursor.sql(self._sql, params=self._parameters)
            # DuckDB writes HUGEINT, the type of sums, as DOUBLE, which has 17 digits at most.
            sums = [name for name, kind in zip(relation.columns, relation.types, strict=True) if str(kind) == "HUGEINT"]
            casts = ", ".join(f"CAST({_quoted(name)} AS DECIMAL(38, 0)) AS {_quoted(name)}" for name in sums)
            rows = f"SELECT * {f'REPLACE ({casts})' if casts else ''} FROM ({self._sql})"  # noqa: S608 - quoted names
            kept = ", ".join(f"{_literal(name)}: {_literal(words)}" for name, words in metadata.items())
            try:
                self._copy(rows, path, kept, _row_group(len(relation.columns)))
            except duckdb.OutOfMemoryException:  # long words; a row group is kept in memory until it is written
                self._copy(rows, path, kept, VECTOR)

    def _copy(self, rows: str, path: Path, kept: str, row_group: int) -> None:
        options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {row_group}, KV_METADATA {{{kept}}}"
        self._cursor.execute(f"COPY ({rows}) TO {_literal(str(path))} ({options})", self._parameters).fetchall()

    def close(self) -> None:
        """Stop, also in the middle."""
        self._deadline.cancel()
        _interrupt(self._cursor)
        self._cursor.close()


class _Batches:
    """A relation as an Arrow stream of short batches.

    Asked in public, a relation makes batches of 131,072 rows, which is a gigabyte where a cell has ten thousand
    letters, and none of it counts as the engine's memory.
    """

    def __init__(self, relation: duckdb.DuckDBPyRelation) -> None:
        self._relation = relation

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Run the question."""
        with _translated():
            return self._relation._submit("stream", VECTOR).arrow_capsule()  # noqa: SLF001 - the only way to say how many


def _row_group(columns: int) -> int:
    """Say how many rows of a Parquet file are kept in memory until they are written."""
    return max(VECTOR, min(10 * VECTOR, 400_000 // columns))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _interrupt(cursor: duckdb.DuckDBPyConnection) -> None:
    # It may have been closed meanwhile.
    with suppress(duckdb.Error):
        cursor.interrupt()


@contextmanager
def _translated() -> Iterator[None]:
    """Say the engine's errors in the domain's words."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise OverLimit(
            Text(
                "この表から答えるには大きすぎます。条件や列を絞るか、ファイルをダウンロードしてください。",
                "This is too large to be answered here. Narrow the conditions or the columns, or download the file.",
            )
        ) from error
    except duckdb.InterruptException as error:
        raise OverLimit(
            Text(
                "時間がかかりすぎたため中止しました。条件や列を絞るか、ファイルをダウンロードしてください。",
                "This took too long and was stopped. Narrow the conditions or the columns, or download the file.",
            )
        ) from error
    except duckdb.OutOfRangeException as error:
        raise OverLimit(
            Text(
                "計算の結果が表せる範囲を超えました。",
                "The result of the calculation is out of the range that can be written.",
            )
        ) from error
    except duckdb.Error as error:
        raise Unavailable(Text("この表のファイルを読めません。", "The file of this table cannot be read.")) from error


def column_types(path: str) -> tuple[str, ...]:
    """Answer DuckDB's types of the columns of a Parquet file, in their order. Raises `Unavailable`."""
    try:
        with duckdb.connect(":memory:", config=SETTINGS) as connection:
            described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
    except duckdb.Error as error:
        raise Unavailable(Text("この表のファイルを読めません。", "The file of this table cannot be read.")) from error
    return tuple(str(row[1]) for row in described)


def write_parquet(source: Path, target: Path, columns: Mapping[str, str]) -> None:
    """Write JSON Lines of ours as typed Parquet; `columns` are their names and DuckDB's types.

    A line may be up to `LONGEST_LINE` bytes. Equal lines make equal bytes.
    """
    settings = SETTINGS | {"memory_limit": MEMORY, "temp_directory": str(target.parent)}
    with duckdb.connect(":memory:", config=settings) as connection:
        rows = connection.read_json(
            str(source),
            columns=dict(columns),
            format="newline_delimited",
            maximum_object_size=LONGEST_LINE,
        )
        rows.write_parquet(str(target), compression="zstd", row_group_size=ROW_GROUP)
