"""Looks into a table for what a question asks for: the rows of its place and time, and the cells that it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.agents import places as agent_places
from app.agents.asking import AskRows, understood
from app.agents.cells import Cells, conditions
from app.agents.granularity import is_of_place
from app.kernel.errors import AppError, BadRequest
from app.query.storage import stored
from app.search.analysis import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.agents.wanted import Wanted
    from app.catalog.record import Column, DatasetRecord, ResourceRecord
    from app.query.answer import Answer as Rows
    from app.query.answer import Row
    from app.query.frame import Frame
    from app.query.question import Question
    from app.query.storage import Stored

SAMPLE = 3
# Looking at rows is for an answer now; a table that takes longer is not looked at.
_SECONDS = 1.0
_FEW_COLUMNS, _MOST_COLUMNS, _FORMS = 8, 6, 3
_NUMBERS = frozenset({"integer", "number"})
_NOT_MEASURED = frozenset({"latitude", "longitude", "altitude", "id", "code", "municipality-code"})


@dataclass(frozen=True, slots=True)
class Held:
    """A table beside a question. `arguments` are those of `query_rows`, `rows` what they answer, the first few.

    `place_by` and `time_by` name the columns that tell place and time, `seen` the words that stand in rows; a `None`
    says that the table does not tell.
    """

    record: DatasetRecord
    resource: ResourceRecord
    frame: Frame
    arguments: Mapping[str, Any]
    rows: Rows | None = None
    place_by: tuple[str, ...] | None = None
    place_rows: int = 0
    time_by: str | None = None
    time_rows: int = 0
    seen: tuple[str, ...] = ()
    columns: Mapping[str, Stored] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many rows fit."""
        return self.rows.total if self.rows else 0


def best_held(desk: Desk, call: Call, record: DatasetRecord, wanted: Wanted) -> Held | None:
    """Look at the tables of a dataset that may be meant; answer the one that tells most of what is asked for."""
    tables = tables_of(record, wanted)
    few = tables[:1] if len(tables) > 1 and _named(tables[0], wanted)[0] > _named(tables[1], wanted)[0] else tables[:2]
    looked = [found for each in few if (found := held(desk, call, record, each, wanted))]
    return max(looked, key=_tells, default=None)


def _tells(looked: Held) -> int:
    told = (looked.place_by is not None) + (looked.time_by is not None)
    return (2 * len(looked.seen) + told) * bool(looked.total)


def tables_of(record: DatasetRecord, wanted: Wanted) -> list[ResourceRecord]:
    """List the tables of a dataset, the one first that names most of what is asked for."""
    tables = [each for each in record.resources if each.table and each.parquet]
    return sorted(tables, key=lambda each: _named(each, wanted), reverse=True)


def held(desk: Desk, call: Call, record: DatasetRecord, resource: ResourceRecord, wanted: Wanted) -> Held | None:
    """Look what a table holds of what is asked for; `None` where it cannot be read now."""
    try:
        frame = desk.rows.frame(resource)
        return _Looking(desk, call, record, resource, wanted, frame, stored(frame)).held()
    except AppError:
        return None


@dataclass(slots=True)
class _Looking:
    desk: Desk
    call: Call
    record: DatasetRecord
    resource: ResourceRecord
    wanted: Wanted
    frame: Frame
    columns: Mapping[str, Stored]

    def held(self) -> Held:
        arguments: dict[str, Any] = {"dataset": self.record.slug}
        if sum(1 for each in self.record.resources if each.table) > 1:
            arguments["resource"] = self.resource.name
        place = self._told(arguments, "place", _place_argument(self.wanted))
        time = self._told(arguments, "period", self.wanted.time.argument if self.wanted.time else "")
        said = fold(" ".join((self.record.title.ja, self.record.title.en, *names_of(self.resource))))
        seen = tuple(Cells(self.desk, self.frame, self.columns).named(self.wanted, said, is_placed=place is not None))
        if seen:
            arguments["filters"] = conditions(seen)
        self._columns(arguments, place, (*(time or ()), *(each.column for each in seen)))
        rows = self._rows(arguments)
        if rows is None and seen:
            # What a publisher called a column, or wrote into a cell, may not be written as a filter.
            seen = ()
            arguments.pop("filters")
            rows = self._rows(arguments)
        is_there = bool(rows and rows.total)
        return Held(
            self.record,
            self.resource,
            self.frame,
            arguments,
            rows,
            place_by=place,
            place_rows=int(is_there) or self._count(arguments, ("place",)),
            time_by=time[0] if time else None,
            time_rows=int(is_there) or self._count(arguments, ("period",)),
            seen=tuple(each.word for each in seen),
            columns=self.columns,
        )

    def _count(self, arguments: Mapping[str, Any], names: tuple[str, ...]) -> int:
        """Count the rows of one condition, where there are none of all."""
        alone = {name: value for name, value in arguments.items() if name in {"dataset", "resource", *names}}
        found = self._rows(alone) if all(name in arguments for name in names) else None
        return found.total if found else 0

    def _told(self, arguments: dict[str, Any], name: str, words: str) -> tuple[str, ...] | None:
        """Add an argument where the table tells it; answer by which columns."""
        if not words:
            return None
        try:
            asked = AskRows.model_validate({"dataset": self.record.slug, name: words})
            found = understood(asked, self.record, self.frame, self.call.now, self._ask)
        except (BadRequest, ValueError):
            return None
        arguments[name] = words
        by = found.by.get(name)
        return (by,) if isinstance(by, str) else tuple(by or ())

    def _columns(self, arguments: dict[str, Any], place: tuple[str, ...] | None, used: tuple[str, ...]) -> None:
        """Name the columns of a wide table that tell most; where places are columns, they are chosen by the place."""
        if len(self.columns) <= _FEW_COLUMNS or (place and len(place) > 1) or (place and place[0] not in self.columns):
            return
        chosen = dict.fromkeys((*(place or ()), *used, *_telling(self.frame, self.wanted)))
        others = {name for name in self.columns if is_of_place(name)} - {*(place or ())} if place else set()
        known = [name for name in chosen if name in self.columns and name not in others]
        arguments["columns"] = known[:_MOST_COLUMNS]

    def _rows(self, arguments: Mapping[str, Any]) -> Rows | None:
        try:
            asked = AskRows(**arguments, limit=SAMPLE)
            question = understood(asked, self.record, self.frame, self.call.now, self._ask).question
        except (BadRequest, ValueError):
            return None
        return self._asked(question)

    def _ask(self, question: Question) -> tuple[Row, ...]:
        return self.desk.rows.ask(self.frame, question, seconds=_SECONDS).rows

    def _asked(self, question: Question) -> Rows | None:
        try:
            return self.desk.rows.ask(self.frame, question, seconds=_SECONDS)
        except AppError:
            return None


def _place_argument(wanted: Wanted) -> str:
    """Say a place as the tool for rows reads it; empty where it is several that no one name stands for."""
    if wanted.place is None or not wanted.place.codes:
        return ""
    codes = wanted.place.codes
    if set(agent_places.find(wanted.place.words).codes) == set(codes):
        return wanted.place.words
    return codes[0] if len(codes) == 1 else ""


def _named(resource: ResourceRecord, wanted: Wanted) -> tuple[int, int]:
    """Count what of the topic its names hold; of equals the one with more rows counts more."""
    texts = fold(" ".join((resource.name, resource.title.ja, resource.title.en, *names_of(resource))))
    hits = sum(form.text in texts for word in wanted.topic for form in word.asked.forms[:_FORMS] if form.text)
    return hits, resource.table.rows if resource.table else 0


def names_of(resource: ResourceRecord) -> Iterator[str]:
    """List what the columns of a table are called."""
    for each in resource.table.columns if resource.table else ():
        yield from (each.name, each.title.ja, each.title.en)


def _telling(frame: Frame, wanted: Wanted) -> Iterator[str]:
    """List columns: those that the topic names, by the words that name fewest first; names of things; measures."""
    words = [[form.text for form in word.asked.forms[:_FORMS] if form.text] for word in wanted.topic]
    named = [[each.name for each in frame.columns if _is_named(each, texts)] for texts in words]
    yield from (name for names in sorted(named, key=len) for name in names)
    yield from (each.name for each in frame.columns if each.meaning == "name")
    yield from (each.name for each in frame.columns if each.type in _NUMBERS and each.meaning not in _NOT_MEASURED)


def _is_named(column: Column, texts: list[str]) -> bool:
    names = fold(f"{column.name} {column.title.ja} {column.title.en}")
    return any(text in names for text in texts)
