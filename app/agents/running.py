"""Columns that are running totals: summed or averaged over dates they mean nothing, and whoever does so is told."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from app.agents.kept import Kept
from app.agents.time_columns import column_of
from app.query.normal import parts_of_where
from app.query.question import Condition, Function, Op
from app.query.storage import DAYS, NUMBERS, Kind, stored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.agents.desk import Desk
    from app.catalog.record import Column
    from app.query.frame import Frame
    from app.query.question import Question
    from app.query.storage import Stored

NOTE = "A running total (data.running_totals) is no sum of what came in: over dates take max, or the last date."
_OF_DESCRIBED = "Running totals (data.running_totals): over dates take max, or the last date; never sum or avg."
_CALLED_SO = re.compile(r"累計|累積|cumulative|running[ _]total|to[ -]date", re.IGNORECASE)
_ADDING = frozenset({Function.SUM, Function.AVG})
_SAMPLE, _MOST_ROWS, _MOST_COLUMNS = 300, 100_000, 200
_LEAST_ROWS, _LEAST_VALUES = 20, 20
# A total begins near nothing, which tells it from what is large and grows; corrections take a little back.
_GROWS, _STEPS_BACK, _TAKEN_BACK = 10, 0.01, 0.05
_FEW = 5

_KEPT: Kept[frozenset[str]] = Kept(frozenset())


def running_totals(desk: Desk, frame: Frame) -> frozenset[str]:
    """Name the columns that say of themselves that they are running totals, or look like it by a sample of rows."""
    columns = stored(frame)
    date = column_of(columns)
    if date is None:
        return frozenset()
    numbers = [name for name, each in columns.items() if each.kind in NUMBERS and each is not date]
    named = frozenset(name for name in numbers if _CALLED_SO.search(_words_of(columns[name].column)))
    is_read = _LEAST_ROWS <= frame.rows <= _MOST_ROWS and len(columns) <= _MOST_COLUMNS and _is_in_order(date)
    if not is_read or not numbers:
        return named
    return named | _KEPT.of(frame.id, lambda: _growing(desk, frame, date.column.name, numbers))


def running_summed(desk: Desk, frame: Frame, question: Question) -> list[str]:
    """Name the running totals that a question adds up over several dates."""
    asked = {each.column for each in question.measures if each.function in _ADDING and each.column}
    columns = stored(frame)
    if asked.isdisjoint(name for name, each in columns.items() if each.kind in NUMBERS):
        return []
    date = column_of(columns)
    if date is None or _is_of_one_date(question, date.column.name):
        return []
    return sorted(asked & running_totals(desk, frame))


def running_told(desk: Desk, frame: Frame) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Say which columns of a described table are running totals, the first few by name, and what to mind."""
    running = running_totals(desk, frame)
    names = [each.name for each in frame.columns if each.name in running]
    if not names:
        return {}, ()
    more = [f"+{len(names) - _FEW}"] if len(names) > _FEW else []
    return {"running_totals": [*names[:_FEW], *more]}, (_OF_DESCRIBED,)


def _words_of(column: Column) -> str:
    said = (column.title, column.description)
    return " ".join((column.name, *(words for each in said for words in (each.ja, each.en))))


def _is_in_order(date: Stored) -> bool:
    return date.kind in DAYS or date.kind is Kind.INTEGER or date.column.type == "yearmonth"


def _is_of_one_date(question: Question, date: str) -> bool:
    if any(each.column == date and each.part is None for each in question.group):
        return True
    conditions = [each for each in parts_of_where(question.where) if isinstance(each, Condition)]
    return any(each.column == date and each.op is Op.EXACT for each in conditions)


def _growing(desk: Desk, frame: Frame, date: str, numbers: Sequence[str]) -> frozenset[str]:
    """Find columns that rise from date to date, in rows from all over the table."""
    places = {each.name: place for place, each in enumerate(frame.columns)}
    at = places[date]
    rows = sorted(
        (row for row in desk.rows.sample(frame, _SAMPLE) if row[at] is not None),
        key=lambda row: row[at],
    )
    return frozenset(name for name in numbers if _is_growing([row[places[name]] for row in rows]))


def _is_growing(cells: Sequence[Any]) -> bool:
    known = [each for each in cells if each is not None]
    if len(known) < _LEAST_ROWS or len(set(known)) < _LEAST_VALUES or known[0] < 0:
        return False
    back = [(before, after) for before, after in pairwise(known) if after < before]
    is_little = all(before - after <= max(1, before * _TAKEN_BACK) for before, after in back)
    return is_little and len(back) <= len(known) * _STEPS_BACK + 1 and known[-1] >= _GROWS * max(known[0], 1)
