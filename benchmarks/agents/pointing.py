"""Finds a place in a JSON answer: JSON Pointer (RFC 6901), and `[name=value]` for the item of a list that has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Absent(LookupError):
    """There is nothing at that place."""


def find(whole: Any, pointer: str) -> Any:
    """Answer what is at a place. Raises `Absent`."""
    found = whole
    for part in pointer.split("/")[1:]:
        found = _inside(found, part.replace("~1", "/").replace("~0", "~"), pointer)
    return found


def _inside(value: Any, part: str, pointer: str) -> Any:
    if isinstance(value, Mapping) and part in value:
        return value[part]
    if isinstance(value, Sequence) and not isinstance(value, str):
        if part.startswith("["):
            name, _, wanted = part[1:-1].partition("=")
            for each in value:
                if isinstance(each, Mapping) and str(each.get(name)) == wanted:
                    return each
        elif part.isdecimal() and int(part) < len(value):
            return value[int(part)]
    raise Absent(f"nothing at {pointer}: no {part}")
