"""JSON Schemas of what is sent and answered, made of the types that check and write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from pydantic import BaseModel

Json = dict[str, Any]

PLACE = "#/components/schemas/"
_IN_BOXES = "#/$defs/"
_BOUNDS = {"ge": "minimum", "le": "maximum"}


class Schemas:
    """Collects the named schemas that the document refers to."""

    def __init__(self, types: Iterable[Any]) -> None:
        self._types = tuple(dict.fromkeys(types))
        found, named = msgspec.json.schema_components(self._types, ref_template=PLACE + "{name}")
        self._found = dict(zip(self._types, found, strict=True))
        self.named: Json = {_short(name): _told(schema) for name, schema in named.items()}

    def of_answer(self, kind: Any) -> Json:
        """Refer to the schema of an answer; a schema stays what it is."""
        if kind is None:
            return {}
        if isinstance(kind, Mapping):
            return dict(kind)
        schema: Json = _told(self._found[kind])
        return schema

    def of_model(self, model: type[BaseModel]) -> Json:
        """Refer to the schema of what is sent, and keep it."""
        made = model.model_json_schema(ref_template=PLACE + "{model}", mode="validation")
        for name, schema in made.pop("$defs", {}).items():
            self.named.setdefault(name, schema)
        self.named.setdefault(model.__name__, made)
        return {"$ref": PLACE + model.__name__}


def of_fields(model: type[BaseModel]) -> Mapping[str, Json]:
    """Describe each field of a model by itself; one that may be left out is not `null` in an address."""
    made = model.model_json_schema(mode="validation")
    boxes = made.get("$defs", {})
    return {name: _plain(schema, boxes) for name, schema in made.get("properties", {}).items()}


def _plain(schema: Json, boxes: Mapping[str, Json]) -> Json:
    if (place := schema.get("$ref", "")).startswith(_IN_BOXES):
        box = {key: value for key, value in boxes[place.removeprefix(_IN_BOXES)].items() if key != "title"}
        schema = {**box, **{key: value for key, value in schema.items() if key != "$ref"}}
    if "items" in schema:
        schema = {**schema, "items": _plain(schema["items"], boxes)}
    if "anyOf" in schema and "type" not in schema:
        (kept,) = [each for each in schema["anyOf"] if each.get("type") != "null"]
        schema = {**_plain(kept, boxes), **{key: value for key, value in schema.items() if key != "anyOf"}}
    # Bounds that pydantic checks after our own reading of digits keep its own names.
    schema = {_BOUNDS.get(key, key): value for key, value in schema.items()}
    # Nothing, which is what a parameter is that was left out, is no value of one.
    return {key: value for key, value in schema.items() if key != "title" and (key, value) != ("default", None)}


def _told(schema: Any) -> Any:
    """Write numbers as answers do, where msgspec tells of texts, and names without those of modules."""
    if isinstance(schema, list):
        return [_told(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return {"type": "number"}
    told = {key: _told(value) for key, value in schema.items() if key != "default"}
    if "prefixItems" in told and "maxItems" in told and told.get("items") is False:
        # Said by `maxItems` already, and generators of clients know no schema that is `false`.
        del told["items"]
    if isinstance(place := told.get("$ref"), str) and place.startswith(PLACE):
        told["$ref"] = PLACE + _short(place.removeprefix(PLACE))
    return told


def _short(name: str) -> str:
    """Name a class by its module's last word too, where another has the same name."""
    *_, module, own = ("", *name.split("."))
    return re.sub(r"[\W_]", "", module.title()) + own if module else own
