"""Blobs in a local folder: `ab/cdef...` below it, each written aside, synced, then renamed into place."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from app.infra.storage import Blob, is_sha256, not_stored, open_plain, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARD = 2
READ_ONLY = 0o440


class LocalBlobStore:
    """Many processes may use one folder at once: a blob appears by rename, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._temporary = folder / "tmp"
        self._temporary.mkdir(parents=True, exist_ok=True)

    def put(self, stream: BinaryIO, *, limit: int | None = None) -> Blob:
        """Store a stream piece by piece. Raises `TooLarge` past `limit` bytes, and keeps nothing then."""
        hashing = hashlib.sha256()
        size = 0
        with self._aside() as (handle, path):
            for piece in pieces(stream, limit):
                hashing.update(piece)
                size += len(piece)
                handle.write(piece)
            handle.flush()
            _make_durable(handle)
            return self._adopt(path, Blob(hashing.hexdigest(), size))

    def put_file(self, path: Path) -> Blob:
        """Take over a file that nobody writes to any more; it is gone from `path` afterwards."""
        with open_plain(path) as handle:
            blob = Blob(hashlib.file_digest(handle, "sha256").hexdigest(), handle.tell())
            _make_durable(handle)
            try:
                return self._adopt(path, blob)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
            # Another file system: a rename cannot cross, so the bytes are copied.
            handle.seek(0)
            copied = self.put(handle)
        path.unlink()
        return copied

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading, seekable. Raises `NotFound`."""
        try:
            return self._place(sha256).open("rb")
        except FileNotFoundError as error:
            raise not_stored(sha256) from error

    def path(self, sha256: str) -> Path:
        """Answer the blob's own path. Raises `NotFound`."""
        self.size(sha256)
        return self._place(sha256)

    def size(self, sha256: str) -> int:
        """Count the bytes. Raises `NotFound`."""
        try:
            return self._place(sha256).stat().st_size
        except FileNotFoundError as error:
            raise not_stored(sha256) from error

    def __contains__(self, sha256: str) -> bool:
        """Say whether the bytes are here."""
        return is_sha256(sha256) and self._place(sha256).is_file()

    def delete(self, sha256: str) -> None:
        """Forget the bytes; nothing happens where there are none."""
        if is_sha256(sha256):
            self._place(sha256).unlink(missing_ok=True)

    def delete_unused(self, sha256: str, older_than_seconds: float) -> bool:
        """Forget bytes that nobody has put for so long; answer whether it was done.

        Asked under the lock that writers share, so that bytes which come again at this moment stay.
        """
        if not is_sha256(sha256):
            return False
        place = self._place(sha256)
        with self._lock(fcntl.LOCK_EX), suppress(FileNotFoundError):
            if place.stat().st_mtime <= time.time() - older_than_seconds:
                place.unlink()
                return True
        return False

    def hashes(self) -> Iterator[str]:
        """List what is stored, in no order."""
        for shard in self._folder.iterdir():
            if len(shard.name) == SHARD and shard.is_dir():
                names = (shard.name + rest.name for rest in shard.iterdir())
                yield from (name for name in names if is_sha256(name))

    def sweep_temporary(self, older_than_seconds: float) -> int:
        """Remove what interrupted writes left behind, untouched for so long; answer how many."""
        oldest = time.time() - older_than_seconds
        swept = 0
        for path in self._temporary.iterdir():
            # A writer may finish, or another sweep come first, between listing and looking.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime <= oldest:
                    path.unlink()
                    swept += 1
        return swept

    def _place(self, sha256: str) -> Path:
        if not is_sha256(sha256):
            raise not_stored(sha256)
        return self._folder / sha256[:SHARD] / sha256[SHARD:]

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        """Hold the folder's lock: shared to bring bytes in, alone to sweep some out. It ends with its holder."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _aside(self) -> Iterator[tuple[BinaryIO, Path]]:
        """Open a temporary file on the same file system; it is gone afterwards unless renamed away."""
        descriptor, name = tempfile.mkstemp(dir=self._temporary)
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                yield handle, path
        finally:
            path.unlink(missing_ok=True)

    def _adopt(self, path: Path, blob: Blob) -> Blob:
        """Move a synced file under its hash, or drop it where the same bytes are already there."""
        place = self._place(blob.sha256)
        place.parent.mkdir(exist_ok=True)
        # Bytes that are wanted again are young again: a sweep of old orphans must not take them.
        with self._lock(fcntl.LOCK_SH):
            if _has_size(place, blob.size):
                path.unlink()
                os.utime(place)
            else:
                os.utime(path)
                path.rename(place)
        # Also for bytes and folders that were there: the process that made them may not have come this far.
        _sync_folder(place.parent)
        _sync_folder(self._folder)
        return blob


def _make_durable(handle: BinaryIO) -> None:
    """Sync before the mode says finished, so that no blob's name ever shows unsynced bytes."""
    os.fchmod(handle.fileno(), READ_ONLY)
    os.fsync(handle.fileno())


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
