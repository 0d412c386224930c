"""What stands behind the questions: the built-in store, or a server elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.sparql.formats import ResultFormat
    from app.sparql.gate import Examined


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one answer may take: time, rows or triples, bytes, and the memory of the process that makes it."""

    seconds: float = 10.0
    rows: int = 100_000
    answer_bytes: int = 32 << 20
    memory_bytes: int = 2 << 30


@dataclass(frozen=True, slots=True)
class Question:
    """A query that passed the gate, the format of its answer, and the graphs that the request chose, if any."""

    examined: Examined
    format: ResultFormat
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def chosen(self) -> bool:
        """The request chose graphs; that goes before FROM in the query (SPARQL 1.1 Protocol, 2.1.4)."""
        return bool(self.default_graphs or self.named_graphs)

    @property
    def graphs(self) -> tuple[str, ...]:
        """The graphs that must exist."""
        return (*self.default_graphs, *self.named_graphs) if self.chosen else self.examined.graphs


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of an answer, and the state of the data that it is about ("" where nobody knows)."""

    body: bytes
    state: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A graph as it shall be: N-Triples of a dataset in a revision, or `None` where it shall be no more."""

    graph: str
    revision: int
    ntriples: bytes | None


class Engine(Protocol):
    """Holds named graphs and answers questions about them; without FROM, about their union."""

    def apply(self, changes: Iterable[Change]) -> None:
        """Make the graphs be so, and let readers see it. Doing it twice changes nothing. Raises `Unavailable`."""

    def graphs(self) -> frozenset[str]:
        """Name the graphs that readers see. Raises `Unavailable`."""

    def state(self) -> str:
        """Name the present state of the data; "" where nobody knows."""

    def ask(self, question: Question) -> Answer:
        """Answer a question.

        Raises `BadRequest` (syntax, graphs that are not here), `TimedOut`, `TooLarge`, `OverLimit`, `Busy` and
        `Unavailable`.
        """

    def reset(self) -> None:
        """Forget everything, also a store that cannot be read any more."""

    def close(self) -> None:
        """End what was started."""
