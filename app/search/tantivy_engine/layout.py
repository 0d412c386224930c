"""How an entry lies in a tantivy index: its fields, and the keys that its orders are walked by."""

from __future__ import annotations

import base64
from struct import unpack
from typing import TYPE_CHECKING

import msgspec
from tantivy import Schema, SchemaBuilder

from app.search import clauses
from app.search.fields import COLUMNS, NAMES, NUMBERS
from app.search.keys import KEYS, SMALLEST, key, key_text, storable, within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.search.engine import Entry, Sort

# Raise this when what lies in an index changes its meaning: an index of another layout is as good as none.
LAYOUT = "3"
# A phrase may skip so many tokens at most; an empty value adds one position, so many keep values apart.
WIDEST_SLOP = 8

ID, STAMP, AUDIENCE, CARD = "id", "stamp", "audience", "card"
# The first bytes of a key, eight by eight as numbers: what lies deep in an order is found without reading keys.
PIECES = 3
_PIECE_BYTES = 8
_GAP = [""] * WIDEST_SLOP


def schema() -> Schema:
    """Declare all fields."""
    builder = SchemaBuilder()
    builder.add_bytes_field(CARD, stored=True)
    builder.add_text_field(ID, stored=True, tokenizer_name="raw", index_option="basic")
    for name in (STAMP, AUDIENCE):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*KEYS.values(), *map(column, COLUMNS)):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in (piece(sort, place) for sort in KEYS for place in range(PIECES)):
        builder.add_integer_field(name, fast=True)
    for name in NUMBERS:
        builder.add_integer_field(number(name), fast=True)
    for name in NAMES:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    return builder.build()


def column(name: str) -> str:
    """Keep the column `publisher`, a slug, apart from the searched field `publisher`, a name."""
    return ID if name == clauses.ID else f"column_{name}"


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
        fields.update((piece(sort, place), number) for place, number in enumerate(_pieces(raw)))
    fields.update((column(name), entry.columns[name]) for name in COLUMNS if entry.columns.get(name))
    fields.update((number(name), within(entry.numbers[name])) for name in NUMBERS if name in entry.numbers)
    fields.update((name, _apart(entry.fields[name])) for name in NAMES if entry.fields.get(name))
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


def _pieces(raw: bytes) -> Iterable[int]:
    start = raw[: PIECES * _PIECE_BYTES].ljust(PIECES * _PIECE_BYTES, b"\0")
    return (value + SMALLEST for value in unpack(f">{PIECES}Q", start))


def _apart(values: tuple[str, ...]) -> Iterable[str]:
    if len(values) == 1:
        return values
    apart: list[str] = []
    for value in values:
        apart.append(value)
        apart.extend(_GAP)
    return apart


def _whole(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, (tuple, list)):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return value
