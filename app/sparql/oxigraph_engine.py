"""The built-in store: one writer at a time, and readers that answer from snapshots in processes of their own."""

from __future__ import annotations

import logging
import os
import shutil
from typing import TYPE_CHECKING

import pyoxigraph

from app.kernel.errors import AppError, Unavailable
from app.kernel.text import Text
from app.sparql.child import Asked, Replied
from app.sparql.crew import Crew
from app.sparql.engine import Answer, Bounds
from app.sparql.refusals import broken, syntax_error, too_hungry, too_many_bytes, too_many_rows, unknown_graph
from app.sparql.snapshots import Reading, Snapshots

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from app.sparql.engine import Change, Question

log = logging.getLogger(__name__)

# Every opening of the store leaves a few small files; past so many they are merged.
MANY_FILES = 200


class OxigraphEngine:
    """Keeps `store` and `snapshots` in a folder. The caller sees to it that only one process writes."""

    def __init__(self, folder: Path, *, bounds: Bounds | None = None, processes: int | None = None) -> None:
        self._store_folder = folder / "store"
        self._snapshots = Snapshots(folder / "snapshots")
        self._bounds = bounds or Bounds()
        size = processes or min(4, max(2, os.cpu_count() or 1))
        self._crew = Crew(self._snapshots.folder, size=size, memory_bytes=self._bounds.memory_bytes)

    def apply(self, changes: Iterable[Change]) -> None:
        """Write the graphs, then a snapshot of all, which becomes the current one."""
        self._store_folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            store = pyoxigraph.Store(str(self._store_folder))
            for change in changes:
                _write(store, change)
            if sum(1 for _ in self._store_folder.glob("*.sst")) > MANY_FILES:
                store.optimize()
            store.flush()
            self._snapshots.publish(lambda target: store.backup(str(target)))
        except OSError as error:
            raise _unwritable() from error

    def graphs(self) -> frozenset[str]:
        """Read them from the current snapshot."""
        if not self._snapshots.current():
            return frozenset()
        reading = Reading(self._snapshots.folder)
        try:
            store = pyoxigraph.Store.read_only(str(reading.path))
            return frozenset(each.value for each in store.named_graphs())
        except OSError as error:
            raise _unwritable() from error
        finally:
            reading.close()

    def state(self) -> str:
        """Name the current snapshot."""
        return self._snapshots.current()

    def ask(self, question: Question) -> Answer:
        """Have one of the processes answer."""
        if not self._snapshots.current():
            # Nothing was published yet: an empty store answers, so that a new portal is not an error.
            self._snapshots.begin(_empty_store)
        bounds = question.bounds
        reply, body = self._crew.ask(
            Asked(
                question.examined.query,
                question.format.name,
                question.graphs,
                question.default_graphs if question.chosen else None,
                question.named_graphs if question.chosen else None,
                union=not (question.chosen or question.examined.has_dataset),
                rows=bounds.rows,
                answer_bytes=bounds.answer_bytes,
                seconds=bounds.seconds,
            )
        )
        if reply.problem:
            raise _refusal(reply, bounds)
        return Answer(body, reply.state)

    def reset(self) -> None:
        """Delete the store; the current snapshot is read until there is another."""
        shutil.rmtree(self._store_folder, ignore_errors=True)

    def close(self) -> None:
        """End the processes."""
        self._crew.close()


def _write(store: pyoxigraph.Store, change: Change) -> None:
    graph = pyoxigraph.NamedNode(change.graph)
    store.remove_graph(graph)
    if change.ntriples is not None:
        store.load(change.ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES, to_graph=graph)


def _empty_store(target: Path) -> None:
    pyoxigraph.Store(str(target)).flush()


def _refusal(reply: Replied, bounds: Bounds) -> AppError:
    match reply.problem:
        case "syntax":
            return syntax_error(reply.place, reply.detail)
        case "graph":
            return unknown_graph(reply.detail)
        case "rows":
            return too_many_rows(bounds.rows)
        case "bytes":
            return too_many_bytes(bounds.answer_bytes)
        case "memory":
            return too_hungry()
    log.error("a query could not be answered: %r", reply.detail)
    return broken()


def _unwritable() -> Unavailable:
    return Unavailable(
        Text(
            "トリプルストアを読み書きできません。ディスクの空きと権限を確認してください。",
            "The triple store cannot be read or written. Check the disk's space and permissions.",
        )
    )
