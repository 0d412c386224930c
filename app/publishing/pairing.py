"""Puts the tables of an upload beside those of the published version, for `comparing`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.publishing.comparing import Pair, Side
from app.publishing.versions import made_path

if TYPE_CHECKING:
    from app.catalog.record import ResourceRecord, Table
    from app.infra.storage import BlobStore
    from app.publishing.ingested import IngestedResource


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is to be compared, and the stored files that are read for it."""

    pairs: tuple[Pair, ...]
    reads: tuple[Path, ...]


def pairs(
    before: tuple[ResourceRecord, ...], after: tuple[IngestedResource, ...], store: BlobStore, folder: Path
) -> Pairs:
    """Pair tables by their names, in the new order; what is no table has no rows to compare."""
    old = {each.name: _stored_side(each, store) for each in before}
    new = {each.name: _made_side(each, folder) for each in after}
    plain = {name for side in (old, new) for name, table in side.items() if table is None}
    names = [name for name in dict.fromkeys((*new, *old)) if name not in plain]
    found = [Pair(name, old.get(name), new.get(name)) for name in names]
    return Pairs(tuple(found), tuple(Path(each.before.path) for each in found if each.before and each.after))


def _stored_side(resource: ResourceRecord, store: BlobStore) -> Side | None:
    if resource.parquet is None or resource.table is None:
        return None
    return _side(store.path(resource.parquet.sha256), resource.table)


def _made_side(resource: IngestedResource, folder: Path) -> Side | None:
    if resource.parquet is None or resource.table is None:
        return None
    return _side(made_path(folder, resource.parquet).resolve(), resource.table)


def _side(path: Path, table: Table) -> Side:
    key = table.schema.get("primaryKey", ())
    return Side(
        path=str(path),
        types={each.name: each.type for each in table.columns},
        rows=table.rows,
        primary_key=(key,) if isinstance(key, str) else tuple(str(name) for name in key),
        meanings={each.name: each.meaning for each in table.columns if each.meaning},
    )
