"""A question put to one table: its columns are found, its values read as what the columns hold.

Whatever does not fit is listed, with the names and values that would. What comes out has been checked, and its values
stand apart from its SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.query import complaints
from app.query.bound import ROW, Bound, Ordering
from app.query.conditions import Conditions, Target, of_table
from app.query.cursor import place_of
from app.query.folding import fold
from app.query.fragments import ALWAYS, Sql, all_of
from app.query.normal import columns_of, has_positions, normal
from app.query.outputs import (
    Output,
    functions_of,
    group_output,
    measure_name,
    measure_output,
    parts_of,
    plain_output,
)
from app.query.predicates import worded
from app.query.question import Function
from app.query.refusals import refused
from app.query.storage import Kind, stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.kernel.report import Problem
    from app.query.frame import Frame
    from app.query.question import Measure, Order, Question
    from app.query.storage import Stored

MAX_WORDS = 10
NO_LETTERS: Mapping[str, str] = MappingProxyType({})
_SORT = Text("sort", "`sort`")
_COLUMNS = Text("columns", "`columns`")


def bound(question: Question, frame: Frame, letters: Mapping[str, str] = NO_LETTERS) -> Bound:
    """Put a question to a table. Raises `BadRequest`, which lists every problem.

    `letters` are those that stand in a text column, by its name, where that is known: the same words are found faster.
    """
    return _Binding(normal(question), frame, stored(frame), letters).bound()


@dataclass(slots=True)
class _Binding:
    question: Question
    frame: Frame
    columns: Mapping[str, Stored]
    letters: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def bound(self) -> Bound:
        where = self._where()
        outputs, groups = self._outputs()
        having = self._having(outputs)
        shown = self._shown(outputs)
        order = self._order(outputs, groups)
        if self.problems:
            raise refused(*self.problems)
        kinds = [each.kind for each in order]
        after, used = self.question.after, self._used(outputs)
        return Bound(
            self.question,
            outputs,
            shown,
            where,
            having,
            order,
            groups,
            self.question.grouped or self.question.distinct,
            place_of(self.question, self.frame.id, after, kinds) if after else None,
            tuple(name for name in self.columns if name in used),
        )

    def _used(self, outputs: Iterable[Output]) -> set[str]:
        used = {each.out.column.name for each in outputs if each.out.column}
        used |= columns_of(self.question.where)
        if not (self.question.grouped or self.question.distinct):
            used |= {each.column for each in self.question.sort}
        if has_positions(self.question.where):
            used |= {self.frame.latitude, self.frame.longitude}
        if self.question.search.strip():
            used |= {name for name, each in self.columns.items() if each.kind is Kind.TEXT}
        return used

    def _where(self) -> Sql:
        parts = [self._search()] if self.question.search.strip() else []
        if self.question.where:
            conditions = Conditions(of_table(self.columns), self.problems, self._coordinates())
            parts.append(conditions.sql(self.question.where))
        return all_of(parts) if len(parts) != 1 else parts[0]

    def _coordinates(self) -> tuple[str, str] | None:
        latitude, longitude = (self.columns.get(name) for name in (self.frame.latitude, self.frame.longitude))
        if not (latitude and longitude and latitude.kind is longitude.kind is Kind.DOUBLE):
            return None
        return latitude.sql, longitude.sql

    def _search(self) -> Sql:
        words = [word for word in dict.fromkeys(fold(self.question.search).split()) if word]
        texts = {each.sql: self.letters.get(name) for name, each in self.columns.items() if each.kind is Kind.TEXT}
        if len(words) > MAX_WORDS:
            self._misplaced("q", f"q の言葉が多すぎます({MAX_WORDS} 語まで)。", f"`q` has more than {MAX_WORDS} words.")
        elif not texts:
            self._misplaced(
                "q",
                "この表には文字の列がないため、q では探せません。",
                "`q` finds words, and no column of this table is text.",
            )
        else:
            return all_of([worded(texts, word) for word in words])
        return ALWAYS

    def _outputs(self) -> tuple[tuple[Output, ...], int]:
        if self.question.grouped:
            if self.question.distinct:
                self._misplaced(
                    "distinct",
                    "group や measures と distinct は一緒に使えません。",
                    "`distinct` does not go with groups.",
                )
            groups = self._groups()
            outputs = (*groups, *self._measures())
        else:
            outputs = self._plain()
            groups = outputs if self.question.distinct else ()
        self._check_names(outputs)
        return tuple(outputs), len(groups)

    def _plain(self) -> tuple[Output, ...]:
        names = self.question.columns or list(self.columns)
        return tuple(plain_output(self.columns[name]) for name in names if self._is_known(name))

    def _groups(self) -> tuple[Output, ...]:
        found: list[Output] = []
        for group in self.question.group:
            if not self._is_known(group.column):
                continue
            column = self.columns[group.column]
            if group.part and group.part not in parts_of(column.kind):
                self.problems.append(complaints.unfit_part(group.column, group.part, column.kind))
            else:
                found.append(group_output(group, column))
        return tuple(found)

    def _measures(self) -> tuple[Output, ...]:
        found = [self._measure(each) for each in self.question.measures]
        return tuple(each for each in found if each)

    def _measure(self, measure: Measure) -> Output | None:
        if (measure.percent is not None) != (measure.function is Function.PERCENTILE):
            self._misplaced(
                measure_name(measure),
                "percent は percentile にだけ、必ず付けます。",
                "`percentile` takes a `percent`, and nothing else does.",
                "例: p90(列名)",
                "Such as p90(column).",
            )
            return None
        if measure.column is None:
            if measure.function is Function.COUNT:
                return measure_output(measure, None)
            name = measure.function
            self._misplaced(
                name,
                f"{name} には列が要ります。",
                f"`{name}` needs a column.",
                f"例: {name}(列名)",
                f"Such as {name}(column).",
            )
            return None
        if not self._is_known(measure.column):
            return None
        column = self.columns[measure.column]
        if measure.function not in functions_of(column):
            self.problems.append(complaints.unfit_function(column, measure.function))
            return None
        return measure_output(measure, column)

    def _is_known(self, name: str) -> bool:
        if name not in self.columns:
            self.problems.append(complaints.unknown_column(name, list(self.columns)))
        return name in self.columns

    def _check_names(self, outputs: Iterable[Output]) -> None:
        seen: set[str] = set()
        for output in outputs:
            if output.out.name in seen:
                self.problems.append(complaints.name_taken(output.out.name))
            seen.add(output.out.name)

    def _having(self, outputs: Sequence[Output]) -> Sql:
        if self.question.having is None:
            return ALWAYS
        if not self.question.grouped:
            self._misplaced(
                "having",
                "having は group か measures があるときだけ使えます。",
                "`having` asks of groups, and there are none.",
                "行の条件は where に書いてください。",
                "Write conditions on rows into `where`.",
            )
            return ALWAYS
        targets = {
            each.out.name: Target(each.out.name, f"g.o{number}", each.kind, each.out.type, each.ordered)
            for number, each in enumerate(outputs)
        }
        return Conditions(targets, self.problems, of_answer=True).sql(self.question.having)

    def _shown(self, outputs: Sequence[Output]) -> tuple[int, ...]:
        """Answer the places of the columns asked for. Those of rows are made in their order already."""
        if not (self.question.grouped and self.question.columns):
            return tuple(range(len(outputs)))
        places = {each.out.name: number for number, each in enumerate(outputs)}
        for name in self.question.columns:
            if name not in places:
                self.problems.append(complaints.unknown_output(name, list(places), where=_COLUMNS))
        for name in {name for name in self.question.columns if self.question.columns.count(name) > 1}:
            self.problems.append(complaints.name_taken(name))
        return tuple(places[name] for name in self.question.columns if name in places)

    def _order(self, outputs: Sequence[Output], groups: int) -> tuple[Ordering, ...]:
        if not (self.question.grouped or self.question.distinct):
            of_rows = {
                name: (Ordering(each.sql, each.kind, filled=each.filled), each.ordered, each.column.type)
                for name, each in self.columns.items()
            }
            return (*self._sorted(of_rows), Ordering(ROW, Kind.INTEGER, filled=True))
        of_answer = {
            each.out.name: (Ordering(f"g.o{number}", each.kind, filled=each.filled), each.ordered, each.out.type)
            for number, each in enumerate(outputs)
        }
        chosen = self._sorted(of_answer)
        taken = {each.sql for each in chosen}
        rest = [each for each, *_ in list(of_answer.values())[:groups] if each.sql not in taken]
        return (*chosen, *rest)

    def _sorted(self, known: Mapping[str, tuple[Ordering, bool, str]]) -> list[Ordering]:
        found: list[Ordering] = []
        for order in self.question.sort:
            ordering = self._one_order(order, known)
            # What is sorted by twice is in order already.
            if ordering and all(each.sql != ordering.sql for each in found):
                found.append(ordering)
        return found

    def _one_order(self, order: Order, known: Mapping[str, tuple[Ordering, bool, str]]) -> Ordering | None:
        if order.column not in known:
            self.problems.append(complaints.unknown_output(order.column, list(known), where=_SORT))
            return None
        ordering, ordered, type_ = known[order.column]
        if not ordered:
            self.problems.append(complaints.unfit_sort(order.column, type_))
            return None
        return Ordering(ordering.sql, ordering.kind, order.descending, ordering.filled)

    def _misplaced(self, place: str, ja: str, en: str, advice: str = "", advised: str = "") -> None:
        self.problems.append(complaints.misplaced(place, Text(ja, en), Text(advice, advised)))
