"""The values of a facet that an entry has, as one term and as one number: there are few sets of few values.

The numbers lie in columns and are counted in a tenth of the time that values take one by one; the terms tell what is in
a set.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import msgspec

from app.search.keys import storable

# Says nothing: it stands for a set that is no single term.
UNTOLD = 0
# A term of the index has 65,530 bytes at most.
_LONGEST = 60_000
_CODE_BYTES = 5  # two of a thousand sets have the same number once in two million times
_REMEMBERED = 4096
_FEW = 50

_values = msgspec.json.Decoder(tuple[str, ...])


def set_of(values: tuple[str, ...]) -> tuple[list[str], int]:
    """Answer the terms and the number of a set."""
    return _known_set_of(values) if len(values) <= _FEW else _set_of(values)


def values_of(term: str) -> tuple[str, ...]:
    """Undo the term of a set."""
    return _values.decode(term)


def code_of(term: str) -> int:
    """Answer the number of the set that is this one term."""
    return int.from_bytes(blake2b(term.encode(), digest_size=_CODE_BYTES).digest(), "big") + 1


def _set_of(values: tuple[str, ...]) -> tuple[list[str], int]:
    """Write values as one JSON array, or each as one where that were too long; what is too long alone is left out."""
    ordered = sorted(set(map(storable, values)))
    whole = msgspec.json.encode(ordered)
    if len(whole) <= _LONGEST:
        term = whole.decode()
        return [term], code_of(term)
    alone = map(msgspec.json.encode, ([each] for each in ordered))
    return [each.decode() for each in alone if len(each) <= _LONGEST], UNTOLD


_known_set_of = lru_cache(_REMEMBERED)(_set_of)
