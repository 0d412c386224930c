"""Where bytes live: under the SHA-256 of themselves, written once, never changed."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from app.kernel.errors import NotFound, TooLarge, Unsupported
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

PIECE = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes: their SHA-256 in hexadecimal and their count."""

    sha256: str
    size: int


class BlobStore(Protocol):
    """Content-addressed bytes. Putting the same bytes twice stores them once."""

    def put(self, stream: BinaryIO, *, limit: int | None = None) -> Blob:
        """Store a stream piece by piece. Raises `TooLarge` past `limit` bytes, and keeps nothing then."""
        ...

    def put_file(self, path: Path) -> Blob:
        """Take over a file that nobody writes to any more; it is gone from `path` afterwards.

        Raises `Unsupported` for anything but a plain file with one name, so that a link left by
        a sandboxed child cannot bring in a foreign file.
        """
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading, seekable. Raises `NotFound`."""
        ...

    def path(self, sha256: str) -> Path:
        """Answer a local, read-only path of the bytes. Raises `NotFound`."""
        ...

    def size(self, sha256: str) -> int:
        """Count the bytes. Raises `NotFound`."""
        ...

    def __contains__(self, sha256: str) -> bool:
        """Say whether the bytes are here."""
        ...

    def delete(self, sha256: str) -> None:
        """Forget the bytes; nothing happens where there are none."""
        ...

    def hashes(self) -> Iterator[str]:
        """List what is stored, in no order."""
        ...

    def sweep_temporary(self, older_than_seconds: float) -> int:
        """Remove what interrupted writes left behind, untouched for so long; answer how many."""
        ...


def is_sha256(words: str) -> bool:
    """Say whether this is a hash as the store writes it, and so safe in a path."""
    return _SHA256.fullmatch(words) is not None


def not_stored(sha256: str) -> NotFound:
    """Make the error for bytes that are not here."""
    shown = sha256[:12]
    return NotFound(
        Text(f"ファイルの中身が見つかりません（{shown}）。", f"The bytes of the file are not stored ({shown}).")
    )


def pieces(stream: BinaryIO, limit: int | None) -> Iterator[bytes]:
    """Read a stream piece by piece. Raises `TooLarge` as soon as it has more than `limit` bytes."""
    read = 0
    while piece := stream.read(PIECE):
        read += len(piece)
        if limit is not None and read > limit:
            raise TooLarge(
                Text(
                    f"ファイルが大きすぎます。上限は {limit:,} バイトです。",
                    f"The file is too large; at most {limit:,} bytes are taken.",
                ),
            )
        yield piece


def open_plain(path: Path) -> BufferedReader:
    """Open a plain file that has one name. Raises `Unsupported` for links, pipes and devices."""
    try:
        # Without O_NONBLOCK, opening a pipe would wait for a writer.
        handle = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except IsADirectoryError as error:
        raise _not_plain() from error
    except OSError as error:
        if path.is_symlink():
            raise _not_plain() from error
        raise
    status = os.fstat(handle.fileno())
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        handle.close()
        raise _not_plain()
    return handle


def _not_plain() -> Unsupported:
    return Unsupported(
        Text("通常のファイルではないため、保存できません。", "This is not a plain file and cannot be stored.")
    )
