"""DuckDB, the engine that reads tables; the only file of this feature that names it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "512MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}


class TableEngine:
    """One empty database in memory per process, opened at first use so that a forked worker has its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a cursor for one question over files of ours; opening costs microseconds."""
        with self._lock:
            if self._connection is None:
                self._connection = duckdb.connect(":memory:", config=SETTINGS)
            cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()
