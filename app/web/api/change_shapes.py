"""The shapes of what is answered of a resource's versions and of what changed between them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypedDict

from app.catalog.record import License, StoredFile, VersionRecord
from app.kernel.text import Text
from app.query.schema_events import SchemaEvent


class OfDataset(TypedDict):
    """The dataset that a resource belongs to."""

    id: str
    slug: str
    url: str
    title: Text
    license: License
    publisher: Text


class Moved(TypedDict):
    """A cell of an updated row, as it was and as it is."""

    before: Any
    after: Any


class ChangedRow(TypedDict):
    """A row that was inserted, updated or deleted. `row` is as it is now, of a deleted one as it was."""

    change: str
    key: dict[str, Any] | None
    row: dict[str, Any]
    changed: dict[str, Moved]


class Remark(TypedDict):
    """Something that a reader must know of the answer."""

    code: str
    message: Text


class ChangeCounts(TypedDict):
    """How many rows changed in which way."""

    inserted: int
    updated: int
    deleted: int


class ChangesAnswer(TypedDict):
    """A page of changes. Without `since` everything is new; `key` is `null` where rows were compared as wholes."""

    dataset: OfDataset
    resource: str
    since: VersionRecord | None
    until: VersionRecord
    key: list[str] | None
    schema: list[SchemaEvent]
    counts: ChangeCounts
    total: int
    changes: list[ChangedRow]
    notes: list[Remark]
    truncated: bool
    next: str | None
    next_url: str | None


class VersionTold(TypedDict):
    """What a resource is in one version. `schema` is `null` in its first one, or where one of the two has no table."""

    version: VersionRecord
    url: str
    rows: int | None
    file: StoredFile
    parquet: StoredFile | None
    schema: list[SchemaEvent] | None
    changes_url: str | None


class VersionsAnswer(TypedDict):
    """The versions that a resource is in, newest first."""

    dataset: OfDataset
    resource: str
    total: int
    versions: list[VersionTold]
    next: str | None


class ChangeDay(TypedDict):
    """A day of Japan's time on which versions were published."""

    day: date
    versions: list[int]
    published: datetime
    url: str


class ChangeDays(TypedDict):
    """The days on which something was published, the latest first."""

    dataset: OfDataset
    resource: str
    days: list[ChangeDay]
