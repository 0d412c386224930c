"""Reads what `query_rows` is asked into the question that REST would have, and says how it was understood.

The question is written as an address and read again, so that the permalink asks exactly the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from app.agents.columns import Names
from app.agents.filters import Filters
from app.agents.place_columns import is_wide
from app.agents.places import Found, find
from app.agents.placing import Placed, placed
from app.agents.rewriting import Rewriting
from app.agents.timing import Timed, timed
from app.agents.tool import Arguments
from app.agents.wording import problems_of
from app.kernel.errors import BadRequest
from app.kernel.report import Problem
from app.query.lists import listed
from app.query.meaning import Detail
from app.query.parameters import parameters_of, question_from
from app.query.question import And, Question
from app.query.refusals import refused
from app.query.storage import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from app.catalog.record import DatasetRecord
    from app.query.answer import Row
    from app.query.frame import Frame
    from app.query.question import Where
    from app.query.storage import Stored

_Read = TypeVar("_Read")
_MOST = 100
_WORDS = Annotated[str, Field(max_length=1000)]


def _listed(given: Any) -> Any:
    """Take a single text as a list of one, and blank ones as nothing: some programs send these."""
    if isinstance(given, str):
        given = [given]
    return [each for each in given if not isinstance(each, str) or each.strip()] if isinstance(given, list) else given


_Words = Annotated[list[_WORDS], BeforeValidator(_listed)]


class AskRows(Arguments):
    """Which rows of which table, or what to count of them."""

    dataset: str = Field(max_length=500)
    resource: str = Field("", max_length=500)
    columns: _Words = Field([], max_length=_MOST)
    filters: _Words = Field(
        [], max_length=_MOST, description='"人口 >= 1000", "名称 contains 図書館", "区分 in A, B", "備考 is null"'
    )
    place: str = Field("", max_length=200)
    period: str = Field("", max_length=200, description="令和3年度, 2020..2022, latest")
    group_by: _Words = Field([], max_length=10, description='"区", "month(日付)"')
    measures: _Words = Field(
        [], max_length=50, description='"count", "sum(人口)", avg, median, p90, min, max, distinct'
    )
    sort: _Words = Field([], max_length=10, description='"-人口" is descending')
    search: str = Field("", max_length=200, description="Words anywhere in a row")
    limit: int = Field(20, ge=1, le=1000)
    cursor: str = Field("", max_length=4000)
    version: int = Field(0, ge=0, le=999_999_999)
    detail: Detail = Detail.BRIEF


@dataclass(frozen=True, slots=True)
class Understood:
    """A question, how it was understood (`asked`), by which columns, and what to mind."""

    question: Question
    asked: Mapping[str, Any]
    by: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def understood(
    asked: AskRows,
    record: DatasetRecord,
    frame: Frame,
    now: datetime,
    ask: Callable[[Question], tuple[Row, ...]],
    *,
    guess: Callable[[str], Found] = find,
) -> Understood:
    """Read a question about a table. Raises `BadRequest`, which lists every problem in the words of the tool.

    `ask` answers questions about the table; `guess` reads places in other letters.
    """
    return _Reading(asked, record, frame, now, ask, guess, stored(frame), Names(frame)).understood()


@dataclass(slots=True)
class _Reading:
    asked: AskRows
    record: DatasetRecord
    frame: Frame
    now: datetime
    ask: Callable[[Question], tuple[Row, ...]]
    guess: Callable[[str], Found]
    columns: Mapping[str, Stored]
    names: Names
    problems: list[Problem] = field(default_factory=list)
    where: list[Where] = field(default_factory=list)

    def understood(self) -> Understood:
        filters = Filters(self.names, self.columns)
        for text in self.asked.filters:
            self._add(self._tried(partial(filters.read, text)))
        place, period = self._place(), self._period()
        question, notes = self._tried(lambda: self._rest(place)) or (Question(), ())
        if self.problems:
            raise refused(*self.problems)
        narrowed = {"place": place, "period": period}
        return Understood(
            self._again(question.model_copy(update={"where": _all(self.where)})),
            {name: each.asked for name, each in narrowed.items() if each},
            {name: said for name, each in narrowed.items() if each and (said := _by(each))},
            (*(note for each in narrowed.values() if each for note in each.notes), *notes),
        )

    def _place(self) -> Placed | None:
        if not self.asked.place.strip():
            return None
        words = self.asked.place
        found = self._tried(lambda: placed(words, self.record, self.columns, self.ask, self.guess))
        self._add(found.where if found else None)
        return found

    def _period(self) -> Timed | None:
        if not self.asked.period.strip():
            return None
        # Of a question that is wrong already nothing is asked.
        among, ask = (_all(self.where), self.ask) if not self.problems else (None, lambda _: ())
        words = self.asked.period
        found = self._tried(lambda: timed(words, self.now, self.record, self.columns, ask, among=among))
        self._add(found.where if found else None)
        return found

    def _rest(self, place: Placed | None) -> tuple[Question, tuple[str, ...]]:
        asked, write = self.asked, Rewriting(self.names, self.columns)
        grouped = bool(asked.group_by or asked.measures)
        columns = write.columns(asked.columns)
        notes: tuple[str, ...] = ()
        if grouped and columns:
            columns, notes = [], ("`columns` was left out: an answer with groups has these and its measures.",)
        elif not grouped and not columns and place and place.wide:
            columns = [name for name in self.columns if name in place.wide or not is_wide(name)]
        given = {
            "columns": listed(columns),
            "group": ",".join(map(write.group, asked.group_by)),
            "measures": ",".join(map(write.measure, asked.measures or (["count"] if grouped else []))),
            "sort": ",".join(map(write.order, asked.sort)),
            "q": asked.search.strip(),
            "limit": str(asked.limit),
            "after": asked.cursor.strip(),
        }
        return question_from({name: [text] for name, text in given.items() if text}, self.frame), notes

    def _again(self, question: Question) -> Question:
        """Read a question from its own address: what the permalink answers is then the same in every letter."""
        written: dict[str, list[str]] = {}
        for name, value in parameters_of(question, self.frame.by_name):
            written.setdefault(name, []).append(value)
        return question_from(written, self.frame)

    def _add(self, where: Where | None) -> None:
        if where is not None:
            self.where.append(where)

    def _tried(self, read: Callable[[], _Read]) -> _Read | None:
        """Read a part, or keep what is wrong with it."""
        try:
            return read()
        except BadRequest as error:
            self.problems.extend(problems_of(error))
            return None


def _all(where: Sequence[Where]) -> Where | None:
    if len(where) > 1:
        return And.model_validate({"and": list(where)})
    return where[0] if where else None


def _by(found: Placed | Timed) -> str | list[str]:
    if isinstance(found, Timed):
        return [found.column, found.until] if found.until else found.column
    return found.column or list(found.wide)
