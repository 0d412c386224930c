"""Which columns of a table tell where its rows are: codes, names, addresses, or columns that are places themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.catalog.places import containing, municipality, names
from app.query.question import And, Condition, Op, Or
from app.query.storage import Kind
from app.query.within import CODE, MUNICIPALITY, PREFECTURE, cells_within, codes_of, speaks_of_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.query.question import Where
    from app.query.storage import Stored

# Codes are certain; a prefecture is told by its own column better than by the names of what lies in it.
_OF_MUNICIPALITY = (CODE, MUNICIPALITY)
_OF_PREFECTURE = (CODE, PREFECTURE, MUNICIPALITY)
_MANY = 5
_MOST_IN_TEXT = 70


def by_column(words: str, codes: tuple[str, ...], columns: Mapping[str, Stored]) -> tuple[str, Where] | None:
    """Choose the column that tells most: where all rows have one code, it is that of who wrote the table."""
    speaking = {name: kind for name, each in columns.items() if (kind := speaks_of_places(each))}
    wanted = _OF_PREFECTURE if all(_is_prefecture(code) for code in codes) else _OF_MUNICIPALITY
    fit = [name for name, kind in speaking.items() if kind in wanted and cells_within(columns[name], codes)]
    if not fit:
        return None
    best = min(fit, key=lambda name: (_is_constant(columns[name]), wanted.index(speaking[name])))
    # A region of many is named in a permalink by its name, where that stands for the same.
    values = (words.strip(),) if len(codes) > _MANY and codes_of(words) == codes else codes
    where: Where = _within(best, values)
    others = [name for name, kind in speaking.items() if kind == PREFECTURE and name != best]
    if speaking[best] == MUNICIPALITY and others and any(_is_shared(code) for code in codes):
        prefecture = tuple(dict.fromkeys(containing(code)[-1] for code in codes if containing(code)))
        where = And.model_validate({"and": [where, _within(others[0], prefecture)]})
    return best, where


def _within(column: str, codes: Iterable[str]) -> Condition:
    return Condition(column=column, op=Op.WITHIN, value=list(codes))


def _is_prefecture(code: str) -> bool:
    known = municipality(code)
    return bool(known and not known.name)


def _is_shared(code: str) -> bool:
    known = municipality(code)
    return bool(known and any(len(names().get(name, ())) > 1 for name in known.names))


def _is_constant(column: Stored) -> bool:
    profile = column.column.profile
    return bool(profile and profile.distinct <= 1)


def wide_columns(codes: tuple[str, ...], columns: Mapping[str, Stored]) -> tuple[str, ...]:
    """Find columns that are called as places are, such as 千代田区; names that several share by their neighbours."""
    sharing = {name: {each.code for each in names().get(name, ())} | set(codes_of(name)) for name in columns}
    certain = {containing(code)[-1] for of in sharing.values() if len(of) == 1 for code in of if containing(code)}
    wanted = {code for code in codes if not certain or not containing(code) or containing(code)[-1] in certain}
    return tuple(name for name, of in sharing.items() if of & wanted and (len(of) == 1 or certain))


def is_wide(name: str) -> bool:
    """Say whether a column is called as a place is."""
    return bool(names().get(name) or codes_of(name))


def address_of(columns: Mapping[str, Stored]) -> str:
    """Answer the column of addresses; empty where there is none."""
    return next((name for name, each in columns.items() if _is_address(each)), "")


def _is_address(column: Stored) -> bool:
    if column.kind is not Kind.TEXT:
        return False
    return column.column.meaning == "address" or column.column.name in {"所在地", "住所", "所在地_連結表記"}


def in_text(column: str, codes: tuple[str, ...]) -> Where:
    """Ask for texts in which one of the places stands by its name."""
    called = [_called(code) for code in codes[:_MOST_IN_TEXT]]
    found = [Condition(column=column, op=Op.CONTAINS, value=name) for name in dict.fromkeys(called) if name]
    return found[0] if len(found) == 1 else Or.model_validate({"or": found})


def _called(code: str) -> str:
    known = municipality(code)
    return (known.name or known.prefecture) if known else ""
