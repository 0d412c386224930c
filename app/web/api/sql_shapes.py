"""The shapes of answers about SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from app.catalog.record import License, VersionRecord
from app.kernel.text import Text
from app.query.answer import Note
from app.web.rows_shapes import OfDataset, OfResource


class UsedTable(TypedDict):
    """A table as the question names it. `pinned` names the same version for good."""

    name: str
    dataset: OfDataset
    resource: OfResource
    version: VersionRecord | None
    pinned: str
    sha256: str
    license: License
    publisher: Text
    attribution: Text
    caveats: Text | None


class ReadTable(TypedDict):
    """What is read of one table at most, which stands in the question so many times."""

    table: str
    rows: int
    bytes: int
    columns: Sequence[str]
    times: int


class SqlCost(TypedDict):
    """What a question reads at most, beside what one may. `pairs` of rows come from joins without a condition."""

    rows: int
    bytes: int
    pairs: int
    max_rows: int
    max_bytes: int
    max_pairs: int
    reads: Sequence[ReadTable]


class SqlPrice(SqlCost):
    """What a question would cost, and what it is about."""

    tables: Sequence[UsedTable]


class SqlSpent(SqlCost):
    """What a question cost. An answer for good has no `seconds`, which are never the same."""

    seconds: float | None


class SqlCitation(TypedDict):
    """What an answer is from. Equal `query_hash`es mean the same SQL about the same bytes.

    `permalink` answers the same for ever: the tables as they were `at` a time, of which it has no `retrieved`. There is
    none where the question asks what time it is, or is too long for an address: sent with `at`, it answers the same.
    """

    query_hash: str
    rows: int
    permalink: str | None
    at: datetime | None
    retrieved: datetime | None
    tables: Sequence[UsedTable]


class SqlAnswer(TypedDict):
    """Rows, and of each column what it means where it plainly is a table's."""

    columns: Sequence[Mapping[str, Any]]
    rows: Sequence[Mapping[str, Any]]
    total: int
    exact: bool
    truncated: bool
    notes: Sequence[Note]
    cost: SqlSpent
    citation: SqlCitation


class Join(TypedDict):
    """A column here and one there. `share` of the values here stand there too, where that was looked at."""

    column: str
    table: str
    other_column: str
    reason: str
    share: float | None
    dataset: OfDataset
    resource: OfResource
    sql: str


class JoinsAnswer(TypedDict):
    """Hints for joins, the best first."""

    table: str
    joins: Sequence[Join]
