"""What changed in what a table's columns are and mean, between two versions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.catalog.record import Column
    from app.query.frame import Frame


class SchemaChange(StrEnum):
    """What happened to a column; `KEY` is of the table as a whole."""

    ADDED = "column-added"
    REMOVED = "column-removed"
    TYPE = "type-changed"
    UNIT = "unit-changed"
    DEFINITION = "definition-changed"
    KEY = "key-changed"


@dataclass(frozen=True, slots=True)
class SchemaEvent:
    """One change. `before` and `after` are types, units, definitions or the names of a key; a definition is an object.

    `column` is empty for a change of the key.
    """

    event: SchemaChange
    column: str = ""
    before: Any = None
    after: Any = None


def schema_events(before: Frame, after: Frame) -> tuple[SchemaEvent, ...]:
    """Tell what changed, in the order of the new columns; removed ones come first. Columns are known by their names."""
    return tuple(_events(before, after))


def _events(before: Frame, after: Frame) -> Iterator[SchemaEvent]:
    for column in before.columns:
        if column.name not in after.by_name:
            yield SchemaEvent(SchemaChange.REMOVED, column.name, before=column.type)
    for column in after.columns:
        if column.name in before.by_name:
            yield from _of_column(before.by_name[column.name], column)
        else:
            yield SchemaEvent(SchemaChange.ADDED, column.name, after=column.type)
    if before.primary_key != after.primary_key:
        yield SchemaEvent(SchemaChange.KEY, before=before.primary_key, after=after.primary_key)


def _of_column(before: Column, after: Column) -> Iterator[SchemaEvent]:
    said = (
        (SchemaChange.TYPE, before.type, after.type),
        (SchemaChange.UNIT, before.unit, after.unit),
        (SchemaChange.DEFINITION, _definition(before), _definition(after)),
    )
    for event, was, now in said:
        if was != now:
            yield SchemaEvent(event, after.name, was, now)


def _definition(column: Column) -> dict[str, Any]:
    return {"title": column.title, "description": column.description, "code_list": column.code_list}
