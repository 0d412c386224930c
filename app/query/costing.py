"""What a question would read, told by the files' own directories before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.query.answer import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.query.engine import TableEngine
    from app.query.frame import Frame

# Names of columns within columns follow after ", "; ours have none.
_DIRECTORY = """
    SELECT CAST(coalesce(sum(total_compressed_size), 0) AS BIGINT), count(DISTINCT row_group_id)
    FROM parquet_metadata(?) WHERE list_contains(?, path_in_schema)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """At most so many rows are looked at and so many bytes read, in so many groups of rows.

    Groups whose smallest and largest values rule them out are passed over, which is not counted off here.
    """

    rows: int
    bytes: int
    groups: int
    columns: tuple[str, ...]


def cost(engine: TableEngine, frame: Frame, columns: Iterable[str]) -> Cost:
    """Say what reading these columns of a table costs."""
    used = tuple(name for name in frame.by_name if name in set(columns))
    [(size, groups)] = engine.all(Statement(_DIRECTORY, [str(frame.path), list(used)], ()))
    return Cost(frame.rows, size, groups, used)
