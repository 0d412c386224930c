"""Reads query parameters and JSON bodies into typed models, and says of each that cannot be what could be there.

The OpenAPI document is made of the same models, so that what it says is what is checked.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar, get_args, get_origin

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, WithJsonSchema

from app.kernel.errors import BadRequest
from app.kernel.report import Problem, Report
from app.kernel.text import LANGUAGES, Text
from app.web.texts import clean, clean_prose

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

# What is said back of a stranger's value.
SHOWN = 100
MOST = 20
# Every address takes it; see `context.language`.
LANG = "lang"
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_LONGEST_TIME = 40
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _whole(value: object) -> object:
    """Take digits only: Python reads `1_000`, ` 1` and full-width digits too."""
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else value + "?"
    return value


def _day(value: object) -> object:
    return value if not isinstance(value, str) or _DAY.fullmatch(value) else value + "?"


Whole = Annotated[int, BeforeValidator(_whole)]
Day = Annotated[date, BeforeValidator(_day)]


def _moment(value: object) -> object:
    """Read a day or a time of ISO 8601; one without a zone is UTC's."""
    if not isinstance(value, str):
        return value
    # A plus sign that nobody escaped came as a space.
    read = datetime.fromisoformat(value[:_LONGEST_TIME].replace(" ", "+"))
    try:
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(value) from error


_MOMENT = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema(_MOMENT)]


class Parameters(BaseModel):
    """A route's query parameters: fields with defaults, `tuple[...]` for those that may be repeated.

    `strict` refuses what there is not. Addresses that others add to, such as those of harvesters and of links that are
    passed on, pass over it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    strict: ClassVar[bool] = True


class Loose(Parameters):
    """Query parameters among which others may stand; empty ones, as forms send them, are not there."""

    strict: ClassVar[bool] = False


class Body(BaseModel):
    """The members of a JSON object that is sent. Numbers and truth are declared strict: "1" is no number."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_prose(value: object) -> object:
    return clean_prose(value) if isinstance(value, str) else value


def _as_line(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


# Words that are kept and shown, without what no text has; a line has no breaks either.
Line = Annotated[str, BeforeValidator(_as_line)]
Prose = Annotated[str, BeforeValidator(_as_prose)]


Model = TypeVar("Model", bound=Parameters)
Sent = TypeVar("Sent", bound=Body)


def read(model: type[Model]) -> Model:
    """Read the request's query. Raises `BadRequest` with a problem for each parameter that cannot be."""
    return read_from(model, request.args)


def read_from(model: type[Model], given: MultiDict[str, str]) -> Model:
    """Read given parameters as `read` does."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, sent in given.lists():
        field = model.model_fields.get(name)
        if field is None:
            if model.strict:
                problems += _other(name, sent, model)
            continue
        kept = sent if model.strict else [each for each in sent if each.strip()]
        if _repeats(field.annotation):
            values[name] = tuple(kept)
        elif len(kept) > 1 and model.strict:
            problems.append(_twice(name))
        elif kept:
            values[name] = kept[0]
    return _validated(model, values, problems)


def read_json(model: type[Sent], *, exact: bool = False) -> Sent:
    """Read the request's body; none is an empty object. Raises `BadRequest` for whatever is no such JSON object.

    Where words are compared and not kept, `exact` refuses those that cannot be written.
    """
    sent = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(sent, dict) or (exact and not _is_text(sent)):
        raise BadRequest(Text("本文は JSON のオブジェクトにしてください。", "Send a JSON object as the body."))
    return _validated(model, sent, [])


def _is_text(sent: object) -> bool:
    """Say whether all words can be written: JSON can spell half letters, which no UTF-8 has."""
    try:
        json.dumps(sent, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


Any_ = TypeVar("Any_", bound=BaseModel)


def _validated(model: type[Any_], values: Mapping[str, Any], problems: list[Problem]) -> Any_:
    try:
        read = model.model_validate(values)
    except ValidationError as error:
        problems += [_problem(model, each) for each in error.errors(include_url=False)[:MOST]]
        read = None
    if problems or read is None:
        first = problems[0].message
        raise BadRequest(first, report=Report(tuple(problems[:MOST]), max(0, len(problems) - MOST), valid=False))
    return read


def _other(name: str, sent: list[str], model: type[Parameters]) -> list[Problem]:
    """Say what is wrong with a parameter that is none of the model's."""
    if name != LANG:
        return [unknown(name, [*model.model_fields, LANG])]
    there = ", ".join(LANGUAGES)
    return [
        Problem(
            "parameter-value",
            Text(f"{LANG} は次のいずれか（{there}）で指定してください。", f"`{LANG}` is one of {there}."),
            Text(f"{LANG} を ja か en にしてください。", f"Make `{LANG}` ja or en."),
            column=LANG,
            value=each[:SHOWN],
        )
        for each in sent[:1] + [""] * (len(sent) > 1)
        if each not in LANGUAGES
    ]


def unknown(name: str, known: list[str]) -> Problem:
    """Say that there is no such parameter, and which there are, the nearest first."""
    near = difflib.get_close_matches(name[:SHOWN], known, n=3, cutoff=0.6)
    there = ", ".join((*near, *(each for each in sorted(known) if each not in near))[:40])
    asked = name[:SHOWN]
    meant_ja, meant_en = (f" {near[0]} ではありませんか。", f" Did you mean `{near[0]}`?") if near else ("", "")
    return Problem(
        "parameter-unknown",
        Text(f"{asked} というパラメーターはありません。{meant_ja}", f"There is no parameter `{asked}`.{meant_en}"),
        Text(f"使えるもの：{there}", f"There are: {there}."),
        column=asked,
    )


def _twice(name: str) -> Problem:
    return Problem(
        "parameter-repeated",
        Text(f"{name} は一つだけ指定してください。", f"Give `{name}` once."),
        Text(f"{name} を一つだけ残してください。", f"Leave one `{name}`."),
        column=name,
    )


def _problem(model: type[BaseModel], error: Mapping[str, Any]) -> Problem:
    place = [str(each) for each in error["loc"]]
    name = place[0] if place else ""
    if error["type"] == "extra_forbidden":
        return unknown(name, list(model.model_fields))
    ja, en = _INSIDE.get(error["type"], ("別の値", "something else")) if place[1:] else _wanted(model, name, error)
    shown = _readable(".".join(place))
    return Problem(
        "parameter-value" if error["type"] != "missing" else "parameter-missing",
        Text(f"{shown} は{ja}で指定してください。", f"`{shown}` is {en}."),
        Text(f"{shown} を{ja}にしてください。", f"Make `{shown}` {en}."),
        column=shown,
        value=None if error["type"] == "missing" else _readable(str(error.get("input", ""))).removesuffix("?"),
    )


def _readable(words: str) -> str:
    """Cut a stranger's words, without the half letters that no UTF-8 can have."""
    return words[:SHOWN].encode("utf-8", "replace").decode()


# What is wanted of something within a list or an object, by the kind of error.
_INSIDE: Mapping[str, tuple[str, str]] = {
    "missing": ("必ず", "needed"),
    "bool_type": (" true か false", "true or false"),
    "int_type": ("整数", "a whole number"),
    "string_type": ("文字列", "a text"),
    "string_unicode": ("正しい文字列", "a text of whole letters"),
    "list_type": ("配列", "a list"),
    "model_type": ("オブジェクト", "an object"),
}


def _wanted(model: type[BaseModel], name: str, error: Mapping[str, Any]) -> tuple[str, str]:
    """Say what a field wants: the values there are, the bounds, or its kind."""
    field = model.model_fields.get(name)
    known = _values(field.annotation) if field is not None else []
    if known:
        there = ", ".join(known)
        return f"次のいずれか（{there}）", f"one of {there}"
    schema = _schema(model, name)
    kind = schema.get("type")
    if kind == "integer":
        return _whole_number(schema)
    if schema.get("format") == "date":
        return " 2026-04-01 のような日付", "a date such as 2026-04-01"
    if schema.get("anyOf") == _MOMENT["anyOf"]:
        return " 2026-04-01 や 2026-04-01T00:00:00Z のような日時", "a day or a time such as 2026-04-01T00:00:00Z"
    if kind == "string" and error["type"] == "string_too_long":
        return f" {schema['maxLength']} 文字以内", f"a text of at most {schema['maxLength']} letters"
    kinds: Mapping[Any, tuple[str, str]] = {
        "string": ("文字列", "a text"),
        "boolean": (" true か false", "true or false"),
        "array": ("配列", "a list"),
        "object": ("オブジェクト", "an object"),
    }
    return kinds.get(kind, ("別の値", f"something else: {error['msg'][:SHOWN]}"))


def _whole_number(schema: Mapping[str, Any]) -> tuple[str, str]:
    low, high = schema.get("minimum", schema.get("ge")), schema.get("maximum", schema.get("le"))
    if low is None or high is None:
        return "整数", "a whole number"
    return f" {low}〜{high} の整数", f"a whole number from {low} to {high}"


def _schema(model: type[BaseModel], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _schemas(model).get(name, {})
    # What may be left out stands beside `null`.
    choices = [found] if "type" in found else found.get("anyOf", [found])
    return next((each for each in choices if each.get("type") != "null"), found)


@cache
def _schemas(model: type[BaseModel]) -> Mapping[str, Any]:
    """Describe each field. Making it takes a millisecond, and there are as many models as routes."""
    found: Mapping[str, Any] = model.model_json_schema().get("properties", {})
    return found


def _values(annotation: Any) -> list[str]:
    """List the words of an enumeration, wherever it stands in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [str(each.value) for each in annotation]
    return [word for each in get_args(annotation) for word in _values(each)]


def _repeats(annotation: Any) -> bool:
    return get_origin(annotation) in {tuple, list}


def language_parameter(model: type[Parameters]) -> dict[str, Any]:
    """Describe the parameter that every address takes."""
    words = "The language of messages and pages." + ("" if model.strict else " Anything but ja and en is passed over.")
    schema = {"type": "string", "enum": list(LANGUAGES)} if model.strict else {"type": "string"}
    return {"name": LANG, "in": "query", "schema": schema, "description": words}
