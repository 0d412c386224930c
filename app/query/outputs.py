"""The columns of an answer: what each is called, what type it has, and the SQL that makes it.

A mean, a median and a percentile are DOUBLE, of wide integers too: they are seldom whole, and DuckDB would round those
of a DECIMAL(38, 0) to whole numbers. Sums of integers are exact (38 digits). Instants are cut into parts by the clocks
of Japan.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.query.answer import OutColumn
from app.query.question import Function, Part
from app.query.storage import DAYS, NUMBERS, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.query.question import Group, Measure
    from app.query.storage import Stored

_SINGLE = "{0}"


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the answer. `sql` makes it of the table's columns; `shown` makes of that what readers see.

    `{0}` in `shown` is what `sql` made; groups are made of that, which is cheaper than text. `cell` is the column
    that a measure reads.
    """

    out: OutColumn
    kind: Kind
    sql: str
    shown: str = _SINGLE
    ordered: bool = True
    filled: bool = False
    cell: str = ""


@dataclass(frozen=True, slots=True)
class _PartOf:
    type: str
    kind: Kind
    sql: str
    shown: str = _SINGLE


_PARTS: Mapping[Part, _PartOf] = MappingProxyType(
    {
        Part.YEAR: _PartOf("integer", Kind.INTEGER, "year({0})"),
        Part.FISCAL_YEAR: _PartOf("integer", Kind.INTEGER, "(year({0}) - CASE WHEN month({0}) < 4 THEN 1 ELSE 0 END)"),
        Part.QUARTER: _PartOf(
            "string",
            Kind.TEXT,
            "date_trunc('quarter', {0})",
            "strftime({0}, '%Y') || '-Q' || quarter({0})",
        ),
        Part.MONTH: _PartOf("yearmonth", Kind.TEXT, "date_trunc('month', {0})", "strftime({0}, '%Y-%m')"),
        Part.DAY: _PartOf("date", Kind.DATE, "CAST({0} AS DATE)"),
        Part.WEEKDAY: _PartOf("integer", Kind.INTEGER, "isodow({0})"),
        Part.HOUR: _PartOf("integer", Kind.INTEGER, "hour({0})"),
    }
)
_JAPAN = "(make_timestamp(epoch_us({0})) + INTERVAL 9 HOUR)"
_OF_ALL = frozenset({Function.COUNT, Function.DISTINCT, Function.APPROX_DISTINCT})
_OF_ORDERED = frozenset({Function.MIN, Function.MAX})
_MEANS = frozenset({Function.AVG, Function.MEDIAN, Function.PERCENTILE})
_SQL = {
    Function.COUNT: "count({0})",
    Function.SUM: "sum({0})",
    Function.AVG: "avg(CAST({0} AS DOUBLE))",
    Function.MIN: "min({0})",
    Function.MAX: "max({0})",
    Function.MEDIAN: "median(CAST({0} AS DOUBLE))",
    Function.DISTINCT: "count(DISTINCT {0})",
    Function.APPROX_DISTINCT: "approx_count_distinct({0})",
}


def plain_output(column: Stored) -> Output:
    """Make the output that is a column as it stands."""
    out = OutColumn(column.column.name, column.column.type, column.column, unit=column.column.unit)
    return Output(out, column.kind, column.sql, ordered=column.ordered, filled=column.filled)


def parts_of(kind: Kind) -> tuple[Part, ...]:
    """List the parts that cells of a kind have."""
    if kind is Kind.TIME:
        return (Part.HOUR,)
    if kind not in DAYS:
        return ()
    return tuple(part for part in Part if kind is not Kind.DATE or part is not Part.HOUR)


def group_name(group: Group) -> str:
    """Name the column of a group as it is called where nobody names it."""
    return group.name or (f"{group.part}_{group.column}" if group.part else group.column)


def group_output(group: Group, column: Stored) -> Output:
    """Make the output of a group; the part must be one of the column's."""
    if group.part is None:
        out = OutColumn(group_name(group), column.column.type, column.column, unit=column.column.unit)
        return Output(out, column.kind, column.sql, ordered=column.ordered, filled=column.filled)
    part = _PARTS[group.part]
    cell = _JAPAN.format(column.sql) if column.kind is Kind.INSTANT else column.sql
    out = OutColumn(group_name(group), part.type, column.column, part=group.part)
    return Output(out, part.kind, part.sql.format(cell), part.shown, filled=column.filled)


def functions_of(column: Stored) -> tuple[Function, ...]:
    """List the functions that make sense of a column."""
    allowed = set(_OF_ALL)
    if column.ordered and column.kind is not Kind.BOOLEAN:
        allowed |= _OF_ORDERED
    if column.kind in NUMBERS:
        allowed |= _MEANS
        allowed |= {Function.SUM} if column.column.type != "year" else set()
    return tuple(function for function in Function if function in allowed)


def measure_name(measure: Measure) -> str:
    """Name the column of a measure as it is called where nobody names it."""
    if measure.name or not measure.column:
        return measure.name or str(measure.function)
    if measure.function is Function.PERCENTILE:
        return f"p{percent_of(measure)}_{measure.column}"
    return f"{measure.function}_{measure.column}"


def percent_of(measure: Measure) -> str:
    """Write a percentage in its shortest form: 90, 99.9."""
    return format(Decimal(repr(measure.percent or 0.0)).normalize(), "f")


def measure_output(measure: Measure, column: Stored | None) -> Output:
    """Make the output of a measure; the function must be one of the column's."""
    name = measure_name(measure)
    function = measure.function
    if column is None:
        return Output(OutColumn(name, "integer", function=function), Kind.INTEGER, "count(*)", filled=True)
    share = Decimal(repr(measure.percent or 0.0)) / 100
    sql = _SQL.get(function, "").format(column.sql)
    if function is Function.PERCENTILE:
        sql = f"quantile_cont(CAST({column.sql} AS DOUBLE), {share:f})"
    if function in _OF_ALL:
        return Output(
            OutColumn(name, "integer", column.column, function), Kind.INTEGER, sql, filled=True, cell=column.sql
        )
    kind = Kind.DOUBLE if function in _MEANS else column.kind
    type_ = "number" if function in _MEANS else column.column.type
    return Output(OutColumn(name, type_, column.column, function, unit=column.column.unit), kind, sql, cell=column.sql)
