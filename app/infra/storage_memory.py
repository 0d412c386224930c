"""Blobs in memory, for tests and for trying things; gone with the process."""

from __future__ import annotations

import hashlib
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from app.infra.storage import Blob, not_stored, open_plain, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator


class MemoryBlobStore:
    """Keeps the contract of `BlobStore`. `path` spills into a folder that lives as long as the store."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}
        self._spilled = tempfile.TemporaryDirectory(prefix="blobs-")

    def put(self, stream: BinaryIO, *, limit: int | None = None) -> Blob:
        """Store a stream. Raises `TooLarge` past `limit` bytes, and keeps nothing then."""
        content = b"".join(pieces(stream, limit))
        sha256 = hashlib.sha256(content).hexdigest()
        self._blobs[sha256] = content
        return Blob(sha256, len(content))

    def put_file(self, path: Path) -> Blob:
        """Take over a file that nobody writes to any more; it is gone from `path` afterwards."""
        with open_plain(path) as handle:
            blob = self.put(handle)
        path.unlink()
        return blob

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading, seekable. Raises `NotFound`."""
        return io.BytesIO(self._content(sha256))

    def path(self, sha256: str) -> Path:
        """Write the bytes out and answer where. Raises `NotFound`."""
        content = self._content(sha256)
        place = Path(self._spilled.name) / sha256
        if not place.exists():
            place.write_bytes(content)
            place.chmod(0o440)
        return place

    def size(self, sha256: str) -> int:
        """Count the bytes. Raises `NotFound`."""
        return len(self._content(sha256))

    def __contains__(self, sha256: str) -> bool:
        """Say whether the bytes are here."""
        return sha256 in self._blobs

    def delete(self, sha256: str) -> None:
        """Forget the bytes; nothing happens where there are none."""
        if self._blobs.pop(sha256, None) is not None:
            (Path(self._spilled.name) / sha256).unlink(missing_ok=True)

    def hashes(self) -> Iterator[str]:
        """List what is stored, in no order."""
        return iter(tuple(self._blobs))

    def sweep_temporary(self, older_than_seconds: float) -> int:  # noqa: ARG002 - the contract's argument
        """Nothing is ever left behind in memory."""
        return 0

    def _content(self, sha256: str) -> bytes:
        try:
            return self._blobs[sha256]
        except KeyError as error:
            raise not_stored(sha256) from error
