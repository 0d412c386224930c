"""Questions in SQL about tables that are there, so that each of them runs as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.query.question import Function, Part
from app.web.charting import Chart, Kind, proposals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.catalog.record import Table

MOST = 6
PER_KIND = 2
LIMIT = 30
_MADE: Mapping[Function, str] = {Function.SUM: "sum", Function.AVG: "avg"}


@dataclass(frozen=True, slots=True)
class Example:
    """A question to begin with."""

    title: Text
    query: str


def examples_of(tables: Iterable[tuple[str, str, Table | None]]) -> tuple[Example, ...]:
    """Make a few examples out of tables, each with its name and title: groups as charts have them, and first rows."""
    found: list[Example] = []
    kinds: dict[Kind, int] = {}
    for name, title, table in tables:
        if table is None:
            continue
        if not found:
            query = f"SELECT *\nFROM {in_sql(name)}\nLIMIT {LIMIT}"
            found.append(Example(Text(f"{title}：最初の {LIMIT} 行", f"{title}: the first {LIMIT} rows"), query))
        for chart in proposals(table.columns, table.rows):
            if chart.kind in {Kind.LINE, Kind.BAR} and kinds.get(chart.kind, 0) < PER_KIND:
                kinds[chart.kind] = kinds.get(chart.kind, 0) + 1
                by = Text(f"{title}：{chart.x}ごと", f"{title}: by {chart.x}")
                found.append(Example(by, _grouped(name, chart)))
                break
        if len(found) >= MOST:
            break
    return tuple(found)


def _grouped(name: str, chart: Chart) -> str:
    x = in_sql(chart.x)
    if chart.part:
        x = f"CAST(date_trunc('{Part(chart.part)}', {x}) AS DATE)"
    made = _MADE.get(chart.function) if chart.function else None
    y = f"{made}({in_sql(chart.y)})" if chart.y and made else "count(*)"
    order = "1" if chart.kind is Kind.LINE else "2 DESC NULLS LAST"
    return (
        f"SELECT {x} AS {in_sql(chart.x)}, {y} AS {in_sql(chart.measure)}\n"
        f"FROM {in_sql(name)}\nGROUP BY 1\nORDER BY {order}\nLIMIT {LIMIT if chart.kind is Kind.BAR else 1000}"
    )


def in_sql(name: str) -> str:
    """Write a name as SQL does."""
    return '"' + name.replace('"', '""') + '"'
