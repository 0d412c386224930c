"""Finds what can be repaired in a staged table, writes every single change down, and makes those that are chosen.

The changes lie beside the cells in the same database: row, column, word before, word after, rule, whether it was
made. Receipts, proposals and the rows that people are shown are all read from there, so they cannot differ.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from pathlib import Path

from app.publishing.grids import Grid
from app.publishing.layout import Field, Layout
from app.publishing.remarks import Remarks
from app.publishing.repair.choices import Choices
from app.publishing.repair.coordinates import swapped
from app.publishing.staging import Stage, identifier, literal, select
from app.publishing.treatment import Treatment, treat

# In the order in which they are made: what a later one sees is what an earlier one left.
FILLED, DITTO, WORDS, PAIRS, ADDED = range(5)

_TABLE = (
    "CREATE TABLE changes "
    "(r BIGINT, c INTEGER, word VARCHAR, after VARCHAR, rule VARCHAR, applied BOOLEAN, step INTEGER)"
)
_SAMPLE_ROWS = 100_000
_SAMPLE_WORDS = 2_000
_FEW_ROWS = 200
_PIECE = 10_000
_MOST_MISFITS = 1_000
_MOST_FLAGS = 20
# A field that says how its own words are written is not rewritten.
_OWN_WAYS = frozenset(
    {"decimalChar", "groupChar", "bareNumber", "trueValues", "falseValues", "categories", "missingValues"}
)
_REPAIRABLE = frozenset({"string", "integer", "number", "date", "datetime", "time", "year", "yearmonth"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of the columns now. `made` says that the staged cells are no longer those of the CSV."""

    treatments: Mapping[int, Treatment]
    made: bool
    fields: tuple[Field, ...] = ()


def repair(stage: Stage, grid: Grid, layout: Layout, choices: Choices, remarks: Remarks) -> Plan:
    """Write all proposed changes down and make the chosen ones. Declared types are aimed at, others are found."""
    stage.execute(_TABLE)
    work = _Repairs(stage, grid, layout, choices, stage.folder, remarks)
    work.note_filled()
    if choices.none:
        return Plan({}, made=False, fields=layout.fields)
    treatments = work.words()
    made = [work.make(step) for step in (DITTO, WORDS)]
    made.append(work.pairs(treatments))
    return Plan(treatments, any(made), layout.fields)


def note_added(stage: Stage, column: int, rule: str) -> None:
    """Write down what a column holds that the file did not have."""
    stage.execute(
        f"INSERT INTO changes SELECT rowid, {column}, '', c{column}, {literal(rule)}, true, {ADDED} "  # noqa: S608 - numbers and a rule of our own
        f"FROM cells WHERE c{column} <> ''"
    )


def note_left(stage: Stage, column: int, rule: str, words: Iterable[tuple[str, str]]) -> None:
    """Write down what could be made of words (before, after), without making it."""
    path = stage.folder / "left.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("word", "after", "rule", "applied"))
        writer.writerows((word, after, rule, 0) for word, after in words)
    stage.execute(
        f"INSERT INTO changes SELECT near.rowid, {column}, word, after, rule, applied, {ADDED} "  # noqa: S608 - a path of our own, quoted
        f"FROM {stage.near(column)} AS near JOIN {_words_file(path)} ON word = c{column}"
    )
    path.unlink()


def is_free(field: Field) -> bool:
    """Say whether nobody described what a column holds, so that the portal may find it."""
    return not any(key in field for key in ("type", "format", "constraints", "categories"))


@dataclass(slots=True)
class _Repairs:
    stage: Stage
    grid: Grid
    layout: Layout
    choices: Choices
    folder: Path
    remarks: Remarks
    few: list[tuple[str, ...]] = dataclass_field(default_factory=list)

    def note_filled(self) -> None:
        """What the reader wrote into merged cells is in the rows already."""
        applied = self.choices.applies("merged-cells-filled")
        self._insert(
            ((each.row, each.column, "", each.after, "merged-cells-filled", applied) for each in self.grid.filled),
            FILLED,
        )

    def words(self) -> dict[int, Treatment]:
        """Find for each column what its words are, and write down how those that differ are to be written."""
        found = {}
        for column in self._columns():
            field = self.layout.fields[column]
            if _is_left_alone(field):
                continue
            found[column] = self._treated(column, None if is_free(field) else self._with_missing(column))
        return found

    def pairs(self, treatments: Mapping[int, Treatment]) -> bool:
        """Put latitudes and longitudes that stand in each other's column back in place."""
        places = {treatments[each].meaning: each for each in treatments}
        latitude, longitude = places.get("latitude"), places.get("longitude")
        if latitude is None or longitude is None:
            return False
        rows = self.stage.rows(f"rowid, c{latitude}, c{longitude}", f"WHERE c{latitude} <> '' AND c{longitude} <> ''")
        wrong = [row for row in rows if swapped(row[1], row[2])]
        names = (self._name(latitude), self._name(longitude))
        applied = all(self.choices.applies("coordinates-swapped", name) for name in names)
        rule = "coordinates-swapped"
        self._insert(((row, latitude, first, second, rule, applied) for row, first, second in wrong), PAIRS)
        self._insert(((row, longitude, second, first, rule, applied) for row, first, second in wrong), PAIRS)
        return self.make(PAIRS)

    def make(self, step: int) -> bool:
        """Make the changes of a step that are chosen; say whether there are any."""
        columns = self.stage.rows("DISTINCT c", f"WHERE step = {step} AND applied ORDER BY c", source="changes")
        for (column,) in columns:
            self.stage.execute(
                f"UPDATE cells SET c{column} = after FROM changes "  # noqa: S608 - numbers of our own
                f"WHERE r = cells.rowid AND c = {column} AND step = {step} AND applied"
            )
        if columns:
            self.stage.forget_blocks()
        return bool(columns)

    def _treated(self, column: int, declared: Field | None) -> Treatment:
        name = self._name(column)
        sample = self._sample(column)
        treatment = treat(name, sample, declared)
        misfits = self._note_words(column, treatment, sample)
        if misfits and declared is None:
            # The sample did not show everything: once more with what it lacked, then as the text that it is.
            treatment = treat(name, _joined(sample, misfits), None)
            misfits = self._note_words(column, treatment, sample)
            if misfits:
                treatment = treat(name, sample, {"name": name, "type": "string"})
                self._note_words(column, treatment, sample)
        self._note_dittos(column, treatment)
        if treatment.almost is not None:
            kind, words = treatment.almost
            self.remarks.add("column-nearly-typed", column=name, value=", ".join(words[:5]), kind=kind)
        self._note_flags(column, treatment, sample)
        return treatment

    def _with_missing(self, column: int) -> Field:
        return {"missingValues": list(self.layout.missing(column))} | self.layout.fields[column]

    def _sample(self, column: int) -> list[tuple[str, int]]:
        if self.grid.rows <= _FEW_ROWS:
            # One question for all columns: DuckDB takes longer to answer the more of them there are.
            if not self.few:
                self.few = self.stage.rows(", ".join(f"c{each}" for each in self._columns()), "ORDER BY rowid")
            return Counter(row[column] for row in self.few if row[column]).most_common()
        rows = self.stage.rows(
            f"c{column} AS word, count(*) AS n",
            f"WHERE rowid < {_SAMPLE_ROWS} AND word <> '' "
            f"GROUP BY word ORDER BY n DESC, min(rowid) LIMIT {_SAMPLE_WORDS}",
            source=self.stage.near(column),
        )
        return [(word, int(count)) for word, count in rows]

    def _note_words(
        self, column: int, treatment: Treatment, sample: Sequence[tuple[str, int]]
    ) -> list[tuple[str, int]]:
        """Write down the changes of a column's words; answer those that fit no type, up to a limit.

        Nothing is kept of a column that nobody described unless all of its words fit.
        """
        name, strict = self._name(column), is_free(self.layout.fields[column])
        path = self.folder / "words.csv"
        misfits: list[tuple[str, int]] = []
        changes = 0
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("word", "after", "rule", "applied"))
            for word, count in self._odd(column, treatment, sample):
                repaired = treatment.repair(word)
                if repaired is None:
                    misfits.append((word, count))
                    if len(misfits) >= _MOST_MISFITS:
                        break
                elif repaired.rule:
                    applied = self.choices.applies(repaired.rule, name, word)
                    writer.writerow((word, repaired.after, repaired.rule, int(applied)))
                    changes += 1
        if changes and not (strict and misfits and treatment.type != "string"):
            self._join(column, path)
        path.unlink()
        return misfits if treatment.type != "string" else []

    def _odd(self, column: int, treatment: Treatment, sample: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int]]:
        if self.grid.rows <= _SAMPLE_ROWS and len(sample) < _SAMPLE_WORDS:
            # All words are known; in a table of thousands of columns every question to DuckDB counts.
            clean, passed = re.compile(treatment.clean), set(treatment.ditto_words)
            yield from (each for each in sample if each[0] not in passed and not clean.fullmatch(each[0]))
            return
        dittos = "".join(f", {literal(word)}" for word in treatment.ditto_words)
        where = f"WHERE word NOT IN (''{dittos}) AND NOT regexp_full_match(word, {literal(treatment.clean)})"
        rest = f"{where} GROUP BY word ORDER BY n DESC, min(rowid)"
        near = self.stage.near(column)
        for piece in self.stage.pieces(f"c{column} AS word, count(*) AS n", rest, _PIECE, source=near):
            yield from piece

    def _join(self, column: int, path: Path) -> None:
        self.stage.execute(
            f"INSERT INTO changes SELECT near.rowid, {column}, word, after, rule, applied, {WORDS} "  # noqa: S608 - a path of our own, quoted
            f"FROM {self.stage.near(column)} AS near JOIN {_words_file(path)} ON word = c{column}"
        )

    def _note_dittos(self, column: int, treatment: Treatment) -> None:
        """Write out words such as 同上, whose meaning is the cell above, as that cell will be."""
        if not treatment.ditto_words:
            return
        applied = self.choices.applies("ditto-filled", self._name(column))
        words = ", ".join(map(literal, treatment.ditto_words))
        which = f"WHERE c = {column} AND step = {WORDS} AND applied GROUP BY word"
        mended = f"({select('word AS w, any_value(after) AS m', 'changes', which)})"
        what = f"cells.rowid AS r, c{column} AS word, coalesce(m, c{column}) AS now"
        now = select(what, "cells", f"LEFT JOIN {mended} ON w = c{column}")
        above = (
            f"last_value(CASE WHEN word NOT IN ({words}, '') THEN now END IGNORE NULLS) "
            "OVER (ORDER BY r ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        )
        self.stage.execute(
            f"INSERT INTO changes SELECT r, {column}, word, above, 'ditto-filled', {applied}, {DITTO} "  # noqa: S608 - numbers and quoted words
            f"FROM (SELECT r, word, {above} AS above FROM ({now})) WHERE word IN ({words}) AND above IS NOT NULL"
        )

    def _note_flags(self, column: int, treatment: Treatment, sample: Sequence[tuple[str, int]]) -> None:
        """Tell of words that are of the type but cannot be right, such as a day in an era that had ended."""
        shown = 0
        for word, count in sample:
            code = treatment.flag(word) if treatment.flags_clean or not re.fullmatch(treatment.clean, word) else None
            if code is not None and shown < _MOST_FLAGS:
                shown += 1
                [(row,)] = self.stage.rows("min(rowid)", f"WHERE c{column} = {literal(word)}")
                line = None if row is None else self.grid.lines.line(row)
                self.remarks.add(code, row=line, column=self._name(column), value=word, count=count)

    def _insert(self, changes: Iterator[tuple[object, ...]], step: int) -> None:
        path = self.folder / "changes.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("r", "c", "word", "after", "rule", "applied"))
            writer.writerows((*change[:5], int(bool(change[5]))) for change in changes)
        self.stage.execute(
            f"INSERT INTO changes SELECT *, {step} FROM {_changes_file(path)}"  # noqa: S608 - as above
        )
        path.unlink()

    def _columns(self) -> range:
        return range(len(self.layout.fields))

    def _name(self, column: int) -> str:
        return str(self.layout.fields[column]["name"])


def _is_left_alone(field: Field) -> bool:
    if field.get("format", "default") != "default" or field.keys() & _OWN_WAYS:
        return True
    return str(field.get("type", "string")) not in _REPAIRABLE


def _joined(sample: Sequence[tuple[str, int]], more: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    return list((dict(sample) | dict(more)).items())


def _words_file(path: Path) -> str:
    return _csv(path, {"word": "VARCHAR", "after": "VARCHAR", "rule": "VARCHAR", "applied": "BOOLEAN"})


def _changes_file(path: Path) -> str:
    kinds = {"r": "BIGINT", "c": "INTEGER", "word": "VARCHAR", "after": "VARCHAR", "rule": "VARCHAR"}
    return _csv(path, kinds | {"applied": "BOOLEAN"})


def _csv(path: Path, kinds: Mapping[str, str]) -> str:
    columns = ", ".join(f"{identifier(name)}: {literal(kind)}" for name, kind in kinds.items())
    return (
        f"read_csv({literal(str(path))}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"columns = {{{columns}}}, force_not_null = ['word', 'after'])"
    )


def with_plan(layout: Layout, plan: Plan) -> Layout:
    """Let the fields that nobody described say what was found: unit, and words that stand for no value."""
    fields = list(layout.fields)
    for column, treatment in plan.treatments.items():
        if not is_free(fields[column]):
            continue
        found: Field = {}
        if treatment.unit and "unit" not in fields[column]:
            found["unit"] = treatment.unit
        if treatment.format:
            found["format"] = treatment.format
        if treatment.null_words:
            found["missingValues"] = ["", *treatment.null_words]
        fields[column] = fields[column] | found
    return replace(layout, fields=tuple(fields))


def as_text(layout: Layout, plan: Plan, types: Mapping[int, str]) -> Layout:
    """Take back what was said of columns that turned out to be text: there every word stands for itself."""
    fields = list(layout.fields)
    for column, kind in types.items():
        treatment = plan.treatments.get(column)
        if kind == "string" and treatment is not None and treatment.type != "string":
            said = {"unit", "format", "missingValues"} if is_free(plan.fields[column]) else set()
            fields[column] = {key: value for key, value in fields[column].items() if key not in said}
    return replace(layout, fields=tuple(fields))
