"""Answers questions about rows in plain Python, slowly and without SQL: what the engine's answers are compared with."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from app.query.question import And, Condition, Function, Measure, Not, Op, Or, Part, Question, Where

Cells = dict[str, Any]
JAPAN = timezone(timedelta(hours=9))


def answer(question: Question, rows: Sequence[Cells], types: dict[str, str]) -> list[tuple[Any, ...]]:
    """Answer all rows, as they come in the file or in the order of groups."""
    words = _folded(question.search).split()
    kept = [row for row in rows if _found(row, words, types) and holds(question.where, row, types) is True]
    if question.grouped:
        made, names = _grouped(question, kept)
        of = {name: _type(question, name, types) for name in names}
        made = [row for row in made if holds(question.having, row, of) is True]
        first = [_group_name(each.column, each.part, each.name) for each in question.group]
        shown = question.columns or names
    else:
        shown = question.columns or list(types)
        made = [{name: row[name] for name in types} for row in kept]
        if question.distinct:
            made = list({tuple(_same(row[name]) for name in shown): row for row in made}.values())
        first = list(shown) if question.distinct else []
    order = [(each.column, each.descending) for each in question.sort]
    order += [(name, False) for name in first]
    made.sort(key=cmp_to_key(lambda a, b: _compare(a, b, order)))
    return [tuple(row[name] for name in shown) for row in made]


def _type(question: Question, name: str, types: dict[str, str]) -> str:
    for group in question.group:
        if _group_name(group.column, group.part, group.name) == name:
            return types[group.column] if group.part is None else _PART_TYPES[group.part]
    for measure in question.measures:
        if _measure_name(measure) == name:
            keeps = measure.function in {Function.MIN, Function.MAX} and measure.column
            return types[measure.column or ""] if keeps else "integer"
    raise KeyError(name)


_PART_TYPES = dict.fromkeys(Part, "integer") | {Part.QUARTER: "string", Part.MONTH: "string", Part.DAY: "date"}


def holds(where: Where | None, row: Cells, types: dict[str, str]) -> bool | None:
    """Say whether conditions hold; `None` where an empty cell leaves it open."""
    if where is None:
        return True
    if isinstance(where, And):
        found = [holds(part, row, types) for part in where.all]
        return False if False in found else None if None in found else True
    if isinstance(where, Or):
        found = [holds(part, row, types) for part in where.any]
        return True if True in found else None if None in found else False
    if isinstance(where, Not):
        inner = holds(where.negated, row, types)
        return None if inner is None else not inner
    assert isinstance(where, Condition)
    return _condition(where, row[where.column], types[where.column])


def _condition(where: Condition, cell: Any, type_: str) -> bool | None:
    given = [str(each) for each in (where.value if isinstance(where.value, list) else [where.value])]
    if where.op is Op.NULL:
        return (cell is None) is (given[0].casefold() == "true")
    if cell is None:
        return None
    if where.op in {Op.CONTAINS, Op.STARTS}:
        forms = [unicodedata.normalize(form, given[0]) for form in ("NFC", "NFD")]
        return any(form in cell if where.op is Op.CONTAINS else cell.startswith(form) for form in forms)
    spans = [_span(text, type_) for text in given]
    equal = any(_equal(cell, first, last) for first, last in spans)
    if where.op in {Op.EXACT, Op.IN}:
        return equal
    if where.op is Op.NOT:
        return not equal
    (first, last), (_, end) = spans[0], spans[-1]
    return _in_order(where.op, cell, (first, last, end))


def _in_order(op: Op, cell: Any, bounds: tuple[Any, Any, Any]) -> bool:
    first, last, end = bounds
    asked: dict[Op, Callable[[], bool]] = {
        Op.GT: lambda: cell > last,
        Op.GTE: lambda: cell >= first,
        Op.LT: lambda: cell < first,
        Op.LTE: lambda: cell <= last,
        Op.BETWEEN: lambda: first <= cell <= end,
    }
    return asked[op]()


def _equal(cell: Any, first: Any, last: Any) -> bool:
    if isinstance(cell, str):
        return unicodedata.normalize("NFC", cell) == unicodedata.normalize("NFC", first)
    if isinstance(cell, float) and math.isnan(cell):
        return bool(math.isnan(first))
    return bool(first <= cell <= last)


def _span(text: str, type_: str) -> tuple[Any, Any]:
    if type_ in _READ:
        return (_READ[type_](text),) * 2
    if "T" in text:
        return (datetime.fromisoformat(text),) * 2
    first = date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    after = first + timedelta(days=1) if len(text) > 7 else (first + timedelta(days=32)).replace(day=1)
    if type_ == "date":
        return first, after - timedelta(days=1)
    zone = JAPAN if type_ == "instant" else None
    start, end = (datetime.combine(each, time(), zone) for each in (first, after))
    return start, end - timedelta(microseconds=1)


_READ: dict[str, Callable[[str], Any]] = {
    "string": lambda text: unicodedata.normalize("NFC", text),
    **dict.fromkeys(("integer", "wide", "year"), int),
    **dict.fromkeys(("number", "half"), float),
    "boolean": lambda text: text == "true",
    "time": time.fromisoformat,
}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _found(row: Cells, words: Sequence[str], types: dict[str, str]) -> bool:
    texts = [_folded(row[name]) for name, type_ in types.items() if type_ == "string" and row[name] is not None]
    return all(any(word in text for text in texts) for word in words)


def _same(cell: Any) -> Any:
    return "NaN" if isinstance(cell, float) and math.isnan(cell) else cell


def _rank(cell: Any) -> Any:
    return (1, 0.0) if isinstance(cell, float) and math.isnan(cell) else (0, cell)


def _compare(one: Cells, other: Cells, order: Sequence[tuple[str, bool]]) -> int:
    for name, descending in order:
        a, b = one[name], other[name]
        if a is None or b is None:
            if (a is None) != (b is None):
                return 1 if a is None else -1
            continue
        if _rank(a) != _rank(b):
            return -1 if (_rank(a) < _rank(b)) != descending else 1
    return 0


def _group_name(column: str, part: Part | None, name: str | None) -> str:
    return name or (f"{part}_{column}" if part else column)


def _measure_name(measure: Measure) -> str:
    if measure.name or not measure.column:
        return measure.name or str(measure.function)
    if measure.function is Function.PERCENTILE:
        return f"p{measure.percent:g}_{measure.column}"
    return f"{measure.function}_{measure.column}"


def _grouped(question: Question, rows: Sequence[Cells]) -> tuple[list[Cells], list[str]]:
    groups: dict[tuple[Any, ...], tuple[list[Any], list[Cells]]] = {}
    if not question.group:
        groups[()] = ([], [])
    for row in rows:
        keys = [_part(row[each.column], each.part) for each in question.group]
        groups.setdefault(tuple(map(_same, keys)), (keys, []))[1].append(row)
    named = [_group_name(each.column, each.part, each.name) for each in question.group]
    names = named + [_measure_name(each) for each in question.measures]
    made = [
        dict(zip(names, [*keys, *(_measured(each, members) for each in question.measures)], strict=True))
        for keys, members in groups.values()
    ]
    return made, names


def _part(cell: Any, part: Part | None) -> Any:
    if part is None or cell is None:
        return cell
    if isinstance(cell, datetime) and cell.tzinfo:
        cell = cell.astimezone(JAPAN)
    parts: dict[Part, Callable[[], Any]] = {
        Part.YEAR: lambda: cell.year,
        Part.FISCAL_YEAR: lambda: cell.year if cell.month > 3 else cell.year - 1,
        Part.QUARTER: lambda: f"{cell.year:04}-Q{(cell.month + 2) // 3}",
        Part.MONTH: lambda: f"{cell.year:04}-{cell.month:02}",
        Part.DAY: lambda: cell.date() if isinstance(cell, datetime) else cell,
        Part.WEEKDAY: lambda: date.isoweekday(cell),
        Part.HOUR: lambda: cell.hour,
    }
    return parts[part]()


def _measured(measure: Measure, rows: Sequence[Cells]) -> Any:
    if measure.column is None:
        return len(rows)
    cells = [row[measure.column] for row in rows if row[measure.column] is not None]
    if measure.function is Function.COUNT:
        return len(cells)
    if measure.function is Function.DISTINCT:
        return len({_same(cell) for cell in cells})
    return _figure(measure, cells) if cells else None


def _figure(measure: Measure, cells: list[Any]) -> Any:
    if measure.function is Function.SUM:
        # Decimals are added as integers: Python would round their sum to 28 digits.
        return sum(int(cell) if isinstance(cell, Decimal) else cell for cell in cells)
    if measure.function is Function.AVG:
        return sum(map(float, cells)) / len(cells)
    if measure.function in {Function.MIN, Function.MAX}:
        return sorted(cells, key=_rank)[0 if measure.function is Function.MIN else -1]
    share = 0.5 if measure.function is Function.MEDIAN else (measure.percent or 0) / 100
    ordered = sorted(map(float, cells))
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
