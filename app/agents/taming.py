"""Makes strangers' words harmless in an answer: one line, no control signs, nothing invisible, no turned direction.

Words stay what they are otherwise: they stand in JSON, apart from the portal's own, and say what the data says.
"""

from __future__ import annotations

import unicodedata
from typing import Any

# What a text of an answer holds at most; a cell that is longer ends in "…".
LONGEST = 2000
# Format signs (zero-width, bidi, tags), control signs, halves of pairs, and what is for private use.
_GONE = frozenset({"Cf", "Cc", "Cs", "Co"})
_BREAKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")


def tame(words: str, length: int = LONGEST) -> str:
    """Make a stranger's words one harmless line of at most `length` letters."""
    if words.isascii() and words.isprintable() and len(words) <= length:
        return words
    cut = words if len(words) <= length else words[:length] + "…"
    if cut.isprintable():
        return cut
    kept = (" " if sign in _BREAKS else sign for sign in cut if sign in _BREAKS or not _is_gone(sign))
    return "".join(kept).strip()


def tamed(value: Any) -> Any:
    """Tame every text in what JSON can hold, names of members included."""
    if isinstance(value, str):
        return tame(value)
    if isinstance(value, dict):
        return {tame(str(name)): tamed(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [tamed(each) for each in value]
    return value


def _is_gone(sign: str) -> bool:
    return unicodedata.category(sign) in _GONE
