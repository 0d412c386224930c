"""What the catalogue says, kept where SPARQL reads it: descriptions come in by jobs and are published together.

`put` and `drop` only write a file, quickly and without a lock. `publish` applies all files that wait and has the
engine show the result; it is due at the next whole second, so that many changes share one snapshot. Whatever a
crash interrupts is done again from the files.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from app.kernel.ids import new_id
from app.sparql.engine import Answer, Change, Question
from app.sparql.gate import Examined, examine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from app.sparql.engine import Engine

BATCH = 500
NONE = -1


@dataclass(frozen=True, slots=True)
class Drift:
    """Graphs that the store lacks, has in another revision, or should not have."""

    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Something is to be done."""
        return bool(self.missing or self.stale or self.extra)


class Triples:
    """Stands before an engine; its own files are in `folder`."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder = folder
        self._waiting = folder / "waiting"
        self._engine = engine

    def put(self, graph: str, revision: int, ntriples: bytes) -> None:
        """Have a graph say this, from the next `publish` on. Only public datasets belong here: the caller knows."""
        self._note(Change(graph, revision, ntriples))

    def drop(self, graph: str) -> None:
        """Have a graph be no more, from the next `publish` on; nothing happens where it is not there."""
        self._note(Change(graph, NONE, None))

    def publish(self) -> int:
        """Apply what waits, show it to readers, and count it. Waits while another process does so."""
        done = 0
        with self._alone():
            while paths := sorted(self._waiting.glob("*.change"))[:BATCH]:
                self._engine.apply(_newest(paths))
                self._remember(paths)
                for path in paths:
                    path.unlink()
                done += len(paths)
        return done

    def revisions(self) -> Mapping[str, int]:
        """Answer the revision of each graph that readers see. Raises `Unavailable`."""
        shown, noted = self._engine.graphs(), self._noted()
        return {graph: noted.get(graph, NONE) for graph in shown}

    def drift(self, expected: Mapping[str, int]) -> Drift:
        """Compare the store with the graphs, and their revisions, that should be in it. Raises `Unavailable`."""
        known = self.revisions()
        return Drift(
            missing=tuple(sorted(expected.keys() - known.keys())),
            stale=tuple(sorted(each for each in expected.keys() & known.keys() if expected[each] != known[each])),
            extra=tuple(sorted(known.keys() - expected.keys())),
        )

    def examine(self, query: str) -> Examined:
        """Look at a query before it is run. Raises `BadRequest` and `TooLarge`."""
        return examine(query)

    def ask(self, question: Question) -> Answer:
        """Answer a question; see `Engine.ask`."""
        return self._engine.ask(question)

    def state(self) -> str:
        """Name the present state of what readers see; "" where nobody knows."""
        return self._engine.state()

    def reset(self) -> None:
        """Forget everything, so that `drift` names all graphs as missing."""
        with self._alone():
            self._engine.reset()
            (self._folder / "revisions.json").unlink(missing_ok=True)

    def close(self) -> None:
        """End what the engine started."""
        self._engine.close()

    def _note(self, change: Change) -> None:
        """Write a change aside and rename it, so that it is there whole or not at all. Names sort by time."""
        self._waiting.mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns():020d}-{new_id()}"
        temporary = self._waiting / f"{name}.partial"
        head = msgspec.json.encode([change.graph, change.revision, change.ntriples is None])
        temporary.write_bytes(head + b"\n" + (change.ntriples or b""))
        temporary.rename(self._waiting / f"{name}.change")

    def _noted(self) -> dict[str, int]:
        try:
            return msgspec.json.decode((self._folder / "revisions.json").read_bytes(), type=dict[str, int])
        except (FileNotFoundError, msgspec.MsgspecError):
            return {}

    def _remember(self, paths: list[Path]) -> None:
        noted = self._noted()
        for path in paths:
            change = _read(path)
            if change.ntriples is None:
                noted.pop(change.graph, None)
            else:
                noted[change.graph] = change.revision
        temporary = self._folder / "revisions.json.next"
        temporary.write_bytes(msgspec.json.encode(noted))
        temporary.replace(self._folder / "revisions.json")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def due(now: datetime) -> datetime:
    """Say when to publish what is put now: at the next whole second, and the same moment for everything until then."""
    return now.replace(microsecond=0) + timedelta(seconds=1)


def etag(state: str, question: Question) -> str:
    """Name an answer by the data's state and everything that was asked."""
    asked = (state, question.examined.query, question.format.name, question.default_graphs, question.named_graphs)
    return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()[:32]


def _newest(paths: list[Path]) -> Iterator[Change]:
    """Read the last change of each graph, one at a time."""
    last = {_graph(path): path for path in paths}
    return (_read(path) for path in last.values())


def _graph(path: Path) -> str:
    with path.open("rb") as file:
        return str(msgspec.json.decode(file.readline())[0])


def _read(path: Path) -> Change:
    head, _, body = path.read_bytes().partition(b"\n")
    graph, revision, gone = msgspec.json.decode(head, type=tuple[str, int, bool])
    return Change(graph, revision, None if gone else body)
