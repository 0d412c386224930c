"""A table as questions see it: its columns by name, with types, meanings and where its Parquet file lies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from app.kernel.errors import NotFound
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from app.catalog.record import Column, ResourceRecord
    from app.infra.storage import BlobStore


@dataclass(frozen=True)
class Frame:
    """One resource's table in one version. `rows` counts all of them; `path` is a Parquet file of ours.

    `id` is the file's SHA-256: frames with the same one answer every question alike.
    """

    id: str
    path: Path
    columns: tuple[Column, ...]
    rows: int
    primary_key: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by their names."""
        return {column.name: column for column in self.columns}

    @cached_property
    def by_folded_name(self) -> Mapping[str, Column]:
        """The columns by their names in small letters, the first where several are alike."""
        return {column.name.lower(): column for column in reversed(self.columns)}

    @cached_property
    def latitude(self) -> str:
        """The name of the column of latitudes in degrees; empty where there are no coordinates."""
        return self._coordinates[0]

    @cached_property
    def longitude(self) -> str:
        """The name of the column of longitudes in degrees; empty where there are no coordinates."""
        return self._coordinates[1]

    @cached_property
    def _coordinates(self) -> tuple[str, str]:
        found = [
            next((each.name for each in self.columns if each.meaning == meaning and each.type == "number"), "")
            for meaning in ("latitude", "longitude")
        ]
        return (found[0], found[1]) if all(found) else ("", "")


def frame_of(resource: ResourceRecord, store: BlobStore) -> Frame:
    """Make the frame of a resource. Raises `NotFound`, which says why, where it is no table."""
    if resource.table is None or resource.parquet is None:
        raise NotFound(
            Text(
                "このファイルは表ではないため、行を取り出せません。ファイルをダウンロードしてください。",
                "This file is no table, so it has no rows to read. Download the file.",
            )
        )
    key = resource.table.schema.get("primaryKey") or ()
    return Frame(
        id=resource.parquet.sha256,
        path=store.path(resource.parquet.sha256),
        columns=resource.table.columns,
        rows=resource.table.rows,
        primary_key=(key,) if isinstance(key, str) else tuple(key),
    )
