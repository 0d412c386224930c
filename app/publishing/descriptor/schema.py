"""The columns of a table (Table Schema 2.0): fields, types and constraints."""

from __future__ import annotations

from typing import Any

from app.publishing.descriptor.checks import (
    Check,
    is_anything,
    is_closed_schema,
    is_count,
    is_flag,
    is_labelled,
    is_link,
    is_pattern,
    is_scalar,
    is_text,
    is_texts,
    is_values,
    kept,
)
from app.publishing.descriptor.keys import read_keys
from app.publishing.descriptor.limits import MAX_FIELDS
from app.publishing.descriptor.names import name_as_given
from app.publishing.descriptor.paths import referenced
from app.publishing.descriptor.reading import Reading
from app.publishing.descriptor.texts import line_in, text_in, written
from app.publishing.descriptor.values import shown

_TYPES = (
    "string",
    "number",
    "integer",
    "boolean",
    "object",
    "array",
    "list",
    "datetime",
    "date",
    "time",
    "year",
    "yearmonth",
    "duration",
    "geopoint",
    "geojson",
    "any",
)
_FIELD_KEYS: dict[str, Check] = {
    "format": is_text,
    "example": is_anything,
    "categories": is_labelled,
    "categoriesOrdered": is_flag,
    "missingValues": is_labelled,
    "rdfType": is_text,
    "unit": is_text,
    "codeList": is_link,
    "decimalChar": is_text,
    "groupChar": is_text,
    "bareNumber": is_flag,
    "trueValues": is_texts,
    "falseValues": is_texts,
    "delimiter": is_text,
    "itemType": is_text,
}
_CONSTRAINTS: dict[str, Check] = {
    "required": is_flag,
    "unique": is_flag,
    "minLength": is_count,
    "maxLength": is_count,
    "minimum": is_scalar,
    "maximum": is_scalar,
    "exclusiveMinimum": is_scalar,
    "exclusiveMaximum": is_scalar,
    "pattern": is_pattern,
    "enum": is_values,
    "jsonSchema": is_closed_schema,
}
_SCHEMA_KEYS: dict[str, Check] = {
    "fieldsMatch": ("exact", "equal", "subset", "superset", "partial").__contains__,
    "missingValues": is_labelled,
}


def read_schema(value: Any, reading: Reading) -> dict[str, Any] | None:
    """Read a schema; `None` where there is none to work with. Raises `Refused` for more fields than a table has."""
    if value is None or (given := referenced(value, "schema", reading)) is None:
        return None
    fields = given.get("fields")
    if not isinstance(fields, list) or not fields:
        reading.report("schema-without-fields")
        return None
    if len(fields) > MAX_FIELDS:
        raise reading.refusal("too-many-fields", count=len(fields), limit=MAX_FIELDS)
    schema = {"fields": _fields(fields, reading)} | kept(
        given | {"fieldsMatch": _single(given.get("fieldsMatch"))},
        _SCHEMA_KEYS,
        lambda _, each: reading.report("schema-not-understood", value=shown(each)),
    )
    if schema.get("fieldsMatch") == "exact":  # which is what no word means
        del schema["fieldsMatch"]
    return schema | read_keys(given, reading)


def _single(value: Any) -> Any:
    """The official v2 profile has `fieldsMatch` as a list, its prose as a string."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _fields(given: list[Any], reading: Reading) -> list[dict[str, Any]]:
    seen: set[str] = set()
    fields = []
    for number, value in enumerate(given, 1):
        if not isinstance(value, dict):
            reading.report("field-not-understood", number=number)
            continue
        name = name_as_given(value.get("name"))
        if not name:
            reading.report("field-without-name", number=number)
            continue
        if name in seen:
            reading.report("duplicate-field-name", column=name)
        seen.add(name)
        fields.append(_field(name, value, reading))
    return fields


def _field(name: str, value: dict[str, Any], reading: Reading) -> dict[str, Any]:
    kind = value.get("type") or "any"
    if kind not in _TYPES:
        reading.report("unknown-field-type", column=name, value=shown(kind))
    field: dict[str, Any] = {"name": name, "type": kind}
    field |= written("title", line_in(value, "title")) | written("description", text_in(value, "description"))
    field |= kept(
        value,
        _FIELD_KEYS,
        lambda key, each: reading.report("field-property-not-understood", column=name, value=shown(each), key=key),
    )
    if field.get("format") in {"default", ""}:
        del field["format"]
    if constraints := _constraints(name, value.get("constraints"), reading):
        field["constraints"] = constraints
    return field


def _constraints(name: str, value: Any, reading: Reading) -> dict[str, Any]:
    def refuse(key: str, each: Any) -> None:
        reading.report("constraint-not-understood", column=name, value=shown(each), key=key)

    if value is None:
        return {}
    if not isinstance(value, dict):
        refuse("constraints", value)
        return {}
    return kept(value, _CONSTRAINTS, refuse)
