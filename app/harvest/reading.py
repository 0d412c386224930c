"""Reads a file of records inside the sandbox: one mapped record after the other, whatever the file is.

It may be JSON Lines, a JSON array, or an answer of CKAN's `package_search` or `current_package_list_with_resources`;
gzipped or not. What was made of each record is written to a file of lines in the working folder.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import msgspec

from app.harvest.ckan import map_package
from app.harvest.harvested import Mapped
from app.harvest.problems import problem
from app.kernel.report import refusal
from app.publishing.prose import render

if TYPE_CHECKING:
    from app.kernel.report import Problem

READER = "app.harvest.reading:read"
MAPPED_FILE = "mapped.jsonl"

MAX_RECORD = 8 << 20
MAX_DOCUMENT = 256 << 20
MAX_BYTES = 2 << 30
MAX_RECORDS = 100_000
PIECE = 1 << 20
GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
BROKEN = (OSError, EOFError, zlib.error)


class _Source:
    """A stream that knows when it gave more than anybody will read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = MAX_BYTES

    def line(self, most: int) -> bytes:
        """Answer the next line, or its first `most` bytes."""
        return self._counted(self._stream.readline(min(most, self._left)))

    def rest(self, most: int) -> bytes:
        """Answer what is left, or its first `most` bytes."""
        return self._counted(self._stream.read(min(most, self._left)))

    @property
    def is_spent(self) -> bool:
        """More was read than anybody should send."""
        return self._left <= 0

    def _counted(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        return piece


def read(argument: dict[str, Any]) -> int:
    """Map every record of `argument["file"]` and write what came of it; answer how many there were.

    `argument["portal"]` is the address of the catalogue that they come from, empty where it is not known.
    """
    path, portal, count = Path(argument["file"]), argument["portal"], 0
    encoder = msgspec.json.Encoder()
    with Path(MAPPED_FILE).open("wb") as out:
        for count, mapped in enumerate(_mapped_records(path, portal), 1):  # noqa: B007 - the last count is the answer
            out.write(encoder.encode(mapped) + b"\n")
    return count


def _mapped_records(path: Path, portal: str) -> Iterator[Mapped]:
    row = 0
    try:
        with _opened(path) as stream:
            for record in _records(_Source(stream)):
                row += 1
                if row > MAX_RECORDS:
                    yield _refused(row, problem("harvest-file-too-large", row=row))
                    return
                yield _mapped(record, row, portal)
    except BROKEN as error:
        yield _refused(row + 1, problem("harvest-file-broken", row=row + 1, value=type(error).__name__))
        return
    if not row:
        yield _refused(0, problem("harvest-nothing-found"))


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        is_packed = stream.read(len(GZIP)) == GZIP
    return cast("IO[bytes]", gzip.open(path)) if is_packed else path.open("rb")


def _mapped(record: bytes | msgspec.Raw | str, row: int, portal: str) -> Mapped:
    """Map one record; a string is the code of what is wrong with it."""
    if isinstance(record, str):
        return _refused(row, problem(record, row=row, limit=MAX_RECORD))
    try:
        package = msgspec.json.decode(record)
    except (ValueError, RecursionError):
        return _refused(row, problem("harvest-record-broken", row=row))
    mapped = map_package(package, row, portal=portal)
    if mapped.harvested is None:
        return mapped
    about = mapped.harvested.about
    about = replace(about, description_html=render(about.description))
    return replace(mapped, harvested=replace(mapped.harvested, about=about))


def _refused(row: int, found: Problem) -> Mapped:
    return Mapped(row, "", refusal(found))


def _records(source: _Source) -> Iterator[bytes | msgspec.Raw | str]:
    """Tell records apart; a string is the code of a record or file that cannot be taken."""
    first = source.line(MAX_RECORD + 1).removeprefix(BOM)
    if _begins_document(first):
        document = first + source.rest(MAX_DOCUMENT)
        if source.rest(1):
            yield "harvest-file-too-large"
            return
        if (records := _in_document(document)) is not None:
            yield from records
            return
        yield from _lines(document)
        return
    yield from _line(first, source)
    while line := source.line(MAX_RECORD + 1):
        yield from _line(line, source)
    if source.is_spent:
        yield "harvest-file-too-large"


def _begins_document(first: bytes) -> bool:
    """Say whether the file is one document and no lines of records."""
    try:
        value = msgspec.json.decode(first, type=dict[str, msgspec.Raw])
    except (ValueError, RecursionError):
        return True
    return "result" in value or "results" in value


def _in_document(document: bytes) -> list[msgspec.Raw] | None:
    """List the records of an array or of an answer, `None` where it is neither."""
    value: bytes | msgspec.Raw | None = document
    for _ in ("answer", "result", "results"):
        if value is None:
            return None
        try:
            return msgspec.json.decode(value, type=list[msgspec.Raw])
        except RecursionError:
            return None
        except ValueError:
            value = _result_of(value)
    return None


def _result_of(value: bytes | msgspec.Raw) -> msgspec.Raw | None:
    try:
        fields = msgspec.json.decode(value, type=dict[str, msgspec.Raw])
    except (ValueError, RecursionError):
        return None
    return fields.get("result") or fields.get("results")


def _lines(document: bytes) -> Iterator[bytes | str]:
    for line in document.splitlines():
        if line.strip():
            yield line if len(line) <= MAX_RECORD else "harvest-record-too-long"


def _line(line: bytes, source: _Source) -> Iterator[bytes | str]:
    if len(line) > MAX_RECORD:
        while line and not line.endswith(b"\n"):
            line = source.line(PIECE)
        yield "harvest-record-too-long"
    elif line.strip():
        yield line
