"""The inside of a process that answers queries: puts up its walls, then reads questions until its pipe is closed.

Started by `crew.py` with nothing but the folder of the snapshots to read, no network, and a limit on its memory. It
keeps the current snapshot open and opens the next one when there is one.
"""

from __future__ import annotations

import os
import re
import signal
import struct
import sys
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

import msgspec

from app.infra import landlock, sandbox_child

if TYPE_CHECKING:
    from pathlib import Path

LENGTH = struct.Struct(">I")
# The parent ends us at the deadline; the kernel's alarm does where the parent cannot.
GRACE_SECONDS = 1.0
OPEN_FILES = 4096
MESSAGE_LENGTH = 300

# What ends or parts the results in each format, and how many more of it there are than results. It cannot stand
# inside of a result, except for a line's end in CSV (a quotation mark in a JSON string follows a backslash). Rows
# without any value are not counted in JSON; the limit in bytes holds for them.
MARKS = {"json": (b'},{"', -1), "xml": (b"</result>", 0), "csv": (b"\r\n", 1), "tsv": (b"\n", 1)}

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


class Setup(msgspec.Struct, frozen=True):
    """What the parent says first."""

    snapshots: str
    parent: int
    memory_bytes: int


class Asked(msgspec.Struct, frozen=True):
    """One question. `graphs` must exist; `default` and `named` are `None` where the request chose none."""

    query: str
    format: str
    graphs: tuple[str, ...]
    default: tuple[str, ...] | None
    named: tuple[str, ...] | None
    union: bool
    rows: int
    answer_bytes: int
    seconds: float


class Replied(msgspec.Struct, frozen=True, omit_defaults=True):
    """The head of an answer, after which `size` bytes follow; `problem` says why there are none."""

    size: int = 0
    state: str = ""
    problem: str = ""
    detail: str = ""
    place: tuple[int, int] | None = None


def main() -> None:
    """Serve the parent on standard input and output."""
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    setup = msgspec.json.decode(receive(questions) or b"{}", type=Setup)
    # Before the engine is loaded: a process with threads cannot move into a network of its own.
    sandbox_child.shut_off_network()
    reader = _Reader(setup.snapshots)
    _confine(setup)
    send(answers, msgspec.json.encode(Replied()))
    while question := receive(questions):
        asked = msgspec.json.decode(question, type=Asked)
        signal.setitimer(signal.ITIMER_REAL, asked.seconds + GRACE_SECONDS)
        head, body = reader.answer(asked)
        signal.setitimer(signal.ITIMER_REAL, 0)
        send(answers, msgspec.json.encode(head), body)
    os._exit(0)


def _confine(setup: Setup) -> None:
    if landlock.version():
        sandbox_child.give_up_privileges()
        landlock.confine(reads=(setup.snapshots,), works=())
    sandbox_child.die_with(setup.parent)
    sandbox_child.set_limits(memory_bytes=setup.memory_bytes, file_bytes=0, open_files=OPEN_FILES)


class _Reader:
    """Answers questions on the current snapshot."""

    def __init__(self, folder: str) -> None:
        from pathlib import Path

        # All that will be needed is loaded here, as no file can be opened behind the walls.
        import pyoxigraph

        from app.sparql.snapshots import Reading, Snapshots

        self._engine = pyoxigraph
        self._folder: Path = Path(folder)
        self._snapshots = Snapshots(self._folder)
        self._hold = Reading
        self._reading: Any = None
        self._store: Any = None

    def answer(self, asked: Asked) -> tuple[Replied, bytes]:
        """Answer, or say why not."""
        try:
            return self._answer(asked)
        except _TooMuch as much:
            return Replied(problem=much.kind), b""
        except SyntaxError as error:
            return _not_sparql(str(error)), b""
        except MemoryError:
            return Replied(problem="memory"), b""
        except (OSError, RuntimeError, ValueError) as error:
            return Replied(problem="failed", detail=f"{type(error).__name__}: {error}"[:MESSAGE_LENGTH]), b""

    def _answer(self, asked: Asked) -> tuple[Replied, bytes]:
        self._open_current()
        names: dict[str, Any] = {}
        for name in (*asked.graphs, *(asked.default or ()), *(asked.named or ())):
            names[name] = self._graph(name)
            if names[name] is None:
                return Replied(problem="graph", detail=name[:MESSAGE_LENGTH]), b""
        results = self._store.query(
            asked.query,
            use_default_graph_as_union=asked.union,
            default_graph=None if asked.default is None else [names[each] for each in asked.default],
            named_graphs=None if asked.named is None else [names[each] for each in asked.named],
        )
        body = self._write(results, asked)
        return Replied(size=len(body), state=self._reading.name), body

    def _graph(self, name: str) -> Any:
        """Find a graph; `None` where there is none, or where the name is no address."""
        try:
            node = self._engine.NamedNode(name)
        except ValueError:
            return None
        return node if self._store.contains_named_graph(node) else None

    def _open_current(self) -> None:
        if self._store is not None and self._reading.name == self._snapshots.current():
            return
        opened = self._hold(self._folder)
        store = self._engine.Store.read_only(str(opened.path))
        before, self._reading, self._store = self._reading, opened, store
        if before is not None:
            before.close()

    def _write(self, results: Any, asked: Asked) -> bytes:
        written = _Measured(asked)
        if isinstance(results, self._engine.QueryTriples):
            self._engine.serialize(
                _counted(results, asked.rows), cast("BinaryIO", written), format=self._triples_format(asked.format)
            )
        else:
            results.serialize(written, format=getattr(self._engine.QueryResultsFormat, asked.format.upper()))
        return bytes(written.body)

    def _triples_format(self, name: str) -> Any:
        kinds = self._engine.RdfFormat
        return {
            "turtle": kinds.TURTLE,
            "ntriples": kinds.N_TRIPLES,
            "rdfxml": kinds.RDF_XML,
            "jsonld": kinds.JSON_LD,
        }[name]


class _TooMuch(Exception):
    """More rows or bytes than asked for; stops the engine while it writes."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class _Measured:
    """A file that counts rows and bytes and stops past either limit."""

    def __init__(self, asked: Asked) -> None:
        self.body = bytearray()
        self._marks = 0
        self._mark, more = MARKS.get(asked.format, (b"", 0))
        self._most_marks, self._most_bytes = asked.rows + more, asked.answer_bytes

    def write(self, piece: bytes) -> int:
        """Take a piece."""
        begin = max(0, len(self.body) - len(self._mark) + 1)
        self.body += piece
        if len(self.body) > self._most_bytes:
            raise _TooMuch("bytes")
        if self._mark:
            self._marks += self.body.count(self._mark, begin)
            if self._marks > self._most_marks:
                raise _TooMuch("rows")
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""


def _counted(triples: Any, most: int) -> Any:
    for number, triple in enumerate(triples):
        if number >= most:
            raise _TooMuch("rows")
        yield triple


def _not_sparql(words: str) -> Replied:
    found = _PLACE.match(words)
    if found is None:
        return Replied(problem="syntax", detail=words[:MESSAGE_LENGTH])
    line, column, expected = found.groups()
    # "[_]" is the engine's word for white space.
    detail = expected.replace("expected one of The", "The").replace(", [_]", "").replace("[_]", "")
    return Replied(problem="syntax", detail=detail[:MESSAGE_LENGTH].strip(), place=(int(line), int(column)))


def send(pipe: IO[bytes], head: bytes, body: bytes = b"") -> None:
    """Write a frame: its length, its head, and the body that the head tells of."""
    pipe.write(LENGTH.pack(len(head)) + head)
    pipe.write(body)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes:
    """Read the head of a frame; nothing once the pipe is closed."""
    length = pipe.read(LENGTH.size)
    return pipe.read(LENGTH.unpack(length)[0]) if len(length) == LENGTH.size else b""
