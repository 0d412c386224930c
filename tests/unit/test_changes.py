"""Changes between versions are what a naive comparison of the rows says, and cost no more than they show."""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.record import Column
from app.kernel.errors import BadRequest, OverLimit, Unavailable
from app.kernel.text import Text
from app.query.change_files import Step
from app.query.changes import Change, Changes
from app.query.differing import By
from app.query.frame import Frame
from app.query.kept_files import KeptFiles
from app.query.schema_events import SchemaChange, schema_events

TYPES = {"integer": pa.int64(), "number": pa.float64(), "string": pa.string(), "boolean": pa.bool_()}
# Gone with the process; hypothesis has no folder for each example.
TEMPORARY = tempfile.TemporaryDirectory()
FOLDER = Path(TEMPORARY.name)
NUMBERS = count()
SCHEMA = {"id": "integer", "n": "number", "s": "string"}
WHEN = datetime(2026, 11, 28, 1, tzinfo=UTC)


def frame(rows: list[tuple[Any, ...]], types: dict[str, str] | None = None, key: tuple[str, ...] = ()) -> Frame:
    types = types or SCHEMA
    cells = zip(*rows, strict=True) if rows else [()] * len(types)
    arrays = [pa.array(list(each), TYPES[kind]) for each, kind in zip(cells, types.values(), strict=True)]
    path = FOLDER / f"{next(NUMBERS)}.parquet"
    pq.write_table(pa.table(dict(zip(types, arrays, strict=True))), path)
    columns = tuple(Column(name, kind) for name, kind in types.items())
    return Frame(id=path.name, path=path, columns=columns, rows=len(rows), primary_key=key)


CHANGES = Changes(FOLDER / "changes")


@pytest.fixture(scope="module")
def changes() -> Changes:
    return CHANGES


def told(changes: Changes, before: Frame | None, after: Frame, *, limit: int = 1000) -> list[Change]:
    found: list[Change] = []
    cursor = ""
    while True:
        page = changes.page(before, after, limit=limit, cursor=cursor)
        found += page.changes
        cursor = page.next
        if not cursor:
            assert len(found) == page.total
            return found


CELLS = st.tuples(
    st.integers(0, 6),
    st.none() | st.sampled_from([0.0, -0.0, 1.5, 1e300, float("inf")]),
    st.none() | st.sampled_from(["", "n", "1:n", "a'\"", "区\n"]),
)
ROWS = st.lists(CELLS, max_size=8)


@settings(max_examples=20, deadline=None)
@given(ROWS, ROWS)
def test_without_a_key_rows_are_counted_off_as_a_multiset(before: list[Any], after: list[Any]) -> None:
    found = told(CHANGES, frame(before), frame(after), limit=5)
    gone = Counter(tuple(each.row.values()) for each in found if each.change == "deleted")
    come = Counter(tuple(each.row.values()) for each in found if each.change == "inserted")
    assert (gone, come) == (Counter(before) - Counter(after), Counter(after) - Counter(before))
    assert len(found) == gone.total() + come.total()


@settings(max_examples=20, deadline=None)
@given(ROWS, ROWS)
def test_with_a_key_rows_are_matched_by_it(before: list[Any], after: list[Any]) -> None:
    old, new = ({row[0]: row for row in rows} for rows in (before, after))
    sides = [frame(list(rows.values()), key=("id",)) for rows in (old, new)]
    found = told(CHANGES, *sides, limit=5)
    by_kind = {kind: {each.key["id"]: each for each in found if each.change == kind} for kind in KINDS}
    assert by_kind["deleted"].keys() == old.keys() - new.keys()
    assert by_kind["inserted"].keys() == new.keys() - old.keys()
    assert by_kind["updated"].keys() == {key for key in old.keys() & new.keys() if old[key] != new[key]}
    for key, each in by_kind["updated"].items():
        cells = zip(SCHEMA, old[key], new[key], strict=True)
        assert each.changed == {name: (was, now) for name, was, now in cells if was != now}
        assert tuple(each.row.values()) == new[key]


KINDS = ("deleted", "updated", "inserted")


@pytest.mark.parametrize(
    ("before", "after", "by"),
    [
        ([(1, 1.0, "a"), (1, 2.0, "b")], [(1, 1.0, "a")], By.KEY_REPEATED),
        ([(1, 1.0, "a")], [(1, 1.0, "a"), (None, 2.0, "b")], By.KEY_EMPTY),
    ],
)
def test_a_key_that_names_no_row_is_not_trusted(changes: Changes, before: Any, after: Any, by: By) -> None:
    page = changes.page(frame(before, key=("id",)), frame(after, key=("id",)), limit=10)
    assert (page.by, page.key, page.total) == (by, (), 1)
    assert "主キー" in page.notes[0].message.ja


def test_a_key_whose_column_is_new_is_not_trusted(changes: Changes) -> None:
    page = changes.page(frame([("a",)], {"s": "string"}), frame([(1, 1.0, "a")], key=("id",)), limit=10)
    assert page.by is By.KEY_MISSING
    assert [each.event for each in page.events] == [SchemaChange.ADDED, SchemaChange.ADDED, SchemaChange.KEY]
    assert page.total == 0


def test_everything_before_the_first_version_is_new(changes: Changes) -> None:
    page = changes.page(None, frame([(1, 1.0, "a"), (2, None, None)], key=("id",)), limit=10)
    assert page.counts == {"inserted": 2, "updated": 0, "deleted": 0}
    assert page.events == ()


def test_tables_without_a_column_in_common_have_no_row_in_common(changes: Changes) -> None:
    page = changes.page(frame([(1,)], {"a": "integer"}), frame([(1,)], {"b": "integer"}), limit=10)
    assert page.counts == {"inserted": 1, "updated": 0, "deleted": 1}
    assert [each.row for each in page.changes] == [{"a": 1}, {"b": 1}]


def test_a_change_of_type_alone_changes_no_row(changes: Changes) -> None:
    before = frame([(1, 7), (2, 8)], {"id": "integer", "v": "integer"}, ("id",))
    after = frame([(1, 7.0), (2, 8.5)], {"id": "integer", "v": "number"}, ("id",))
    page = changes.page(before, after, limit=10)
    assert [each.changed for each in page.changes] == [{"v": (8, 8.5)}]
    assert [(each.event, each.before, each.after) for each in page.events] == [(SchemaChange.TYPE, "integer", "number")]


def test_columns_whose_names_differ_in_case_only_are_two(changes: Changes) -> None:
    types = {"A": "integer", "a": "integer"}
    page = changes.page(frame([(1, 2)], types, ("A",)), frame([(1, 3)], types, ("A",)), limit=10)
    assert page.changes[0].changed == {"a": (2, 3)}


def test_units_and_definitions_are_part_of_a_schema() -> None:
    before = frame([(1, 1.0, "a")])
    columns = (before.columns[0], Column("n", "number", unit="人"), Column("s", "string", Text("名称")))
    after = Frame(before.id, before.path, columns, 1)
    assert [(each.event, each.column) for each in schema_events(before, after)] == [
        (SchemaChange.UNIT, "n"),
        (SchemaChange.DEFINITION, "s"),
    ]


def test_a_page_stops_at_its_bytes_and_the_next_goes_on() -> None:
    after = frame([(number, 1.0, "x" * 1000) for number in range(9)])
    bounded = Changes(FOLDER / "bounded", max_bytes=3000)
    page = bounded.page(None, after, limit=100)
    assert (len(page.changes), page.truncated) == (3, True)
    assert [each.row["id"] for each in told(bounded, None, after)] == list(range(9))


@pytest.mark.parametrize("cursor", ["x", "あ", "=" * 300, "MQ", "AAAA", "LjE", "\x00", "8J-YgA"])
def test_a_cursor_of_nothing_is_refused(changes: Changes, cursor: str) -> None:
    with pytest.raises(BadRequest) as caught:
        changes.page(None, frame([(1, 1.0, "a")]), limit=1, cursor=cursor)
    assert caught.value.report is not None


def test_a_cursor_of_other_versions_is_refused(changes: Changes) -> None:
    cursor = changes.page(None, frame([(1, 1.0, "a"), (2, 1.0, "a")]), limit=1).next
    with pytest.raises(BadRequest):
        changes.page(None, frame([(1, 1.0, "b"), (2, 1.0, "b")]), limit=1, cursor=cursor)


def test_as_a_file_an_updated_row_is_told_before_and_after(changes: Changes) -> None:
    before, after = frame([(1, 1.0, "a"), (2, 2.0, "b")], key=("id",)), frame([(1, 9.0, "a")], key=("id",))
    rows = pq.read_table(changes.file([Step(before, after, 2, WHEN)], "parquet")).to_pylist()
    assert [(each["_change_type"], each["id"], each["n"], each["_changed"]) for each in rows] == [
        ("delete", 2, 2.0, None),
        ("update_preimage", 1, 1.0, ["n"]),
        ("update_postimage", 1, 9.0, ["n"]),
    ]
    assert {(each["_commit_version"], each["_commit_timestamp"]) for each in rows} == {(2, WHEN)}


def test_a_file_of_several_steps_has_all_their_columns(changes: Changes) -> None:
    one = frame([(1, 1)], {"id": "integer", "_changed": "integer"}, ("id",))
    two = frame([(1, "x")], {"id": "integer", "_changed": "string"}, ("id",))
    path = changes.file([Step(None, one, 1, WHEN), Step(one, two, 2, WHEN)], "csv")
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert [(each["_change_type"], each["_changed"], each["__changed"]) for each in rows] == [
        ("insert", "1", ""),
        ("update_preimage", "1", '["_changed"]'),
        ("update_postimage", "x", '["_changed"]'),
    ]


def test_a_comparison_that_takes_too_long_is_ended() -> None:
    rows = [(number, float(number), str(number)) for number in range(20_000)]
    with pytest.raises(OverLimit):
        Changes(FOLDER / "slow", seconds=0.001).page(frame(rows), frame(rows[:9]), limit=1)


def test_the_longest_unused_files_go_first(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path, room=25)
    for name in ("a", "b", "a", "c"):
        kept.get(name, lambda path: path.write_bytes(b"0123456789"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]
    kept.sweep(-1)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_could_not_be_made_is_not_there(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path, patience=0.01)

    def fail(_: Path) -> None:
        with pytest.raises(Unavailable):
            kept.get("other", lambda path: path.touch())
        raise OverLimit(Text("長い", "long"))

    with pytest.raises(OverLimit):
        kept.get("name", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_column_may_be_called_as_the_engines_number_of_a_row(changes: Changes) -> None:
    named = {"id": "integer", "file_row_number": "integer"}
    before, after = frame([(1, 7)], named), frame([(1, 7), (2, 7)], named)
    [change] = told(changes, before, after)
    assert change.row == {"id": 2, "file_row_number": 7}
