"""Whether a question has no rows, and why: which values near to those that were asked for a column has instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.errors import AppError
from app.query.normal import parts_of_where
from app.query.question import Condition, Function, Op, Question
from app.query.refusals import nearest
from app.query.storage import Kind, stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.agents.desk import Desk
    from app.query.answer import Answer
    from app.query.frame import Frame

_ASKED = frozenset({Op.EXACT, Op.IN, Op.CONTAINS, Op.STARTS})
COUNTS = frozenset({Function.COUNT, Function.DISTINCT, Function.APPROX_DISTINCT})
_MOST_COLUMNS = 2
_MOST_VALUES = 1000
_SHOWN = 8
_SECONDS = 1.0


def is_nothing(question: Question, found: Answer) -> bool:
    """Say whether no row matches. Measures without groups have one row all the same, of zeroes and nulls."""
    if question.group or not question.measures or not found.rows:
        return not found.total
    if any(note.code == "empty-cells-left-out" for note in found.notes):
        return False
    counts = [each.function in COUNTS for each in question.measures]
    return all(cell is None or (counted and not cell) for cell, counted in zip(found.rows[0], counts, strict=True))


def empty_where_asked(frame: Frame, by: Mapping[str, str | list[str]]) -> list[str]:
    """Say how many rows no answer by place or time has, because the column that tells it is empty there."""
    columns = {name: frame.by_name.get(column) for name, column in by.items() if isinstance(column, str)}
    empty = {name: each.profile.missing for name, each in columns.items() if each and each.profile}
    return [
        f"Rows of the whole table left out because data.by.{name} is empty there: {count}."
        for name, count in empty.items()
        if count
    ]


def nearest_values(desk: Desk, frame: Frame, question: Question) -> Mapping[str, list[str]]:
    """Answer, by columns of text that a value was asked of, the values that are near, or the first there are."""
    conditions = [each for each in parts_of_where(question.where) if isinstance(each, Condition) and each.op in _ASKED]
    columns = stored(frame)
    texts = {each.column: each for each in conditions if columns[each.column].kind is Kind.TEXT}
    return {name: found for name, each in list(texts.items())[:_MOST_COLUMNS] if (found := _near(desk, frame, each))}


def _near(desk: Desk, frame: Frame, condition: Condition) -> list[str]:
    name = condition.column
    try:
        rows = desk.rows.ask(frame, Question(columns=[name], distinct=True, limit=_MOST_VALUES), seconds=_SECONDS).rows
    except AppError:
        return []
    known = [row[0] for row in rows if isinstance(row[0], str)]
    wanted = [str(each) for each in (condition.value if isinstance(condition.value, list) else [condition.value])]
    if not set(wanted).isdisjoint(known):
        return []  # The value is there: it is something else that leaves no rows.
    near = list(dict.fromkeys(each for word in wanted for each in nearest(word, known)))
    return near or (known if len(known) <= _SHOWN else [])
