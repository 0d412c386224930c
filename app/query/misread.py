"""What pydantic finds wrong with a question, as problems that name the place in Japanese and English."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.kernel.text import Text
from app.query.question import And, Box, Condition, Function, Group, Measure, Near, Not, Op, Or, Order, Part, Question
from app.query.refusals import offered, problem, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

    from app.kernel.report import Problem

_BRANCHES: Mapping[str, type[BaseModel]] = MappingProxyType(
    {model.__name__: model for model in (Condition, Box, Near, And, Or, Not)}
)
_LISTED: Mapping[str, type[BaseModel]] = MappingProxyType({"group": Group, "measures": Measure, "sort": Order})
_CHOICES: Mapping[str, Sequence[str]] = MappingProxyType(
    {"op": list(Op), "part": list(Part), "function": list(Function)}
)
_VALUE = Text(
    "文字・数・true/false、または in・between ではその並び(1,000 個、1 個 1,000 文字まで)を書いてください。",
    "Give text, a number, true or false, or a list of them for `in` and `between` (1,000, of 1,000 characters each).",
)
_ADVICE: Mapping[str, Text] = MappingProxyType(
    {
        "value": _VALUE,
        "limit": Text("0〜10,000 の整数で指定してください。", "Give a whole number from 0 to 10,000."),
        "percent": Text("0〜100 の数で指定してください。", "Give a number from 0 to 100."),
        "latitude": Text("-90〜90 の数で指定してください。", "Give a number from -90 to 90."),
        "longitude": Text("-180〜180 の数で指定してください。", "Give a number from -180 to 180."),
        "metres": Text("0 より大きいメートル数で指定してください。", "Give metres: above 0, up to 20,100,000."),
        "distinct": Text("true か false を書いてください。", "Give true or false."),
        "near": Text(
            "緯度,経度,メートル の3つの数を書いてください。", "Give three numbers: latitude,longitude,metres."
        ),
        "box": Text("西,南,東,北の4つの数を書いてください。", "Give four numbers: west,south,east,north."),
    }
)


def problems_of(error: ValidationError, raw: Any, *, within: str = "") -> list[Problem]:
    """Say each error once, at the most telling place; `within` is the parameter that all of it stands in."""
    found: dict[str, Problem] = {}
    for each in error.errors(include_url=False, include_context=True):
        path = _path(each["loc"], raw)
        if path is not None:
            place = _place(path, within)
            found.setdefault(place, _problem(each, path, place))
    # A name that there is not explains why another is missing.
    listed = sorted(found.values(), key=lambda each: each.code != "unknown-key")
    return listed or [_problem(error.errors()[0], (), within or "JSON")]


def _path(location: Sequence[str | int], raw: Any) -> tuple[str | int, ...] | None:
    """Take the names of models out of a place; `None` where the error is of a model that was not meant."""
    path: list[str | int] = []
    node = raw
    for step in location:
        if isinstance(step, str) and step in _BRANCHES and not (isinstance(node, dict) and step in node):
            if step != _branch(node):
                return None
            continue
        if path and path[-1] == "value":
            break  # one of several types, said together
        path.append(step)
        node = _inside(node, step)
    return tuple(path)


def _branch(node: Any) -> str:
    """Say which model was meant, by its keys."""
    keys = set(node) if isinstance(node, dict) else set()
    marks = {"and": And, "or": Or, "not": Not, "box": Box, "latitude": Near, "longitude": Near, "metres": Near}
    return next((model.__name__ for key, model in marks.items() if key in keys), Condition.__name__)


def _inside(node: Any, step: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(step)
    return node[step] if isinstance(node, list) and isinstance(step, int) and step < len(node) else None


def _place(path: Sequence[str | int], within: str) -> str:
    words = within
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{shown(step)}" if words else shown(step)
    return words


def _problem(error: ErrorDetails, path: Sequence[str | int], place: str) -> Problem:
    last = next((step for step in reversed(path) if isinstance(step, str)), "")
    where = place or "JSON"
    kind = error["type"]
    given = error["input"] if isinstance(error["input"], str | int | float | bool) else None
    if kind == "extra_forbidden":
        return problem(
            "unknown-key",
            Text(f"{where} という項目はありません。", f"There is no `{where}`."),
            offered(last, _fields(path)),
            place=place,
        )
    if kind == "missing":
        return problem(
            "missing-key",
            Text(f"{where} がありません。", f"`{where}` is missing."),
            Text("この項目を書いてください。", "Write it."),
            place=place,
        )
    return _unfit(where, _advice(last, kind, given, error.get("ctx") or {}), given)


def unfit(name: str, value: str) -> Problem:
    """Say that a parameter cannot have a value, and which it can."""
    return _unfit(name, _ADVICE[name], value)


def _unfit(place: str, advice: Text, value: object) -> Problem:
    message = Text(f"{place} が正しくありません。", f"`{place}` cannot be this.")
    return problem("unfit-value", message, advice, place=place, value=value)


def _advice(last: str, kind: str, given: object, context: Mapping[str, Any]) -> Text:
    if kind == "enum" and last in _CHOICES:
        return offered(str(given), _CHOICES[last])
    if last in _ADVICE:
        return _ADVICE[last]
    if most := context.get("max_length"):
        return Text(f"{most:,} までにしてください。", f"There may be up to {most:,}.")
    if context.get("min_length"):
        return Text("空にはできません。", "It must not be empty.")
    return _SHAPES.get(kind, Text("書き方を確かめてください。", "See how it is written in the documentation."))


_SHAPES: Mapping[str, Text] = MappingProxyType(
    {
        "string_type": Text("文字列で書いてください。", "Give a string."),
        "list_type": Text("並び([…])で書いてください。", "Give a list ([…])."),
        "bool_type": Text("true か false を書いてください。", "Give true or false."),
        "bool_parsing": Text("true か false を書いてください。", "Give true or false."),
        "model_type": Text("オブジェクト({…})で書いてください。", "Give an object ({…})."),
        "int_type": Text("整数で書いてください。", "Give a whole number."),
        "int_parsing": Text("整数で書いてください。", "Give a whole number."),
        "float_type": Text("数で書いてください。", "Give a number."),
        "float_parsing": Text("数で書いてください。", "Give a number."),
        "finite_number": Text("有限の数で書いてください。", "Give a finite number."),
    }
)


def _fields(path: Sequence[str | int]) -> list[str]:
    """List what could stand where an unknown name stands."""
    top = path[0] if path else ""
    if len(path) <= 1:
        model: type[BaseModel] = Question
    elif isinstance(top, str) and top in _LISTED:
        model = _LISTED[top]
    else:
        return [name for each in _BRANCHES.values() for name in _names(each)]
    return _names(model)


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]
