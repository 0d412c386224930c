"""Turns one data file into a clean, typed, profiled table, or says what is wrong with it and where.

The story: bytes -> characters -> rows -> columns with types -> every cell and key checked -> Parquet and profile.
Runs inside a sandboxed child. Whatever goes wrong, there is never half a table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.catalog.record import Column
from app.kernel.report import Findings
from app.publishing.archive import looks_like
from app.publishing.casting import casts
from app.publishing.constraints import check_table
from app.publishing.decoding import find_encoding
from app.publishing.delimited import Delimited, copied, find_dialect, read_delimited
from app.publishing.grids import Grid, Lines
from app.publishing.inference import infer_types
from app.publishing.judging import judge
from app.publishing.layout import Layout, lay_bare, lay_out
from app.publishing.profiling import describe_columns
from app.publishing.remarks import Remarks
from app.publishing.staging import Stage, identifier
from app.publishing.workbooks import read_workbook

PARQUET = "table.parquet"
_TEXTS = {"csv": ",", "tsv": "\t"}
_WORKBOOKS = frozenset({"xlsx", "xlsm", "xls", "ods"})
_TEXT_KINDS = frozenset({"text", "unknown", "empty"})  # "unknown" may still be text; decoding will tell


@dataclass(frozen=True, slots=True)
class TableSource:
    """What is known of a file; `file` is its name for people.

    `dialect` and `schema` have been reduced to allowed keys, `encoding` may be empty.
    """

    resource: str
    file: str
    format: str
    encoding: str = ""
    dialect: dict[str, Any] = field(default_factory=dict)
    schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class CleanTable:
    """`csv` is UTF-8 without mark, comma, header in line 1; the source itself, byte for byte, where `unchanged`.

    `schema` is the Table Schema (v2) to publish. `encoding` is the source's, empty for a spreadsheet. `lines` is the
    way back from rows to the lines of the source.
    """

    csv: Path
    unchanged: bool
    parquet: Path
    schema: dict[str, Any]
    inferred: bool
    columns: tuple[Column, ...]
    rows: int
    encoding: str
    lines: Lines


def is_tabular(format_: str) -> bool:
    """Say whether files of a format are read as tables; all others are kept as they are."""
    return format_.lower() in _TEXTS.keys() | _WORKBOOKS


def read_table(source: Path, description: TableSource, folder: Path, findings: Findings) -> CleanTable | None:
    """Read, check and convert a file into `folder`. Problems go to `findings`; with an error among them: `None`."""
    remarks = Remarks(findings, description.file, description.resource)
    format_ = description.format.lower()
    if not _is_what_it_says(source, format_, remarks):
        return None
    if format_ in _WORKBOOKS:
        has_schema = description.schema is not None
        grid = read_workbook(source, format_, description.dialect, folder, remarks, has_schema=has_schema)
        return None if grid is None else _table(grid, None, description, folder, remarks)
    text = _text(source, description, _TEXTS[format_], remarks)
    if text is None:
        return None
    grid = read_delimited(text, folder, remarks, has_schema=description.schema is not None)
    return None if grid is None else _table(grid, text, description, folder, remarks)


def _is_what_it_says(source: Path, format_: str, remarks: Remarks) -> bool:
    kind = looks_like(source)
    if kind == "xlsm" and format_ in _WORKBOOKS:
        remarks.add("workbook-macros")
    elif kind == "encrypted-office" and format_ in _WORKBOOKS:
        remarks.add("workbook-password")
    elif (kind in _TEXT_KINDS) if format_ in _TEXTS else (kind == format_):
        return True
    else:
        remarks.add("wrong-kind", format=format_, kind=kind)
    return False


def _text(source: Path, description: TableSource, delimiter: str, remarks: Remarks) -> Delimited | None:
    encoding = find_encoding(source, description.encoding, remarks)
    if encoding is None:
        return None
    dialect = find_dialect(source, encoding, description.dialect, delimiter, remarks)
    if dialect is None:
        return None
    fields = (description.schema or {}).get("fields")
    named = isinstance(fields, list) and all(isinstance(each, dict) and "name" in each for each in fields)
    return Delimited(source, encoding, dialect, tuple(each["name"] for each in fields or ()) if named else None)


def _table(
    grid: Grid, text: Delimited | None, description: TableSource, folder: Path, remarks: Remarks
) -> CleanTable | None:
    layout = _layout(grid, description.schema, remarks)
    if layout is None:
        return None
    with Stage(folder) as stage:
        staged = _staged(stage, grid, text, folder, remarks) if grid.even else grid
        if staged is None:
            return None
        layout = layout.with_types(infer_types(stage, layout, layout.untyped()) if grid.even else {})
        judged = judge(staged, layout, remarks)
        return _finished(stage, staged, layout, folder, remarks) if judged and grid.even else None


def _layout(grid: Grid, schema: dict[str, Any] | None, remarks: Remarks) -> Layout | None:
    if schema is None:
        return lay_bare(grid.labels)
    return lay_out(grid.labels, schema, max(grid.lines.header, 1), remarks)


def _staged(stage: Stage, grid: Grid, text: Delimited | None, folder: Path, remarks: Remarks) -> Grid | None:
    """Stage the rows; a file that strict readers see differently (RFC 4180 leaves room) is written anew first."""
    if stage.load(grid):
        return grid
    if text is not None and grid.unchanged:
        grid = copied(text, grid.labels, grid.lines.header, folder, remarks)
        if stage.load(grid):
            return grid
    remarks.add("readers-disagree")
    return None


def _finished(stage: Stage, grid: Grid, layout: Layout, folder: Path, remarks: Remarks) -> CleanTable | None:
    columns = casts(stage, layout, folder)
    check_table(stage, grid, layout, columns, remarks)
    if remarks.errors:
        return None
    parquet = folder / PARQUET
    names = [str(each["name"]) for each in layout.fields]
    stage.write_parquet(
        ", ".join(f"{cast.sql} AS {identifier(name)}" for cast, name in zip(columns, names, strict=True)), parquet
    )
    described = describe_columns(stage, layout, columns)
    if not _agrees(stage.counts_in_parquet(parquet, names), grid.rows, described):
        remarks.add("readers-disagree")
        return None
    return CleanTable(
        csv=grid.csv,
        unchanged=grid.unchanged,
        parquet=parquet,
        schema=layout.schema,
        inferred=layout.inferred,
        columns=described,
        rows=grid.rows,
        encoding=grid.encoding,
        lines=grid.lines,
    )


def _agrees(counts: tuple[int, ...], rows: int, columns: tuple[Column, ...]) -> bool:
    """The Parquet file holds as many rows as the CSV, and as many values as it has words."""
    there = [rows - column.profile.missing for column in columns if column.profile]
    return counts == (rows, *there)
