"""Pieces of SQL with their values apart, so that a value can never be read as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Sql:
    """SQL of our own words; each `?` in it is one of the values, in their order."""

    text: str
    values: tuple[Any, ...] = ()


NEVER, ALWAYS = Sql("false"), Sql("true")


def joined(separator: str, parts: Iterable[Sql]) -> Sql:
    """Join pieces; what they are joined by has no value."""
    pieces = tuple(parts)
    return Sql(
        separator.join(piece.text for piece in pieces), tuple(value for piece in pieces for value in piece.values)
    )


def all_of(parts: Iterable[Sql]) -> Sql:
    """Join conditions that must all hold."""
    pieces = tuple(parts)
    return Sql("(" + (joined(" AND ", pieces)).text + ")", joined("", pieces).values) if pieces else ALWAYS


def any_of(parts: Iterable[Sql]) -> Sql:
    """Join conditions of which one must hold."""
    pieces = tuple(parts)
    return Sql("(" + (joined(" OR ", pieces)).text + ")", joined("", pieces).values) if pieces else NEVER


def negated(part: Sql) -> Sql:
    """Turn a condition around."""
    return Sql(f"(NOT {part.text})", part.values)


def one_of(column: str, values: Iterable[Any]) -> Sql:
    """Ask whether a column is one of some values."""
    listed = tuple(values)
    if not listed:
        return NEVER
    if len(listed) == 1:
        return Sql(f"({column} = ?)", listed)
    return Sql(f"({column} IN ({', '.join('?' * len(listed))}))", listed)


def identifier(name: str) -> str:
    """Write a name as an SQL identifier; inside of quotes only a quote means anything."""
    return '"' + name.replace('"', '""') + '"'
