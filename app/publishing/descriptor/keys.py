"""The keys of tables: which fields name a row, and which rows of other tables it points to."""

from __future__ import annotations

from typing import Any

from app.publishing.descriptor.package import ResourceDescription
from app.publishing.descriptor.paths import is_remote
from app.publishing.descriptor.reading import Reading
from app.publishing.descriptor.values import listed, shown

Fields = frozenset[str] | None


def read_keys(given: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """Read the primary, unique and foreign keys of a schema, as version 2 writes them."""
    unique = (_field_names(each, "uniqueKeys", reading) for each in listed(given.get("uniqueKeys")))
    foreign = (_foreign_key(each, reading) for each in listed(given.get("foreignKeys")))
    keys = {
        "primaryKey": _field_names(given.get("primaryKey"), "primaryKey", reading),
        "uniqueKeys": [key for key in unique if key],
        "foreignKeys": [key for key in foreign if key],
    }
    return {name: key for name, key in keys.items() if key}


def _field_names(value: Any, key: str, reading: Reading) -> list[str]:
    """Take a list of field names, or one name as v1 has it."""
    names = listed(value)
    if not all(isinstance(name, str) for name in names):
        reading.report("key-not-understood", value=shown(value), key=key)
        return []
    return names


def _foreign_key(value: Any, reading: Reading) -> dict[str, Any] | None:
    reference = value.get("reference") if isinstance(value, dict) else None
    if _is_outside(reference):
        reading.report("external-foreign-key", value=shown(reference))
        return None
    if not isinstance(reference, dict) or not isinstance(reference.get("resource"), str | None):
        reading.report("key-not-understood", value=shown(value), key="foreignKeys")
        return None
    fields = _field_names(value.get("fields"), "foreignKeys", reading)
    there = _field_names(reference.get("fields"), "foreignKeys", reading)
    if not fields or len(fields) != len(there):
        reading.report("key-not-understood", value=shown(value), key="foreignKeys")
        return None
    target = {"resource": reference["resource"]} if reference.get("resource") else {}
    return {"fields": fields, "reference": {**target, "fields": there}}


def _is_outside(reference: Any) -> bool:
    if isinstance(reference, str):
        return is_remote(reference)
    if not isinstance(reference, dict):
        return False
    resource = reference.get("resource")
    return bool(reference.get("package") or reference.get("datapackage")) or (
        isinstance(resource, str) and is_remote(resource)
    )


def check_references(resources: tuple[ResourceDescription, ...], reading: Reading) -> None:
    """See that keys name fields, and foreign keys resources, that there are."""
    fields = {resource.name: _names_of(resource) for resource in resources}
    for resource in resources:
        if resource.schema is not None:
            _check_own_keys(resource.schema, fields[resource.name], reading.within(resource.name))
            _check_foreign_keys(resource.schema, resource.name, fields, reading.within(resource.name))


def _names_of(resource: ResourceDescription) -> Fields:
    return frozenset(field["name"] for field in resource.schema["fields"]) if resource.schema else None


def _check_own_keys(schema: dict[str, Any], own: Fields, reading: Reading) -> None:
    used = [("primaryKey", schema.get("primaryKey", []))]
    used += [("uniqueKeys", key) for key in schema.get("uniqueKeys", [])]
    used += [("foreignKeys", key["fields"]) for key in schema.get("foreignKeys", [])]
    for key, names in used:
        _check_exist(names, own, key, reading)


def _check_foreign_keys(schema: dict[str, Any], own_name: str, fields: dict[str, Fields], reading: Reading) -> None:
    for key in schema.get("foreignKeys", []):
        target = key["reference"].get("resource", own_name)
        if target in fields:
            _check_exist(key["reference"]["fields"], fields[target], "foreignKeys", reading)
        else:
            reading.report("foreign-key-resource-missing", value=target)


def _check_exist(names: list[str], known: Fields, key: str, reading: Reading) -> None:
    """A table without a schema may yet turn out to have the field."""
    for name in names:
        if known is not None and name not in known:
            reading.report("key-field-missing", column=name, key=key)
