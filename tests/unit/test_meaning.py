"""What a column is about: its name and its words have to agree."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from app.catalog.meanings import MEANINGS
from app.publishing.meaning.headers import _PATTERNS, understand
from app.publishing.meaning.recognition import Recognised, recognise
from app.publishing.repair.rules import RULES
from app.publishing.treatment import treat


def of(name: str, *words: str, off: tuple[str, ...] = ()) -> Recognised:
    return recognise(name, list(Counter(words).items()), off=off)


@pytest.mark.parametrize(
    ("name", "words", "meaning", "kind"),
    [
        ("緯度", ("35.68", "34.69"), "latitude", "number"),
        ("経度：東経（世界測地系10進法）", ("135.49", "135.50"), "longitude", "number"),
        ("郵便番号", ("100-0001", "920-8580"), "postal-code", "string"),
        ("電話番号", ("(076)225-1111", "076-225-1112"), "phone", "string"),
        ("全国地方公共団体コード", ("131016", "011002"), "municipality-code", "string"),
        ("都道府県コード又は市区町村コード", ("131016",), "municipality-code", "string"),
        ("法人番号", ("7000012050002",), "corporate-number", "string"),
        ("年度", ("令和7年度", "平成31年度"), "fiscal-year", "year"),
        ("年度", ("2025", "2024"), "fiscal-year", "year"),
        ("年", ("2025", "2024"), "year", "year"),
        ("調査年月日", ("2026/4/1", "令和8年5月1日"), "date", "date"),
        ("年月", ("令和8年4月", "2026年5月"), "date", "yearmonth"),
        ("公表日時", ("2026/4/1 9:00",), "datetime", "datetime"),
        ("開始時間", ("9:00", "１３：３０"), "time", "time"),
        ("開始時間", ("09:00:00", "13:30"), "time", "time"),
        ("生年月日", ("S60.4.1",), "birth-date", "date"),
        ("総人口", ("1,234", "56"), "count", "integer"),
        ("金額（千円）", ("1,200", "35"), "money", "integer"),
        ("入場料", ("120円", "300円"), "money", "integer"),
        ("高齢化率", ("28.1", "30"), "share", "number"),
        ("面積(㎡)", ("12.5", "30"), "measure", "number"),
        ("標高", ("12.5", "30"), "altitude", "number"),
        ("CPI", ("0.000699911725453789", "5.3E-06", "1e-05", "0"), "number", "number"),
        ("ID", ("AA001", "AA002"), "id", "string"),
        ("No", ("1", "2"), "id", "integer"),
        ("分類コード", ("1", "2"), "code", "string"),
        ("名称_カナ", ("カナザワ", "ノト"), "name-kana", "string"),
        ("名称_英字", ("Kanazawa", "Noto"), "name-english", "string"),
        ("氏名", ("山田 花子",), "person-name", "string"),
        ("都道府県名", ("石川県", "富山県"), "prefecture", "string"),
        ("市区町村名", ("金沢市", "能登町"), "municipality", "string"),
        ("所在地", ("金沢市鞍月1-1",), "address", "string"),
        ("性別", ("男性", "女性"), "sex", "string"),
        ("曜日", ("月", "火", "水"), "weekday", "string"),
        ("洋式の有無", ("有", "無"), "yes-no", "string"),
        ("災害種別_洪水", ("1",), "yes-no", "integer"),
        ("公開", ("true", "false"), "yes-no", "boolean"),
        ("リンク", ("https://example.jp/a",), "url", "string"),
        ("連絡先", ("a@example.jp", "b@example.jp"), "email", "string"),
        ("備考", ("雨天中止",), "note", "string"),
        ("個人番号", ("123456789018",), "individual-number", "string"),
    ],
)
def test_name_and_words_together_say_what_a_column_is_about(
    name: str, words: tuple[str, ...], meaning: str, kind: str
) -> None:
    found = of(name, *words)

    assert (found.meaning, found.form.type) == (meaning, kind)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("緯度", ("北の方", "南の方")),
        ("調査年月日", ("春", "夏")),
        ("法人番号", ("株式会社", "有限会社")),
        ("年度", ("上期", "下期")),
        ("緯度経度", ("35.6,139.7", "34.6,135.5")),
        ("室", ("H30", "R2")),
        ("室", ("R1-2-3", "S1-2-4")),
        ("階", ("1階", "2階")),
        ("予算", ("1億2千万円", "3千万円")),
        ("値", ("120円", "3人")),
        ("値", ("120円", "30")),
        ("金額（千円）", ("120円", "30円")),
        ("値", ("10²", "①")),
        ("更新日時", ("2026-04-01T09:00:00Z", "2026-04-01T09:00:00")),
        ("館内の部屋", ("007", "101")),
        ("管理", ("4901234567894", "4909876543210")),
    ],
)
def test_where_name_and_words_disagree_a_column_stays_text(name: str, words: tuple[str, ...]) -> None:
    assert of(name, *words).form.type == "string"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("令和7年度", ("1234", "2025")),
        ("2018年", ("1985", "2010")),
        ("令和2年4月1日", ("23456", "34567")),
        ("年度", ("1234", "5678")),
        ("電話相談件数", ("12", "30")),
        ("コード決済件数", ("12", "30")),
    ],
)
def test_a_name_that_only_contains_a_word_does_not_hide_numbers(name: str, words: tuple[str, ...]) -> None:
    assert of(name, *words).form.type == "integer"


def test_a_word_stands_for_nothing_only_where_all_others_are_of_a_type() -> None:
    assert of("人口", "12", "－", "x", "30").null_words == ("－", "x")
    assert of("町名", "東町", "－", "西町").null_words == ()
    assert of("人口", "－", "…").form.type == "string"


def test_dittos_do_not_hide_a_type_unless_they_are_to_stay() -> None:
    assert of("人口", "12", "同上", "〃").form.type == "integer"
    assert of("人口", "12", "同上", "〃").ditto_words == ("同上", "〃")
    assert of("人口", "12", "同上", off=("ditto-filled",)).form.type == "string"


def test_a_nearly_typed_column_stays_text_and_says_what_is_in_the_way() -> None:
    found = of("人口", *(str(number) for number in range(100)), "約50")

    assert found.form.type == "string"
    assert found.almost == ("integer", ("約50",))


def test_without_its_rule_a_column_is_of_another_type() -> None:
    assert of("更新日", "46113", "46114").form.type == "date"
    assert of("更新日", "46113", "46114", off=("date-serial",)).form.type == "integer"
    assert of("収支", "△1,000", "500", off=("number-sign",)).form.type == "string"


def test_a_name_that_does_not_say_municipality_makes_no_municipal_code() -> None:
    assert of("cid", "13101", "13102", "1100").meaning != "municipality-code"


def test_a_number_of_a_version_keeps_its_zero() -> None:
    assert of("版", "1.10", "1.20", "2.0").form.type == "string"


def test_a_column_of_days_says_why_none_can_be_read() -> None:
    found = of("日付", "03/04/2025", "05/06/2025")
    assert (found.form.type, found.form.flag("03/04/2025")) == ("string", "ambiguous-date")


def test_units_come_from_the_name_or_from_all_words() -> None:
    assert of("定員（人）", "12", "30").unit == "人"
    assert of("面積(単位：平方メートル)", "12").unit == "㎡"
    assert of("延長", "12km", "3.5ｋｍ").unit == "km"
    assert of("率", "12%", "３．５％").unit == "%"


def test_every_meaning_that_is_recognised_is_in_the_table() -> None:
    assert set(_PATTERNS) <= set(MEANINGS)
    assert all(each.title.ja and each.title.en and each.description.ja for each in MEANINGS.values())


def test_a_name_of_any_length_is_read_in_bounded_time() -> None:
    assert understand("（" * 1_000_000).meanings == ()


def test_the_columns_of_a_real_table_are_recognised(shared_data: Path) -> None:
    path = shared_data / "japan" / "ishikawa-standard" / "data" / "170003_public_toilet.csv"
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    found = {
        name: treat(name, Counter(row[index] for row in rows[1:]).most_common(2000))
        for index, name in enumerate(rows[0])
    }

    assert found["緯度"].type == "number"
    assert found["利用開始時間"].format == "%H:%M"
    assert found["女性トイレ総数"].meaning == "count"
    assert found["所在地_全国地方公共団体コード"].meaning == "municipality-code"
    assert {rule.rule for each in found.values() if (rule := each.repair(" x"))} <= {"", "space-trimmed"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("緯度", ("35.68",)),
        ("調査年月日", ("2026/4/1",)),
        ("公表日時", ("2026/4/1 9:00",)),
        ("電話番号", ("076-225-1111",)),
        ("リンク", ("https://example.jp/a",)),
        ("連絡先", ("a@example.jp",)),
        ("名称_カナ", ("カナ",)),
        ("分類コード", ("1",)),
        ("人口", ("1", "－", "…", "***", "x")),
        ("率", ("1.5", "5.33E-06", "1e-05")),
        ("町名", ("東町",)),
    ],
)
def test_what_is_clean_means_the_same_to_python_and_to_re2(name: str, words: tuple[str, ...]) -> None:
    treatment = treat(name, [(word, 1) for word in words])
    tried = [*words, "", " ", "a ", "\u3000b", "ｶﾅ", "カ\nナ", "2026-04-01", "2026-02-30", "1,000", "-5", "0123", "－"]
    with duckdb.connect() as connection:
        answers = [
            connection.execute("SELECT regexp_full_match(?, ?)", [word, treatment.clean]).fetchall()[0][0]
            for word in tried
        ]

    assert answers == [re.fullmatch(treatment.clean, word) is not None for word in tried]


def test_the_rules_named_by_repairs_are_in_the_catalogue() -> None:
    samples = {
        "調査年月日": ("2026/4/1", "令和8年5月1日"),
        "年度": ("令和7年度",),
        "開始時間": ("9:00",),
        "金額": ("1,200円",),
        "収支": ("△5", "１"),
        "市町村コード": ("13101",),
        "郵便番号": ("100-0001",),
        "電話番号": ("(076)225-1111",),
        "緯度": ("35度41分",),
        "名称_カナ": ("ｶﾅ",),
        "分類コード": ("Ａ１",),
    }
    for name, words in samples.items():
        treatment = treat(name, [(word, 1) for word in words])
        for word in words:
            repaired = treatment.repair(word)
            assert repaired is not None
            assert repaired.rule in RULES
