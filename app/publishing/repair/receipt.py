"""The receipt of a table: every change from the file that was sent to the one that is published, as JSON.

Equal changes stand together with all of their lines, so the document is complete and yet small.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from app.catalog.record import RepairCount
from app.publishing.grids import Grid, RowChange
from app.publishing.layout import Field
from app.publishing.repair.changes import ADDED
from app.publishing.staging import Stage

_PIECE = 1_000


@dataclass(frozen=True, slots=True)
class Sent:
    """The file as it came."""

    file: str
    path: Path
    resource: str


def write_receipt(stage: Stage, grid: Grid, fields: Sequence[Field], sent: Sent, target: Path) -> None:
    """Write all of it, a piece at a time. `fields` are those of the published columns."""
    names = [str(field["name"]) for field in fields]
    with target.open("wb") as file:
        file.write(b"{")
        for number, (key, value) in enumerate(_head(grid, sent).items()):
            file.write((b",\n" if number else b"\n") + _json(key) + b":" + _json(value))
        for key, entries in (
            ("columns", (_column(field) for field in fields)),
            ("header", _header(grid)),
            ("rows", _rows(grid)),
            ("cells", _cells(stage, grid, names, made=True)),
            ("left", _cells(stage, grid, names, made=False)),
            ("apart", (each for each in msgspec.to_builtins(grid.apart))),
        ):
            file.write(b",\n" + _json(key) + b":[")
            for number, entry in enumerate(entries):
                file.write((b",\n " if number else b"\n ") + _json(entry))
            file.write(b"]")
        file.write(b"\n}\n")


def count_repairs(stage: Stage, grid: Grid, names: list[str]) -> tuple[RepairCount, ...]:
    """Count what was done by rule and column, in the order in which it was done."""
    header: dict[str, int] = {}
    for each in grid.header_changes:
        if not each.applied:
            continue
        header[each.rule] = header.get(each.rule, 0) + 1
    apart: dict[str, int] = {}
    for rows_apart in grid.apart:
        apart[rows_apart.reason] = apart.get(rows_apart.reason, 0) + rows_apart.count
    rows = {each.rule: each.count for each in grid.row_changes if each.applied and each.rule != "merged-cells-filled"}
    cells = stage.rows("rule, c, count(*)", "WHERE applied GROUP BY rule, c ORDER BY min(step), c", source="changes")
    return (
        *(RepairCount(rule, "", count) for rule, count in (header | apart | rows).items()),
        *(RepairCount(rule, names[column], int(count)) for rule, column, count in cells),
    )


def ranges(lines: Iterable[int]) -> str:
    """Write line numbers in ascending order as "3-5,9"."""
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def _json(value: Any) -> bytes:
    """Write a value as UTF-8. Half a surrogate, which only a descriptor can hold, is written as an escape."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def _head(grid: Grid, sent: Sent) -> dict[str, Any]:
    with sent.path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    with grid.csv.open("rb") as stream:
        result = hashlib.file_digest(stream, "sha256").hexdigest()
    apart = sum(each.count for each in grid.apart)
    return {
        "format": "kakehashi-receipt",
        "formatVersion": 1,
        "resource": sent.resource,
        "source": {
            "file": sent.file,
            "bytes": sent.path.stat().st_size,
            "sha256": sha256,
            "encoding": grid.encoding,
            "table": grid.title,
        },
        "result": {"bytes": grid.csv.stat().st_size, "sha256": result, "encoding": "utf-8"},
        "count": {"rowsIn": grid.rows_in, "rowsOut": grid.rows, "rowsApart": apart},
    }


def _column(field: Field) -> dict[str, Any]:
    """Say how the words of a column are to be read."""
    return {key: field[key] for key in ("name", "type", "format", "unit", "missingValues") if key in field}


def _header(grid: Grid) -> Iterator[dict[str, Any]]:
    for each in grid.header_changes:
        if each.applied:
            yield {"rule": each.rule, "column": each.number + 1, "before": each.before, "after": each.after}


def _rows(grid: Grid) -> Iterator[dict[str, Any]]:
    for each in grid.row_changes:
        yield {"rule": each.rule, "count": each.count, "made": each.applied, "lines": _lines(each)}


def _lines(change: RowChange) -> str:
    if not change.runs:
        return ranges(change.lines)
    pairs = zip(change.runs[::2], change.runs[1::2], strict=True)
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in pairs)


def _cells(stage: Stage, grid: Grid, names: list[str], *, made: bool) -> Iterator[dict[str, Any]]:
    what = "step, c, rule, word, after, list(r ORDER BY r)"
    # Columns that could be added are an offer to the publisher, not something that was left as it was.
    which = "applied" if made else f"NOT applied AND step <> {ADDED}"
    rest = f"WHERE {which} GROUP BY step, c, rule, word, after ORDER BY step, c, min(r)"
    for piece in stage.pieces(what, rest, _PIECE, source="changes"):
        for _, column, rule, word, after, rows in piece:
            lines = ranges(map(grid.lines.line, rows))
            yield {"rule": rule, "column": names[column], "before": word, "after": after, "lines": lines}
