"""An archive becomes files: first its whole structure is checked, then every member is written and counted."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.kernel.report import Findings
from app.publishing.archive.inflating import unpacked_pieces
from app.publishing.archive.limits import LIMITS, ArchiveLimits
from app.publishing.archive.members import Member, read_members
from app.publishing.archive.refused import Refused
from app.publishing.archive.rules import check_members


@dataclass(frozen=True, slots=True)
class Entry:
    """An unpacked file. `name` is its path in the archive, `path` where it lies now; they share no letter."""

    name: str
    path: Path
    size: int
    sha256: str


def unpack(archive: Path, folder: Path, findings: Findings, limits: ArchiveLimits = LIMITS) -> tuple[Entry, ...]:
    """Unpack into `folder`, in the order of the archive. Problems go to `findings`, and then nothing stays unpacked."""
    found = Findings()
    entries: tuple[Entry, ...] = ()
    try:
        with archive.open("rb") as file:
            members = read_members(file, limits)
            check_members(members, found, limits)
            if not found.failed:
                entries = _unpack_members(file, members, folder)
    except Refused as refused:
        found.add(refused.problem)
    findings.extend(found.problems)
    return entries


def _unpack_members(file: BinaryIO, members: tuple[Member, ...], folder: Path) -> tuple[Entry, ...]:
    files = [member for member in members if not (member.is_folder or member.is_litter)]
    if not files:
        raise Refused("archive-empty")
    names = _unwrapped([member.name for member in files])
    paths = [folder / f"{number:04d}" for number in range(1, len(files) + 1)]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return tuple(
            _unpack_member(file, member, name, path) for member, name, path in zip(files, names, paths, strict=True)
        )
    except Refused:
        for path in paths:
            path.unlink(missing_ok=True)
        raise


def _unwrapped(names: list[str]) -> list[str]:
    """Take one folder around everything off, as zips made from a folder have it."""
    outer = {name.partition("/")[0] if "/" in name else None for name in names}
    if len(outer) > 1 or None in outer:
        return names
    return [name.partition("/")[2] for name in names]


def _unpack_member(file: BinaryIO, member: Member, name: str, path: Path) -> Entry:
    """Write one member, counting: what its header states is checked to the byte and never exceeded on the disk."""
    digest, crc, size = hashlib.sha256(), 0, 0
    with path.open("xb") as output:
        for piece in unpacked_pieces(file, member):
            size += len(piece)
            if size > member.header.size:
                raise Refused("archive-content-mismatch", file=member.name)
            output.write(piece)
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
    if (size, crc) != (member.header.size, member.header.crc):
        raise Refused("archive-content-mismatch", file=member.name)
    return Entry(name, path, size, digest.hexdigest())
