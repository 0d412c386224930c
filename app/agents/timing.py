"""Puts a period to a table: which column tells when, and which of its cells lie in it.

A column of years has numbers, one of months or days has spans; text such as 令和3年 is read cell by cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

from app.agents import periods
from app.agents.telling import period_told
from app.agents.time_columns import column_of, is_fiscal, pair_of, span_of_cell
from app.catalog.record import Period
from app.kernel.text import Text
from app.query.question import And, Condition, Function, Measure, Op, Or, Question
from app.query.refusals import offered, problem, refused
from app.query.storage import Kind
from app.query.values import span_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from app.agents.periods import Asked
    from app.catalog.record import DatasetRecord
    from app.kernel.errors import BadRequest
    from app.kernel.report import Problem
    from app.query.answer import Row
    from app.query.question import Where
    from app.query.storage import Stored

JAPAN = timezone(timedelta(hours=9))
MOST_VALUES = 1000


@dataclass(frozen=True, slots=True)
class Timed:
    """A period and how a table tells it. `where` is `None` where all rows are of it.

    `column` tells when rows are of, or begin, where `until` tells when they end.
    """

    asked: Mapping[str, Any]
    where: Where | None = None
    column: str = ""
    until: str = ""
    notes: tuple[str, ...] = ()


def today(now: datetime) -> date:
    """Say which day it is in Japan."""
    return now.astimezone(JAPAN).date()


def timed(
    words: str,
    now: datetime,
    record: DatasetRecord,
    columns: Mapping[str, Stored],
    ask: Callable[[Question], tuple[Row, ...]],
    *,
    among: Where | None = None,
) -> Timed:
    """Find the rows of a period, or the latest of those `among`. Raises `BadRequest` where nothing tells it."""
    asked = periods.read(words, today(now))
    if asked is None:
        raise _unreadable(words)
    column = column_of(columns, needs_days=not (asked.is_of_years or asked.is_latest))
    if column is None:
        return _by_coverage(asked, record, columns)
    if not asked.is_latest and (pair := pair_of(columns)) and column.column.name in pair:
        return _of_spans(asked, *pair)
    if column.kind is Kind.TEXT and column.column.type != "yearmonth":
        return _of_texts(asked, column, ask, among)
    if asked.is_latest:
        return _latest(asked, column, ask, among)
    return _of_years(asked, column) if column.kind is Kind.INTEGER else _of_days(asked, column)


def _of_spans(asked: Asked, begins: str, ends: str) -> Timed:
    """Take the rows whose days, from one column to another, meet the period; without an end they go on."""
    where: list[Where] = []
    if asked.end:
        where.append(Condition(column=begins, op=Op.LTE, value=asked.end.isoformat()))
    if asked.start:
        still = Condition(column=ends, op=Op.GTE, value=asked.start.isoformat())
        where.append(Or.model_validate({"or": [still, Condition(column=ends, op=Op.NULL, value=True)]}))
    note = "Rows whose days, from the first column to the second in data.by, meet the period."
    whole = where[0] if len(where) == 1 else And.model_validate({"and": where})
    return Timed(_told(asked), whole, begins, ends, (note,))


def _of_days(asked: Asked, column: Stored) -> Timed:
    length = len("2021-04" if column.column.type == "yearmonth" else "2021-04-01")
    ends = [day.isoformat()[:length] if day else None for day in (asked.start, asked.end)]
    return Timed(_told(asked), _between(column.column.name, ends), column.column.name, notes=_beyond(asked, column))


def _of_years(asked: Asked, column: Stored) -> Timed:
    """Take the years that the period has; where years begin otherwise than its own, say so."""
    notes = _beyond(asked, column)
    fiscal = is_fiscal(column)
    if not asked.is_of_years:
        first, last = (periods.year_of(day, is_fiscal=fiscal) for day in (asked.start, asked.end))
        notes = (*notes, "The column has years only: rows of the whole years were taken.")
    else:
        first, last = asked.first_year, asked.last_year
        if fiscal and not asked.is_fiscal:
            notes = (*notes, "The column has fiscal years (年度): 2021 is from April 2021 to March 2022.")
        if asked.is_fiscal and not fiscal:
            notes = (*notes, "The column has years, which may be calendar years, and a fiscal year was asked for.")
    ends = [None if year is None else str(year) for year in (first, last)]
    return Timed(_told(asked), _between(column.column.name, ends), column.column.name, notes=notes)


def _between(column: str, ends: list[str | None]) -> Where | None:
    first, last = ends
    if first and last:
        if first == last:
            return Condition(column=column, op=Op.EXACT, value=first)
        return Condition(column=column, op=Op.BETWEEN, value=[first, last])
    if first:
        return Condition(column=column, op=Op.GTE, value=first)
    return Condition(column=column, op=Op.LTE, value=last) if last else None


def _latest(asked: Asked, column: Stored, ask: Callable[[Question], tuple[Row, ...]], among: Where | None) -> Timed:
    name = column.column.name
    rows = ask(Question(measures=[Measure(function=Function.MAX, column=name)], where=among))
    found = rows[0][0] if rows else None
    if found is None:
        return Timed(_told(asked), None, name, notes=("No row says when it is of.",))
    value = str(found) if not hasattr(found, "isoformat") else found.isoformat()
    where = Condition(column=name, op=Op.EXACT, value=value)
    return Timed(_told(asked) | {"value": value}, where, name, notes=_sharing(where, ask, among))


def _sharing(where: Condition, ask: Callable[[Question], tuple[Row, ...]], among: Where | None) -> tuple[str, ...]:
    """Say how many rows are of the latest time, where that is not one: which of them is meant is not said by it."""
    both = And.model_validate({"and": [among, where]}) if among else where
    rows = ask(Question(measures=[Measure(function=Function.COUNT)], where=both))
    count = rows[0][0] if rows else 0
    return (f"{count} rows share the latest date or period.",) if count > 1 else ()


def _of_texts(asked: Asked, column: Stored, ask: Callable[[Question], tuple[Row, ...]], among: Where | None) -> Timed:
    """Read every different text of a column, and ask for those that lie in the period."""
    name = column.column.name
    question = Question(columns=[name], distinct=True, limit=MOST_VALUES + 1, where=among if asked.is_latest else None)
    cells = [row[0] for row in ask(question)]
    spans = {cell: span for cell in cells if (span := span_of_cell(cell))}
    if len(cells) > MOST_VALUES or not spans:
        raise refused(_untold(asked.words, [name]))
    if asked.is_latest:
        last = max(span.end for span in spans.values() if span.end)
        fit = [cell for cell, span in spans.items() if span.end == last]
    else:
        fit = [cell for cell, span in spans.items() if _is_in(span, asked)]
    notes = () if len(spans) == len(cells) else ("Some cells of the column are no periods and were left out.",)
    if not fit:
        notes = (*notes, "No row is of this period.")
    where = Condition(column=name, op=Op.IN, value=fit or [""])
    if asked.is_latest:
        notes = (*notes, *_sharing(where, ask, among))
    return Timed(_told(asked), where, name, notes=notes)


def _is_in(span: Asked, asked: Asked) -> bool:
    """Say whether a cell lies in a period; a year also where the other began in another month of the same year."""
    if span.start and span.end and asked.holds(Period(span.start, span.end)):
        return True
    both = (asked.first_year, span.first_year)
    is_one = asked.first_year == asked.last_year and span.first_year == span.last_year
    return is_one and asked.is_of_years and span.is_of_years and None not in both and both[0] == both[1]


def _beyond(asked: Asked, column: Stored) -> tuple[str, ...]:
    """Say where the column ends, if that is before the period or after it."""
    profile = column.column.profile
    ends = [span_of(each, Kind.DATE) for each in (profile.minimum, profile.maximum) if each] if profile else []
    if len(ends) != len(("first", "last")) or not all(ends):
        return ()
    first, last = ends[0], ends[1]
    if first is None or last is None or asked.meets(first.first, last.last):
        return ()
    return (f"The table has rows from {first.first} to {last.last} only.",)


def _by_coverage(asked: Asked, record: DatasetRecord, columns: Mapping[str, Stored]) -> Timed:
    """Take the whole table where its dataset is about days in the period."""
    said = record.temporal
    if asked.is_latest:
        return Timed(_told(asked), notes=("No column tells when rows are of: the whole table was taken.",))
    if asked.holds(said):
        return Timed(
            _told(asked), notes=(f"No column tells when: the whole dataset is of {said.start} to {said.end}.",)
        )
    raise refused(_untold(asked.words, list(columns), record))


def _told(asked: Asked) -> dict[str, Any]:
    said: dict[str, Any] = {"words": asked.words}
    if asked.is_latest:
        return said | {"latest": True}
    return said | {"from": asked.start, "to": asked.end} | ({"fiscal": True} if asked.is_fiscal else {})


def _unreadable(words: str) -> BadRequest:
    return refused(
        problem(
            "period-unreadable",
            Text("period を読めません。", "`period` cannot be read."),
            Text(f"書き方の例: {periods.FORMS}", f"Write it as: {periods.FORMS}."),
            place="period",
            value=words,
        )
    )


def _untold(words: str, names: Sequence[str], record: DatasetRecord | None = None) -> Problem:
    """Say that no column tells the period, and what is known of when the data is of."""
    known = (period_told(record) if record else "") or "unknown"
    series = " Other periods are other datasets of its series: search for them." if record and record.in_series else ""
    listed = offered("", names)
    return problem(
        "period-not-told",
        Text("時期を表す列がありません。", "No column says for certain when a row is of."),
        Text(
            f"period を外し、filters で列を指定してください。対象期間: {known}。{listed.ja}",
            f"Leave `period` out and use `filters`. Days that the dataset is of: {known}.{series} {listed.en}",
        ),
        place="period",
        value=words,
    )
