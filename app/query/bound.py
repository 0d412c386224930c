"""A question that fits a table: what `binding.py` makes, and SQL and cursors are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.query.fragments import Sql
    from app.query.outputs import Output
    from app.query.question import Question
    from app.query.storage import Kind

# Which row of the file it is; what the engine calls it.
ROW = "t.file_row_number"


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: after `skipped` rows, the last of which has these keys; none where they were too long."""

    skipped: int
    keys: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Ordering:
    """One thing that the answer is in the order of; NULLs are last. `filled` says that there are none."""

    sql: str
    kind: Kind
    descending: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A question that fits a table, in its normal form.

    `outputs` are all columns of the answer, `shown` the places of those that are asked for. The first `groups` of
    them are what rows are put together by; `collected` says that they are put together at all, which different rows
    are too. `used` are the table's columns that are read. `order` names every row: no two are equal in all of it.
    """

    question: Question
    outputs: tuple[Output, ...]
    shown: tuple[int, ...]
    where: Sql
    having: Sql
    order: tuple[Ordering, ...]
    groups: int = 0
    collected: bool = False
    place: Place | None = None
    used: tuple[str, ...] = ()
