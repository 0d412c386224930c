"""The central directory, found from the end of the file; it says which members an archive has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from app.publishing.archive.records import (
    CENTRAL,
    CENTRAL_MARK,
    END,
    END64,
    END64_MARK,
    END_MARK,
    FULL16,
    FULL32,
    LOCATOR64,
    LOCATOR64_MARK,
    read,
    starts_as_zip,
    wide_values,
    widened,
)
from app.publishing.archive.refused import Refused
from app.publishing.archive.signatures import recognize

_END64_BODY = END64.size - 12  # its own length field counts neither itself nor the mark
_LONGEST_COMMENT = 0xFFFF
_COMMIT = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory lies and how many members it promises."""

    start: int
    end: int
    count: int


@dataclass(frozen=True, slots=True)
class Header:
    """A member as the central directory has it."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int


def find_directory(file: BinaryIO) -> Directory:
    """Find the central directory, which must end where the end records begin."""
    end = _end_offset(file)
    _, disk, first_disk, here, count, length, start, _ = END.unpack(read(file, end, END.size))
    wide_end = end - LOCATOR64.size
    if wide_end >= 0 and read(file, wide_end, 4) == LOCATOR64_MARK:
        end, (here, count, length, start) = _wide_directory(file, wide_end, (here, count, length, start))
    elif FULL16 in (here, count) or FULL32 in (length, start):
        raise Refused("archive-broken")
    if disk or first_disk or here != count:
        raise Refused("archive-multi-volume")
    if start + length != end:
        raise Refused("archive-broken" if starts_as_zip(file) else "archive-prepended-data")
    return Directory(start, end, count)


def _end_offset(file: BinaryIO) -> int:
    """Find the end record: at the very end, or before the commit id of a `git archive`."""
    size = file.seek(0, 2)
    start = max(0, size - END.size - _LONGEST_COMMENT)
    tail = read(file, start, size - start)
    if tail[-END.size :].startswith(END_MARK) and tail.endswith(b"\0\0") and size >= END.size:
        return size - END.size
    found = tail.rfind(END_MARK)
    if found < 0 or found + END.size > len(tail):
        raise Refused("archive-truncated") if starts_as_zip(file) else Refused("not-a-zip", kind=recognize(file))
    comment = tail[found + END.size :]
    stated = int.from_bytes(tail[found + END.size - 2 : found + END.size], "little")
    if stated != len(comment) or not _COMMIT.fullmatch(comment):
        raise Refused("archive-trailing-data")
    return start + found


def _wide_directory(
    file: BinaryIO, locator_offset: int, narrow: tuple[int, int, int, int]
) -> tuple[int, tuple[int, int, int, int]]:
    """Read the zip64 end record, which must stand right before its locator and contradict nothing."""
    _, disk, offset, disks = LOCATOR64.unpack(read(file, locator_offset, LOCATOR64.size))
    if offset + END64.size != locator_offset or disk or disks != 1:
        raise Refused("archive-broken")
    mark, body, _, _, disk, first_disk, *wide = END64.unpack(read(file, offset, END64.size))
    agree = all(
        few in {many, full} for few, many, full in zip(narrow, wide, (FULL16, FULL16, FULL32, FULL32), strict=True)
    )
    if mark != END64_MARK or body != _END64_BODY or disk or first_disk or not agree:
        raise Refused("archive-broken")
    here, count, length, start = wide
    return offset, (here, count, length, start)


def read_headers(file: BinaryIO, directory: Directory) -> Iterator[Header]:
    """Read the members' headers, which must fill the directory to its last byte."""
    cursor = directory.start
    for _ in range(directory.count):
        if cursor + CENTRAL.size > directory.end:
            raise Refused("archive-broken")
        fields = CENTRAL.unpack(read(file, cursor, CENTRAL.size))
        if fields[0] != CENTRAL_MARK:
            raise Refused("archive-broken")
        yield _header(file, fields)
        cursor += CENTRAL.size + sum(fields[10:13])
    if cursor != directory.end:
        raise Refused("archive-broken")


def _header(file: BinaryIO, fields: tuple[int, ...]) -> Header:
    _, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length, _, disk, _, attributes, offset = fields
    raw_name = file.read(name_length)
    wide = wide_values(file.read(extra_length))
    size, packed, offset = (widened(value, wide) for value in (size, packed, offset))
    if disk not in {0, FULL16} or wide:
        raise Refused("archive-broken")
    return Header(raw_name, flags, method, crc, packed, size, attributes >> 16, offset)
