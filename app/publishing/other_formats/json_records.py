"""JSON whose content is a table: an array of objects, of rows under a header, or the same one record a line.

Anything else is no table: it is published as it is, and never pressed into rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from app.publishing.decoding import Unreadable
from app.publishing.grids import Grid
from app.publishing.other_formats.documents import Document, open_document, parse, split, starts_of
from app.publishing.other_formats.rows import LONGEST_ROW, Columns, Output, cells_of, labels_of, values_of
from app.publishing.remarks import Remarks

# What programs call the array in which an answer's records stand.
_WRAPPERS = frozenset({"data", "records", "rows", "items", "results", "result", "value", "values", "entries"})
# What holds objects in descriptions of data, which are not data themselves.
_DESCRIPTIONS = frozenset({"resources", "fields"})
_MOST_NAMES_SHOWN = 10
_LONGEST_LINE = 4 * LONGEST_ROW

Values = tuple[int, Any]


def read_json_records(source: Path, output: Output) -> Grid | None:
    """Write the records as CSV; rows count records from 1. `None` for what is no table. Raises `Unreadable`.

    Objects in objects become columns `a.b` where all are flat, otherwise JSON in a cell.
    """
    document = open_document(source)
    found = split(document.content, document.content) if document.first == b"[" else _wrapped(document, output.remarks)
    if not found:
        _refuse_what_is_no_json(document)
        return None

    def values() -> Iterator[Values]:
        return ((number, parse(raw, number)) for number, raw in enumerate(found, start=1))

    return _grid(starts_of(found), values, output)


def read_json_lines(source: Path, output: Output) -> Grid | None:
    """Do as `read_json_records` for a file with one record on each line; blank lines are passed over."""
    starts: set[bytes] = set()
    for row, line in _lines(source):
        starts.add(line[:1])
        if len(starts) > 1 or not starts <= {b"{", b"["}:
            raise Unreadable("json-line-without-record", row)

    def values() -> Iterator[Values]:
        return ((row, parse(line, row)) for row, line in _lines(source))

    return _grid(starts, values, output)


def _refuse_what_is_no_json(document: Document) -> None:
    if document.first not in {b"[", b"{"}:
        split(b"[" + document.content + b"]", document.content)


def _wrapped(document: Document, remarks: Remarks) -> list[msgspec.Raw]:
    """Find the one array of records in an object, if there is just one and nothing else could be meant."""
    arrays = [key for key, raw in document.members.items() if bytes(memoryview(raw)[:1]) == b"["]
    if len(arrays) != 1 or arrays[0] in _DESCRIPTIONS:
        return []
    if len(document.members) > 1 and arrays[0].lower() not in _WRAPPERS:
        return []
    records = split(document.members[arrays[0]], document.content)
    if starts_of(records) != {b"{"}:
        return []
    rest = document.without(arrays[0])
    if rest:
        names = ", ".join(list(rest)[:_MOST_NAMES_SHOWN])
        remarks.add("json-members-left-out", value=names, count=len(rest), member=arrays[0])
    return records


def _grid(starts: set[bytes], values: Callable[[], Iterator[Values]], output: Output) -> Grid | None:
    if starts == {b"{"}:
        return _from_objects(values, output)
    if starts == {b"["}:
        return _from_arrays(values, output)
    return None


def _from_objects(values: Callable[[], Iterator[Values]], output: Output) -> Grid | None:
    columns = Columns()
    for _, record in values():
        columns.note(record)
    plan = columns.plan()
    if not plan:
        return None
    records = ((row, cells_of(row, values_of(record, plan))) for row, record in values())
    return output.write(labels_of(plan), records)


def _from_arrays(values: Callable[[], Iterator[Values]], output: Output) -> Grid | None:
    rows = values()
    header, labels = next(rows)
    following = next(rows, None)
    named = bool(labels) and all(isinstance(label, str) and label.strip() for label in labels)
    if not named or len(set(labels)) < len(labels) or following is None:
        return None  # a matrix: nothing says what its columns are
    records = ((row, cells_of(row, record)) for row, record in islice(values(), 1, None))
    return output.write(labels, records, header)


def _lines(source: Path) -> Iterator[tuple[int, bytes]]:
    with source.open("rb") as file:
        row = 0
        while line := file.readline(_LONGEST_LINE + 1):
            row += 1
            if len(line) > _LONGEST_LINE:
                raise Unreadable("record-too-long", row, limit=_LONGEST_LINE)
            content = (line.removeprefix(b"\xef\xbb\xbf") if row == 1 else line).strip()
            if content:
                yield row, content
