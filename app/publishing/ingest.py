"""Reads an upload in the sandbox: archive, descriptor, tables; answers files and a report.

Nothing of this is believed outside but the bytes of the files and the shape of the answer.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from app.catalog import vocabularies
from app.catalog.record import About, License, Table
from app.kernel.report import Findings
from app.kernel.text import text_of
from app.publishing import prose
from app.publishing.archive import looks_like, unpack
from app.publishing.descriptor import (
    DESCRIPTOR_NAMES,
    MAX_BYTES,
    Package,
    ResourceDescription,
    infer_package,
    read_descriptor,
)
from app.publishing.descriptor.names import name_key
from app.publishing.ingested import Ingested, IngestedResource, MadeFile, Question
from app.publishing.problems import problem
from app.publishing.references import Origin, check_references
from app.publishing.submission import Details
from app.publishing.tables import CleanTable, TableSource, is_tabular, read_table

SINGLE_FILES = {"text": "csv", "xlsx": "xlsx", "xls": "xls", "ods": "ods"}
# A table may come without an ending of its own; one that promises something else is not what it says.
PLAIN_SUFFIXES = frozenset({"", "txt"})
BINARY, CSV, PARQUET = "application/octet-stream", "text/csv", "application/vnd.apache.parquet"
# What changes its meaning in an address, ends a name in a file system or cannot be seen.
_NOT_IN_FILE_NAMES = re.compile(r"[%#?:/\\\x00-\x1f\x7f-\x9f]")
HASHES = {"": "md5", "md5": "md5", "sha1": "sha1", "sha256": "sha256", "sha512": "sha512"}


@dataclass(frozen=True, slots=True)
class _Source:
    """A resource's file as it came. `name` is what its publisher calls it."""

    path: Path
    name: str
    format: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A resource as read; `origin` is a table's."""

    resource: IngestedResource
    origin: Origin | None = None


def ingest(argument: Any) -> Any:
    """Read the file that a `Question` (as JSON) names; answer an `Ingested` (as JSON). Runs in the job's folder."""
    question = msgspec.convert(argument, Question)
    return msgspec.to_builtins(_ingest(question, Path.cwd(), Findings()))


def _ingest(question: Question, folder: Path, findings: Findings) -> Ingested:
    opened = _open(question, folder, findings)
    if opened is None:
        return Ingested(findings.report())
    package, files = opened
    read = _resources(package, files, folder, findings)
    resources = [each.resource for each in read]
    if not findings.failed:
        origins = {each.resource.name: each.origin for each in read if each.origin}
        check_references(resources, origins, folder, findings)
    if findings.failed:
        return Ingested(findings.report())
    about = _about(package, question.details)
    return Ingested(findings.report(), package.name, package.version, about, _named_apart(resources))


def _resources(package: Package, files: Mapping[str, Path], folder: Path, findings: Findings) -> list[_Read]:
    """Read them all. Raises `RuntimeError` where one is missing and nothing says why, which is a fault of ours."""
    found = []
    for number, description in enumerate(package.resources, 1):
        out = folder / f"out-{number}"
        out.mkdir()
        read = _resource(description, files, out, findings)
        if read is not None:
            found.append(read)
        elif not findings.failed:
            raise RuntimeError(f"resource {number} was dropped without an error")
    return found


def _open(question: Question, folder: Path, findings: Findings) -> tuple[Package, Mapping[str, Path]] | None:
    source = Path(question.file)
    title = question.details.title or None
    kind = looks_like(source)
    suffix = _suffix(question.file_name)
    if kind in SINGLE_FILES and (is_tabular(suffix) or suffix in PLAIN_SUFFIXES):
        name = _with_suffix(question.file_name, SINGLE_FILES[kind])
        return infer_package(name, title), {name: source}
    if kind != "zip":
        findings.add(problem("unsupported-file", file=question.file_name, kind=kind))
        return None
    unpacked = folder / "in"
    unpacked.mkdir()
    files = {entry.name: entry.path for entry in unpack(source, unpacked, findings)}
    if findings.failed:
        return None
    descriptor = next((name for name in DESCRIPTOR_NAMES if name in files), None)
    if descriptor is None:
        tables = [name for name in files if is_tabular(_suffix(name))]
        return infer_package(question.file_name, title, files=tables or tuple(files)), files
    package = read_descriptor(
        _start(files[descriptor]), descriptor, files, findings, read_file=lambda name: _start(files[name])
    )
    return None if package is None else (package, files)


def _resource(
    description: ResourceDescription, files: Mapping[str, Path], out: Path, findings: Findings
) -> _Read | None:
    source = _source(description, files, out)
    if not _as_declared(description, source, findings):
        return None
    if not is_tabular(source.format):
        return _Read(_plain(description, source, out))
    table = read_table(
        source.path,
        TableSource(
            resource=description.name,
            file=source.name,
            format=source.format,
            encoding=description.encoding,
            dialect=description.dialect or {},
            schema=description.schema,
        ),
        out,
        findings,
    )
    if table is None:
        return None
    return _Read(_tabular(description, table, source, out), Origin(source.name, table.lines))


def _source(description: ResourceDescription, files: Mapping[str, Path], out: Path) -> _Source:
    if description.path is None:
        return _inline(description, out)
    name = PurePosixPath(description.path).name
    return _Source(files[description.path], name, _suffix(name) or description.format.lower())


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


def _tabular(description: ResourceDescription, table: CleanTable, source: _Source, out: Path) -> IngestedResource:
    kind = vocabularies.file_type(source.format)
    return IngestedResource(
        name=description.name,
        title=description.title or text_of(description.name),
        description=description.description,
        format="CSV",
        file=_made(table.csv, out, f"{description.name}.csv", CSV),
        original=None if table.unchanged else _made(source.path, out, source.name, kind.media_type if kind else BINARY),
        parquet=_made(table.parquet, out, f"{description.name}.parquet", PARQUET),
        table=Table(table.columns, table.rows, table.schema, table.inferred),
        encoding=table.encoding,
    )


def _made(path: Path, out: Path, name: str, media_type: str) -> MadeFile:
    """Name a file relative to the job's folder, which is where the answer's reader looks; copy what lies outside."""
    folder = out.parent
    if not path.resolve().is_relative_to(folder.resolve()):
        copied = out / f"kept-{len(list(out.iterdir()))}"
        shutil.copyfile(path, copied)
        path = copied
    return MadeFile(str(path.resolve().relative_to(folder.resolve())), name, media_type)


def _named_apart(resources: Sequence[IngestedResource]) -> tuple[IngestedResource, ...]:
    """Give every download of a version a name of its own, among the clean files and among the originals.

    Tables are called after their resources, which differ; all other files keep their own names where those are free.
    """
    tables = [file for each in resources if each.table for file in (each.file, each.parquet) if file]
    clean, originals = {name_key(file.name) for file in tables}, set[str]()
    return tuple(
        replace(
            each,
            file=each.file if each.table else _renamed(each.file, each.name, clean),
            original=each.original and _renamed(each.original, each.name, originals),
        )
        for each in resources
    )


def _renamed(file: MadeFile, resource: str, taken: set[str]) -> MadeFile:
    """Choose a name that is safe in an address and not in `taken`, and note it there."""
    name = _NOT_IN_FILE_NAMES.sub("-", file.name)
    choices = chain((name, f"{resource}-{name}"), (f"{resource}-{number}-{name}" for number in count(2)))
    chosen = next(each for each in choices if name_key(each) not in taken)
    taken.add(name_key(chosen))
    return replace(file, name=chosen)


def _about(package: Package, details: Details) -> About:
    given = text_of(details.description)
    description = package.description or given
    return About(
        title=package.title or text_of(package.name),
        description=description,
        description_html=prose.render(description),
        license=_license(package, details),
        keywords=package.keywords,
        themes=package.themes,
        spatial=package.spatial,
        temporal=package.temporal,
        frequency=package.frequency,
        languages=package.languages or ("ja",),
        homepage=package.homepage,
        contact=package.contact,
        sources=package.sources,
        contributors=package.contributors,
    )


def _license(package: Package, details: Details) -> License:
    if package.licenses:
        stated = package.licenses[0]
        return vocabularies.license_of(stated.name, stated.url, stated.title.get("en"))
    return vocabularies.license_of(details.license) if details.license else License()


def _start(path: Path) -> bytes:
    """Read no more than shows that a descriptor is too large."""
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.removeprefix(".").lower()


def _with_suffix(name: str, kind: str) -> str:
    """Keep a file's own ending where the reader knows it, else put the one that its bytes ask for."""
    return name if is_tabular(_suffix(name)) else f"{PurePosixPath(name).stem or 'data'}.{kind}"
