"""What a publisher is shown of an upload before it is published: the tables as read, each repair, what is set apart.

All of it is bounded, so that it fits into one page and one row of a database; the receipt has everything.
Lines count from 1 in the file as it was sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.catalog.record import Mark

SHOWN_EXAMPLES = 50
SHOWN_APART = 200
SHOWN_ROWS = 200
SHOWN_LETTERS = 200


@dataclass(frozen=True, slots=True)
class SetApart:
    """Lines that are no rows of data. `reason` is a rule of `RULES`; of several blank lines there are no cells."""

    reason: str
    first: int
    last: int
    cells: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many rows of the file these are."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Example:
    """One word that a rule changes in a column: how often, where first, and whether it is to be changed."""

    before: str
    after: str
    count: int
    line: int
    applied: bool

    @property
    def cut(self) -> bool:
        """`before` is only the beginning of the word, and a sign that it goes on."""
        return len(self.before) > SHOWN_LETTERS


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one rule does in one column (`column` is empty for whole rows and the header).

    `count` cells or rows in all, `applied` of them by the present choices; `words` is the number of different
    examples, of which those here are the most frequent.
    """

    rule: str
    column: str
    count: int
    applied: int
    words: int = 0
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as it was sent, and what becomes of its cells: column number (from 0) to the new word."""

    line: int
    cells: tuple[str, ...]
    after: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of the table to be published."""

    name: str
    type: str
    meaning: str = ""
    unit: str = ""
    null_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Cells of a column that may tell of a person. `kind` is a code of `personal.KINDS`; nothing is shown in full.

    `column` is empty for the rows set apart.
    """

    kind: str
    column: str
    count: int
    line: int
    shown: str


@dataclass(frozen=True, slots=True)
class StandardMatch:
    """The standard dataset a table looks like: `id` in `metadata/standard-datasets`, and how its columns differ.

    `mapping` is from the table's column to the current layout's; `missing` are columns of the layout that it lacks,
    `extra` its own columns that the layout does not know.
    """

    id: str
    share: float
    mapping: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """One table. `rows_in` = `rows` + `rows_apart`: no row of the file is lost or made."""

    resource: str
    file: str
    rows_in: int
    rows: int
    rows_apart: int
    columns: tuple[ShownColumn, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    apart: tuple[SetApart, ...] = ()
    shown: tuple[ShownRow, ...] = ()
    marks: tuple[Mark, ...] = ()
    personal: tuple[PersonalData, ...] = ()
    standard: StandardMatch | None = None


@dataclass(frozen=True, slots=True)
class TypeChange:
    """A column whose type is another one than before."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that differs from the published version; `key` names it, cells are (column, before, after)."""

    key: tuple[str, ...]
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes against the published version of one resource.

    Rows are matched by `key`; without one, whole rows are compared and none counts as changed. `new` says that
    there is no such resource yet, `gone` that it will be no more.
    """

    resource: str
    new: bool = False
    gone: bool = False
    key: tuple[str, ...] = ()
    added: int = 0
    removed: int = 0
    changed: int = 0
    same: int = 0
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    types: tuple[TypeChange, ...] = ()
    examples: tuple[ChangedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Examination:
    """All of a submission's tables, and what would change."""

    tables: tuple[Examined, ...] = ()
    comparisons: tuple[Comparison, ...] = ()

    @property
    def asks(self) -> bool:
        """Say whether anything would be changed, or may not be published, unless a person says so."""
        return bool(self.personal) or any(repair.applied for each in self.tables for repair in each.proposals)

    @property
    def personal(self) -> tuple[PersonalData, ...]:
        """All cells that may tell of persons."""
        return tuple(found for each in self.tables for found in each.personal)
