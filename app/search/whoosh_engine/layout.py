"""How an entry lies in a Whoosh index: tokens as postings with places, all else as one column each."""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
from whoosh.columns import VarBytesColumn
from whoosh.fields import COLUMN, FieldType, Schema
from whoosh.formats import Positions

from app.search import clauses
from app.search.fields import COLUMNS, NAMES, NUMBERS
from app.search.keys import KEYS, SHAPE, SMALLEST, key, storable, within

if TYPE_CHECKING:
    from collections.abc import Generator

    from app.search.engine import Entry

# Raise the number when what lies in an index changes its meaning, or a class that it names moves.
LAYOUT = f"whoosh-1-{SHAPE}"
ID, REVISION, AUDIENCE, CARD = "id", "revision", "audience", "card"
# So many places lie between two values, so that a phrase that skips fewer tokens does not reach across.
GAP = 100
_NUMBER_BYTES = 8


class Tokens(FieldType):
    """A field of values whose tokens have a blank between."""

    def __init__(self) -> None:
        super().__init__(Positions(), None, scorable=True)  # type: ignore[arg-type]  # there is nothing to analyse

    def index(self, value: tuple[str, ...], **_: object) -> Generator[tuple[bytes, int, float, bytes]]:
        """Give each token with its number, its weight and its places."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        start = 0
        for text in value:
            tokens = text.split()
            for place, token in enumerate(tokens, start):
                places[token].append(place)
            start += len(tokens) + GAP
        for token, each in places.items():
            yield storable(token).encode(), len(each), float(len(each)), array("I", each).tobytes()


def schema() -> Schema:
    """Declare all fields."""
    names = (ID, REVISION, AUDIENCE, CARD, *KEYS.values(), *map(column, COLUMNS), *map(number, NUMBERS))
    columns = {name: COLUMN(VarBytesColumn()) for name in names}
    return Schema(**columns, **{name: Tokens() for name in NAMES})


def column(name: str) -> str:
    """Keep the column `publisher`, a slug, apart from the searched field `publisher`, a name."""
    return ID if name == clauses.ID else f"column_{name}"


def number(name: str) -> str:
    """Keep the number `updated` apart from other fields."""
    return f"number_{name}"


def written(entry: Entry) -> dict[str, object]:
    """Write an entry as Whoosh takes it."""
    fields: dict[str, object] = {
        ID: storable(entry.id).encode(),
        REVISION: str(entry.revision).encode(),
        AUDIENCE: values_bytes(entry.audiences),
        CARD: entry.card,
    }
    fields.update((name, key(sort, entry)) for sort, name in KEYS.items())
    fields.update((column(name), values_bytes(entry.columns[name])) for name in COLUMNS if entry.columns.get(name))
    fields.update((number(name), number_bytes(entry.numbers[name])) for name in NUMBERS if name in entry.numbers)
    fields.update((name, entry.fields[name]) for name in NAMES if entry.fields.get(name))
    return fields


def values_bytes(values: tuple[str, ...]) -> bytes:
    """Write the values of a column down."""
    return msgspec.msgpack.encode(tuple(map(storable, dict.fromkeys(values))))


def values_of(raw: bytes) -> tuple[str, ...]:
    """Undo `values_bytes`; nothing was written where there was no value."""
    return msgspec.msgpack.decode(raw, type=tuple[str, ...]) if raw else ()


def number_bytes(value: int) -> bytes:
    """Write a number as bytes that are ordered as numbers are."""
    return (within(value) - SMALLEST).to_bytes(_NUMBER_BYTES, "big")
