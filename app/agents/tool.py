"""What a tool is: a name, flat arguments, and a draft of an answer that can be made shorter.

A tool is one file in `tools/` and one line in its tuple; the protocol, the command line, the tests and the
documentation follow by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.actor import Actor
from app.kernel.text import Language, Text

if TYPE_CHECKING:
    from app.agents.desk import Desk
    from app.catalog.record import DatasetRecord

MAX_TOKENS = 2000
LEAST_TOKENS, MOST_TOKENS = 200, 20_000


class Arguments(BaseModel):
    """What a tool takes: flat, with defaults that fit most questions. Unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_tokens: int = Field(default=MAX_TOKENS, ge=LEAST_TOKENS, le=MOST_TOKENS)


@dataclass(slots=True)
class Call:
    """One call while it is answered: who asks, in which language, and what was looked into, for the record.

    `asker` tells those apart who are nobody in particular, where somebody can. `query_hash` is that of the citation,
    where the record needs it.
    """

    actor: Actor
    now: datetime
    language: Language = "ja"
    datasets: dict[str, DatasetRecord] = field(default_factory=dict)
    rows: int = 0
    found_nothing: bool = False
    asker: str = ""
    query_hash: str = ""

    def saw(self, record: DatasetRecord, *, rows: int = 0) -> None:
        """Say that the answer, or the error, may tell something of a dataset, and how many of its rows."""
        self.datasets[record.id] = record
        self.rows += rows

    def words(self, text: Text) -> str:
        """Answer a publisher's words in the language of the question, or in the other one."""
        return text.get(self.language)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool answers.

    `data` is what publishers wrote and what was counted of it. All else is the portal's own: how the question was
    understood (`asked`, which may repeat the caller's words), what to mind (`notes`), and where the rest is (`next`, a
    cursor for the same tool).
    """

    data: Mapping[str, Any]
    asked: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    next: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that can be made shorter: `make(n)` has `n` of `most` parts, and never more tokens for a smaller `n`.

    One with fewer is marked as truncated, and says how many `parts` it has. `make` does no slow work.
    """

    most: int
    make: Callable[[int], Answer]
    parts: str = "parts"


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool. `data` is the JSON Schema of what its answers hold under `data`."""

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Desk, Call, Any], Draft]
    data: Mapping[str, Any]
