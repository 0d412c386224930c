"""What a query means: its words, their forms, and what says nothing."""

from __future__ import annotations

import random
import time

import pytest

from app.catalog import places
from app.search.analysis import (
    QUERY_WORDS,
    Form,
    Kind,
    Synonyms,
    pairs_of,
    readings_of,
    understand,
    unread,
    words_of,
)


def content(query: str) -> list[str]:
    return [asked.text for asked in understand(query).asked if not asked.is_filler]


def forms(query: str, kind: Kind) -> list[Form]:
    return [form for asked in understand(query).asked for form in asked.forms if form.kind is kind]


def texts(query: str, kind: Kind) -> set[str]:
    return {form.text for form in forms(query, kind)}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("人口 世田谷", ["人口", "世田谷"]),
        ("世田谷区の人口を知りたい", ["世田谷区", "人口"]),
        ("世田谷区人口統計", ["世田谷区", "人口統計"]),
        ("避難所はどこですか", ["避難所"]),
        ("保育園の一覧データを教えてください", ["保育園"]),
        ("保育園 の 一覧", ["保育園"]),
        ("東京都 における 犯罪", ["東京都", "犯罪"]),
        ("保育園 と 学童", ["保育園", "学童"]),
        ("人口 に関する 統計", ["人口", "統計"]),
        ("学校 へ の 道", ["学校", "道"]),
        ("かも 生息", ["かも", "生息"]),
        ("ため 池", ["ため", "池"]),
        ("の に", ["の", "に"]),
        ("how many people are in shinjuku", ["people", "shinjuku"]),
        ("please find a dataset about nursery schools", ["nursery schools"]),
        ("shelter in setagaya ward", ["shelter", "setagaya"]),
        ("令和3年度予算", ["令和3年度", "予算"]),
        ("予算令和3年度", ["予算", "令和3年度"]),
        ("令和3年度の予算について", ["令和3年度", "予算"]),
        ("自動体外式除細動器の設置場所", ["自動体外式除細動器", "設置場所"]),
        ("せたがやくのじんこう", ["せたがやく", "じんこう"]),
        ("とうきょうはちおうじ", ["とうきょう", "はちおうじ"]),
        ("じどうしゃぜい", ["じどうしゃぜい"]),
        ("23区の公園", ["23区", "公園"]),
        ("再利用", ["再利用"]),
        ("Data data ＤＡＴＡ 人口", ["人口"]),
        ("人\ud800口", ["人", "口"]),
        ("Ｗｉ－Ｆｉ スポット", ["wi fi", "スポット"]),
    ],
)
def test_a_query_is_cut_into_what_is_sought(query: str, words: list[str]) -> None:
    assert content(query) == words


@pytest.mark.parametrize("query", ["の", "データ", "the", "教えて", "一覧 データ", "について"])
def test_a_query_of_nothing_but_fillers_is_looked_for_as_written(query: str) -> None:
    assert understand(query).asked
    assert all(asked.forms[0].kind is Kind.WRITTEN and asked.forms[0].pairs for asked in understand(query).asked)


@pytest.mark.parametrize("query", ["", "   ", "()!?", "😀", "ー", "\x00", "\ud83d"])
def test_a_query_without_letters_asks_for_nothing(query: str) -> None:
    assert understand(query).asked == ()
    assert understand(query).whole is None


@pytest.mark.parametrize("query", ["人口", "hojokin", "sake", "no", "setagaya", "令和3年", "じんこう", "shelter"])
def test_the_written_form_comes_first_and_counts_most(query: str) -> None:
    [asked] = understand(query).asked
    assert asked.forms[0].kind is Kind.WRITTEN
    assert all(form.weight < 1 for form in asked.forms[1:])


def test_a_query_leaves_the_end_of_a_run_open() -> None:
    written = [understand(query).asked[0].forms[0] for query in ("人口統計", "県", "人口")]
    assert [(form.pairs, form.is_open) for form in written] == [
        (("人口", "口統", "統計"), False),
        (("県",), True),
        (("人口",), False),
    ]


def test_the_whole_query_is_a_phrase_where_it_has_several_words() -> None:
    whole = understand("世田谷区の人口").whole
    assert whole is not None
    assert whole.pairs == ("世田", "田谷", "谷区", "区の", "の人", "人口")
    assert understand("人口").whole is None


@pytest.mark.parametrize(
    ("query", "others"),
    [
        ("令和3年度", {"2021年度", "r3年度"}),
        ("R3年度", {"2021年度", "令和3年度"}),
        ("2021年度", {"令和3年度", "r3年度"}),
        ("令和元年度", {"2019年度", "平成31年度"}),
        ("平成31年", {"2019年", "令和1年"}),
        ("2019", {"平成31", "令和1"}),
        ("昭和64年", {"1989年", "平成1年"}),
        ("H30", {"2018", "平成30"}),
        ("2021年4月", {"令和3年4月"}),
        ("FY2021", {"2021", "令和3"}),
    ],
)
def test_a_year_is_looked_for_in_both_calendars(query: str, others: set[str]) -> None:
    assert others <= texts(query, Kind.DATE)


@pytest.mark.parametrize("query", ["平成40年", "令和99年", "3000年", "12021", "m1", "a2021b", "03-2021x"])
def test_what_is_no_year_has_no_other_calendar(query: str) -> None:
    assert not texts(query, Kind.DATE)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("じんこう", "人口"),
        ("jinkou", "人口"),
        ("jinko", "人口"),
        ("jinkō", "人口"),
        ("zinkou", "人口"),
        ("ほいくえん", "保育園"),
        ("hojokin", "補助金"),
        ("せたがや", "世田谷区"),
        ("setagaya", "世田谷区"),
        ("SETAGAYA", "世田谷区"),
        ("こくみんけんこうほけん", "国民健康保険"),
        ("kokuminkenkohoken", "国民健康保険"),
        ("toukei", "統計"),
        ("gesuido", "下水道"),
        ("ゲスイドウ", "下水道"),
    ],
)
def test_a_reading_finds_the_words_that_are_read_so(query: str, title: str) -> None:
    wanted = {form.readings[0] for form in forms(query, Kind.READING) if form.readings and not form.is_open}
    assert wanted & set(readings_of(title))


def test_half_a_word_in_kana_finds_what_begins_so() -> None:
    [start] = {form.readings[0] for form in forms("じんこ", Kind.READING) if form.is_open}
    assert any(reading.startswith(start) for reading in readings_of("人口"))
    assert not any(form.is_open for form in forms("じん", Kind.READING))


def test_a_reading_says_which_word_to_mark() -> None:
    assert "人口" in texts("じんこう", Kind.READING)
    assert "補助金" in texts("hojokin", Kind.READING)


@pytest.mark.parametrize(
    ("query", "other"),
    [
        ("AED", "自動体外式除細動器"),
        ("自動体外式除細動器", "aed"),
        ("nursery", "保育園"),
        ("nurseries", "保育所"),
        ("daycare", "保育園"),
        ("保育園", "認可保育所"),
        ("population", "人口"),
        ("shelter", "避難場所"),
        ("garbage", "ごみ"),
        ("ゴミ", "廃棄物"),
        ("subsidy", "補助金"),
        ("grants", "助成金"),
        ("waste collection", "ごみ収集"),
        ("WiFi", "公衆無線lan"),
        ("Wi-Fi", "公衆無線lan"),
        ("犬", "動物"),
        ("parking", "駐車場"),
        ("park", "公園"),
        ("hoikuen", "保育所"),
    ],
)
def test_a_word_is_looked_for_by_what_means_the_same(query: str, other: str) -> None:
    assert other in texts(query, Kind.SYNONYM)


def test_a_wider_word_does_not_find_the_narrower() -> None:
    assert "犬" not in texts("動物", Kind.SYNONYM)
    assert "公園" not in texts("parking", Kind.SYNONYM)


def codes_of(query: str) -> set[str]:
    return {code for form in forms(query, Kind.PLACE) for code in form.codes}


@pytest.mark.parametrize(
    "query", ["世田谷区", "世田谷", "せたがや", "setagaya", "Setagaya", "せたがやく", "setagayaku"]
)
def test_a_municipality_is_named_in_any_letters(query: str) -> None:
    assert codes_of(query) == {"131121"}


@pytest.mark.parametrize(
    ("query", "count", "inside"),
    [
        ("多摩地域", 30, "132012"),
        ("23区", 23, "131121"),
        ("二十三区", 23, "131121"),
        ("特別区", 23, "131016"),
        ("23区内", 23, "131016"),
        ("島しょ", 9, "134210"),
        ("伊豆諸島", 8, "133612"),
        ("関東", 7, "130001"),
        ("首都圏", 8, "190004"),
        ("tohoku", 6, "020001"),
        ("東京", 1, "130001"),
        ("東京都", 1, "130001"),
        ("tokyo", 1, "130001"),
        ("とうきょう", 1, "130001"),
        ("札幌市", 11, "011011"),
        ("渋谷", 1, "131130"),
        ("霞ヶ浦", 0, ""),
        ("中央", 0, ""),
        ("港", 0, ""),
    ],
)
def test_a_place_stands_for_what_lies_in_it(query: str, count: int, inside: str) -> None:
    assert len(codes_of(query)) == count
    assert not inside or inside in codes_of(query)


def test_a_name_that_several_places_share_means_all() -> None:
    assert {"132063", "342084"} <= codes_of("府中")
    assert {"131024", "011011"} <= codes_of("中央区")


def test_every_code_of_a_region_is_one_of_a_place() -> None:
    for region in ("多摩", "23区", "島しょ", "関東", "九州", "東海", "城東", "南多摩", "北多摩", "西多摩"):
        assert codes_of(region)
        assert all(places.municipality(code) for code in codes_of(region))


def test_a_query_is_bounded_in_length_and_words() -> None:
    assert len(understand(" ".join(map(str, range(100)))).asked) == QUERY_WORDS
    assert understand(" " * 200 + "人口").asked == ()


def test_of_too_many_words_fillers_are_left_out_first() -> None:
    words = [f"word{number}" for number in range(QUERY_WORDS)]
    assert content("the data of " + " ".join(words)) == words


def test_what_is_too_much_is_named() -> None:
    assert unread("人口") == ()
    assert unread(" ".join(f"w{number}" for number in range(12))) == ("w10", "w11")
    assert unread("a" * 200 + "bc") == ("bc",)


def test_own_synonyms_can_be_given() -> None:
    understood = understand("りんご", Synonyms())
    assert not any(form.kind is Kind.SYNONYM for asked in understood.asked for form in asked.forms)


@pytest.mark.parametrize(
    "query",
    [
        "a" * 100_000,
        "あ" * 100_000,
        "の" * 200,
        "人口" * 50_000,
        "ー" * 1000,
        "\ud800" * 200,
        "😀" * 200,
        "e" + "\u0301" * 199,
        "(" * 3000,
        "ﷺ" * 200,
        "o\u0304" * 100,
        "一" * 200,
        "r1" * 100,
        "?*?*?* AND OR NOT [a TO z] NEAR(",
        " ".join(["人口"] * 60),
        " ".join("しん" for _ in range(60)),
    ],
)
def test_a_hostile_query_is_understood_at_once(query: str) -> None:
    understand("じんこう")  # the tables are read
    started = time.process_time()
    understood = understand(query)
    assert time.process_time() - started < 0.05
    assert len(understood.asked) <= QUERY_WORDS
    assert sum(len(asked.forms) for asked in understood.asked) <= 30 * QUERY_WORDS


def test_any_text_is_understood() -> None:
    letters = random.Random(5)
    pool = "人口世田谷区のをはー々ヶケa1 R令和元年3-_(\"'\ud800😀\u0301ｶﾞ。\x00ぁんっ\u200d"
    for _ in range(200):
        query = "".join(letters.choices(pool, k=letters.randrange(1, 40)))
        for asked in understand(query).asked:
            form = asked.forms[0]
            assert form.kind is Kind.WRITTEN
            assert form.text


@pytest.mark.parametrize("text", ["人口", "保育園", "申込書", "令和3年度", "サーバー", "第三次計画", "子ども", "渡邊"])
def test_a_word_finds_the_text_that_it_stands_in(text: str) -> None:
    record = f"東京都の{text}（資料）"
    for asked in understand(text).asked:
        written = asked.forms[0]
        assert set(written.words) <= set(words_of(record))
        assert set(written.pairs) <= set(pairs_of(record))
