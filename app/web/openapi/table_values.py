"""Values of a table's columns as JSON Schema: as they are asked for in an address, and as cells of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.catalog.record import Column
from app.query.question import MAX_TEXT, MAX_VALUES, Op
from app.query.storage import Kind, Stored
from app.query.within import PREFECTURE, speaks_of_places
from app.web.openapi.schemas import PLACE

Json = dict[str, Any]

FEW = 20
# The longest whole number that a column holds has 38 digits.
_GREATEST = 10**38 - 1
_YEARS = {"type": "integer", "minimum": 0, "maximum": 9999}
_LIST_COMMAS = r'^(?:[^\x00,"()]*|"(?:[^\x00"]|"")*")$'
# Named in the format registry of the OpenAPI Initiative: RFC 3339 without a zone.
_LOCAL, _TIME = "date-time-local", "time-local"
SHARED: Mapping[str, Json] = {
    "Words": {
        "type": "string",
        "maxLength": MAX_TEXT,
        "pattern": r"^[^\x00]*$",
        "description": "Any text of up to 1,000 characters.",
    },
    "ListedWords": {
        "type": "string",
        "maxLength": MAX_TEXT,
        "pattern": _LIST_COMMAS,
        "description": 'Text in a list. What has a comma, a bracket or a quotation mark is quoted: "a,b".',
    },
    "Place": {
        "type": "string",
        "format": "jp-place",
        "description": "A municipality, prefecture or region of Japan: its name, or its code of 2, 5 or 6 digits.",
        "examples": ["東京都", "千代田区", "13101", "13"],
    },
    "Prefecture": {
        "type": "string",
        "format": "jp-prefecture",
        "description": "A prefecture or region of Japan: its name, or its code of 2 digits.",
        "examples": ["東京都", "関東", "13"],
    },
}
_ASKED: Mapping[Kind, Json] = {
    Kind.INTEGER: {"type": "integer", "minimum": -_GREATEST, "maximum": _GREATEST},
    Kind.DOUBLE: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.TIME: {"type": "string", "format": _TIME},
    Kind.LOCAL: {"type": "string", "format": _LOCAL},
    Kind.INSTANT: {"type": "string", "format": "date-time"},
    Kind.TEXT: {"$ref": PLACE + "Words"},
}
_CELLS: Mapping[Kind, Json] = {
    Kind.INTEGER: {"type": ["integer", "null"]},
    Kind.DOUBLE: {"type": ["number", "null"]},
    Kind.BOOLEAN: {"type": ["boolean", "null"]},
    Kind.DATE: {"type": ["string", "null"], "format": "date"},
    Kind.TIME: {"type": ["string", "null"], "format": _TIME},
    Kind.LOCAL: {"type": ["string", "null"], "format": _LOCAL},
    Kind.INSTANT: {"type": ["string", "null"], "format": "date-time"},
    Kind.TEXT: {"type": ["string", "null"]},
}
_LISTS: Mapping[Op, Json] = {
    Op.IN: {"minItems": 1, "maxItems": MAX_VALUES},
    Op.WITHIN: {"minItems": 1, "maxItems": MAX_VALUES},
    Op.BETWEEN: {"minItems": 2, "maxItems": 2},
}


def asked(column: Stored, op: Op) -> Json:
    """Describe what a column is asked for with an operator."""
    if op is Op.NULL:
        return {"type": "boolean"}
    limits = _LISTS.get(op)
    one = _one(column, op, listed=limits is not None)
    return one if limits is None else {"type": "array", "items": one, **limits}


def _one(column: Stored, op: Op, *, listed: bool) -> Json:
    if op is Op.WITHIN:
        return {"$ref": PLACE + ("Prefecture" if speaks_of_places(column) == PREFECTURE else "Place")}
    if column.column.type == "year" and column.kind is Kind.INTEGER:
        return _YEARS
    if column.kind is not Kind.TEXT:
        return _ASKED[column.kind]
    words = {"$ref": PLACE + ("ListedWords" if listed else "Words")}
    known = values_of(column.column) if op in {Op.EXACT, Op.NOT, Op.IN} else ()
    # Others may be asked for as well: no row has them, today.
    return {"anyOf": [{"type": "string", "enum": list(known)}, words]} if known else words


def cell(column: Stored) -> Json:
    """Describe a cell of an answer: an empty one is null."""
    title = column.column.title.get("en") or column.column.name
    return {**_CELLS[column.kind], "title": title, **_told(column.column)}


def _told(column: Column) -> Json:
    parts = [column.title.get("en"), column.description.get("en")]
    parts += [f"Unit: {column.unit}." if column.unit else ""]
    parts += [f"Codes: {column.code_list}" if column.code_list else ""]
    words = "\n".join(dict.fromkeys(each for each in parts if each))
    return {"description": words} if words else {}


def values_of(column: Column) -> tuple[str, ...]:
    """List all values of a column, where its profile or its schema holds all of them and they are few."""
    listed = ((column.field or {}).get("constraints") or {}).get("enum")
    categories = (column.field or {}).get("categories")
    for known in (listed, categories):
        if isinstance(known, list) and 0 < len(known) <= FEW:
            return tuple(str(each.get("value") if isinstance(each, dict) else each) for each in known)
    profile = column.profile
    if profile and 0 < profile.distinct == len(profile.examples) <= FEW:
        return profile.examples
    return ()
