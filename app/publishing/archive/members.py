"""The members of an archive: both of their headers agree, and they lie end to end before the directory."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import BinaryIO

from app.publishing.archive.directory import Directory, Header, find_directory, read_headers
from app.publishing.archive.limits import ArchiveLimits
from app.publishing.archive.names import decode_names
from app.publishing.archive.records import (
    ENCRYPTED,
    FULL32,
    LOCAL,
    LOCAL_MARK,
    PATCH,
    SIZES_FOLLOW,
    UTF8,
    read,
    wide_values,
    widened,
)
from app.publishing.archive.refused import Refused

_COMPARED_FLAGS = ENCRYPTED | SIZES_FOLLOW | PATCH | UTF8
_NO_DESCRIPTOR = frozenset({0})
_DESCRIPTOR_LENGTHS = frozenset({0, 12, 16, 20, 24})  # with or without a mark, 32- or 64-bit sizes
_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Member:
    """A member whose two headers agree. `start` is the offset of its packed bytes."""

    name: str
    header: Header
    start: int

    @property
    def is_folder(self) -> bool:
        """Whether it stands for a folder, by its name or its mode."""
        return self.name.endswith("/") or stat.S_ISDIR(self.header.mode)

    @property
    def is_litter(self) -> bool:
        """What macOS and Windows leave in archives without being asked."""
        segments = self.name.split("/")
        last = segments[-1]
        return "__MACOSX" in segments or last.startswith("._") or last.casefold() in _LITTER


def read_members(file: BinaryIO, limits: ArchiveLimits) -> tuple[Member, ...]:
    """Read the whole structure and not one packed byte. Raises `Refused` for what readers could disagree about."""
    directory = find_directory(file)
    if directory.count > limits.entries:
        raise Refused("archive-too-many-entries", count=directory.count, limit=limits.entries)
    if directory.count == 0:
        raise Refused("archive-empty")
    headers = tuple(read_headers(file, directory))
    members = tuple(
        Member(name, header, _data_start(file, header, name))
        for name, header in zip(decode_names(headers), headers, strict=True)
    )
    _check_layout(members, directory)
    return members


def _data_start(file: BinaryIO, header: Header, name: str) -> int:
    """Hold the local header against the central one, and answer where the member's bytes begin."""
    mark, _, flags, method, _, _, crc, packed, size, name_length, extra_length = LOCAL.unpack(
        read(file, header.offset, LOCAL.size)
    )
    raw_name, extra = file.read(name_length), file.read(extra_length)
    start: int = header.offset + LOCAL.size + name_length + extra_length
    if (
        mark != LOCAL_MARK
        or raw_name != header.raw_name
        or method != header.method
        or (flags ^ header.flags) & _COMPARED_FLAGS
        or not _values_agree(header, (crc, packed, size), extra)
    ):
        raise Refused("archive-header-mismatch", file=name)
    return start


def _values_agree(header: Header, local: tuple[int, int, int], extra: bytes) -> bool:
    central = (header.crc, header.packed, header.size)
    if header.flags & SIZES_FOLLOW:
        return all(here in {0, there, FULL32} for here, there in zip(local, central, strict=True))
    crc, packed, size = local
    wide = wide_values(extra)
    size = widened(size, wide)  # the local block holds the size before the packed size
    return (crc, widened(packed, wide), size) == central


def _check_layout(members: tuple[Member, ...], directory: Directory) -> None:
    """See that members lie end to end: an overlap is a bomb, a gap can hide a second archive."""
    cursor, allowed = 0, _NO_DESCRIPTOR
    ordered = sorted(members, key=lambda member: member.header.offset)
    for member in ordered:
        _check_gap(member.header.offset - cursor, allowed, member.name, first=cursor == 0)
        cursor = member.start + member.header.packed
        allowed = _DESCRIPTOR_LENGTHS if member.header.flags & SIZES_FOLLOW else _NO_DESCRIPTOR
    _check_gap(directory.start - cursor, allowed, ordered[-1].name, first=False)


def _check_gap(gap: int, allowed: frozenset[int], name: str, *, first: bool) -> None:
    if gap < 0:
        raise Refused("archive-overlap", file=name)
    if gap not in allowed:
        raise Refused("archive-prepended-data") if first else Refused("archive-hidden-data", file=name)
