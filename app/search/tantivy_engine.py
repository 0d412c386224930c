"""The embedded engine: a tantivy index in a folder, shared by every process of one machine.

Writers take turns through a file lock beside the folder. Readers notice a commit by looking at the index's
`meta.json` before each search. What a user types is never parsed as a query language: the query is built here
from analysed words.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from tantivy import DocAddress, Document, Index, IndexWriter, Occur, Order, Query, Schema, SchemaBuilder, Searcher

from app.kernel.errors import Unavailable
from app.kernel.text import Text
from app.search.analysis import Word, tokens_of, words_of
from app.search.engine import Facet, FacetValue, Hit, SearchAnswer, SearchDocument, SearchQuery, Sort
from app.search.fields import FACET_VALUES, FACETS, FIELDS, title_key

# Raise this when the analysis, the fields or `SearchDocument` change: the new release then starts with an
# empty index, which the drift check fills, rather than with one it cannot read.
LAYOUT = "1"

_WRITER_MEMORY = 64_000_000
_SEGMENT_VALUES = 50_000
_TIE = 0.2

_DAMAGED = Text(
    ja="検索の索引を読み書きできません。索引を作り直す必要があります。",
    en="The search index cannot be read or written; it has to be rebuilt.",
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(SearchDocument)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The index as of one commit. `stamp` tells it from later ones."""

    stamp: tuple[int, int, int]
    schema: Schema
    searcher: Searcher


class TantivyEngine:
    """Keeps the index under `folder` and its lock beside it, as `<folder>.lock`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = folder / LAYOUT
        self._lock = folder.with_name(folder.name + ".lock")
        self._reading: _Reading | None = None

    def put(self, documents: Iterable[SearchDocument]) -> None:
        """Add documents in one commit, replacing those with the same id. Raises `Unavailable`."""
        with self._writing() as writer:
            for document in documents:
                entry = _entry(document)
                with _guarded():
                    writer.delete_documents_by_term("id", document.id)
                    writer.add_document(entry)

    def remove(self, ids: Iterable[str]) -> None:
        """Take documents out in one commit; unknown ids do nothing. Raises `Unavailable`."""
        wanted = tuple(ids)
        if not wanted or not self._stamp():
            return
        with self._writing() as writer, _guarded():
            for dataset_id in wanted:
                writer.delete_documents_by_term("id", _storable(dataset_id))

    def search(self, query: SearchQuery) -> SearchAnswer:
        """Answer a question; empty while there is no index. Raises `Unavailable` where it is damaged."""
        return self._read(lambda reading: _answer(reading, query)) or _NOTHING

    def revisions(self) -> dict[str, int]:
        """Map the id of every document to its revision. Raises `Unavailable`."""
        return self._read(_revisions) or {}

    def clear(self) -> None:
        """Start again with an empty index, whatever is there now."""
        with self._locked(), _guarded():
            self._create()

    def _create(self) -> Index:
        # Without `meta.json` readers see no index, rather than one that is half gone.
        (self._index / "meta.json").unlink(missing_ok=True)
        if self._folder.exists():
            shutil.rmtree(self._folder)
        self._index.mkdir(parents=True)
        return Index(_schema(), str(self._index))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _writing(self) -> Iterator[IndexWriter]:
        """Commit what is done inside; an exception leaves the index as it was."""
        with self._locked():
            with _guarded():
                index = Index(_schema(), str(self._index)) if self._stamp() else self._create()
                writer = index.writer(_WRITER_MEMORY, 1)
            try:
                yield writer
                with _guarded():
                    writer.commit()
            finally:
                with _guarded():
                    writer.wait_merging_threads()

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = os.stat(self._index / "meta.json")
        except (FileNotFoundError, NotADirectoryError):
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def _read[Answer](self, question: Callable[[_Reading], Answer]) -> Answer | None:
        """Ask the newest commit, `None` while there is no index."""
        for last in (False, True):
            stamp = self._stamp()
            if not stamp:
                return None
            try:
                with _guarded():
                    return question(self._open(stamp))
            except Unavailable:
                # A writer may have replaced the index between the look at it and its opening.
                if last or stamp == self._stamp():
                    raise
        return None

    def _open(self, stamp: tuple[int, int, int]) -> _Reading:
        reading = self._reading
        if not reading or reading.stamp != stamp:
            index = Index(_schema(), str(self._index))
            index.config_reader("manual")
            reading = self._reading = _Reading(stamp, index.schema, index.searcher())
        return reading


_NOTHING = SearchAnswer(hits=(), total=0, facets={facet: () for facet in Facet})
