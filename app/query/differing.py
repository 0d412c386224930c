"""Works out in DuckDB which rows differ between two Parquet files of ours, and writes them down as a third one.

Columns are called by their place, never by a stranger's words: `b0, b1, ...` are cells before, `a0, a1, ...` after.
Rows are told apart by 16 bytes of their key and 16 of their cells, so that what is joined stays small however wide the
rows are; two rows in 2^128 may be taken for the same.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from app.kernel.errors import OverLimit
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from app.query.engine import Cursor
    from app.query.frame import Frame

ROW_GROUP = 10_000
_WHOLE_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL(38,0)")
_ZONED = "TIMESTAMP WITH TIME ZONE"


class Kind(IntEnum):
    """What happened to a row, in the order in which changes are told."""

    DELETED = 0
    UPDATED = 1
    INSERTED = 2


class By(StrEnum):
    """How rows of two versions were matched: by their key, or as wholes for one of these reasons."""

    KEY = "key"
    NO_KEY = "no-key"
    KEY_MISSING = "key-column-missing"
    KEY_EMPTY = "key-empty"
    KEY_REPEATED = "key-repeated"


@dataclass(frozen=True, slots=True)
class Types:
    """DuckDB's types of the columns of both files, by their places."""

    before: tuple[str, ...]
    after: tuple[str, ...]


def types_of(cursor: Cursor, path: Path) -> tuple[str, ...]:
    """Read the types of a Parquet file's columns."""
    cursor.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)])
    return tuple(str(row[1]) for row in cursor.fetchall())


def common(before: Frame, after: Frame) -> list[tuple[str, int, int]]:
    """List the columns that both have: name, place before, place after."""
    places = {column.name: place for place, column in enumerate(before.columns)}
    return [(each.name, places[each.name], place) for place, each in enumerate(after.columns) if each.name in places]


def write_changes(cursor: Cursor, before: Frame | None, after: Frame, target: Path, *, seconds: float) -> None:
    """Write what `after` has changed of `before` (nothing before means that all rows are new).

    Each row has `n` from 0, `kind`, and for updated ones `changed`, a list that says of each common column whether it
    did. Deleted rows come first, as they stood before; then updated and inserted ones, as they stand now. `by` in the
    file's metadata says how rows were matched. Raises `OverLimit` where that many seconds passed between two of its
    steps; within a step whoever lent the cursor has to interrupt it.
    """
    difference = _Difference(cursor, before or after, after, empty=before is None)
    difference.ends = time.monotonic() + seconds
    difference.write(target)


def how_matched(cursor: Cursor, path: Path) -> By:
    """Read how the rows of a file of `write_changes` were matched."""
    cursor.execute("SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'by'", [str(path)])
    found = cursor.fetchone()
    return By(found[0] if found else By.NO_KEY)


class _Difference:
    def __init__(self, cursor: Cursor, before: Frame, after: Frame, *, empty: bool) -> None:
        self._cursor = cursor
        self._before, self._after = before, after
        self._nothing = "WHERE false" if empty else ""
        self._types = Types(types_of(cursor, before.path), types_of(cursor, after.path))
        self._common = common(before, after)
        self.ends = math.inf

    def write(self, target: Path) -> None:
        by = self._gather()
        self._run(_BY_KEY if by is By.KEY else _BY_ROW)
        changed = ", ".join(
            f"{self._word('b', was)} IS DISTINCT FROM {self._word('a', now)}" for _, was, now in self._common
        )
        cells = [f"b.c{place} AS b{place}" for place in range(len(self._types.before))]
        cells += [f"a.c{place} AS a{place}" for place in range(len(self._types.after))]
        self._run(
            f"""
            COPY (
                SELECT (row_number() OVER ()) - 1 AS n, * FROM (
                    SELECT CAST(CASE WHEN d.a IS NULL THEN 0 WHEN d.b IS NULL THEN 2 ELSE 1 END AS TINYINT) AS kind,
                        CASE WHEN d.a IS NOT NULL AND d.b IS NOT NULL THEN [{changed}] END AS changed,
                        {", ".join(cells)}
                    FROM differing d
                    LEFT JOIN {self._source("b")} ON d.b = b.rn
                    LEFT JOIN {self._source("a")} ON d.a = a.rn
                    ORDER BY d.a IS NOT NULL, coalesce(d.a, d.b)
                )
            ) TO {literal(str(target))}
            (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, KV_METADATA {{'by': '{by}'}})
            """  # noqa: S608 - numbers of columns, and a path of ours
        )

    def _gather(self) -> By:
        """Hash the rows of both sides, and choose how to match them."""
        key, reason = self._key()
        sides = (
            ("b", self._nothing, [was for _, was, _ in key], [was for _, was, _ in self._common]),
            ("a", "", [now for _, _, now in key], [now for _, _, now in self._common]),
        )
        for side, nothing, naming, known in sides:
            named = " || ".join(_long(self._word(side, place)) for place in naming) or "NULL"
            cells = ", ".join(f"coalesce({_long(self._word(side, place))}, 'n')" for place in known)
            # Without a column in common no row is like any other.
            whole = f"concat({cells})" if cells else f"'{side}'"
            hashed = f"SELECT rn, md5_number({named}) AS k, md5_number({whole}) AS h"
            self._run(f"CREATE OR REPLACE TEMP TABLE rows_{side} AS {hashed} FROM {self._source(side)} {nothing}")
        return self._trusted() if key else reason

    def _key(self) -> tuple[list[tuple[str, int, int]], By]:
        names = self._after.primary_key
        known = {each[0]: each for each in self._common}
        if not names:
            return [], By.NO_KEY
        if not set(names) <= known.keys():
            return [], By.KEY_MISSING
        return [known[name] for name in names], By.KEY

    def _trusted(self) -> By:
        """A key names rows only where each row has one of its own, in both versions."""
        for side in ("b", "a"):
            self._run(f"SELECT count(*), count(k), count(DISTINCT k) FROM rows_{side}")  # noqa: S608 - b or a
            rows, filled, different = self._cursor.fetchall()[0]
            if filled < rows:
                return By.KEY_EMPTY
            if different < rows:
                return By.KEY_REPEATED
        return By.KEY

    def _run(self, sql: str) -> None:
        if time.monotonic() >= self.ends:
            raise OverLimit(
                Text(
                    "表が大きく、比べるのに時間がかかりすぎます。ファイルをダウンロードして比べてください。",
                    "The tables are so large that comparing them takes too long. Download both files and compare them.",
                )
            )
        self._cursor.execute(sql)

    def _source(self, side: str) -> str:
        path, types = (self._before.path, self._types.before) if side == "b" else (self._after.path, self._types.after)
        columns = ", ".join(f"c{place}" for place in range(len(types)))
        # The engine's own number of a row: asked for as an option, it clashes with a column that is called so too.
        own = f"SELECT {columns}, t.file_row_number FROM read_parquet({literal(str(path))}) AS t({columns})"  # noqa: S608 - names of ours
        return f"({own}) AS {side}({columns}, rn)"

    def _word(self, side: str, place: int) -> str:
        kind = (self._types.before if side == "b" else self._types.after)[place]
        return _comparable(f"{side}.c{place}", kind)


# Who has the same key but other cells, and who has no counterpart.
_BY_KEY = """
    CREATE OR REPLACE TEMP TABLE differing AS
    SELECT b.rn AS b, a.rn AS a FROM rows_b b FULL JOIN rows_a a ON b.k = a.k
    WHERE b.rn IS NULL OR a.rn IS NULL OR b.h <> a.h
"""
# Equal rows are counted off against each other; those that are left over, the last ones, came or went.
_BY_ROW = """
    CREATE OR REPLACE TEMP TABLE differing AS
    WITH uneven AS (
        SELECT h FROM (SELECT h, 1 AS s FROM rows_a UNION ALL SELECT h, -1 FROM rows_b) GROUP BY h HAVING sum(s) <> 0
    ),
    b AS (SELECT rn, h, row_number() OVER (PARTITION BY h ORDER BY rn) AS o FROM rows_b SEMI JOIN uneven USING (h)),
    a AS (SELECT rn, h, row_number() OVER (PARTITION BY h ORDER BY rn) AS o FROM rows_a SEMI JOIN uneven USING (h))
    SELECT b.rn AS b, a.rn AS a FROM b FULL JOIN a ON b.h = a.h AND b.o = a.o WHERE b.rn IS NULL OR a.rn IS NULL
"""


def literal(text: str) -> str:
    """Write a text of ours into SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Write a column's name into SQL: inside of quotes only a quote means anything."""
    return '"' + name.replace('"', '""') + '"'


def shown(cell: str, kind: str) -> str:
    """Write times as ISO 8601 text, instants in UTC; everything else stays as it is."""
    if kind == _ZONED:
        return f"replace(CAST(make_timestamp(epoch_us({cell})) AS VARCHAR), ' ', 'T') || 'Z'"
    if kind.startswith("TIMESTAMP"):
        return f"replace(CAST({cell} AS VARCHAR), ' ', 'T')"
    return f"CAST({cell} AS VARCHAR)" if kind in {"DATE", "TIME"} else cell


def as_text(cell: str, kind: str) -> str:
    """Write anything as text; of instants in UTC."""
    return f"CAST({shown(cell, kind)} AS VARCHAR)"


def _comparable(cell: str, kind: str) -> str:
    """Write a cell so that equal values are equal texts, also where 1 is an integer here and a float there."""
    if kind in {"DOUBLE", "FLOAT"}:
        return (
            f"coalesce(CASE WHEN {cell} = trunc({cell}) THEN CAST(TRY_CAST({cell} AS HUGEINT) AS VARCHAR) END, "
            f"CAST({cell} AS VARCHAR))"
        )
    if kind in _WHOLE_NUMBERS:
        return f"CAST({cell} AS VARCHAR)"
    return as_text(cell, kind)


def _long(word: str) -> str:
    """Write a text with its length before it, so that several in a row can be read in one way only."""
    return f"(strlen({word}) || ':' || {word})"


def listed(words: Iterable[str]) -> str:
    """Write texts as a list of SQL."""
    return "[" + ", ".join(map(literal, words)) + "]"
