"""Searches in vain are counted without a word of whoever asked, and shown to those who can do something about them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import audit, wiring
from app.kernel.actor import SYSTEM, Role
from app.publishing.personal.typed import tells_of_a_person
from app.search.answer import SearchAnswer
from app.search.demand import searched
from app.search.demand.searched import KEPT_DAYS, LEAST_DAYS, LEAST_TIMES, RARE_DAYS, Searched
from app.search.demand.tables import SearchedRow, TopicRow
from app.search.demand.words import LONGEST, kept_words
from app.web.pages.demand import harmless
from tests.factories import Portal, json_of, make_portal, package

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
NOTHING = SearchAnswer((), 0)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with a dataset of each of two bureaus; tests ask for words of their own."""
    made = make_portal(tmp_path_factory.mktemp("demand"))
    made.publish()
    made.publish(
        package(name="trees", title="街路樹の一覧", keywords=["街路樹"]), organization=made.other_organization()
    )
    made.work()
    yield made
    made.close()


def kept(portal: Portal) -> dict[str, int]:
    wiring.keep_counts(portal.services)
    with portal.services.database.read() as session:
        return {row.words: row.count for row in session.scalars(select(SearchedRow))}


def ask(portal: Portal, query: str, **headers: str) -> None:
    path = query if query.startswith("/") else f"/?q={query}"
    assert portal.client().get(path, headers=FIREFOX | headers).status_code == 200


def wanted(portal: Portal, words: str, *, times: int = LEAST_TIMES, days: int = LEAST_DAYS) -> None:
    """Let something be searched for on the last days, and bring the topics up to date."""
    counts = {(words, (portal.services.clock() - timedelta(days=day)).date()): times for day in range(days)}
    with portal.services.database.write() as session:
        portal.services.demand.searched.keep(session, counts)
        session.commit()
    wiring.refresh_demand(portal.services)


def topics(client: FlaskClient, **query: Any) -> dict[str, dict[str, Any]]:
    return {each["words"]: each for each in json_of(client.get("/api/v1/demand", query_string=query))["topics"]}


@pytest.fixture(scope="module")
def governor(shop: Portal) -> FlaskClient:
    own = shop.other_organization("governors")
    client = shop.signed_in(Role.VIEWER, organization=own)
    (person,) = shop.services.organizations.members(SYSTEM, own.id)
    shop.services.organizations.grant(SYSTEM, person_id=person.person_id, role=Role.GOVERNOR, organization_id=None)
    return client


def test_a_search_that_finds_nothing_is_counted_on_the_page_and_in_the_api(shop: Portal) -> None:
    ask(shop, "ｚｚドローン  飛行")
    ask(shop, "/api/v1/datasets?q=ZZドローン 飛行")

    assert kept(shop)["zzドローン 飛行"] == 2


def test_a_search_that_only_finds_something_near_is_counted(shop: Portal) -> None:
    ask(shop, "人口 zzqqgyoza")

    assert kept(shop)["人口 zzqqgyoza"] == 1


def test_a_search_that_finds_what_was_asked_for_is_not_counted(shop: Portal) -> None:
    before = kept(shop)
    for query in ("人口", "特別区の人口", "街路樹", ""):
        ask(shop, query)

    assert kept(shop) == before


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("/?q=zzrobot", {"User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}),
        ("/?q=zzagentless", {"User-Agent": ""}),
        ("/?q=zzahead", {"Sec-Purpose": "prefetch"}),
        ("/?q=zzelsewhere", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}),
        ("/?q=zzfiltered&publisher=soumu", {}),
        ("/?q=zzdated&updated_from=2026-01-01", {}),
        ("/?q=zzpaged&offset=20", {}),
        ("/feed.atom?q=zzfeed", {}),
    ],
)
def test_what_no_reader_asks_of_the_whole_catalogue_is_not_counted(
    shop: Portal, query: str, headers: dict[str, str]
) -> None:
    before = kept(shop)
    ask(shop, query, **headers)

    assert kept(shop) == before


def test_whoever_is_signed_in_does_not_count(shop: Portal) -> None:
    assert shop.signed_in(Role.EDITOR).get("/?q=zzsignedin", headers=FIREFOX).status_code == 200

    assert "zzsignedin" not in kept(shop)


PERSONAL = (
    "taro@example.jp",
    "連絡先 ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ",
    "090-1234-5678 だれ",
    "０９０　１２３４　５６７８ だれ",
    "だれの番号 (03) 3210 1234",
    "マイナンバー 123456789012",
    "カード 4111 1111 1111 1111",
    "誕生日 1980-04-01",
    "世田谷区桜丘1-2-3",
    "桜丘1丁目2番3号 の家",
    "田中太郎",
    "田中　太郎 住所",
    "鈴木 花子 離婚",
    "タナカ タロウ",
    "佐藤さん 生活保護",
    "高橋先生",
    "tanaka taro",
    "Taro, Suzuki",
    "山田\u202e太郎",
    "山\u200c田\u2060太\u00ad郎",
    "田\U000e0041中\ufe0f太郎",
    "taro (at) example.jp",
    "taro at example dot jp",
    "@taro_suzuki",
    "昭和50年1月2日生",
    "1980/01/02 生まれ",
)
SECRETS = (
    "password=hunter2",
    "パスワード himitsu",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPLE",
    "Bearer abc",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0",
    "https://intra.example.jp/?session=1",
    "www.example.jp",
    "12345678",
    "",
    "あ" * (LONGEST + 1),
    "!?" * 20,
)
GOOD = (
    "保育園 空き",
    "AED",
    "令和3年度 予算",
    "人口 2015-2020",
    "人口 2015年 2020年",
    "一般会計 2024-05",
    "131130 人口",
    "covid-19 患者数",
    "Wi-Fi スポット",
    "石川県 観光客",
    "千葉 人口",
    "みなさんの声",
    "chiba population",
    "electric vehicle charging stations",
    "5歳児健診 2丁目",
    "2020 生活保護",
    "昭和50年生まれ 人口",
    "6年生 学力",
)
UNSEEN = (
    "保育園\u202e 空き",
    "保育\u200b園\u3000空き",
    "\ufeff保育園\u00ad\t空き",
    "\u2066保育園\U000e0041 空き\ufe0f",
)


@pytest.mark.parametrize("typed", [*PERSONAL, *SECRETS])
def test_what_tells_of_a_person_or_is_a_secret_is_never_kept(typed: str) -> None:
    counted = Searched(None, lambda: datetime.now(UTC), is_personal=tells_of_a_person)  # type: ignore[arg-type]
    counted.count(typed, NOTHING)

    with counted.tally.taken() as counts:
        assert not counts


@pytest.mark.parametrize("typed", GOOD)
def test_what_asks_for_data_is_kept(typed: str) -> None:
    assert kept_words(typed)
    assert not tells_of_a_person(typed)


@pytest.mark.parametrize("typed", UNSEEN)
def test_letters_that_nobody_sees_are_not_kept(typed: str) -> None:
    assert kept_words(typed) == "保育園 空き"


@pytest.mark.parametrize("typed", ["1 " * 100_000, "a@" * 100_000, "佐藤" * 100_000, "a1" * 100_000, "\x00", "\ud800"])
def test_hostile_words_cost_little(typed: str) -> None:
    began = time.process_time()
    tells_of_a_person(typed)

    assert not kept_words(typed)
    assert time.process_time() - began < 0.1


def test_personal_words_leave_no_trace_in_the_database(shop: Portal) -> None:
    for query in ("taro@canary.example", "090-9999-8888", "田中太郎 zzcanary"):
        ask(shop, query)
    wiring.keep_counts(shop.services)

    file = shop.services.settings.data_dir / "kakehashi.sqlite3"
    written = file.read_bytes() + file.with_name(f"{file.name}-wal").read_bytes()
    assert not [each for each in ("canary.example", "9999-8888", "zzcanary") if each.encode() in written]


@pytest.mark.parametrize(("times", "days"), [(1, 2), (100, 1)])
def test_what_was_asked_for_too_rarely_is_shown_to_nobody(
    shop: Portal, governor: FlaskClient, times: int, days: int
) -> None:
    wanted(shop, f"zzrare{times}", times=times, days=days)

    assert f"zzrare{times}" not in topics(governor, days=KEPT_DAYS)
    assert f"zzrare{times}" not in governor.get("/demand").text


def test_a_topic_is_shown_to_governors_with_the_bureau_that_is_nearest(shop: Portal, governor: FlaskClient) -> None:
    wanted(shop, "街路樹 zzdrone")
    wanted(shop, "zznobodyhasit")
    found = topics(governor)

    assert (found["街路樹 zzdrone"]["count"], found["街路樹 zzdrone"]["days"]) == (LEAST_TIMES * LEAST_DAYS, LEAST_DAYS)
    assert found["街路樹 zzdrone"]["organizations"][0] == "other"
    assert found["zznobodyhasit"]["organizations"] == []
    assert "zznobodyhasit" in governor.get("/demand").text


def test_a_bureau_sees_what_is_near_to_it_and_nothing_else(shop: Portal) -> None:
    wanted(shop, "街路樹 zzfee")
    other = next(each for each in shop.services.organizations.list() if each.slug == "other")
    own, foreign = shop.signed_in(Role.EDITOR, organization=other), shop.signed_in(Role.EDITOR)

    assert "街路樹 zzfee" in topics(own)
    assert "街路樹 zzfee" not in topics(foreign)
    assert "街路樹 zzfee" not in foreign.get("/demand").text + foreign.get("/demand.csv").text
    assert foreign.get("/demand?organization=other").status_code == 404


def test_strangers_and_viewers_see_no_demand(shop: Portal) -> None:
    for path in ("/demand", "/demand.csv", "/api/v1/demand"):
        assert shop.client().get(path, headers={"Accept": "application/json"}).status_code == 401
        assert shop.signed_in(Role.VIEWER).get(path).status_code == 403


def test_a_governor_says_that_a_dataset_answers_and_it_is_on_record(shop: Portal, governor: FlaskClient) -> None:
    wanted(shop, "zz人口動態")
    topic = topics(governor)["zz人口動態"]
    sent = {"state": "answered", "dataset": "ward-population", "note": "これで足りる"}

    assert governor.post(f"/demand/{topic['id']}/state", data=sent).status_code == 303
    assert topics(governor)["zz人口動態"]["dataset"] == "ward-population"
    with shop.services.database.read() as session:
        act = audit.acts(session, organization_ids=None, offset=0, limit=1).items[0]
    assert (act.action, act.subject, act.detail["state"]) == ("demand.decide", f"demand:{topic['id']}", "answered")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ({"state": "x"}, 400),
        ({"state": "answered"}, 400),
        ({"state": "answered", "dataset": "no-such-dataset"}, 404),
        ({"state": "not_planned"}, 400),
        ({"state": "not_planned", "note": "x" * 501}, 400),
        ({"state": "not_planned", "note": "個人情報のため"}, 303),
    ],
)
def test_a_decision_has_to_say_what_it_is(
    shop: Portal, governor: FlaskClient, sent: dict[str, str], status: int
) -> None:
    wanted(shop, "zzdecided")
    topic = topics(governor)["zzdecided"]

    assert governor.post(f"/demand/{topic['id']}/state", data=sent).status_code == status


def test_only_who_publishes_for_the_bureau_decides(shop: Portal, governor: FlaskClient) -> None:
    wanted(shop, "街路樹 zzdecide")
    address = f"/demand/{topics(governor)['街路樹 zzdecide']['id']}/state"
    other = next(each for each in shop.services.organizations.list() if each.slug == "other")
    sent = {"state": "not_planned", "note": "数えていない"}

    assert shop.signed_in(Role.PUBLISHER).post(address, data=sent).status_code == 404
    assert shop.signed_in(Role.EDITOR, organization=other).post(address, data=sent).status_code == 403
    assert shop.client().post(address, data=sent).status_code in {302, 303, 401}
    assert shop.signed_in(Role.PUBLISHER, organization=other).post(address, data=sent).status_code == 303
    assert governor.post("/demand/none/state", data=sent).status_code == 404


def test_the_table_to_take_away_runs_nothing(shop: Portal, governor: FlaskClient) -> None:
    wanted(shop, "=zzhyperlink(a)")
    answer = governor.get("/demand.csv")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "\n'=zzhyperlink(a)," in answer.text
    assert [harmless(each) for each in ("人口", "-1", " @x", "＝1", "")] == ["人口", "'-1", "' @x", "'＝1", ""]


def test_many_nonsense_queries_fill_no_table(shop: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searched, "PER_DAY", 10)
    demand, day = shop.services.demand.searched, datetime(2020, 1, 2, tzinfo=UTC).date()
    known, often = ("zzknown", day), ("zzoften", day)
    for counts in ({("zzknown", day - timedelta(days=1)): 1}, {known: 1, often: 2}):
        with shop.services.database.write() as session:
            demand.keep(session, counts)
            session.commit()
    with shop.services.database.write() as session:
        demand.keep(session, {(f"nonsense{number}", day): 1 for number in range(500)})
        session.commit()

    with shop.services.database.read() as session:
        left = set(session.scalars(select(SearchedRow.words).where(SearchedRow.day == day)))
    assert len(left) == 10
    assert {"zzknown", "zzoften"} <= left


def test_a_process_holds_a_bounded_number_of_queries() -> None:
    counted = Searched(None, lambda: datetime.now(UTC), is_personal=lambda _: False)  # type: ignore[arg-type]
    letters = "あいうえおかきくけこ"
    for number in range(searched.ROOM + 50):
        counted.count("".join(letters[int(digit)] for digit in str(number)), NOTHING)

    with counted.tally.taken() as counts:
        assert len(counts) == searched.ROOM


def test_old_searches_are_forgotten_and_rare_ones_sooner(portal: Portal) -> None:
    now = portal.services.clock()
    ages = {"old": [KEPT_DAYS + 1, KEPT_DAYS + 2], "rare": [RARE_DAYS + 1], "often": [RARE_DAYS + 1, RARE_DAYS + 2]}
    counts = {(words, (now - timedelta(days=age)).date()): 3 for words, days in ages.items() for age in days}
    with portal.services.database.write() as session:
        portal.services.demand.searched.keep(session, counts)
        session.add(TopicRow(id="t", words="old", state="open", note="", routed=now))
        session.commit()
    wiring.refresh_demand(portal.services)

    with portal.services.database.read() as session:
        assert set(session.scalars(select(SearchedRow.words))) == {"often"}
        assert list(session.scalars(select(TopicRow.words))) == ["often"]


def test_a_topic_is_listed_by_the_database_of_production_too(portal: Portal) -> None:
    wanted(portal, "zzlisted")
    governor = portal.services.demand.topics.list(SYSTEM, days=7)

    assert [(each.words, each.count, each.days) for each in governor] == [("zzlisted", 6, 2)]
    assert portal.services.demand.topics.list(portal.person(Role.EDITOR)) == ()
    assert portal.services.demand.topics.list(SYSTEM, organization_id=portal.organization.id) == ()
