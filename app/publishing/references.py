"""Foreign keys between the tables of a package, which no table can check alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from app.kernel.report import Findings
from app.publishing.grids import Lines
from app.publishing.ingested import IngestedResource
from app.publishing.problems import problem

LISTED = 1000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a table's rows stand as its publisher knows them: the file's name, and the way back to its lines."""

    file: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class _Reference:
    """A key of one table that must stand in another."""

    child: IngestedResource
    fields: tuple[str, ...]
    parent: IngestedResource
    parent_fields: tuple[str, ...]


def check_references(
    resources: Sequence[IngestedResource], origins: Mapping[str, Origin], folder: Path, findings: Findings
) -> None:
    """Report each value of a foreign key that the table it refers to does not have, with its row.

    `origins` has an entry for the name of every table.
    """
    for reference in _references(resources):
        _check(reference, origins[reference.child.name], folder, findings)


def _references(resources: Sequence[IngestedResource]) -> Iterator[_Reference]:
    tables = {resource.name: resource for resource in resources if resource.table and resource.parquet}
    for child in tables.values():
        for key in child.table.schema.get("foreignKeys", ()) if child.table else ():
            reference = key.get("reference", {})
            parent = tables.get(reference.get("resource") or child.name)
            # A table that refers to itself was checked when it was read.
            if parent is not None and parent is not child:
                yield _Reference(child, _names(key["fields"]), parent, _names(reference["fields"]))


def _check(reference: _Reference, origin: Origin, folder: Path, findings: Findings) -> None:
    if reference.child.parquet is None or reference.parent.parquet is None:
        return
    child = [_quoted(name) for name in reference.fields]
    parent = [_quoted(name) for name in reference.parent_fields]
    matches = " AND ".join(f"c.{a}::VARCHAR = p.{b}::VARCHAR" for a, b in zip(child, parent, strict=True))
    # The names are quoted as identifiers; everything else is bound.
    question = (
        f"SELECT file_row_number, {', '.join(f'c.{name}::VARCHAR' for name in child)} "  # noqa: S608
        "FROM read_parquet(?, file_row_number = true) c "
        f"WHERE {' AND '.join(f'c.{name} IS NOT NULL' for name in child)} "
        f"AND NOT EXISTS (SELECT 1 FROM read_parquet(?) p WHERE {matches}) ORDER BY 1 LIMIT ?"
    )
    paths = [str(folder / reference.child.parquet.path), str(folder / reference.parent.parquet.path)]
    with duckdb.connect(":memory:") as connection:
        missing = connection.execute(question, [*paths, LISTED]).fetchall()
    for row, *values in missing:
        findings.add(
            problem(
                "foreign-key",
                file=origin.file,
                resource=reference.child.name,
                row=origin.lines.line(row),
                column=", ".join(reference.fields),
                value=", ".join(values),
                reference=reference.parent.name,
            )
        )


def _names(fields: Any) -> tuple[str, ...]:
    return (fields,) if isinstance(fields, str) else tuple(fields)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
