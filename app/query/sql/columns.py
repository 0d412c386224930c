"""What the columns of an answer in SQL are: which of them are columns of tables, so that they keep meaning and unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.query.answer import OutColumn
from app.query.question import Function
from app.query.sql.cells import table_schema_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.catalog.record import Column
    from app.query.sql.names import Named
    from app.query.sql.outline import Outline, Output, Source

    Origin = tuple[Column, str, Named]

# What has its column's unit, and what counts cells instead.
_AS = {"sum": Function.SUM, "avg": Function.AVG, "mean": Function.AVG, "min": Function.MIN, "max": Function.MAX}
_AS |= {"median": Function.MEDIAN, "count": Function.COUNT}
# These answer values that stand in the table.
_SAME_TYPE = frozenset({"", "min", "max", "any_value", "first", "last", "mode"})


def out_columns(
    found: Sequence[tuple[str, str]], outline: Outline, tables: Mapping[str, Named]
) -> tuple[tuple[OutColumn, ...], tuple[Named | None, ...]]:
    """Make the answer's columns, each with the table that it is of, of the engine's names and types."""
    origins = [_origin(place, name, len(found), outline, tables) for place, (name, _) in enumerate(found)]
    made = tuple(_made(name, kind, origin) for (name, kind), origin in zip(found, origins, strict=True))
    return made, tuple(origin[2] if origin else None for origin in origins)


def _made(name: str, kind: str, origin: Origin | None) -> OutColumn:
    if origin is None:
        return OutColumn(name, table_schema_type(kind))
    column, function, _ = origin
    own = column.type if function in _SAME_TYPE and _fits(column.type, kind) else table_schema_type(kind)
    return OutColumn(name, own, column, function=_AS.get(function), unit="" if function == "count" else column.unit)


def _fits(own: str, kind: str) -> bool:
    """Say whether a Table Schema type may be what the engine has as this type; texts may be anything."""
    plain = table_schema_type(kind)
    return plain in {own, "string"} or (own in {"year", "integer"} and plain in {"integer", "number"})


def _origin(place: int, name: str, count: int, outline: Outline, tables: Mapping[str, Named]) -> Origin | None:
    """Find where a column of the answer is from: by its place, or by its name where a star stands for several."""
    outputs = outline.outputs
    if not any(each.star for each in outputs):
        return _named(outputs[place], outline.sources, tables) if len(outputs) == count else None
    if not all(each.star or each.name or each.alias for each in outputs):
        return None
    written = [each for each in outputs if not each.star and (each.alias or each.name) == name]
    if written:
        return _named(written[0], outline.sources, tables) if len(written) == 1 else None
    stars = {each.of for each in outputs if each.star}
    sources = outline.sources if "" in stars else tuple(each for each in outline.sources if each.alias in stars)
    return _only([_inside(each, name, tables) for each in sources])


def _named(output: Output, sources: Sequence[Source], tables: Mapping[str, Named]) -> Origin | None:
    if not output.name:
        return None
    of = [each for each in sources if not output.of or each.alias.lower() == output.of.lower()]
    origin = _only([_inside(each, output.name, tables) for each in of])
    if origin is None or not output.function:
        return origin
    # A function of a function is nobody's column any more.
    return None if origin[1] else (origin[0], output.function, origin[2])


def _inside(source: Source, name: str, tables: Mapping[str, Named]) -> Origin | None:
    if source.renamed:
        return None
    if source.table:
        named = tables[source.table]
        column = named.frame.by_folded_name.get(name.lower())
        return (column, "", named) if column else None
    if source.query is None:
        return None
    for output in source.query.outputs:
        if not output.star and (output.alias or output.name).lower() == name.lower():
            return _named(output, source.query.sources, tables)
    if any(each.star for each in source.query.outputs):
        return _only([_inside(each, name, tables) for each in source.query.sources])
    return None


def _only(found: list[Origin | None]) -> Origin | None:
    """A name that several tables have is nobody's in particular."""
    there = [each for each in found if each]
    return there[0] if len(there) == 1 else None
