"""DuckDB, the engine that reads tables; the only file of this feature that names it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from app.kernel.errors import OverLimit
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY = "512MB"
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}


class TableEngine:
    """One empty database in memory per process, opened at first use so that a forked worker has its own."""

    def __init__(self, *, memory: str = MEMORY) -> None:
        self._memory = memory
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a cursor for one question over files of ours; opening costs microseconds.

        Raises `OverLimit` where the question needs more memory than the engine has.
        """
        with self._lock:
            if self._connection is None:
                self._connection = duckdb.connect(":memory:", config=SETTINGS | {"memory_limit": self._memory})
            cursor = self._connection.cursor()
        try:
            yield cursor
        except duckdb.OutOfMemoryException as error:
            raise OverLimit(
                Text(
                    "この表の行は大きすぎるため、ここでは取り出せません。ファイルをダウンロードしてください。",
                    "The rows of this table are too large to be read here. Download the file.",
                )
            ) from error
        finally:
            cursor.close()
