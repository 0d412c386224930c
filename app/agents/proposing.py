"""Proposes questions that a table can answer: arguments of `query_rows` that run as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.agents.time_columns import column_of, pair_of
from app.query.lists import quoted
from app.query.storage import NUMBERS, Kind
from app.query.within import CODE, speaks_of_places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.catalog.record import Column
    from app.query.storage import Stored

_MOST = 3
_FEW, _MANY = 2, 40
_PERIODS = 1000
_COLUMNS = 6
_LONGEST = 40
# Numbers that name or place something: nobody adds them up.
_NO_AMOUNTS = frozenset({"id", "code", "year", "fiscal-year", "latitude", "longitude", "altitude", "municipality-code"})
_SHARES = frozenset({"share", "age"})
_SHARE_UNITS = frozenset({"%", "‰", "°", "℃"})


def proposed(columns: Mapping[str, Stored], rows: int) -> list[dict[str, Any]]:
    """Answer up to three questions without the names of dataset and resource, the most telling first.

    `rows` are those of the table: where each period has several, the latest of them is what most people want.
    """
    time = column_of(columns)
    latest: dict[str, Any] = {}
    if time is not None and not pair_of(columns) and 1 < _distinct(time.column) <= min(_PERIODS, rows // 2):
        latest = {"period": "latest"}
    return list(_all(columns, time, latest))[:_MOST]


def _all(columns: Mapping[str, Stored], time: Stored | None, latest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    amount = next((each.column for each in columns.values() if _is_amount(each, time)), None)
    groups = [each.column for each in columns.values() if _is_group(each) and each is not time]
    group = min(groups, key=lambda column: (column.meaning != "category", _distinct(column)), default=None)
    if place := _place(columns):
        yield {"place": place, **latest}
    if amount is not None and (latest or time is None):
        yield {**latest, "sort": ["-" + quoted(amount.name)], "limit": 10}
    if named := _named(columns):
        newest = {"sort": ["-" + quoted(time.column.name)]} if time is not None and latest else {}
        yield {"filters": [f'{named[0]} = "{named[1]}"'], **newest, "limit": 10}
    if group is not None:
        measure = f"{_function(amount)}({quoted(amount.name)})" if amount is not None else "count"
        yield {"group_by": [group.name], "measures": [measure], "sort": [f"-{measure}"], **latest}
    if time is not None and not latest:
        yield {"sort": ["-" + quoted(time.column.name)], "limit": 10}
    yield {"columns": list(columns)[:_COLUMNS], "limit": 5}


def _is_amount(stored: Stored, time: Stored | None) -> bool:
    column = stored.column
    return (
        stored.kind in NUMBERS
        and stored is not time
        and column.type != "year"
        and column.meaning not in _NO_AMOUNTS
        and not speaks_of_places(stored)
        and _distinct(column) > 1
    )


def _function(column: Column) -> str:
    """Numbers without a unit, and shares, are not added up: nobody knows whether the sum means anything."""
    return "avg" if not column.unit or column.unit in _SHARE_UNITS or column.meaning in _SHARES else "sum"


def _is_group(stored: Stored) -> bool:
    return stored.kind is Kind.TEXT and _FEW <= _distinct(stored.column) <= _MANY and _is_plain(stored.column.name)


def _place(columns: Mapping[str, Stored]) -> str:
    """Answer a code that stands in the table; the column of one code for all rows is that of who wrote it."""
    for each in columns.values():
        profile = each.column.profile
        if profile and profile.distinct > 1 and speaks_of_places(each) == CODE and profile.examples:
            return profile.examples[0]
    return ""


def _named(columns: Mapping[str, Stored]) -> tuple[str, str] | None:
    """Answer a column of names and one that stands in it."""
    for name, each in columns.items():
        examples = each.column.profile.examples if each.column.profile else ()
        is_name = each.column.meaning in {"name", "municipality", "prefecture"} and _distinct(each.column) > 1
        if is_name and each.kind is Kind.TEXT and examples and len(examples[0]) <= _LONGEST and '"' not in examples[0]:
            return name, examples[0]
    return None


def _distinct(column: Column) -> int:
    return column.profile.distinct if column.profile else 0


def _is_plain(name: str) -> bool:
    """Say whether a name stands in brackets and lists without quotation marks."""
    return not set(name) & set('(),"-')
