"""Makes a version of what the reader answered: its files go into the store, its contents get a hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from app.catalog.record import Intake, ResourceRecord, StoredFile
from app.catalog.service import NewVersion
from app.kernel.errors import Conflict
from app.kernel.text import Text
from app.publishing.planning import details_of

if TYPE_CHECKING:
    from pathlib import Path

    from app.infra.storage import Blob, BlobStore
    from app.publishing.ingested import Ingested, IngestedResource, MadeFile, MadeIntake
    from app.publishing.models import SubmissionRow


@dataclass(frozen=True, slots=True)
class Keeper:
    """Puts the reader's files into the store. Tables of one workbook share their original, which is moved once."""

    store: BlobStore
    folder: Path
    kept: dict[str, Blob] = field(default_factory=dict)

    def resource(self, read: IngestedResource) -> ResourceRecord:
        """Store the files of a resource. Raises `Conflict` for an answer that cannot be the reader's own."""
        return ResourceRecord(
            id="",
            name=read.name,
            title=read.title,
            description=read.description,
            format=read.format,
            file=self._file(read.file),
            original=self._file(read.original) if read.original else None,
            parquet=self._file(read.parquet) if read.parquet else None,
            table=read.table,
            encoding=read.encoding,
            intake=self._intake(read.intake) if read.intake else None,
        )

    def _file(self, made: MadeFile) -> StoredFile:
        blob = self.kept.get(made.path)
        if blob is None:
            blob = self.kept[made.path] = self.store.put_file(made_path(self.folder, made))
        return StoredFile(made.name, made.media_type, blob.size, blob.sha256)

    def _intake(self, made: MadeIntake) -> Intake:
        receipt = self._file(made.receipt)
        return Intake(made.rows_in, made.rows_apart, made.repairs, made.marks, receipt, made.standard)


def made_path(folder: Path, made: MadeFile) -> Path:
    """Answer where a file of the reader's lies: what it says of paths is checked, not believed."""
    path = folder / made.path
    if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise Conflict(Text("読み取り結果が不正です。", "The reader's answer names a file outside its folder."))
    return path


# As `msgspec.to_builtins` writes what is empty in an `About`.
EMPTY: tuple[Any, ...] = ("", None, (), {"ja": "", "en": ""}, {"start": None, "end": None})


def new_version(row: SubmissionRow, ingested: Ingested, resources: tuple[ResourceRecord, ...]) -> NewVersion:
    """Describe the version to be added."""
    if ingested.about is None:
        raise Conflict(Text("読み取り結果が不正です。", "The reader's answer lacks a description."))
    details = details_of(row)
    # What is made from the rest (rendered text, Parquet) may change with a library; that is no new version.
    about = msgspec.to_builtins(replace(ingested.about, description_html=Text()))
    content = (
        # What nobody says is left out: a field that a later edition of this software knows is no change of the data.
        {name: value for name, value in about.items() if value not in EMPTY},
        ingested.label,
        [_content(resource) for resource in resources],
    )
    return NewVersion(
        organization_id=row.organization_id,
        name=ingested.name,
        about=ingested.about,
        access=details.access,
        resources=resources,
        content_hash=hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest(),
        created=row.created,
        label=ingested.label,
        notes=details.notes or ingested.notes,
    )


def _content(resource: ResourceRecord) -> tuple[object, ...]:
    """What a version consists of. How it came to be (`intake`) is no part of it."""
    return (
        resource.name,
        resource.title,
        resource.description,
        resource.format,
        resource.file.sha256,
        resource.original.sha256 if resource.original else None,
        resource.table.schema if resource.table else None,
    )
