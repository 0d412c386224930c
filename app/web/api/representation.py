"""What records look like in the API's JSON: the record's own fields, and addresses to go on from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.catalog import addresses
from app.metadata.registry import FORMATS

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, ResourceRecord, StoredFile
    from app.publishing.submission import Submission
    from app.search.engine import Hit


def dataset(record: DatasetRecord, site: Site) -> dict[str, Any]:
    """A dataset with its resources and everywhere it is described."""
    page = site.absolute(addresses.dataset(record.slug))
    return {
        "id": record.id,
        "slug": record.slug,
        "name": record.name,
        "url": page,
        "title": record.title,
        "description": record.description,
        "publisher": record.publisher,
        "state": record.state,
        "license": record.license,
        "keywords": record.keywords,
        "themes": record.themes,
        "spatial": record.spatial,
        "temporal": record.temporal,
        "frequency": record.frequency,
        "languages": record.languages,
        "homepage": record.homepage,
        "contact": record.contact,
        "sources": record.sources,
        "contributors": record.contributors,
        "issued": record.issued,
        "modified": record.modified,
        "version": record.version,
        "versions": record.versions,
        "resources": [resource(record, each, site) for each in record.resources],
        "descriptions": {each.name: page + each.suffix for each in FORMATS},
    }


def resource(record: DatasetRecord, each: ResourceRecord, site: Site) -> dict[str, Any]:
    """A resource with its files and the meaning of its columns."""
    return {
        "id": each.id,
        "name": each.name,
        "title": each.title,
        "description": each.description,
        "format": each.format,
        "url": site.absolute(addresses.resource(record.slug, each.name)),
        "rows_url": site.absolute(f"/api/v1/resources/{each.id}/rows") if each.table else None,
        "file": _file(each.file, site.absolute(addresses.data(record.slug, each.file.name))),
        "parquet": _file(each.parquet, site.absolute(addresses.data(record.slug, each.parquet.name)))
        if each.parquet
        else None,
        "original": _file(each.original, site.absolute(addresses.original(record.slug, each.original.name)))
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


def hit(found: Hit, site: Site) -> dict[str, Any]:
    """A search result; `values` of the index stay inside."""
    document = found.document
    return {
        "id": document.id,
        "slug": document.slug,
        "url": site.absolute(addresses.dataset(document.slug)),
        "title": document.title,
        "description": document.description,
        "publisher": {"slug": document.publisher_slug, "title": document.publisher},
        "license": document.license,
        "themes": document.themes,
        "formats": document.formats,
        "keywords": document.keywords,
        "rows": document.rows,
        "modified": document.updated,
        "score": found.score,
    }


def submission(found: Submission, record: DatasetRecord | None, site: Site) -> dict[str, Any]:
    """A submission with its report, and the dataset it became."""
    return {
        "id": found.id,
        "url": site.absolute(f"/api/v1/submissions/{found.id}"),
        "page": site.absolute(f"/submission/{found.id}"),
        "state": found.state,
        "message": found.message,
        "file_name": found.file_name,
        "size": found.size,
        "created": found.created,
        "updated": found.updated,
        "valid": found.report.valid,
        "report": found.report,
        "revision": found.revision,
        "progress": found.progress,
        "examination": found.examination,
        "choices": found.choices,
        "holds": found.holds,
        "reason": found.reason,
        "dataset": None
        if record is None
        else {
            "id": record.id,
            "slug": record.slug,
            "url": site.absolute(addresses.dataset(record.slug)),
            "version": record.version.number if record.version else None,
        },
    }


def _receipt(record: DatasetRecord, each: ResourceRecord, site: Site) -> dict[str, Any] | None:
    receipt = each.intake.receipt if each.intake else None
    return None if receipt is None else _file(receipt, site.absolute(addresses.receipt(record.slug, each.name)))


def _file(file: StoredFile, url: str) -> dict[str, Any]:
    return {
        "name": file.name,
        "url": url,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }
