"""Descriptions of datasets, rendered once for each state of a dataset and kept as long as there is room."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.metadata.registry import by_name

if TYPE_CHECKING:
    from datetime import datetime

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord

ROOM = 32 * 1024 * 1024

Key = tuple[str, int, str | None, str, str]


@dataclass(frozen=True, slots=True)
class Description:
    """Bytes to serve. `etag` is a strong one (RFC 9110, 8.8.3): the SHA-256 of the bytes, without quotes."""

    body: bytes
    media_type: str
    etag: str
    modified: datetime


class Descriptions:
    """Renders records in any format. Safe to share between threads; `room` bounds the bytes kept."""

    def __init__(self, site: Site, *, room: int = ROOM) -> None:
        self._site = site
        self._room = room
        self._used = 0
        self._kept: OrderedDict[Key, Description] = OrderedDict()
        self._lock = Lock()

    def render(self, record: DatasetRecord, format_name: str) -> Description:
        """Describe the record. Raises `NotFound` for a format that does not exist, or not for this record yet."""
        version = record.version.id if record.version else None
        key = (record.id, record.revision, version, format_name, self._site.url)
        if kept := self._recall(key):
            return kept
        # Two threads may render the same thing at once: the bytes are equal, and nobody waits for a lock.
        description = self._describe(record, format_name)
        self._keep(key, description)
        return description

    def _describe(self, record: DatasetRecord, format_name: str) -> Description:
        if not (wanted := by_name(format_name)):
            raise NotFound(
                Text(
                    f"「{format_name}」というメタデータ形式はありません。",
                    f"There is no metadata format named “{format_name}”.",
                )
            )
        body = wanted.render(record, self._site)
        return Description(body, wanted.media_type, hashlib.sha256(body).hexdigest(), record.modified)

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
            while self._used > self._room:
                _, dropped = self._kept.popitem(last=False)
                self._used -= len(dropped.body)
