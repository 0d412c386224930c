"""Writes columns, groups, measures and orders as the REST interface has them, with the names that the table has."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.query.lists import item_of, quoted, unmistakable
from app.query.storage import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.agents.columns import Names
    from app.query.storage import Stored

# What others call it.
_FUNCTIONS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("mean", "average", "平均"), "avg")
    | dict.fromkeys(("total", "合計"), "sum")
    | dict.fromkeys(("nunique", "count_distinct", "countdistinct", "unique"), "distinct")
    | dict.fromkeys(("件数", "rows", "n"), "count")
    | {"maximum": "max", "最大": "max", "minimum": "min", "最小": "min", "中央値": "median"}
)
_PARTS: Mapping[str, str] = MappingProxyType(
    {
        "年": "year",
        "年度": "fiscal_year",
        "四半期": "quarter",
        "月": "month",
        "日": "day",
        "曜日": "weekday",
        "時": "hour",
    }
    | {"fy": "fiscal_year", "fiscalyear": "fiscal_year", "date": "day"}
)
_YEARS = frozenset({"year", "fiscal_year"})
_DIRECTION = re.compile(r"(.+?)\s+(asc|desc|ascending|descending|昇順|降順)", re.IGNORECASE | re.DOTALL)
_DESCENDING = frozenset({"desc", "descending", "降順"})
_DISTINCT = re.compile(r"distinct\s+(.+)", re.IGNORECASE | re.DOTALL)


class Rewriting:
    """Rewrites for one table. What is no column of it stays as it is: who reads it says what there is."""

    def __init__(self, names: Names, columns: Mapping[str, Stored]) -> None:
        self._names, self._columns = names, columns

    def columns(self, given: Sequence[str]) -> list[str]:
        """Answer the names of columns; a list with commas in one text is several."""
        return [each for words in given for each in self._named(words)]

    def group(self, words: str) -> str:
        """Write a group: a column, or a part of its dates. Of a column of years the year is the column."""
        if (whole := self._names.find(words)) is not None:
            return unmistakable("", whole, "", self._columns)
        item = item_of(words.strip(), self._columns)
        if not item.bracketed:
            return words
        column = self._names.find(item.name) or item.name
        part = _PARTS.get(item.function.lower(), item.function.lower())
        known = self._columns.get(column)
        if part in _YEARS and known is not None and known.kind is Kind.INTEGER:
            return unmistakable("", column, _called(item.called), self._columns)
        return unmistakable(f"{part}(", column, ")" + _called(item.called), self._columns)

    def measure(self, words: str) -> str:
        """Write a measure: a function of a column, or a count of rows."""
        item = item_of(words.strip(), ())
        function = (item.function if item.bracketed else item.name).lower()
        function = _FUNCTIONS.get(function, function)
        if not item.bracketed:
            return function + _called(item.called)
        name = item.name
        if function == "count" and (found := _DISTINCT.fullmatch(name)):
            function, name = "distinct", found[1]
        column = self._names.find(name) or name
        return (f"{function}({quoted(column)})" if column else function) + _called(item.called)

    def order(self, words: str) -> str:
        """Write an order: a column of the answer, with a minus where it descends."""
        plain, minus = words.strip(), ""
        if (found := _DIRECTION.fullmatch(plain)) and plain not in self._columns:
            plain, minus = found[1], "-" if found[2].lower() in _DESCENDING else ""
        if plain.startswith(("-", "+")) and plain not in self._columns:
            plain, minus = plain[1:], "-" if plain[0] == "-" else minus
        if (whole := self._names.find(plain)) is not None:
            return unmistakable(minus, whole, "", self._columns)
        if item_of(plain, self._columns).bracketed:
            is_part = item_of(plain, self._columns).function.lower() in _PARTS
            return minus + (self.group(plain) if is_part else self.measure(plain))
        return minus + quoted(_FUNCTIONS.get(plain.lower(), plain))

    def _named(self, words: str) -> list[str]:
        if (whole := self._names.find(words)) is not None:
            return [whole]
        parts = [self._names.find(part) for part in words.split(",")]
        return [part for part in parts if part] if len(parts) > 1 and all(parts) else [words]


def _called(name: str) -> str:
    return f" as {quoted(name)}" if name else ""
