"""Files that are made of stored ones and can be made again: kept for the next reader, the longest unused go first."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from app.kernel.errors import Unavailable
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROOM = 2 * 1024**3
PATIENCE = 20.0
WAITING = 2


class KeptFiles:
    """A folder of at most about `room` bytes. A name says all that its bytes depend on, so that nothing is ever stale.

    One file at a time is made in each process, and two may wait for that, `patience` seconds at most: others are sent
    away at once, so that threads are left for everybody else.
    """

    def __init__(self, folder: Path, *, room: int = ROOM, patience: float = PATIENCE) -> None:
        self.folder = folder
        self._room = room
        self._patience = patience
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(1 + WAITING)

    def get(self, name: str, make: Callable[[Path], object]) -> Path:
        """Answer a file, made by `make` at the path that it is given unless it is there. Raises `Unavailable`."""
        path = self.folder / name
        if self._is_used(path):
            return path
        with self._in_turn():
            if not self._is_used(path):
                self.folder.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryDirectory(dir=self.folder, prefix="made-") as aside:
                    make(self.folder / aside / name)
                    (self.folder / aside / name).rename(path)
                self._make_room(path)
        return path

    def sweep(self, older_than_seconds: float) -> None:
        """Drop what nobody used for so long, and what interrupted work left behind."""
        oldest = time.time() - older_than_seconds
        for path, used, _ in self._files():
            if used <= oldest:
                path.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            for folder in self.folder.glob("made-*/"):
                if folder.stat().st_mtime <= oldest:
                    for left in folder.iterdir():
                        left.unlink(missing_ok=True)
                    folder.rmdir()

    @staticmethod
    def _is_used(path: Path) -> bool:
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
        return True

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise _busy()
        try:
            if not self._turn.acquire(timeout=self._patience):
                raise _busy()
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()

    def _make_room(self, new: Path) -> None:
        files = sorted(self._files(), key=lambda each: each[1])
        total = sum(size for _, _, size in files)
        for path, _, size in files:
            if total <= self._room:
                return
            if path != new:
                path.unlink(missing_ok=True)
                total -= size

    def _files(self) -> list[tuple[Path, float, int]]:
        found = []
        with suppress(FileNotFoundError):
            for path in self.folder.iterdir():
                with suppress(FileNotFoundError):
                    known = path.stat()
                    if path.is_file():
                        found.append((path, known.st_mtime, known.st_size))
        return found


def _busy() -> Unavailable:
    return Unavailable(
        Text(
            "ほかの差分を計算しています。しばらくしてからもう一度お試しください。",
            "Other changes are being worked out. Try again in a while.",
        )
    )
