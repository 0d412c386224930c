"""What the columns of an answer mean, in as many words as were asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.catalog.meanings import MEANINGS
from app.kernel.text import Text

if TYPE_CHECKING:
    from app.catalog.record import Column, DatasetRecord, ResourceRecord
    from app.query.answer import OutColumn


class Detail(StrEnum):
    """How much is said of columns: names and units; definitions too; all that is known."""

    BRIEF = "brief"
    STANDARD = "standard"
    FULL = "full"


def meaning(out: OutColumn, resource: ResourceRecord, detail: Detail) -> dict[str, Any]:
    """Say what a column of an answer means; what there is nothing to say of is left out."""
    column = out.column
    said: dict[str, Any] = {"name": out.name, "type": out.type}
    if out.function:
        said["function"] = out.function
    if out.part:
        said["part"] = out.part
    if column is not None:
        if column.name != out.name:
            said["of"] = column.name
        if column.title:
            said["title"] = column.title
    if out.unit:
        said["unit"] = out.unit
    if detail is not Detail.BRIEF and column is not None:
        said |= _definition(column)
        if words := (resource.table.schema.get("missingValues") if resource.table else None):
            said["missing_values"] = words
    if detail is Detail.FULL and column is not None:
        said |= {"field": column.field, "profile": column.profile}
    return said


def _definition(column: Column) -> dict[str, Any]:
    described = column.description or (MEANINGS[column.meaning].description if column.meaning in MEANINGS else Text())
    found = {"description": described, "meaning": column.meaning, "code_list": column.code_list}
    return {name: value for name, value in found.items() if value}


def caveats(record: DatasetRecord, resource: ResourceRecord, columns: set[str], detail: Detail) -> dict[str, Any]:
    """Say what to mind: the publisher's words, and what was found or repaired in the columns that are used."""
    said: dict[str, Any] = {}
    if detail is Detail.BRIEF:
        return said
    if record.caveats:
        said["caveats"] = record.caveats
    if resource.table and resource.table.inferred:
        said["inferred"] = True
    if resource.intake:
        repairs = [each for each in resource.intake.repairs if not each.column or each.column in columns]
        marks = [each for each in resource.intake.marks if not each.mended]
        if repairs:
            said["repairs"] = repairs
        if marks and detail is Detail.FULL:
            said["marks"] = marks
    return said
