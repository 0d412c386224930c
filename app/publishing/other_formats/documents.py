"""JSON documents taken apart into records, each parsed so that no two parsers could disagree about it (RFC 8259).

The document stays one piece of bytes and its records stay views of it, so that memory does not grow with their shape.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from app.publishing.decoding import Unreadable
from app.publishing.other_formats.rows import MOST_ROWS

MOST_BYTES = 256 << 20
LONGEST_REST = 4 << 20
_PIECE = 1 << 20
_PLACE = re.compile(r"\(byte (\d+)\)")
_NO_NUMBERS = (b"NaN", b"Infinity", b"-Infinity")
_SPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Document:
    """A document's bytes, and its members where it is an object. `first` is what it begins with."""

    content: bytes
    first: bytes
    members: dict[str, msgspec.Raw]

    def without(self, member: str) -> dict[str, Any]:
        """Parse everything but one member. Raises `Unreadable`, also where a key stands twice."""
        rest = self.content.replace(bytes(self.members[member]), b"null", 1)
        if len(rest) > LONGEST_REST:
            raise Unreadable("json-ambiguous")
        parsed: dict[str, Any] = parse(rest, None)
        return {key: value for key, value in parsed.items() if key != member}


def open_document(source: Path) -> Document:
    """Read a file and look at its outermost level. Raises `Unreadable`."""
    if source.stat().st_size > MOST_BYTES:
        raise Unreadable("json-too-large", limit=MOST_BYTES >> 20)
    content = source.read_bytes().removeprefix(codecs.BOM_UTF8)
    _refuse_other_encodings(content)
    first = content.lstrip(_SPACE)[:1]
    if not first:
        raise Unreadable("source-error")
    return Document(content, first, _decoded(content, dict[str, msgspec.Raw]) if first == b"{" else {})


def split(array: bytes | msgspec.Raw, content: bytes) -> list[msgspec.Raw]:
    """Take an array apart. Raises `Unreadable` with the line in `content`."""
    records: list[msgspec.Raw] = _decoded(array, list[msgspec.Raw], content)
    if len(records) > MOST_ROWS:
        raise Unreadable("too-many-records", limit=f"{MOST_ROWS:,}")
    return records


def starts_of(records: list[msgspec.Raw]) -> set[bytes]:
    """Answer with which bytes the records begin: `{` for an object, `[` for an array."""
    return {bytes(memoryview(each)[:1]) for each in records}


def parse(raw: bytes | msgspec.Raw, row: int | None) -> Any:
    """Parse JSON with unique keys, numbers that keep their digits and bounded depth. Raises `Unreadable`."""
    try:
        return _DECODER.decode(bytes(raw).decode("utf-8"))
    except RecursionError:
        raise Unreadable("json-too-deep", row) from None
    except UnicodeDecodeError:
        raise Unreadable("json-not-utf8", row) from None
    except json.JSONDecodeError:
        raise Unreadable("json-broken", row) from None
    except (InvalidOperation, ValueError):  # an exponent or more digits than anybody can reckon with
        raise Unreadable("json-number", row) from None
    except _Twice as twice:
        raise Unreadable("json-duplicate-key", row, value=twice.key) from None


class _Twice(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        raise _Twice(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return members


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=Decimal, parse_constant=_refuse_constant)


def _decoded(raw: bytes | msgspec.Raw, kind: Any, content: bytes | None = None) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except RecursionError:
        raise Unreadable("json-too-deep") from None
    except msgspec.ValidationError:
        raise Unreadable("json-broken", 1) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        whole = bytes(raw) if content is None else content
        match = _PLACE.search(str(error))
        place = int(match[1]) if match else len(whole)
        wrong = whole[place:].startswith(_NO_NUMBERS) or whole[max(place - 1, 0) :].startswith(_NO_NUMBERS)
        raise Unreadable("json-number" if wrong else "json-broken", whole.count(b"\n", 0, place) + 1) from None


def _refuse_other_encodings(content: bytes) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), _PIECE):
        piece = content[start : start + _PIECE]
        try:
            decoder.decode(piece, start + _PIECE >= len(content))
        except UnicodeDecodeError as error:
            place = max(start + error.start, 0)
            raise Unreadable("json-not-utf8", content.count(b"\n", 0, place) + 1) from None
