"""What may stand in the address of one table's rows, as OpenAPI: conditions by column, and what is not about one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from app.query.binding import MAX_WORDS
from app.query.conditions import of_table
from app.query.frame import Frame
from app.query.lists import quoted
from app.query.meaning import Detail
from app.query.outputs import functions_of, parts_of
from app.query.parameters import PASSED_OVER, RESERVED
from app.query.question import LIMIT, MAX_COLUMNS, MAX_GROUPS, MAX_LIMIT, MAX_MEASURES, Function, Op, Where
from app.query.storage import Kind, Stored
from app.web.openapi.schemas import PLACE
from app.web.openapi.table_values import asked

Json = dict[str, Any]

_WORDS: Mapping[Op, str] = {
    Op.EXACT: "is",
    Op.NOT: "is not",
    Op.IN: "is one of (commas between them, or repeated)",
    Op.CONTAINS: "contains",
    Op.STARTS: "starts with",
    Op.GT: "is greater than",
    Op.GTE: "is at least",
    Op.LT: "is less than",
    Op.LTE: "is at most",
    Op.BETWEEN: "lies between two values with a comma between them, the smaller one first, both included",
    Op.NULL: "is empty (true) or is not (false)",
    Op.WITHIN: "lies in a place, or in one of several",
}
_LISTS = frozenset({Op.IN, Op.BETWEEN, Op.WITHIN})
# What `p90(a)` may say in place of 90; these are listed with every column.
_PERCENTILES = ("p10", "p90")
_FEW_WORDS = rf"^\s*(?:[^\s\x00]+(?:\s+|$)){{0,{MAX_WORDS}}}$"


def parameters(frame: Frame, columns: Mapping[str, Stored]) -> dict[str, Json]:
    """Describe all parameters of a table, each under a name that the document may refer to."""
    general = {f"ask-{each['name']}": each for each in _general(frame, columns)}
    return {**dict(_filters(columns)), **general}


def conditions() -> dict[str, Json]:
    """Describe trees of conditions in JSON, by the models that read them."""
    made = TypeAdapter(Where).json_schema(ref_template=PLACE + "{model}")
    return {**made.pop("$defs", {}), "Where": made}


def _filters(columns: Mapping[str, Stored]) -> Iterator[tuple[str, Json]]:
    reserved = {*RESERVED, *PASSED_OVER}
    for number, (column, target) in enumerate(of_table(columns).items()):
        for op in target.ops:
            plain = op is Op.EXACT and column not in reserved
            name = column if plain else f"{column}__{op}"
            # A column that is called so, as a whole, is meant before.
            if plain or name not in columns:
                yield f"column{number}-{op}", _filter(columns[column], name, op)


def _filter(column: Stored, name: str, op: Op) -> Json:
    title = column.column.title.get("en") or column.column.name
    return _query(name, asked(column, op), f"{title} {_WORDS[op]}.", listed=op in _LISTS)


def _general(frame: Frame, columns: Mapping[str, Stored]) -> Iterator[Json]:
    yield from _chosen(columns)
    yield from _grouped(columns)
    yield from _searched(frame, columns)
    yield _query("distinct", {"type": "boolean"}, "Different rows only; not with `group` or `measures`.")
    yield _query(
        "limit",
        {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT, "default": LIMIT},
        "How many rows to answer. A file holds all of them where nothing is said.",
    )
    yield _query("after", {"type": "string", "maxLength": 4000}, "Where to go on: the `next` of the answer before.")
    yield _query(
        "version", {"type": "integer", "minimum": 1}, "A version's number, for good; the current one if not given."
    )
    yield _query("detail", {"type": "string", "enum": list(Detail)}, "How much to tell of columns.")
    yield _query("signature", {"type": "boolean"}, "Sign the answer, so that others can verify it.")
    yield _query("lang", {"type": "string"}, "The language of messages. Anything but ja and en is passed over.")


def _chosen(columns: Mapping[str, Stored]) -> Iterator[Json]:
    names = [quoted(each) for each in columns]
    ways = [way for name, each in columns.items() if each.ordered for way in (quoted(name), f"-{quoted(name)}")]
    yield _several(
        "columns", names, "These only, in this order. With `group` or `measures`: columns of the groups.", MAX_COLUMNS
    )
    if ways:
        words = "By these columns; a minus before one turns it around. With `group` or `measures`: by theirs."
        yield _several("sort", ways, words, MAX_GROUPS)


def _grouped(columns: Mapping[str, Stored]) -> Iterator[Json]:
    groups = [form for name, each in columns.items() for form in _forms(quoted(name), parts_of(each.kind))]
    measures = [str(Function.COUNT)]
    for name, each in columns.items():
        for function in functions_of(each):
            named = _PERCENTILES if function is Function.PERCENTILE else (str(function),)
            measures += [f"{function}({quoted(name)})" for function in named]
    yield _several("group", groups, "One row for each group: by columns, or by parts of their dates.", MAX_GROUPS)
    yield _several("measures", measures, "Numbers for each group; any of p0 to p100 is a percentile.", MAX_MEASURES)
    yield _json("having", "Conditions on the columns of the groups.")


def _forms(name: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    return (name, *(f"{part}({name})" for part in parts))


def _searched(frame: Frame, columns: Mapping[str, Stored]) -> Iterator[Json]:
    yield _json("where", "Conditions in JSON, with `and`, `or` and `not`.")
    if any(each.kind is Kind.TEXT for each in columns.values()):
        words = {"type": "string", "maxLength": 200, "pattern": _FEW_WORDS}
        yield _query("q", words, f"Words that must all stand somewhere in the row, up to {MAX_WORDS}.")
    if frame.latitude:
        yield _query("box", _numbers(_WEST, _SOUTH, _WEST, _SOUTH), "west,south,east,north in degrees.", listed=True)
        yield _query("near", _numbers(_SOUTH, _WEST, _METRES), "latitude,longitude,metres.", listed=True)


_WEST = {"type": "number", "minimum": -180, "maximum": 180}
_SOUTH = {"type": "number", "minimum": -90, "maximum": 90}
_METRES = {"type": "number", "exclusiveMinimum": 0, "maximum": 20_100_000}


def _numbers(*each: Json) -> Json:
    return {"type": "array", "prefixItems": list(each), "minItems": len(each), "maxItems": len(each)}


def _several(name: str, words: list[str], description: str, most: int) -> Json:
    each = {"type": "string", "enum": list(dict.fromkeys(words))}
    schema = {"type": "array", "items": each, "minItems": 1, "maxItems": most, "uniqueItems": True}
    return _query(name, schema, description, listed=True)


def _json(name: str, words: str) -> Json:
    content = {"contentMediaType": "application/json", "contentSchema": {"$ref": PLACE + "Where"}}
    return _query(name, {"type": "string", "format": "json-conditions", **content}, words)


def _query(name: str, schema: Json, words: str, *, listed: bool = False) -> Json:
    return {
        "name": name,
        "in": "query",
        "schema": schema,
        "description": words,
        **({"explode": False} if listed else {}),
    }
