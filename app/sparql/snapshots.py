"""Read-only copies of the store, one of which is the current one.

A copy is made of hard links and never changes. The current one is named by a symbolic link, which is replaced by
renaming: a reader finds the old copy or the new one. A reader holds a shared lock on its copy's folder, so that the
copy stays until nobody reads it; a lock ends with the process that held it, however it ended.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CURRENT = "current"
NEXT = "next"
TRIES = 100


class Snapshots:
    """The folder of the copies. Writers wait for each other; readers wait for nobody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> str:
        """Name the current copy, "" where there is none yet."""
        try:
            return str((self.folder / CURRENT).readlink())
        except OSError:
            return ""

    def publish(self, make: Callable[[Path], object]) -> str:
        """Have a copy made into a folder, make it the current one, and delete those that nobody reads."""
        with self._alone():
            return self._publish(make)

    def begin(self, make: Callable[[Path], object]) -> None:
        """Have the first copy made, where there is none yet."""
        with self._alone():
            if not self.current():
                self._publish(make)

    def _publish(self, make: Callable[[Path], object]) -> str:
        # Left over from a process that ended too early; nobody was told of them.
        self._delete_unused()
        numbers = [int(each.name) for each in self.folder.iterdir() if each.name.isdecimal()]
        name = str(max(numbers, default=0) + 1)
        make(self.folder / name)
        pointer = self.folder / NEXT
        pointer.unlink(missing_ok=True)
        pointer.symlink_to(name)
        pointer.replace(self.folder / CURRENT)
        self._delete_unused()
        return name

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _delete_unused(self) -> None:
        current = self.current()
        for each in self.folder.iterdir():
            if each.name.isdecimal() and each.name != current:
                _delete_unread(each)


class Reading:
    """A reader's hold on the current copy of a folder. Raises `FileNotFoundError` where there is none."""

    def __init__(self, folder: Path) -> None:
        snapshots = Snapshots(folder)
        for _ in range(TRIES):
            name = snapshots.current()
            if not name:
                break
            with suppress(FileNotFoundError):
                self._lock = _shared_lock(folder / name)
                self.name, self.path = name, folder / name
                return
        raise FileNotFoundError(folder / CURRENT)

    def close(self) -> None:
        """Let go of the copy."""
        os.close(self._lock)


def _shared_lock(path: Path) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    # Whoever was deleting it has finished by now.
    if not (path / "CURRENT").exists():
        os.close(descriptor)
        raise FileNotFoundError(path)
    return descriptor


def _delete_unread(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path)
    except BlockingIOError:
        # Somebody reads it; the next copy's turn.
        return
    finally:
        os.close(descriptor)
