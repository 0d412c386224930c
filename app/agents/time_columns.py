"""Which column of a table tells when its rows are of: by type, meaning, name, and what it holds."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from app.agents import periods
from app.catalog.record import Period
from app.query.storage import DAYS, Kind
from app.query.values import span_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.agents.periods import Asked
    from app.catalog.record import DatasetRecord
    from app.query.storage import Stored

_YEARS = frozenset({"year", "fiscal-year"})
_NOT_OF_ROWS = frozenset({"birth-date"})
_CALLED_SO = re.compile(
    r"年度|年次|年月|調査|対象|基準|時点|期間|日付|^年|年$|period|year|date|month|^fy", re.IGNORECASE
)
_OF_THE_RECORD = re.compile(
    r"更新|登録|公開|公表|作成|掲載|変更|終了|廃止|生年|設立|期限|updat|modif|creat|publish|found|birth|end|expir",
    re.IGNORECASE,
)
_FISCAL = re.compile(r"年度|fiscal|^fy", re.IGNORECASE)
_FIRST, _LAST = 1868, 2199
_BEGINS = re.compile(r"開始|初日|始期|始まり|start|begin|from", re.IGNORECASE)
_ENDS = re.compile(r"終了|最終日|終期|終わり|end|until|expir", re.IGNORECASE)
# When a thing came to be is no day that a row is of.
_OF_THE_THING = re.compile(r"added|open|start|追加|開設|開館|開始|竣工|制定", re.IGNORECASE)
_DATES = frozenset({"date", "datetime", "yearmonth"})
# What is said of "last year" in a cell is of no day in particular.
_ANY_DAY = date(2000, 1, 1)


def column_of(columns: Mapping[str, Stored], *, needs_days: bool = False) -> Stored | None:
    """Choose the column that tells the time of rows; `None` where there is none."""
    scored = [(score, each) for each in columns.values() if (score := _score(each, needs_days=needs_days)) > 0]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def pair_of(columns: Mapping[str, Stored]) -> tuple[str, str] | None:
    """Answer the columns of days in which rows begin and end; `None` where there are not one of each."""
    days = [name for name, each in columns.items() if each.kind in DAYS]
    begin, end = ([name for name in days if each.search(name)] for each in (_BEGINS, _ENDS))
    return (begin[0], end[0]) if len(begin) == len(end) == 1 and begin != end else None


def days_in(record: DatasetRecord) -> Period:
    """Answer from when to when the rows of the longest table are, where a single column of it can tell that."""
    tables = [each.table for each in record.resources if each.table]
    longest = max(tables, key=lambda each: each.rows, default=None)
    dates = [each for each in longest.columns if each.type in _DATES] if longest else []
    if len(dates) != 1 or dates[0].profile is None or dates[0].meaning in _NOT_OF_ROWS:
        return Period()
    named = f"{dates[0].name} {dates[0].title.ja} {dates[0].title.en}"
    if _OF_THE_RECORD.search(named) or _OF_THE_THING.search(named):
        return Period()
    least, greatest = (span_of(each or "", Kind.DATE) for each in (dates[0].profile.minimum, dates[0].profile.maximum))
    return Period(least.first, greatest.last) if least and greatest else Period()


def is_fiscal(column: Stored) -> bool:
    """Say whether years of a column begin in April."""
    named = f"{column.column.name} {column.column.title.ja} {column.column.title.en}"
    return column.column.meaning == "fiscal-year" or bool(_FISCAL.search(named))


def _score(column: Stored, *, needs_days: bool) -> float:
    said = column.column
    if said.meaning in _NOT_OF_ROWS:
        return 0
    named = f"{said.name} {said.title.ja} {said.title.en}"
    is_called_so = bool(_CALLED_SO.search(named))
    if column.kind in DAYS or said.type == "yearmonth":
        score = 6.0
    elif column.kind is Kind.INTEGER and (said.type == "year" or said.meaning in _YEARS):
        score = 3.0 if needs_days else 6.0
    elif (column.kind is Kind.INTEGER and is_called_so and _holds_years(column)) or _holds_periods(
        column, is_called_so=is_called_so
    ):
        score = 2.0 if needs_days else 5.0
    else:
        return 0
    score += 2 * is_called_so - 3 * bool(_OF_THE_RECORD.search(named))
    if said.profile and said.profile.distinct <= 1:
        score -= 1.5
    return max(score, 0.5)


def _holds_years(column: Stored) -> bool:
    profile = column.column.profile
    if profile is None or not (profile.minimum and profile.maximum):
        return False
    ends = (profile.minimum, profile.maximum)
    return all(each.isdecimal() and _FIRST <= int(each) <= _LAST for each in ends)


def _holds_periods(column: Stored, *, is_called_so: bool) -> bool:
    """Say whether the texts of a column are periods; numbers may be anything where it is not called so."""
    examples = column.column.profile.examples if column.column.profile else ()
    if column.kind is not Kind.TEXT or not examples:
        return False
    if not is_called_so and any(each.isdecimal() for each in examples):
        return False
    read = [bool(span_of_cell(each)) for each in examples]
    # Tables of statistics have their sums among the years: 総数, 計.
    return sum(read) * 2 >= len(read) if is_called_so else all(read)


def span_of_cell(cell: Any) -> Asked | None:
    """Read a cell that is a period, such as 令和3年度; `None` where it is none."""
    found = periods.read(cell, _ANY_DAY) if isinstance(cell, str) else None
    if found is None or not (found.start and found.end):
        return None
    return found if _FIRST <= found.start.year <= found.end.year <= _LAST else None
