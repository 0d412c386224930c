"""Reads one resource of a package: a table or several, or a file that is kept as it is."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from app.catalog import vocabularies
from app.catalog.record import Table
from app.kernel.report import Findings
from app.kernel.text import Text, text_of
from app.publishing.descriptor import ResourceDescription
from app.publishing.examination import Examined
from app.publishing.ingested import IngestedResource, MadeFile, MadeIntake
from app.publishing.opening import Opened, suffix_of
from app.publishing.personal import examine_personal
from app.publishing.problems import problem
from app.publishing.references import Origin
from app.publishing.repair.choices import Choices
from app.publishing.tables import CleanTable, TableSource, is_tabular, read_tables

BINARY, CSV, PARQUET = "application/octet-stream", "text/csv", "application/vnd.apache.parquet"
JSON = "application/json"
# What changes its meaning in an address, ends a name in a file system or cannot be seen.
NOT_IN_FILE_NAMES = re.compile(r"[%#?:/\\\x00-\x1f\x7f-\x9f]")
HASHES = {"": "md5", "md5": "md5", "sha1": "sha1", "sha256": "sha256", "sha512": "sha512"}


@dataclass(frozen=True, slots=True)
class _Source:
    """A resource's file as it came. `name` is what its publisher calls it."""

    path: Path
    name: str
    format: str


@dataclass(frozen=True, slots=True)
class Read:
    """A description as read: resources, where the rows of its tables stand, and what is shown of them."""

    resources: tuple[IngestedResource, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict)
    examined: tuple[Examined, ...] = ()


def read_resource(
    description: ResourceDescription, opened: Opened, out: Path, findings: Findings, choices: Choices
) -> Read:
    """Read it into `out`. A file in which no table is understood is kept whole, unless a schema promises one."""
    source = _source(description, opened.files, out)
    if not _as_declared(description, source, findings):
        return Read()
    if not is_tabular(source.format):
        return Read((_plain(description, source, out),))
    read = read_tables(
        source.path,
        TableSource(
            resource=description.name,
            file=source.name,
            format=source.format,
            encoding=description.encoding,
            dialect=description.dialect or {},
            schema=description.schema,
            members=opened.members.get(description.path or "", {}),
        ),
        out,
        findings,
        choices,
    )
    examined = tuple(map(_with_persons_apart, read.examined))
    if not read.clean:
        return Read(() if findings.failed else (_plain(description, source, out),), examined=examined)
    original = _original(source, out) if any(not each.unchanged for each in read.clean) else None
    return Read(
        tuple(_tabular(description, table, original, out) for table in read.clean),
        {table.resource: Origin(source.name, table.lines) for table in read.clean},
        examined,
    )


def _source(description: ResourceDescription, files: Mapping[str, Path], out: Path) -> _Source:
    if description.path is None:
        return _inline(description, out)
    name = PurePosixPath(description.path).name
    return _Source(files[description.path], name, suffix_of(name) or description.format.lower())


def _inline(description: ResourceDescription, out: Path) -> _Source:
    """Write data that stands in the descriptor to a file: rows as CSV, anything else as JSON."""
    data = description.data
    if isinstance(data, str):
        path = out / "inline.txt"
        path.write_text(data, encoding="utf-8")
        form = description.format.lower() or "txt"
        return _Source(path, f"{description.name}.{form}", form)
    rows = _rows(data)
    if rows is None:
        path = out / "inline.json"
        path.write_bytes(msgspec.json.encode(data))
        return _Source(path, f"{description.name}.json", "json-document")
    path = out / "inline.csv"
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    path.write_text(written.getvalue(), encoding="utf-8")
    return _Source(path, f"{description.name}.csv", "csv")


def _rows(data: Any) -> list[list[Any]] | None:
    if not isinstance(data, list) or not data:
        return None
    if all(isinstance(row, list) for row in data):
        return data
    if all(isinstance(row, dict) for row in data):
        names = list(dict.fromkeys(name for row in data for name in row))
        return [names, *([row.get(name, "") for name in names] for row in data)]
    return None


def _as_declared(description: ResourceDescription, source: _Source, findings: Findings) -> bool:
    """Compare the file with the size and hash that its publisher states."""
    if description.path is None:
        return True
    size = source.path.stat().st_size
    if description.bytes is not None and description.bytes != size:
        findings.add(
            problem("byte-count", file=description.path, value=description.bytes, resource=description.name, found=size)
        )
        return False
    algorithm, _, digest = description.hash.rpartition(":")
    if not digest or algorithm.lower() not in HASHES:
        return True
    with source.path.open("rb") as stream:
        found = hashlib.file_digest(stream, HASHES[algorithm.lower()]).hexdigest()
    if found != digest.lower():
        findings.add(problem("hash-count", file=description.path, value=digest, resource=description.name, found=found))
        return False
    return True


def _plain(description: ResourceDescription, source: _Source, out: Path) -> IngestedResource:
    kind = vocabularies.file_type(source.format) or vocabularies.file_type(source.name.rpartition(".")[2])
    return IngestedResource(
        name=description.name,
        title=description.title or text_of(description.name),
        description=description.description,
        format=kind.name if kind else source.format.upper() or "FILE",
        file=_made(source.path, out, source.name, kind.media_type if kind else BINARY),
    )


def _tabular(
    description: ResourceDescription, table: CleanTable, original: MadeFile | None, out: Path
) -> IngestedResource:
    title = description.title or text_of(description.name)
    examined = table.examined
    return IngestedResource(
        name=table.resource,
        title=_told_apart(title, table.title) if table.title and table.resource != description.name else title,
        description=description.description,
        format="CSV",
        file=_made(table.csv, out, f"{table.resource}.csv", CSV),
        original=None if table.unchanged else original,
        parquet=_made(table.parquet, out, f"{table.resource}.parquet", PARQUET),
        table=Table(table.columns, table.rows, table.schema, table.inferred),
        encoding=table.encoding,
        intake=MadeIntake(
            rows_in=examined.rows_in,
            rows_apart=examined.rows_apart,
            repairs=table.repairs,
            marks=examined.marks,
            receipt=_made(table.receipt, out, f"{table.resource}.receipt.json", JSON),
            standard=examined.standard.id if examined.standard else "",
        ),
    )


def _with_persons_apart(examined: Examined) -> Examined:
    """Look for data of persons in the rows set apart, too: the receipt and the original are public with the table."""
    words = [(cell, 1, each.first) for each in examined.apart for cell in each.cells if cell]
    found = examine_personal("", "", words, [column.name for column in examined.columns])
    return examined if found is None else replace(examined, personal=(*examined.personal, found))


def _told_apart(title: Text, table: str) -> Text:
    return Text(f"{title.ja}：{table}" if title.ja else "", f"{title.en}: {table}" if title.en else "")


def _original(source: _Source, out: Path) -> MadeFile:
    kind = vocabularies.file_type(source.format)
    return _made(source.path, out, source.name, kind.media_type if kind else BINARY)


def _made(path: Path, out: Path, name: str, media_type: str) -> MadeFile:
    """Name a file relative to the job's folder, which is where the answer's reader looks; copy what lies outside."""
    folder = out.parent
    if not path.resolve().is_relative_to(folder.resolve()):
        copied = out / f"kept-{len(list(out.iterdir()))}"
        shutil.copyfile(path, copied)
        path = copied
    return MadeFile(str(path.resolve().relative_to(folder.resolve())), name, media_type)
