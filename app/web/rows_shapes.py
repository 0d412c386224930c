"""The shapes of answers about rows and columns of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from app.catalog.record import ColumnProfile, License, Mark, RepairCount, VersionRecord
from app.kernel.text import Text
from app.query.answer import Note
from app.query.citing import Citation
from app.query.costing import Cost
from app.query.profiling import Bin, Frequent
from app.query.question import Function, Part


class OfDataset(TypedDict):
    """The dataset that a table is of."""

    id: str
    slug: str
    url: str
    title: Text


class OfResource(TypedDict):
    """The resource whose table it is."""

    id: str
    name: str
    title: Text


class ColumnMeaning(TypedDict):
    """What a column of an answer means; what there is nothing to say of is left out.

    `of` is the table's column that it was made from. `field` and `profile` are there with `detail=full`.
    """

    name: str
    type: str
    function: NotRequired[Function]
    part: NotRequired[Part]
    of: NotRequired[str]
    title: NotRequired[Text]
    unit: NotRequired[str]
    description: NotRequired[Text]
    meaning: NotRequired[str]
    code_list: NotRequired[str]
    missing_values: NotRequired[Sequence[str | Mapping[str, Any]]]
    field: NotRequired[Mapping[str, Any] | None]
    profile: NotRequired[ColumnProfile | None]


class Facts(TypedDict):
    """What a column holds; of one that takes too long to count, what was known when it was published."""

    missing: int
    distinct: int
    minimum: Any
    maximum: Any
    rows: NotRequired[int]
    mean: NotRequired[float | None]
    median: NotRequired[Any]
    top: NotRequired[Sequence[Frequent]]
    bins: NotRequired[Sequence[Bin]]
    examples: NotRequired[Sequence[str]]


class ProfiledColumn(ColumnMeaning):
    """A column and what it holds, which `detail=brief` leaves out."""

    facts: NotRequired[Facts | None]


class AskedDataset(OfDataset):
    """The dataset and version that was asked."""

    version: VersionRecord | None
    license: License
    publisher: Text


class RowsAnswer(TypedDict):
    """Rows, what their columns mean, what to mind, and how to cite them.

    `total` counts the rows of all pages; where `exact` is false it is an estimate. `truncated` says that there was no
    room for all rows of the page. `question` is how the question was understood.
    """

    dataset: AskedDataset
    resource: OfResource
    columns: Sequence[ColumnMeaning]
    rows: Sequence[Mapping[str, Any]]
    total: int
    exact: bool
    truncated: bool
    next: str | None
    next_url: str | None
    notes: Sequence[Note]
    caveats: NotRequired[Text]
    inferred: NotRequired[bool]
    repairs: NotRequired[Sequence[RepairCount]]
    marks: NotRequired[Sequence[Mark]]
    question: Mapping[str, Any]
    citation: Citation
    signature: NotRequired[str]


class Count(TypedDict):
    """How many rows a question has; where `exact` is false it is an estimate."""

    total: int
    exact: bool


class Explained(TypedDict):
    """What a question would read, and how it was understood."""

    cost: Cost
    question: Mapping[str, Any]


class ColumnsAnswer(TypedDict):
    """Columns of a table, and how many rows it has."""

    rows: int
    columns: Sequence[ProfiledColumn]


class Sample(TypedDict):
    """Rows from all over a table, of so many in all."""

    total: int
    rows: Sequence[Mapping[str, Any]]
