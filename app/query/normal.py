"""One form for questions that mean the same, however they were asked: what cursors and permalinks go by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.query.question import And, Box, Condition, Near, Not, Or
from app.query.values import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.query.question import Question, Where


def normal(question: Question) -> Question:
    """Write values as text, take brackets off that change nothing, and put conditions into one order."""
    return question.model_copy(
        update={
            "where": _normal(question.where) if question.where else None,
            "having": _normal(question.having) if question.having else None,
        }
    )


def parts_of_where(where: Where | None) -> tuple[Where, ...]:
    """List the conditions that must all hold."""
    if where is None:
        return ()
    return tuple(where.all) if isinstance(where, And) else (where,)


def columns_of(where: Where | None) -> set[str]:
    """Answer the names of the columns that conditions ask of."""
    return {each.column for each in _leaves(where) if isinstance(each, Condition)}


def has_positions(where: Where | None) -> bool:
    """Say whether any condition asks of coordinates."""
    return any(isinstance(each, Box | Near) for each in _leaves(where))


def _leaves(where: Where | None) -> Iterator[Where]:
    if isinstance(where, And | Or):
        for part in where.all if isinstance(where, And) else where.any:
            yield from _leaves(part)
    elif isinstance(where, Not):
        yield from _leaves(where.negated)
    elif where is not None:
        yield where


def _normal(where: Where) -> Where:
    if isinstance(where, Condition):
        value: Any = [written(each) for each in where.value] if isinstance(where.value, list) else written(where.value)
        return Condition(column=where.column, op=where.op, value=value)
    if isinstance(where, And):
        parts = _parts(part for each in where.all for part in parts_of_where(_normal(each)))
        return parts[0] if len(parts) == 1 else And.model_construct(all=parts)
    if isinstance(where, Or):
        found = [_normal(each) for each in where.any]
        parts = _parts(part for each in found for part in (each.any if isinstance(each, Or) else [each]))
        return parts[0] if len(parts) == 1 else Or.model_construct(any=parts)
    if isinstance(where, Not):
        inner = _normal(where.negated)
        return inner.negated if isinstance(inner, Not) else Not.model_construct(negated=inner)
    return where


def _parts(parts: Any) -> list[Where]:
    """Sort parts and drop those that are there twice."""
    found = {json.dumps(part.model_dump(mode="json", by_alias=True), sort_keys=True): part for part in parts}
    return [found[key] for key in sorted(found)]
