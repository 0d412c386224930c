"""Apache Parquet: looked at from its footer first, then every column as text.

Numbers keep their digits, times are ISO 8601, what is nested is JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from app.publishing.decoding import Unreadable
from app.publishing.grids import MOST_COLUMNS, Grid, Record
from app.publishing.other_formats.rows import MOST_ROWS, Output
from app.publishing.staging import identifier, literal, select

MAGIC = b"PAR1"
MOST_BYTES_OF_ROW_GROUP = 1 << 30
MOST_BYTES_OF_FOOTER = 16 << 20
MOST_ROW_GROUPS = 20_000
_FOOTER = len(MAGIC) + 4
_MEMORY = "1500MB"
_AT_ONCE = 2048
_NESTED = ("STRUCT", "MAP", "UNION", "JSON")
_NO_TEXT = ("BLOB", "GEOMETRY", "BIT")


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str

    @property
    def is_text(self) -> bool:
        return self.type not in _NO_TEXT and not self.type.startswith(("GEOMETRY(", "BLOB["))

    @property
    def sql(self) -> str:
        """Write the column as text."""
        name = identifier(self.name)
        text = f"CAST({name} AS VARCHAR)"
        if self.type.endswith("]") or self.type.startswith(_NESTED):
            return f"CAST(to_json({name}) AS VARCHAR)"
        if self.type.startswith("TIMESTAMP"):
            moment = f"replace({text}, ' ', 'T')"
            return f"regexp_replace({moment}, '\\+00$', 'Z')" if "ZONE" in self.type else moment
        if self.type in {"FLOAT", "DOUBLE"}:
            words = (
                f"WHEN isnan({name}) THEN 'NaN' WHEN isinf({name}) THEN CASE WHEN {name} > 0 THEN 'INF' ELSE '-INF' END"
            )
            return f"CASE {words} ELSE {text} END"
        return text


def read_parquet(source: Path, output: Output) -> Grid:
    """Write the rows as CSV; rows count from 1. Raises `Unreadable`."""
    _check_ends(source)
    try:
        with _connection(output.folder) as connection:
            return _grid(connection, source, output)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise Unreadable("parquet-broken", detail=type(error).__name__) from error


def _check_ends(source: Path) -> None:
    """See the mark at both ends, and a footer that fits between them (Parquet format, "File format")."""
    size = source.stat().st_size
    with source.open("rb") as file:
        head = file.read(len(MAGIC))
        file.seek(max(size - _FOOTER, 0))
        tail = file.read(_FOOTER)
    if head != MAGIC or tail[4:] != MAGIC:
        raise Unreadable("parquet-broken", detail="PAR1")
    footer = int.from_bytes(tail[:4], "little")
    if footer > MOST_BYTES_OF_FOOTER:
        raise Unreadable("parquet-too-large", limit=f"{MOST_BYTES_OF_FOOTER >> 20} MB (footer)")
    if footer > size - len(MAGIC) - _FOOTER:
        raise Unreadable("parquet-broken", detail="footer")


def _connection(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": _MEMORY,
            "threads": 1,
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _grid(connection: duckdb.DuckDBPyConnection, source: Path, output: Output) -> Grid:
    _check_metadata(connection, literal(str(source)))
    table = f"read_parquet({literal(str(source))}, hive_partitioning = false, filename = false)"
    described = connection.execute(f"DESCRIBE {select('*', table)}").fetchall()
    columns = [_Column(name, kind) for name, kind, *_ in described]
    for column in columns:
        if not column.is_text:
            output.remarks.add("parquet-column-left-out", column=column.name, type=column.type)
    kept = [column for column in columns if column.is_text]
    if not kept:
        raise Unreadable("source-error")
    connection.execute(select(", ".join(column.sql for column in kept), table))
    labels = [column.name for column in kept]
    return output.write(labels, _records(connection))


def _check_metadata(connection: duckdb.DuckDBPyConnection, file: str) -> None:
    """Refuse by what the footer says, before any page is unpacked."""
    rows, groups = _first(connection, "num_rows, num_row_groups", f"parquet_file_metadata({file})")
    if rows > MOST_ROWS:
        raise Unreadable("parquet-too-large", limit=f"{MOST_ROWS:,}")
    (leaves,) = _first(connection, "count(*)", f"parquet_schema({file})")
    if leaves > 2 * MOST_COLUMNS:
        raise Unreadable("too-many-columns", count=leaves, limit=MOST_COLUMNS)
    if groups > MOST_ROW_GROUPS:
        raise Unreadable("parquet-too-large", limit=f"{MOST_ROW_GROUPS:,} (row groups)")
    (largest,) = _first(connection, "coalesce(max(row_group_bytes), 0)", f"parquet_metadata({file})")
    if largest > MOST_BYTES_OF_ROW_GROUP:
        raise Unreadable("parquet-too-large", limit=f"{MOST_BYTES_OF_ROW_GROUP >> 20} MB (row group)")


def _first(connection: duckdb.DuckDBPyConnection, what: str, source: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(select(what, source)).fetchone()
    if row is None:
        raise Unreadable("parquet-broken", detail="metadata")
    return row


def _records(connection: duckdb.DuckDBPyConnection) -> Iterator[Record]:
    number = 0
    while rows := connection.fetchmany(_AT_ONCE):
        for row in rows:
            number += 1
            yield number, ["" if cell is None else cell for cell in row]
