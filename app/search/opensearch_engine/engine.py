"""The engine on an OpenSearch cluster: for portals that have one already, or outgrow one machine.

An alias names the index in use; a rebuild fills another one and moves the alias in one step, so that no reader meets
half an index. Unlike a folder, a cluster has no commits: where one of several requests fails, a `put` is done in part,
and is to be done again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from app.kernel.errors import Unavailable
from app.search.engine import Ask, Found
from app.search.keys import storable
from app.search.opensearch_engine import answer
from app.search.opensearch_engine.layout import index_body, put_lines, remove_line
from app.search.opensearch_engine.server import UNREACHABLE, NoIndex, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from app.search.clauses import Clause
    from app.search.engine import Entry, FacetValue

_REQUEST_BYTES = 4_000_000
_ATTEMPTS = 5
_DAY = 24 * 3600 * 1000

Answer = TypeVar("Answer")


class OpenSearchEngine:
    """Keeps the index on the cluster at `https://user:password@host:port/alias`.

    Raises `ValueError` where that is no such address; speaks to the cluster when first asked something.
    """

    def __init__(self, url: str) -> None:
        self._server = Server(url)

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries, replacing those with the same id; they are found when all are in. Raises `Unavailable`."""
        # All are read first, so that a failure among them keeps none.
        requests = tuple(_requests(map(put_lines, entries)))
        for _ in range(_ATTEMPTS):
            try:
                return self._write(requests)
            except NoIndex:
                self._begin()
        raise Unavailable(UNREACHABLE)

    def remove(self, ids: Iterable[str]) -> None:
        """Take entries out; unknown ids do nothing. Raises `Unavailable`."""
        requests = tuple(_requests(map(remove_line, ids)))
        if requests:
            self._read(lambda: self._write(requests))

    def search(self, ask: Ask) -> Found:
        """Answer a question; empty while there is no index. Raises `Unavailable`, `BadRequest`."""
        nothing = Found((), 0, dict.fromkeys(ask.facets, ()))
        return self._read(lambda: answer.found(self._server, ask)) or nothing

    def count(self, clauses: Iterable[Clause], audiences: frozenset[str] | None) -> tuple[int, ...]:
        """Count what each clause matches among what the audiences may find. Raises `Unavailable`."""
        wanted = tuple(clauses)
        counts = self._read(lambda: answer.counts(self._server, wanted, audiences))
        return (0,) * len(wanted) if counts is None else counts

    def values(self, column: str, audiences: frozenset[str] | None, limit: int) -> tuple[FacetValue, ...]:
        """Answer the most frequent values of a column among what the audiences may find. Raises `Unavailable`."""
        return self._read(lambda: answer.values(self._server, column, audiences, limit)) or ()

    def revisions(self) -> dict[str, int]:
        """Map the id of every entry to its revision. Raises `Unavailable`."""
        return self._read(lambda: answer.revisions(self._server)) or {}

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """Make the index anew beside the old one, which serves until this one is whole. Raises `Unavailable`."""
        self._forget_the_killed()
        index, seen = self._server.new_name(), set[str]()
        self._server.create(index, index_body())
        try:
            for request in _requests(map(put_lines, _noted(entries, seen))):
                self._server.write(index, request, is_alias=False)
            self._server.refresh(index)
            self._server.move_alias(index)
        except BaseException as error:
            # The alias may have moved although the answer was lost.
            if index not in self._server.named():
                self._server.delete(index)
            if isinstance(error, NoIndex):
                raise Unavailable(UNREACHABLE) from error
            raise
        return len(seen)

    def stamp(self) -> str:
        """Answer something that differs after every change; empty while there is no index. Raises `Unavailable`."""
        return self._read(lambda: _stamp(self._server)) or ""

    def _write(self, requests: Iterable[bytes]) -> None:
        for request in requests:
            self._server.write(self._server.alias, request, is_alias=True)
        self._server.refresh(self._server.alias)

    def _begin(self) -> None:
        """Make an index that the alias names, unless somebody else does so meanwhile."""
        index = self._server.first_name()
        is_new = self._server.create(index, index_body(self._server.alias))
        # New, but a rebuild was quicker: the alias names both, so nothing was written yet. Old, but the alias names
        # nothing: somebody took the alias away.
        if self._server.named() != (index,) if is_new else not self._server.named():
            self._server.delete(index)

    def _forget_the_killed(self) -> None:
        """Delete what killed rebuilds and former layouts have left: what is a day old and not in use."""
        named, before = self._server.named(), time.time() * 1000 - _DAY
        for index, age in self._server.ages().items():
            if index not in named and age < before:
                self._server.delete(index)

    def _read(self, question: Callable[[], Answer]) -> Answer | None:
        """Ask, `None` while there is no index."""
        try:
            return question()
        except NoIndex:
            return None


def _noted(entries: Iterable[Entry], seen: set[str]) -> Iterator[Entry]:
    for entry in entries:
        seen.add(storable(entry.id))
        yield entry


def _requests(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join lines to requests of a few megabytes."""
    request = bytearray()
    for line in lines:
        request += line
        if len(request) >= _REQUEST_BYTES:
            yield bytes(request)
            request.clear()
    if request:
        yield bytes(request)


def _stamp(server: Server) -> str:
    """Tell states apart by what was written and by when it was let be found, so that no state has another's stamp."""
    stats = server.stats()["indices"]
    marks = []
    for name, index in sorted(stats.items()):
        for shards in index["shards"].values():
            primary = next((shard for shard in shards if shard["routing"]["primary"]), shards[0])
            marks.append(f"{name}-{primary['seq_no']['max_seq_no']:x}-{primary['refresh']['external_total']:x}")
    return " ".join(marks)
