"""What an upload changes against the published version: rows by key, columns, types. Runs in the sandbox.

Both sides are Parquet files of the portal's own making. Cells are compared as text, in DuckDB, which spills to the
job's folder; only counts and a few examples come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from app.publishing.examination import ChangedRow, Comparison, TypeChange
from app.publishing.staging import identifier, literal, select

COMPARER = "app.publishing.comparing:compare"
EXAMPLES = 20
SHOWN_CELLS = 20
SHOWN_LENGTH = 200
# Meanings of columns that tell rows apart, before others that might.
KEY_MEANINGS = ("id", "code", "municipality-code", "corporate-number")
TIMES = frozenset({"date", "datetime", "year", "fiscal-year"})
LONGEST_KEY = 5
_MEMORY = "1500MB"
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Side:
    """One version of a table: its Parquet file, its columns in order with their types, and its primary key."""

    path: str
    types: dict[str, str]
    rows: int = 0
    primary_key: tuple[str, ...] = ()
    meanings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pair:
    """The tables of the same name; one of them may be missing."""

    resource: str
    before: Side | None = None
    after: Side | None = None


def compare(argument: Any) -> Any:
    """Compare each `Pair` (as JSON); answer as many `Comparison`s (as JSON)."""
    pairs = msgspec.convert(argument, list[Pair])
    return msgspec.to_builtins([_compare(pair, Path.cwd()) for pair in pairs])


def _compare(pair: Pair, folder: Path) -> Comparison:
    if pair.before is None:
        return Comparison(pair.resource, new=True, added=pair.after.rows if pair.after else 0)
    if pair.after is None:
        return Comparison(pair.resource, gone=True, removed=pair.before.rows)
    with _connect(folder) as connection:
        return _Tables(connection, pair.before, pair.after).compare(pair.resource)


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "memory_limit": _MEMORY,
            "threads": _THREADS,
            "temp_directory": str(folder / "spill"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        }
    )


class _Tables:
    """Both tables in one DuckDB. Columns are called by their number on each side, never by a stranger's words."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, before: Side, after: Side) -> None:
        self._connection = connection
        self._before = before
        self._after = after
        self._common = [name for name in after.types if name in before.types]

    def compare(self, resource: str) -> Comparison:
        """Count what differs. Columns that only one side has are told apart, and make no row a changed one."""
        self._view("b", self._before)
        self._view("a", self._after)
        key = self._key()
        added, removed, changed, same, examples = self._by_key(key) if key else self._as_wholes()
        return Comparison(
            resource,
            key=key,
            added=added,
            removed=removed,
            changed=changed,
            same=same,
            columns_added=tuple(name for name in self._after.types if name not in self._before.types),
            columns_removed=tuple(name for name in self._before.types if name not in self._after.types),
            types=tuple(self._type_changes()),
            examples=examples,
        )

    def _view(self, name: str, side: Side) -> None:
        columns = ", ".join(
            f"CAST({identifier(column)} AS VARCHAR) AS c{number}" for number, column in enumerate(self._common)
        )
        source = f"read_parquet({literal(side.path)})"
        self._connection.execute(f"CREATE VIEW {name} AS {select(columns or '0 AS c', source)}")

    def _type_changes(self) -> Iterable[TypeChange]:
        for name in self._common:
            before, after = self._before.types[name], self._after.types[name]
            if before != after:
                yield TypeChange(name, before, after)

    def _key(self) -> tuple[str, ...]:
        """Choose the columns that name a row on both sides; none where nothing does."""
        return next((key for key in self._candidates() if self._unique(key)), ())

    def _candidates(self) -> Iterable[tuple[str, ...]]:
        if self._after.primary_key and set(self._after.primary_key) <= set(self._common):
            yield self._after.primary_key
        naming = [name for name in self._common if _names_rows(self._after.meanings.get(name, ""))]
        yield from ((name,) for name in naming)
        # A row of a time series is named by several together, such as a municipality and a year.
        parts = [name for name in self._common if name in naming or self._after.meanings.get(name) in TIMES]
        yield from (tuple(parts[:count]) for count in range(2, min(len(parts), LONGEST_KEY) + 1))

    def _unique(self, key: Sequence[str]) -> bool:
        columns = [f"c{self._common.index(name)}" for name in key]
        whole = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        listed = ", ".join(columns)
        for name in ("a", "b"):
            distinct = select(f"DISTINCT {listed}", name, f"WHERE {whole}")
            [(rows, different)] = self._rows(f"count(*), ({select('count(*)', f'({distinct})')})", name)
            if rows != different:
                return False
        return True

    def _by_key(self, key: Sequence[str]) -> tuple[int, int, int, int, tuple[ChangedRow, ...]]:
        numbers = [self._common.index(name) for name in key]
        others = [number for number in range(len(self._common)) if number not in numbers]
        joined = "b FULL JOIN a ON " + " AND ".join(f"b.c{number} = a.c{number}" for number in numbers)
        here, there = f"b.c{numbers[0]} IS NULL", f"a.c{numbers[0]} IS NULL"
        differs = " OR ".join(f"b.c{number} IS DISTINCT FROM a.c{number}" for number in others) or "false"
        counts = (
            f"count(*) FILTER ({here}), count(*) FILTER ({there}), "
            f"count(*) FILTER (NOT {here} AND NOT {there} AND ({differs}))"
        )
        [(added, removed, changed)] = self._rows(counts, joined)
        [(rows,)] = self._rows("count(*)", "a")
        examples = self._examples(numbers, others, joined, f"NOT {here} AND NOT {there} AND ({differs})")
        return added, removed, changed, rows - added - changed, examples if changed else ()

    def _examples(self, key: Sequence[int], others: Sequence[int], joined: str, where: str) -> tuple[ChangedRow, ...]:
        keys = [f"left(a.c{number}, {SHOWN_LENGTH})" for number in key]
        cells = [
            f"left({side}.c{number}, {SHOWN_LENGTH}), b.c{number} IS DISTINCT FROM a.c{number}"
            for number in others
            for side in ("b", "a")
        ]
        order = ", ".join(f"a.c{number}" for number in key)
        found = self._rows(", ".join((*keys, *cells)), joined, f"WHERE {where} ORDER BY {order} LIMIT {EXAMPLES}")
        return tuple(
            ChangedRow(tuple(row[: len(key)]), tuple(self._cells(others, row[len(key) :]))[:SHOWN_CELLS])
            for row in found
        )

    def _cells(self, others: Sequence[int], row: Sequence[Any]) -> Iterable[tuple[str, str, str]]:
        """Pick the cells that differ; each comes as before, differs, after, differs."""
        for place, number in enumerate(others):
            before, differs, after, _ = row[4 * place : 4 * place + 4]
            if differs:
                yield self._common[number], before or "", after or ""

    def _as_wholes(self) -> tuple[int, int, int, int, tuple[ChangedRow, ...]]:
        """Compare rows as a whole, as often as they stand on each side."""
        columns = ", ".join(f"c{number}" for number in range(len(self._common)))
        if not columns:
            return self._after.rows, self._before.rows, 0, 0, ()
        # Hashes keep the groups small; two rows in 2^128 may be taken for the same.
        row = (
            "md5_number(concat_ws(chr(31), "
            + ", ".join(
                f"coalesce('v' || replace(c{number}, chr(31), chr(31) || '-'), 'n')"
                for number in range(len(self._common))
            )
            + "))"
        )
        both = f"{select(f'{row} AS r, 1 AS a, 0 AS b', 'a')} UNION ALL {select(f'{row}, 0, 1', 'b')}"
        grouped = select("sum(a) AS a, sum(b) AS b", f"({both})", "GROUP BY r")
        [(added, removed, same)] = self._rows(
            "coalesce(sum(greatest(a - b, 0)), 0), coalesce(sum(greatest(b - a, 0)), 0), coalesce(sum(least(a, b)), 0)",
            f"({grouped})",
        )
        return int(added), int(removed), 0, int(same), ()

    def _rows(self, what: str, source: str, rest: str = "") -> list[tuple[Any, ...]]:
        return self._connection.execute(select(what, source, rest)).fetchall()


def _names_rows(meaning: str) -> bool:
    return meaning in KEY_MEANINGS or meaning.endswith(("-id", "-code"))
