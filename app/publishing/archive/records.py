"""The records that a zip file is made of (APPNOTE 4.3), and how their bytes are read."""

from __future__ import annotations

import struct
from typing import BinaryIO

from app.publishing.archive.refused import Refused

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR64 = struct.Struct("<4sLQL")
LOCAL_MARK, CENTRAL_MARK, END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
END64_MARK, LOCATOR64_MARK = b"PK\x06\x06", b"PK\x06\x07"
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF  # such a value stands elsewhere, in 64 bits

STORE, DEFLATE = 0, 8
ENCRYPTED_METHOD = 99
ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
SIZES_FOLLOW = 1 << 3
PATCH = 1 << 5
UTF8 = 1 << 11

_WIDE_BLOCK = 0x0001


def starts_as_zip(file: BinaryIO) -> bool:
    """Say whether a zip file begins at the first byte."""
    file.seek(0)
    return file.read(4) in {LOCAL_MARK, END_MARK}


def read(file: BinaryIO, offset: int, length: int) -> bytes:
    """Read exactly so many bytes. Raises `Refused` where they are not all there."""
    end = file.seek(0, 2)
    if not 0 <= offset <= end - length:  # how far beyond the end a file may be sought differs between file systems
        raise Refused("archive-truncated" if starts_as_zip(file) else "archive-broken")
    file.seek(offset)
    return file.read(length)


def wide_values(extra: bytes) -> list[int]:
    """List the 64-bit values of the zip64 block (APPNOTE 4.5.3); none where there is no such block."""
    blocks = []
    cursor = 0
    while cursor + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, cursor)
        cursor += 4
        if cursor + length > len(extra):
            raise Refused("archive-broken")
        if kind == _WIDE_BLOCK:
            blocks.append(extra[cursor : cursor + length])
        cursor += length
    if len(blocks) > 1:
        raise Refused("archive-broken")
    return [value for block in blocks for (value,) in struct.iter_unpack("<Q", block[: len(block) // 8 * 8])]


def widened(narrow: int, wide: list[int]) -> int:
    """Take the next 64-bit value where the 32-bit one says that it stands there."""
    if narrow != FULL32:
        return narrow
    if not wide:
        raise Refused("archive-broken")
    return wide.pop(0)
