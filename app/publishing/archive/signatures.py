"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import codecs
import re
import struct
from typing import BinaryIO, Literal

from app.publishing.archive.records import END_MARK, LOCAL_MARK

Kind = Literal[
    "empty",
    "zip",
    "xlsx",
    "xlsm",
    "xlsb",
    "docx",
    "pptx",
    "ods",
    "xls",
    "ole",
    "encrypted-office",
    "pdf",
    "gzip",
    "bzip2",
    "xz",
    "zstd",
    "7z",
    "rar",
    "lzh",
    "tar",
    "html",
    "xml",
    "parquet",
    "arrow",
    "sqlite",
    "duckdb",
    "image",
    "program",
    "text",
    "unknown",
]

_HEAD = 4096
_MAGIC: tuple[tuple[int, bytes, Kind], ...] = (
    (0, LOCAL_MARK, "zip"),
    (0, END_MARK, "zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (0, b"%PDF-", "pdf"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "rar"),
    (2, b"-lh", "lzh"),
    (257, b"ustar", "tar"),
    (0, b"PAR1", "parquet"),
    (0, b"ARROW1", "arrow"),
    (0, b"SQLite format 3\0", "sqlite"),
    (8, b"DUCK", "duckdb"),
    (0, b"\x89PNG\r\n\x1a\n", "image"),
    (0, b"\xff\xd8\xff", "image"),
    (0, b"GIF8", "image"),
    (0, b"\x7fELF", "program"),
    (0, b"MZ\x90\0", "program"),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|table|meta|div)[\s>]", re.IGNORECASE)
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\f\r\x1b")
_CONTROL_SHARE = 0.05
_OLE_HEADER = struct.Struct("<30xH16xL")  # the sector's size as a power of two, the first sector of the directory
_LARGEST_SHIFT = 12


def recognize(file: BinaryIO) -> Kind:
    """Say what a file is without looking into a zip."""
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        return "empty"
    kind = next((kind for offset, magic, kind in _MAGIC if head.startswith(magic, offset)), None)
    if kind == "ole":
        return _ole_kind(file, head)
    return kind or _text_kind(head)


def _ole_kind(file: BinaryIO, head: bytes) -> Kind:
    """Read the first directory sectors of a Compound File (MS-CFB 2.2, 2.6), where the main streams are named."""
    if len(head) < _OLE_HEADER.size:
        return "ole"
    shift, first = _OLE_HEADER.unpack_from(head)
    file.seek(min((first + 1) << min(shift, _LARGEST_SHIFT), file.seek(0, 2)))
    listing = file.read(_HEAD)
    if "EncryptedPackage".encode("utf-16-le") in listing:
        return "encrypted-office"
    return "xls" if any(name.encode("utf-16-le") in listing for name in ("Workbook\0", "Book\0")) else "ole"


def _text_kind(head: bytes) -> Kind:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "text"
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"<?xml"):
        return "html" if b"<html" in start.lower() else "xml"
    if _HTML.match(start) or (start.startswith(b"<!--") and _HTML.search(start)):
        return "html"
    if start.startswith(b"%PDF-"):
        return "pdf"
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return "text" if controls <= _CONTROL_SHARE * len(head) else "unknown"
