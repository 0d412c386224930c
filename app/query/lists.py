"""Lists in an address: names and values with commas between. What has a comma or a bracket itself is quoted: "a,b"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_VALUE_NEEDS_QUOTES = re.compile(r'[",()]|^\s|\s$|^$')
_NEEDS_QUOTES = re.compile(rf"{_VALUE_NEEDS_QUOTES.pattern}|^-|^\*$|\sas\s")
_ITEM = re.compile(
    rf"(?:(?P<quoted>{_QUOTED.pattern})|(?P<function>[^(\"]+)\((?P<inner>{_QUOTED.pattern}|[^\"]*?)\)|(?P<plain>[^\"]*?))"
    rf"(?:\s+as\s+(?P<called>{_QUOTED.pattern}|[^\"]+?))?\s*",
    re.DOTALL,
)
_LONGEST = 2100
# A quoted name or what stands up to the next comma, brackets and what is quoted in them included.
_PIECE = re.compile(r'(?:"(?:[^"]|"")*"|\([^()"]*(?:"(?:[^"]|"")*"[^()"]*)*\)|[^,"(])*')


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: a name, perhaps in a function's brackets, perhaps under another name (`as`)."""

    name: str
    function: str = ""
    called: str = ""
    bracketed: bool = False


def pieces(text: str) -> list[str]:
    """Cut a list at its commas, quotes kept; what is no list is one piece."""
    found: list[str] = []
    start = 0
    while True:
        match = _PIECE.match(text, start)
        end = match.end() if match else start
        if end < len(text) and text[end] != ",":
            end = _next_comma(text, end)
        found.append(text[start:end].strip())
        if end >= len(text):
            return found
        start = end + 1


def values(text: str) -> list[str]:
    """Cut a list of values and take their quotes off."""
    return [unquoted(piece) for piece in pieces(text)]


def item_of(piece: str, columns: Collection[str]) -> Item:
    """Read an entry. A column that is called so is meant before any other reading."""
    found = _ITEM.fullmatch(piece) if len(piece) <= _LONGEST and piece not in columns else None
    if found is None:
        return Item(piece)
    called = unquoted(found["called"] or "")
    if found["plain"] in columns or found["function"] is None:
        return Item(unquoted(found["quoted"] or found["plain"] or ""), called=called)
    # All of it is meant by a star: `count(*)`. A column that is called so is quoted.
    inner = found["inner"].strip()
    return Item("" if inner == "*" else unquoted(inner), found["function"].strip(), called, bracketed=True)


def unquoted(piece: str) -> str:
    """Take the quotes off a name or value that has them."""
    found = _QUOTED.fullmatch(piece)
    return found[1].replace('""', '"') if found else piece


def quoted(name: str) -> str:
    """Put quotes around a name that needs them."""
    return _in_quotes(name) if _NEEDS_QUOTES.search(name) else name


def unmistakable(before: str, name: str, after: str, columns: Collection[str]) -> str:
    """Write a name with what stands around it, in quotes also where the whole is what another column is called."""
    whole = f"{before}{quoted(name)}{after}"
    return f"{before}{_in_quotes(name)}{after}" if (before or after) and whole in columns else whole


def listed(names: Iterable[str]) -> str:
    """Write a list of names."""
    return ",".join(map(quoted, names))


def listed_values(values: Iterable[str]) -> str:
    """Write a list of values."""
    return ",".join(_in_quotes(value) if _VALUE_NEEDS_QUOTES.search(value) else value for value in values)


def _in_quotes(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _next_comma(text: str, start: int) -> int:
    found = text.find(",", start)
    return len(text) if found < 0 else found
