"""Reads rows of published tables out of Parquet files that the portal itself wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.errors import BadRequest, NotFound
from app.kernel.text import Text
from app.query.engine import TableEngine

if TYPE_CHECKING:
    from app.catalog.record import ResourceRecord
    from app.infra.storage import BlobStore

MAX_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows in the file's order. Cells are `None`, bool, int, float, Decimal, date, time, datetime or str."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int


class Rows:
    """Answers rows of a resource's table."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._engine = TableEngine()

    def first(self, resource: ResourceRecord, *, limit: int) -> RowPage:
        """Answer the first rows, at most `limit` (1 to 1,000).

        Raises `NotFound` where the resource is no table, `BadRequest` for another limit.
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
        with self._engine.cursor() as cursor:
            rows = cursor.execute("SELECT * FROM read_parquet(?) LIMIT ?", [str(path), limit]).fetchall()
        columns = tuple(column.name for column in resource.table.columns)
        return RowPage(columns, tuple(rows), resource.table.rows)
