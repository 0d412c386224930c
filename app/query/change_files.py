"""Changes as one flat table, for programs that apply them: the columns of Delta Lake's change data feed.

An updated row is two rows, as it was and as it is. Columns of ours come first; where the table has a column of such a
name, ours gets another underscore.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from app.query.differing import ROW_GROUP, as_text, common, identifier, listed, literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from app.query.frame import Frame

_TYPE = """CASE kind WHEN 0 THEN 'delete' WHEN 2 THEN 'insert'
    ELSE CASE side WHEN 0 THEN 'update_preimage' ELSE 'update_postimage' END END"""
OWN = ("_change_type", "_commit_version", "_commit_timestamp", "_changed")
_FORMS = {
    "parquet": f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}",
    "csv": r"""FORMAT csv, HEADER true, DELIM ',', QUOTE '"', ESCAPE '"', NULLSTR '', NEW_LINE '\r\n'""",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A table and what it was before: nothing before the first version. `version` and `published` are of `after`."""

    before: Frame | None
    after: Frame
    version: int
    published: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """A step and the file of its changes; `before` and `after` are DuckDB's types of the columns, in their order."""

    path: Path
    step: Step
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def sides(self) -> tuple[tuple[str, Frame, tuple[str, ...]], ...]:
        """The table before and after, each with the letter of its columns in the file, and their types."""
        return ("b", self.step.before or self.step.after, self.before), ("a", self.step.after, self.after)


def flat(told: Sequence[Written], target: Path, suffix: str) -> str:
    """Write the statement that makes the table of steps that follow each other, out of their files of changes.

    A column has the type that it has in all of them, and is text where that differs.
    """
    kinds = _kinds(told)
    names = [_free(name, kinds) for name in OWN] + list(kinds)
    # Names are given at the end: the parts of a union know columns by their places alone.
    columns = ", ".join(f"p{place} AS {identifier(name)}" for place, name in enumerate(names))
    parts = " UNION ALL ".join(f"({_part(each, kinds, suffix)})" for each in told)
    return f"COPY (SELECT {columns} FROM ({parts})) TO {literal(str(target))} ({_FORMS[suffix]})"  # noqa: S608 - quoted


def _free(name: str, taken: dict[str, str]) -> str:
    folded = {each.casefold() for each in taken}
    while name in folded:
        name = "_" + name
    return name


def _kinds(told: Sequence[Written]) -> dict[str, str]:
    """List all columns with their types, those of the newest table first."""
    kinds: dict[str, str] = {}
    for each in reversed(told):
        for _, frame, types in reversed(each.sides):
            for column, kind in zip(frame.columns, types, strict=True):
                kinds[column.name] = kind if kinds.get(column.name, kind) == kind else "VARCHAR"
    return kinds


def _part(written: Written, kinds: dict[str, str], suffix: str) -> str:
    step = written.step
    sides = [_places(*side) for side in written.sides]
    cells = [_cell(name, kind, sides, suffix) for name, kind in kinds.items()]
    moment = literal(step.published.astimezone(UTC).isoformat())
    names = [name for name, _, _ in common(step.before or step.after, step.after)]
    changed = f"list_where({listed(names)}, changed)"
    own = [
        _TYPE,
        f"CAST({step.version} AS BIGINT)",
        f"TIMESTAMPTZ {moment}" if suffix == "parquet" else moment.replace("+00:00", "Z"),
        changed if suffix == "parquet" else f"CAST(to_json({changed}) AS VARCHAR)",
    ]
    columns = ", ".join(f"{cell} AS p{place}" for place, cell in enumerate([*own, *cells]))
    rows = "*, unnest(CASE kind WHEN 0 THEN [0] WHEN 2 THEN [1] ELSE [0, 1] END) AS side"
    return f"SELECT {columns} FROM (SELECT {rows} FROM read_parquet({literal(str(written.path))}))"  # noqa: S608 - quoted


def _places(letter: str, frame: Frame, types: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Map the names of a side's columns to their places in the file, and their types."""
    columns = enumerate(zip(frame.columns, types, strict=True))
    return {column.name: (f"{letter}{place}", kind) for place, (column, kind) in columns}


def _cell(name: str, kind: str, sides: Sequence[dict[str, tuple[str, str]]], suffix: str) -> str:
    written = []
    for side in sides:
        place, own = side.get(name, ("NULL", kind))
        same = own == kind and suffix == "parquet"
        written.append(place if same or place == "NULL" else as_text(place, own))
    wanted = kind if suffix == "parquet" else "VARCHAR"
    return f"CAST(CASE side WHEN 0 THEN {written[0]} ELSE {written[1]} END AS {wanted})"
