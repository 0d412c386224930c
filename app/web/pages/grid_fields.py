"""The fields that filter a column: what may be asked of its type, named as the rows API names its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.text import Text
from app.query.question import Condition, Op, Question
from app.query.written import parameters_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.catalog.record import Column

_RANGES = frozenset({"integer", "number", "year", "date", "datetime", "time", "yearmonth"})
_PLACES = frozenset({"municipality-code", "municipality", "prefecture"})
_LABELS: Mapping[Op, Text] = {
    Op.CONTAINS: Text("含む文字", "Contains"),
    Op.GTE: Text("以上・以降", "At least"),
    Op.LTE: Text("以下・以前", "At most"),
    Op.EXACT: Text("値", "Value"),
    Op.WITHIN: Text("地域（名前かコード）", "Within a place (name or code)"),
    Op.NULL: Text("空欄", "Empty cells"),
}
_TRUTHS = (("true", Text("はい", "Yes")), ("false", Text("いいえ", "No")))
_EMPTY = (("false", Text("空欄を除く", "Without empty ones")), ("true", Text("空欄だけ", "Only empty ones")))


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form. `kind` is a type of input, or `select` where there are `choices`."""

    name: str
    label: Text
    value: str
    kind: str = "text"
    choices: tuple[tuple[str, Text], ...] = ()


def fields_of(column: Column, filled: Mapping[str, str], columns: Mapping[str, Column]) -> tuple[Field, ...]:
    """Answer the fields of a column, filled with the parameters that the address has."""
    found = []
    for op in _ops(column):
        pairs = parameters_of(Question(where=Condition(column=column.name, op=op, value=_sample(op))), columns)
        name = pairs[0][0]
        # A column whose name looks like another's parameter can only be asked for in JSON.
        if name != "where":
            found.append(_field(column, op, name, filled.get(name, "")))
    return tuple(found)


def _field(column: Column, op: Op, name: str, value: str) -> Field:
    if op is Op.NULL:
        return Field(name, _LABELS[op], value.lower(), "select", _EMPTY)
    if column.type == "boolean":
        return Field(name, _LABELS[op], value.lower(), "select", _TRUTHS)
    return Field(name, _LABELS[op], value, "date" if column.type == "date" and len(value) in {0, 10} else "text")


def _ops(column: Column) -> tuple[Op, ...]:
    if column.type == "boolean":
        return Op.EXACT, Op.NULL
    ops = (Op.GTE, Op.LTE) if column.type in _RANGES else (Op.CONTAINS,)
    return (*ops, *([Op.WITHIN] if column.meaning in _PLACES else []), Op.NULL)


def _sample(op: Op) -> Any:
    return True if op is Op.NULL else ["x"] if op is Op.WITHIN else "x"
