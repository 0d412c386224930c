"""The words that stand in the cells of tables, so that a school's name finds the list it stands in."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from app.kernel.errors import AppError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from app.catalog.record import Column, Table
    from app.query.engine import TableEngine

WORDS = 20_000
BYTES = 400_000
SECONDS = 5.0
LENGTH = 100
_CHUNK = 1000
_NAMES = frozenset({"name", "name-kana", "name-english"})
# What nobody looks for by its value, and persons: a list that was published is found, but not by who is on it.
_NO_WORDS = frozenset(
    {"id", "code", "municipality-code", "corporate-number", "town-id", "postal-code", "phone", "email", "url"}
    | {"individual-number", "person-name", "birth-date", "sex", "yes-no", "weekday"}
)
# Words have letters; addresses on the net, and numbers and letters without a blank as codes have them, are none.
_CELLS = """
    SELECT DISTINCT substr(value, 1, $length)
    FROM (SELECT "column" AS value FROM read_parquet($path))
    WHERE length(value) > 1 AND regexp_matches(value, '\\p{L}') AND NOT regexp_matches(value, '^[!-~]*[0-9/@_][!-~]*$')
    LIMIT $words
"""


def words_in(engine: TableEngine, tables: Iterable[tuple[Path, Table]], *, seconds: float = SECONDS) -> tuple[str, ...]:
    """Answer different values of the text columns of tables in Parquet files of ours, at most `WORDS` and `BYTES`.

    What can be had within `seconds` is answered: a column that takes longer, or a file that cannot be read, has none.
    """
    found: dict[str, None] = {}
    size = 0
    deadline = time.monotonic() + seconds
    for path, column in _columns(tables):
        if time.monotonic() >= deadline:
            break
        for word in _distinct(engine, path, column, deadline):
            if word not in found:
                size += len(word.encode("utf-8", "replace"))
                if size > BYTES or len(found) >= WORDS:
                    return tuple(found)
                found[word] = None
    return tuple(found)


def _columns(tables: Iterable[tuple[Path, Table]]) -> list[tuple[Path, Column]]:
    """List the columns that hold words: names first, then short values before long ones, prose last."""
    columns = [
        (path, column)
        for path, table in tables
        for column in table.columns
        if column.type == "string" and column.meaning not in _NO_WORDS
    ]
    return sorted(columns, key=lambda each: (each[1].meaning not in _NAMES, _longest_example(each[1])))


def _longest_example(column: Column) -> int:
    return max(map(len, column.profile.examples), default=0) if column.profile else LENGTH


def _distinct(engine: TableEngine, path: Path, column: Column, deadline: float) -> Iterator[str]:
    # A name cannot be a parameter; inside of quotes only a quote means anything.
    query = _CELLS.replace('"column"', '"' + column.name.replace('"', '""') + '"')
    asked = {"path": str(path), "length": LENGTH, "words": WORDS}
    try:
        with engine.cursor() as cursor:
            clock = threading.Timer(max(0.0, deadline - time.monotonic()), cursor.interrupt)
            clock.start()
            try:
                cursor.execute(query, asked)
                while rows := cursor.fetchmany(_CHUNK):
                    yield from (word for (word,) in rows)
            finally:
                clock.cancel()
                clock.join()
    except AppError:
        # Words of cells are an extra: the dataset is found by everything else.
        return
