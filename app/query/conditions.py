"""Conditions of a question on columns that there are: their values are read, and every one that cannot be is listed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.query import complaints
from app.query.fragments import Sql, all_of, any_of, negated
from app.query.predicates import MERIDIAN, POLE, compared, empty, in_box, lying_in, near
from app.query.question import MAX_CONDITIONS, MAX_DEPTH, And, Box, Condition, Near, Not, Op, Or
from app.query.refusals import nearest, refused
from app.query.storage import Kind
from app.query.values import span_of, truth_of, written
from app.query.within import cells_within, codes_of, names_to_offer, speaks_of_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.kernel.report import Problem
    from app.query.question import Where
    from app.query.storage import Stored
    from app.query.values import Span

_HAVING = Text("having", "`having`")
_ALWAYS = frozenset({Op.EXACT, Op.NOT, Op.IN, Op.NULL})
_ORDER = frozenset({Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN})
_LETTERS = frozenset({Op.CONTAINS, Op.STARTS})
_SEVERAL = frozenset({Op.IN, Op.WITHIN})


@dataclass(frozen=True, slots=True)
class Target:
    """A column that conditions may ask of: the table's, or one of the answer's groups."""

    name: str
    sql: str
    kind: Kind
    type: str
    ordered: bool = True
    stored: Stored | None = None

    @property
    def years(self) -> bool:
        """Whether its integers are years."""
        return self.type == "year"

    @property
    def ops(self) -> tuple[Op, ...]:
        """What may be asked of it."""
        allowed = set(_ALWAYS)
        if self.ordered and self.kind is not Kind.BOOLEAN:
            allowed |= _ORDER
        if self.kind is Kind.TEXT:
            allowed |= _LETTERS
        if self.stored and speaks_of_places(self.stored):
            allowed |= {Op.WITHIN}
        return tuple(op for op in Op if op in allowed)


def of_table(columns: Mapping[str, Stored]) -> dict[str, Target]:
    """Answer what may be asked of a table's columns; the OpenAPI document of the table is made of the same."""
    return {
        name: Target(name, each.sql, each.kind, each.column.type, each.ordered, each) for name, each in columns.items()
    }


@dataclass(slots=True)
class Conditions:
    """Writes conditions on `targets` as SQL; `coordinates` are latitude and longitude, where there are any.

    `known` are the names that may be offered instead of one that there is not; `problems` is where complaints go.
    """

    targets: Mapping[str, Target]
    problems: list[Problem]
    coordinates: tuple[str, str] | None = None
    of_answer: bool = False
    _count: int = field(default=0)

    def sql(self, where: Where, depth: int = 1) -> Sql:
        """Write a tree. Raises `BadRequest` where it is too large to go on; other complaints are collected."""
        if depth > MAX_DEPTH + 1:
            raise refused(complaints.too_deep())
        if isinstance(where, And):
            return all_of([self.sql(part, depth + 1) for part in where.all])
        if isinstance(where, Or):
            return any_of([self.sql(part, depth + 1) for part in where.any])
        if isinstance(where, Not):
            return negated(self.sql(where.negated, depth + 1))
        self._count += 1
        if self._count > MAX_CONDITIONS:
            raise refused(complaints.too_many())
        return (self._condition(where) if isinstance(where, Condition) else self._position(where)) or Sql("true")

    def _position(self, where: Box | Near) -> Sql | None:
        place = "box" if isinstance(where, Box) else "near"
        if self.coordinates is None:
            self.problems.append(complaints.no_coordinates(place))
            return None
        if isinstance(where, Near):
            numbers = (where.latitude, where.longitude, where.metres)
            return near(*self.coordinates, numbers[:2], numbers[2])
        west, south, east, north = where.box
        if not (-POLE <= south <= north <= POLE and -MERIDIAN <= west <= MERIDIAN and -MERIDIAN <= east <= MERIDIAN):
            self.problems.append(complaints.bad_box(",".join(map(str, where.box))))
            return None
        return in_box(*self.coordinates, where.box)

    def _condition(self, where: Condition) -> Sql | None:
        target = self.targets.get(where.column)
        if target is None:
            known = list(self.targets)
            self.problems.append(
                complaints.unknown_output(where.column, known, where=_HAVING)
                if self.of_answer
                else complaints.unknown_column(where.column, known)
            )
            return None
        if where.op not in target.ops:
            self.problems.append(self._unfit(target, where.op))
            return None
        words = [written(each) for each in (where.value if isinstance(where.value, list) else [where.value])]
        wrong = not words if where.op in _SEVERAL else len(words) != (2 if where.op is Op.BETWEEN else 1)
        if wrong:
            self.problems.append(complaints.wrong_count(target.name, where.op, len(words)))
            return None
        if where.op is Op.NULL:
            return self._null(target, words[0])
        if where.op is Op.WITHIN:
            return self._within(target, words)
        return self._compared(target, where.op, words)

    def _unfit(self, target: Target, op: Op) -> Problem:
        if op is Op.WITHIN:
            return complaints.no_places(target.name, [each.name for each in self.targets.values() if op in each.ops])
        return complaints.unfit_op(target.name, op, target.kind, target.ops)

    def _null(self, target: Target, word: str) -> Sql | None:
        truth = truth_of(word)
        if truth is None:
            self.problems.append(complaints.unreadable(target.name, Kind.BOOLEAN, word))
            return None
        return empty(target.sql) if truth else negated(empty(target.sql))

    def _compared(self, target: Target, op: Op, words: Sequence[str]) -> Sql | None:
        spans = self._spans(target, words)
        if spans is None:
            return None
        if op in _ORDER and any(_is_nan(span.first) for span in spans):
            self.problems.append(complaints.without_order(target.name, words[0]))
            return None
        if op is Op.BETWEEN and spans[0].first > spans[1].last:
            self.problems.append(complaints.upside_down(target.name, words))
            return None
        return compared(target.sql, target.kind, op, spans)

    def _spans(self, target: Target, words: Iterable[str]) -> list[Span] | None:
        found: list[Span] = []
        bad = False
        for word in words:
            span = span_of(word, target.kind, years=target.years)
            if span is None:
                self.problems.append(complaints.unreadable(target.name, target.kind, word, years=target.years))
                bad = True
            else:
                found.append(span)
        return None if bad else found

    def _within(self, target: Target, words: Sequence[str]) -> Sql | None:
        if target.stored is None:
            return None
        conditions: list[Sql] = []
        for word in words:
            codes = codes_of(word)
            if not codes:
                near_names = nearest(word, names_to_offer())
                self.problems.append(complaints.unknown_place(target.name, word, near_names))
                continue
            cells = cells_within(target.stored, codes)
            if cells is None:
                self.problems.append(complaints.place_too_small(target.name, word))
                continue
            conditions.append(lying_in(target.sql, cells))
        return any_of(conditions)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
