"""Every cell judged by frictionless: its own reading of types and constraints, reported with our lines.

Its readers are used without the resource around them. The resource would sniff the dialect with backtracking
expressions over a stranger's text, and keep a copy of the whole row for every error of a row; a file of one wide bad
row would fill the memory. What a row as a whole can have wrong is told here by the same codes.

What frictionless does not judge (or not safely) is taken out of the schema first; `constraints` looks after it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from app.publishing.casting import certain, descriptor_of, distinct_words, without_plugins
from app.publishing.decoding import LONGEST_LINE
from app.publishing.grids import Grid
from app.publishing.layout import Field, Layout, values_of
from app.publishing.problems import SHOWN_VALUE
from app.publishing.remarks import Remarks
from app.publishing.staging import Stage, is_storable, literal, select

STANDARD = "https://datapackage.org/profiles/2.0/tableschema.json"
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 100
_AT_ONCE = 64
_WHOLE_ROW = -1
_PROVED = frozenset({"integer", "number", "boolean", "date", "datetime", "string", "any"})
_RULES = frozenset({"format", "constraints", "groupChar", "decimalChar", "bareNumber", "trueValues", "falseValues"})
_WIDE = 500
_SOON_LOOPED = 2_000_000

Notes = dict[str, str]
Reader = Callable[[Any], tuple[Any, Notes | None]]
# Row, column (or the whole row), word, what is wrong with it.
Found = tuple[int, int, str, Sequence[str]]


@dataclass(slots=True)
class _Judge:
    """One column's reader. Words known to be good are not read twice."""

    name: str
    field: Field
    read: Reader
    missing: frozenset[str]
    bounds: dict[str, Any]
    good: set[str]

    @property
    def can_object(self) -> bool:
        """Text without rules is always good."""
        ruled = self.field.get("constraints") or self.field.get("format", "default") != "default"
        return bool(ruled) or self.field["type"] not in {"string", "any"}

    def check(self, word: str) -> Notes | None:
        """Answer what is wrong with a word: "type", or the names of constraints."""
        try:
            notes = self.read(word)[1]
        except TypeError:  # a local time has no place before or after an instant
            return dict.fromkeys(self.field["constraints"], "") if self.field.get("constraints") else {"type": ""}
        except (ValueError, ArithmeticError, RecursionError):
            return {"type": ""}
        if notes is None and len(self.good) < _REMEMBERED and len(word) < _LONGEST_REMEMBERED:
            self.good.add(word)
        return notes


def judge(grid: Grid, layout: Layout, remarks: Remarks) -> bool:
    """Judge every cell of every row and report what is wrong; false where the schema itself is."""
    judges = _judges(layout, remarks)
    if judges is None:
        return False
    critical = [(column, known) for column, known in enumerate(judges) if known.can_object]
    for row, cells in enumerate(_rows(grid)):
        if (len(cells) != len(judges) or cells[0] in judges[0].missing) and _is_off(cells, judges, grid, row, remarks):
            continue
        for column, known in critical:
            if column < len(cells) and cells[column] not in known.good:
                notes = known.check(cells[column])
                if notes:
                    _report(known, cells[column], notes, grid.lines.line(row), remarks)
    return True


def judge_staged(stage: Stage, grid: Grid, layout: Layout, remarks: Remarks) -> bool:
    """Judge the staged rows of an even grid as `judge` would, each different word at most once.

    SQL tells which words are surely good; frictionless reads the others.
    """
    judges = [] if layout.inferred and all(map(_is_proved, layout.fields)) else _judges(layout, remarks)
    if judges is None:
        return False
    if len(layout.fields) > _WIDE and grid.rows * len(layout.fields) < _SOON_LOOPED:
        return judge(grid, layout, remarks)  # a question to a wide table takes longer than a few rows
    blank = _find_blank(stage, layout)
    total, found = blank, _blank_rows(stage, remarks.room)
    for column, unsure, longest in _unsure(stage, judges):
        where = f"{unsure} AND cells.rowid NOT IN (FROM blank)" if blank else unsure
        last = found[-1][0] if found and len(found) == remarks.room else grid.rows
        count, first = _read_words(stage, column, judges[column], where, longest)
        total += count
        if count and first <= last:
            found = nsmallest(remarks.room, found + _wrong_rows(stage, column, where, remarks.room))
    for row, column, word, notes in found:
        line = grid.lines.line(row)
        if column == _WHOLE_ROW:
            remarks.add("blank-row", row=line)
        else:
            _report(judges[column], word, notes, line, remarks)
    remarks.omit(total - sum(len(notes) for *_, notes in found))
    return True


def _is_proved(field: Field) -> bool:
    """Say whether the inference of types looked at every word already, and more strictly than frictionless."""
    return field["type"] in _PROVED and not field.keys() & _RULES


def _find_blank(stage: Stage, layout: Layout) -> int:
    """Put the rows of which no cell has a value into the table `blank`, and count them."""
    stage.execute("CREATE OR REPLACE TABLE blank (r BIGINT)")
    missing = [", ".join(map(literal, layout.missing(column))) for column in range(len(layout.fields))]
    if not all(missing):
        return 0
    rows = ""
    for start in range(0, len(missing), _AT_ONCE):
        part = range(start, min(start + _AT_ONCE, len(missing)))
        condition = " AND ".join(f"c{column} IN ({missing[column]})" for column in part)
        stage.execute(f"CREATE OR REPLACE TABLE blank AS {select('rowid AS r', 'cells', f'WHERE {condition}{rows}')}")
        [(count,)] = stage.rows("count(*)", source="blank")
        if not count:
            return 0
        rows = " AND rowid IN (FROM blank)"
    return int(count)


def _blank_rows(stage: Stage, room: int) -> list[Found]:
    rows = stage.rows("r", f"ORDER BY r LIMIT {room}", source="blank")
    return [(row, _WHOLE_ROW, "", ("blank-row",)) for (row,) in rows]


def _unsure(stage: Stage, judges: Sequence[_Judge]) -> Iterator[tuple[int, str, int]]:
    """List the columns with words that are not surely good: the SQL of those words, and the length of the longest."""
    questions = {column: _question(known, column) for column, known in enumerate(judges) if known.can_object}
    longest = stage.figures([f"max(length(c{column})) FILTER ({unsure})" for column, unsure in questions.items()])
    for (column, unsure), length in zip(questions.items(), longest, strict=True):
        if length is not None:
            yield column, unsure, length


def _question(known: _Judge, column: int) -> str:
    """Write the SQL of the words that must be read, a missing value among them only where one is required."""
    word = f"c{column}"
    sure = certain(descriptor_of(known.field), word, known.bounds)
    if not all(map(is_storable, known.missing)):
        return "true"
    missing = f"{word} IN ({', '.join(map(literal, sorted(known.missing)))})" if known.missing else "false"
    if (known.field.get("constraints") or {}).get("required"):
        sure = f"NOT {missing} AND {sure}" if sure else "false"
    else:
        sure = f"{missing} OR ({sure})" if sure else missing
    return f"({sure}) IS NOT TRUE"


def _read_words(stage: Stage, column: int, known: _Judge, where: str, longest: int) -> tuple[int, int]:
    """Have words read and put the wrong ones into the table `wrong`; answer how many problems, and the first row."""
    stage.execute("CREATE OR REPLACE TEMP TABLE wrong (word VARCHAR, notes VARCHAR)")
    count, first = 0, sys.maxsize
    for piece in distinct_words(stage, column, where, longest):
        wrong = [(word, " ".join(notes)) for word, *_ in piece if (notes := known.check(word))]
        if not wrong:
            continue
        words, reasons = zip(*wrong, strict=True)
        stage.execute("INSERT INTO wrong SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])", [words, reasons])
        faults = {word: len(reason.split()) for word, reason in wrong}
        count += sum(faults.get(word, 0) * often for word, often, _ in piece)
        first = min(first, *(row for word, _, row in piece if word in faults))
    return count, first


def _wrong_rows(stage: Stage, column: int, where: str, room: int) -> list[Found]:
    rows = stage.rows(
        f"cells.rowid AS r, left(word, {SHOWN_VALUE + 1}), notes",
        f"WHERE {where} ORDER BY r LIMIT {room}",
        source=f"cells JOIN wrong ON c{column} = word",
    )
    return [(row, column, word, notes.split()) for row, word, notes in rows]


def _judges(layout: Layout, remarks: Remarks) -> list[_Judge] | None:
    import frictionless

    descriptor = {"$schema": STANDARD, "fields": [descriptor_of(field) for field in layout.fields]}
    if "missingValues" in layout.rest:
        descriptor["missingValues"] = values_of(layout.rest["missingValues"])
    try:
        with without_plugins():
            schema = frictionless.Schema.from_descriptor(descriptor)
    except frictionless.FrictionlessException as failure:
        for reason in failure.reasons or [failure.error]:
            remarks.add("schema-error", detail=reason.note)
        return None
    fields = list(zip(layout.fields, schema.fields, strict=True))
    if sum(_wrong_bounds(field, known, remarks) for field, known in fields):
        return None
    return [
        _Judge(
            name=str(field["name"]),
            field=field,
            read=known.create_cell_reader(),
            missing=frozenset(layout.missing(column)),
            bounds=_bounds(known),
            good=set(),
        )
        for column, (field, known) in enumerate(fields)
    ]


def _bounds(known: Any) -> dict[str, Any]:
    read = known.create_value_reader()
    given = {name: known.constraints.get(name) for name in _BOUNDS}
    return {name: read(bound) for name, bound in given.items() if bound is not None}


def _wrong_bounds(field: Field, known: Any, remarks: Remarks) -> int:
    """Count bounds that are no values of the type; with them every comparison would fail."""
    wrong = [name for name, bound in _bounds(known).items() if bound is None]
    for name in wrong:
        remarks.add("schema-error", column=field["name"], detail=f"{name}: {known.constraints[name]}")
    return len(wrong)


def _rows(grid: Grid) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_LINE)  # frictionless sets it to 2 GB when it is imported
    with grid.csv.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        next(reader)
        for row, cells in enumerate(reader):
            if row == grid.rows:
                return
            yield cells


def _is_off(cells: list[str], judges: list[_Judge], grid: Grid, row: int, remarks: Remarks) -> bool:
    """Report a row as a whole: blank (then nothing else is said of it), too short, too long."""
    line = grid.lines.line(row)
    if not any(cells[len(judges) :]) and all(word in known.missing for word, known in zip(cells, judges, strict=False)):
        remarks.add("blank-row", row=line)
        return True
    for known in judges[len(cells) :]:
        remarks.add("missing-cell", row=line, column=known.name)
    for number, word in enumerate(cells[len(judges) :], start=len(judges) + 1):
        remarks.add("extra-cell", row=line, value=word, number=number)
    return False


def _report(known: _Judge, word: str, notes: Iterable[str], line: int, remarks: Remarks) -> None:
    constraints = known.field.get("constraints") or {}
    for name in notes:
        if name == "type":
            remarks.add("type-error", row=line, column=known.name, value=word, type=kind_of(known.field))
        else:
            rule = f"{name} = {constraints.get(name)}"
            remarks.add("constraint-error", row=line, column=known.name, value=word, constraint=rule)


def kind_of(field: Field) -> str:
    """Name a field's type, with its format where that is not the plain one."""
    format_ = field.get("format", "default")
    return str(field["type"]) if format_ == "default" else f"{field['type']} ({format_})"
