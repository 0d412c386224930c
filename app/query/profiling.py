"""What a column really holds, counted over all of its rows: the values it mostly has and how they are spread."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.query.answer import Statement

if TYPE_CHECKING:
    from app.catalog.record import Column
    from app.query.engine import TableEngine
    from app.query.frame import Frame

TOP = 10
BINS = 20
SECONDS = 5.0
_NUMBERS = frozenset({"integer", "number", "year"})
_MOMENTS = frozenset({"date", "datetime"})
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Frequent:
    """A value and how many rows have it."""

    value: Any
    count: int


@dataclass(frozen=True, slots=True)
class Bin:
    """So many values from `low` up to but without `high`; the last bin has its `high` too."""

    low: Any
    high: Any
    count: int


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """Counts over a whole column. `distinct` is about right where nobody counted before; `bins` are of equal width."""

    rows: int
    missing: int
    distinct: int
    minimum: Any = None
    maximum: Any = None
    mean: float | None = None
    median: Any = None
    top: tuple[Frequent, ...] = ()
    bins: tuple[Bin, ...] = ()


def facts(engine: TableEngine, frame: Frame, column: Column, *, seconds: float = SECONDS) -> ColumnFacts:
    """Count a column of a table. Raises `OverLimit` where that takes longer than `seconds`."""
    name = '"' + column.name.replace('"', '""') + '"'
    path = str(frame.path)
    spread = column.type in _NUMBERS
    ordered = spread or column.type in _MOMENTS
    [(rows, present, distinct, low, high, mean, median)] = engine.all(
        Statement(
            f"SELECT count(*), count({name}), approx_count_distinct({name}), min({name}), max({name}), "  # noqa: S608 - the name is quoted
            f"{f'avg({name})' if spread else 'NULL'}, {f'quantile_disc({name}, 0.5)' if ordered else 'NULL'} "
            "FROM read_parquet(?)",
            [path],
            (),
        ),
        seconds,
    )
    top = engine.all(
        Statement(
            f"SELECT {name}, count(*) FROM read_parquet(?) WHERE {name} IS NOT NULL "  # noqa: S608 - as above
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {TOP}",
            [path],
            (),
        ),
        seconds,
    )
    return ColumnFacts(
        rows=rows,
        missing=rows - present,
        # Counted exactly when the table was published.
        distinct=column.profile.distinct if column.profile else distinct,
        minimum=low,
        maximum=high,
        mean=mean,
        median=median,
        top=tuple(Frequent(value, count) for value, count in top),
        bins=_bins(engine, path, name, column.type, seconds) if ordered and low is not None and low != high else (),
    )


def _bins(engine: TableEngine, path: str, name: str, kind: str, seconds: float) -> tuple[Bin, ...]:
    """Count values in bins of equal width; of whole numbers and days, a bin holds whole ones."""
    number = name if kind in _NUMBERS else f"epoch({name})"
    whole = kind != "number"
    unit = 86_400 if kind == "date" else 1
    [(low, high)] = engine.all(
        Statement(f"SELECT min({number}), max({number}) FROM read_parquet(?) WHERE isfinite({number})", [path], ()),  # noqa: S608 - as above
        seconds,
    )
    if low is None or low == high:
        return ()
    low, high = float(low), float(high)
    width = (high - low) / BINS
    if not (math.isfinite(width) and width):
        return ()  # doubles are too near to each other, or too far
    if whole:
        width = -(-((high - low) // unit + 1) // BINS) * unit
    counted: dict[int, int] = dict(
        engine.all(
            Statement(
                f"SELECT least({BINS - 1}, CAST(floor((CAST({number} AS DOUBLE) - ?) / ?) AS INTEGER)), count(*) "  # noqa: S608 - as above
                f"FROM read_parquet(?) WHERE isfinite({number}) GROUP BY 1",
                [low, width, path],
                (),
            ),
            seconds,
        )
    )
    edges = [low + width * number for number in range(BINS + 1)]
    if not whole:
        edges[-1] = high
    told = [_told(edge, kind) for edge in edges]
    bins = [Bin(told[number], told[number + 1], counted.get(number, 0)) for number in range(BINS)]
    while bins and not bins[-1].count:
        bins.pop()
    return tuple(bins)


def _told(edge: float, kind: str) -> Any:
    if kind in _MOMENTS:
        # Behind the last day that there is, which stands for “without an end” in many tables, no bin can end.
        moment = datetime.fromtimestamp(min(edge, _LAST), UTC)
        return moment.date() if kind == "date" else moment
    return edge if kind == "number" else int(edge)
