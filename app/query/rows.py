"""Reads rows of published tables out of Parquet files that the portal itself wrote."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from app.kernel.errors import BadRequest, NotFound
from app.kernel.text import Text
from app.query.engine import MEMORY, TableEngine
from app.query.words import words_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.catalog.record import ResourceRecord
    from app.infra.storage import BlobStore

MAX_LIMIT = 1000
MAX_BYTES = 8_000_000
# What a number, a date or nothing takes in an answer, about.
OTHER_CELL = 8


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows in the file's order. Cells are `None`, bool, int, float, Decimal, date, time, datetime or str.

    `truncated` says that there are fewer rows than were asked for because they would be too many bytes.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    truncated: bool = False


class Rows:
    """Answers rows of a resource's table."""

    def __init__(self, store: BlobStore, *, max_bytes: int = MAX_BYTES, memory: str = MEMORY) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self._engine = TableEngine(memory=memory)

    def first(self, resource: ResourceRecord, *, limit: int) -> RowPage:
        """Answer the first rows, at most `limit` (1 to 1,000) and no more after about 8 MB.

        Raises `NotFound` where the resource is no table, `BadRequest` for another limit, `OverLimit` for rows
        that do not fit into memory.
        """
        if not 1 <= limit <= MAX_LIMIT:
            raise BadRequest(
                Text(f"limit は 1〜{MAX_LIMIT} で指定してください。", f"`limit` goes from 1 to {MAX_LIMIT}.")
            )
        if resource.table is None or resource.parquet is None:
            raise NotFound(
                Text(
                    "このファイルは表ではないため、行を取り出せません。ファイルをダウンロードしてください。",
                    "This file is no table, so it has no rows to read. Download the file.",
                )
            )
        path = self._store.path(resource.parquet.sha256)
        columns = tuple(column.name for column in resource.table.columns)
        with self._engine.cursor() as cursor:
            # The answer streams; a LIMIT would have the engine collect a second copy of the rows first.
            cursor.execute("SELECT * FROM read_parquet(?)", [str(path)])
            rows, truncated = _taken(islice(iter(cursor.fetchone, None), limit), columns, self._max_bytes)
        return RowPage(columns, tuple(rows), resource.table.rows, truncated)

    def words(self, resources: Iterable[ResourceRecord]) -> tuple[str, ...]:
        """Answer words that stand in the cells of the resources' tables; see `words_in` for how many."""
        stored = ((each.parquet, each.table) for each in resources)
        tables = [
            (self._store.path(file.sha256), table)
            for file, table in stored
            if file and table and file.sha256 in self._store
        ]
        return words_in(self._engine, tables) if tables else ()


def _taken(
    found: Iterator[tuple[Any, ...]], columns: tuple[str, ...], limit: int
) -> tuple[list[tuple[Any, ...]], bool]:
    """Take rows until they are `limit` bytes or more; also say whether any were left."""
    names = sum(len(name.encode()) for name in columns)  # an answer in JSON names the columns in every row
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row in found:
        if size >= limit:
            return rows, True
        rows.append(row)
        size += names + sum(len(cell.encode()) if isinstance(cell, str) else OTHER_CELL for cell in row)
    return rows, False
