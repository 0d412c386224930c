"""Which field describes which column: the declared Table Schema laid over the names the file really has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.publishing.remarks import Remarks

DEFAULT_MISSING = ("",)
MATCHES = frozenset({"exact", "equal", "subset", "superset", "partial"})
_EXTRA_COLUMNS_ALLOWED = frozenset({"subset", "partial"})
_MISSING_COLUMNS_ALLOWED = frozenset({"superset", "partial"})

Field = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """One field for each column, in the file's order; `rest` is what the schema says beside its fields."""

    fields: tuple[Field, ...]
    rest: dict[str, Any]
    inferred: bool = False

    def missing(self, column: int) -> tuple[str, ...]:
        """Answer the words that stand for "no value" in a column (Table Schema 2.0, `missingValues`)."""
        entries = self.fields[column].get("missingValues", self.rest.get("missingValues"))
        return DEFAULT_MISSING if entries is None else tuple(values_of(entries))

    def untyped(self) -> tuple[int, ...]:
        """List the columns whose field says nothing that would depend on a type, and no type either."""
        free = ("type", "format", "constraints", "categories")
        return tuple(column for column, field in enumerate(self.fields) if not any(key in field for key in free))

    def with_types(self, types: dict[int, str]) -> Layout:
        """Give columns their types; those that still have none are of type "any", as the standard says."""
        fields = tuple(
            {"name": field["name"], "type": types.get(column, field.get("type", "any"))} | field
            for column, field in enumerate(self.fields)
        )
        return replace(self, fields=fields)

    @property
    def schema(self) -> dict[str, Any]:
        """The Table Schema to publish: every column named and typed, in order, nothing left to match."""
        return {"fields": [dict(field) for field in self.fields]} | self.rest


def values_of(entries: list[Any]) -> list[str]:
    """Take the values of a list such as `missingValues`, whose entries may carry labels."""
    return [str(entry.get("value", "")) if isinstance(entry, dict) else str(entry) for entry in entries]


def lay_bare(labels: tuple[str, ...]) -> Layout:
    """Lay out a file that nobody described."""
    return Layout(tuple({"name": label} for label in labels), {}, inferred=True)


def lay_out(labels: tuple[str, ...], schema: dict[str, Any], row: int, remarks: Remarks) -> Layout | None:
    """Lay the schema over the labels. `None` where columns and fields cannot be told to belong together."""
    detail = _fault(schema)
    if detail:
        remarks.add("schema-error", detail=detail)
        return None
    fields = [_modern(field) for field in schema["fields"]]
    rest = {key: value for key, value in schema.items() if key not in {"fields", "fieldsMatch"}}
    match = _match(schema)
    if not _labels_differ(labels, row, remarks):
        return None
    by_order = match == "exact"
    paired = _in_order(labels, fields, row, remarks) if by_order else _by_name(labels, fields, match, row, remarks)
    return None if paired is None else Layout(tuple(paired), _modern_keys(rest))


def _fault(schema: dict[str, Any]) -> str | None:
    """Name the part of the schema that cannot be worked with; all else is for frictionless to judge."""
    fields = schema.get("fields")
    if not isinstance(fields, list) or not fields:
        return "fields"
    seen: set[str] = set()
    for number, field in enumerate(fields):
        name = field.get("name") if isinstance(field, dict) else None
        if not isinstance(name, str) or not _is_name(name):
            return f"fields[{number}].name"
        if name.lower() in seen:  # SQL, and so every reader of the Parquet file, takes ID and id for one name
            return f"fields[{number}].name: {name}"
        seen.add(name.lower())
    entries = [schema.get("missingValues", []), *(field.get("missingValues", []) for field in fields)]
    if not all(isinstance(entry, list) and all(map(_is_value, entry)) for entry in entries):
        return "missingValues"
    return None if _match(schema) in MATCHES else "fieldsMatch"


def _is_name(name: str) -> bool:
    return bool(name.strip()) and "\0" not in name and name.encode("utf-8", "replace").decode() == name


def _is_value(entry: Any) -> bool:
    return isinstance(entry, str) or (isinstance(entry, dict) and isinstance(entry.get("value"), str))


def _match(schema: dict[str, Any]) -> Any:
    """Read `fieldsMatch`: a string by the standard's prose, a list of one by its profile."""
    match = schema.get("fieldsMatch", "exact")
    return match[0] if isinstance(match, list) and len(match) == 1 else match


def _modern(field: Field) -> Field:
    """Write as version 2 what version 1 wrote differently (Table Schema 1, `fmt:` in formats)."""
    format_ = field.get("format")
    if isinstance(format_, str) and format_.startswith("fmt:"):
        return field | {"format": format_.removeprefix("fmt:")}
    return field


def _modern_keys(rest: dict[str, Any]) -> dict[str, Any]:
    key = rest.get("primaryKey")
    if isinstance(key, str):
        rest = rest | {"primaryKey": [key]}
    if rest.get("missingValues") == list(DEFAULT_MISSING):
        rest = {name: value for name, value in rest.items() if name != "missingValues"}
    return rest


def _labels_differ(labels: tuple[str, ...], row: int, remarks: Remarks) -> bool:
    seen: dict[str, int] = {}
    for number, label in enumerate(labels, start=1):
        if not label.strip():
            remarks.add("blank-label", row=row, number=number)
        elif label.lower() in seen:
            remarks.add("duplicate-label", row=row, column=label, number=number, first=seen[label.lower()])
        seen.setdefault(label.lower(), number)
    return len(seen) == len(labels) and "" not in {label.strip() for label in labels}


def _in_order(labels: tuple[str, ...], fields: list[Field], row: int, remarks: Remarks) -> list[Field] | None:
    for number, (label, field) in enumerate(zip(labels, fields, strict=False), start=1):
        if label != field["name"]:
            remarks.add("incorrect-label", row=row, column=label, number=number, expected=field["name"])
    for label in labels[len(fields) :]:
        remarks.add("extra-label", row=row, column=label)
    for field in fields[len(labels) :]:
        remarks.add("missing-label", row=row, column=field["name"])
    return fields if len(fields) == len(labels) else None


def _by_name(
    labels: tuple[str, ...], fields: list[Field], match: str, row: int, remarks: Remarks
) -> list[Field] | None:
    known = {field["name"]: field for field in fields}
    extra = [label for label in labels if label not in known]
    absent = [field for name, field in known.items() if name not in labels]
    if match in _MISSING_COLUMNS_ALLOWED:
        absent = [field for field in absent if (field.get("constraints") or {}).get("required")]
    for label in extra if match not in _EXTRA_COLUMNS_ALLOWED else ():
        remarks.add("extra-label", row=row, column=label)
    for field in absent:
        remarks.add("missing-label", row=row, column=field["name"])
    if len(extra) == len(labels):
        remarks.add("unmatched-header", row=row)
        return None
    return [known.get(label, {"name": label}) for label in labels]
