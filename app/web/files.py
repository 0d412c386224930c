"""Downloads: the clean file, the typed one, the original, and the receipt of what was changed between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.web.access import EVERYBODY, rule
from app.web.context import actor, services
from app.web.counting import took
from app.web.headers import file_signposts, link_header
from app.web.respond import stored_file

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response as WerkzeugResponse

    from app.catalog.record import DatasetRecord, StoredFile

files = Blueprint("files", __name__)


@files.get("/dataset/<slug:slug>/data/<path:name>")
@files.get("/dataset/<slug:slug>/v/<int:number>/data/<path:name>")
@rule(EVERYBODY)
def data(slug: str, name: str, number: int | None = None) -> ResponseReturnValue:
    """A version's clean or typed file; of the current version where none is named."""
    record = services().catalog.get(actor(), slug, number)
    offered = [file for resource in record.resources for file in (resource.file, resource.parquet)]
    return _counted(record, _answer(record, name, offered))


@files.get("/dataset/<slug:slug>/original/<path:name>")
@files.get("/dataset/<slug:slug>/v/<int:number>/original/<path:name>")
@rule(EVERYBODY)
def original(slug: str, name: str, number: int | None = None) -> ResponseReturnValue:
    """A version's file as it was uploaded."""
    record = services().catalog.get(actor(), slug, number)
    return _counted(record, _answer(record, name, [resource.original for resource in record.resources]))


@files.get("/dataset/<slug:slug>/receipt/<path:name>")
@files.get("/dataset/<slug:slug>/v/<int:number>/receipt/<path:name>")
@rule(EVERYBODY)
def receipt(slug: str, name: str, number: int | None = None) -> ResponseReturnValue:
    """What was changed in a table, resource `name`, before it was published."""
    record = services().catalog.get(actor(), slug, number)
    resource = record.resource(name)
    found = resource.intake.receipt if resource and resource.intake else None
    return _answer(record, found.name if found else "", [found])


def _answer(record: DatasetRecord, name: str, offered: list[StoredFile | None]) -> WerkzeugResponse:
    found = next((file for file in offered if file is not None and file.name == name), None)
    if found is None or record.version is None:
        raise NotFound(Text("このファイルは見つかりません。", "There is no such file."))
    links = link_header(file_signposts(record, services().site, found))
    return stored_file(found, record.version.published, links=links)


def _counted(record: DatasetRecord, answer: WerkzeugResponse) -> WerkzeugResponse:
    took(record, answer)
    return answer
