"""Text files as people lay them out become even tables; what is no data is set apart, and nothing is lost."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.kernel.report import Findings
from app.publishing.decoding import find_encoding
from app.publishing.delimited import Delimited, find_dialect, read_delimited
from app.publishing.grids import Grid
from app.publishing.remarks import Remarks
from app.publishing.repair.choices import Choice, Choices
from app.publishing.structure.tables import MOST_HELD


@dataclass
class Outcome:
    grids: tuple[Grid, ...] | None
    findings: Findings

    @property
    def grid(self) -> Grid:
        assert self.grids is not None, self.findings.problems
        (grid,) = self.grids
        return grid

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.findings.problems]


Read = Callable[..., Outcome]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_it(
        content: str,
        *,
        choices: Choices | None = None,
        names: tuple[str, ...] | None = None,
        dialect: dict[str, object] | None = None,
    ) -> Outcome:
        source = tmp_path / "source.csv"
        source.write_bytes(content.encode())
        findings = Findings(limit=100)
        remarks = Remarks(findings, "source.csv", "source")
        encoding = find_encoding(source, "", remarks)
        assert encoding
        found = find_dialect(source, encoding, dialect or {}, ",", remarks)
        assert found
        file = Delimited(source, encoding, found, names)
        grids = read_delimited(file, tmp_path, remarks, has_schema=names is not None, choices=choices or Choices())
        for grid in grids or ():
            assert grid.rows_in == grid.rows + sum(each.count for each in grid.apart)
        return Outcome(grids, findings)

    return read_it


def rows_of(grid: Grid) -> list[list[str]]:
    with grid.csv.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def apart(grid: Grid) -> list[tuple[str, int, int]]:
    return [(each.reason, each.first, each.last) for each in grid.apart]


def without(*rules: str) -> Choices:
    return Choices(tuple(Choice(rule, apply=False) for rule in rules))


def codes(grid: Grid) -> set[str]:
    return {mark.code for mark in grid.marks}


# --- what stands around a table ------------------------------------------------------------------------------------


def test_titles_above_the_names_are_set_apart(read: Read) -> None:
    grid = read("人口統計,,\n,,（単位：人）\n\n町名,男,女\n本町,1,2\n北町,3,4\n").grid
    assert grid.labels == ("町名", "男", "女")
    assert apart(grid) == [("preamble-apart", 1, 1), ("preamble-apart", 2, 2), ("blank-rows-apart", 3, 3)]
    assert (grid.lines.header, grid.lines.line(0), grid.lines.row(6)) == (4, 5, 1)
    assert {"preamble", "header-not-first", "blank-rows"} <= codes(grid)


def test_a_title_with_a_date_beside_it_is_no_header(read: Read) -> None:
    grid = read("世帯と人口,,令和7年1月1日現在\n町名,男,女\n本町,1,2\n北町,3,4\n").grid
    assert grid.labels == ("町名", "男", "女")


@pytest.mark.parametrize(
    "note", ["※速報値,,", "出典：統計課,,", ",備考：概数,", "注1,平成30年までの値は推計によります。,,"]
)
def test_notes_below_the_data_are_set_apart(read: Read, note: str) -> None:
    grid = read(f"町名,男,女,計\n本町,1,2,3\n{note}\n").grid
    assert rows_of(grid) == [["本町", "1", "2", "3"]]
    assert apart(grid) == [("notes-apart", 3, 3)]


def test_a_sentence_is_a_note_only_where_no_data_follows(read: Read) -> None:
    sentence = "この行には長い文章が一つだけ入っています。"
    grid = read(f"町名,男,女\n本町,1,2\n{sentence},,\n北町,3,4\n\n{sentence},,\n").grid
    assert len(rows_of(grid)) == 3
    assert apart(grid) == [("blank-rows-apart", 5, 5), ("notes-apart", 6, 6)]


def test_totals_and_short_words_stay_data(read: Read) -> None:
    grid = read("町名,男,女\n本町,1,2\n北町,,\n合計,1,2\n").grid
    assert [row[0] for row in rows_of(grid)] == ["本町", "北町", "合計"]


def test_names_that_come_again_are_no_row_of_data(read: Read) -> None:
    grid = read("a,b\n1,x\na,b\n2,y\n").grid
    assert rows_of(grid) == [["1", "x"], ["2", "y"]]
    assert apart(grid) == [("notes-apart", 3, 3)]


def test_blank_rows_are_ranges_and_rows_keep_their_lines(read: Read) -> None:
    grid = read("a,b\n1,x\n,\n\n,　\n2,y\n").grid
    assert apart(grid) == [("blank-rows-apart", 3, 5)]
    assert [grid.lines.line(row) for row in (0, 1)] == [2, 6]


# --- even rows -----------------------------------------------------------------------------------------------------


def test_short_rows_are_filled_and_long_ones_cut(read: Read) -> None:
    grid = read("a,b,c\n1,x\n2,y,z,,\n").grid
    assert grid.even
    assert rows_of(grid) == [["1", "x", ""], ["2", "y", "z"]]
    assert [(each.rule, each.lines) for each in grid.row_changes] == [
        ("short-rows-filled", (2,)),
        ("long-rows-cut", (3,)),
    ]


def test_a_place_that_most_rows_have_becomes_a_column(read: Read) -> None:
    grid = read("a,b\n1,x,\n2,y,z\n").grid
    assert grid.labels == ("a", "b", "column_3")
    assert [(each.rule, each.number) for each in grid.header_changes] == [("header-named", 2)]


def test_a_delimiter_too_many_in_one_row_is_left_to_be_reported(read: Read) -> None:
    grid = read("a,b\n1,x\n2,y\n3,z,w\n").grid
    assert not grid.even
    assert grid.labels == ("a", "b")


def test_columns_of_nothing_are_left_out(read: Read) -> None:
    grid = read("a,,b\n1,,2\n3,,4\n").grid
    assert grid.labels == ("a", "b")
    assert rows_of(grid) == [["1", "2"], ["3", "4"]]


# --- names ---------------------------------------------------------------------------------------------------------


def test_a_header_of_two_rows_is_joined(read: Read) -> None:
    grid = read("地域,人口,,世帯\n,男,女,\n本町,1,2,3\n北町,4,5,6\n").grid
    assert grid.labels == ("地域", "人口_男", "人口_女", "世帯")
    assert rows_of(grid) == [["本町", "1", "2", "3"], ["北町", "4", "5", "6"]]
    assert {each.rule for each in grid.header_changes} == {"header-joined"}


@pytest.mark.parametrize(
    ("label", "clean"),
    [('"世帯\n数"', "世帯数"), ('"a\nb"', "a b"), ("世　帯　数", "世帯数"), ("　世帯数　　", "世帯数")],
)
def test_names_are_written_on_one_line(read: Read, label: str, clean: str) -> None:
    assert read(f"町名,{label}\n本町,1\n").grid.labels == ("町名", clean)


def test_a_file_without_names_gets_numbers(read: Read) -> None:
    grid = read("2020/01/24,2,東京\n2020/01/25,0,大阪\n2020/01/26,5,東京\n").grid
    assert grid.labels == ("column_1", "column_2", "column_3")
    assert (grid.rows, grid.lines.line(0)) == (3, 1)
    assert "no-header" in codes(grid)


@pytest.mark.parametrize("header", ["地域,2018,2019", "地域,1,2,3", "コード,10,20"])
def test_numbers_can_be_names_under_which_values_stand(read: Read, header: str) -> None:
    body = "".join(f"{number},1234,5678,9\n" for number in (101, 102, 103))
    grid = read(f"{header}\n{body}").grid
    assert grid.labels[:2] == tuple(header.split(",")[:2])


def test_a_file_that_cannot_be_told_is_not_guessed(read: Read) -> None:
    outcome = read("10,20\nあ,い\nう,え\n")
    assert (outcome.grids, outcome.codes) == (None, ["table-not-understood"])


# --- several tables ------------------------------------------------------------------------------------------------


def test_tables_below_each_other_are_split(read: Read) -> None:
    grids = read("表1 人口,,\n町名,男,女\n本町,1,2\n\n表2 世帯,,\n地区,世帯数,\n東,10,\n西,20,\n").grids
    assert grids
    assert [(grid.labels, grid.rows, grid.title) for grid in grids] == [
        (("町名", "男", "女"), 1, "表1 人口"),
        (("地区", "世帯数"), 2, "表2 世帯"),
    ]


def test_a_row_of_missing_words_after_a_blank_one_begins_no_table(read: Read) -> None:
    grid = read("町名,男,女\n本町,1,2\n\n北町,未調査,未調査\n南町,3,4\n").grid
    assert grid.rows == 3


def test_tables_side_by_side_are_split(read: Read) -> None:
    grids = read("町名,計,町名,計\n本町,1,東町,3\n北町,2,,\n").grids
    assert grids
    assert [rows_of(grid) for grid in grids] == [[["本町", "1"], ["北町", "2"]], [["東町", "3"]]]
    assert apart(grids[1]) == [("blank-rows-apart", 3, 3)]


# --- choices and declarations --------------------------------------------------------------------------------------


def test_what_is_not_chosen_is_proposed_and_left_as_it_is(read: Read) -> None:
    grid = read("a,b,c\n1,x,y\n※速報,,\n2,z\n", choices=without("notes-apart", "short-rows-filled")).grid
    assert (grid.rows, grid.apart, grid.even) == (3, (), False)
    assert [(each.rule, each.applied) for each in grid.row_changes] == [
        ("notes-apart", False),
        ("short-rows-filled", False),
    ]


def test_blank_rows_that_are_not_to_go_make_rows_uneven(read: Read) -> None:
    assert not read("a,b\n1,x\n\n2,y\n", choices=without("blank-rows-apart")).grid.even


def test_with_no_repairs_the_first_line_is_the_header(read: Read) -> None:
    grid = read("表題,\na,b\n1,2\n", choices=without("preamble-apart")).grid
    assert grid.labels[0] == "表題"
    assert [(each.rule, each.applied) for each in grid.row_changes] == [("preamble-apart", False)]


@pytest.mark.parametrize("rule", ["tables-split", "header-joined"])
def test_tables_that_are_not_to_be_split_and_names_not_to_be_joined_are_proposed(read: Read, rule: str) -> None:
    content = {
        "tables-split": "町名,計,町名,計\n本町,1,東町,3\n",
        "header-joined": "地域,人口,\n,男,女\n本町,1,2\n",
    }[rule]
    grid = read(content, choices=without(rule)).grid
    assert [(each.rule, each.applied) for each in grid.row_changes] == [(rule, False)]


def test_a_declared_header_is_not_searched_for(read: Read) -> None:
    grid = read("x,y\na,b\n1,2\n3,4\n", dialect={"headerRows": [2]}).grid
    assert grid.labels == ("a", "b")
    assert apart(grid) == [("preamble-apart", 1, 1)]


def test_the_names_of_a_schema_are_found_below_a_title(read: Read) -> None:
    grid = read("人口統計,\n町 名,数\n本町,1\n", names=("町 名", "数")).grid
    assert grid.labels == ("町 名", "数")


def test_a_structure_that_fits_the_schema_less_is_not_used(read: Read) -> None:
    assert read("町名,\n男,女\n本町,1\n", names=("町名", "x")).grid.labels[0] == "町名"


# --- size ----------------------------------------------------------------------------------------------------------


def test_a_clean_file_is_used_as_it_is(read: Read, tmp_path: Path) -> None:
    grid = read('a,b\n1,"x\ny"\n2,z\n').grid
    assert (grid.unchanged, grid.csv) == (True, tmp_path / "source.csv")
    assert [grid.lines.line(row) for row in (0, 1)] == [2, 4]


def test_a_long_file_streams_with_the_same_result(read: Read) -> None:
    body = "".join(f"{number},x{number},\n" for number in range(MOST_HELD + 100))
    grid = read(f"表題,,\n\nid,name,\n{body},,\n※注記,,\n").grid
    assert grid.labels == ("id", "name")
    assert (grid.rows, grid.even) == (MOST_HELD + 100, True)
    assert grid.lines.line(grid.rows - 1) == MOST_HELD + 103
    assert [each.reason for each in grid.apart] == [
        "preamble-apart",
        "blank-rows-apart",
        "blank-rows-apart",
        "notes-apart",
    ]


def test_millions_of_blank_lines_cost_one_entry(read: Read) -> None:
    assert apart(read("a,b\n1,2\n" + "\n" * 300_000 + "3,4\n").grid) == [("blank-rows-apart", 3, 300_002)]


def test_a_file_that_is_mostly_notes_is_not_kept_in_memory(read: Read) -> None:
    outcome = read("a,b\n1,2\n" + "※,\n" * 100_001)
    assert outcome.codes == ["table-not-understood"]


def labels_of(outcome: Outcome) -> list[tuple[str, ...]]:
    return [grid.labels for grid in outcome.grids or ()]


def test_a_row_of_signs_for_nothing_after_a_blank_one_is_data(read: Read) -> None:
    grid = read("区,男,女\n千代田区,1,2\n中央区,3,4\n,,\n島部,－,…\n大島町,5,6\n八丈町,7,8\n").grid
    assert rows_of(grid)[2] == ["島部", "－", "…"]


def test_the_same_names_under_a_new_title_begin_another_table(read: Read) -> None:
    outcome = read("令和5年,,\n区,男,女\nA,1,2\nB,3,4\n令和6年,,\n区,男,女\nA,5,6\nB,7,8\n")
    assert [grid.title for grid in outcome.grids or ()] == ["令和5年", "令和6年"]


def test_the_same_names_on_the_next_page_of_a_table_do_not_split_it(read: Read) -> None:
    grid = read("区,男,女\nA,1,2\nB,3,4\n（続き）,,\n区,男,女\nC,5,6\nD,7,8\n").grid
    assert [row[0] for row in rows_of(grid)] == ["A", "B", "（続き）", "C", "D"]


@pytest.mark.parametrize(
    "above", ["担当課,総務課,,\n調査日,2026年4月1日,,\n", "人口の統計,総務局,2026年,\n"], ids=["pairs", "title"]
)
def test_what_tells_of_a_table_above_it_is_no_table(read: Read, above: str) -> None:
    grid = read(above + ",,,\n区,男,女,面積\nA,1,2,3\nB,4,5,6\n").grid
    assert (grid.labels, grid.rows) == (("区", "男", "女", "面積"), 2)


def test_pairs_right_above_a_table_are_no_names(read: Read) -> None:
    pairs = "作成者,総務局,,\n更新日,2026/4/1,,\n"
    grid = read(pairs + "施設名,住所,電話,定員\nA館,千代田区,03-1111-1111,100\nB館,中央区,03-1111-1112,200\n").grid
    assert (grid.labels, grid.rows) == (("施設名", "住所", "電話", "定員"), 2)


def test_names_of_groups_without_merged_cells_are_no_pairs(read: Read) -> None:
    grid = read("区分,人口,,,\n,総数,男,女,世帯数\nA,3,1,2,1\nB,5,2,3,2\n").grid
    assert grid.labels[:2] == ("区分", "人口_総数")


def test_names_in_two_languages_are_joined(read: Read) -> None:
    grid = read("区,人口,世帯\nWard,Population,Households\n千代田,1,2\n中央,3,4\n").grid
    assert (grid.labels, grid.rows) == (("区_Ward", "人口_Population", "世帯_Households"), 2)


def test_a_row_in_latin_letters_among_others_is_data(read: Read) -> None:
    assert read("名称,種別,数\nTokyo,A,-\nOsaka,B,2\nNagoya,C,3\n").grid.rows == 3


def test_a_small_table_of_numbers_above_another_stays_a_table(read: Read) -> None:
    outcome = read("総数,世帯\n100,50\n,,\n区,男,女\nA,1,2\nB,4,5\n")
    assert labels_of(outcome) == [("総数", "世帯"), ("区", "男", "女")]


@pytest.mark.parametrize("units", [",(千円),(k㎡)", "年,千円,k㎡"])
def test_a_row_of_units_belongs_to_the_names(read: Read, units: str) -> None:
    grid = read(f"年度,歳入,面積\n{units}\n2024,1,2.5\n2025,2,2.5\n").grid
    assert (grid.labels, grid.rows) == (("年度", "歳入（千円）", "面積（km²）"), 2)


def test_what_else_stands_in_a_row_of_units_is_not_lost(read: Read) -> None:
    grid = read("年度,歳入,面積\n年,千円,ha\n2024,1,2.5\n2025,2,2.5\n").grid
    assert [change.before for change in grid.header_changes] == ["年度\n年", "歳入\n千円", "面積\nha"]


def test_places_from_the_first_row_on_have_no_header(read: Read) -> None:
    grid = read("中央公園,千代田区\n東公園,台東区\n西公園,港区\n").grid
    assert (grid.labels, grid.rows) == (("column_1", "column_2"), 3)


def test_blocks_of_one_row_under_titles_are_tables(read: Read) -> None:
    blocks = "".join(f"令和{year}年,\n区,数\nA,{year}\n" for year in range(1, 5))
    assert len(read(blocks).grids or ()) == 4


def test_more_tables_than_anybody_would_publish_are_refused(read: Read) -> None:
    assert read("区,数\nA,1\n,\n" * 600).codes == ["table-not-understood"]


def test_words_that_are_units_above_words_are_data(read: Read) -> None:
    assert read("品目,単位,数え方\n肉,g,枚\n水,L,本\n卵,個,個\n").grid.rows == 3


def test_a_table_of_long_texts_alone_is_no_set_of_notes(read: Read) -> None:
    grid = read(
        "要望,回答\n公園にベンチを増やしてほしいという意見がありました。,\n道路の段差を直してください。,\n"
    ).grid
    assert (grid.rows, grid.apart) == (2, ())


def test_a_note_cut_at_its_commas_is_set_apart_at_the_end(read: Read) -> None:
    grid = read("区,男,女,計\nA,1,2,3\nB,4,5,9\n※令和8年1月1日現在,その後の転出は含みません。,,\n").grid
    assert apart(grid) == [("notes-apart", 4, 4)]


def test_a_marked_row_with_values_is_data(read: Read) -> None:
    grid = read("品目,数,備考\nA,1,\n※特別な扱いとする品目の一覧,3,\n※果物,あり,\n").grid
    assert grid.rows == 3


def test_a_unit_below_the_names_is_set_apart(read: Read) -> None:
    grid = read("区,男,女\n,,（単位：人）\nA,1,2\nB,3,4\n").grid
    assert (apart(grid), grid.rows) == ([("notes-apart", 2, 2)], 2)


def test_the_end_mark_of_old_programs_is_no_row(read: Read) -> None:
    assert read("区,男\nA,1\n\x1a").grid.rows == 1


def test_one_number_alone_is_no_table(read: Read) -> None:
    assert read("0.5\n").codes == ["table-not-understood"]
