"""A Markdown table in GitHub's form, for people and for language models: a page of rows, and where they are from."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.query.formats.format import About, RowFormat, rows_at_a_time
from app.query.formats.words import moment, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from app.query.answer import OutColumn, RowStream

# A cell is cut after so many characters, and then the page says so.
LONGEST = 1000
_NUMBERS = frozenset({"integer", "number", "year"})
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\xa0\u2028\u2029]+")
# Readers agree on backslashes before these; the others they treat differently, but all know character references.
_MARKS = str.maketrans(
    {mark: f"\\{mark}" for mark in "*[]"}
    | {mark: f"&#{ord(mark)};" for mark in "\\`|~"}
    | {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
)
# Inside of a word an underscore is a letter for everybody, and column names have many.
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# Characters that nobody sees, which turn text around or hide words in it; some scripts and emoji need the joiners.
_UNSEEN = frozenset({"Cf", "Cs", "Co"})
_JOINERS = "\u200c\u200d"
_ADDRESS = re.compile(r"https?://[^\s<>\\]{1,2000}")


def write(stream: RowStream, about: About, _folder: Path) -> Iterator[bytes]:
    """Write the table, then what a reader must know of it: notes, the next page, the source and its terms."""
    before = _lines([_row(map(_name, stream.columns)), _row(map(_rule, stream.columns))])
    cut = 0
    for rows in stream.batches(rows_at_a_time(len(stream.columns))):
        cells = [[word(cell) for cell in row] for row in rows]
        cut += sum(len(cell) > LONGEST for row in cells for cell in row)
        yield before + _lines(_row(map(_inline, row)) for row in cells)
        before = b""
    yield before + _lines(_below(about, cut=cut))


def _below(about: About, *, cut: int) -> Iterator[str]:
    yield ""
    if cut:
        text = Text(f"{LONGEST:,} 字で切った値: {cut:,} 件", f"Values cut after {LONGEST:,} characters: {cut:,}")
        yield f"- {_both(text)}"
    yield from (f"- {_both(note.message)}" for note in about.notes)
    if about.next:
        yield f"- 次のページ / Next page: {_link(about.next)}"
    yield from _source(about)


def _source(about: About) -> Iterator[str]:
    known = {
        "出典 / Source": " ".join(filter(None, (_both(about.title), _inline(about.version)))),
        "表示 / Attribution": _both(about.attribution),
        "ライセンス / License": " ".join(filter(None, (_inline(about.license_name), _link(about.license_url)))),
        "固定 URL / Permalink": _link(about.permalink),
        "取得日時 / Retrieved": moment(about.retrieved) if about.retrieved else "",
    }
    yield from (f"- {name}: {said}" for name, said in known.items() if said)


def _name(column: OutColumn) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    return _inline(column.name + unit)


def _rule(column: OutColumn) -> str:
    return "---:" if column.type in _NUMBERS else "---"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _both(text: Text) -> str:
    return " / ".join(dict.fromkeys(_inline(words) for _, words in text.both()))


def _link(url: str) -> str:
    """Write an address of the web as a link; nothing for any other."""
    return f"<{url.replace('&', '&amp;')}>" if _ADDRESS.fullmatch(url) else ""


def _inline(words: str) -> str:
    """Make words one line that is nothing but text."""
    if words.isascii() and words.isalnum() and len(words) <= LONGEST:
        return words
    seen = words[: LONGEST + 1]
    if not seen.isprintable():
        seen = "".join(each for each in seen if each in _JOINERS or unicodedata.category(each) not in _UNSEEN)
        seen = _BLANKS.sub(" ", seen)
    end = "…" if len(words) > LONGEST else ""
    return _UNDERSCORE.sub(r"\\_", seen[:LONGEST].strip().translate(_MARKS)) + end


FORMAT = RowFormat(
    name="md",
    title=Text("Markdown の表", "Markdown table"),
    media_type="text/markdown; charset=utf-8",
    suffix="md",
    write=write,
    paged=True,
)
