"""Records of any origin as a grid: which columns they have between them, and one row of text for each."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from app.publishing.decoding import Unreadable
from app.publishing.grids import COPY, MOST_COLUMNS, Grid, Record, Survey
from app.publishing.remarks import Remarks
from app.publishing.repair.choices import Choices
from app.publishing.structure.labels import Naming
from app.publishing.structure.sieve import Apart, Changes

MOST_ROWS = 10_000_000
MOST_CHARACTERS = 1 << 30  # few bytes can say a great deal again and again
LONGEST_ROW = 2 << 20  # characters; as UTF-8 they still fit into the longest line that the stage reads
MOST_PARTS = 64  # an object with more keys is a map from one thing to another, not a set of columns
_JSON = msgspec.json.Encoder(decimal_format="number")


@dataclass(slots=True)
class Columns:
    """The columns of records that need not have the same keys.

    An object inside a record becomes columns of its own (`a.b`) where it holds plain values in every record.
    """

    _parts: dict[str, dict[str, None]] = field(default_factory=dict)
    _whole: set[str] = field(default_factory=set)

    def note(self, record: Mapping[str, Any]) -> None:
        """Look at one record. Raises `Unreadable` where there are too many columns between them."""
        for key, value in record.items():
            parts = self._parts.setdefault(key, {})
            if value is None or key in self._whole:
                continue
            if _is_flat(value):
                parts.update(dict.fromkeys(value))
            if not _is_flat(value) or len(parts) > MOST_PARTS:
                self._whole.add(key)
                parts.clear()
        if len(self._parts) > MOST_COLUMNS:
            raise Unreadable("too-many-columns", count=len(self._parts), limit=MOST_COLUMNS)

    def plan(self) -> tuple[tuple[str, str | None], ...]:
        """List the columns in the order in which they were first seen, each as key and key inside."""
        found: list[tuple[str, str | None]] = []
        for key, parts in self._parts.items():
            if parts and not any(f"{key}.{part}" in self._parts for part in parts):
                found += [(key, part) for part in parts]
            else:
                found.append((key, None))
        if len(found) > MOST_COLUMNS:
            raise Unreadable("too-many-columns", count=len(found), limit=MOST_COLUMNS)
        return tuple(found)


def labels_of(plan: Sequence[tuple[str, str | None]]) -> list[str]:
    """Name the columns of a plan."""
    return [key if part is None else f"{key}.{part}" for key, part in plan]


def values_of(record: Mapping[str, Any], plan: Sequence[tuple[str, str | None]]) -> list[Any]:
    """Take a record's values in the order of a plan."""
    return [record.get(key) if part is None else (record.get(key) or {}).get(part) for key, part in plan]


def cells_of(row: int, values: Iterable[Any]) -> list[str]:
    """Write values as text. Raises `Unreadable` for what has no UTF-8 or no bottom."""
    try:
        return [cell(value) for value in values]
    except UnicodeEncodeError:
        raise Unreadable("half-a-letter", row) from None
    except RecursionError:
        raise Unreadable("json-too-deep", row) from None


def cell(value: Any) -> str:
    """Write a value as Table Schema reads it; what has an inside is written as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, Decimal)) else _JSON.encode(value).decode()


@dataclass(frozen=True, slots=True)
class Output:
    """Where a clean table goes, what is told on the way, and what is chosen of repairs."""

    folder: Path
    remarks: Remarks
    choices: Choices = Choices()
    has_schema: bool = False

    def write(self, labels: Sequence[str], records: Iterator[Record], header: int = 0) -> Grid:
        """Write clean CSV. Raises `Unreadable` for what a CSV cannot hold and for too much of it."""
        if len(labels) > MOST_COLUMNS:
            raise Unreadable("too-many-columns", header or None, count=len(labels), limit=MOST_COLUMNS)
        naming = Naming(self.choices, self.remarks, header)
        names = tuple(labels) if self.has_schema else naming.name(list(labels))
        passing = _Passing(len(names), Survey(), Apart(), Changes(self.choices))
        copy = self.folder / COPY
        with copy.open("w", encoding="utf-8", newline="") as clean:
            writer = csv.writer(clean, lineterminator="\r\n")
            writer.writerow(names)
            writer.writerows(passing.rows(records))
        return Grid(
            csv=copy,
            unchanged=False,
            labels=names,
            lines=passing.survey.lines(header),
            rows=passing.survey.rows,
            characters=passing.survey.characters,
            even=passing.survey.even,
            rows_in=passing.survey.rows + passing.apart.count,
            apart=tuple(passing.apart.listed),
            row_changes=passing.changes.listed(),
            header_changes=tuple(naming.changes),
        )


@dataclass(frozen=True, slots=True)
class _Passing:
    """Counts records on their way; those without any value are set apart."""

    width: int
    survey: Survey
    apart: Apart
    changes: Changes

    def rows(self, records: Iterator[Record]) -> Iterator[list[str]]:
        survey = self.survey
        for row, cells in records:
            whole = "".join(cells)
            if not whole and self.changes.add("blank-rows-apart", row):
                self.apart.add("blank-rows-apart", row)
                continue
            _check(row, whole)
            survey.even = survey.even and len(cells) == self.width
            survey.place(row)
            survey.rows += 1
            survey.characters += len(whole)
            if survey.rows > MOST_ROWS:
                raise Unreadable("too-many-records", row, limit=f"{MOST_ROWS:,}")
            if survey.characters + survey.rows * self.width > MOST_CHARACTERS:
                raise Unreadable("records-too-large", row, limit=f"{MOST_CHARACTERS:,}")
            yield cells


def _check(row: int, whole: str) -> None:
    if len(whole) > LONGEST_ROW:
        raise Unreadable("record-too-long", row, limit=f"{LONGEST_ROW:,}")
    if "\0" in whole:
        raise Unreadable("nul-byte", row)
    if whole.isascii():
        return
    try:
        whole.encode()
    except UnicodeEncodeError:
        raise Unreadable("half-a-letter", row) from None


def _is_flat(value: Any) -> bool:
    return isinstance(value, dict) and not any(isinstance(inside, (dict, list)) for inside in value.values())
