"""JSON of strangers: bounded in bytes and depth before anything is made of it, and read strictly."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from app.kernel.text import Text
from app.query import complaints
from app.query.misread import problems_of
from app.query.question import MAX_CONDITIONS, MAX_DEPTH, Question, Where
from app.query.refusals import refusal_of, refused, shown

if TYPE_CHECKING:
    from app.kernel.errors import BadRequest

MAX_BODY = 1_000_000
# A condition's depth is an object and a list; the question around it and a list of values come to that.
_MAX_BRACKETS = 2 * MAX_DEPTH + 6
# A string that does not end is one too: looking for its end from every quotation mark would take for ever.
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{\]}]', re.DOTALL)
_WHERE: TypeAdapter[Where] = TypeAdapter(Where)


def question_from_json(body: bytes) -> Question:
    """Read a question in JSON. Raises `BadRequest`, which lists every problem with its place."""
    return question_of(json_of(body))


def question_of(raw: Any, *, within: str = "") -> Question:
    """Read a question out of plain JSON values. Raises `BadRequest`."""
    if not isinstance(raw, dict):
        raise _no_object()
    for key in ("where", "having"):
        check_tree(raw.get(key))
    try:
        return Question.model_validate(raw)
    except ValidationError as error:
        raise refused(*problems_of(error, raw, within=within)) from None


def where_from_json(text: str, *, parameter: str) -> Where:
    """Read a tree of conditions out of a parameter. Raises `BadRequest`."""
    raw = json_of(text.encode("utf-8", "replace"), place=parameter)
    check_tree(raw)
    try:
        return _WHERE.validate_python(raw)
    except ValidationError as error:
        raise refused(*problems_of(error, raw, within=parameter)) from None


def json_of(body: bytes, *, place: str = "JSON") -> Any:
    """Read JSON (RFC 8259, I-JSON): no names twice, no numbers that are none. Raises `BadRequest`."""
    if len(body) > MAX_BODY:
        raise _refused(place, Text(f"{MAX_BODY:,} バイトまでです。", f"It may have up to {MAX_BODY:,} bytes."))
    if _depth(body) > _MAX_BRACKETS:
        raise refused(complaints.too_deep())
    try:
        text = body.decode()
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
    except _Twice as twice:
        name = shown(str(twice))
        raise _refused(place, Text(f"「{name}」が二度あります。", f"“{name}” is there twice.")) from None
    except (ValueError, RecursionError) as error:
        # Python's own sentence says the line and column.
        said = shown(str(error)) if isinstance(error, json.JSONDecodeError) else ""
        raise _refused(place, Text(f"JSON として読めません。{said}", f"It cannot be read as JSON. {said}")) from None


def check_tree(where: Any) -> None:
    """Count the conditions of a tree and how deep it is, without recursion. Raises `BadRequest`."""
    waiting = [(where, 1)]
    count = 0
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH + 1:
            raise refused(complaints.too_deep())
        if not isinstance(node, dict):
            continue
        inside = [node[key] for key in ("and", "or", "all", "any") if isinstance(node.get(key), list)]
        below = [part for parts in inside for part in parts]
        below += [node[key] for key in ("not", "negated") if key in node]
        count += not below
        if count > MAX_CONDITIONS or len(below) > MAX_CONDITIONS:
            raise refused(complaints.too_many())
        waiting += [(part, depth + 1) for part in below]


class _Twice(ValueError):
    """A name that is there twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(digits)
    return value


def _depth(body: bytes) -> int:
    """Say how deep brackets are nested outside of strings."""
    depth = deepest = 0
    for found in _BRACKETS.finditer(body):
        mark = found[0]
        if mark[:1] != b'"':
            depth += 1 if mark in b"[{" else -1
            deepest = max(deepest, depth)
            if deepest > _MAX_BRACKETS:
                break
    return deepest


def _no_object() -> BadRequest:
    return _refused("JSON", Text("問い合わせは {…} の形で書いてください。", "A question is an object ({…})."))


def _refused(place: str, advice: Text) -> BadRequest:
    return refusal_of(
        "json-unreadable",
        Text(f"{place} を読めません。", f"{place} cannot be read."),
        advice,
        place=place,
    )
