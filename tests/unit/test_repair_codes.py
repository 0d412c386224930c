"""Codes, phone numbers, kana and addresses: repaired where it is certain, else left alone."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.places import municipalities, municipality, prefectures
from app.publishing.forms import codes, kana, phones
from app.publishing.forms.addresses import Address, split_address


@pytest.mark.parametrize("code", ["130001", "131016", "131032", "010006", "270008"])
def test_published_municipal_codes_have_the_right_check_digit(code: str) -> None:
    assert codes.is_municipal(code)
    assert not codes.is_municipal(code[:5] + str((int(code[5]) + 1) % 10))


def test_every_place_in_the_table_has_a_right_code() -> None:
    assert len(prefectures()) == 47
    assert all(codes.is_municipal(code) for code in municipalities())


def test_a_lost_zero_comes_back_where_the_check_digit_proves_it() -> None:
    form = codes.municipality_codes(["92011", "11002"])

    assert form is not None
    assert form.read("92011") == ("092011", "code-municipality")
    assert form.read("92012") is None


def test_a_missing_check_digit_is_added_in_a_column_that_has_none() -> None:
    form = codes.municipality_codes(["13101", "1100", "01101"])

    assert form is not None
    assert [form.read(word) for word in ("13101", "1100")] == [
        ("131016", "code-municipality"),
        ("011002", "code-municipality"),
    ]


def test_five_digits_that_can_be_read_in_two_ways_are_left_alone() -> None:
    assert codes.municipality_codes(["12106"]) is None


def test_a_wrong_check_digit_is_flagged() -> None:
    form = codes.municipality_codes(["131016"])

    assert form is not None
    assert form.flag("131017") == "wrong-check-digit"
    assert codes.CORPORATE_NUMBERS.flag("8000020130002") == "wrong-check-digit"
    assert codes.CORPORATE_NUMBERS.flag("8000020130001") is None


@pytest.mark.parametrize(
    ("word", "after"),
    [
        ("〒100-0001", "1000001"),
        ("１００－０００１", "1000001"),
        ("1000001", "1000001"),
        ("600001", "0600001"),
        ("100-001", None),
        ("〒", None),
    ],
)
def test_postal_codes_become_seven_digits(word: str, after: str | None) -> None:
    read = codes.POSTAL_CODES.read(word)

    assert (read and read.after) == after


@pytest.mark.parametrize(
    ("word", "after"),
    [
        ("(03)5253-5111", "03-5253-5111"),
        ("03(5253)5111", "03-5253-5111"),
        ("０３－５２５３－５１１１", "03-5253-5111"),
        ("0120-444-444", "0120-444-444"),
        ("0352535111", "0352535111"),
        ("03-5253-5111（内線12）", None),
        ("03-5253-5111/03-5253-5112", None),
        ("119", None),
    ],
)
def test_phones_are_digits_and_hyphens(word: str, after: str | None) -> None:
    read = phones.PHONES.read(word)

    assert (read and read.after) == after


@given(st.text(alphabet="0123456789０-－()（） 〒AａT", max_size=20))
def test_what_is_repaired_stays(word: str) -> None:
    for form in (codes.POSTAL_CODES, codes.CORPORATE_NUMBERS, codes.TOWN_IDS, codes.CODES, phones.PHONES):
        read = form.read(word)
        if read is not None:
            assert form.read(read.after) == (read.after, "")


@given(st.text(alphabet="ｱｶﾞﾊﾟｰ｡アあ亜①㎡ \u3000a", max_size=20))
def test_only_half_width_kana_are_widened(word: str) -> None:
    read = kana.KANA.read(word)

    assert read is not None
    assert not any("\uff61" <= letter <= "\uff9f" for letter in read.after)
    assert [letter for letter in read.after if letter in "①㎡亜"] == [letter for letter in word if letter in "①㎡亜"]
    assert kana.KANA.read(read.after) == (read.after, "")


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("東京都千代田区霞が関二丁目1番2号", Address("131016", "東京都", "千代田区", "霞が関2-1-2")),
        ("石川県金沢市八田町西1番地", Address("172014", "石川県", "金沢市", "八田町西1番地")),
        ("金沢市野町３丁目11番１号", Address("172014", "石川県", "金沢市", "野町3-11-1")),
        ("石川県能登町字宇出津", Address("174637", "石川県", "鳳珠郡能登町", "字宇出津")),
        ("横浜市保土ヶ谷区川辺町2-9", Address("141062", "神奈川県", "横浜市保土ケ谷区", "川辺町2-9")),
        ("四日市市諏訪町1-5", Address("242021", "三重県", "四日市市", "諏訪町1-5")),
        ("東京都府中市宮西町2-24", Address("132063", "東京都", "府中市", "宮西町2-24")),
        ("岡山市大供一丁目1-1", Address("331007", "岡山県", "岡山市", "大供1-1-1")),
        ("府中市宮西町2-24", None),
        ("中央区日本橋1-1", None),
        ("大和町1-64-12", None),
        ("浜松市中区元城町103-2", None),
        ("湖北省武漢市", None),
        ("石川県珠洲市、輪島市", None),
        ("", None),
    ],
)
def test_addresses_are_split_only_where_the_place_is_certain(words: str, address: Address | None) -> None:
    assert split_address(words) == address


def test_a_municipality_is_found_by_its_code() -> None:
    found = municipality("221309")

    assert found is not None
    assert (found.prefecture, found.name, found.kana) == ("静岡県", "浜松市", "ハママツシ")
    assert municipality("999999") is None


def test_the_addresses_of_a_real_table_agree_with_its_own_columns(shared_data: Path) -> None:
    path = shared_data / "japan" / "ishikawa-standard" / "data" / "170003_public_toilet.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    split = [(row["所在地_全国地方公共団体コード"], split_address(row["所在地_連結表記"])) for row in rows]

    assert all(found is not None and found.code == code for code, found in split)
