"""What a format of rows is: a suffix, a media type, and a function that writes a stream of rows as bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.kernel.text import Text
from app.query.answer import Note, RowStream


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of the answer in it.

    `permalink` is the address that answers the same for ever; such an answer has no `retrieved`, so that its bytes stay
    the same. `latitude` and `longitude` name columns of the answer or are both empty. `rows` is how many there will
    be, where that is known. `next` is the address of the next page of a format that is read by pages.
    """

    title: Text = Text()
    version: str = ""
    license_name: str = ""
    license_url: str = ""
    attribution: Text = Text()
    permalink: str = ""
    retrieved: datetime | None = None
    latitude: str = ""
    longitude: str = ""
    rows: int | None = None
    notes: tuple[Note, ...] = ()
    next: str = ""


_PIECE = 64 * 1024
Writer = Callable[[RowStream, About, Path], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class RowFormat:
    """`suffix` follows `rows.` in the address. `accepts` are other media types that mean the format.

    A format that is `paged` is read a page at a time, all others are files of whole answers.

    `write` takes the rows, what is said of them and a folder for files that are gone when it is through. It answers
    pieces as they are ready and holds some thousand rows at most. What the format cannot hold, and whatever keeps the
    engine from its first rows, is raised at once or in place of the first piece (`BadRequest`, `OverLimit`), so make
    that one before saying that all is well. What goes wrong later is raised as well, and must reach the reader as a
    broken transfer: some formats have no end that would be missing. Whoever has the stream closes it,
    and the pieces too where they are not read to the end.
    """

    name: str
    title: Text
    media_type: str
    suffix: str
    write: Writer
    accepts: tuple[str, ...] = ()
    paged: bool = False


def rows_at_a_time(columns: int) -> int:
    """Say how many rows to take at once, so that wide tables need no more memory than narrow ones."""
    return max(1, min(1000, 20_000 // max(1, columns)))


def pieces_of(path: Path) -> Iterator[bytes]:
    """Read a file piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
