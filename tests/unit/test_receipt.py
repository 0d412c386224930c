"""The receipt tells all: it leads from the clean table back to the words of the file, and accounts for every line."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from app.kernel.report import Findings
from app.publishing.repair.choices import Choice, Choices
from app.publishing.repair.receipt import ranges
from app.publishing.tables import CleanTable, TableSource, read_tables

Table = list[list[str]]
NAMES = ("町", "人口", "開始日", "料金", "緯度", "経度", "郵便番号", "開始時刻", "年度", "備考 ", "所在地")
WORDS = (
    *("1", "２", "1,234", "△5", "120円", "35円", "3.5", "-", "不明", "同上", "〃", "", " 甲", "乙　", "ﾁﾊﾞ", "多数"),
    *("2026/4/1", "令和8年4月1日", "2026-04-02", "46113", "令和7年度", "2020", "午後1時30分", "10:15", "〒160-8484"),
    *("35.6", "139.6", "35度41分22秒", "東京都新宿区西新宿2-8-1", "※注", "改\n行", 'a"b', "a,b"),
)
SWAP = Choice("coordinates-swapped", apply=True)
SERIAL = Choice("date-serial", apply=True)
MADE = (Choices(), Choices((SWAP, SERIAL)), Choices((Choice("date-iso", apply=False),)))
CHOSEN = (*MADE, Choices(none=True), Choices((Choice("address-split", apply=True),)))
CHOICES = st.sampled_from(MADE)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
# Other tables in every run, but the same for each of its tests, which ask different things of what was read once.
THIS_RUN = seed(random.getrandbits(64))

pytestmark = pytest.mark.xdist_group("receipt")


@st.composite
def messy(draw: st.DrawFn) -> Table:
    """A table with a header; columns have a few words each, and some lines are blank, short, long or notes."""
    width = draw(st.integers(1, 4))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=width, max_size=width, unique=True))
    pools = [draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)) for _ in names]
    whole = st.tuples(*map(st.sampled_from, pools)).map(list)
    odd = st.one_of(
        st.just([""] * width),
        st.just(["※速報値"] + [""] * (width - 1)),
        whole.map(lambda cells: cells[:-1] or [""]),
        whole.map(lambda cells: [*cells, ""]),
    )
    rows = draw(st.lists(st.one_of(whole, whole, whole, odd), min_size=1, max_size=8))
    above = draw(st.sampled_from(([], [["表題"] + [""] * (width - 1)])))
    return [*above, names, *rows]


def written(table: Table) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(table)
    return stream.getvalue().encode()


def read(content: bytes, choices: Choices) -> tuple[CleanTable, ...]:
    return _read(content, CHOSEN.index(choices))


@cache
def _read(content: bytes, chosen: int) -> tuple[CleanTable, ...]:
    folder = Path(tempfile.mkdtemp())
    (folder / "source").write_bytes(content)
    source = TableSource("data", "data.csv", "csv")
    return read_tables(folder / "source", source, folder, Findings(), CHOSEN[chosen]).clean


def cells_of(table: CleanTable) -> tuple[list[str], Table]:
    with table.csv.open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    return names, [row or [""] for row in rows]


def receipt_of(table: CleanTable) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(table.receipt.read_bytes())
    return found


def lines_of(written_ranges: str) -> Iterator[int]:
    for part in filter(None, written_ranges.split(",")):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def undone(table: CleanTable) -> Table:
    """Take the receipt's changes back, the last first; each must find the word that it left."""
    names, rows = cells_of(table)
    places = {table.lines.line(number): row for number, row in enumerate(rows)}
    for change in reversed(receipt_of(table)["cells"]):
        column = names.index(change["column"])
        for line in lines_of(change["lines"]):
            assert places[line][column] == change["after"]
            places[line][column] = change["before"]
    return rows


def lines_with_records(content: bytes) -> dict[int, list[str]]:
    reader, found, line = csv.reader(io.StringIO(content.decode(), newline="")), {}, 1
    for cells in reader:
        found[line] = cells
        line = reader.line_num + 1
    return found


@THIS_RUN
@SLOW
@given(messy(), CHOICES)
def test_the_receipt_leads_back_to_every_word_of_the_file(source: Table, choices: Choices) -> None:
    content = written(source)
    for table in read(content, choices):
        there = lines_with_records(content)
        for number, row in enumerate(undone(table)):
            sent = there[table.lines.line(number)]
            assert [cell for cell in row if cell] == [cell for cell in sent if cell]


@THIS_RUN
@SLOW
@given(messy(), CHOICES)
def test_rows_in_are_rows_out_and_rows_set_apart(source: Table, choices: Choices) -> None:
    for table in read(written(source), choices):
        count = receipt_of(table)["count"]
        examined = table.examined
        assert count["rowsIn"] == count["rowsOut"] + count["rowsApart"]
        assert (examined.rows_in, examined.rows, examined.rows_apart) == tuple(count.values())
        assert len(cells_of(table)[1]) == count["rowsOut"] == table.rows


@THIS_RUN
@SLOW
@given(messy(), CHOICES)
def test_every_line_is_a_row_or_set_apart_or_of_the_header(source: Table, choices: Choices) -> None:
    content = written(source)
    tables = read(content, choices)
    if len(tables) != 1:
        return
    [table] = tables
    apart = {line for each in receipt_of(table)["apart"] for line in range(each["first"], each["last"] + 1)}
    rows = {table.lines.line(number) for number in range(table.rows)}
    there = set(lines_with_records(content))
    assert not rows & apart
    assert rows | apart <= there
    assert all(line <= table.lines.header for line in there - rows - apart)


@SLOW
@given(messy())
def test_without_repairs_no_word_changes(source: Table) -> None:
    content = written(source)
    there = lines_with_records(content)
    for table in read(content, Choices(none=True)):
        receipt = receipt_of(table)
        assert (receipt["cells"], receipt["left"], receipt["header"]) == ([], [], [])
        # Blank lines at the end of a file are none of its rows to any reader.
        assert {each.rule for each in table.repairs} <= {"blank-rows-apart"}
        for number, row in enumerate(cells_of(table)[1]):
            assert row == (there[table.lines.line(number)] or [""])


@THIS_RUN
@SLOW
@given(messy(), CHOICES)
def test_the_counts_of_repairs_are_those_of_the_receipt(source: Table, choices: Choices) -> None:
    for table in read(written(source), choices):
        counted: dict[tuple[str, str], int] = {}
        for each in receipt_of(table)["cells"]:
            key = each["rule"], each["column"]
            counted[key] = counted.get(key, 0) + len(list(lines_of(each["lines"])))
        assert {(each.rule, each.column): each.count for each in table.repairs if each.column} == counted


def test_the_receipt_names_both_files_by_their_hash() -> None:
    content = "開始日\n2026/4/1\n".encode("cp932")
    [table] = read(content, Choices())
    receipt = receipt_of(table)
    assert receipt["source"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert receipt["source"]["bytes"] == len(content)
    assert receipt["source"]["encoding"] == "cp932"
    assert receipt["result"]["sha256"] == hashlib.sha256(table.csv.read_bytes()).hexdigest()
    assert receipt["result"]["bytes"] == table.csv.stat().st_size


def test_what_is_declined_is_on_the_receipt_as_left() -> None:
    [table] = read("開始日\n2026/4/1\n".encode(), Choices((Choice("date-iso", apply=False),)))
    receipt = receipt_of(table)
    assert receipt["cells"] == []
    assert receipt["left"] == [
        {"rule": "date-iso", "column": "開始日", "before": "2026/4/1", "after": "2026-04-01", "lines": "2"}
    ]


def test_equal_changes_stand_together() -> None:
    content = "開始日\n" + "2026/4/1\n" * 3 + "2026-04-01\n2026/4/1\n"
    [table] = read(content.encode(), Choices())
    assert [each["lines"] for each in receipt_of(table)["cells"]] == ["2-4,6"]


def test_lines_are_written_as_ranges() -> None:
    assert ranges([3, 4, 5, 9, 11, 12]) == "3-5,9,11-12"
    assert ranges([]) == ""


def test_columns_that_were_added_are_on_the_receipt() -> None:
    content = "名称,所在地\n本庁,東京都新宿区歌舞伎町1-4-1\n支所,東京都新宿区西新宿2-8-1\n"
    [table] = read(content.encode(), Choices((Choice("address-split", apply=True),)))
    receipt = receipt_of(table)
    assert [(each["rule"], each["column"], each["before"]) for each in receipt["header"]] == [
        ("address-split", number, "") for number in (3, 4, 5, 6)
    ]
    assert {each["before"] for each in receipt["cells"]} == {""}


def test_every_row_that_was_filled_is_on_the_receipt() -> None:
    short = "".join(f"{number}\n" if number % 3 else f"{number},甲\n" for number in range(1, 100))
    (table,) = read(f"番号,名\n{short}".encode(), Choices())
    (change,) = [each for each in receipt_of(table)["rows"] if each["rule"] == "short-rows-filled"]
    lines = list(lines_of(change["lines"]))
    assert len(lines) == change["count"] == 66
    assert lines == [number + 1 for number in range(1, 100) if number % 3]
