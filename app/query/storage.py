"""How a table's columns are stored, which says what may be asked of them.

A Table Schema type does not tell: integers are BIGINT, or DECIMAL where they are longer, or text where they are longer
still; times with zones are text, since DuckDB keeps none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from app.kernel.errors import Unavailable
from app.kernel.text import Text
from app.query.engine import column_types

if TYPE_CHECKING:
    from app.catalog.record import Column
    from app.query.frame import Frame


class Kind(StrEnum):
    """What a column's cells are. `LOCAL` times have no zone, `INSTANT`s are in UTC."""

    INTEGER = "integer"
    DOUBLE = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    LOCAL = "datetime"
    INSTANT = "datetime with a zone"
    TEXT = "text"


NUMBERS = frozenset({Kind.INTEGER, Kind.DOUBLE})
DAYS = frozenset({Kind.DATE, Kind.LOCAL, Kind.INSTANT})
_KINDS = {
    "TINYINT": Kind.INTEGER,
    "SMALLINT": Kind.INTEGER,
    "INTEGER": Kind.INTEGER,
    "BIGINT": Kind.INTEGER,
    "HUGEINT": Kind.INTEGER,
    "DECIMAL(38,0)": Kind.INTEGER,
    "DOUBLE": Kind.DOUBLE,
    "BOOLEAN": Kind.BOOLEAN,
    "DATE": Kind.DATE,
    "TIME": Kind.TIME,
    "TIMESTAMP": Kind.LOCAL,
    "TIMESTAMP WITH TIME ZONE": Kind.INSTANT,
    "VARCHAR": Kind.TEXT,
}
# Of these alone the order of the written words is the order of what they mean.
_TEXTS_IN_ORDER = frozenset({"string", "yearmonth"})


@dataclass(frozen=True, slots=True)
class Stored:
    """A column as it lies in the file. `sql` names it in the statements of `compiling.py`."""

    sql: str
    kind: Kind
    column: Column

    @property
    def ordered(self) -> bool:
        """Whether greater and less mean something of its cells."""
        return self.kind is not Kind.TEXT or self.column.type in _TEXTS_IN_ORDER

    @property
    def filled(self) -> bool:
        """Whether it is known to have no empty cell."""
        return bool(self.column.profile and self.column.profile.missing == 0)


def stored(frame: Frame) -> dict[str, Stored]:
    """Look up how the columns of a frame are stored. Raises `Unavailable` where the file is another table's."""
    types = _types(frame.id, str(frame.path))
    if len(types) != len(frame.columns) or not set(types) <= _KINDS.keys():
        raise Unavailable(
            Text("この表のファイルは説明と合いません。", "The file of this table does not fit its description.")
        )
    return {
        column.name: Stored(f"t.c{number}", _KINDS[kind], column)
        for number, (column, kind) in enumerate(zip(frame.columns, types, strict=True))
    }


@lru_cache(maxsize=4096)
def _types(_id: str, path: str) -> tuple[str, ...]:
    # A file is named by its hash: what it holds never changes.
    return column_types(path)
