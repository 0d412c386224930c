"""The table of rendered descriptions: bytes that are made once and then only read."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.catalog.record import DatasetRecord
    from app.infra.db import Database

CURRENT = 0
# Stands between the hash of the bytes and the mark of the code that wrote them.
_BY = "@"
KEY = ("dataset_id", "version", "name")
LEVEL = 6


class DescriptionRow(Base):
    """One description, or the knowledge that the format has none for this dataset (an empty `media_type`).

    `version` is 0 for the current one, which is valid for one revision, and the number of a version whose
    description never changes. `name` is the format's, with `:` and a resource's name where it describes one table.
    """

    __tablename__ = "descriptions"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
    media_type: Mapped[str]
    etag: Mapped[str]
    modified: Mapped[datetime]
    body: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class Description:
    """Bytes to serve. `etag` is a strong one (RFC 9110, 8.8.3): the SHA-256 of the bytes, without quotes."""

    body: bytes
    media_type: str
    etag: str
    modified: datetime


# What a format answers that cannot describe a dataset.
NONE = Description(b"", "", "", datetime(1970, 1, 1, tzinfo=UTC))


class StoredDescriptions:
    """Reads and writes the table. `mark` names the code that renders: what other code wrote is not valid any more."""

    def __init__(self, database: Database, mark: str) -> None:
        self._database = database
        self._mark = mark

    def find(self, record: DatasetRecord, version: int, name: str) -> Description | None:
        """Answer the description of the record's revision, or of a version whatever the revision."""
        with self._database.read() as session:
            row = session.get(DescriptionRow, (record.id, version, name))
        return self._valid(row, record.revision) if row else None

    def find_all(self, dataset_ids: Sequence[str], name: str, revisions: dict[str, int]) -> dict[str, Description]:
        """Map those of the datasets to their current descriptions that have a valid one."""
        query = select(DescriptionRow).where(
            DescriptionRow.dataset_id.in_(dataset_ids),
            DescriptionRow.version == CURRENT,
            DescriptionRow.name == name,
        )
        with self._database.read() as session:
            rows = session.scalars(query).all()
        valid = ((row.dataset_id, self._valid(row, revisions.get(row.dataset_id, -1))) for row in rows)
        return {dataset_id: description for dataset_id, description in valid if description}

    def names(self, record: DatasetRecord, version: int) -> dict[str, bool]:
        """Map the names of all valid descriptions to whether there is something to serve."""
        shown = (DescriptionRow.name, DescriptionRow.revision, DescriptionRow.etag, DescriptionRow.media_type)
        query = select(*shown).where(DescriptionRow.dataset_id == record.id, DescriptionRow.version == version)
        with self._database.read() as session:
            rows = session.execute(query).all()
        return {
            row.name: bool(row.media_type)
            for row in rows
            if version != CURRENT or (row.revision == record.revision and row.etag.endswith(_BY + self._mark))
        }

    def keep(self, record: DatasetRecord, version: int, descriptions: Mapping[str, Description]) -> None:
        """Write descriptions of a record by their names, at once; of a version, what anybody wrote before stays."""
        if not descriptions:
            return
        upsert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        statement = upsert(DescriptionRow)
        if version == CURRENT:
            new = statement.excluded
            columns = ("revision", "media_type", "etag", "modified", "body")
            # Another process may have written what comes later; readers never go back in time.
            statement = statement.on_conflict_do_update(
                index_elements=KEY,
                set_={name: new[name] for name in columns},
                where=DescriptionRow.revision <= new.revision,
            )
        else:
            statement = statement.on_conflict_do_nothing(index_elements=KEY)
        rows = [self._row(record, version, name, each) for name, each in descriptions.items()]
        with self._database.write() as session:
            session.connection().execute(statement, rows)
            session.commit()

    def _row(self, record: DatasetRecord, version: int, name: str, description: Description) -> dict[str, object]:
        return {
            "dataset_id": record.id,
            "version": version,
            "name": name,
            "revision": record.revision,
            "media_type": description.media_type,
            "etag": description.etag + _BY + self._mark,
            "modified": description.modified,
            "body": zlib.compress(description.body, LEVEL),
        }

    def delete(self, dataset_id: str) -> None:
        """Remove everything that is kept of a dataset."""
        with self._database.write() as session:
            session.execute(delete(DescriptionRow).where(DescriptionRow.dataset_id == dataset_id))
            session.commit()

    def _valid(self, row: DescriptionRow, revision: int) -> Description | None:
        etag, _, mark = row.etag.partition(_BY)
        if row.version == CURRENT and (row.revision != revision or mark != self._mark):
            return None
        return Description(zlib.decompress(row.body), row.media_type, etag, row.modified)
