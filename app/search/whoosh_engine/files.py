"""The files of a Whoosh index, sealed: what is read is what was written.

Whoosh keeps parts of an index as pickles, and damaged pickles may do anything at all. So each commit writes digests
of its files beside them, and nothing is read before they are compared. This finds damage, not malice: whoever can
write to the portal's own folder can do as the portal does.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec
from whoosh.filedb.filestore import FileStorage

from app.kernel.errors import Unavailable
from app.search.folders import DAMAGED

_COMMIT = re.compile(r"_MAIN_([0-9]{1,18})\.toc")
_SEAL = ".seal"


class SealedStorage(FileStorage):
    """A folder of Whoosh's, in which every commit has its seal before it is there."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))  # type: ignore[no-untyped-call]  # Whoosh is typed in part

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Rename a file; where that makes a commit, seal it first."""
        folder = Path(self.folder)
        if _COMMIT.fullmatch(newname):
            known = _sealed(former) if (former := newest_commit(folder)) else {}
            # A segment never changes: its first digest is the one that tells of damage.
            digests = {path.name: known.get(path.name) or _digest(path) for path in folder.glob("*.seg")}
            digests[newname] = _digest(folder / oldname)
            (folder / (newname + _SEAL)).write_bytes(msgspec.json.encode(digests))
        super().rename_file(oldname, newname, safe=safe)  # type: ignore[no-untyped-call]  # as above


def newest_commit(folder: Path) -> Path | None:
    """Answer the file that makes the last commit. Raises `OSError`."""
    try:
        found = [path for path in folder.iterdir() if _COMMIT.fullmatch(path.name)]
    except (FileNotFoundError, NotADirectoryError):
        return None
    return max(found, key=_number, default=None)


def remove_old_seals(folder: Path) -> None:
    """Delete the seals of commits that are gone. Raises `OSError`."""
    for seal in folder.glob(f"*{_SEAL}"):
        if not seal.with_suffix("").exists():
            seal.unlink(missing_ok=True)


class Checked:
    """Files that were found to be as they were written; they are not looked at again while they stay as they are."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str, int, int, int]] = set()

    def check(self, commit: Path) -> None:
        """Compare the files of a commit with its seal. Raises `Unavailable`, `OSError`."""
        digests = _sealed(commit)
        # Files of former commits may have gone meanwhile; Whoosh misses those that are needed.
        paths = [path for name in digests if (path := commit.parent / Path(name).name).exists()]
        known = set()
        for path in paths:
            status = path.stat()
            mark = (str(path), digests[path.name], status.st_size, status.st_mtime_ns, status.st_ino)
            if mark not in self._known and _digest(path) != digests[path.name]:
                raise Unavailable(DAMAGED)
            known.add(mark)
        if commit not in paths:
            raise Unavailable(DAMAGED)
        self._known = known


def _sealed(commit: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode((commit.parent / (commit.name + _SEAL)).read_bytes(), type=dict[str, str])
    except msgspec.DecodeError as error:
        raise Unavailable(DAMAGED) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _number(path: Path) -> int:
    found = _COMMIT.fullmatch(path.name)
    return int(found.group(1)) if found else -1
