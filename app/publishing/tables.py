"""Turns one data file into clean, typed, profiled tables, or says what is wrong with it and where.

The story: bytes -> rows -> tables among them -> words repaired -> columns with types -> every cell and key checked ->
Parquet, profile, receipt. Runs inside a sandboxed child. Whatever goes wrong, there is never half a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.catalog.record import Column, Mark, RepairCount
from app.kernel.report import Findings
from app.publishing import other_formats, progress
from app.publishing.archive import looks_like
from app.publishing.casting import Cast, casts, present
from app.publishing.constraints import check_table
from app.publishing.decoding import find_encoding
from app.publishing.delimited import Delimited, copied, find_dialect, read_delimited
from app.publishing.examination import Examined, PersonalData, ShownColumn
from app.publishing.grids import Grid, HeaderChange, Lines
from app.publishing.inference import infer_types
from app.publishing.judging import judge, judge_staged
from app.publishing.layout import Layout, lay_bare, lay_out, values_of
from app.publishing.personal import describe_personal, examine_personal
from app.publishing.profiling import describe_columns
from app.publishing.remarks import Remarks
from app.publishing.repair import address_parts, changes, receipt, showing
from app.publishing.repair.choices import Choices
from app.publishing.staging import Stage, identifier
from app.publishing.standard_datasets import recognise_standard
from app.publishing.treatment import Treatment
from app.publishing.workbooks import read_workbook

PARQUET = "table.parquet"
CLEAN = "clean.csv"
RECEIPT = "receipt.json"
_TEXTS = {"csv": ",", "tsv": "\t"}
_WORKBOOKS = frozenset({"xlsx", "xlsm", "xls", "ods"})
_TEXT_KINDS = frozenset({"text", "unknown", "empty"})  # "unknown" may still be text; decoding will tell
# What `infer_types` proves on every row; any other type is proved by its cast.
_PROVED = frozenset({"integer", "number", "boolean", "date", "datetime"})
_TEXT_TYPES = frozenset({"string", "any"})
_LOOKED_AT = 20_000
SPLIT = "address-split"


@dataclass(frozen=True, slots=True)
class TableSource:
    """What is known of a file; `file` is its name for people.

    `dialect` and `schema` have been reduced to allowed keys, `encoding` may be empty. `members` are the files that
    belong to it, by their endings, where a table is made of several.
    """

    resource: str
    file: str
    format: str
    encoding: str = ""
    dialect: dict[str, Any] = field(default_factory=dict)
    schema: dict[str, Any] | None = None
    members: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CleanTable:
    """`csv` is UTF-8 without mark, comma, header in line 1; the source itself, byte for byte, where `unchanged`.

    `schema` is the Table Schema (v2) to publish. `encoding` is the source's, empty for a spreadsheet. `lines` is the
    way back from rows to the lines of the source. `resource` is the name of the resource that it becomes, `title`
    what tells it apart from other tables of its file.
    """

    resource: str
    csv: Path
    unchanged: bool
    parquet: Path
    schema: dict[str, Any]
    inferred: bool
    columns: tuple[Column, ...]
    rows: int
    encoding: str
    lines: Lines
    title: str
    receipt: Path
    repairs: tuple[RepairCount, ...]
    examined: Examined


@dataclass(frozen=True, slots=True)
class Tables:
    """What was found in a file. Without an error among the findings and without `clean`, it holds no table.

    `examined` also has tables that are wrong.
    """

    clean: tuple[CleanTable, ...] = ()
    examined: tuple[Examined, ...] = ()


def is_tabular(format_: str) -> bool:
    """Say whether files of a format are read as tables; all others are kept as they are."""
    return format_.lower() in _TEXTS.keys() | _WORKBOOKS | other_formats.KINDS.keys()


def read_tables(
    source: Path, description: TableSource, folder: Path, findings: Findings, choices: Choices = Choices()
) -> Tables:
    """Read, repair, check and convert a file into `folder`. Problems go to `findings`."""
    remarks = Remarks(findings, description.file, description.resource)
    if not _is_what_it_says(source, description.format.lower(), remarks):
        return Tables()
    progress.note("decoding", description.resource)
    text = None
    if description.format.lower() in _TEXTS:
        text = _text(source, description, _TEXTS[description.format.lower()], remarks)
        if text is None:
            return Tables()
    progress.note("reading", description.resource)
    grids = _grids(source, description, text, folder, remarks, choices=choices)
    if not grids:
        return Tables()
    if description.schema is not None and len(grids) > 1:
        remarks.add("schema-for-several-tables", count=len(grids))
        return Tables()
    read = []
    for number, grid in enumerate(grids, 1):
        own = replace(description, resource=_numbered(description.resource, number, len(grids)))
        mine = Remarks(findings, own.file, own.resource)
        place = _place(folder, number)
        read.append(_Reading(source, own, text, grid, choices.of(own.resource), place, mine).table())
    clean = tuple(table for table, _ in read if table is not None)
    whole = len(clean) == len(grids) and not remarks.errors
    return Tables(clean if whole else (), tuple(examined for _, examined in read if examined))


def _numbered(resource: str, number: int, count: int) -> str:
    """The first table keeps the resource's name, so that a second one added below later changes no address."""
    return resource if count == 1 or number == 1 else f"{resource}-{number}"


def _place(folder: Path, number: int) -> Path:
    place = folder / f"table-{number}"
    place.mkdir()
    return place


def _is_what_it_says(source: Path, format_: str, remarks: Remarks) -> bool:
    kind = looks_like(source)
    if format_ in other_formats.KINDS:
        fits = kind in other_formats.KINDS[format_]
        if not fits:
            remarks.add("wrong-kind", format=format_, kind=kind)
        return fits
    if kind == "xlsm" and format_ in _WORKBOOKS:
        remarks.add("workbook-macros")
    elif kind == "encrypted-office" and format_ in _WORKBOOKS:
        remarks.add("workbook-password")
    elif (kind in _TEXT_KINDS) if format_ in _TEXTS else (kind == format_):
        return True
    else:
        remarks.add("wrong-kind", format=format_, kind=kind)
    return False


def _grids(
    source: Path, description: TableSource, text: Delimited | None, folder: Path, remarks: Remarks, *, choices: Choices
) -> tuple[Grid, ...]:
    format_, has_schema = description.format.lower(), description.schema is not None
    if format_ in other_formats.KINDS:
        members = description.members or None
        read = other_formats.read_other(
            source, format_, folder, remarks, members=members, choices=choices, has_schema=has_schema
        )
        return read or ()
    if format_ in _WORKBOOKS:
        dialect, names = description.dialect, _names(description)
        read = read_workbook(
            source, format_, dialect, folder, remarks, has_schema=has_schema, choices=choices, names=names
        )
        return read or ()
    return () if text is None else read_delimited(text, folder, remarks, has_schema=has_schema, choices=choices) or ()


def _text(source: Path, description: TableSource, delimiter: str, remarks: Remarks) -> Delimited | None:
    encoding = find_encoding(source, description.encoding, remarks)
    if encoding is None:
        return None
    dialect = find_dialect(source, encoding, description.dialect, delimiter, remarks)
    if dialect is None:
        return None
    return Delimited(source, encoding, dialect, _names(description))


def _names(description: TableSource) -> tuple[str, ...] | None:
    """The columns that the schema names, where it names them all."""
    fields = (description.schema or {}).get("fields")
    named = isinstance(fields, list) and all(isinstance(each, dict) and "name" in each for each in fields)
    return tuple(each["name"] for each in fields or ()) if named else None


@dataclass(slots=True)
class _Reading:
    """One table on its way from a grid."""

    source: Path
    description: TableSource
    text: Delimited | None
    grid: Grid
    choices: Choices
    folder: Path
    remarks: Remarks

    def table(self) -> tuple[CleanTable | None, Examined | None]:
        """Go the whole way; the second answer is there for everything that has columns."""
        layout = self._layout()
        if layout is None:
            return None, None
        if not self.grid.even:
            judge(self.grid, layout.with_types({}), self.remarks)
            return None, self._uneven(layout)
        with Stage(self.folder) as stage:
            if not self._staged(stage):
                self.remarks.add("readers-disagree")
                return None, None
            return self._checked(stage, layout)

    def _layout(self) -> Layout | None:
        if self.description.schema is None:
            return lay_bare(self.grid.labels)
        return lay_out(self.grid.labels, self.description.schema, max(self.grid.lines.header, 1), self.remarks)

    def _staged(self, stage: Stage) -> bool:
        """Stage the rows; a file that strict readers see differently (RFC 4180 leaves room) is written anew first."""
        if stage.load(self.grid):
            return True
        if self.text is None or not self.grid.unchanged:
            return False
        self.grid = copied(self.text, self.grid.labels, self.grid.lines.header, self.folder, self.remarks)
        return stage.load(self.grid)

    def _checked(self, stage: Stage, layout: Layout) -> tuple[CleanTable | None, Examined]:
        progress.note("repairing", self.description.resource, self.grid.rows)
        plan = changes.repair(stage, self.grid, layout, self.choices, self.remarks)
        layout = self._typed(stage, layout, plan)
        layout, added = self._with_parts_of_addresses(stage, layout, plan)
        names = [str(each["name"]) for each in layout.fields]
        if plan.made or added:
            self._rewrite(stage, names)
        progress.note("checking", self.description.resource, self.grid.rows)
        columns = self._judged(stage, layout)
        clean = None
        if columns is not None and not self.remarks.errors:
            clean = self._finished(stage, layout, columns, plan)
        examined = self._examined(stage, layout, plan, clean, names)
        if clean is not None:
            clean = self._with_receipt(stage, clean, examined, layout)
        return clean, examined

    def _typed(self, stage: Stage, layout: Layout, plan: changes.Plan) -> Layout:
        """Give every column nobody described the type that all of its words have."""
        free = layout.untyped()
        layout = changes.with_plan(layout, plan)
        narrowest = infer_types(stage, layout, free)
        types = {column: _type(narrowest[column], plan.treatments.get(column)) for column in free}
        unproved = [column for column, kind in types.items() if kind not in _PROVED | {"string"}]
        if unproved:
            trial = casts(stage, layout.with_types(types), self.folder)
            lost = stage.figures([f"count({present(layout, each)}) - count({trial[each].sql})" for each in unproved])
            types |= {column: "string" for column, count in zip(unproved, lost, strict=True) if count}
            for column in unproved:
                stage.execute(f"ALTER TABLE cells DROP COLUMN IF EXISTS d{column}")
        layout = self._as_text(stage, layout, plan, types).with_types(types)
        return self._with_values_in_every_row(stage, layout, plan)

    def _as_text(self, stage: Stage, layout: Layout, plan: changes.Plan, types: Mapping[int, str]) -> Layout:
        """Take back what was said of columns that are text after all, but no unit that was moved out of words."""
        moved = {
            column for (column,) in stage.rows("DISTINCT c", "WHERE rule = 'unit-moved' AND applied", source="changes")
        }
        units = {column: layout.fields[column].get("unit") for column in moved}
        layout = changes.as_text(layout, plan, types)
        kept = (
            each | {"unit": units[number]} if units.get(number) else each for number, each in enumerate(layout.fields)
        )
        return replace(layout, fields=tuple(kept))

    def _with_values_in_every_row(self, stage: Stage, layout: Layout, plan: changes.Plan) -> Layout:
        """Keep a column as text whose words for nothing, which we found, would leave a row without any value."""
        empty = [f"({present(layout, column)}) IS NULL" for column in range(len(layout.fields))]
        for column, treatment in plan.treatments.items():
            if treatment.null_words and changes.is_free(plan.fields[column]):
                filled = f"c{column} <> ''"
                if stage.rows("rowid", f"WHERE {' AND '.join((filled, *empty))} LIMIT 1"):
                    layout = _retyped(self._as_text(stage, layout, plan, {column: "string"}), column)
                    empty[column] = f"({present(layout, column)}) IS NULL"
        return layout

    def _with_parts_of_addresses(self, stage: Stage, layout: Layout, plan: changes.Plan) -> tuple[Layout, bool]:
        """Add the columns that addresses can be split into where that is chosen, else say what they would be."""
        if not layout.inferred or self.choices.none:
            return layout, False
        width = len(layout.fields)
        for column, treatment in plan.treatments.items():
            if treatment.meaning != "address":
                continue
            if self._splits(str(layout.fields[column]["name"])):
                layout = address_parts.add_parts(stage, layout, column)
            else:
                changes.note_left(stage, column, SPLIT, address_parts.split_some(stage, column))
        added = tuple(
            HeaderChange(SPLIT, number, "", str(layout.fields[number]["name"]))
            for number in range(width, len(layout.fields))
        )
        self.grid = replace(self.grid, header_changes=(*self.grid.header_changes, *added))
        for each in added:
            changes.note_added(stage, each.number, each.rule)
        return layout, bool(added)

    def _splits(self, name: str) -> bool:
        """Say whether an address is to be split; saying no to one of the added columns says no to all of them."""
        parts = {f"{name}_{part}" for part in address_parts.PARTS}
        refused = any(each.rule == SPLIT and not each.apply and each.column in parts for each in self.choices.listed)
        return self.choices.applies(SPLIT, name) and not refused

    def _rewrite(self, stage: Stage, names: list[str]) -> None:
        path = self.folder / CLEAN
        stage.write_csv(names, path)
        self.grid = replace(self.grid, csv=path, unchanged=False, labels=tuple(names))

    def _judged(self, stage: Stage, layout: Layout) -> tuple[Cast, ...] | None:
        if not judge_staged(stage, self.grid, layout, self.remarks):
            return None
        columns = casts(stage, layout, self.folder)
        check_table(stage, self.grid, layout, columns, self.remarks)
        return columns

    def _finished(
        self, stage: Stage, layout: Layout, columns: tuple[Cast, ...], plan: changes.Plan
    ) -> CleanTable | None:
        progress.note("profiling", self.description.resource, self.grid.rows)
        parquet = self.folder / PARQUET
        names = [str(each["name"]) for each in layout.fields]
        stage.write_parquet(
            ", ".join(f"{cast.sql} AS {identifier(name)}" for cast, name in zip(columns, names, strict=True)), parquet
        )
        described = _with_meanings(describe_columns(stage, layout, columns), plan)
        if not _agrees(stage.counts_in_parquet(parquet, names), self.grid.rows, described):
            self.remarks.add("readers-disagree")
            return None
        return CleanTable(
            resource=self.description.resource,
            csv=self.grid.csv,
            unchanged=self.grid.unchanged,
            parquet=parquet,
            schema=layout.schema,
            inferred=layout.inferred,
            columns=described,
            rows=self.grid.rows,
            encoding=self.grid.encoding,
            lines=self.grid.lines,
            title=self.grid.title,
            receipt=self.folder / RECEIPT,
            repairs=receipt.count_repairs(stage, self.grid, names),
            examined=Examined(self.description.resource, self.description.file, 0, 0, 0),
        )

    def _with_receipt(self, stage: Stage, clean: CleanTable, examined: Examined, layout: Layout) -> CleanTable:
        sent = receipt.Sent(self.description.file, self.source, self.description.resource)
        receipt.write_receipt(stage, self.grid, layout.fields, sent, clean.receipt)
        return replace(clean, examined=examined)

    def _examined(
        self, stage: Stage, layout: Layout, plan: changes.Plan, clean: CleanTable | None, names: list[str]
    ) -> Examined:
        proposals = showing.propose(stage, self.grid, names)
        here = [each for each in self.remarks.findings.problems if each.resource == self.description.resource]
        treatments = plan.treatments
        texts = {number: names[number] for number, each in enumerate(layout.fields) if each["type"] in _TEXT_TYPES}
        return Examined(
            resource=self.description.resource,
            file=self.description.file,
            rows_in=self.grid.rows_in,
            rows=self.grid.rows,
            rows_apart=sum(each.count for each in self.grid.apart),
            columns=tuple(_column(each, treatments.get(number)) for number, each in enumerate(layout.fields)),
            proposals=proposals,
            apart=showing.shown_apart(self.grid),
            shown=showing.show_rows(stage, self.grid, len(names), proposals, here),
            marks=(*self._file_marks(), *self.grid.marks, *showing.marks_of(stage, proposals, texts)),
            personal=self._personal(stage, treatments, names) if clean is not None else (),
            standard=recognise_standard(names),
        )

    def _personal(
        self, stage: Stage, treatments: Mapping[int, Treatment], names: list[str]
    ) -> tuple[PersonalData, ...]:
        found = []
        for column, name in enumerate(names):
            words = stage.rows(
                f"c{column} AS word, count(*) AS n, min(rowid) AS r",
                f"WHERE word <> '' GROUP BY word ORDER BY n DESC, r LIMIT {_LOOKED_AT}",
                source=stage.near(column),
            )
            treatment = treatments.get(column)
            placed = [(word, count, self.grid.lines.line(row)) for word, count, row in words]
            finding = examine_personal(name, treatment.meaning if treatment else "", placed, names)
            if finding is not None:
                found.append(finding)
                described = describe_personal(finding, self.description.file, self.description.resource)
                self.remarks.findings.add(described)
        return tuple(found)

    def _file_marks(self) -> tuple[Mark, ...]:
        if self.grid.encoding in {"", "utf-8"}:
            return ()
        return (Mark("encoding-not-utf-8", 1, (self.grid.encoding,), mended=True),)

    def _uneven(self, layout: Layout) -> Examined:
        return Examined(
            resource=self.description.resource,
            file=self.description.file,
            rows_in=self.grid.rows_in,
            rows=self.grid.rows,
            rows_apart=sum(each.count for each in self.grid.apart),
            columns=tuple(_column(each, None) for each in layout.with_types({}).fields),
            proposals=showing.propose_shape(self.grid),
            apart=showing.shown_apart(self.grid),
            shown=showing.show_uneven_rows(self.grid),
            marks=(*self._file_marks(), *self.grid.marks),
        )


def _type(proved: str, treatment: Treatment | None) -> str:
    """Choose between what all words look like and what the column means: a code of digits is no number."""
    if treatment is None:
        return proved
    if treatment.type == "string":
        return "string"
    return proved if treatment.type in _PROVED else treatment.type


def _retyped(layout: Layout, column: int) -> Layout:
    fields = list(layout.fields)
    fields[column] = fields[column] | {"type": "string"}
    return replace(layout, fields=tuple(fields))


def _with_meanings(columns: tuple[Column, ...], plan: changes.Plan) -> tuple[Column, ...]:
    treatments = plan.treatments
    return tuple(
        replace(each, meaning=_meaning(each.type, treatments.get(number))) for number, each in enumerate(columns)
    )


def _meaning(type_: str, treatment: Treatment | None) -> str:
    """Say what a column is about; one that turned out to be text is about what its words say."""
    if treatment is None:
        return ""
    return "text" if type_ == "string" and treatment.type != "string" else treatment.meaning


def _column(field: dict[str, Any], treatment: Treatment | None) -> ShownColumn:
    return ShownColumn(
        name=str(field["name"]),
        type=str(field["type"]),
        meaning=_meaning(str(field["type"]), treatment),
        unit=str(field.get("unit", "")),
        null_words=tuple(word for word in values_of(field.get("missingValues", [])) if word),
    )


def _agrees(counts: tuple[int, ...], rows: int, columns: tuple[Column, ...]) -> bool:
    """The Parquet file holds as many rows as the CSV, and as many values as it has words."""
    there = [rows - column.profile.missing for column in columns if column.profile]
    return counts == (rows, *there)
