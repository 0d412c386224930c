"""The zip gate: nothing is inflated before the whole structure of an archive has been checked.

Programs that read zip files disagree about crafted archives, and a stranger can profit from what one sees and the
next does not. So only archives that every reader understands alike are taken (PKWARE APPNOTE 6.3.10, 4.3):
central directory and local headers agree, the members lie end to end from the first byte to the directory, and the
end record is the end of the file. This module is the only reader, so there is no second one to disagree with.

What it decides where the format leaves room:

* Names without the UTF-8 flag are UTF-8 where all such names of the archive are (as the macOS Finder writes them),
  else CP932 (as Windows in Japan writes them). Names are checked after decoding and kept in Unicode form C.
* `OK.csv` beside `ok.csv`, or the same letters in forms C and D, are one name twice: refused.
* An archive comment is refused, except the bare commit id that `git archive` and GitHub put there.
* A single folder around everything is taken off the names. Folders and litter of operating systems are left out.
* An archive in an archive stays an opaque file.
"""

from __future__ import annotations

import hashlib
import re
import stat
import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from app.kernel.report import Findings
from app.publishing.problems import problem

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


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """`ratio` is bytes unpacked per byte packed, `depth` counts folders, `name_bytes` a whole path in UTF-8."""

    entries: int = 1000
    total_bytes: int = 4 * 1024**3
    ratio: int = 200
    depth: int = 10
    name_bytes: int = 200


LIMITS = ArchiveLimits()


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
            members = _members(file, limits)
            _check_members(members, found, limits)
            if not found.failed:
                entries = _unpack_members(file, members, folder)
    except _Refused as refused:
        found.add(refused.problem)
    findings.extend(found.problems)
    return entries


class _Refused(Exception):
    """What stops the reading of an archive at once."""

    def __init__(self, code: str, file: str | None = None, **details: Any) -> None:
        super().__init__(code)
        self.problem = problem(code, file=file, **details)


# --- structure: the end record, the central directory, the local headers -------------------------------------------

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END64_MARK, _LOCATOR64_MARK = b"PK\x06\x06", b"PK\x06\x07"
_END64_BODY = _END64.size - 12  # its own length field counts neither itself nor the mark
_LONGEST_COMMENT = 0xFFFF
_COMMIT = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_WIDE_BLOCK = 0x0001

_STORE, _DEFLATE = 0, 8
_ENCRYPTED_METHOD = 99
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_SIZES_FOLLOW = 1 << 3
_PATCH = 1 << 5
_UTF8 = 1 << 11
_COMPARED_FLAGS = _ENCRYPTED | _SIZES_FOLLOW | _PATCH | _UTF8
_DESCRIPTOR_LENGTHS = frozenset({0, 12, 16, 20, 24})  # with or without a mark, 32- or 64-bit sizes


@dataclass(frozen=True, slots=True)
class _Directory:
    """Where the central directory lies and how many members it promises."""

    start: int
    end: int
    count: int


@dataclass(frozen=True, slots=True)
class _Header:
    """A member as the central directory has it."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int


@dataclass(frozen=True, slots=True)
class _Member:
    """A member whose two headers agree. `start` is the offset of its packed bytes."""

    name: str
    header: _Header
    start: int

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/") or stat.S_ISDIR(self.header.mode)

    @property
    def is_litter(self) -> bool:
        """What macOS and Windows leave in archives without being asked."""
        segments = self.name.split("/")
        last = segments[-1]
        return "__MACOSX" in segments or last.startswith("._") or last.casefold() in _LITTER


_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def _members(file: BinaryIO, limits: ArchiveLimits) -> tuple[_Member, ...]:
    directory = _directory(file)
    if directory.count > limits.entries:
        raise _Refused("archive-too-many-entries", count=directory.count, limit=limits.entries)
    if directory.count == 0:
        raise _Refused("archive-empty")
    headers = tuple(_headers(file, directory))
    names = _names(headers)
    members = tuple(
        _Member(name, header, _data_start(file, header, name)) for name, header in zip(names, headers, strict=True)
    )
    _check_layout(members, directory)
    return members


def _directory(file: BinaryIO) -> _Directory:
    size = file.seek(0, 2)
    end = _end_offset(file, size)
    _, disk, first_disk, here, count, length, start, _ = _END.unpack(_read(file, end, _END.size))
    narrow = (here, count, length, start)
    wide_end = end - _LOCATOR64.size
    if wide_end >= 0 and _read(file, wide_end, 4) == _LOCATOR64_MARK:
        end, (here, count, length, start) = _wide_directory(file, wide_end, narrow)
    elif _FULL16 in (here, count) or _FULL32 in (length, start):
        raise _Refused("archive-broken")
    if disk or first_disk or here != count:
        raise _Refused("archive-multi-volume")
    if start + length != end:
        raise _Refused("archive-broken" if _read(file, 0, 4) in {_LOCAL_MARK, _END_MARK} else "archive-prepended-data")
    return _Directory(start, end, count)


def _end_offset(file: BinaryIO, size: int) -> int:
    """Find the end record: at the very end, or before the commit id of a `git archive`."""
    start = max(0, size - _END.size - _LONGEST_COMMENT)
    tail = _read(file, start, size - start)
    if tail[-_END.size :].startswith(_END_MARK) and tail.endswith(b"\0\0"):
        return size - _END.size
    found = tail.rfind(_END_MARK)
    if found < 0 or found + _END.size > len(tail):
        raise _Refused("archive-truncated") if _starts_as_zip(file) else _Refused("not-a-zip", kind=_kind(file))
    comment = tail[found + _END.size :]
    stated = int.from_bytes(tail[found + _END.size - 2 : found + _END.size], "little")
    if stated != len(comment) or not _COMMIT.fullmatch(comment):
        raise _Refused("archive-trailing-data")
    return start + found


def _wide_directory(
    file: BinaryIO, locator_offset: int, narrow: tuple[int, int, int, int]
) -> tuple[int, tuple[int, int, int, int]]:
    """Read the zip64 end record, which must stand right before its locator and contradict nothing."""
    _, disk, offset, disks = _LOCATOR64.unpack(_read(file, locator_offset, _LOCATOR64.size))
    if offset + _END64.size != locator_offset or disk or disks != 1:
        raise _Refused("archive-broken")
    mark, body, _, _, disk, first_disk, *wide = _END64.unpack(_read(file, offset, _END64.size))
    agree = all(
        few in {many, full} for few, many, full in zip(narrow, wide, (_FULL16, _FULL16, _FULL32, _FULL32), strict=True)
    )
    if mark != _END64_MARK or body != _END64_BODY or disk or first_disk or not agree:
        raise _Refused("archive-broken")
    here, count, length, start = wide
    return offset, (here, count, length, start)


def _headers(file: BinaryIO, directory: _Directory) -> Iterator[_Header]:
    cursor = directory.start
    for _ in range(directory.count):
        if cursor + _CENTRAL.size > directory.end:
            raise _Refused("archive-broken")
        fields = _CENTRAL.unpack(_read(file, cursor, _CENTRAL.size))
        if fields[0] != _CENTRAL_MARK:
            raise _Refused("archive-broken")
        yield _header(file, fields)
        cursor += _CENTRAL.size + sum(fields[10:13])
    if cursor != directory.end:
        raise _Refused("archive-broken")


def _header(file: BinaryIO, fields: tuple[int, ...]) -> _Header:
    _, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length, _, disk, _, attributes, offset = fields
    raw_name = file.read(name_length)
    wide = _wide_values(file.read(extra_length))
    size, packed, offset = (_widened(value, wide) for value in (size, packed, offset))
    if disk not in {0, _FULL16} or wide:
        raise _Refused("archive-broken")
    return _Header(raw_name, flags, method, crc, packed, size, attributes >> 16, offset)


def _wide_values(extra: bytes) -> list[int]:
    """List the 64-bit values of the zip64 block (APPNOTE 4.5.3); none where there is no such block."""
    blocks = []
    cursor = 0
    while cursor + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, cursor)
        cursor += 4
        if cursor + length > len(extra):
            raise _Refused("archive-broken")
        if kind == _WIDE_BLOCK:
            blocks.append(extra[cursor : cursor + length])
        cursor += length
    if len(blocks) > 1:
        raise _Refused("archive-broken")
    return [value for block in blocks for (value,) in struct.iter_unpack("<Q", block[: len(block) // 8 * 8])]


def _widened(narrow: int, wide: list[int]) -> int:
    """Take the next 64-bit value where the 32-bit one says that it stands there."""
    if narrow != _FULL32:
        return narrow
    if not wide:
        raise _Refused("archive-broken")
    return wide.pop(0)


def _data_start(file: BinaryIO, header: _Header, name: str) -> int:
    """Hold the local header against the central one, and answer where the member's bytes begin."""
    mark, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack(
        _read(file, header.offset, _LOCAL.size)
    )
    raw_name, extra = file.read(name_length), file.read(extra_length)
    start: int = header.offset + _LOCAL.size + name_length + extra_length
    if (
        mark != _LOCAL_MARK
        or raw_name != header.raw_name
        or method != header.method
        or (flags ^ header.flags) & _COMPARED_FLAGS
        or not _values_agree(header, (crc, packed, size), extra)
    ):
        raise _Refused("archive-header-mismatch", file=name)
    return start


def _values_agree(header: _Header, local: tuple[int, int, int], extra: bytes) -> bool:
    central = (header.crc, header.packed, header.size)
    if header.flags & _SIZES_FOLLOW:
        return all(here in {0, there, _FULL32} for here, there in zip(local, central, strict=True))
    crc, packed, size = local
    wide = _wide_values(extra)
    size = _widened(size, wide)  # the local block holds the size before the packed size
    return (crc, _widened(packed, wide), size) == central


def _check_layout(members: tuple[_Member, ...], directory: _Directory) -> None:
    """See that members lie end to end: an overlap is a bomb, a gap can hide a second archive."""
    cursor, allowed = 0, frozenset({0})
    ordered = sorted(members, key=lambda member: member.header.offset)
    for member in ordered:
        _check_gap(member.header.offset - cursor, allowed, member.name, first=cursor == 0)
        cursor = member.start + member.header.packed
        allowed = _DESCRIPTOR_LENGTHS if member.header.flags & _SIZES_FOLLOW else frozenset({0})
    _check_gap(directory.start - cursor, allowed, ordered[-1].name, first=False)


def _check_gap(gap: int, allowed: frozenset[int], name: str, *, first: bool) -> None:
    if gap < 0:
        raise _Refused("archive-overlap", file=name)
    if gap not in allowed:
        raise _Refused("archive-prepended-data") if first else _Refused("archive-hidden-data", file=name)


def _read(file: BinaryIO, offset: int, length: int) -> bytes:
    try:
        file.seek(offset)
    except OverflowError:
        raise _Refused("archive-broken") from None
    read = file.read(length)
    if len(read) != length:
        raise _Refused("archive-truncated" if _starts_as_zip(file) else "archive-broken")
    return read


def _starts_as_zip(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(4) in {_LOCAL_MARK, _END_MARK}


# --- members: names, kinds, sizes ----------------------------------------------------------------------------------

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DRIVE = re.compile(r"[A-Za-z]:")
_NOT_PORTABLE = re.compile(r'[<>:"|?*]|[ .]$')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?", re.IGNORECASE)

_NAME_RULES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("archive-name-hidden-letters", lambda name: any(unicodedata.category(letter) in _HIDDEN for letter in name)),
    ("archive-name-absolute", lambda name: name.startswith(("/", "\\")) or bool(_DRIVE.match(name))),
    ("archive-name-traversal", lambda name: any(part in {"", ".", ".."} for part in re.split(r"[/\\]", name))),
    ("archive-name-backslash", lambda name: "\\" in name),
    ("archive-name-device", lambda name: any(_DEVICE.fullmatch(part) for part in name.split("/"))),
    ("archive-name-not-portable", lambda name: any(_NOT_PORTABLE.search(part) for part in name.split("/"))),
)


def name_fault(name: str) -> str | None:
    """Answer the code of what makes a path dangerous or unusable on some computer; `None` for a good one."""
    return next((code for code, applies in _NAME_RULES if applies(name)), None)


def _names(headers: tuple[_Header, ...]) -> list[str]:
    unmarked = [header.raw_name for header in headers if not header.flags & _UTF8]
    usual = "utf-8" if all(_decodes_as_utf8(raw) for raw in unmarked) else "cp932"
    return [_name(header.raw_name, "utf-8" if header.flags & _UTF8 else usual) for header in headers]


def _decodes_as_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _name(raw: bytes, encoding: str) -> str:
    try:
        return unicodedata.normalize("NFC", raw.decode(encoding))
    except UnicodeDecodeError:
        raise _Refused("archive-name-encoding", file=raw.decode("ascii", "replace")) from None


def _check_members(members: tuple[_Member, ...], found: Findings, limits: ArchiveLimits) -> None:
    total = sum(member.header.size for member in members)
    if total > limits.total_bytes:
        found.add(problem("archive-too-large", size=total, limit=limits.total_bytes))
    for member in members:
        if code := _member_fault(member, limits):
            found.add(problem(code, file=member.name, ratio=limits.ratio, depth=limits.depth, length=limits.name_bytes))
    _check_names_differ([member for member in members if not member.is_litter], found)


def _member_fault(member: _Member, limits: ArchiveLimits) -> str | None:
    return _header_fault(member, limits) or (None if member.is_litter else _path_fault(member.name, limits))


def _path_fault(name: str, limits: ArchiveLimits) -> str | None:
    path = name.removesuffix("/")
    if code := name_fault(path):
        return code
    if path.count("/") > limits.depth:
        return "archive-name-too-deep"
    return "archive-name-too-long" if len(path.encode()) > limits.name_bytes else None


_RATIO_COUNTS_FROM = 1024**2  # a short file of one repeated row may well shrink a thousandfold


def _header_fault(member: _Member, limits: ArchiveLimits) -> str | None:
    header = member.header
    if header.flags & _ENCRYPTED or header.method == _ENCRYPTED_METHOD:
        return "archive-encrypted"
    if header.method not in {_STORE, _DEFLATE} or header.flags & _PATCH:
        return "archive-method"
    if stat.S_IFMT(header.mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "archive-special-file"
    if (header.method == _STORE and header.packed != header.size) or (member.is_folder and header.size):
        return "archive-content-mismatch"
    if header.size > max(_RATIO_COUNTS_FROM, limits.ratio * header.packed):
        return "archive-ratio"
    return None


def _check_names_differ(members: list[_Member], found: Findings) -> None:
    """See that no two members are one file to Windows or macOS, and that no file is a folder too."""
    seen: dict[str, str] = {}
    for member in members:
        key = _key(member.name)
        if key in seen:
            found.add(problem("archive-duplicate-name", file=member.name, other=seen[key]))
        seen.setdefault(key, member.name)
    files = {_key(member.name) for member in members if not member.is_folder}
    for member in members:
        parents = _key(member.name).split("/")[:-1]
        if any("/".join(parents[:depth]) in files for depth in range(1, len(parents) + 1)):
            found.add(problem("archive-duplicate-name", file=member.name, other=member.name.rpartition("/")[0]))


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.removesuffix("/").casefold())


# --- bytes ---------------------------------------------------------------------------------------------------------

_PIECE = 64 * 1024


def _unpack_members(file: BinaryIO, members: tuple[_Member, ...], folder: Path) -> tuple[Entry, ...]:
    files = [member for member in members if not (member.is_folder or member.is_litter)]
    if not files:
        raise _Refused("archive-empty")
    names = _unwrapped([member.name for member in files])
    paths = [folder / f"{number:04d}" for number in range(1, len(files) + 1)]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return tuple(
            _unpack_member(file, member, name, path) for member, name, path in zip(files, names, paths, strict=True)
        )
    except _Refused:
        for path in paths:
            path.unlink(missing_ok=True)
        raise


def _unwrapped(names: list[str]) -> list[str]:
    """Take one folder around everything off, as zips made from a folder have it."""
    outer = {name.partition("/")[0] if "/" in name else None for name in names}
    if len(outer) > 1 or None in outer:
        return names
    return [name.partition("/")[2] for name in names]


def _unpack_member(file: BinaryIO, member: _Member, name: str, path: Path) -> Entry:
    """Write one member, counting: what its header states is checked to the byte and never exceeded on the disk."""
    digest, crc, size = hashlib.sha256(), 0, 0
    with path.open("xb") as output:
        for piece in _pieces(file, member):
            size += len(piece)
            if size > member.header.size:
                raise _Refused("archive-content-mismatch", file=member.name)
            output.write(piece)
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
    if (size, crc) != (member.header.size, member.header.crc):
        raise _Refused("archive-content-mismatch", file=member.name)
    return Entry(name, path, size, digest.hexdigest())


def _pieces(file: BinaryIO, member: _Member) -> Iterator[bytes]:
    file.seek(member.start)
    packed = _packed_pieces(file, member.header.packed)
    if member.header.method == _STORE:
        yield from packed
        return
    try:
        yield from _inflated(packed)
    except zlib.error:
        raise _Refused("archive-content-mismatch", file=member.name) from None


def _packed_pieces(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left:
        piece = file.read(min(left, _PIECE))
        if not piece:
            raise _Refused("archive-truncated")
        left -= len(piece)
        yield piece


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    """Inflate in pieces of bounded size. Raises `zlib.error` unless the stream ends with the last byte."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in packed:
        if inflater.eof:
            raise zlib.error
        rest = piece
        while rest:
            yield inflater.decompress(rest, _PIECE)
            rest = inflater.unconsumed_tail
    yield inflater.flush()
    if not inflater.eof or inflater.unused_data:
        raise zlib.error


# --- what a file is ------------------------------------------------------------------------------------------------

_HEAD = 4096
_MAGIC: tuple[tuple[int, bytes, Kind], ...] = (
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
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\f\r\x1b")
_CONTROL_SHARE = 0.05
_OFFICE: tuple[tuple[str, Kind], ...] = (
    ("xl/vbaProject.bin", "xlsm"),
    ("xl/workbook.bin", "xlsb"),
    ("xl/", "xlsx"),
    ("word/", "docx"),
    ("ppt/", "pptx"),
)
_ODS = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


def looks_like(path: Path) -> Kind:
    """Say what a file is by its first bytes (for zip: by its directory), whatever its name says."""
    with path.open("rb") as file:
        return _kind(file)


def _kind(file: BinaryIO) -> Kind:
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        return "empty"
    if head.startswith((_LOCAL_MARK, _END_MARK)):
        return _zip_kind(file, head)
    if head.startswith(_OLE):
        return _ole_kind(file, head)
    for offset, magic, kind in _MAGIC:
        if head.startswith(magic, offset):
            return kind
    return _text_kind(head)


def _zip_kind(file: BinaryIO, head: bytes) -> Kind:
    if head.startswith(_ODS, _LOCAL.size):
        return "ods"
    try:
        directory = _directory(file)
        if directory.count > LIMITS.entries:
            return "zip"
        names = [header.raw_name.decode("cp932", "replace") for header in _headers(file, directory)]
    except _Refused:
        return "zip"
    if "[Content_Types].xml" not in names:
        return "zip"
    return next((kind for start, kind in _OFFICE if any(name.startswith(start) for name in names)), "zip")


def _ole_kind(file: BinaryIO, head: bytes) -> Kind:
    """Read the first directory sectors of a Compound File (MS-CFB 2.2, 2.6), where the main streams are named."""
    if len(head) < _END64.size:
        return "ole"
    shift, first = struct.unpack_from("<H", head, 30)[0], struct.unpack_from("<L", head, 48)[0]
    file.seek((first + 1) << min(shift, 12))
    listing = file.read(_HEAD)
    if "EncryptedPackage".encode("utf-16-le") in listing:
        return "encrypted-office"
    return "xls" if any(name.encode("utf-16-le") in listing for name in ("Workbook\0", "Book\0")) else "ole"


def _text_kind(head: bytes) -> Kind:
    if head.startswith(_BOMS[1:]):
        return "text"
    start = head.removeprefix(_BOMS[0]).lstrip()
    if start.startswith(b"<?xml"):
        return "html" if b"<html" in start.lower() else "xml"
    if _HTML.match(start) or (start.startswith(b"<!--") and _HTML.search(start)):
        return "html"
    if start.startswith(b"%PDF-"):
        return "pdf"
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return "text" if controls <= _CONTROL_SHARE * len(head) else "unknown"
