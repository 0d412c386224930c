"""How an entry lies in a tantivy index: its fields, and the keys that its orders are walked by."""

from __future__ import annotations

import base64
from itertools import chain
from struct import unpack
from typing import TYPE_CHECKING

import msgspec
from tantivy import Schema, SchemaBuilder

from app.search import clauses
from app.search.engine import Facet
from app.search.fields import COLUMNS, NAMES, NUMBERS, READINGS
from app.search.keys import KEYS, SHAPE, SMALLEST, key, key_text, storable, within
from app.search.tantivy_engine.sets import set_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.search.engine import Entry, Sort

# Raise this when what lies in an index changes its meaning: an index of another layout is as good as none.
LAYOUT = f"7-{SHAPE}"
# A phrase may skip so many tokens at most; an empty value adds one position, so many keep values apart.
WIDEST_SLOP = 2

ID, STAMP, AUDIENCE, CARD = "id", "stamp", "audience", "card"
# The first bytes of a key, eight by eight as numbers: what lies deep in an order is found without reading keys.
PIECES = 3
_PIECE_BYTES = 8


def schema() -> Schema:
    """Declare all fields."""
    builder = SchemaBuilder()
    builder.add_bytes_field(CARD, stored=True)
    builder.add_text_field(ID, stored=True, tokenizer_name="raw", index_option="basic")
    for name in (STAMP, AUDIENCE):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in KEYS.values():
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in COLUMNS:
        # Facets are counted by these values where there are too many sets of them, which is what "fast" is for.
        builder.add_text_field(column(name), fast=name in _FACETS, tokenizer_name="raw", index_option="basic")
    for facet in Facet:
        builder.add_text_field(together(facet.value), tokenizer_name="raw", index_option="basic")
        builder.add_integer_field(code(facet.value), fast=True)
    for name in chain.from_iterable(_PIECE_NAMES.values()):
        builder.add_integer_field(name, fast=True)
    for name in _NUMBER_NAMES.values():
        builder.add_integer_field(name, fast=True)
    for name in NAMES:
        # Readings are looked for one by one, each stands there once.
        builder.add_text_field(
            name, tokenizer_name="whitespace", index_option="basic" if name == READINGS else "position"
        )
    return builder.build()


def column(name: str) -> str:
    """Keep the column `publisher`, a slug, apart from the searched field `publisher`, a name."""
    return ID if name == clauses.ID else f"column_{name}"


def together(name: str) -> str:
    """Name the field that holds all values of a column as one term."""
    return f"together_{name}"


def code(name: str) -> str:
    """Name the number that says which values of a column an entry has."""
    return f"code_{name}"


def number(name: str) -> str:
    """Keep the number `updated` apart from other fields."""
    return f"number_{name}"


def written(entry: Entry) -> str:
    """Write an entry as the JSON that tantivy reads in one call, which costs a third of a call for each value."""
    fields: dict[str, object] = {
        CARD: base64.b64encode(entry.card).decode(),
        ID: entry.id,
        STAMP: f"{entry.revision} {entry.id}",
        AUDIENCE: entry.audiences,
    }
    for sort, name in KEYS.items():
        raw = key(sort, entry)
        fields[name] = key_text(raw)
        fields.update(zip(_PIECE_NAMES[sort], _pieces(raw), strict=True))
    fields.update((_COLUMN_NAMES[name], values) for name, values in entry.columns.items() if values)
    for name, set_name, code_name in _SET_NAMES:
        if values := entry.columns.get(name):
            fields[set_name], fields[code_name] = set_of(values)
    fields.update((_NUMBER_NAMES[name], within(value)) for name, value in entry.numbers.items())
    fields.update((name, _apart(values)) for name, values in entry.fields.items() if values)
    try:
        return msgspec.json.encode(fields).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole(fields)).decode()


def piece(sort: Sort, place: int) -> str:
    """Name the number that holds a piece of the keys of an order."""
    return f"{KEYS[sort]}_{place}"


def piece_bytes(number: int) -> bytes:
    """Undo what made a piece of a key a number."""
    return (number - SMALLEST).to_bytes(_PIECE_BYTES, "big")


_PIECE_NAMES = {sort: tuple(piece(sort, place) for place in range(PIECES)) for sort in KEYS}
_COLUMN_NAMES = {name: column(name) for name in COLUMNS}
_SET_NAMES = tuple((facet.value, together(facet.value), code(facet.value)) for facet in Facet)
_NUMBER_NAMES = {name: number(name) for name in NUMBERS}
_FACETS = frozenset(facet.value for facet in Facet)


def _pieces(raw: bytes) -> Iterable[int]:
    start = raw[: PIECES * _PIECE_BYTES].ljust(PIECES * _PIECE_BYTES, b"\0")
    return (value + SMALLEST for value in unpack(f">{PIECES}Q", start))


def _apart(values: tuple[str, ...]) -> Iterable[str]:
    if len(values) == 1:
        return values
    apart = [""] * (len(values) * (1 + WIDEST_SLOP))
    apart[:: 1 + WIDEST_SLOP] = values
    return apart


def _whole(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, (tuple, list)):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return value
