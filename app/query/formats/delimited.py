"""CSV as RFC 4180 has it and as the portal cleans it: UTF-8, commas, CRLF, quotes where they are needed, names first.

An empty cell is written as nothing, a text without letters as two quotes: readers that know the difference keep it.
Alone in its row, an empty cell is two quotes too, for some readers pass over a blank line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.query.formats.format import rows_at_a_time
from app.query.formats.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from app.query.answer import Row, RowStream

_QUOTED = re.compile('[",\r\n]')


def unchanged(words: str) -> str:
    """Leave text as it is."""
    return words


def delimited(stream: RowStream, text: Callable[[str], str] = unchanged) -> Iterator[bytes]:
    """Write the names and the rows. `text` may change what is text, names too; numbers and days stay as they are."""
    fields = {**WORDS, str: lambda words: _quoted(text(words))}
    names = tuple(column.name for column in stream.columns)
    before = _line(names, fields)
    for rows in stream.batches(rows_at_a_time(len(names))):
        yield (before + "".join([_line(row, fields) for row in rows])).encode()
        before = ""
    yield before.encode()


def _line(row: Row, fields: Mapping[type, Callable[[Any], str]]) -> str:
    line = ",".join([fields[type(cell)](cell) for cell in row])
    return f"{line}\r\n" if line else '""\r\n'


def _quoted(words: str) -> str:
    if words and not _QUOTED.search(words):
        return words
    return '"' + words.replace('"', '""') + '"'
