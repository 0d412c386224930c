"""Why a question has no rows: which values, near to those that were asked for, a column has instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.errors import AppError
from app.query.normal import parts_of_where
from app.query.question import Condition, Op, Question
from app.query.refusals import nearest
from app.query.storage import Kind, stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.agents.desk import Desk
    from app.query.frame import Frame

_ASKED = frozenset({Op.EXACT, Op.IN, Op.CONTAINS, Op.STARTS})
_MOST_COLUMNS = 2
_MOST_VALUES = 1000
_SHOWN = 8
_SECONDS = 1.0


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
