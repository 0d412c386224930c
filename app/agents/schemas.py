"""JSON Schemas of tools, as few tokens as they can be: pydantic's titles say what the names say already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.agents.tool import Tool

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


def input_schema(tool: Tool) -> dict[str, Any]:
    """Answer what a tool takes; a new structure each time, since callers may change theirs."""
    found: dict[str, Any] = _without_titles(tool.arguments.model_json_schema())
    found.pop("description", None)
    return found


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


def _without_titles(value: Any) -> Any:
    if isinstance(value, dict):
        properties = value.get("properties")
        return {
            name: {each: _without_titles(inner) for each, inner in properties.items()}
            if name == "properties" and isinstance(properties, dict)
            else _without_titles(inner)
            for name, inner in value.items()
            if not (name == "title" and isinstance(inner, str))
        }
    if isinstance(value, list):
        return [_without_titles(each) for each in value]
    return value
