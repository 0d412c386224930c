"""Finds the rows of a country in tables of the world: by what their columns of countries really hold."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from app.agents.country_names import country_called
from app.query.question import Condition, Op, Question
from app.query.refusals import nearest
from app.query.storage import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from app.query.answer import Row
    from app.query.storage import Stored

_COUNTRIES = re.compile(r"country|nation|economy|territory|国名|国・地域|^国$|国籍", re.IGNORECASE)
_CODES = re.compile(r"code|iso|コード", re.IGNORECASE)
_PARTS = re.compile(r"sub|within|state|region|county", re.IGNORECASE)
_MOST = 1000


def of_country(
    words: str, columns: Mapping[str, Stored], ask: Callable[[Question], tuple[Row, ...]]
) -> Condition | None:
    """Ask for the rows of a country that a column names or codes so; `None` where no column does."""
    known = country_called(words)
    forms = {_folded(words), *(_folded(name) for name in ((*known.names, known.code) if known else ()))}
    for name, cells in _cells(columns, ask):
        found = [cell for cell in cells if _folded(cell) in forms or _turned(cell) in forms]
        if found:
            return Condition(column=name, op=Op.EXACT, value=found[0])
    return None


def countries_near(
    words: str, columns: Mapping[str, Stored], ask: Callable[[Question], tuple[Row, ...]]
) -> list[str] | None:
    """List what a table of countries calls those with names like it; `None` where it holds no countries."""
    for _, cells in _cells(columns, ask):
        return nearest(words, cells)
    return None


def _cells(
    columns: Mapping[str, Stored], ask: Callable[[Question], tuple[Row, ...]]
) -> Iterator[tuple[str, list[str]]]:
    """Answer the columns of countries with what they hold, names before codes."""
    texts = [name for name, each in columns.items() if each.kind is Kind.TEXT and is_of_countries(name)]
    for name in sorted(texts, key=lambda name: bool(_CODES.search(name))):
        cells = (row[0] for row in ask(Question(columns=[name], distinct=True, limit=_MOST)))
        yield name, [cell for cell in cells if isinstance(cell, str)]


def is_of_countries(column: str) -> bool:
    """Say whether a column is called as those are that name or code countries, and not parts of them."""
    return bool(_COUNTRIES.search(column)) and not _PARTS.search(column)


def _turned(cell: str) -> str:
    """Read names as lists have them: Korea, Republic of."""
    name, _, before = cell.partition(", ")
    return _folded(f"{before} {name}")


def _folded(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold().strip()
