"""DuckDB, the engine that reads tables; the only file of this feature that names it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from app.kernel.errors import OverLimit, Unavailable
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MEMORY = "512MB"
LONGEST_LINE = 16 * 1024 * 1024
ROW_GROUP = 10_000
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

        Raises `OverLimit` where the question needs more memory than the engine has or was interrupted, `Unavailable`
        where a file cannot be read.
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
        except duckdb.InterruptException as error:
            raise OverLimit(Text("時間がかかりすぎました。", "This took too long.")) from error
        except duckdb.Error as error:
            raise Unavailable(
                Text("この表のファイルを読めません。", "The file of this table cannot be read.")
            ) from error
        finally:
            cursor.close()


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
