"""Finding for agents: questions as people put them, nothing that is not here, nothing that may not be seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.agents import periods
from app.agents.country_names import countries_in
from app.agents.finding import find
from app.agents.granularity import asked_in, is_fine_enough
from app.agents.times import spoken_in
from app.agents.tool import Call
from app.agents.wanted import wanted
from app.kernel.actor import ANONYMOUS, SYSTEM
from tests.agent_city import CANARY, HIDDEN, ask, call, make_city, slugs
from tests.factories import Portal

NOW = datetime(2026, 6, 1, tzinfo=UTC)
QUESTIONS: dict[str, Any] = {"search_datasets": "query", "find_and_profile": "question", "can_answer": "topic"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = make_city(tmp_path_factory.mktemp("city"))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("世田谷区の令和3年の人口", "2021-01-01", "2021-12-31"),
        ("平成30年度の予算", "2018-04-01", "2019-03-31"),
        ("budget of fiscal year 2021", "2021-04-01", "2022-03-31"),
        ("GDP in 2015?", "2015-01-01", "2015-12-31"),
        ("from 2010 to 2015", "2010-01-01", "2015-12-31"),
        ("2015年以降の推移", "2015-01-01", None),
        ("how it changed since 2015", "2015-01-01", None),
        ("the last 3 years", "2024-01-01", "2026-12-31"),
        ("昨年の件数", "2025-01-01", "2025-12-31"),
    ],
)
def test_the_time_in_a_question_is_recognised(words: str, start: str, end: str | None) -> None:
    found = spoken_in(words, NOW)

    assert found is not None
    assert (found.period.start, found.period.end) == (date.fromisoformat(start), end and date.fromisoformat(end))


@pytest.mark.parametrize("words", ["S&P 500", "第3四半期", "人口", "", "9999999", "12019"])
def test_a_number_that_is_no_year_is_no_time(words: str) -> None:
    assert spoken_in(words, NOW) is None


@pytest.mark.parametrize("words", ["令和3年", "FY2021", "2010 to 2015", "since 2015", "2021年4月", "過去5年間", "昨年"])
def test_a_time_is_handed_on_so_that_other_tools_read_the_same(words: str) -> None:
    found = spoken_in(words, NOW)

    assert found is not None
    read = periods.read(found.argument, NOW.date())
    assert read is not None
    assert (read.start, read.end) == (found.period.start, found.period.end)


@pytest.mark.parametrize(
    ("question", "topic", "codes"),
    [
        ("世田谷区の令和3年の人口は何人ですか", "人口", ("131121",)),
        ("how many nurseries are in Hachioji?", "nurseries", ("132012",)),
        ("東京都港区の保育園", "保育園", ("131032",)),
        ("府中市の図書館", "図書館", ("132063",)),
        ("release date of the mine", "release date mine", ()),
        ("過去5年間のごみの推移", "ごみ", ()),
    ],
)
def test_a_question_is_taken_apart(city: Portal, question: str, topic: str, codes: tuple[str, ...]) -> None:
    found = wanted(city.services.agent_tools.desk, Call(ANONYMOUS, NOW), question)

    assert found.topic_text == topic
    assert (found.place.codes if found.place else ()) == codes


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("世田谷区の令和3年の人口は何人ですか", "ward-people"),
        ("How has the population changed in Setagaya?", "ward-people"),
        ("渋谷区に避難所はいくつありますか", "shelters"),
        ("where are evacuation shelters", "shelters"),
        ("what was the GDP of Germany in 2015?", "country-money"),
        ("ドイツの2015年のGDPを教えて", "country-money"),
        ("ドイツのGDPは2015年から2016年でどれだけ増えたか", "country-money"),
    ],
)
def test_a_chatty_question_finds(city: Portal, question: str, slug: str) -> None:
    assert slugs(ask(city, "search_datasets", query=question))[0] == slug


@pytest.mark.parametrize(
    "question",
    [
        "xyzzy",
        "quantum computer performance",
        "火星の天気",
        "犬の登録数",
        "交通事故件数",
        "あいうえお",
        "how to cook rice",
        "!!!",
    ],
)
def test_what_is_not_here_is_said_to_be_not_here(city: Portal, question: str) -> None:
    answer = ask(city, "search_datasets", query=question)

    assert answer["data"]["total"] == 0
    assert any(note.startswith("Not here") for note in answer["notes"])


@pytest.mark.parametrize(
    ("question", "countries"),
    [
        ("インドネシアの人口", ("IDN",)),
        ("ドイツと日本のGDP", ("DEU", "JPN")),
        ("GDP of South Korea", ("KOR",)),
        ("日本の人口", ()),
        ("中国地方の県", ()),
        ("ドイツ語の本", ()),
        ("cities of New Mexico", ()),
        ("tell us about guinea pigs", ()),
    ],
)
def test_countries_are_told_from_what_only_looks_so(question: str, countries: tuple[str, ...]) -> None:
    assert tuple(each.country.code for each in countries_in(question)) == countries


@pytest.mark.parametrize("question", ["フランスのGDPはいまどれくらい", "how rich is France", "GDP of France"])
def test_a_country_is_a_place_and_its_rows_are_asked_for(city: Portal, question: str) -> None:
    answer = ask(city, "find_and_profile", question=question)
    [best] = answer["data"]["results"]

    assert answer["asked"]["place"]["countries"] == ["FRA"]
    assert best["table"]["query_rows"][0]["filters"] == ["Country Name = France"]


def test_several_countries_are_asked_for_together(city: Portal) -> None:
    best = ask(city, "find_and_profile", question="ドイツとフランスの2015年のGDP")["data"]["results"][0]
    rows = ask(city, "query_rows", **best["table"]["query_rows"][0])["data"]["rows"]

    assert sorted(row["Value"] for row in rows) == [2400, 3300]


@pytest.mark.parametrize("question", ["ドイツの天気", "フランスの犬の登録数", "避難所 in Kenya"])
def test_data_about_wards_is_no_answer_about_a_country(city: Portal, question: str) -> None:
    assert not slugs(ask(city, "search_datasets", query=question))


def test_rows_of_a_country_are_found_by_its_japanese_name(city: Portal) -> None:
    assert [
        row["Value"] for row in ask(city, "query_rows", dataset="country-money", place="フランス")["data"]["rows"]
    ] == [2400]


@pytest.mark.parametrize("question", ["世田谷区には何人住んでいますか", "how many people live in Setagaya?"])
def test_how_many_people_live_somewhere_is_its_population(city: Portal, question: str) -> None:
    assert slugs(ask(city, "search_datasets", query=question))[0] == "ward-people"


def test_what_lacks_one_word_is_shown_as_nearest_with_its_table(city: Portal) -> None:
    answer = ask(city, "find_and_profile", question="世田谷区の昆虫の人口")

    assert not slugs(answer)
    assert answer["data"]["nearest"][0]["table"]["query_rows"][0]["dataset"] == "ward-people"
    assert any("uncertain" in note for note in answer["notes"])


def test_what_comes_nearest_is_marked_and_says_what_it_lacks(city: Portal) -> None:
    answer = ask(city, "search_datasets", query="渋谷区の犬の登録数")

    assert not slugs(answer)
    assert slugs(answer, "nearest")
    assert all(each["lacks"] for each in answer["data"]["nearest"])


def test_a_question_in_vain_is_counted_as_demand(city: Portal) -> None:
    desk, asker = city.services.agent_tools.desk, Call(ANONYMOUS, NOW)
    find(desk, asker, "図書館の貸出冊数")

    with desk.demand.searched.tally.taken() as counted:
        assert any("貸出冊数" in words for words, _ in counted)
    assert asker.found_nothing


def test_a_question_that_is_answered_is_not_counted(city: Portal) -> None:
    asker = Call(ANONYMOUS, NOW)
    find(city.services.agent_tools.desk, asker, "避難所")

    assert not asker.found_nothing


def test_data_about_another_place_is_no_answer_while_there_is_some_about_this_one(city: Portal) -> None:
    assert slugs(ask(city, "search_datasets", query="避難所", place="渋谷区")) == ["shelters"]
    elsewhere = ask(city, "search_datasets", query="避難所", place="大阪市")
    assert slugs(elsewhere) == []
    assert elsewhere["data"]["nearest"][0] == {"dataset": "shelters", "title": "渋谷区の避難所", "lacks": ["place"]}


def test_a_place_and_a_period_that_nobody_knows_are_told(city: Portal) -> None:
    answer = ask(city, "search_datasets", query="人口", place="どこでもない村", period="いつか")

    assert any("`place`" in note for note in answer["notes"])
    assert any("`period`" in note for note in answer["notes"])


def test_a_publisher_that_is_none_leaves_the_nearest(city: Portal) -> None:
    answer = ask(city, "search_datasets", query="人口", publisher="どこにもない課")

    assert not slugs(answer)
    assert "ward-people" in slugs(answer, "nearest")
    assert any("publisher" in each for each in answer["asked"]["relaxed"])


def test_a_publisher_narrows_by_name(city: Portal) -> None:
    assert "ward-people" in slugs(ask(city, "search_datasets", query="人口", publisher="総務局"))


def test_pages_follow_one_another_without_a_gap(city: Portal) -> None:
    whole = slugs(ask(city, "search_datasets", query="", limit=20))
    seen: list[str] = []
    cursor = ""
    while True:
        page = ask(city, "search_datasets", query="", limit=1, cursor=cursor)
        seen += slugs(page)
        if not (cursor := page["next"] or ""):
            break

    assert sorted(seen) == sorted(whole)


def test_few_tokens_shorten_the_answer_and_the_cursor_goes_on_where_it_ends(city: Portal) -> None:
    answer = ask(city, "search_datasets", query="", limit=4, max_tokens=220)

    assert answer["truncated"]
    assert answer["next"] == str(len(slugs(answer)))


@pytest.mark.parametrize("cursor", ["x", "-1", "１", "99999"])
def test_a_cursor_that_is_none_is_refused(city: Portal, cursor: str) -> None:
    assert call(city, "search_datasets", query="人口", cursor=cursor).code == "bad-request"


@pytest.mark.parametrize("tool", QUESTIONS)
def test_what_is_internal_shows_nowhere(city: Portal, tool: str) -> None:
    answer = call(city, tool, **{QUESTIONS[tool]: "みどり保育園の定員"})

    assert HIDDEN not in answer.text
    assert CANARY not in answer.text


def test_the_portal_itself_sees_what_is_internal(city: Portal) -> None:
    assert slugs(ask(city, "search_datasets", SYSTEM, query="保育園")) == [HIDDEN]


@pytest.mark.parametrize("tool", QUESTIONS)
@pytest.mark.parametrize(
    "words",
    [
        '"',
        'publisher:"',
        "NOT NOT",
        "((((",
        "\x00\ud800",
        "令和99年",
        "0000年13月",
        "a" * 500,
        "人口 " * 100,
        "％_'; DROP",
    ],
)
def test_any_words_have_an_answer(city: Portal, tool: str, words: str) -> None:
    assert call(city, tool, **{QUESTIONS[tool]: words}, place=words[:200], period=words[:100]).code in {
        "ok",
        "bad-arguments",
    }


def test_a_profile_has_columns_rows_and_arguments_that_run(city: Portal) -> None:
    answer = ask(city, "find_and_profile", question="世田谷区の令和3年の人口は何人ですか")
    best = answer["data"]["results"][0]

    assert best["dataset"] == "ward-people"
    assert best["table"]["sample"] == [{"コード": "131121", "名称": "世田谷区", "年": 2021, "人口": 940_002}]
    rows = ask(city, "query_rows", **best["table"]["query_rows"][0])
    assert rows["data"]["rows"][0]["人口"] == 940_002


def test_a_cell_that_a_question_names_becomes_a_filter(city: Portal) -> None:
    best = ask(city, "find_and_profile", question="ドイツの2015年のGDP")["data"]["results"][0]

    assert best["table"]["query_rows"][0]["filters"] == ["Country Name = Germany"]
    assert [row["Value"] for row in best["table"]["sample"]] == [3300]


def test_two_cells_of_one_column_are_asked_as_either(city: Portal) -> None:
    best = ask(city, "find_and_profile", question="GDP of France and Germany in 2015")["data"]["results"][0]

    assert best["dataset"] == "country-money"
    (filters,) = (each["filters"] for each in best["table"]["query_rows"])
    assert len(filters) == 1
    assert "Country Name in " in filters[0]
    assert best["table"]["rows_that_fit"] == 2


def test_how_many_is_asked_by_counting(city: Portal) -> None:
    best = ask(city, "find_and_profile", question="渋谷区に避難所はいくつありますか")["data"]["results"][0]
    counting = next(each for each in best["table"]["query_rows"] if "measures" in each)

    assert ask(city, "query_rows", **counting)["data"]["rows"] == [{"count": 2}]


def test_rows_of_a_table_by_time_are_nothing_to_count(city: Portal) -> None:
    best = ask(city, "find_and_profile", question="number of population in Setagaya")["data"]["results"][0]

    assert best["dataset"] == "ward-people"
    assert not any("measures" in each for each in best["table"]["query_rows"])


def test_a_column_called_like_a_condition_does_no_harm(city: Portal) -> None:
    answer = ask(city, "find_and_profile", question="奇妙な列の Germany")
    best = answer["data"]["results"][0]

    assert best["dataset"] == "odd"
    assert call(city, "query_rows", **best["table"]["query_rows"][0]).code == "ok"


@pytest.mark.parametrize(("place", "is_lacking"), [("八王子市", True), ("世田谷区", False)])
def test_a_profile_of_what_has_no_row_of_the_place_says_so(city: Portal, place: str, *, is_lacking: bool) -> None:
    answer = ask(city, "find_and_profile", question="人口", place=place)

    assert any(note.startswith("Not here") for note in answer["notes"]) is is_lacking
    best: dict[str, Any] = next((each for each in answer["data"]["results"] if each["dataset"] == "ward-people"), {})
    assert [gap["on"] for gap in best.get("gaps", ())] == (["place"] if is_lacking else [])


@pytest.mark.parametrize("max_tokens", [200, 400, 800, 3000])
def test_a_profile_fits_what_it_may_take(city: Portal, max_tokens: int) -> None:
    outcome = call(city, "find_and_profile", question="渋谷区の避難所", max_tokens=max_tokens)

    assert outcome.code == "ok"
    assert outcome.tokens <= max_tokens
    assert outcome.structure["data"]["results"]


@pytest.mark.parametrize(
    ("asked", "verdict", "gaps"),
    [
        ({"topic": "人口", "place": "世田谷区", "period": "2021"}, "yes", []),
        ({"topic": "人口", "place": "世田谷区", "period": "2021", "granularity": "月別"}, "partly", ["granularity"]),
        ({"topic": "人口", "place": "世田谷区", "period": "2020..2025"}, "partly", ["period"]),
        ({"topic": "人口", "place": "世田谷区", "period": "2010"}, "no", ["period"]),
        ({"topic": "人口", "place": "八王子市"}, "no", ["place"]),
        ({"topic": "避難所", "place": "渋谷区", "granularity": "施設"}, "yes", []),
        ({"topic": "GDP of Germany", "period": "2016"}, "yes", []),
        ({"topic": "犬の登録数"}, "no", ["topic"]),
    ],
)
def test_the_verdict_says_what_is_lacking(city: Portal, asked: dict[str, Any], verdict: str, gaps: list[str]) -> None:
    answer = ask(city, "can_answer", **asked)

    assert (answer["asked"]["verdict"], answer["asked"]["gaps"]) == (verdict, gaps)
    assert ("best" in answer["data"]) == (verdict != "no")


def test_no_says_what_there_is_instead(city: Portal) -> None:
    answer = ask(city, "can_answer", topic="人口", place="世田谷区", period="2010")
    nearest = answer["data"]["nearest"][0]

    assert nearest["dataset"] == "ward-people"
    assert nearest["gaps"][0]["has"] == {"column": "年", "from": "2020", "to": "2021"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("市区町村別、月別", ("municipality", "month")),
        ("per facility", ("facility",)),
        ("daily", ("day",)),
        ("細かく", ()),
    ],
)
def test_granularity_is_recognised(words: str, found: tuple[str, ...]) -> None:
    assert asked_in(words) == found


def test_what_is_finer_can_be_summed_up() -> None:
    assert is_fine_enough("prefecture", ("municipality",))
    assert not is_fine_enough("town", ("municipality",))
    assert not is_fine_enough("month", ("municipality",))
