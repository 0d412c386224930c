"""A form is one way to write the values of a column: what is fine as it stands, and how other words are brought there.

Forms are pure functions of single words. Their patterns are read by `re` and by RE2 alike, and no pattern here can
take more than linear time on any word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

TRIMMED = "space-trimmed"
BLANKS = (
    " \t\r\n\x0b\x0c\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
# Words longer than this are no typed values, whatever they look like.
LONGEST = 100

# Only what is the same sign at another width. NFKC would also make 10² into 102 and ① into 1.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord(blank): " " for blank in BLANKS}
HYPHENS = "‐‑‒–—―−ー－ｰ─"


class Repaired(NamedTuple):
    """A word as it will be, and the rule that says so; the rule is empty where the word is fine as it stands."""

    after: str
    rule: str


def _nothing(_: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Form:
    """How one column is written.

    `clean` matches in full what needs no repair. `read` answers None for what is none of this form. A `loose` form
    is text: what it cannot read stays as it is. `flags_clean` says that `flag` has to see words that are clean, too.
    `format` is the Table Schema format where it is not the default.
    """

    meaning: str
    type: str
    clean: str
    read: Callable[[str], Repaired | None]
    flag: Callable[[str], str | None] = _nothing
    unit: str = ""
    format: str = ""
    loose: bool = False
    flags_clean: bool = False


def plain(word: str) -> str:
    """Write full-width letters, digits and signs half-width, and nothing else."""
    return (word if word.isascii() else word.translate(_PLAIN)).strip(BLANKS)


def hyphened(word: str) -> str:
    """Write all that looks like a hyphen as one; only for words whose other letters are digits."""
    return word.translate(_HYPHENED)


_HYPHENED = dict.fromkeys(map(ord, HYPHENS), "-")


def repaired(word: str, after: str, rule: str) -> Repaired:
    """Name the rule that leads from a word to another; blanks around it are a matter of their own."""
    if after == word:
        return Repaired(word, "")
    return Repaired(after, TRIMMED if word.strip(BLANKS) == after else rule)
