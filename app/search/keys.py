"""What entries are ordered by, as bytes that every engine keeps, and letters and numbers that every engine can hold."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from app.search.clauses import Everything
from app.search.engine import Sort
from app.search.fields import COLUMNS, NAMES, NUMBERS, POPULARITY, REVISED, UPDATED

if TYPE_CHECKING:
    from app.search.engine import Ask, Entry

SMALLEST, GREATEST = -(2**63), 2**63 - 1
# Differs where the names of fields, columns or numbers differ: an index of other names is of another layout.
SHAPE = f"{crc32(' '.join((*NAMES, *COLUMNS, *NUMBERS)).encode()):08x}"
# The names that the keys of each order are kept under.
KEYS = {
    Sort.UPDATED: "updated_key",
    Sort.REVISED: "revised_key",
    Sort.POPULARITY: "popularity_key",
    Sort.TITLE: "title_key",
}
_NUMBERED = {Sort.UPDATED: UPDATED, Sort.REVISED: REVISED, Sort.POPULARITY: POPULARITY}
_KEY_LETTERS = 100
_UUID = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def key(sort: Sort, entry: Entry) -> bytes:
    """Answer what is unique to an entry and ordered, by its bytes, as the entries are."""
    name = _packed(entry.id)
    if sort is Sort.TITLE:
        title = entry.title_key[:_KEY_LETTERS].replace("\0", "").encode("utf-8", "replace")
        return title + b"\0" + name
    value = within(entry.numbers.get(_NUMBERED[sort], SMALLEST))
    return (GREATEST - value).to_bytes(8, "big") + name  # the greatest first, then by id


@lru_cache(maxsize=4)  # each order has it in its key
def _packed(dataset_id: str) -> bytes:
    """Answer an id as bytes in the order of ids of its kind; what all datasets of the portal have takes half of it."""
    if _UUID.fullmatch(dataset_id):
        return b"\0" + bytes.fromhex(dataset_id.replace("-", ""))
    return dataset_id.encode("utf-8", "replace")


def key_text(raw: bytes) -> str:
    """Spell bytes with digits and letters, in the order of the bytes; nothing in them means something in a query."""
    return raw.hex().upper()


def key_bytes(text: str) -> bytes:
    """Undo `key_text`."""
    return bytes.fromhex(text)


def within(value: int) -> int:
    """Bring a number into 64 bits."""
    return max(SMALLEST, min(value, GREATEST))


def storable(value: str) -> str:
    """Make half a surrogate pair, which no index can hold, a question mark."""
    return value.encode("utf-8", "replace").decode()


def sort_of(ask: Ask) -> Sort:
    """Answer the order that is meant: everything is equally relevant, so then the newest comes first."""
    is_wordless = isinstance(ask.clause, Everything)
    return Sort.UPDATED if ask.sort is Sort.RELEVANCE and is_wordless else ask.sort
