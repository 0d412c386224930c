"""The files that readers can download, each with its addresses and its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.catalog import addresses
from app.catalog.vocabularies import FileType, file_type
from app.kernel.text import Text

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, ResourceRecord, StoredFile


@dataclass(frozen=True, slots=True)
class Distribution:
    """One file of a resource. `id` is its permanent address, `page` where people learn about it."""

    id: str
    page: str
    download: str
    title: Text
    description: Text
    file: StoredFile
    type: FileType | None


def distributions(record: DatasetRecord, site: Site) -> tuple[Distribution, ...]:
    """List the files of the current version: of each resource the main file, then Parquet where there is one."""
    return tuple(
        distribution
        for resource in record.resources
        for distribution in (_main(record, resource, site), _parquet(record, resource, site))
        if distribution
    )


def main_file_type(resource: ResourceRecord) -> FileType | None:
    """Say what kind of file readers get: tables are always CSV, whatever was uploaded."""
    if resource.table:
        return file_type("CSV")
    suffix = resource.file.name.rpartition(".")[2]
    return file_type(resource.format) or file_type(suffix) or file_type(resource.file.media_type)


def _main(record: DatasetRecord, resource: ResourceRecord, site: Site) -> Distribution:
    page = site.absolute(addresses.resource(record.slug, resource.name))
    return Distribution(
        id=f"{page}#file",
        page=page,
        download=site.absolute(addresses.data(record.slug, resource.file.name)),
        title=resource.title or Text(en=resource.name),
        description=resource.description,
        file=resource.file,
        type=main_file_type(resource),
    )


def _parquet(record: DatasetRecord, resource: ResourceRecord, site: Site) -> Distribution | None:
    if not resource.parquet:
        return None
    page = site.absolute(addresses.resource(record.slug, resource.name))
    title = resource.title or Text(en=resource.name)
    return Distribution(
        id=f"{page}#parquet",
        page=page,
        download=site.absolute(addresses.data(record.slug, resource.parquet.name)),
        title=Text(f"{title.get('ja')}（Parquet）", f"{title.get('en')} (Parquet)"),
        description=resource.description,
        file=resource.parquet,
        type=file_type("Parquet"),
    )
