"""Descriptions of datasets: rendered once for each version and change, and then only read."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import replace
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from app.catalog import lifecycle, vocabularies
from app.catalog.record import State
from app.identity import policy
from app.identity.policy import Action
from app.kernel.actor import ANONYMOUS
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.metadata.registry import FORMATS, by_name
from app.metadata.stored import CURRENT, NONE, Description, StoredDescriptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord
    from app.catalog.service import Catalog
    from app.infra.db import Database
    from app.metadata.format import Format

ROOM = 32 * 1024 * 1024
ENTRIES = 20_000
# Datasets whose descriptions are fetched together for a dump.
BATCH = 200
# What may change the bytes without a change of the record: the code that renders, and the tables it reads.
_APP = Path(__file__).parents[1]
SOURCES = (
    *(_APP / part for part in ("kernel", "catalog", "quality", "metadata")),
    vocabularies.FOLDER,
    vocabularies.FOLDER.parent / "places",
)

Key = tuple[str, int, int, str]


class Descriptions:
    """Renders records in any format and keeps the bytes: in the database, and the latest in memory.

    Safe to share between threads; `room` bounds the bytes in memory. Without a database nothing outlives the
    process, which is enough to look at records that no catalogue holds.
    """

    def __init__(
        self, site: Site, database: Database | None = None, catalog: Catalog | None = None, *, room: int = ROOM
    ) -> None:
        self._site = site
        self._catalog = catalog
        self._stored = StoredDescriptions(database, code_mark(site)) if database else None
        self._room = room
        self._used = 0
        self._kept: OrderedDict[Key, Description] = OrderedDict()
        self._lock = Lock()

    def render(self, record: DatasetRecord, name: str, *, table: str | None = None) -> Description:
        """Describe the record, or one table of it. The caller has asked the policy.

        Raises `NotFound` for a format that does not exist, or not for this record.
        """
        description = self._render(record, _format(name), table)
        if not description.media_type:
            raise NotFound(
                Text("この形式で表せる内容がありません。", "This dataset has nothing that the format can tell.")
            )
        return description

    def offered(self, record: DatasetRecord) -> tuple[Format, ...]:
        """List the formats that have something to say of the record; what is not rendered yet is rendered now."""
        return tuple(each for each in FORMATS if self._render(record, each).media_type)

    def prepare(self, record: DatasetRecord) -> None:
        """Render everything of the record, and once for good everything of its version. A job; may run twice."""
        if record.state is State.WITHDRAWN:
            self.forget(record.id)
            return
        if record.state not in lifecycle.VISIBLE:
            return
        self._prepare(record)
        if pinned := self._pinned(record):
            self._prepare(pinned)

    def forget(self, dataset_id: str) -> None:
        """Drop what is kept of a dataset; nobody may read it any more."""
        if self._stored:
            self._stored.delete(dataset_id)
        with self._lock:
            for key in [key for key in self._kept if key[0] == dataset_id]:
                self._used -= len(self._kept.pop(key).body)

    def each(self, name: str) -> Iterator[tuple[str, bytes]]:
        """Stream the ids and descriptions of all public datasets in order of id, whatever their number.

        A dataset that the format cannot describe, or that is withdrawn meanwhile, is left out.
        """
        if self._catalog is None or self._stored is None:
            message = "these descriptions know no catalogue"
            raise RuntimeError(message)
        wanted = _format(name)
        ids = iter(sorted(self._catalog.public_ids()))
        revisions = self._catalog.revisions()
        while batch := list(islice(ids, BATCH)):
            yield from self._batch(wanted, batch, revisions, self._stored, self._catalog)

    def _batch(
        self, wanted: Format, ids: list[str], revisions: dict[str, int], stored: StoredDescriptions, catalog: Catalog
    ) -> Iterator[tuple[str, bytes]]:
        found = stored.find_all(ids, wanted.name, revisions)
        for dataset_id in ids:
            description = found.get(dataset_id)
            if description is None and (record := catalog.find(dataset_id)) and _is_public(record):
                description = self._render(record, wanted)
            if description and description.media_type:
                yield dataset_id, description.body

    def _pinned(self, record: DatasetRecord) -> DatasetRecord | None:
        """Answer the current version as its package said it, whatever was said here since."""
        if record.version is None:
            return None
        if self._catalog is None:
            return replace(record, pinned=True)
        return self._catalog.find(record.id, record.version.number)

    def _prepare(self, record: DatasetRecord) -> None:
        """Render what is missing of a record, and write it at once."""
        if self._stored is None:
            return
        version = _number(record)
        known = self._stored.names(record, version)
        missing = {
            _name(each, table): self._describe(record, each, table)
            for each in FORMATS
            for table in (None, *([resource.name for resource in record.resources] if each.render_table else ()))
            if _name(each, table) not in known
        }
        self._stored.keep(record, version, missing)

    def _render(self, record: DatasetRecord, wanted: Format, table: str | None = None) -> Description:
        version, name = _number(record), _name(wanted, table)
        key = (record.id, version, record.revision, name)
        if kept := self._recall(key):
            return kept
        description = self._stored.find(record, version, name) if self._stored else None
        if description is None:
            description = self._describe(record, wanted, table)
            if self._stored:
                self._stored.keep(record, version, {name: description})
                # Of a version, the first that anybody wrote is the one that holds.
                description = self._stored.find(record, version, name) or description
        self._keep(key, description)
        return description

    def _describe(self, record: DatasetRecord, wanted: Format, table: str | None) -> Description:
        try:
            body = self._body(record, wanted, table)
        except NotFound:
            return NONE
        return Description(body, wanted.media_type, hashlib.sha256(body).hexdigest(), record.modified)

    def _body(self, record: DatasetRecord, wanted: Format, table: str | None) -> bytes:
        if table is None:
            return wanted.render(record, self._site)
        resource = record.resource(table)
        if resource is None or wanted.render_table is None:
            raise NotFound(Text("この表は見つかりません。", "There is no such table."))
        return wanted.render_table(record, resource, self._site)

    def _recall(self, key: Key) -> Description | None:
        with self._lock:
            if kept := self._kept.get(key):
                self._kept.move_to_end(key)
            return kept

    def _keep(self, key: Key, description: Description) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = description
            self._used += len(description.body)
            while self._used > self._room or len(self._kept) > ENTRIES:
                _, dropped = self._kept.popitem(last=False)
                self._used -= len(dropped.body)


def code_mark(site: Site) -> str:
    """Name the code, the vocabularies and the settings that write descriptions: other ones have another name."""
    digest = hashlib.sha256(repr(site).encode())
    for path in sorted(_files(SOURCES)):
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def _format(name: str) -> Format:
    if found := by_name(name):
        return found
    raise NotFound(
        Text(f"「{name}」というメタデータ形式はありません。", f"There is no metadata format named “{name}”.")
    )


def _number(record: DatasetRecord) -> int:
    return record.version.number if record.pinned and record.version else CURRENT


def _name(wanted: Format, table: str | None) -> str:
    return wanted.name if table is None else f"{wanted.name}:{table}"


def _is_public(record: DatasetRecord) -> bool:
    audiences = lifecycle.audiences(record.state, record.access, record.publisher.id, record.id)
    return record.state in lifecycle.VISIBLE and bool(policy.may(ANONYMOUS, Action.READ_DATASET, audiences))
