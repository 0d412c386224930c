"""Rows that were inserted, updated and deleted between versions of a table; see `differing.py` for how it is found out.

Versions never change, so what changed between two of them is worked out once and kept as a file; pages and downloads
are read from it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.errors import OverLimit
from app.kernel.text import Text
from app.query.answer import Note
from app.query.change_files import Step, Written, flat
from app.query.differing import By, Kind, common, how_matched, shown, types_of, write_changes
from app.query.engine import TableEngine
from app.query.kept_files import KeptFiles
from app.query.refusals import refusal_of
from app.query.schema_events import SchemaEvent, schema_events

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from app.query.engine import Cursor
    from app.query.frame import Frame

# What files of an earlier way of telling changes are not mistaken for.
FORM = "1"
SECONDS = 60.0
MAX_BYTES = 8_000_000
MAX_STEPS = 300
OTHER_CELL = 8
# Rows that are held at once; each may be long.
FETCHED = 200
LONGEST_CURSOR = 200
LONGEST_PLACE = 15
# Of a file of changes, before the cells: number, kind, and which columns changed.
OWN_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One row. `row` is the row as it is now, of a deleted one as it was; `key` is empty where rows have none.

    `changed` maps the columns of an updated row to what stood there before and what does now. Dates and times are
    text in ISO 8601.
    """

    change: str
    key: dict[str, Any]
    row: dict[str, Any]
    changed: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Some changes, and what is true of all of them. `next` is the cursor of the next page, empty after the last."""

    changes: tuple[Change, ...]
    counts: dict[str, int]
    by: By
    key: tuple[str, ...]
    events: tuple[SchemaEvent, ...]
    notes: tuple[Note, ...]
    next: str = ""
    truncated: bool = False

    @property
    def total(self) -> int:
        """How many rows changed."""
        return sum(self.counts.values())


class Changes:
    """Tells the changes between two frames of one resource."""

    def __init__(self, folder: Path, *, seconds: float = SECONDS, max_bytes: int = MAX_BYTES, room: int = 0) -> None:
        self._engine = TableEngine(folder=folder / "spill")
        self._reader = TableEngine()
        self._kept = KeptFiles(folder, room=room) if room else KeptFiles(folder)
        self._seconds = seconds
        self._max_bytes = max_bytes

    def page(self, before: Frame | None, after: Frame, *, limit: int, cursor: str = "") -> ChangePage:
        """Answer up to `limit` changes, deletions first. Raises `BadRequest` for a cursor of other versions.

        `before` of `None` is before the first version. Raises `OverLimit` where the tables take too long to compare.
        """
        name = _name(before, after)
        first = _place(cursor, name)
        path = self._file(name, before, after)
        with self._reader.cursor() as reader:
            by, counts = how_matched(reader, path), _counts(reader, path)
            told, truncated = self._told(_read(reader, path, _Teller(before, after, by), first), limit)
        following = first + len(told)
        return ChangePage(
            changes=tuple(told),
            counts=counts,
            by=by,
            key=after.primary_key if by is By.KEY else (),
            events=schema_events(before, after) if before else (),
            notes=_notes(by),
            next=_cursor(name, following) if following < sum(counts.values()) else "",
            truncated=truncated,
        )

    def stream(self, before: Frame | None, after: Frame) -> Iterator[Change]:
        """Answer all changes, one after another. They are worked out before the first is asked for."""
        path = self._file(_name(before, after), before, after)

        def told() -> Iterator[Change]:
            with self._reader.cursor() as reader:
                yield from _read(reader, path, _Teller(before, after, how_matched(reader, path)), 0)

        return told()

    def file(self, steps: Sequence[Step], suffix: str) -> Path:
        """Answer the changes of versions that follow each other as one table, "parquet" or "csv".

        Raises `OverLimit` where there are too many steps, or where it takes too long.
        """
        if len(steps) > MAX_STEPS:
            raise OverLimit(
                Text(
                    f"版が多すぎます（{MAX_STEPS} まで）。範囲を狭めてください。",
                    f"These are too many versions, {MAX_STEPS} at most. Ask for fewer.",
                )
            )
        told = [self._written(step) for step in steps]
        name = _digest("\n".join(f"{each.path.name} {each.step.version} {each.step.published}" for each in told))

        def make(target: Path) -> None:
            with self._engine.cursor(self._seconds) as cursor:
                cursor.execute(flat(told, target, suffix))

        return self._kept.get(f"{name}.{suffix}", make)

    def sweep(self, older_than_seconds: float) -> None:
        """Drop files that nobody asked for for so long."""
        self._kept.sweep(older_than_seconds)

    def _written(self, step: Step) -> Written:
        path = self._file(_name(step.before, step.after), step.before, step.after)
        with self._reader.cursor() as reader:
            types = types_of(reader, path)[OWN_COLUMNS:]
        place = len((step.before or step.after).columns)
        return Written(path, step, types[:place], types[place:])

    def _file(self, name: str, before: Frame | None, after: Frame) -> Path:
        def make(target: Path) -> None:
            with self._engine.cursor(self._seconds) as cursor:
                write_changes(cursor, before, after, target, seconds=self._seconds)

        return self._kept.get(f"{name}.changes", make)

    def _told(self, found: Iterator[Change], limit: int) -> tuple[list[Change], bool]:
        told: list[Change] = []
        size = 0
        for change in found:
            if len(told) >= limit:
                break
            if size >= self._max_bytes:
                return told, True
            told.append(change)
            size += _size(change)
        return told, False


def _read(reader: Cursor, path: Path, teller: _Teller, first: int) -> Iterator[Change]:
    """Read changes from number `first` on."""
    kinds = types_of(reader, path)[OWN_COLUMNS:]
    cells = ", ".join(shown(place, kind) for place, kind in zip(teller.places, kinds, strict=True))
    reader.execute(
        f"SELECT kind, changed, {cells} FROM read_parquet(?) WHERE n >= ?",  # noqa: S608 - places and types of ours
        [str(path), first],
    )
    while rows := reader.fetchmany(FETCHED):
        yield from map(teller.tell, rows)


class _Teller:
    """Makes changes of rows of a file."""

    def __init__(self, before: Frame | None, after: Frame, by: By) -> None:
        was = before or after
        self._was = [column.name for column in was.columns]
        self._now = [column.name for column in after.columns]
        self._common = common(was, after)
        self._key = after.primary_key if by is By.KEY else ()

    @property
    def places(self) -> list[str]:
        """What the cells of both sides are called in the file."""
        return [f"b{place}" for place in range(len(self._was))] + [f"a{place}" for place in range(len(self._now))]

    def tell(self, row: tuple[Any, ...]) -> Change:
        kind, changed = Kind(row[0]), row[1]
        before, after = row[2 : 2 + len(self._was)], row[2 + len(self._was) :]
        cells = (
            dict(zip(self._was, before, strict=True))
            if kind is Kind.DELETED
            else dict(zip(self._now, after, strict=True))
        )
        differing = (each for each, differs in zip(self._common, changed or (), strict=False) if differs)
        return Change(
            change=kind.name.lower(),
            key={name: cells[name] for name in self._key},
            row=cells,
            changed={name: (before[was], after[now]) for name, was, now in differing},
        )


def _counts(reader: Cursor, path: Path) -> dict[str, int]:
    reader.execute("SELECT kind, count(*) FROM read_parquet(?) GROUP BY kind", [str(path)])
    found = dict(reader.fetchall())
    return {kind.name.lower(): found.get(kind.value, 0) for kind in reversed(Kind)}


def _size(change: Change) -> int:
    """About how many bytes a change takes in JSON."""
    cells = [*change.row.items(), *change.key.items()]
    cells += [(name, cell) for name, pair in change.changed.items() for cell in pair]
    return sum(
        len(name.encode()) + (len(cell.encode()) if isinstance(cell, str) else OTHER_CELL) for name, cell in cells
    )


_WHY = {
    By.NO_KEY: Text("この表には主キーがありません。", "The table has no primary key."),
    By.KEY_MISSING: Text(
        "主キーの列が前の版にありません。", "A column of the primary key is not in the earlier version."
    ),
    By.KEY_EMPTY: Text("主キーに空のセルがあります。", "The primary key has empty cells."),
    By.KEY_REPEATED: Text(
        "主キーが一つの版の中で重複しています。", "The primary key is not unique in one of the versions."
    ),
}


def _notes(by: By) -> tuple[Note, ...]:
    if by is By.KEY:
        return ()
    message = Text(
        _WHY[by].ja + "行全体を比べたため、変わった行は削除と追加として示します。",
        _WHY[by].en + " Rows were compared as wholes: one that changed is told as deleted and inserted.",
    )
    return (Note(by.value, message),)


def _name(before: Frame | None, after: Frame) -> str:
    """Name what changes of two frames depend on: files by their bytes, columns, the key."""
    sides = [
        [each.id, [column.name for column in each.columns], each.primary_key] if each else None
        for each in (before, after)
    ]
    return _digest(json.dumps([FORM, *sides]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _cursor(name: str, place: int) -> str:
    return base64.urlsafe_b64encode(f"{name[:16]}.{place}".encode()).rstrip(b"=").decode()


def _place(cursor: str, name: str) -> int:
    """Read where a cursor says to go on. Raises `BadRequest` for one that is not of these changes."""
    if not cursor:
        return 0
    with suppress(ValueError, binascii.Error):
        padded = cursor[:LONGEST_CURSOR] + "=" * (-len(cursor) % 4)
        said = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        mark, _, place = said.partition(".")
        if mark == name[:16] and place.isdecimal() and len(place) <= LONGEST_PLACE:
            return int(place)
    raise refusal_of(
        "cursor-damaged",
        Text("after の値を使えません。", "`after` cannot be that."),
        Text(
            "同じ since と until に対する回答の next を使うか、最初から読んでください。",
            "Use the `next` of an answer to the same `since` and `until`, or begin anew.",
        ),
        place="after",
        value=cursor,
    )
