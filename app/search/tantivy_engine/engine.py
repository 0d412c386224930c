"""The embedded engine: a tantivy index in a folder, shared by every process of one machine.

Writers take turns through a file lock beside the folder. Readers notice a commit by looking at the pointer and the
index's `meta.json` before each search.

A `put` of one entry costs about 25 ms of work, whether 30 thousand or a million are there, as small segments are
merged by the eighth; so callers put many entries at once where they can.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from tantivy import Index, IndexWriter

from app.kernel.errors import Unavailable
from app.search.engine import Ask, Found
from app.search.folders import Generations, refusing
from app.search.keys import storable
from app.search.tantivy_engine import answer
from app.search.tantivy_engine.guarding import guarded
from app.search.tantivy_engine.layout import ID, LAYOUT, schema, written
from app.search.tantivy_engine.leaves import Leaves
from app.search.tantivy_engine.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from app.search.clauses import Clause
    from app.search.engine import Entry, FacetValue

_WRITER_MEMORY = 64_000_000
# Few large segments: many alike would all be merged by the first `put` that follows, which would take minutes.
_REBUILD_MEMORY = 400_000_000
_ATTEMPTS = 5
_COUNTERS = 2  # threads, which start with the first question

Answer = TypeVar("Answer")


class TantivyEngine:
    """Keeps the index under `folder` and its locks beside it, as `<folder>.lock` and `<folder>.rebuild.lock`."""

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder, LAYOUT)
        self._reading: Reading | None = None
        self._aside = ThreadPoolExecutor(_COUNTERS, thread_name_prefix="facets")

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries in one commit, replacing those with the same id. Raises `Unavailable`."""
        with self._writing() as writer:
            _add(writer, entries)

    def remove(self, ids: Iterable[str]) -> None:
        """Take entries out in one commit; unknown ids do nothing. Raises `Unavailable`."""
        wanted = tuple(ids)
        if not wanted or not self.stamp():
            return
        with self._writing() as writer, guarded():
            for dataset_id in wanted:
                writer.delete_documents_by_term(ID, storable(dataset_id))

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
        return self._read(answer.revisions) or {}

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Make the index anew beside the old one, which serves until this one is whole. Raises `Unavailable`."""
        with self._generations.rebuilding() as generation, _committing(generation, _REBUILD_MEMORY) as writer:
            return _fill(writer, entries)

    def stamp(self) -> str:
        """Answer something that differs after every change; empty while there is no index. Raises `Unavailable`."""
        return self._look()[1]

    @contextmanager
    def _writing(self) -> Iterator[IndexWriter]:
        """Commit what is done inside; an exception leaves the index as it was."""
        with self._generations.writing():
            generation = self._generations.current()
            if not generation or not _stamp(generation):
                generation = self._generations.begin()
            with _committing(generation) as writer:
                yield writer

    def _read(self, question: Callable[[Reading], Answer]) -> Answer | None:
        """Ask the newest commit, `None` while there is no index."""
        for attempt in range(_ATTEMPTS):
            generation, stamp = self._look()
            if not generation or not stamp:
                return None
            try:
                with guarded():
                    return question(self._open(generation, stamp))
            except Unavailable:
                # A writer may have replaced the index between the look at it and its opening.
                if attempt == _ATTEMPTS - 1 or stamp == self.stamp():
                    raise
        return None

    def _look(self) -> tuple[Path | None, str]:
        """Answer the present generation and its stamp, which is empty where it holds nothing."""
        generation = self._generations.current()
        for _ in range(_ATTEMPTS):
            if stamp := _stamp(generation):
                break
            # It may have gone since the look at the pointer.
            if (present := self._generations.current()) == generation:
                break
            generation = present
        return generation, stamp

    def _open(self, generation: Path, stamp: str) -> Reading:
        reading = self._reading
        if not reading or reading.stamp != stamp:
            index = Index.open(str(generation))
            index.config_reader("manual")  # else every process would run a thread that watches the folder
            fields, searcher = index.schema, index.searcher()
            reading = self._reading = Reading(stamp, index, fields, searcher, Leaves(fields, searcher), self._aside)
        return reading


def _stamp(generation: Path | None) -> str:
    if not generation:
        return ""
    with refusing():
        try:
            status = (generation / "meta.json").stat()
        except (FileNotFoundError, NotADirectoryError):
            return ""
    return f"{generation.name}-{status.st_mtime_ns:x}-{status.st_ino:x}-{status.st_size:x}"


@contextmanager
def _committing(generation: Path, memory: int = _WRITER_MEMORY) -> Iterator[IndexWriter]:
    with guarded():
        writer = Index(schema(), str(generation)).writer(memory, 1)
        # What a killed writer left uncommitted bears names that this one will want.
        writer.garbage_collect_files()
    try:
        yield writer
        with guarded():
            writer.commit()
    finally:
        with guarded():
            writer.wait_merging_threads()


def _add(writer: IndexWriter, entries: Iterable[Entry]) -> None:
    for entry in entries:
        document, name = written(entry), storable(entry.id)
        with guarded():
            writer.delete_documents_by_term(ID, name)
            writer.add_json(document)


def _fill(writer: IndexWriter, entries: Iterable[Entry]) -> int:
    """Add entries to an index that has none; only what comes twice is to be taken out, which costs a tenth of all."""
    seen: set[str] = set()
    for entry in entries:
        document, name = written(entry), storable(entry.id)
        with guarded():
            if name in seen:
                writer.delete_documents_by_term(ID, name)
            writer.add_json(document)
        seen.add(name)
    return len(seen)
