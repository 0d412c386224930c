"""The attributes of a shapefile: a dBASE table, read so that numbers keep their digits and letters are proved.

Layout: dBASE III and its successors, as "ESRI Shapefile Technical Description" (July 1998) takes it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.publishing.decoding import Unreadable, codec_of
from app.publishing.grids import MOST_COLUMNS
from app.publishing.remarks import Remarks

MOST_RECORDS = 5_000_000
_HEADER = struct.Struct("<xxxxIHH20x")
_FIELD = struct.Struct("<11sc4xB15x")
_END_OF_FIELDS = b"\r"
_DELETED = b"*"
_MOST_AT_THE_END = 512  # one byte marks the end; some programs fill up a block
_TEXTS, _NUMBERS, _DATES, _TRUTHS = frozenset("C"), frozenset("NF"), frozenset("D"), frozenset("L")
_BINARIES = {"I": struct.Struct("<i"), "+": struct.Struct("<i"), "O": struct.Struct("<d")}
_TRUTH = {"t": "true", "y": "true", "f": "false", "n": "false"}
_ENCODINGS = {"65001": "utf-8", "932": "cp932", "20932": "euc_jp", "51932": "euc_jp"}
_LENGTH_OF_DATE = 8


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name in bytes, its letter, and where it stands in a record."""

    name: bytes
    kind: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Attributes:
    """A dBASE file whose sizes have been checked, and whose letters once `codec` is set."""

    path: Path
    fields: tuple[Field, ...]
    count: int
    header: int
    width: int
    codec: str = ""

    def records(self) -> Iterator[bytes | None]:
        """Read the raw records, `None` for one that is marked as deleted."""
        with self.path.open("rb") as file:
            file.seek(self.header)
            for _ in range(self.count):
                raw = file.read(self.width)
                yield None if raw[:1] == _DELETED else raw

    def labels(self) -> list[str]:
        """Answer the names; the field for them is so short that a last letter may be cut in two, which is left off."""
        return [_name(field.name, self.codec) for field in self.fields]

    def cells(self, raw: bytes) -> list[str]:
        """Write a record's values as text."""
        return [_value(raw[field.start : field.start + field.length], field.kind, self.codec) for field in self.fields]


def open_attributes(path: Path, remarks: Remarks) -> Attributes:
    """Read the header and compare it with the file's size. Raises `Unreadable`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEADER.size)
        if len(head) < _HEADER.size:
            raise Unreadable("shapefile-broken", part=".dbf")
        count, header, width = _HEADER.unpack(head)
        if count > MOST_RECORDS:
            raise Unreadable("shapefile-too-large", limit=f"{MOST_RECORDS:,}")
        if not header + count * width <= size <= header + count * width + _MOST_AT_THE_END or width == 0:
            raise Unreadable("shapefile-broken", part=".dbf")
        fields = _fields(file, header)
    if not fields or fields[-1].start + fields[-1].length > width:
        raise Unreadable("shapefile-broken", part=".dbf")
    known = _TEXTS | _NUMBERS | _DATES | _TRUTHS | _BINARIES.keys()
    for field in fields:
        if field.kind not in known:
            remarks.add("dbf-field-left-out", column=_name(field.name, "ascii"), type=field.kind)
    return Attributes(path, tuple(field for field in fields if field.kind in known), count, header, width)


def _fields(file: BinaryIO, header: int) -> list[Field]:
    found: list[Field] = []
    start = 1  # the first byte of a record says whether it is deleted
    while file.tell() + _FIELD.size <= header:
        raw = file.read(_FIELD.size)
        if raw[:1] == _END_OF_FIELDS or len(found) == MOST_COLUMNS:
            break
        name, kind, length = _FIELD.unpack(raw)
        found.append(Field(name.partition(b"\0")[0], kind.decode("latin-1"), start, length))
        start += length
    return found


def find_codec(attributes: Attributes, named: Path | None) -> str:
    """Prove the encoding that a .cpg names, else UTF-8, else CP932. Raises `Unreadable` with the record."""
    if named is not None and (codec := _named(named)):
        _prove(attributes, codec)
        return codec
    try:
        _prove(attributes, "utf-8")
    except Unreadable as unreadable:
        if _holds_utf8(attributes):  # letters cut in two are no proof of another encoding
            raise
        try:
            _prove(attributes, "cp932")
        except Unreadable:
            raise unreadable from None
        return "cp932"
    return "utf-8"


def _named(path: Path) -> str | None:
    with path.open("rb") as file:
        label = file.read(64).decode("ascii", "replace").strip().removeprefix("\ufeff").lower()
    number = label.rpartition(" ")[2]
    return codec_of(_ENCODINGS.get(number, label))


def _prove(attributes: Attributes, codec: str) -> None:
    for row, text in _texts(attributes):
        try:
            text.decode(codec)
        except UnicodeDecodeError:
            raise Unreadable("dbf-encoding", row, encoding=codec) from None


def _holds_utf8(attributes: Attributes) -> bool:
    """Look for values that can hardly be anything but UTF-8: three kanji in a row read as nothing else by chance."""
    for _, text in _texts(attributes):
        try:
            letters = text.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if sum("\u3040" <= letter <= "\u9fff" for letter in letters) >= 3:  # noqa: PLR2004 - as said above
            return True
    return False


def _texts(attributes: Attributes) -> Iterator[tuple[int, bytes]]:
    fields = [field for field in attributes.fields if field.kind in _TEXTS]
    for row, raw in enumerate(attributes.records(), start=1):
        for field in fields if raw is not None else ():
            text = raw[field.start : field.start + field.length].rstrip(b" \0") if raw else b""
            if not text.isascii():
                yield row, text


def _name(name: bytes, codec: str) -> str:
    while name:
        try:
            return name.decode(codec).strip()
        except UnicodeDecodeError as error:
            if error.end < len(name):
                return name.decode(codec, "replace").strip()
            name = name[: error.start]
    return ""


def _value(raw: bytes, kind: str, codec: str) -> str:
    if kind in _TEXTS:
        return raw.rstrip(b" \0").decode(codec)
    if kind in _BINARIES:
        return _binary(raw, kind)
    text = raw.decode("ascii", "replace").strip(" \0")
    if kind in _NUMBERS:
        return "" if text.startswith("*") else text  # stars stand where a number did not fit
    if kind in _TRUTHS:
        return _TRUTH.get(text.lower(), "")
    if not text.strip("0"):
        return ""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == _LENGTH_OF_DATE and text.isdecimal() else text


def _binary(raw: bytes, kind: str) -> str:
    form = _BINARIES[kind]
    return str(form.unpack(raw)[0]) if len(raw) == form.size else ""
