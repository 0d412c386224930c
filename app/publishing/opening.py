"""Opens an upload: a package, an archive of files, or one file; answers a description and the files it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from app.kernel.report import Findings
from app.publishing import other_formats
from app.publishing.archive import looks_like, unpack
from app.publishing.descriptor import DESCRIPTOR_NAMES, MAX_BYTES, Package, infer_package, read_descriptor
from app.publishing.ingested import Question
from app.publishing.problems import problem
from app.publishing.tables import is_tabular

SINGLE_FILES = {"text": "csv", "xlsx": "xlsx", "xls": "xls", "ods": "ods", "parquet": "parquet"}
# A table may come without an ending of its own; one that promises something else is not what it says.
PLAIN_SUFFIXES = frozenset({"", "txt"})


@dataclass(frozen=True, slots=True)
class Opened:
    """`files` has every file by its name in the package; `members` those that make one table together."""

    package: Package
    files: Mapping[str, Path]
    members: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)


def open_upload(question: Question, folder: Path, findings: Findings) -> Opened | None:
    """Look at the bytes, unpack what is an archive, and read or infer the descriptor. `None` where that fails."""
    source, title = Path(question.file), question.details.title or None
    kind = looks_like(source)
    suffix = suffix_of(question.file_name)
    if kind in SINGLE_FILES and (is_tabular(suffix) or suffix in PLAIN_SUFFIXES):
        name = _with_suffix(question.file_name, SINGLE_FILES[kind])
        return Opened(infer_package(name, title), {name: source})
    if kind != "zip":
        findings.add(problem("unsupported-file", file=question.file_name, kind=kind))
        return None
    unpacked = folder / "in"
    unpacked.mkdir()
    files = {entry.name: entry.path for entry in unpack(source, unpacked, findings)}
    if findings.failed:
        return None
    members = {name: other_formats.shapefile_members(name, files) for name in files if suffix_of(name) == "shp"}
    descriptor = next((name for name in DESCRIPTOR_NAMES if name in files), None)
    if descriptor is None:
        parts = {path for of in members.values() for path in of.values()}
        tables = [
            name for name in files if name in members or (is_tabular(suffix_of(name)) and files[name] not in parts)
        ]
        return Opened(infer_package(question.file_name, title, files=tables or tuple(files)), files, members)
    package = read_descriptor(
        _start(files[descriptor]), descriptor, files, findings, read_file=lambda name: _start(files[name])
    )
    return None if package is None else Opened(package, files, members)


def suffix_of(name: str) -> str:
    """The ending of a file's name in small letters, without the point."""
    return PurePosixPath(name).suffix.removeprefix(".").lower()


def _start(path: Path) -> bytes:
    """Read no more than shows that a descriptor is too large."""
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _with_suffix(name: str, kind: str) -> str:
    """Keep a file's own ending where the reader knows it, else put the one that its bytes ask for."""
    return name if is_tabular(suffix_of(name)) else f"{PurePosixPath(name).stem or 'data'}.{kind}"
