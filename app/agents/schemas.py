"""JSON Schemas of tools, in as few tokens as they can be: pydantic's titles say what the names say already."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.agents.tool import Arguments, Tool

_ERROR = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "advice": {"type": "string"},
        "retry_after": {"type": "integer"},
    },
    "required": ["code", "message", "advice"],
}


_LEFT_OUT = frozenset({"title", "maxLength", "maxItems", "$ref"})


def input_schema(tool: Tool) -> dict[str, Any]:
    """Answer what a tool takes; a new structure each time, since callers may change theirs.

    Lengths are left out: no question of good faith reaches them, and an error names the one that was reached.
    """
    return deepcopy(_made(tool.arguments))


def output_schema(tool: Tool) -> dict[str, Any]:
    """Answer what a tool answers: the shape that all share, or an error."""
    return {
        "type": "object",
        "properties": {
            "truncated": {"type": "boolean"},
            "next": {"type": ["string", "null"]},
            "notice": {"type": "string"},
            "asked": {"type": "object"},
            "notes": {"type": "array", "items": {"type": "string"}},
            "data": dict(tool.data),
            "error": _ERROR,
        },
    }


@cache
def _made(arguments: type[Arguments]) -> dict[str, Any]:
    """Make a schema once: every call of a tool asks for its own."""
    found = arguments.model_json_schema()
    kinds = found.pop("$defs", {})
    found.pop("description", None)
    short: dict[str, Any] = _short(found, kinds)
    return short


def _short(value: Any, kinds: dict[str, Any]) -> Any:
    """Drop titles and lengths, and write enumerations where they are used."""
    if isinstance(value, list):
        return [_short(each, kinds) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        kind = kinds[value["$ref"].rpartition("/")[2]]
        value = {name: each for name, each in kind.items() if name != "description"} | value
    said = {}
    for name, each in value.items():
        if name == "properties":
            said[name] = {own: _short(inner, kinds) for own, inner in each.items()}
        elif name not in _LEFT_OUT:
            said[name] = _short(each, kinds)
    return said
