"""Where bytes live: under the SHA-256 of themselves, written once, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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
