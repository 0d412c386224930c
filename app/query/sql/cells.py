"""Cells of an answer on their way through JSON, by the engine's types, so that they arrive as what they were."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_encode = msgspec.json.Encoder().encode
_INTEGERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"}
)
# Wider than what JSON's readers take for a number.
_WIDE = frozenset({"HUGEINT", "UHUGEINT"})
_DIRECT = (_INTEGERS - _WIDE) | {"BOOLEAN", "VARCHAR", "DATE", "TIME", "TIMESTAMP"}
_FLOATS = frozenset({"FLOAT", "DOUBLE"})

_LONGEST_INTEGER = 2**63 - 1

# Table Schema's types.
_TYPES = {"BOOLEAN": "boolean", "DATE": "date", "TIME": "time", "TIMESTAMP": "datetime", "FLOAT": "number"}
_TYPES |= {"DOUBLE": "number", "DECIMAL": "number", "TIMESTAMP WITH TIME ZONE": "datetime"}
_TYPES |= dict.fromkeys(_INTEGERS, "integer")


def table_schema_type(kind: str) -> str:
    """Name an engine's type in Table Schema's words; what it has no word for comes as text."""
    return _TYPES.get(_plain(kind), "string")


def encoder_of(kinds: Sequence[str]) -> Callable[[tuple[Any, ...]], bytes]:
    """Make the function that writes a row of these types as JSON."""
    changed = [(place, _writer(_plain(kind))) for place, kind in enumerate(kinds) if _plain(kind) not in _DIRECT]
    if not changed:
        return _encode

    def encode(row: tuple[Any, ...]) -> bytes:
        cells = list(row)
        for place, write in changed:
            cells[place] = write(cells[place])
        return _encode(cells)

    return encode


def decoded(kinds: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[tuple[Any, ...], ...]:
    """Make cells again of what came as JSON. Raises `ValueError` for what is none."""
    if not rows:
        return ()
    columns = zip(*rows, strict=True)
    return tuple(zip(*(_column(kind, cells) for kind, cells in zip(kinds, columns, strict=True)), strict=True))


def written(cell: Any) -> Any:
    """Write a cell as JSON may have it and the engine reads it back: decimals, wide and endless numbers as text."""
    if isinstance(cell, Decimal | dt.datetime | dt.date | dt.time):
        return str(cell) if isinstance(cell, Decimal) else cell.isoformat()
    if isinstance(cell, float):
        return _number(cell)
    return str(cell) if isinstance(cell, int) and abs(cell) > _LONGEST_INTEGER else cell


def _column(kind: str, cells: tuple[Any, ...]) -> Sequence[Any]:
    make = _MAKERS.get(_plain(kind))
    return cells if make is None else [None if cell is None else make(cell) for cell in cells]


def _or_text(make: Callable[[str], Any]) -> Callable[[str], Any]:
    """Leave as text what Python has no day or moment for: before the year 1, after 9999, infinity."""

    def made(text: str) -> Any:
        try:
            return make(text)
        except ValueError:
            return text

    return made


def _writer(kind: str) -> Callable[[Any], Any]:
    return _number if kind in _FLOATS else _text


def _number(cell: float | None) -> float | str | None:
    """JSON has no word for what is no number and for what has no end."""
    return cell if cell is None or isfinite(cell) else str(cell)


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "HUGEINT": int,
    "UHUGEINT": int,
    "DECIMAL": Decimal,
    "FLOAT": float,
    "DOUBLE": float,
    "DATE": _or_text(dt.date.fromisoformat),
    "TIME": dt.time.fromisoformat,
    "TIMESTAMP": _or_text(dt.datetime.fromisoformat),
    "TIMESTAMP WITH TIME ZONE": _or_text(dt.datetime.fromisoformat),
}


def _plain(kind: str) -> str:
    return kind.partition("(")[0].strip()


def _text(cell: Any) -> str | None:
    if cell is None:
        return None
    return cell.isoformat() if isinstance(cell, dt.datetime) else str(cell)
