"""What submissions look like in the API's JSON; datasets are `app.metadata.as_json`'s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.catalog import addresses
from app.metadata.as_json import dataset_as_json

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord
    from app.publishing.submission import Submission


# The same in the API as in the dumps.
dataset = dataset_as_json


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
