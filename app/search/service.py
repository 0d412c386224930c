"""How data is found: questions to the engine with sane bounds, and an index that keeps up with the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from app.kernel.errors import Unavailable
from app.search.engine import Engine, SearchAnswer, SearchDocument, SearchQuery

MAX_LIMIT = 100
MAX_OFFSET = 10_000


@dataclass(frozen=True, slots=True)
class Drift:
    """Ids of datasets that the index lacks, knows in an older revision, or should not know."""

    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Something is to be done."""
        return bool(self.missing or self.stale or self.extra)


class Search:
    """Stands before an engine. Who may find what is the caller's word: it turns an actor into audiences.

    What a dataset is to the index, or that it is nothing to it, says `document_of`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def search(self, query: SearchQuery) -> SearchAnswer:
        """Find what the audiences of the query may find: the public, if it names none.

        `limit` is kept within 0 to `MAX_LIMIT`, `offset` within 0 to `MAX_OFFSET`. Raises `Unavailable`.
        """
        limit = max(0, min(query.limit, MAX_LIMIT))
        offset = max(0, min(query.offset, MAX_OFFSET))
        return self._engine.search(replace(query, limit=limit, offset=offset))

    def index(self, document: SearchDocument) -> None:
        """Make the index say of a dataset what the document says. Raises `Unavailable`."""
        self._engine.put((document,))

    def forget(self, dataset_id: str) -> None:
        """Take a dataset out of the index; nothing happens where it is not there."""
        self._engine.remove((dataset_id,))

    def drift(self, expected: Mapping[str, int]) -> Drift:
        """Compare the index with the revisions, by id, of all datasets that should be in it."""
        indexed = self._engine.revisions()
        return Drift(
            missing=tuple(sorted(expected.keys() - indexed.keys())),
            stale=tuple(
                sorted(known for known in expected.keys() & indexed.keys() if expected[known] != indexed[known])
            ),
            extra=tuple(sorted(indexed.keys() - expected.keys())),
        )

    def rebuild(self, documents: Iterable[SearchDocument]) -> int:
        """Index all documents anew and nothing else; answer how many. Readers keep the old index meanwhile.

        Only an index that cannot be read is emptied first.
        """
        before = self._readable_ids()
        kept: set[str] = set()
        self._engine.put(_noting(documents, kept))
        self._engine.remove(before - kept)
        return len(kept)

    def _readable_ids(self) -> set[str]:
        try:
            # A search touches more of the index than the list of revisions does.
            self._engine.search(SearchQuery(audiences=None, limit=1))
            return set(self._engine.revisions())
        except Unavailable:
            self._engine.clear()
            return set()


def _noting(documents: Iterable[SearchDocument], ids: set[str]) -> Iterator[SearchDocument]:
    for document in documents:
        ids.add(document.id)
        yield document
