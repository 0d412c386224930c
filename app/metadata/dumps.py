"""The whole catalogue as files, made by a job and read by whoever wants everything at once.

Only what is public goes in, record by record in order of id, so that memory stays the same for any catalogue. A
generation bears a mark of what it was made from; where the mark is still true, nothing is made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from app.catalog import addresses
from app.kernel.errors import Conflict, NotFound
from app.kernel.text import Text
from app.metadata import flat, llms, open_data_list
from app.metadata.as_json import dataset_as_json
from app.metadata.dump_files import Folder, Generation
from app.metadata.service import code_mark
from app.metadata.sitemaps import PART_URLS, SitemapWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord
    from app.infra.clock import Clock
    from app.metadata.dump_files import Writing

    class Catalogue(Protocol):
        """What is asked of the catalogue."""

        def revisions(self) -> Mapping[str, int]:
            """Map ids to revisions: what changes when any description does."""

        def public_ids(self) -> Iterable[str]:
            """Name the datasets that everybody may read."""

        def public_records(self) -> Iterator[DatasetRecord]:
            """Stream the datasets that everybody may read, in order of id."""

    class Rendered(Protocol):
        """What is asked of the stored descriptions."""

        def each(self, name: str) -> Iterator[tuple[str, bytes]]:
            """Answer id and description of what everybody may read, in order of id."""

    ParquetWriter = Callable[[Path, Path, Mapping[str, str]], None]


GZIP = "application/gzip"
MARKDOWN = "text/markdown; charset=utf-8"
XML = "application/xml"

# The generated files under the names in their addresses; parts of the sitemap come beside.
MEDIA_TYPES = {
    "catalog.nq.gz": GZIP,
    "catalog.jsonl.gz": GZIP,
    "catalog.parquet": "application/vnd.apache.parquet",
    "catalog.csv": "text/csv; charset=utf-8; header=present",
    "data.json": "application/json",
    "llms-full.txt": MARKDOWN,
    "llms.txt": MARKDOWN,
    "sitemap.xml": XML,
}

# How often files are written that nobody may read any more when they are done.
_TRIES = 3
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_FLAT = "flat.jsonl"
_DCAT_US = {
    "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
    "@type": "dcat:Catalog",
    "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
    "describedBy": "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
}


@dataclass(frozen=True, slots=True)
class Dump:
    """A file to serve. `sha256` is that of its bytes, `modified` when it came to hold them."""

    path: Path
    media_type: str
    sha256: str
    size: int
    modified: datetime


class Dumps:
    """Makes the files and knows the latest. `parquet` writes JSON Lines of known columns as Parquet."""

    def __init__(
        self,
        folder: Path,
        site: Site,
        catalog: Catalogue,
        descriptions: Rendered,
        *,
        parquet: ParquetWriter,
        clock: Clock,
        part_urls: int = PART_URLS,
    ) -> None:
        self._folder = Folder(folder)
        self._site = site
        self._catalog = catalog
        self._descriptions = descriptions
        self._parquet = parquet
        self._clock = clock
        self._part_urls = part_urls
        # What is in the files changes with what writes them, although no dataset did.
        self._code = code_mark(site)

    def refresh(self) -> bool:
        """Make all files anew. Answers `False` where nothing changed since they were made.

        Raises `Conflict` where again and again something was withdrawn while the files were written.
        """
        with self._folder.locked():
            for _ in range(_TRIES):
                # Taken first: what changes while we write makes the mark untrue again.
                mark = self._mark()
                latest = self._folder.current()
                if latest and latest.mark == mark:
                    return False
                if self._made(mark):
                    return True
        raise Conflict(
            Text("作成中に公開状態が変わり続けました。", "What is public kept changing while the files were written.")
        )

    def _made(self, mark: str) -> bool:
        """Write the files; keep them only if everybody may still read all that is in them."""
        with self._folder.writing() as writing:
            written: set[str] = set()
            counts = self._write(writing, written)
            if not written.issubset(self._catalog.public_ids()):
                return False
            self._folder.keep(writing, mark, self._clock(), counts)
            return True

    def get(self, name: str) -> Dump:
        """Find a file by its name. Raises `NotFound`, also as long as nothing was made yet."""
        latest = self._folder.current()
        file = latest.files.get(name) if latest else None
        if file is None:
            raise NotFound(
                Text(
                    "このファイルはありません。公開直後であれば、作成されるまで少しお待ちください。",
                    "There is no such file. Right after the portal's start, wait a moment until it is made.",
                )
            )
        media_type = MEDIA_TYPES.get(name, XML)
        return Dump(self._folder.path(file), media_type, file.sha256, file.size, file.modified)

    def counts(self) -> Mapping[str, int]:
        """What the latest files hold: datasets, resources, triples; nothing as long as nothing was made."""
        latest: Generation | None = self._folder.current()
        return latest.counts if latest else {}

    def _mark(self) -> str:
        known = hashlib.sha256(self._code.encode())
        for dataset_id, revision in sorted(self._catalog.revisions().items()):
            known.update(f"{dataset_id} {revision}\n".encode())
        return known.hexdigest()

    def _write(self, writing: Writing, written: set[str]) -> dict[str, int]:
        counts = self._write_records(writing, written)
        self._write_dcat_us(writing, written)
        writing.plain("llms.txt").write(llms.short(self._site, counts["datasets"]))
        return counts

    def _write_records(self, writing: Writing, written: set[str]) -> dict[str, int]:
        """Write what is made record by record, and add the ids to `written`."""
        counts = {"datasets": 0, "resources": 0, "triples": 0}
        quads, lines = writing.compressed("catalog.nq.gz"), writing.compressed("catalog.jsonl.gz")
        table, full = writing.plain("catalog.csv"), llms.FullWriter(self._site)
        sitemap = SitemapWriter(self._site, writing.plain, part_urls=self._part_urls)
        table.write(open_data_list.header())
        flat_path = writing.folder / _FLAT
        with flat_path.open("wb") as rows:
            for record, ntriples in _joined(self._catalog.public_records(), self._descriptions.each("dcat-nt")):
                written.add(record.id)
                counts["datasets"] += 1
                counts["resources"] += len(record.resources) + len(record.links)
                counts["triples"] += _write_quads(quads.write, ntriples, self._graph_name(record))
                lines.write(_json_line(dataset_as_json(record, self._site)))
                rows.write(_json_line(flat.flat(record, self._site)))
                table.write(open_data_list.lines(record, self._site))
                sitemap.add(record)
                full.add(record)
        sitemap.close()
        writing.plain("llms-full.txt").write(full.document())
        self._parquet(flat_path, writing.path("catalog.parquet"), flat.COLUMNS)
        return counts

    def _graph_name(self, record: DatasetRecord) -> bytes:
        return self._site.absolute(addresses.dataset(record.slug)).encode()

    def _write_dcat_us(self, writing: Writing, written: set[str]) -> None:
        """The catalogue as `data.json` of DCAT-US 1.1 (resources.data.gov/resources/dcat-us)."""
        file = writing.plain("data.json")
        head = msgspec.json.encode(_DCAT_US | {"@id": self._site.absolute("/data.json"), "dataset": []})
        file.write(head.removesuffix(b"]}"))
        entries = (entry for dataset_id, entry in self._descriptions.each("dcat-us") if dataset_id in written)
        for number, entry in enumerate(entries):
            file.write((b",\n" if number else b"\n") + entry.strip())
        file.write(b"]}\n")


def _joined(
    records: Iterable[DatasetRecord], descriptions: Iterable[tuple[str, bytes]]
) -> Iterator[tuple[DatasetRecord, bytes]]:
    """Bring two rows in order of id together; what only one of them has changed meanwhile and is left out."""
    rest = iter(descriptions)
    described_id, body = next(rest, ("", b""))
    for record in records:
        while described_id and described_id < record.id:
            described_id, body = next(rest, ("", b""))
        if described_id == record.id:
            yield record, body


def _write_quads(write: Callable[[bytes], object], ntriples: bytes, graph: bytes) -> int:
    """Write the triples as statements of a graph (N-Quads 1.1, 2) and count them."""
    triples = [line.removesuffix(b".") for line in ntriples.split(b"\n") if line.endswith(b".")]
    write(b"".join(b"%s<%s> .\n" % (triple, graph) for triple in triples))
    return len(triples)


def _json_line(value: object) -> bytes:
    return _ENCODER.encode(value) + b"\n"
