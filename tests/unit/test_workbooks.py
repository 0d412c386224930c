"""Spreadsheets as people make them: several sheets, merged cells, hidden rows; values only, and nothing is fetched."""

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from app.catalog.record import Mark
from app.kernel.report import Findings
from app.publishing.grids import FilledCell, Grid
from app.publishing.remarks import Remarks
from app.publishing.repair.choices import Choice, Choices
from app.publishing.workbooks import read_workbook

LINK = "xl/externalLinks/externalLink1.xml"


@dataclass
class Outcome:
    grids: tuple[Grid, ...] | None
    codes: list[str]

    @property
    def grid(self) -> Grid:
        assert self.grids is not None, self.codes
        (grid,) = self.grids
        return grid


Read = Callable[..., Outcome]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_it(
        book: Any, dialect: dict[str, Any] | None = None, choices: Choices | None = None, more: str = ""
    ) -> Outcome:
        source = tmp_path / "book.xlsx"
        stream = io.BytesIO()
        book.save(stream)
        if more:
            with zipfile.ZipFile(stream, "a") as archive:
                archive.writestr(LINK, more)
        source.write_bytes(stream.getvalue())
        findings = Findings(limit=100)
        remarks = Remarks(findings, "book.xlsx", "book")
        grids = read_workbook(
            source, "xlsx", dialect or {}, tmp_path, remarks, has_schema=False, choices=choices or Choices()
        )
        for grid in grids or ():
            assert grid.rows_in == grid.rows + sum(each.count for each in grid.apart)
        return Outcome(grids, [problem.code for problem in findings.problems])

    return read_it


def book_of(**sheets: list[list[Any]]) -> Any:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


def rows_of(grid: Grid) -> list[list[str]]:
    with grid.csv.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def mark(grid: Grid, code: str) -> Mark:
    return next(each for each in grid.marks if each.code == code)


TABLE: list[list[Any]] = [["町名", "男", "女"], ["本町", 1, 2], ["北町", 3, 4]]


def test_every_sheet_with_a_table_is_read_under_its_name(read: Read) -> None:
    outcome = read(book_of(人口=TABLE, 空=[], 世帯=[["町名", "世帯数"], ["本町", 5]]))
    assert outcome.grids
    assert [(grid.title, grid.rows, grid.csv.name) for grid in outcome.grids] == [
        ("人口", 2, "table.csv"),
        ("世帯", 1, "table-2.csv"),
    ]


def test_a_sheet_that_is_named_is_read_alone(read: Read) -> None:
    book = book_of(人口=TABLE, 世帯=[["町名", "世帯数"], ["本町", 5]])
    assert read(book, {"sheetName": "世帯"}).grid.labels == ("町名", "世帯数")


def test_hidden_sheets_are_left_out_and_told(read: Read) -> None:
    book = book_of(人口=TABLE, 内部=TABLE)
    book["内部"].sheet_state = "hidden"
    outcome = read(book)
    assert (outcome.grid.title, outcome.codes) == ("人口", ["workbook-hidden-sheets"])
    assert mark(outcome.grid, "several-sheets").places == ("内部",)


def test_a_sheet_without_a_table_is_passed_over_with_a_word(read: Read) -> None:
    outcome = read(book_of(人口=TABLE, 説明=[["説明"], [None, "文章"], ["続き"]]))
    assert (outcome.grid.title, outcome.codes) == ("人口", ["workbook-sheets-without-table"])


def test_merged_names_are_joined_across_and_down(read: Read) -> None:
    book = book_of(s=[["表題"], ["地域", "人口", None, "世帯"], [None, "男", "女", None], ["本町", 1, 2, 3]])
    book["s"].merge_cells("A1:D1")
    book["s"].merge_cells("A2:A3")
    book["s"].merge_cells("B2:C2")
    book["s"].merge_cells("D2:D3")
    grid = read(book).grid
    assert grid.labels == ("地域", "人口_男", "人口_女", "世帯")
    assert rows_of(grid) == [["本町", "1", "2", "3"]]
    assert mark(grid, "header-of-several-rows").count == 2


@pytest.mark.parametrize("first", [["A", "-", "…", "x"], ["A", "千代田区", "丸の内", "なし"]])
def test_the_first_row_below_merged_names_is_data_even_without_values(read: Read, first: list[str]) -> None:
    rows: list[list[Any]] = [
        ["名称", "住所", "", "台数"],
        ["", "区", "町", ""],
        first,
        ["B", "中央区", 2, 3],
        ["C", "港区", 5, 4],
    ]
    book = book_of(表=rows)
    for merged in ("A1:A2", "B1:C1", "D1:D2"):
        book["表"].merge_cells(merged)
    grid = read(book).grid
    assert grid.labels == ("名称", "住所_区", "住所_町", "台数")
    assert rows_of(grid)[0] == first


def test_one_merged_name_is_for_the_columns_below_it(read: Read) -> None:
    book = book_of(表=[["", "令和8年", ""], ["区", "男", "女"], ["A", 1, 2], ["B", 3, 4]])
    book["表"].merge_cells("B1:C1")
    assert read(book).grid.labels == ("区", "令和8年_男", "令和8年_女")


def test_the_dialect_says_how_names_are_joined(read: Read) -> None:
    book = book_of(s=[["地域", "人口", None], [None, "男", "女"], ["本町", 1, 2]])
    book["s"].merge_cells("B1:C1")
    assert read(book, {"headerJoin": "・"}).grid.labels == ("地域", "人口・男", "人口・女")


def test_merged_cells_of_data_are_filled(read: Read) -> None:
    book = book_of(s=[["区", "町", "数"], ["東区", "本町", 1], [None, "北町", 2], ["西区", "南町", 3]])
    book["s"].merge_cells("A2:A3")
    grid = read(book).grid
    assert [row[0] for row in rows_of(grid)] == ["東区", "東区", "西区"]
    assert grid.filled == (FilledCell(1, 0, "東区"),)
    assert mark(grid, "merged-cells").places == ("A2:A3",)


def test_merged_cells_stay_empty_where_it_is_not_chosen(read: Read) -> None:
    book = book_of(s=[["区", "町", "数"], ["東区", "本町", 1], [None, "北町", 2]])
    book["s"].merge_cells("A2:A3")
    grid = read(book, choices=Choices((Choice("merged-cells-filled", apply=False),))).grid
    assert [row[0] for row in rows_of(grid)] == ["東区", ""]
    assert grid.filled == (FilledCell(1, 0, "東区"),)
    assert not mark(grid, "merged-cells").mended


def test_a_value_beyond_the_names_gets_a_column(read: Read) -> None:
    grid = read(book_of(s=[["a", "b"], [1, 2], [3, 4, "備考"]])).grid
    assert grid.labels == ("a", "b", "column_3")
    assert rows_of(grid)[0] == ["1", "2", ""]


def test_tables_beside_each_other_are_split_at_a_blank_column(read: Read) -> None:
    grids = read(book_of(s=[["町名", "数", None, "町名", "数"], ["本町", 1, None, "東町", 3]])).grids
    assert grids
    assert [rows_of(grid) for grid in grids] == [[["本町", "1"]], [["東町", "3"]]]
    assert [grid.title for grid in grids] == ["s 1", "s 2"]


def test_formulas_hidden_parts_and_struck_words_are_marked(read: Read) -> None:
    book = book_of(s=[["a", "b"], [1, 2], [3, "=A3*2"]])
    book["s"].row_dimensions[2].hidden = True
    book["s"].column_dimensions["B"].hidden = True
    book["s"]["A2"].font = Font(strike=True)
    grid = read(book).grid
    assert mark(grid, "formulas") == Mark("formulas", 1, ("line 3",))
    assert mark(grid, "hidden-rows").places == ("line 2",)
    assert mark(grid, "hidden-columns").places == ("column 2",)
    assert mark(grid, "meaningful-formatting").count == 1
    assert grid.rows == 2


def test_a_link_to_another_file_is_told_and_not_followed(read: Read) -> None:
    outcome = read(book_of(s=TABLE), more='<externalLink><externalBook id="rId1"/></externalLink>')
    assert (outcome.grid.rows, outcome.codes) == (2, ["workbook-links-not-followed"])


@pytest.mark.parametrize("link", ["ddeLink", "oleLink"])
def test_a_link_that_starts_a_program_is_refused(read: Read, link: str) -> None:
    outcome = read(book_of(s=TABLE), more=f'<externalLink><{link} ddeService="cmd"/></externalLink>')
    assert (outcome.grids, outcome.codes) == (None, ["workbook-external-links"])


def test_the_population_of_shinjuku_is_read(shared_data: Path, tmp_path: Path) -> None:
    findings = Findings(limit=100)
    grids = read_workbook(
        shared_data / "japan/shinjuku-population/xlsx/000298159.xlsx",
        "xlsx",
        {},
        tmp_path,
        Remarks(findings, "x.xlsx", "x"),
        has_schema=False,
        choices=Choices(),
    )
    assert grids
    assert {grid.labels for grid in grids} == {("町丁名", "世帯数", "男", "女", "計")}
    rows = [row for grid in grids for row in rows_of(grid)]
    assert rows[-1] == ["合計", "193419", "154158", "153997", "308155"]
    assert sum(int(row[4]) for row in rows[:-1]) == 308155
