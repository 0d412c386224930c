"""What a value must be to be kept: one small question for each kind, and the sieve that asks them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from app.publishing.descriptor.limits import MAX_PATTERN
from app.publishing.descriptor.values import link_of

Check = Callable[[Any], bool]


def kept(given: Mapping[str, Any], checks: Mapping[str, Check], refuse: Callable[[str, Any], None]) -> dict[str, Any]:
    """Keep the allowed keys with a value that passes; `null` says nothing."""
    passed = {}
    for key, check in checks.items():
        value = given.get(key)
        if value is None:
            continue
        if check(value):
            passed[key] = value
        else:
            refuse(key, value)
    return passed


def is_anything(_: Any) -> bool:
    """Any value at all."""
    return True


def is_flag(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def is_count(value: Any) -> bool:
    """A whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_number_of_place(value: Any) -> bool:
    """A whole number from 1."""
    return is_count(value) and value > 0


def is_scalar(value: Any) -> bool:
    """Text or a number."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def is_text(value: Any) -> bool:
    """Text."""
    return isinstance(value, str)


def is_link(value: Any) -> bool:
    """An address of the web."""
    return isinstance(value, str) and link_of(value) == value


def is_letter(value: Any) -> bool:
    """One character."""
    return isinstance(value, str) and len(value) == 1


def is_pattern(value: Any) -> bool:
    """A regular expression of bounded length."""
    return isinstance(value, str) and len(value) <= MAX_PATTERN


def is_texts(value: Any) -> bool:
    """A list of texts."""
    return isinstance(value, list) and all(map(is_text, value))


def is_rows(value: Any) -> bool:
    """A list of row numbers."""
    return isinstance(value, list) and all(map(is_number_of_place, value))


def is_values(value: Any) -> bool:
    """A list that is not empty."""
    return isinstance(value, list) and bool(value)


def is_labelled(value: Any) -> bool:
    """A list of values, or of `{"value", "label"}`."""
    return isinstance(value, list) and all(
        is_scalar(each) or (isinstance(each, dict) and is_scalar(each.get("value"))) for each in value
    )


def is_closed_schema(value: Any) -> bool:
    """A JSON Schema that points to nothing: a validator would go and fetch it."""
    return isinstance(value, dict) and '"$ref"' not in json.dumps(value)
