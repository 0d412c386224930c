"""Every cell judged by frictionless: its own reading of types and constraints, reported with our lines.

Its readers are used without the resource around them. The resource would sniff the dialect with backtracking
expressions over a stranger's text, and keep a copy of the whole row for every error of a row; a file of one wide bad
row would fill the memory. What a row as a whole can have wrong is told here by the same codes.

What frictionless does not judge (or not safely) is taken out of the schema first; `constraints` looks after it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.publishing.decoding import LONGEST_LINE
from app.publishing.grids import Grid
from app.publishing.layout import Field, Layout, values_of
from app.publishing.remarks import Remarks

STANDARD = "https://datapackage.org/profiles/2.0/tableschema.json"
_PASSED_ON = frozenset(
    {"name", "type", "format", "trueValues", "falseValues", "decimalChar", "groupChar", "bareNumber"}
    | {"delimiter", "itemType", "missingValues"},
)
_JUDGED_ELSEWHERE = frozenset({"pattern", "unique", "jsonSchema"})
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 100

Notes = dict[str, str]
Reader = Callable[[Any], tuple[Any, Notes | None]]


@dataclass(slots=True)
class _Judge:
    """One column's reader. Words known to be good are not read twice."""

    name: str
    field: Field
    read: Reader
    missing: frozenset[str]
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


def reader_of(field: Field) -> Callable[[str], Any]:
    """Make frictionless's reader of one field's words; it answers `None` for what it cannot read."""
    import frictionless

    reader: Callable[[str], Any] = frictionless.Field.from_descriptor(_descriptor(field)).create_value_reader()
    return reader


def _judges(layout: Layout, remarks: Remarks) -> list[_Judge] | None:
    import frictionless

    descriptor = {"$schema": STANDARD, "fields": [_descriptor(field) for field in layout.fields]}
    if "missingValues" in layout.rest:
        descriptor["missingValues"] = values_of(layout.rest["missingValues"])
    try:
        schema = frictionless.Schema.from_descriptor(descriptor)
    except frictionless.FrictionlessException as failure:
        for reason in failure.reasons or [failure.error]:
            remarks.add("schema-error", detail=reason.note)
        return None
    fields = list(zip(layout.fields, schema.fields, strict=True))
    if sum(_wrong_bounds(field, known, remarks) for field, known in fields):
        return None
    return [
        _Judge(str(field["name"]), field, known.create_cell_reader(), frozenset(layout.missing(column)), set())
        for column, (field, known) in enumerate(fields)
    ]


def _descriptor(field: Field) -> Field:
    """Write the field as frictionless needs it."""
    passed = {key: value for key, value in field.items() if key in _PASSED_ON}
    if "missingValues" in passed:
        passed["missingValues"] = values_of(passed["missingValues"])
    if passed["type"] == "integer" and passed.get("groupChar"):
        passed["type"] = "number"  # frictionless knows no groups in integers; the cast proves that they are whole
    elif passed["type"] != "list":
        passed.pop("delimiter", None)
    constraints = field.get("constraints")
    if isinstance(constraints, dict):
        passed["constraints"] = {key: value for key, value in constraints.items() if key not in _JUDGED_ELSEWHERE}
    return passed


def _wrong_bounds(field: Field, known: Any, remarks: Remarks) -> int:
    """Count bounds that are no values of the type; with them every comparison would fail."""
    read = known.create_value_reader()
    wrong = [name for name in _BOUNDS if name in known.constraints and read(known.constraints[name]) is None]
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
    if len(cells) <= len(judges) and all(word in known.missing for word, known in zip(cells, judges, strict=False)):
        remarks.add("blank-row", row=line)
        return True
    for known in judges[len(cells) :]:
        remarks.add("missing-cell", row=line, column=known.name)
    for number, word in enumerate(cells[len(judges) :], start=len(judges) + 1):
        remarks.add("extra-cell", row=line, value=word, number=number)
    return False


def _report(known: _Judge, word: str, notes: Notes, line: int, remarks: Remarks) -> None:
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
