"""Reads the real records of Tokyo's catalogue, as an import would have them, where that folder is there."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.catalog.completion import Completion, complete
from app.catalog.record import Access, DatasetRecord, Publisher, State, VersionRecord
from app.catalog.service import paragraphs
from app.catalog.vocabularies import licenses
from app.harvest.ckan import map_package
from app.harvest.harvested import Harvested
from app.kernel.text import Text
from app.settings import Settings

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "catalogs" / "tokyo-ckan" / "packages_part_a.jsonl.gz"
_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def harvested(file: Path = FILE) -> Iterator[Harvested]:
    """Map every record of the file."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if found := map_package(json.loads(line), number).harvested:
                yield found


def records(file: Path = FILE) -> Iterator[DatasetRecord]:
    """Make published datasets of the file's records. Id, slug and name are the record's name there."""
    defaults = Completion(licenses()[0], Settings().area)
    for each in harvested(file):
        yield complete(_record(each), defaults)


def _record(each: Harvested) -> DatasetRecord:
    about, owner = each.about, each.organization
    slug = owner.slug if owner else "tokyo"
    version = VersionRecord(f"{each.name}.1", 1, _DAY)
    return DatasetRecord(
        **{name: getattr(about, name) for name in about.__slots__ if name != "description_html"},
        description_html=paragraphs(about.description),
        id=each.name,
        slug=each.name,
        name=each.name,
        publisher=Publisher(slug, slug, owner.title if owner else Text("東京都")),
        state=State.PUBLISHED,
        access=Access.PUBLIC,
        created=_DAY,
        modified=about.source_modified or _DAY,
        revision=1,
        issued=about.source_issued or _DAY,
        version=version,
        versions=(version,),
    )
