"""Words of strangers in Markdown: whatever they hold, they stay words, in the place where they were put.

Marks that readers of Markdown agree on are escaped with a backslash; of those that they treat differently, such as the
pipe in a table, the character reference is written, which all of them read alike (CommonMark 0.31, 2.4 and 2.5).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from app.metadata.links import web_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from app.kernel.text import Language, Text

_MARKS = str.maketrans(
    {mark: f"\\{mark}" for mark in "*[]#{}"}
    | {mark: f"&#{ord(mark)};" for mark in "\\`|~"}
    | {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
)
# Inside of a word an underscore is a letter for everybody, and column names have many.
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\xa0\u2028\u2029]+")
_LINES = re.compile(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
# What would make a list or a rule of a line, where it begins one.
_START = re.compile(r"^([-+=]|[0-9]{1,20}(?=[.)]))")
_ADDRESS = 2000
_JOINERS = "\u200c\u200d"
# Characters that nobody sees, which turn text around or hide words in it, and half pairs that no encoding has.
_UNSEEN = frozenset({"Cf", "Cs", "Co"})


def inline(words: str, length: int = 300) -> str:
    """Make words one line that is nothing but text, cut to a length of characters."""
    line = _BLANKS.sub(" ", _seen(words[: length * 4])).strip()
    line = line if len(line) <= length and len(words) <= length * 4 else line[:length].rstrip() + "…"
    return _UNDERSCORE.sub(r"\\_", line.translate(_MARKS))


def quote(words: str, length: int = 4000) -> Iterator[str]:
    """Quote words of several lines, each as a paragraph of its own; nothing for words that say nothing."""
    cut = words[:length] + ("…" if len(words) > length else "")
    lines = [start(line) for each in _LINES.split(cut) if (line := inline(each, length))]
    for number, line in enumerate(lines):
        if number:
            yield ">"
        yield f"> {line}"
    if lines:
        yield ""


def start(line: str) -> str:
    """Make what `inline` answers safe at the start of a line, where it could begin a list, a rule or a heading."""
    found = _START.match(line)
    if not found:
        return line
    mark, rest = found[0], line[found.end() :]
    return f"{mark}\\{rest}" if mark.isdigit() else f"&#{ord(mark)};{rest}"


def both(text: Text, language: Language, length: int = 300) -> str:
    """Write both sides of a text in one line, the language asked for first."""
    sides = (inline(text.get(each), length) for each in _order(language))
    return " / ".join(dict.fromkeys(side for side in sides if side))


def both_quoted(text: Text, language: Language) -> Iterator[str]:
    """Quote both sides of a text, the language asked for first."""
    for words in dict.fromkeys(text.get(each) for each in _order(language)):
        yield from quote(words)


def _order(language: Language) -> tuple[Language, Language]:
    return ("ja", "en") if language == "ja" else ("en", "ja")


def link(url: str) -> str:
    """Write an address as a link; nothing for one that is no web address, or longer than readers follow."""
    address = web_link(url) if len(url) <= _ADDRESS else ""
    return f"<{address.replace('&', '&amp;')}>" if address else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Write a table of cells that are Markdown already; columns in which no row says anything are left out."""
    filled = list(rows)
    if not filled:
        return
    kept = [number for number in range(len(header)) if any(row[number] for row in filled)]
    yield _row(header[number] for number in kept)
    yield _row("---" for _ in kept)
    for row in filled:
        yield _row(row[number] for number in kept)
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _seen(words: str) -> str:
    if words.isprintable():
        return words
    return "".join(each for each in words if each in _JOINERS or unicodedata.category(each) not in _UNSEEN)
