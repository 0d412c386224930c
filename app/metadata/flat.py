"""A dataset as one flat row of `catalog.parquet`: what is asked about whole catalogues, without nesting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.catalog import addresses

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord

MOST_CHARACTERS = 1_000_000

# The columns with their types, as SQL engines call them.
COLUMNS = {
    "id": "VARCHAR",
    "slug": "VARCHAR",
    "url": "VARCHAR",
    "title_ja": "VARCHAR",
    "title_en": "VARCHAR",
    "description_ja": "VARCHAR",
    "description_en": "VARCHAR",
    "publisher": "VARCHAR",
    "publisher_ja": "VARCHAR",
    "publisher_en": "VARCHAR",
    "state": "VARCHAR",
    "license": "VARCHAR",
    "license_url": "VARCHAR",
    "keywords": "VARCHAR[]",
    "themes": "VARCHAR[]",
    "groups": "VARCHAR[]",
    "spatial": "VARCHAR[]",
    "temporal_start": "DATE",
    "temporal_end": "DATE",
    "frequency": "VARCHAR",
    "next_due": "DATE",
    "languages": "VARCHAR[]",
    "conforms_to": "VARCHAR[]",
    "ai_use": "VARCHAR",
    "series": "VARCHAR",
    "issued": "TIMESTAMPTZ",
    "modified": "TIMESTAMPTZ",
    "version": "INTEGER",
    "version_published": "TIMESTAMPTZ",
    "files": "INTEGER",
    "links": "INTEGER",
    "formats": "VARCHAR[]",
    "columns": "VARCHAR[]",
    "units": "VARCHAR[]",
    "meanings": "VARCHAR[]",
    "rows": "BIGINT",
    "bytes": "BIGINT",
}


def flat(record: DatasetRecord, site: Site) -> dict[str, Any]:
    """Answer the values of the columns; what is empty is null, and lists have each value once."""
    tables = [resource.table for resource in record.resources if resource.table]
    columns = [column for table in tables for column in table.columns]
    return {
        "id": record.id,
        "slug": record.slug,
        "url": site.absolute(addresses.dataset(record.path)),
        "title_ja": record.title.ja or None,
        "title_en": record.title.en or None,
        "description_ja": record.description.ja or None,
        "description_en": record.description.en or None,
        "publisher": record.publisher.slug,
        "publisher_ja": record.publisher.title.ja or None,
        "publisher_en": record.publisher.title.en or None,
        "state": record.state,
        "license": record.license.name or None,
        "license_url": record.license.url or None,
        "keywords": record.keywords,
        "themes": record.themes,
        "groups": record.groups,
        "spatial": record.spatial,
        "temporal_start": record.temporal.start,
        "temporal_end": record.temporal.end,
        "frequency": record.frequency or None,
        "next_due": record.next_due,
        "languages": record.languages,
        "conforms_to": record.conforms_to,
        "ai_use": record.ai_use or None,
        "series": record.in_series.slug if record.in_series else None,
        "issued": record.issued,
        "modified": record.modified,
        "version": record.version.number if record.version else None,
        "version_published": record.version.published if record.version else None,
        "files": len(record.resources),
        "links": len(record.links),
        "formats": _different([*(each.format for each in record.resources), *(link.format for link in record.links)]),
        "columns": _different([column.name for column in columns]),
        "units": _different([column.unit for column in columns]),
        "meanings": _different([column.meaning for column in columns]),
        "rows": sum(table.rows for table in tables) if tables else None,
        "bytes": sum(resource.file.size for resource in record.resources),
    }


def _different(words: list[str]) -> list[str]:
    """Keep each word once, and no more than a row of the file may hold: no one dataset may stop the others' dump."""
    kept: list[str] = []
    room = MOST_CHARACTERS
    for word in dict.fromkeys(filter(None, words)):
        room -= len(word)
        if room < 0:
            break
        kept.append(word)
    return kept
