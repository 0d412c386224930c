"""JSON (RFC 8259) read so that no two parsers could disagree about it."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from app.publishing.descriptor.faults import fault_at, has_surrogate
from app.publishing.descriptor.limits import MAX_DEPTH
from app.publishing.descriptor.refused import Refused
from app.publishing.problems import problem

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:]|[^\s{}\[\]:,"]+')
_DIGITS_OF_FLOAT = 309


def parse_json(text: str, file: str) -> Any:
    """Parse JSON with unique keys, finite numbers, whole characters and bounded depth. Raises `Refused`."""
    try:
        value = json.loads(text, parse_int=_integer)
    except RecursionError:
        raise Refused(problem("descriptor-too-deep", file=file, limit=MAX_DEPTH)) from None
    except json.JSONDecodeError as error:
        raise Refused(fault_at("descriptor-not-json", text, error.pos, file)) from None
    _check(text, file)
    return value


def _integer(digits: str) -> int:
    """Python refuses to read very long numbers with an error of no use; `_check` says where they stand."""
    return int(digits) if len(digits) <= _DIGITS_OF_FLOAT + 1 else 0


def _check(text: str, file: str) -> None:
    """Look in valid JSON for what parsers silently accept, each in its own way."""
    nesting: list[set[str]] = []
    previous = ""
    for token in _TOKEN.finditer(text):
        if code := _fault(token.group(), previous, nesting):
            raise Refused(fault_at(code, text, token.start(), file))
        previous = token.group()


def _fault(token: str, previous: str, nesting: list[set[str]]) -> str | None:
    first = token[0]
    if first in "{[":
        nesting.append(set())
        return "descriptor-too-deep" if len(nesting) > MAX_DEPTH else None
    if first in "}]":
        nesting.pop()
        return None
    if first == ":":
        return _key_fault(json.loads(previous), nesting[-1])
    if first == '"':
        return "descriptor-lone-surrogate" if has_surrogate(json.loads(token)) else None
    return "descriptor-number" if first in "-0123456789NI" and not math.isfinite(float(token)) else None


def _key_fault(key: str, keys: set[str]) -> str | None:
    if key in keys:
        return "descriptor-duplicate-key"
    keys.add(key)
    return None
