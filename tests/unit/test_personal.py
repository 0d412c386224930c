import csv
import random
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.publishing.examination import PersonalData
from app.publishing.personal import KINDS, describe_personal, examine_personal
from app.publishing.personal.numbers import has_check_digit
from app.publishing.problems import MESSAGES

NAMES = ("佐藤 一郎", "鈴木 花子", "高橋 健", "田中 美咲", "小林 大輔", "加藤 恵")
HOMES = ("東京都新宿区西新宿2-8-1", "八王子市元本郷町三丁目24番1号")


def examine(name: str, words: Sequence[str], *beside: str, meaning: str = "") -> PersonalData | None:
    return examine_personal(name, meaning, [(word, 1, row) for row, word in enumerate(words)], (name, *beside))


def kind(found: PersonalData | None) -> str | None:
    return found.kind if found else None


def individual_number(body: str) -> str:
    return next(body + digit for digit in "0123456789" if has_check_digit(body + digit))


@pytest.mark.parametrize(
    ("name", "words", "beside", "expected"),
    [
        ("氏名", NAMES, (), "person-names"),
        ("氏名", [name.replace(" ", "") for name in NAMES], (), "person-names"),
        ("氏名カナ", ["サトウ イチロウ", "スズキ ハナコ"], (), "person-names"),
        ("担当", NAMES, ("部署",), "person-names"),
        ("列1", NAMES, (), "person-names"),
        ("first_name", ["Hanako", "Taro"], ("last_name",), "person-names"),
        ("携帯電話", ["09012345678"], (), "mobile-phones"),
        ("備考", ["夜間は０９０－１２３４－５６７８へ"], (), "mobile-phones"),
        ("電話番号", ["03-5321-1111"], ("氏名", "住所"), "landlines"),
        ("申請者電話番号", ["(042)626-3111"], ("店舗名",), "landlines"),
        ("メール", ["hanako.suzuki@example.com"], (), "mail-addresses"),
        ("連絡先", ["somebody77@gmail.com"], ("店名",), "mail-addresses"),
        ("メール", ["h-s@city.example.lg.jp"], ("氏名",), "mail-addresses"),
        ("生年月日", ["昭和55年4月1日", "1990-05-06"], (), "birth-dates"),
        ("住所", HOMES, ("氏名",), "home-addresses"),
        ("営業者住所", HOMES, ("営業者氏名", "営業所名称"), "home-addresses"),
        ("年代", ["40代", "30代"], ("性別", "居住地", "公表日"), "person-records"),
        ("患者数", ["1", "15", "－"], ("年代", "性別"), "small-cells"),
        ("件数", ["2", "3"], ("病名",), "small-cells"),
    ],
)
def test_personal_data_is_found(name: str, words: Sequence[str], beside: tuple[str, ...], expected: str) -> None:
    assert kind(examine(name, words, *beside)) == expected


@pytest.mark.parametrize(
    ("name", "words", "beside"),
    [
        ("電話番号", ["03-5321-1111"], ("名称", "住所")),
        ("住所", HOMES, ("施設名",)),
        ("所在地", HOMES, ("名称", "代表者氏名")),
        ("メール", ["info@example.com", "soumu@example.com"], ("氏名",)),
        ("メール", ["kikaku@city.example.lg.jp"], ("部署",)),
        ("電話番号", ["0120-123-456"], ("氏名",)),
        ("番号", ["09012345678"], ()),
        ("管理番号", ["12-090-1234-5678"], ()),
        ("氏名の公表", ["有", "無"], ()),
        ("担当", ["総務課", "税務課", "山田町役場"], ()),
        ("町名", ["山口", "中村", "小林", "石川", "千葉"], ()),
        ("施設名", ["佐藤病院", "鈴木医院", "高橋クリニック"], ()),
        ("設立年月日", ["1990-05-06"], ("名称",)),
        ("総人口", ["1", "2", "40"], ("地域名", "年齢")),
        ("世帯数", ["1", "2"], ("年代",)),
        ("患者数", ["1", "2"], ("日付", "区")),
        ("患者数", ["10", "25"], ("年代",)),
        ("居住地", ["八王子市"], ("年代", "性別", "人数")),
        ("性別", ["男性", "女性"], ("年代", "人数")),
        ("値", [], ()),
        ("値", ["", " "], ()),
    ],
)
def test_what_is_not_personal_is_left_alone(name: str, words: Sequence[str], beside: tuple[str, ...]) -> None:
    assert examine(name, words, *beside) is None


def test_individual_numbers_are_found_by_their_check_digits() -> None:
    numbers = [individual_number(f"{seed:011}") for seed in range(12345678901, 12345678931)]
    assert kind(examine("管理番号", numbers)) == "individual-numbers"


def test_twelve_digits_by_chance_are_no_individual_numbers() -> None:
    chance = random.Random(7)
    assert examine("管理番号", [f"{chance.randrange(10**12):012}" for _ in range(300)]) is None


def test_a_number_under_the_name_of_my_number_counts_even_with_a_wrong_digit() -> None:
    right = individual_number("12345678901")
    wrong = right[:11] + str((int(right[11]) + 1) % 10)
    assert kind(examine("マイナンバー", [wrong])) == "individual-numbers"


def test_a_check_digit_is_the_ordinances() -> None:
    # 1×6+2×5+3×4+4×3+5×2+6×7+7×6+8×5+9×4+0×3+1×2 = 212, 212 mod 11 = 3, 11 - 3 = 8
    assert has_check_digit("123456789018")
    assert not has_check_digit("123456789017")


def test_the_meaning_of_a_column_counts_as_its_name_does() -> None:
    assert kind(examine("col3", NAMES, meaning="person-name")) == "person-names"
    assert kind(examine("col4", ["1990-05-06"], meaning="birth-date")) == "birth-dates"


@pytest.mark.parametrize(
    ("name", "word", "shown"),
    [
        ("氏名", "山田 太郎", "山**"),
        ("携帯", "09011112222", "090-****-2222"),
        ("メール", "taro.yamada@example.jp", "t***@example.jp"),
        ("生年月日", "1990-05-06", "****-**-**"),
        ("自宅住所", "東京都新宿区西新宿2-8-1", "東京都***"),
        ("自宅電話", "03-5321-1111", "03-****-****"),
    ],
)
def test_nothing_is_shown_in_full(name: str, word: str, shown: str) -> None:
    found = examine(name, [word])
    assert found is not None
    assert found.shown == shown


def test_cells_are_counted_and_the_first_is_named() -> None:
    words = [("佐藤 一郎", 3, 9), ("鈴木 花子", 2, 4)]
    found = examine_personal("氏名", "", words, ["氏名"])
    assert found == PersonalData("person-names", "氏名", 5, 4, "鈴**")


def test_every_kind_has_a_problem_that_warns() -> None:
    assert {f"personal-{each}" for each in KINDS} <= MESSAGES.keys()
    told = describe_personal(PersonalData("person-names", "氏名", 5, 4, "鈴**"), "a.csv", "a")
    assert told.severity == "warning"
    assert "5" in told.message.ja


@pytest.mark.parametrize(
    "word",
    ["a" * 100_000, "090-" * 25_000, "a@" * 50_000, "a@a." * 25_000, "市" * 100_000, "１" * 100_000, "-" * 100_000],
)
def test_hostile_words_take_no_time(word: str) -> None:
    began = time.process_time()
    for name in ("メール", "自宅住所", "自宅電話", "氏名", "生年月日", "患者数"):
        examine(name, [word] * 20, "年代")
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("japan/digital-agency/digital-agency-person.csv", {"person-names"}),
        ("japan/kobe-covid19/static/data/130001_tokyo_covid19_patients.csv", {"person-records"}),
        ("japan/wakayama-refuge/wakayamazeniki.csv", set()),
        ("japan/ishikawa-standard/data/170003_public_facility.csv", set()),
        ("japan/ishikawa-standard/data/170003_evacuation_space.csv", set()),
    ],
)
def test_real_files(shared_data: Path, path: str, expected: set[str]) -> None:
    with (shared_data / path).open(encoding="utf-8-sig", newline="") as file:
        names, *rows = csv.reader(file)
    found = {
        kind(examine_personal(name, "", [(row[number], 1, 0) for row in rows if number < len(row)], names))
        for number, name in enumerate(names)
    }
    assert found - {None} == expected
