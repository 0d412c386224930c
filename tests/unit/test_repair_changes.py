"""Every rule of repair, from the file to the clean table: made where it is chosen, only proposed where it is not."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from app.kernel.report import Findings
from app.publishing.examination import Proposal
from app.publishing.repair.choices import Choice, Choices
from app.publishing.repair.rules import RULES
from app.publishing.tables import CleanTable, Tables, TableSource, read_tables


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and the clean tables (as CSV) that come of it with a rule and without; none where it is refused."""

    content: str | bytes
    made: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    tables: Tables
    findings: Findings

    @property
    def table(self) -> CleanTable:
        assert len(self.tables.clean) == 1, self.findings.problems
        return self.tables.clean[0]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text(each) for each in self.tables.clean)

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.findings.problems]

    @property
    def types(self) -> list[str]:
        return [column.type for column in self.table.columns]

    def proposals(self, rule: str) -> list[Proposal]:
        return [each for table in self.tables.examined for each in table.proposals if each.rule == rule]

    def parquet(self) -> list[Any]:
        return duckdb.execute("FROM read_parquet(?)", [str(self.table.parquet)]).fetchall()


Read = Callable[..., Outcome]


def text(table: CleanTable) -> str:
    return table.csv.read_text("utf-8")


def workbook(*rows: list[Any], merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    if merged:
        book.active.merge_cells(merged)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_it(content: str | bytes, *choices: Choice, none: bool = False, **known: Any) -> Outcome:
        kind = "csv" if isinstance(content, str) else "xlsx"
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        source = folder / "source"
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        findings = Findings()
        description = TableSource("data", f"data.{kind}", kind, **known)
        tables = read_tables(source, description, folder, findings, Choices(choices, none=none))
        return Outcome(tables, findings)

    return read_it


CASES: Mapping[str, Case] = {
    "preamble-apart": Case(
        "人口調査,,\n令和7年4月1日現在,,\n町,男,女\n甲,1,2\n乙,3,4\n丙,5,6\n",
        ("町,男,女\n甲,1,2\n乙,3,4\n丙,5,6\n",),
        ("人口調査,column_2,column_3\n令和7年4月1日現在,,\n町,男,女\n甲,1,2\n乙,3,4\n丙,5,6\n",),
    ),
    "notes-apart": Case(
        "町,男,女\n甲,1,2\n乙,3,4\n丙,5,6\n※速報値である。,,\n",
        ("町,男,女\n甲,1,2\n乙,3,4\n丙,5,6\n",),
        ("町,男,女\n甲,1,2\n乙,3,4\n丙,5,6\n※速報値である。,,\n",),
    ),
    "blank-rows-apart": Case(
        "a,b\n1,2\n\n3,4\n",
        ("a,b\n1,2\n3,4\n",),
        (),
    ),
    "blank-columns-apart": Case(
        "a,,b\n1,,2\n3,,4\n",
        ("a,b\n1,2\n3,4\n",),
        ("a,column_2,b\n1,,2\n3,,4\n",),
    ),
    "short-rows-filled": Case(
        "a,b\n1,2\n3\n",
        ("a,b\n1,2\n3,\n",),
        (),
    ),
    "long-rows-cut": Case(
        "a,b\n1,2,\n3,4\n5,6\n",
        ("a,b\n1,2\n3,4\n5,6\n",),
        (),
    ),
    "merged-cells-filled": Case(
        workbook(["区", "町", "人口"], ["北", "甲", 1], [None, "乙", 2], ["南", "丙", 3], merged="A2:A3"),
        ("区,町,人口\n北,甲,1\n北,乙,2\n南,丙,3\n",),
        ("区,町,人口\n北,甲,1\n,乙,2\n南,丙,3\n",),
    ),
    "tables-split": Case(
        "町,男,女\n甲,1,2\n乙,3,4\n\n年,件数,額\n2020,5,6\n2021,7,8\n",
        ("町,男,女\n甲,1,2\n乙,3,4\n", "年,件数,額\n2020,5,6\n2021,7,8\n"),
        ("町,男,女\n甲,1,2\n乙,3,4\n年,件数,額\n2020,5,6\n2021,7,8\n",),
    ),
    "header-joined": Case(
        "町,人口,\n,男,女\n甲,1,2\n乙,3,4\n丙,5,6\n",
        ("町,人口_男,人口_女\n甲,1,2\n乙,3,4\n丙,5,6\n",),
        ("町,人口,column_3\n,男,女\n甲,1,2\n乙,3,4\n丙,5,6\n",),
    ),
    "header-cleaned": Case(
        "町 ,人\n甲,1\n",
        ("町,人\n甲,1\n",),
        ("町 ,人\n甲,1\n",),
    ),
    "header-named": Case(
        "町,,男\n甲,1,2\n乙,3,4\n",
        ("町,column_2,男\n甲,1,2\n乙,3,4\n",),
        (),
    ),
    "date-iso": Case(
        "開始日\n2026/4/1\n2026-04-02\n",
        ("開始日\n2026-04-01\n2026-04-02\n",),
        ("開始日\n2026/4/1\n2026-04-02\n",),
    ),
    "date-wareki": Case(
        "開始日\n令和8年4月1日\n平成31年4月30日\n",
        ("開始日\n2026-04-01\n2019-04-30\n",),
        ("開始日\n令和8年4月1日\n平成31年4月30日\n",),
    ),
    "date-serial": Case(
        "開始日\n46113\n46114\n46115\n",
        ("開始日\n2026-04-01\n2026-04-02\n2026-04-03\n",),
        ("開始日\n46113\n46114\n46115\n",),
    ),
    "fiscal-year": Case(
        "年度\n令和7年度\n平成30年度\n",
        ("年度\n2025\n2018\n",),
        ("年度\n令和7年度\n平成30年度\n",),
    ),
    "time-iso": Case(
        "開始時刻\n午後1時30分\n９：００\n10:15\n",
        ("開始時刻\n13:30\n09:00\n10:15\n",),
        ("開始時刻\n午後1時30分\n９：００\n10:15\n",),
    ),
    "number-plain": Case(
        '人口\n"1,234"\n５６\n7\n',
        ("人口\n1234\n56\n7\n",),
        ('人口\n"1,234"\n５６\n7\n',),
    ),
    "number-sign": Case(
        '増減\n"△1,000"\n▲20\n7\n',
        ("増減\n-1000\n-20\n7\n",),
        ('増減\n"△1,000"\n▲20\n7\n',),
    ),
    "unit-moved": Case(
        "料金\n120円\n35円\n",
        ("料金\n120\n35\n",),
        ("料金\n120円\n35円\n",),
    ),
    "ditto-filled": Case(
        "町,丁目\n甲,1\n同上,2\n乙,3\n",
        ("町,丁目\n甲,1\n甲,2\n乙,3\n",),
        ("町,丁目\n甲,1\n同上,2\n乙,3\n",),
    ),
    "space-trimmed": Case(
        "町,数\n甲 ,1\n\u3000乙,2\n",
        ("町,数\n甲,1\n乙,2\n",),
        ("町,数\n甲 ,1\n\u3000乙,2\n",),
    ),
    "kana-width": Case(
        "名称カナ\nﾄｳｷｮｳ\nﾁﾊﾞ\n",
        ("名称カナ\nトウキョウ\nチバ\n",),
        ("名称カナ\nﾄｳｷｮｳ\nﾁﾊﾞ\n",),
    ),
    "code-municipality": Case(
        "全国地方公共団体コード\n13104\n011002\n1100\n",
        ("全国地方公共団体コード\n131041\n011002\n011002\n",),
        ("全国地方公共団体コード\n13104\n011002\n1100\n",),
    ),
    "code-plain": Case(
        "法人番号\n７００００１２０５０００２\n7000012050002\n",
        ("法人番号\n7000012050002\n7000012050002\n",),
        ("法人番号\n７００００１２０５０００２\n7000012050002\n",),
    ),
    "postal-code": Case(
        "郵便番号\n〒160-8484\n1608484\n",
        ("郵便番号\n1608484\n1608484\n",),
        ("郵便番号\n〒160-8484\n1608484\n",),
    ),
    "phone": Case(
        "電話番号\n０３（３２０９）１１１１\n03-5273-3505\n",
        ("電話番号\n03-3209-1111\n03-5273-3505\n",),
        ("電話番号\n０３（３２０９）１１１１\n03-5273-3505\n",),
    ),
    "coordinates-degrees": Case(
        "緯度,経度\n35度41分22秒,139度41分30秒\n35.5,139.5\n",
        ("緯度,経度\n35.689444,139.691667\n35.5,139.5\n",),
        ("緯度,経度\n35度41分22秒,139度41分30秒\n35.5,139.5\n",),
    ),
    "coordinates-swapped": Case(
        "緯度,経度\n35.69,139.69\n139.7,35.7\n35.71,139.71\n",
        ("緯度,経度\n35.69,139.69\n35.7,139.7\n35.71,139.71\n",),
        ("緯度,経度\n35.69,139.69\n139.7,35.7\n35.71,139.71\n",),
    ),
    "address-split": Case(
        "名称,所在地\n本庁,東京都新宿区歌舞伎町1-4-1\n支所,東京都新宿区西新宿2-8-1\n",
        (
            "名称,所在地,所在地_全国地方公共団体コード,所在地_都道府県,所在地_市区町村,所在地_町字以下\n本庁,東京都新宿区歌舞伎町1-4-1,131041,東京都,新宿区,歌舞伎町1-4-1\n支所,東京都新宿区西新宿2-8-1,131041,東京都,新宿区,西新宿2-8-1\n",
        ),
        ("名称,所在地\n本庁,東京都新宿区歌舞伎町1-4-1\n支所,東京都新宿区西新宿2-8-1\n",),
    ),
}


def test_every_rule_has_a_case() -> None:
    assert CASES.keys() == RULES.keys()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_chosen_is_made(read: Read, rule: str) -> None:
    outcome = read(CASES[rule].content, Choice(rule, apply=True))
    assert outcome.texts == CASES[rule].made
    proposals = outcome.proposals(rule)
    assert proposals
    assert all(each.applied == each.count > 0 for each in proposals)
    assert rule in {each.rule for table in outcome.tables.clean for each in table.repairs}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_declined_changes_nothing(read: Read, rule: str) -> None:
    outcome = read(CASES[rule].content, Choice(rule, apply=False))
    assert outcome.texts == CASES[rule].left
    assert rule not in {each.rule for table in outcome.tables.clean for each in table.repairs}
    assert outcome.tables.clean or outcome.findings.failed


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_declined_is_still_proposed(read: Read, rule: str) -> None:
    proposals = read(CASES[rule].content, Choice(rule, apply=False)).proposals(rule)
    assert proposals
    assert all(each.count > 0 == each.applied for each in proposals)


def test_one_column_may_be_declined(read: Read) -> None:
    outcome = read("開始日,終了日\n2026/4/1,2026/4/2\n", Choice("date-iso", apply=False, column="開始日"))
    assert outcome.texts == ("開始日,終了日\n2026/4/1,2026-04-02\n",)
    assert outcome.types == ["string", "date"]


def test_one_word_may_be_declined_and_the_column_is_text_then(read: Read) -> None:
    words = Choice("date-iso", apply=False, column="開始日", before="2026/4/1")
    outcome = read("開始日\n2026/4/1\n2026/4/2\n", words)
    assert outcome.texts == ("開始日\n2026/4/1\n2026-04-02\n",)
    assert outcome.types == ["string"]
    assert [(each.count, each.applied) for each in outcome.proposals("date-iso")] == [(2, 1)]


def test_a_declined_column_keeps_its_words_and_loses_unit_and_null_words(read: Read) -> None:
    content = "料金\n120円\n不明\n35円\n"
    declined = read(content, Choice("unit-moved", apply=False))
    assert declined.texts == (content,)
    assert declined.parquet() == [("120円",), ("不明",), ("35円",)]
    assert declined.table.schema["fields"] == [{"name": "料金", "type": "string"}]


def test_a_unit_and_words_for_nothing_go_to_the_schema(read: Read) -> None:
    outcome = read("名,料金\n甲,120円\n乙,不明\n丙,35円\n")
    assert outcome.texts == ("名,料金\n甲,120\n乙,不明\n丙,35\n",)
    assert outcome.parquet() == [("甲", 120), ("乙", None), ("丙", 35)]
    field = outcome.table.schema["fields"][1]
    assert (field["type"], field["unit"], field["missingValues"]) == ("integer", "円", ["", "不明"])


def test_a_unit_that_was_moved_stays_with_a_column_of_text(read: Read) -> None:
    outcome = read("名,料金\n甲,120円\n乙,35円\n", Choice("unit-moved", apply=False, before="35円"))
    assert outcome.texts == ("名,料金\n甲,120\n乙,35円\n",)
    assert outcome.table.schema["fields"][1] == {"name": "料金", "type": "string", "unit": "円"}


def test_null_words_alone_change_no_cell(read: Read) -> None:
    content = "町,人口\n甲,1\n乙,－\n丙,2\n丁,3\n"
    outcome = read(content)
    assert outcome.table.unchanged
    assert outcome.parquet() == [("甲", 1), ("乙", None), ("丙", 2), ("丁", 3)]


def test_a_row_of_nothing_but_null_words_keeps_one_of_them(read: Read) -> None:
    content = "男,女\n1,2\n－,－\n3,4\n,\n5,－\n"
    outcome = read(content)
    assert outcome.texts == ("男,女\n1,2\n－,－\n3,4\n5,－\n",)
    assert outcome.parquet() == [("1", 2), ("－", None), ("3", 4), ("5", None)]


def test_ditto_takes_the_word_that_the_cell_above_will_have(read: Read) -> None:
    outcome = read("開始日\n令和8年4月1日\n同上\n〃\n2026/4/2\n同上\n")
    assert outcome.texts == ("開始日\n2026-04-01\n2026-04-01\n2026-04-01\n2026-04-02\n2026-04-02\n",)
    assert outcome.types == ["date"]


def test_ditto_with_nothing_above_stays(read: Read) -> None:
    outcome = read("町,数\n同上,1\n甲,2\n同上,3\n")
    assert outcome.texts == ("町,数\n同上,1\n甲,2\n甲,3\n",)


def test_only_pairs_that_are_swapped_are_put_back(read: Read) -> None:
    swap = Choice("coordinates-swapped", apply=True)
    outcome = read("緯度,経度\n35.6,139.6\n139.7,35.7\n,139.8\n34.6,135.5\n", swap)
    assert outcome.texts == ("緯度,経度\n35.6,139.6\n35.7,139.7\n,139.8\n34.6,135.5\n",)


def test_a_pair_is_swapped_in_both_columns_or_in_none(read: Read) -> None:
    content = "緯度,経度\n35.6,139.6\n139.7,35.7\n34.6,135.5\n"
    one = Choice("coordinates-swapped", apply=True, column="緯度")
    assert read(content, one).texts == (content,)


def test_times_have_their_format_in_the_schema(read: Read) -> None:
    outcome = read("開始時刻\n午後1時30分\n９：００\n\n10:15\n")
    assert outcome.types == ["time"]
    assert outcome.table.schema["fields"][0]["format"] == "%H:%M"
    assert [str(value) for (value,) in outcome.parquet() if value] == ["13:30:00", "09:00:00", "10:15:00"]


def test_merged_cells_of_a_spreadsheet_count_as_repairs(read: Read) -> None:
    outcome = read(CASES["merged-cells-filled"].content)
    assert [(each.rule, each.column, each.count) for each in outcome.table.repairs] == [
        ("merged-cells-filled", "区", 1)
    ]


@pytest.mark.parametrize(
    ("kind", "word", "after"),
    [
        ("integer", "1,234", "1234"),
        ("number", "１．５", "1.5"),
        ("date", "令和8年4月1日", "2026-04-01"),
        ("year", "令和7年", "2025"),
        ("string", " 甲 ", "甲"),
    ],
)
def test_a_declared_type_is_aimed_at(read: Read, kind: str, word: str, after: str) -> None:
    schema = {"fields": [{"name": "c", "type": kind}, {"name": "k", "type": "string"}]}
    outcome = read(f'c,k\n"{word}",x\n', schema=schema)
    assert outcome.texts == (f"c,k\n{after},x\n",)
    assert outcome.types == [kind, "string"]


def test_a_declared_type_that_words_do_not_reach_is_an_error(read: Read) -> None:
    schema = {"fields": [{"name": "c", "type": "integer"}]}
    outcome = read('c\n"1,234"\n多数\n', schema=schema)
    assert outcome.tables.clean == ()
    assert outcome.codes == ["type-error"]


def test_a_declined_repair_of_a_declared_type_is_an_error(read: Read) -> None:
    schema = {"fields": [{"name": "c", "type": "integer"}]}
    outcome = read('c\n"1,234"\n5\n', Choice("number-plain", apply=False), schema=schema)
    assert outcome.tables.clean == ()
    assert outcome.codes == ["type-error"]
    assert [(each.count, each.applied) for each in outcome.proposals("number-plain")] == [(1, 0)]


def test_a_field_with_ways_of_its_own_is_left_alone(read: Read) -> None:
    schema = {"fields": [{"name": "c", "type": "integer", "missingValues": ["１"]}, {"name": "k", "type": "string"}]}
    content = "c,k\n１,x\n2,y\n"
    assert read(content, schema=schema).texts == (content,)


def test_added_columns_are_told_apart_from_those_of_the_file(read: Read) -> None:
    outcome = read(CASES["address-split"].content, Choice("address-split", apply=True))
    assert {each.column for each in outcome.proposals("address-split")} == {
        f"所在地_{part}" for part in ("全国地方公共団体コード", "都道府県", "市区町村", "町字以下")
    }
