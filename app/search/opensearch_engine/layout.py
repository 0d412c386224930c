"""How an entry lies in an OpenSearch index: the mapping, made from our names of fields, and the documents."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec

from app.search import clauses
from app.search.fields import COLUMNS, NAMES, NUMBERS
from app.search.keys import KEYS, SHAPE, key, key_text, storable, within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.search.engine import Entry

# Raise the number when what lies in an index changes its meaning: an index of another layout is not read.
LAYOUT = f"1x{SHAPE}"
ID, REVISION, AUDIENCE, CARD = "id", "revision", "audience", "card"
# Lucene refuses tokens of more than 32,766 bytes, so more letters than these are cut off, here and in questions.
LONGEST = 8000
# Values of columns that are longer are counted and found by nobody.
_LONGEST_VALUE = 8000
# So many places lie between two values, so that a phrase that skips fewer tokens does not reach across.
GAP = 100

_ANALYSIS = {"tokenizer": {"blanks": {"type": "whitespace", "max_token_length": LONGEST}}}
_ANALYZER = {"analyzer": {"tokens": {"type": "custom", "tokenizer": "blanks"}}}
_KEYWORD = {"type": "keyword", "ignore_above": _LONGEST_VALUE}
_TEXT = {"type": "text", "analyzer": "tokens", "position_increment_gap": GAP, "index_options": "positions"}


def index_body(alias: str | None = None) -> dict[str, object]:
    """Describe an index; what is written to it is found after a refresh that we ask for, as a commit is."""
    properties: dict[str, object] = {
        ID: {"type": "keyword"},
        REVISION: {"type": "long", "index": False},
        AUDIENCE: {"type": "keyword", "doc_values": False, "ignore_above": _LONGEST_VALUE},
        CARD: {"type": "binary", "store": True},
    }
    properties.update((name, {"type": "keyword", "index": False}) for name in KEYS.values())
    properties.update((column(name), _KEYWORD) for name in COLUMNS)
    properties.update((number(name), {"type": "long"}) for name in NUMBERS)
    properties.update((name, _TEXT) for name in NAMES)
    settings = {
        "number_of_shards": 1,  # one is enough for millions of datasets, and weighs tokens over all of them
        "auto_expand_replicas": "0-1",
        "refresh_interval": "-1",
        "analysis": _ANALYSIS | _ANALYZER,
    }
    mappings = {"dynamic": False, "_source": {"enabled": False}, "properties": properties}
    return {"settings": settings, "mappings": mappings, "aliases": {alias: {}} if alias else {}}


def column(name: str) -> str:
    """Keep the column `publisher`, a slug, apart from the searched field `publisher`, a name."""
    return ID if name == clauses.ID else f"column_{name}"


def number(name: str) -> str:
    """Keep the number `updated` apart from other fields."""
    return f"number_{name}"


def put_lines(entry: Entry) -> bytes:
    """Write an entry as two lines of a bulk request."""
    name = storable(entry.id)
    fields: dict[str, object] = {
        ID: name,
        REVISION: entry.revision,
        AUDIENCE: _storable(entry.audiences),
        CARD: base64.b64encode(entry.card).decode(),
    }
    fields.update((order, key_text(key(sort, entry))) for sort, order in KEYS.items())
    fields.update((column(each), _storable(entry.columns[each])) for each in COLUMNS if entry.columns.get(each))
    fields.update((number(each), within(entry.numbers[each])) for each in NUMBERS if each in entry.numbers)
    fields.update((each, _cut(entry.fields[each])) for each in NAMES if entry.fields.get(each))
    return _lines({"index": {"_id": name}}, fields)


def remove_line(dataset_id: str) -> bytes:
    """Write a deletion as a line of a bulk request."""
    return _lines({"delete": {"_id": storable(dataset_id)}})


def token_of(text: str) -> str:
    """Answer a token as it stands in the index."""
    return storable(text)[:LONGEST]


def _lines(*lines: dict[str, object]) -> bytes:
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _storable(values: Iterable[str]) -> list[str]:
    return [storable(value) for value in values]


def _cut(values: Iterable[str]) -> list[str]:
    return [" ".join(token_of(token) for token in value.split()) for value in values]
