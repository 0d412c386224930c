"""Small tables for tests of questions: columns by name, type and meaning, with rows as Python values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from app.catalog.record import Column
from app.query.binding import bound
from app.query.compiling import compiled
from app.query.frame import Frame
from app.query.parameters import question_from

POPULATION = {
    "コード": "VARCHAR",
    "町名": "VARCHAR",
    "調査日": "DATE",
    "人口": "BIGINT",
    "増減率": "DOUBLE",
    "緯度": "DOUBLE",
    "経度": "DOUBLE",
}
_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "DECIMAL(38,0)": "integer",
    "INTEGER": "year",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "datetime",
    "TIMESTAMPTZ": "datetime",
}
_MEANINGS = {"コード": "municipality-code", "緯度": "latitude", "経度": "longitude"}


def table(folder: Path, columns: dict[str, str], rows: Sequence[Sequence[Any]], **types: str) -> Frame:
    """Write a table; `types` are Table Schema types other than those that DuckDB's tell."""
    path = folder / f"{len(list(folder.iterdir()))}.parquet"
    names = [f"c{number} {type_} " for number, type_ in enumerate(columns.values())]
    chosen = ", ".join(f'c{number} AS "{name}"' for number, name in enumerate(columns))
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE made ({', '.join(names)})")
        for row in rows:
            connection.execute(f"INSERT INTO made VALUES ({', '.join('?' * len(row))})", list(row))
        connection.execute(f"COPY (SELECT {chosen} FROM made) TO '{path}' (FORMAT parquet)")
    described = tuple(
        Column(name, types.get(name, _TYPES[type_]), meaning=_MEANINGS.get(name, "")) for name, type_ in columns.items()
    )
    return Frame(path.name, path, described, len(rows))


def population(folder: Path) -> Frame:
    """Write a table of three towns, one of which nobody counted."""
    rows = [
        ("131016", "青葉町", "2024-04-01", 1204, 0.8, 35.68, 139.76),
        ("132063", "桜台", "2024-03-31", 986, -1.2, 35.7, 139.5),
        ("271004", "みどり野", None, None, None, None, None),
    ]
    return table(folder, POPULATION, rows)


def ask(frame: Frame, **parameters: str | list[str]) -> list[tuple[Any, ...]]:
    """Answer all rows of the first page, without keys."""
    args = {name: [value] if isinstance(value, str) else value for name, value in parameters.items()}
    statement = compiled(bound(question_from(args, frame), frame), frame)
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.execute(statement.sql, list(statement.parameters)).fetchall()
    return [row[: len(statement.columns)] for row in rows]
