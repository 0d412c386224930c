"""A table as `describe_dataset` tells it beside its columns: how to ask it, sample rows, quality, joins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.agents.citing import cite_dataset
from app.agents.proposing import proposed
from app.agents.telling import short
from app.kernel.errors import AppError
from app.metadata.words import filled
from app.query.meaning import Detail
from app.query.sql.names import name_of
from app.query.storage import stored

if TYPE_CHECKING:
    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.catalog.record import DatasetRecord, ResourceRecord
    from app.query.frame import Frame

_SAMPLE = 3
# Of a table with more columns a row alone is long.
_WIDE = 15
_LONGEST_CELL = 40
_MOST_TABLES = 20
_MOST_JOINS = 5
_MOST_REPAIRS = 20


@dataclass(frozen=True, slots=True)
class Told:
    """A table that is told of."""

    record: DatasetRecord
    resource: ResourceRecord
    frame: Frame


def asked_by(table: Told, detail: Detail) -> dict[str, Any]:
    """Say which table it is, how to ask it, and which others there are."""
    record, resource, frame = table.record, table.resource, table.frame
    tables = [each for each in record.resources if each.table is not None]
    is_one = len(tables) == 1
    named: dict[str, Any] = {"dataset": record.slug} | ({} if is_one else {"resource": resource.name})
    named |= {"version": record.version.number} if record.pinned and record.version else {}
    questions = proposed(stored(frame), frame.rows)
    others = [
        {"resource": each.name, "rows": each.table.rows, "sql": f'"{name_of(record, each)}"'}
        for each in tables[:_MOST_TABLES]
        if each.table and each.name != resource.name
    ]
    missing = [word for word in resource.table.schema.get("missingValues") or () if word] if resource.table else []
    return filled(
        {
            "resource": resource.name,
            "rows": frame.rows,
            "sql": f'"{name_of(record, resource)}"',
            "key": list(frame.primary_key),
            "empty_words": missing,
            "other_tables": others,
            "ask": [named | each for each in (questions[:1] if detail is Detail.BRIEF else questions)],
        }
    )


def sampled(desk: Desk, table: Told, detail: Detail) -> list[dict[str, Any]]:
    """Answer some rows from all over the table, without empty cells and with long ones cut."""
    if detail is Detail.BRIEF or not table.frame.rows:
        return []
    names = [each.name for each in table.frame.columns]
    rows = desk.rows.sample(table.frame, 1 if len(names) > _WIDE and detail is not Detail.FULL else _SAMPLE)
    return [
        {
            name: short(cell, _LONGEST_CELL) if isinstance(cell, str) else cell
            for name, cell in zip(names, row, strict=True)
            if cell is not None
        }
        for row in rows
    ]


def extras_of(desk: Desk, call: Call, table: Told, detail: Detail) -> list[tuple[str, Any]]:
    """Answer what is said last: quality, how to cite, and in full how the data was made and what can be joined."""
    if detail is Detail.BRIEF:
        return []
    found: list[tuple[str, Any]] = [
        ("quality", _quality(table.resource, detail)),
        ("citation", cite_dataset(desk.site, call, table.record)),
    ]
    if detail is Detail.FULL:
        found += [("provenance", call.words(table.record.provenance)), ("joins", _joins(desk, call, table))]
    return [(name, value) for name, value in found if value]


def _quality(resource: ResourceRecord, detail: Detail) -> dict[str, Any]:
    """Say what was done to the file before it was published, and what is wrong with it still."""
    said: dict[str, Any] = {}
    if resource.table and resource.table.inferred:
        said["types_guessed"] = True
    if intake := resource.intake:
        said |= {
            "rows_left_out": intake.rows_apart or None,
            "cells_repaired": sum(each.count for each in intake.repairs) or None,
            "marks": [each.code for each in intake.marks if not each.mended],
            "standard": intake.standard,
        }
        if detail is Detail.FULL:
            repairs = [
                filled({"rule": each.rule, "column": each.column, "count": each.count}) for each in intake.repairs
            ]
            said["repairs"] = repairs[:_MOST_REPAIRS]
    return filled(said)


def _joins(desk: Desk, call: Call, table: Told) -> list[dict[str, Any]]:
    try:
        hints = desk.hints.joins(call.actor, table.record, table.resource)[:_MOST_JOINS]
    except AppError:
        return []
    for each in hints:
        call.saw(each.record)
    return [
        filled(
            {
                "column": each.column,
                "with": name_of(each.record, each.resource),
                "its_column": each.other,
                "why": each.reason,
                "share": None if each.share is None else round(each.share, 2),
            }
        )
        for each in hints
    ]
