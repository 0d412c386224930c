"""Files that are generated as a whole and put in the place of older ones while these are still being read.

A folder holds files under the hashes of their content and one small list that says which of them stand for
which names. Readers look into the list; whoever has an older file open reads it to its end.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST = "list.json"
_WRITTEN_PREFIX = "writing-"
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file as readers get it: `sha256` is that of its bytes, `modified` when it came to hold them."""

    sha256: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Generation:
    """All files of one making. `mark` says what they were made from, `counts` what was counted meanwhile."""

    mark: str
    made: datetime
    files: Mapping[str, GeneratedFile]
    counts: Mapping[str, int]


_decoder = msgspec.json.Decoder(Generation)


class Folder:
    """Where generations lie. Two processes may read and one writes: see `locked`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def current(self) -> Generation | None:
        """Answer the latest generation; `None` where there is none yet, or none that this software can read."""
        try:
            return _decoder.decode((self._path / LIST).read_bytes())
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def path(self, file: GeneratedFile) -> Path:
        """Where the bytes of a file lie."""
        return self._path / file.sha256

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else, in any process, make a generation meanwhile."""
        import fcntl

        self._path.mkdir(parents=True, exist_ok=True)
        with (self._path / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Open a generation for writing, locked; what is not kept by the end is thrown away."""
        for left in self._path.glob(f"{_WRITTEN_PREFIX}*"):
            # A process that was killed while it wrote.
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=self._path, prefix=_WRITTEN_PREFIX) as folder, ExitStack() as open_files:
            yield Writing(Path(folder), open_files)

    def keep(self, writing: Writing, mark: str, made: datetime, counts: Mapping[str, int]) -> Generation:
        """Make what was written the latest generation. A file whose bytes are the same as before stays as it was."""
        before = self.current()
        files = {}
        for name, path in writing.finished():
            with path.open("rb") as content:
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            known = before.files.get(name) if before else None
            if known and known.sha256 == sha256:
                files[name] = known
            else:
                files[name] = GeneratedFile(sha256, path.stat().st_size, made)
                path.replace(self._path / sha256)
        made_now = Generation(mark, made, files, counts)
        self._replace_list(made_now)
        self._remove_older(made_now, before)
        return made_now

    def _replace_list(self, generation: Generation) -> None:
        with tempfile.NamedTemporaryFile(dir=self._path, prefix=_WRITTEN_PREFIX, delete=False) as written:
            written.write(msgspec.json.encode(generation))
            written.flush()
            os.fsync(written.fileno())
        Path(written.name).replace(self._path / LIST)
        folder = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _remove_older(self, *generations: Generation | None) -> None:
        # The one before stays for readers who looked into the list a moment ago.
        kept = {LIST, "lock"}
        kept.update(file.sha256 for each in generations if each for file in each.files.values())
        for path in self._path.iterdir():
            if path.is_file() and path.name not in kept:
                path.unlink(missing_ok=True)


class Writing:
    """The files of a generation that is being written."""

    def __init__(self, folder: Path, open_files: ExitStack) -> None:
        self.folder = folder
        self._open_files = open_files
        self._paths: dict[str, Path] = {}

    def plain(self, name: str) -> IO[bytes]:
        """Begin a file."""
        self._paths[name] = path = self.folder / name
        return self._open_files.enter_context(path.open("wb"))

    def compressed(self, name: str) -> IO[bytes]:
        """Begin a gzip file; without a name and a time in it, equal content has equal bytes."""
        packed = gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=self.plain(name), mtime=0)
        return cast("IO[bytes]", self._open_files.enter_context(packed))

    def path(self, name: str) -> Path:
        """Begin a file that somebody else writes."""
        self._paths[name] = self.folder / name
        return self._paths[name]

    def close(self) -> None:
        """End all files that are open."""
        self._open_files.close()

    def finished(self) -> Iterator[tuple[str, Path]]:
        """Answer the files, each safe on disk."""
        self.close()
        for name, path in self._paths.items():
            with path.open("rb") as content:
                os.fsync(content.fileno())
            yield name, path
