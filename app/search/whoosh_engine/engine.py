"""The engine in pure Python: a Whoosh index in a folder, shared by every process of one machine.

It is for portals of some thousand datasets on machines where tantivy's wheels do not run: it reads into memory what
is asked for, and a `put` costs more the more is there.
"""

from __future__ import annotations

import struct
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from whoosh.index import FileIndex, LockError
from whoosh.index import IndexError as BrokenIndexError
from whoosh.writing import IndexingError

from app.kernel.errors import Unavailable
from app.search.engine import Ask, Found
from app.search.folders import DAMAGED, Generations, refusing
from app.search.keys import storable
from app.search.whoosh_engine import answer
from app.search.whoosh_engine.files import Checked, SealedStorage, newest_commit, remove_old_seals
from app.search.whoosh_engine.layout import LAYOUT, schema, written
from app.search.whoosh_engine.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from whoosh.writing import IndexWriter

    from app.search.clauses import Clause
    from app.search.engine import Entry, FacetValue

_ATTEMPTS = 5
_REFUSALS = (OSError, EOFError, ValueError, struct.error, BrokenIndexError, LockError, IndexingError)

Answer = TypeVar("Answer")


class WhooshEngine:
    """Keeps the index under `folder` and its locks beside it, as `<folder>.lock` and `<folder>.rebuild.lock`."""

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder, LAYOUT)
        self._checked = Checked()
        self._reading: Reading | None = None
        self._one_at_a_time = Lock()

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries in one commit, replacing those with the same id. Raises `Unavailable`."""
        with self._generations.writing():
            self._add(self._writable(), entries)

    def remove(self, ids: Iterable[str]) -> None:
        """Take entries out in one commit; unknown ids do nothing. Raises `Unavailable`."""
        wanted = tuple(ids)
        if not wanted or not self.stamp():
            return
        with self._generations.writing():
            generation = self._writable()
            known = self._open(generation).ids
            gone = {known[name] for name in map(storable, wanted) if name in known}
            with _committing(generation) as writer:
                for entry in gone:
                    writer.delete_document(entry)

    def search(self, ask: Ask) -> Found:
        """Answer a question; empty while there is no index. Raises `Unavailable`, `BadRequest`."""
        nothing = Found((), 0, dict.fromkeys(ask.facets, ()))
        return self._read(lambda reading: answer.found(reading, ask)) or nothing

    def count(self, clauses: Iterable[Clause], audiences: frozenset[str] | None) -> tuple[int, ...]:
        """Count what each clause matches among what the audiences may find. Raises `Unavailable`."""
        wanted = tuple(clauses)
        counts = self._read(lambda reading: answer.counts(reading, wanted, audiences))
        return (0,) * len(wanted) if counts is None else counts

    def values(self, column: str, audiences: frozenset[str] | None, limit: int) -> tuple[FacetValue, ...]:
        """Answer the most frequent values of a column among what the audiences may find. Raises `Unavailable`."""
        return self._read(lambda reading: answer.values(reading, column, audiences, limit)) or ()

    def revisions(self) -> dict[str, int]:
        """Map the id of every entry to its revision. Raises `Unavailable`."""
        return self._read(lambda reading: dict(reading.revisions)) or {}

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Make the index anew beside the old one, which serves until this one is whole. Raises `Unavailable`."""
        with self._generations.rebuilding() as generation:
            _create(generation)
            return self._add(generation, entries)

    def stamp(self) -> str:
        """Answer something that differs after every change; empty while there is no index. Raises `Unavailable`."""
        with refusing():
            return self._look()[1]

    def _writable(self) -> Path:
        generation = self._generations.current()
        with refusing():
            if not generation or not newest_commit(generation):
                generation = self._generations.begin()
                _create(generation)
        return generation

    def _add(self, generation: Path, entries: Iterable[Entry]) -> int:
        """Write entries in one commit, and then those that came again in another, as a writer sees only the past."""
        again: dict[str, Entry] = {}
        known = self._open(generation).ids
        with _committing(generation) as writer:
            seen = set[str]()
            for entry in entries:
                name = storable(entry.id)
                if name in seen:
                    again[name] = entry
                    continue
                _write(writer, entry, known.get(name))
                seen.add(name)
        if again:
            self._add(generation, again.values())
        return len(seen)

    def _read(self, question: Callable[[Reading], Answer]) -> Answer | None:
        """Ask the newest commit, `None` while there is no index."""
        for attempt in range(_ATTEMPTS):
            stamp = self.stamp()
            if not stamp:
                return None
            try:
                with self._one_at_a_time, _guarded():
                    return question(self._present())
            except Unavailable:
                # A writer may have replaced the commit between the look at it and its opening.
                if attempt == _ATTEMPTS - 1 or stamp == self.stamp():
                    raise
        return None

    def _look(self) -> tuple[Path | None, str]:
        """Answer the newest commit of the present generation and its stamp, which is empty where there is none."""
        commit, stamp = None, ""
        for _ in range(_ATTEMPTS):
            generation = self._generations.current()
            commit = newest_commit(generation) if generation else None
            stamp = _stamp(commit)
            # Without a stamp, the generation may have gone since the look at the pointer.
            if stamp or generation == self._generations.current():
                break
        return commit, stamp

    def _present(self) -> Reading:
        commit, stamp = self._look()
        if not commit or not stamp:
            raise Unavailable(DAMAGED)
        if not self._reading or self._reading.stamp != stamp:
            self._reading = self._open(commit.parent)
        return self._reading

    def _open(self, generation: Path) -> Reading:
        with _guarded():
            commit = newest_commit(generation)
            if not commit:
                raise Unavailable(DAMAGED)
            stamp = _stamp(commit)
            self._checked.check(commit)
            return Reading(stamp, _index(generation).reader())


def _create(generation: Path) -> None:
    with _guarded():
        FileIndex.create(SealedStorage(generation), schema())


def _index(generation: Path) -> FileIndex:
    return FileIndex(SealedStorage(generation), schema())


def _stamp(commit: Path | None) -> str:
    if not commit:
        return ""
    try:
        status = commit.stat()
    except FileNotFoundError:
        return ""
    return f"{commit.parent.name}-{commit.name}-{status.st_mtime_ns:x}-{status.st_ino:x}"


def _write(writer: IndexWriter, entry: Entry, former: int | None) -> None:
    fields = written(entry)
    with _guarded():
        if former is not None:
            writer.delete_document(former)
        writer.add_document(**fields)


@contextmanager
def _committing(generation: Path) -> Iterator[IndexWriter]:
    """Commit what is done inside; an exception leaves the index as it was."""
    with _guarded():
        writer = _index(generation).writer()
    try:
        yield writer
    except BaseException:
        with _guarded():
            writer.cancel()
        raise
    with _guarded():
        writer.commit()
        remove_old_seals(generation)


@contextmanager
def _guarded() -> Iterator[None]:
    """Say `Unavailable` where Whoosh or the disk refuses."""
    try:
        yield
    except _REFUSALS as error:
        raise Unavailable(DAMAGED) from error
