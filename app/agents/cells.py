"""Finds the cells that a question names and no title does: Germany among countries, 美術館 among names."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.agents.countries import is_of_countries
from app.kernel.errors import AppError
from app.query.question import Condition, Op, Or, Question
from app.query.storage import Kind as Kinds
from app.search.analysis import fold
from app.search.analysis.english import stem
from app.search.analysis.word import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.agents.desk import Desk
    from app.agents.wanted import Wanted
    from app.agents.wanted_places import Place
    from app.catalog.record import Column
    from app.query.frame import Frame
    from app.query.storage import Stored

# So many words, each in so many forms, are looked for in so many columns.
_WORDS, _FORMS, _COLUMNS, _SPELT = 2, 3, 5, 12
_LONGEST = 100
_LATIN = re.compile(r"[a-z]+")
_JAPAN = frozenset({"japan", "日本"})
_NO_THINGS = frozenset({"id", "url", "email", "phone", "postal-code", "note", "date", "datetime"})


@dataclass(frozen=True, slots=True)
class Cell:
    """A word of a question that stands in rows. `condition` is a filter of `query_rows` on a column for them."""

    word: str
    column: str
    condition: str


def conditions(cells: Iterable[Cell]) -> list[str]:
    """Write the filters for cells: several values of one column are any of them, for no row has two."""
    by_column: dict[str, list[str]] = {}
    for cell in cells:
        by_column.setdefault(cell.column, []).append(cell.condition)
    return [each for column, written in by_column.items() for each in _any_of(column, written)]


def _any_of(column: str, written: list[str]) -> list[str]:
    sign = f"{column} = "
    values = list(dict.fromkeys(each.removeprefix(sign) for each in written if each.startswith(sign)))
    if len(values) < len(written) or len(values) == 1 or any("," in value for value in values):
        return written
    return [f"{column} in {', '.join(values)}"]


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one table."""

    desk: Desk
    frame: Frame
    columns: Mapping[str, Stored]

    def named(self, wanted: Wanted, said: str, *, is_placed: bool) -> Iterator[Cell]:
        """Find cells for what of a question is not in `said`, and for its place where no column tells places."""
        stems = {stem(word) for word in _LATIN.findall(said)}
        named = [word.asked for word in wanted.topic if not word.is_soft and word.asked.text not in said]
        hard = [asked for asked in named if stem(asked.text) not in stems]
        hard = [asked for asked in hard if asked.text not in _JAPAN]
        if wanted.place and not is_placed:
            if wanted.place.countries:
                yield from self._countries(wanted.place)
            else:
                yield from self._found(wanted.place.words, wanted.place.names, whole=True)
        if _JAPAN & {word.asked.text for word in wanted.topic}:
            # Among countries it is one; elsewhere the word may stand in anything.
            yield from self._found("japan", _JAPAN, whole=True)
        for asked in hard[:_WORDS]:
            texts = [form.text for form in asked.forms if form.kind in {Kind.WRITTEN, Kind.SYNONYM}]
            yield from self._found(asked.text, texts[:_FORMS], whole=False)

    def _countries(self, place: Place) -> Iterator[Cell]:
        """Find all countries of a question in one column."""
        for column in (each for each in self.columns.values() if each.kind is Kinds.TEXT):
            if not is_of_countries(column.column.name):
                continue
            name = column.column.name
            where = Condition(column=name, op=Op.IN, value=[*place.names, *place.countries])
            cells = [str(row[name]) for row in self._rows([where], len(place.countries), distinct=True)]
            if len(cells) == 1:
                yield Cell(place.words, name, f"{name} = {cells[0]}")
                return
            if cells and not any("," in cell for cell in cells):
                yield Cell(place.words, name, f"{name} in {', '.join(cells)}")
                return

    def _found(self, word: str, texts: Iterable[str], *, whole: bool) -> Iterator[Cell]:
        """Answer the first column of which a cell is one of the texts, or has one in it."""
        columns = self._texts()
        spelt = list(dict.fromkeys(way for text in texts for way in _spelt(text)))[:_SPELT]
        same = {each.name: ways for each in columns if (ways := [way for way in spelt if _may_be(each, way)])}
        row = self._first([Condition(column=name, op=Op.IN, value=[*ways]) for name, ways in same.items()])
        if row:
            yield from [Cell(word, name, f"{name} = {row[name]}") for name, ways in same.items() if row[name] in ways][
                :1
            ]
            return
        # One letter, or one in Latin, is in too much.
        long = [text for text in texts if len(text) > 1 and not text.isascii()] if not whole else []
        pairs = [(each.name, text) for each in columns if not _is_latin(each) for text in long]
        row = self._first([Condition(column=name, op=Op.CONTAINS, value=text) for name, text in pairs])
        holding = ((name, text) for name, text in pairs if row and fold(text) in fold(str(row[name])))
        yield from [Cell(word, name, f"{name} contains {text}") for name, text in holding][:1]

    def _texts(self) -> list[Column]:
        """List the columns that things are called in, names first."""
        fit = [each.column for each in self.columns.values() if each.kind is Kinds.TEXT and _tells_things(each.column)]
        return sorted(fit, key=lambda each: each.meaning != "name")[:_COLUMNS]

    def _first(self, conditions: list[Condition]) -> dict[str, Any] | None:
        """Answer the first row for which one of some conditions holds."""
        return next(iter(self._rows(conditions, 1)), None)

    def _rows(self, conditions: list[Condition], count: int, *, distinct: bool = False) -> list[dict[str, Any]]:
        """Answer the first rows for which one of some conditions holds; nothing is counted."""
        if not conditions:
            return []
        where = Or.model_validate({"or": conditions}) if len(conditions) > 1 else conditions[0]
        names = list(dict.fromkeys(each.column for each in conditions))
        question = Question(columns=names, where=where, limit=count, distinct=distinct)
        try:
            with closing(self.desk.rows.stream(self.frame, question, limited=True)) as stream:
                rows = next(iter(stream.batches(count)), [])
        except AppError:
            return []
        return [dict(zip(names, row, strict=False)) for row in rows]


def _tells_things(column: Column) -> bool:
    profile = column.profile
    return column.meaning not in _NO_THINGS and profile is not None and profile.distinct > 1


def _spelt(text: str) -> tuple[str, ...]:
    """Answer how a cell may spell a text: words of questions are folded to small letters."""
    return (text, text.title(), text.upper(), text.capitalize()) if text.isascii() else (text,)


def _may_be(column: Column, text: str) -> bool:
    """Say whether a cell may be a text, by the first and the last there are in order."""
    profile = column.profile
    if profile is None or profile.minimum is None or profile.maximum is None:
        return True
    return profile.minimum <= text <= profile.maximum


def _is_latin(column: Column) -> bool:
    """Say whether all cells begin with Latin letters: no Japanese is looked for in them."""
    profile = column.profile
    return bool(profile and profile.minimum and profile.maximum and (profile.minimum[0] + profile.maximum[0]).isascii())
