"""A dataset as JSON, the same in the API and in the dumps: the record's own fields, and addresses to go on from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.catalog import addresses
from app.metadata.registry import FORMATS

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, ResourceRecord, StoredFile


# What is said as the record says it.
FIELDS = (
    *("id", "slug", "name", "title", "description", "publisher", "state", "revision", "license"),
    *("keywords", "themes", "groups", "spatial", "temporal", "frequency", "next_due", "languages", "homepage"),
    *("contact", "sources", "contributors", "provenance", "caveats", "conforms_to", "ai_use", "derived"),
    *("issued", "modified", "version", "versions", "links"),
)


def dataset_as_json(record: DatasetRecord, site: Site) -> dict[str, Any]:
    """A dataset with its files and everywhere it is described; values are what msgspec can encode."""
    page = site.absolute(addresses.dataset(record.path))
    return {
        **{name: getattr(record, name) for name in FIELDS},
        "url": page,
        "series": record.in_series,
        "resources": [resource_as_json(record, each, site) for each in record.resources],
        "descriptions": {each.name: page + each.suffix for each in FORMATS},
    }


def resource_as_json(record: DatasetRecord, each: ResourceRecord, site: Site) -> dict[str, Any]:
    """A resource with its files and the meaning of its columns."""
    # A version of old has no pages for its files.
    page = addresses.dataset(record.path) if record.pinned else addresses.resource(record.slug, each.name)
    return {
        "id": each.id,
        "name": each.name,
        "title": each.title,
        "description": each.description,
        "format": each.format,
        "url": site.absolute(page),
        "rows_url": site.absolute(f"/api/v1/resources/{each.id}/rows") if each.table else None,
        "file": _file(each.file, site.absolute(addresses.data(record.path, each.file.name))),
        "parquet": _file(each.parquet, site.absolute(addresses.data(record.path, each.parquet.name)))
        if each.parquet
        else None,
        "original": _file(each.original, site.absolute(addresses.original(record.path, each.original.name)))
        if each.original
        else None,
        "receipt": _receipt(record, each, site),
        "intake": each.intake,
        "encoding": each.encoding,
        "rows": each.table.rows if each.table else None,
        "schema_inferred": each.table.inferred if each.table else None,
        "columns": each.table.columns if each.table else None,
        "schema": each.table.schema if each.table else None,
    }


def _receipt(record: DatasetRecord, each: ResourceRecord, site: Site) -> dict[str, Any] | None:
    receipt = each.intake.receipt if each.intake else None
    return None if receipt is None else _file(receipt, site.absolute(addresses.receipt(record.path, each.name)))


def _file(file: StoredFile, url: str) -> dict[str, Any]:
    return {
        "name": file.name,
        "url": url,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }
