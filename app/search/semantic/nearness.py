"""Which datasets are near to a question in meaning, kept up with the index, and never in its way."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from app.kernel.errors import Unavailable
from app.search.entries import document_from
from app.search.semantic.embedder import Embedder, NullEmbedder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from app.search.document import SearchDocument
    from app.search.engine import Entry
    from app.search.semantic.embedder import Matrix
    from app.search.semantic.vectors import Row, Vectors

    # Hands entries on as they come, and takes what it needs of them.
    HandOn = Callable[[Iterable[Entry]], Iterator[Entry]]

log = logging.getLogger(__name__)

# So many near datasets come into an answer. More of them did not help.
MOST = 10
# What is less near than this has nothing to do with a question that some words of were found.
FLOOR = 0.3
# Where nothing of the question was found, nearness alone must tell; any two texts are a little near.
ALONE = 0.5
# Letters of a description that count: what it begins with says what a dataset is.
DESCRIPTION = 200
_BATCH = 256
_NEVER = -1  # no revision


@dataclass(frozen=True, slots=True)
class Near:
    """A dataset and how near it is: the cosine, 1 for the same."""

    id: str
    cosine: float


class Nearness:
    """Embeds and compares. Without an embedder every method does nothing and finds nothing."""

    def __init__(self, embedder: Embedder | None = None, folder: Path | None = None) -> None:
        """`folder` is needed by an embedder that has dimensions."""
        self._embedder: Embedder = embedder or NullEmbedder()
        self._vectors = _vectors(self._embedder, folder) if folder and self._embedder.dimensions else None

    def beside(self, text: str, audiences: frozenset[str] | None) -> tuple[Near, ...]:
        """Answer what is near to a question that words found something for."""
        return self._nearest(text, audiences, FLOOR)

    def alone(self, text: str, audiences: frozenset[str] | None) -> tuple[Near, ...]:
        """Answer what is very near to a question that no word found anything for; nothing for nonsense."""
        if self._vectors is None or not self._embedder.knows(text):
            return ()
        return self._nearest(text, audiences, ALONE)

    @contextmanager
    def adding(self) -> Iterator[HandOn]:
        """Offer a function that hands entries on and embeds them; their vectors are added at the end.

        Raises `Unavailable`.
        """
        if self._vectors is None:
            yield iter
            return
        rows: list[Row] = []
        vectors: list[Matrix] = []

        def add(more: list[Row], embedded: Matrix) -> None:
            rows.extend(more)
            vectors.append(embedded)

        yield lambda entries: self._handed_on(entries, add)
        if rows:
            self._vectors.put(rows, vectors)

    def remove(self, ids: Iterable[str]) -> None:
        """Forget vectors. Raises `Unavailable`."""
        if self._vectors is not None:
            self._vectors.remove(ids)

    def corrected(self, indexed: dict[str, int]) -> dict[str, int]:
        """Answer the revisions that the index knows, without those of datasets whose vector is of another one."""
        if self._vectors is None:
            return indexed
        try:
            known = self._vectors.revisions()
        except Unavailable:
            known = {}
        # A vector that the index knows nothing of must go, too: its revision is never that of a dataset.
        odd = {name: _NEVER for name, revision in indexed.items() if known.get(name) != revision}
        return indexed | odd | dict.fromkeys(known.keys() - indexed.keys(), _NEVER)

    @contextmanager
    def rebuilding(self) -> Iterator[HandOn]:
        """Offer a function that hands all entries on and embeds them; their vectors replace the others at the end.

        Raises `Unavailable`. An exception leaves the old vectors as they were.
        """
        if self._vectors is None:
            yield iter
            return
        with self._vectors.rebuilding() as add:
            yield lambda entries: self._handed_on(entries, add)

    def _handed_on(self, entries: Iterable[Entry], add: Callable[[list[Row], Matrix], None]) -> Iterator[Entry]:
        from app.search.semantic.vectors import Row

        waiting = iter(entries)
        while batch := list(islice(waiting, _BATCH)):
            rows = [Row(entry.id, entry.revision, entry.audiences) for entry in batch]
            add(rows, self._embedded([document_from(entry.card) for entry in batch]))
            yield from batch

    def _embedded(self, documents: Sequence[SearchDocument]) -> Matrix:
        """Answer one vector for each dataset, between those of its titles and of what it says of itself."""
        import numpy as np

        texts = [texts_of(document) for document in documents]
        vectors = self._embedder.embed([text for each in texts for text in each])
        firsts = np.cumsum([0, *map(len, texts[:-1])])
        sums = np.add.reduceat(vectors, firsts, axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        together: Matrix = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
        return together

    def _nearest(self, text: str, audiences: frozenset[str] | None, floor: float) -> tuple[Near, ...]:
        if self._vectors is None or not text.strip():
            return ()
        try:
            (vector,) = self._embedder.embed([text])
            found = self._vectors.nearest(vector, audiences, MOST, floor)
        except Unavailable:
            log.warning("vectors cannot be read; search goes on without them")
            return ()
        return tuple(Near(name, cosine) for name, cosine in found)


def texts_of(document: SearchDocument) -> tuple[str, ...]:
    """List what a dataset is embedded by: its titles, and the first of them with its keywords and description."""
    titles = tuple(words for _, words in document.title.both())
    description = document.description.ja or document.description.en
    return (*titles, " ".join((*titles[:1], *document.keywords, description[:DESCRIPTION])))


def _vectors(embedder: Embedder, folder: Path) -> Vectors:
    """Open the vectors; what is imported here needs numpy."""
    from app.search.semantic.vectors import Vectors

    return Vectors(folder, embedder.name, embedder.dimensions)
