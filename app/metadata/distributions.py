"""The files that readers can download, here or elsewhere, each with its addresses and its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from app.catalog import addresses
from app.catalog.vocabularies import FileType, file_type
from app.kernel.text import Text, text_of
from app.metadata.links import web_link

if TYPE_CHECKING:
    from datetime import datetime

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, Link, ResourceRecord, StoredFile


@dataclass(frozen=True, slots=True)
class Distribution:
    """One file. `id` is its permanent address, `page` where people learn about it.

    `file` is absent for a file elsewhere, of which only its address is sure; `size` and `modified` are then what its
    holder says. `table` is the resource whose rows the file has, on the main file alone.
    """

    id: str
    page: str
    download: str
    title: Text
    description: Text
    type: FileType | None
    file: StoredFile | None = None
    size: int | None = None
    modified: datetime | None = None
    table: ResourceRecord | None = None


def distributions(record: DatasetRecord, site: Site) -> tuple[Distribution, ...]:
    """List the version's files, of each resource the main file, then Parquet; then the files elsewhere."""
    here = (
        distribution
        for resource in record.resources
        for distribution in (_main(record, resource, site), _parquet(record, resource, site))
        if distribution
    )
    elsewhere = (_elsewhere(record, link, number, site) for number, link in enumerate(record.links, start=1))
    return (*here, *(distribution for distribution in elsewhere if distribution))


def main_file_type(resource: ResourceRecord) -> FileType | None:
    """Say what kind of file readers get: tables are always CSV, whatever was uploaded."""
    if resource.table:
        return file_type("CSV")
    suffix = resource.file.name.rpartition(".")[2]
    return file_type(resource.format) or file_type(suffix) or file_type(resource.file.media_type)


def link_file_type(link: Link) -> FileType | None:
    """Say what kind of file lies elsewhere, by what is said of it, else by the end of its address."""
    suffix = urlsplit(web_link(link.url)).path.rpartition(".")[2]
    return file_type(link.format) or file_type(link.media_type) or file_type(suffix)


def _main(record: DatasetRecord, resource: ResourceRecord, site: Site) -> Distribution:
    return Distribution(
        id=_id(record, resource, site, "file"),
        page=_page(record, resource, site),
        download=site.absolute(addresses.data(record.path, resource.file.name)),
        title=_title(resource),
        description=resource.description,
        type=main_file_type(resource),
        file=resource.file,
        size=resource.file.size,
        table=resource if resource.table else None,
    )


def _parquet(record: DatasetRecord, resource: ResourceRecord, site: Site) -> Distribution | None:
    if not resource.parquet:
        return None
    title = _title(resource)
    return Distribution(
        id=_id(record, resource, site, "parquet"),
        page=_page(record, resource, site),
        download=site.absolute(addresses.data(record.path, resource.parquet.name)),
        title=Text(f"{title.get('ja')}（Parquet）", f"{title.get('en')} (Parquet)"),
        description=resource.description,
        type=file_type("Parquet"),
        file=resource.parquet,
        size=resource.parquet.size,
    )


def _elsewhere(record: DatasetRecord, link: Link, number: int, site: Site) -> Distribution | None:
    if not (address := web_link(link.url)):
        return None
    return Distribution(
        id=f"{site.absolute(addresses.dataset(record.path))}#link-{number}",
        page=address,
        download=address,
        title=link.title or text_of(link.name) or record.title,
        description=link.description,
        type=link_file_type(link),
        size=link.size,
        modified=link.modified,
    )


def _page(record: DatasetRecord, resource: ResourceRecord, site: Site) -> str:
    """Only the current version has a page for each resource."""
    if record.pinned:
        return site.absolute(addresses.dataset(record.path))
    return site.absolute(addresses.resource(record.slug, resource.name))


def _id(record: DatasetRecord, resource: ResourceRecord, site: Site, kind: str) -> str:
    name = f"-{quote(resource.name, safe='')}" if record.pinned else ""
    return f"{_page(record, resource, site)}#{kind}{name}"


def _title(resource: ResourceRecord) -> Text:
    return resource.title or text_of(resource.name)
