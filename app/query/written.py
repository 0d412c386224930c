"""Writes a question as query parameters, for permalinks and pages: what a person would have typed, where that is so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.query.lists import listed, listed_values, quoted, unmistakable
from app.query.normal import normal, parts_of_where
from app.query.outputs import percent_of
from app.query.question import LIMIT, And, Box, Condition, Function, Near, Op

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from app.query.question import Group, Measure, Order, Question, Where

# Whatever the address itself says so is no column.
_TAKEN = frozenset({"columns", "where", "q", "box", "near", "group", "measures", "having", "sort", "distinct"}) | {
    *("limit", "after", "version", "detail", "signature", "lang"),
}
_ENDINGS = tuple(f"__{op}" for op in Op)
_LISTS = frozenset({Op.IN, Op.BETWEEN, Op.WITHIN})


def parameters_of(question: Question, columns: Collection[str] = ()) -> list[tuple[str, str]]:
    """Write a question so that `question_from` reads one with the same normal form; conditions come first.

    `columns` are the table's, which tell where a column is called as a parameter that means something else (`a__gt`).
    """
    asked = normal(question)
    return [
        *_conditions(asked.where, columns),
        *_given("q", asked.search),
        *_given("group", ",".join(_group(each, columns) for each in asked.group)),
        *_given("measures", ",".join(map(_measure, asked.measures))),
        *([("having", _json(asked.having))] if asked.having else []),
        *_given("columns", listed(asked.columns)),
        *([("distinct", "true")] if asked.distinct else []),
        *_given("sort", ",".join(_order(each, columns) for each in asked.sort)),
        *([("limit", str(asked.limit))] if asked.limit != LIMIT or "limit" in asked.model_fields_set else []),
        *_given("after", asked.after),
    ]


def _given(name: str, text: str) -> list[tuple[str, str]]:
    return [(name, text)] if text else []


def _conditions(where: Where | None, columns: Collection[str]) -> list[tuple[str, str]]:
    """Write what must all hold, each as a parameter where it can be one, and the rest together as JSON."""
    plain: list[tuple[str, str]] = []
    rest: list[Where] = []
    parts = parts_of_where(where)
    for part in parts:
        found = _parameter(part, columns) if _alone(part, parts) else None
        if found is None:
            rest.append(part)
        else:
            plain.append(found)
    if rest:
        plain.append(("where", _json(rest[0] if len(rest) == 1 else And.model_construct(all=rest))))
    return plain


def _alone(part: Where, parts: Iterable[Where]) -> bool:
    """Say whether no other condition would have the same parameter, which then would mean something else."""
    if not isinstance(part, Condition) or part.op not in {*_LISTS, Op.EXACT}:
        return True
    return not any(
        isinstance(other, Condition) and other is not part and (other.column, other.op) == (part.column, part.op)
        for other in parts
    )


def _parameter(part: Where, columns: Collection[str]) -> tuple[str, str] | None:
    if isinstance(part, Box):
        return "box", ",".join(map(_number, part.box))
    if isinstance(part, Near):
        return "near", ",".join(map(_number, (part.latitude, part.longitude, part.metres)))
    return _comparison(part, columns) if isinstance(part, Condition) else None


def _comparison(part: Condition, columns: Collection[str]) -> tuple[str, str] | None:
    name = f"{part.column}__{part.op}"
    if part.op is Op.EXACT and part.column not in _TAKEN and not part.column.endswith(_ENDINGS):
        name = part.column
    elif name in columns:
        return None
    values = part.value if isinstance(part.value, list) else [part.value]
    if part.op in _LISTS:
        return (name, listed_values(map(str, values))) if values else None
    return None if isinstance(part.value, list) else (name, str(part.value))


def _number(value: float) -> str:
    """Write a number as people do: 500, not 500.0."""
    return repr(value).removesuffix(".0")


def _group(group: Group, columns: Collection[str]) -> str:
    before, after = (f"{group.part}(", ")") if group.part else ("", "")
    return unmistakable(before, group.column, after + _called(group.name), columns)


def _measure(measure: Measure) -> str:
    function = f"p{percent_of(measure)}" if measure.function is Function.PERCENTILE else str(measure.function)
    return (f"{function}({quoted(measure.column)})" if measure.column else function) + _called(measure.name)


def _called(name: str | None) -> str:
    return f" as {quoted(name)}" if name else ""


def _order(order: Order, columns: Collection[str]) -> str:
    return unmistakable("-" if order.descending else "", order.column, "", columns)


def _json(where: Where | None) -> str:
    tree: Any = where.model_dump(mode="json", by_alias=True, exclude_defaults=True) if where else None
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
