"""Which charts a table's columns lend themselves to, best first: each is a question to the rows and what to draw of it.

Numbers are always counted over all rows that the reader's conditions leave, never over the page that is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from app.query.question import Function, Group, Measure, Order, Part, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.catalog.record import Column

MOST = 4
# A chart of more lines, bars or points than that shows nothing.
SERIES = 8
BARS = 30
POINTS = 5000
LONGEST = 10_000
# Days longer apart than these are shown by month and by year.
BY_DAY = 800
BY_MONTH = 366 * 30

_MOMENTS = frozenset({"date", "datetime"})
_TIMES = frozenset({"year", "yearmonth"})
_YEARS = frozenset({"year", "fiscal-year"})
_NUMBERS = frozenset({"integer", "number"})
# Numbers that are names: adding them up means nothing.
_NAMES = frozenset(
    {"id", "code", "municipality-code", "corporate-number", "town-id", "postal-code", "phone", "latitude", "longitude"}
) | {"year", "fiscal-year", "individual-number"}
_NAMED = re.compile(
    r"(?:^|[_\W])(?:id|no|code|year|lat|lon|lng|latitude|longitude)(?:$|[_\W])|番号|コード|^No|緯度|経度", re.IGNORECASE
)
_YEAR_NAMED = re.compile(r"^(?:year|年|年度|西暦)$", re.IGNORECASE)
_SHARES = re.compile(
    r"[%％‰]|/|当たり|あたり|率$|割合$|平均|\b(?:rate|ratio|share|mean|average|index|price|per)\b", re.IGNORECASE
)
_PLACES = ("municipality", "municipality-code", "prefecture")
_PROSE = frozenset({"note", "text", "address", "url", "email", "phone", "name-kana", "person-name"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Kind(StrEnum):
    """How it is drawn."""

    LINE = "line"
    BAR = "bar"
    SCATTER = "scatter"
    HISTOGRAM = "histogram"


class Role(StrEnum):
    """What a column can be in a chart."""

    TIME = "time"
    NUMBER = "number"
    CATEGORY = "category"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw. `x` and `series` are columns of the table; `y` is empty where rows are counted.

    `part` is what of a date stands on the axis. A scatter has two numbers, and no `function`.
    """

    kind: Kind
    x: str
    y: str = ""
    part: Part | None = None
    function: Function | None = None
    series: str = ""

    @property
    def measure(self) -> str:
        """How the answer's column of numbers is called."""
        return f"{self.function}_{self.y}" if self.y else "count"

    @property
    def x_name(self) -> str:
        """How the answer's column of the axis is called."""
        return f"{self.part}_{self.x}" if self.part else self.x


def role_of(column: Column) -> Role:
    """Say what a column can be in a chart."""
    if is_time(column):
        return Role.TIME
    if column.type in _NUMBERS and column.meaning not in _NAMES and not _NAMED.search(column.name):
        return Role.NUMBER
    if column.type in {"string", "boolean"} and column.meaning not in _PROSE:
        return Role.CATEGORY
    return Role.NONE


def is_time(column: Column) -> bool:
    """Say whether a column's values follow one another in time."""
    return (
        column.type in _MOMENTS | _TIMES
        or (column.meaning in _YEARS and column.type in {"integer", "string"})
        or (column.type == "integer" and bool(_YEAR_NAMED.match(column.name)))
    )


def part_of(column: Column) -> Part | None:
    """Say by what of a date to group: by day, or by more where its days are far apart. Nothing for years."""
    if column.type not in _MOMENTS:
        return None
    if column.meaning == "birth-date" or (days := _days(column)) is None or days > BY_MONTH:
        return Part.YEAR
    return Part.DAY if days <= BY_DAY else Part.MONTH


def function_of(column: Column) -> Function:
    """Say how many values become one: what is a share, a rate or a price is averaged, what is counted is added up."""
    words = f"{column.name} {column.unit} {column.title.ja} {column.title.en}"
    if column.meaning in {"share", "age"} or _SHARES.search(words) or (column.type == "number" and not column.meaning):
        return Function.AVG
    return Function.SUM


def proposals(columns: Sequence[Column], rows: int) -> tuple[Chart, ...]:
    """Propose charts for a table of so many rows; none for one that has nothing to draw."""
    roles = {role: [each for each in columns if role_of(each) is role and _varies(each)] for role in Role}
    times, numbers, categories = roles[Role.TIME], _weighty(roles[Role.NUMBER]), _telling(roles[Role.CATEGORY], rows)
    found: list[Chart] = []
    for time in times[:1]:
        series = next((each.name for each in categories if _distinct(each) <= SERIES), "")
        found += [
            Chart(Kind.LINE, time.name, number.name, part_of(time), function_of(number), series)
            for number in numbers[:2]
        ]
        if not numbers:
            found.append(Chart(Kind.LINE, time.name, "", part_of(time), Function.COUNT, series))
    found += [
        Chart(Kind.BAR, category.name, number.name, None, function_of(number))
        for category in categories[:1]
        for number in numbers[:1]
    ]
    if len(numbers) > 1:
        found.append(Chart(Kind.SCATTER, numbers[0].name, numbers[1].name))
    found += [Chart(Kind.BAR, each.name, "", None, Function.COUNT) for each in categories[:2]]
    found += [Chart(Kind.HISTOGRAM, each.name, "", None, Function.COUNT) for each in numbers[:1]]
    return _unlike(found)


def question_of(chart: Chart, asked: Question) -> Question:
    """Write the question whose answer a chart draws, under the reader's conditions."""
    kept = {"where": asked.where, "search": asked.search}
    if chart.kind is Kind.SCATTER:
        return Question(columns=[chart.x, chart.y], limit=POINTS).model_copy(update=kept)
    group = [Group(column=chart.x, part=chart.part)]
    if chart.series:
        group.append(Group(column=chart.series))
    measures = [Measure(function=chart.function or Function.COUNT, column=chart.y or None)]
    sort = [Order(column=chart.measure, descending=True)] if chart.kind is Kind.BAR else []
    limit = BARS if chart.kind is Kind.BAR else LONGEST
    return Question(group=group, measures=measures, sort=sort, limit=limit).model_copy(update=kept)


def _unlike(charts: Sequence[Chart]) -> tuple[Chart, ...]:
    return tuple(dict.fromkeys(charts))[:MOST]


def _varies(column: Column) -> bool:
    return column.profile is None or column.profile.distinct > 1


def _distinct(column: Column) -> int:
    return column.profile.distinct if column.profile else LONGEST


def _weighty(numbers: Sequence[Column]) -> list[Column]:
    """Put what is known to be an amount before what is only a number."""
    return sorted(numbers, key=lambda each: not (each.unit or each.meaning in {"count", "money", "measure", "share"}))


def _telling(categories: Sequence[Column], rows: int) -> list[Column]:
    """Put places first, then what has few values; what is different in nearly every row tells nothing in bars."""
    named = [each for each in categories if each.meaning not in _NAMES] or categories

    def repeats(column: Column) -> bool:
        return _distinct(column) <= BARS or _distinct(column) <= rows // 2

    def rank(column: Column) -> tuple[int, int]:
        place = _PLACES.index(column.meaning) if column.meaning in _PLACES else len(_PLACES)
        return place, 0 if _distinct(column) <= BARS else _distinct(column)

    return sorted((each for each in named if repeats(each)), key=rank)


def _days(column: Column) -> int | None:
    profile = column.profile
    if profile is None or not profile.minimum or not profile.maximum:
        return None
    first, last = _day(profile.minimum), _day(profile.maximum)
    return (last - first).days if first and last else None


def _day(words: str) -> date | None:
    found = _DAY.match(words)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
