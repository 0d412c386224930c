"""What a question is answered with: columns that keep their meaning, rows as they come, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from app.catalog.record import Column
    from app.query.question import Function, Part

Row = tuple[Any, ...]
BATCH = 1000


@dataclass(frozen=True, slots=True)
class OutColumn:
    """A column of an answer.

    `type` is a Table Schema type. `column` is the table's column that the values are from or were counted from; none
    for a count of rows. `function` or `part` say what was made of it. `unit` is empty where the values have none.
    """

    name: str
    type: str
    column: Column | None = None
    function: Function | None = None
    part: Part | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A question as SQL with its values apart; `columns` say what the result's columns are, in order.

    The last `keys` columns of the result are none of the answer: they are what the cursor for the next page is made of.
    """

    sql: str
    parameters: Sequence[Any]
    columns: tuple[OutColumn, ...]
    keys: int = 0


class ArrowStream(Protocol):
    """What pyarrow, nanoarrow and polars read without a copy (Arrow PyCapsule interface)."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand the stream over, once."""
        ...


class RowStream(Protocol):
    """An answer's rows, read once and as they are asked for. Whoever has it closes it.

    Cells are `None`, bool, int, float, Decimal, date, time, datetime (UTC where it has a zone) or str.
    """

    columns: tuple[OutColumn, ...]

    def batches(self, size: int = BATCH) -> Iterator[list[Row]]:
        """Answer up to `size` rows at a time. Raises `OverLimit` past the deadline or the memory."""
        ...

    def arrow(self) -> ArrowStream:
        """Answer the same rows through Arrow's C stream interface instead, some thousand at a time."""
        ...

    def shape(self) -> ArrowStream:
        """Answer the columns' types: the same stream without rows. May be asked before anything else."""
        ...

    def write_parquet(self, path: Path, metadata: Mapping[str, str]) -> None:
        """Write the same rows as a Parquet file instead. Raises `OverLimit`."""
        ...

    def close(self) -> None:
        """Stop, also in the middle."""
        ...


@dataclass(frozen=True, slots=True)
class PageRows:
    """Rows that are there already, as a stream for formats that are read by pages, which want no more of one."""

    columns: tuple[OutColumn, ...]
    rows: tuple[Row, ...]

    def batches(self, size: int = BATCH) -> Iterator[list[Row]]:
        """Answer up to `size` rows at a time."""
        for start in range(0, len(self.rows), size):
            yield list(self.rows[start : start + size])


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader must know of an answer, such as empty cells that a mean left out. `column` is the answer's."""

    code: str
    message: Text
    column: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of an answer.

    `total` counts the rows of all pages; where `exact` is false it is an estimate. `next` is the cursor of the next
    page, empty after the last. `truncated` says that rows were left out as they would be too many bytes: go on with
    `next`.
    """

    columns: tuple[OutColumn, ...]
    rows: tuple[Row, ...]
    total: int
    exact: bool = True
    next: str = ""
    truncated: bool = False
    notes: tuple[Note, ...] = field(default=())
