"""Quality: rules are judged by evidence, scores follow the publication, measurements say how they came about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from app.catalog.record import (
    Column,
    ColumnProfile,
    DatasetRecord,
    Intake,
    Mark,
    RepairCount,
    ResourceRecord,
    State,
    StoredFile,
    Table,
)
from app.catalog.vocabularies import frequencies
from app.kernel.text import Text
from app.publishing.repair.rules import RULES as REPAIRS
from app.quality.assessment import Assessment, Finding, assess
from app.quality.checks import CHECKS
from app.quality.judgement import PLACES, Verdict
from app.quality.marks import MARKS
from app.quality.measurements import DAYS, Measurement, measure
from app.quality.rules import LEVEL_TITLES, LEVELS, RULES, Severity
from app.quality.signs import LOOKED_FOR, LOOKED_FOR_IN_WORKBOOKS, REPAIRED, SENTENCES, refused, signs_of
from tests.records import bare_record, facilities_resource, odd_records, population_resource, sample_record, stored

WELL = Intake(3)
RECEIPT = StoredFile("receipt.json", "application/json", 2, "b" * 64)


def judged(resource: ResourceRecord, **changes: Any) -> Assessment:
    return assess(resource, sample_record(**changes))


def table_of(*columns: Column, rows: int = 10, **schema: Any) -> ResourceRecord:
    return population_resource(table=Table(columns, rows, schema), intake=WELL)


def column(name: str, kind: str = "string", *words: str, **changes: Any) -> Column:
    return replace(Column(name, kind, profile=ColumnProfile(0, len(words), examples=words)), **changes)


def finding(assessment: Assessment, rule: str) -> Finding:
    return next(each for each in assessment.findings if each.rule.id == rule)


def published(rule: str, resource: ResourceRecord, **changes: Any) -> Verdict:
    return finding(judged(resource, **changes), rule).published.verdict


def sent_as(name: str, *marks: Mark) -> ResourceRecord:
    return population_resource(original=stored(name, b"x", "application/octet-stream"), intake=Intake(3, marks=marks))


def values(assessment: Assessment) -> tuple[list[int | None], list[int | None]]:
    return [each.value for each in assessment.sent], [each.value for each in assessment.published]


def measured(resource: ResourceRecord, dataset: DatasetRecord | None = None, days: float = 1) -> dict[str, Measurement]:
    dataset = dataset or sample_record()
    assert dataset.version
    now = dataset.version.published + timedelta(days=days)
    return {each.id: each for each in measure(resource, dataset, now)}


def test_there_are_thirty_rules_in_three_levels() -> None:
    assert [len([rule for rule in RULES.values() if rule.level == level]) for level in LEVELS] == [15, 6, 9]
    assert set(LEVEL_TITLES) == set(LEVELS)


def test_the_fatal_rules_are_those_of_the_publication() -> None:
    fatal = {rule.id for rule in RULES.values() if rule.severity is Severity.FATAL}

    assert fatal == {"L1-01", "L1-02", "L1-14", "L1-15", "L2-01", "L2-02", "L2-03", "L3-01"}


def test_every_sentence_about_a_rule_is_in_both_languages() -> None:
    for rule in RULES.values():
        assert all(text.ja and text.en for text in (rule.title, rule.why, rule.advice)), rule.id


def test_every_mark_has_a_sentence_and_a_rule_that_exists() -> None:
    breaking = {code for code, rule in MARKS.items() if rule}

    assert {MARKS[code] for code in breaking} <= set(RULES)
    assert breaking <= set(SENTENCES)
    assert all(text.ja and text.en for text in SENTENCES.values())


def test_repairs_and_checks_name_what_exists() -> None:
    assert set(REPAIRED) <= set(REPAIRS)
    assert set(REPAIRED.values()) <= set(MARKS)
    assert {*CHECKS, *LOOKED_FOR, *LOOKED_FOR_IN_WORKBOOKS} <= set(RULES)


def test_a_mended_fault_costs_the_sent_file_only() -> None:
    found = judged(sent_as("a.xlsx", Mark("preamble", 2, ("line 1",), mended=True)))

    assert finding(found, "L1-04").sent.verdict is Verdict.BROKEN
    assert finding(found, "L1-04").published.verdict is Verdict.KEPT
    assert finding(found, "L1-04").published.evidence[0].sentence.en == "Mended before it was published"
    assert (found.sent[0].value, found.published[0].value) == (95, 100)


def test_a_fault_that_lasts_costs_the_published_file_too() -> None:
    found = judged(sent_as("a.csv", Mark("blank-rows", 2, ("line 9",))))

    assert (found.sent[0].value, found.published[0].value) == (90, 90)


def test_a_fatal_fault_leaves_nothing_of_its_level_and_nothing_else() -> None:
    sent, after = values(judged(sent_as("a.csv", Mark("header-not-first", mended=True))))

    assert sent[2] == 0
    assert sent[0] == 100
    assert after[2] == 90  # columns are not all explained


@pytest.mark.parametrize(
    ("code", "deduction"),
    [
        ("blank-rows", 10),
        ("preamble", 5),
        ("blank-and-zero", 2),
        ("choices-vary", 40),
        ("formulas", 30),
        ("places-without-codes", 15),
        ("units-missing", 10),
    ],
)
def test_a_broken_rule_takes_its_deduction_once(code: str, deduction: int) -> None:
    level = RULES[MARKS[code]].level - 1
    before = judged(sent_as("a.xlsx")).sent[level].value
    after = judged(sent_as("a.xlsx", Mark(code, 5), Mark(code, 7))).sent[level].value

    assert before is not None
    assert after == before - deduction


def test_places_are_shown_up_to_a_bound() -> None:
    places = tuple(f"line {number}" for number in range(100))
    found = finding(judged(sent_as("a.csv", Mark("notes", 100, places))), "L1-04")

    assert found.sent.evidence[0].count == 100
    assert found.sent.evidence[0].places == places[:PLACES]


def test_a_repair_shows_what_was_wrong_without_a_mark() -> None:
    repairs = (RepairCount("unit-moved", "人口", 90), RepairCount("number-plain", "世帯数", 10))
    found = finding(judged(population_resource(intake=Intake(3, repairs=repairs))), "L2-01")

    assert found.sent.verdict is Verdict.BROKEN
    assert found.sent.evidence[0].count == 100
    assert found.sent.evidence[0].places == ("人口", "世帯数")
    assert found.published.verdict is Verdict.KEPT


def test_a_mark_is_not_told_again_by_its_repair() -> None:
    intake = Intake(3, repairs=(RepairCount("ditto-filled", "町名", 7),), marks=(Mark("ditto", 7, mended=True),))

    assert len(signs_of(intake)) == 1


def test_a_repair_that_nobody_wanted_still_costs_the_published_file() -> None:
    left = refused("ditto-filled", "町名", 2)
    assert left
    found = finding(judged(population_resource(intake=Intake(3, marks=(left,)))), "L2-02")

    assert found.published.verdict is Verdict.BROKEN
    assert found.published.evidence[0].places == ("町名",)
    assert refused("date-iso", "調査日", 2) is None


def test_objects_are_looked_for_in_xlsx_only() -> None:
    assert finding(judged(sent_as("a.xlsx")), "L1-10").sent.verdict is Verdict.KEPT
    assert finding(judged(sent_as("a.xls")), "L1-10").sent.verdict is Verdict.NOT_CHECKABLE


def test_a_mark_of_a_later_portal_is_passed_over() -> None:
    assert signs_of(Intake(3, marks=(Mark("never-heard-of"),))) == ()


def test_without_a_record_of_reading_the_shape_of_the_file_is_not_judged() -> None:
    found = judged(population_resource(intake=None))

    assert finding(found, "L1-04").sent.verdict is Verdict.NOT_CHECKABLE
    assert found.sent[0].judged < 5


def test_what_no_reader_looks_for_is_never_said_to_be_kept() -> None:
    found = judged(sent_as("a.xlsx"))

    assert finding(found, "L1-07").sent.verdict is Verdict.NOT_CHECKABLE
    assert finding(found, "L1-11").sent.verdict is Verdict.NOT_CHECKABLE


def test_rules_about_spreadsheets_do_not_apply_to_csv_and_the_other_way_round() -> None:
    from_csv, from_excel = judged(sent_as("a.csv")), judged(sent_as("a.xlsx"))

    assert finding(from_csv, "L1-12").sent.verdict is Verdict.NOT_APPLICABLE
    assert finding(from_excel, "L1-12").sent.verdict is Verdict.KEPT
    assert finding(from_excel, "L1-14").sent.verdict is Verdict.NOT_APPLICABLE
    assert finding(from_excel, "L1-12").published.verdict is Verdict.NOT_APPLICABLE


def test_formulas_are_gone_in_the_published_csv_but_lost_pictures_are_told() -> None:
    found = judged(sent_as("a.xlsx", Mark("formulas", 3), Mark("objects", 1)))

    assert finding(found, "L2-06").published.verdict is Verdict.NOT_APPLICABLE
    assert finding(found, "L1-10").published.verdict is Verdict.BROKEN


def test_a_line_break_in_a_value_splits_its_record() -> None:
    found = judged(sent_as("a.csv", Mark("newlines-in-cells", 3)))

    assert found.published[0].value == 0


def test_a_pdf_is_not_read_by_machines() -> None:
    record = bare_record()
    found = assess(record.resources[0], record)

    assert values(found) == ([0, None, None], [0, None, None])
    assert found.total_published.judged == 1


def test_the_total_is_a_hundred_only_where_every_level_is() -> None:
    found = judged(population_resource())

    assert [each.value for each in found.published] == [100, 100, 90]
    assert found.total_published.value == 96


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("L1-05", column("列3"), column("人口")),
        ("L1-06", column("氏　名"), column("氏名")),
        ("L1-06", column("町名", "string", " 青葉町"), column("町名", "string", "青葉町")),
        ("L2-01", column("金額", "string", "1,200円", "300円"), column("金額", "integer", "1200")),
        ("L2-02", column("町名", "string", "同上"), column("町名", "string", "青葉町")),
        ("L3-02", column("区分", "string", "1", "2", meaning="code"), column("区分", field={"categories": ["1", "2"]})),
        ("L3-04", column("面積", "number", "1.5"), column("面積（㎡）", "number", "1.5")),
        ("L3-04", column("定員", "integer", meaning="count"), column("収容人数", "integer")),
        ("L3-04", column("総面積", "integer"), column("施設面積（平米）屋内", "integer")),
        ("L3-04", column("金額", "integer", meaning="money"), column("金額", "integer", meaning="money", unit="円")),
        ("L3-05", column("公開日", "string", "令和8年4月1日"), column("公開日", "date", "2026-04-01")),
        ("L3-05", column("調査日", "string", "未定"), column("調査日", "string", "2026/4/1")),
        ("L3-06", column("市区町村", "string", "新宿区"), column("全国地方公共団体コード", "string", "131041")),
        ("L3-06", column("住所", "string", "本町1-2"), column("住所", "string", "東京都新宿区本町1-2")),
        ("L3-08", column("x1"), column("x1", description=Text("値"))),
    ],
)
def test_columns_tell_whether_a_rule_is_kept(rule: str, bad: Column, good: Column) -> None:
    assert published(rule, table_of(bad)) is Verdict.BROKEN
    assert published(rule, table_of(good)) is Verdict.KEPT


@pytest.mark.parametrize(
    ("rule", "resource"),
    [
        ("L1-08", table_of(column("名称", "string", "㈱青葉"))),
        ("L2-03", table_of(column("人口"), column("人口"))),
        ("L2-04", table_of(column("有無", "string", "Ａ", "a", meaning="category"))),
        ("L2-05", table_of(column("種別", "string", "その他（要相談）"))),
        ("L3-03", table_of(column("人口", "integer", "3"), missingValues=["", "－"])),
        ("L3-09", table_of(*(column(f"{year}年", "integer") for year in range(2015, 2026)))),
    ],
)
def test_columns_tell_that_a_rule_is_broken(rule: str, resource: ResourceRecord) -> None:
    assert published(rule, resource) is Verdict.BROKEN


@pytest.mark.parametrize(
    ("rule", "resource"),
    [
        ("L2-01", table_of(column("電話番号", "string", "0312345678"))),
        ("L3-03", table_of(column("人口", "integer", "3"), missingValues=["", "不明"])),
        ("L3-04", table_of(column("緯度", "number", "35.6"), column("No.", "integer", "1"), column("年度", "integer"))),
        ("L3-05", table_of(column("町名", "string", "令和町"))),
    ],
)
def test_a_rule_about_nothing_in_the_table_does_not_apply(rule: str, resource: ResourceRecord) -> None:
    assert published(rule, resource) is Verdict.NOT_APPLICABLE


def test_whether_a_number_of_unknown_meaning_needs_a_unit_is_not_guessed() -> None:
    assert published("L3-04", table_of(column("map", "integer", "3"))) is Verdict.NOT_CHECKABLE


def test_symbols_with_a_label_are_defined() -> None:
    labelled = [{"value": "x", "label": "秘匿"}]

    assert published("L3-03", table_of(column("人口", "integer"), missingValues=labelled)) is Verdict.KEPT


def test_four_columns_of_a_kind_are_not_yet_wide() -> None:
    assert published("L3-09", table_of(*(column(f"電話番号{number}") for number in range(4)))) is Verdict.KEPT


def test_without_a_frequency_the_definition_is_not_complete() -> None:
    explained = table_of(column("x1", description=Text("値")))

    assert published("L3-08", explained, frequency="") is Verdict.BROKEN


@given(odd_records())
def test_any_record_is_assessed_and_measured(record: DatasetRecord) -> None:
    for resource in record.resources:
        found = assess(resource, record)
        assert len(found.findings) == 30
        assert all(score.value is None or 0 <= score.value <= 100 for score in (*found.sent, *found.published))
        shares = [each.value for each in measure(resource, record, record.created + timedelta(days=900))]
        assert all(share is None or 0 <= share <= 1 for share in shares)


def test_completeness_counts_filled_cells_and_required_columns() -> None:
    found = measured(population_resource())

    assert found["completeness-cells"].value == pytest.approx(13 / 15)
    assert found["completeness-required"].value == 1


def test_a_required_column_with_a_gap_is_not_complete() -> None:
    gap = Column("a", "string", field={"constraints": {"required": True}}, profile=ColumnProfile(1, 9))

    assert measured(table_of(gap))["completeness-required"].value == 0


def test_a_key_with_doubles_is_not_unique() -> None:
    key = Column("id", "string", profile=ColumnProfile(0, 8))

    assert measured(table_of(key, primaryKey="id"))["efficiency-keys"].value == 0.8


def test_a_table_without_profiles_or_rows_is_not_measured() -> None:
    assert measured(facilities_resource())["completeness-cells"].value is None
    assert measured(table_of(column("a"), rows=0))["completeness-cells"].value is None


@pytest.mark.parametrize(("days", "value"), [(1, 1), (31, 1), (62, 0.5), (310, 0.1)])
def test_currentness_falls_with_the_time_beyond_the_promise(days: int, value: float) -> None:
    assert measured(population_resource(), days=days)["currentness-frequency"].value == pytest.approx(value)


@pytest.mark.parametrize("changes", [{"frequency": "IRREG"}, {"frequency": ""}, {"state": State.DEPRECATED}])
def test_currentness_is_not_measured_where_nothing_is_promised(changes: dict[str, Any]) -> None:
    assert measured(population_resource(), sample_record(**changes))["currentness-frequency"].value is None


def test_every_frequency_that_promises_something_has_its_days() -> None:
    assert set(frequencies().concepts) - set(DAYS) == {"IRREG", "NEVER", "OTHER", "UNKNOWN"}


def test_coordinates_of_few_decimals_are_coarse() -> None:
    coarse = table_of(column("緯度", "number", "35.6"), column("経度", "number", "139.767125"))

    assert measured(coarse)["precision-coordinates"].value == pytest.approx(7 / 12)


def test_a_receipt_makes_a_table_traceable() -> None:
    without = measured(population_resource(intake=None))["traceability-history"].value
    traced = measured(population_resource(intake=Intake(3, receipt=RECEIPT)))["traceability-history"].value

    assert without == pytest.approx(2 / 3)
    assert traced == 1


def test_a_proprietary_format_is_readable_but_not_portable() -> None:
    found = measured(replace(bare_record().resources[0], format="XLSX"))

    assert (found["accessibility-format"].value, found["portability-format"].value) == (1, 0)
