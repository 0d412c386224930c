"""How text becomes tokens, the same way for what is indexed and what is asked."""

from __future__ import annotations

import csv
import threading
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog import places
from app.search.analysis import (
    Form,
    Kind,
    analysed,
    fold,
    folds,
    normalise,
    pairs_of,
    readings_of,
    spellings_of,
    understand,
    words_of,
)
from app.search.analysis.characters import FOLDER, variants
from app.search.analysis.kana import hiragana, kana_of, shortened


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("人口統計", ["人口", "口統", "統計", "計"]),
        ("県", ["県"]),
        ("Open Data 2025", ["open", "data", "2025"]),
        ("ＣＳＶﾃﾞｰﾀ", ["csv", "デー", "ータ", "タ"]),
        ("令和5年", ["令和", "和", "5", "年"]),
        ("人口・世帯", ["人口", "口", "世帯", "帯"]),
        ("population_density", ["population", "density"]),
        ("かﾞく", ["がく", "く"]),
        ("서울", ["서울", "울"]),
        ("Straße", ["strasse"]),
        ("😀 !? ー", []),
        ("", []),
        ("人\ud800口", ["人", "口"]),
    ],
)
def test_a_text_is_cut_into_words_and_pairs(text: str, tokens: list[str]) -> None:
    assert pairs_of(text) == tokens


@pytest.mark.parametrize("written", ["03ー1234", "03−1234", "03－1234", "03‐1234", "03-1234"])
def test_every_stroke_between_digits_separates(written: str) -> None:
    assert pairs_of(written) == ["03", "1234"]


def test_a_very_long_word_is_known_by_its_beginning() -> None:
    assert pairs_of("a" * 1000) == words_of("a" * 1000) == ["a" * 64]


def test_width_and_case_are_folded() -> None:
    assert normalise("ＡｂＣ　ｱ") == "abc ア"


@pytest.mark.parametrize(
    "spellings",
    [
        ("渡辺", "渡邊", "渡邉", "渡\u8fba\U000e0101"),
        ("斎藤", "齋藤", "齊藤"),
        ("高島", "髙嶋"),
        ("国学", "國學"),
        ("山崎", "山﨑"),
        ("サーバー", "サーバ", "ｻｰﾊﾞｰ", "サ－バ－"),
        ("コンピューター", "コンピュータ", "コンピュ―タ"),
        ("子ども", "こども", "子供"),
        ("霞ヶ関", "霞が関", "霞ケ関"),
        ("一ヶ月", "1か月", "１カ月", "1ヵ月", "1箇月", "一か月"),
        ("二十三区", "23区", "２３区"),
        ("第三次計画", "第3次計画"),
        ("二〇二一年", "2021年"),
        ("令和元年度", "令和1年度", "令和一年度"),
    ],
)
def test_spellings_of_one_word_become_one(spellings: tuple[str, ...]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1
    assert len({tuple(pairs_of(spelling)) for spelling in spellings}) == 1
    assert len({tuple(words_of(spelling)) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    "text", ["コピー", "第一四半期", "五日市", "三次市", "一部", "一般", "八王子", "三鷹", "アジア-アフリカ"]
)
def test_what_only_looks_like_a_number_or_a_long_vowel_stays(text: str) -> None:
    assert fold(text) == text.replace("第一四", "第1四")


@pytest.mark.parametrize("text", ["第三次霞ヶ関サーバーー", "一ヶ月ー", "﨑子どもども", "二十三区一ヶ所"])
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(
    st.text(max_size=30) | st.text("かﾊハﾞ\u3099゛aé\u0301\u1100\u1161각\u11a8①㍻（Ａİ國髙\U000e0100ー－", max_size=30)
)
def test_letters_are_normalised_one_by_one_as_all_at_once(text: str) -> None:
    whole = unicodedata.normalize("NFKC", text).casefold().translate(variants())
    assert normalise(text) == whole
    assert normalise(text + "。" * 50) == whole + "。" * 50


def test_every_letter_that_changes_is_noticed() -> None:
    letters = [chr(letter) for letter in range(0x30000) if not 0xD800 <= letter <= 0xDFFF]
    changed = [each for each in letters if unicodedata.normalize("NFKC", each).casefold().translate(variants()) != each]
    assert [each for each in changed if normalise(each) == each] == []


def test_a_table_of_variants_leads_to_letters_that_stay() -> None:
    with (FOLDER / "variants.csv").open(encoding="utf-8") as file:
        rows = {row["written"]: row["counts_as"] for row in csv.DictReader(file)}
    assert len(rows) > 400
    assert not rows.keys() & set(rows.values())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("世田谷区の人口について", ["世田谷", "区", "人口"]),
        ("申込み", ["申し込み"]),
        ("申込", ["申し込み"]),
        ("ゴミ", ["ごみ"]),
        ("nurseries in the parks", ["nurseri", "park"]),
        ("parking", ["parking"]),
        ("AED", ["aed"]),
        ("令和の", ["令和"]),
    ],
)
def test_words_are_those_of_the_dictionary_without_particles(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("人口", "じんこう"),
        ("人口", "~じんこ"),
        ("保育園", "ほいくえん"),
        ("補助金", "ほじょきん"),
        ("世田谷区の人口", "せたがやく"),
        ("世田谷区人口", "せたがやくじんこう"),
        ("国立市", "くにたち"),
        ("港区", "みなとく"),
        ("令和", "れいわ"),
        ("ゴミ", "ごみ"),
    ],
)
def test_words_and_neighbours_are_found_by_their_readings(text: str, reading: str) -> None:
    assert reading in readings_of(text)


def test_no_reading_reaches_across_a_particle_or_begins_with_an_ending() -> None:
    readings = readings_of("世田谷区の人口")
    assert "せたがやくじんこう" not in readings
    assert "く" not in readings


def test_readings_do_not_explode() -> None:
    assert len(readings_of("東京都世田谷区特別養護老人福祉施設整備計画実施状況調査報告書")) < 150


def test_nearly_all_municipalities_are_read_as_the_table_says() -> None:
    known = [each for each in places.municipalities().values() if each.name and each.kana]
    wrong = [each for each in known if hiragana(each.kana) not in readings_of(each.name) and "郡" not in each.name]
    assert [each.name for each in wrong if each.prefecture == "東京都"] == []
    assert len(wrong) < len(known) * 0.03


def test_spellings_keep_words_as_people_write_them() -> None:
    assert spellings_of("AED設置場所、世田谷区の子ども") == ["AED", "設置", "場所", "世田谷区", "子ども"]


@pytest.mark.parametrize(
    ("romaji", "kana"),
    [
        ("jinkou", "じんこう"),
        ("jinkō", "じんこう"),
        ("zinkou", "じんこう"),
        ("shinbun", "しんぶん"),
        ("shimbun", "しんぶん"),
        ("sinbun", "しんぶん"),
        ("hokkaidou", "ほっかいどう"),
        ("ryokyaku", "りょきゃく"),
        ("gakkou", "がっこう"),
        ("matcha", "まっちゃ"),
        ("ken'in", "けんいん"),
        ("ohno", "おうの"),
        ("tuuti", "つうち"),
        ("kyôto", "きょうと"),
        ("street", ""),
        ("xyzzy", ""),
        ("a" * 1000, ""),
        ("", ""),
    ],
)
def test_latin_letters_are_read_as_kana_where_they_can_be(romaji: str, kana: str) -> None:
    assert kana_of(romaji) == kana


@pytest.mark.parametrize(
    ("kana", "short"), [("とうきょう", "ときょ"), ("くうこう", "くこ"), ("こえ", "こえ"), ("おおさか", "おさか")]
)
def test_long_vowels_can_be_left_out(kana: str, short: str) -> None:
    assert shortened(kana) == short


def test_threads_share_the_dictionary() -> None:
    texts = [f"東京都世田谷区の人口と世帯数{number}年" for number in range(50)]
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.extend(words_of(text) for text in texts)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200
    assert all("人口" in words for words in found)


@pytest.mark.parametrize(
    "text",
    [
        "あ" * 20_000,
        "亜" * 20_000,
        "a" * 100_000,
        "ー" * 100_000,
        "ア" + "ー" * 50_000,
        "一" * 20_000,
        "\ud800" * 1000,
        "(" * 3000,
        "e" + "\u0301" * 50_000,
        "😀" * 1000,
        "ﷺ" * 500,
        "\x00",
    ],
)
def test_hostile_text_is_analysed_within_bounds(text: str) -> None:
    started = time.process_time()
    found = analysed(text)
    assert max(map(len, [*found.pairs, *found.simple_words, *found.readings, *found.spellings, ""])) <= 2000
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("65歳以上の人口", ["65歳"]),
        ("二十三区 第三次計画", ["23区", "3次"]),
        ("PDF版と令和3年", ["pdf版", "3年"]),
        ("人口2021 CSV", []),
    ],
)
def test_a_number_and_the_letter_behind_it_are_one_token(text: str, tokens: list[str]) -> None:
    assert analysed(text).crossings == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("令和3年度予算", {"@2021", "@2021年度"}),
        ("R3.csv 2021年4月1日現在", {"@2021", "@2021年4月", "@2021年4月1日"}),
        ("昭和64年と平成元年", {"@1989"}),
        ("二〇二一年", {"@2021"}),
        ("第3回 20210401", set()),
    ],
)
def test_a_year_is_one_token_in_whatever_calendar_it_is_written(text: str, tokens: set[str]) -> None:
    assert {token for token in words_of(text) if token.startswith("@")} == tokens


def test_what_was_written_finds_itself() -> None:
    for text in ["人口統計", "令和元年度", "サーバーの一覧", "第三次計画", "渡邊", "県"]:
        form = understand(text).asked[0].forms[0]
        assert isinstance(form, Form)
        assert form.kind is Kind.WRITTEN
        assert set(form.pairs[: -1 if form.is_open else None]) <= set(pairs_of(text))
        assert set(form.words) <= set(words_of(text))


@given(st.text("〇一二三年第区元ヶケかカ箇所月子どもこ供小サバーｰ-‐ a國ß"))
def test_a_text_that_does_not_fold_is_only_normalised(text: str) -> None:
    normal = normalise(text)
    assert folds(normal) or fold(text) == normal
