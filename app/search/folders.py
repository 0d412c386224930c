"""Where an engine that lives in a folder keeps its index: generations, of which one is read and written.

A rebuild fills a folder of its own while the present one is used; then the pointer is renamed into place, which
nobody sees half done, and the former folder goes. A kill at any moment leaves one generation or the other.
"""

from __future__ import annotations

import fcntl
import re
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from app.kernel.errors import Unavailable
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAMAGED = Text(
    ja="検索の索引を読み書きできません。索引を作り直す必要があります。",
    en="The search index cannot be read or written; it has to be rebuilt.",
)

_GENERATION = re.compile(r"[0-9a-z-]{1,80}")


@contextmanager
def refusing() -> Iterator[None]:
    """Say `Unavailable` where the disk refuses."""
    try:
        yield
    except OSError as error:
        raise Unavailable(DAMAGED) from error


class Generations:
    """The generations of one layout under `folder`; their locks lie beside it, as they outlive its deletion.

    Everything raises `Unavailable` where the disk refuses.
    """

    def __init__(self, folder: Path, layout: str) -> None:
        self._folder = folder
        self._layout = layout
        self._pointer = folder / f"{layout}.current"
        self._write_lock = folder.with_name(f"{folder.name}.lock")
        self._rebuild_lock = folder.with_name(f"{folder.name}.rebuild.lock")
        # As it was read last: one assignment of a whole pair, which threads may race for.
        self._read: tuple[tuple[int, ...], Path | None] = ((), None)

    def current(self) -> Path | None:
        """Answer the generation in use, `None` where there is none of this layout."""
        with refusing():
            try:
                status = self._pointer.stat()
                # A pointer is renamed into place, so another one is another file. One search asks several times.
                known = (status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size)
                if self._read[0] == known:
                    return self._read[1]
                name = self._pointer.read_bytes().decode("ascii", "replace")
            except (FileNotFoundError, NotADirectoryError):
                return None
        generation = self._folder / name if _GENERATION.fullmatch(name) else None
        # It may have been renamed between the two looks; then the next stat differs from `known`.
        self._read = (known, generation)
        return generation

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other writers out, of every process of the machine."""
        with _locked(self._write_lock):
            yield

    def begin(self) -> Path:
        """Make an empty generation and point to it. Needs `writing`."""
        generation = self._make()
        self._point_to(generation)
        return generation

    @contextmanager
    def rebuilding(self) -> Iterator[Path]:
        """Offer an empty folder that becomes the current generation at the end; an exception takes it away again.

        Writers go on meanwhile, with the generation that is about to go. Rebuilds take turns.
        """
        with _locked(self._rebuild_lock):
            with self.writing():
                self._keep_only(self.current())  # what killed rebuilds have left
            generation = self._make()
            try:
                yield generation
                with self.writing():
                    self._point_to(generation)
                    self._keep_only(generation)
            except BaseException:
                if self.current() != generation:
                    shutil.rmtree(generation, ignore_errors=True)
                raise

    def _make(self) -> Path:
        generation = self._folder / f"{self._layout}-{uuid4().hex}"
        with refusing():
            generation.mkdir(parents=True)
        return generation

    def _point_to(self, generation: Path) -> None:
        draft = self._pointer.with_suffix(f".{uuid4().hex}")
        with refusing():
            draft.write_bytes(generation.name.encode("ascii"))
            draft.replace(self._pointer)

    def _keep_only(self, generation: Path | None) -> None:
        """Delete all else. Readers of a deleted generation keep its open files until they look again."""
        with refusing():
            for path in self._folder.iterdir() if self._folder.is_dir() else ():
                if path.is_dir() and path != generation:
                    shutil.rmtree(path, ignore_errors=True)
                elif not path.is_dir() and path != self._pointer:
                    path.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with refusing():
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("ab")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
