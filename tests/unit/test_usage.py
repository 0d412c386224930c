"""Uses of datasets are counted by the day, without a word of who used them, and make them popular."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app import wiring
from app.catalog.record import DatasetRecord
from app.catalog.usage import KEPT_DAYS, Usage, Use, Used
from app.infra.jobs import JobRow
from app.infra.tally import Tally
from app.kernel.actor import SYSTEM, Role
from tests.factories import Portal, make_portal, package

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
GOOGLEBOT = {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with one dataset; each test counts from what was counted before."""
    made = make_portal(tmp_path_factory.mktemp("usage"))
    made.publish()
    yield made
    made.close()


def used(portal: Portal, slug: str = "ward-population") -> Used:
    wiring.keep_counts(portal.services)
    return portal.services.usage.of(portal.services.catalog.get(SYSTEM, slug).id)


def counted(portal: Portal, *requests: tuple[str, dict[str, str]], method: str = "GET") -> tuple[int, int]:
    """Ask, and answer by how much views and downloads grew."""
    before = used(portal)
    for path, headers in requests:
        assert portal.client().open(path, method=method, headers=headers).status_code < 400
    after = used(portal)
    return after.views - before.views, after.downloads - before.downloads


PAGE, FILE = "/dataset/ward-population", "/dataset/ward-population/data/population.csv"


def test_each_look_at_a_page_counts_also_where_the_answer_was_kept_ready(shop: Portal) -> None:
    assert counted(shop, (PAGE, FIREFOX), (PAGE, FIREFOX), (PAGE, FIREFOX)) == (3, 0)


def test_a_page_that_the_browser_has_already_was_looked_at_all_the_same(shop: Portal) -> None:
    etag = shop.client().get(PAGE).headers["ETag"]

    assert counted(shop, (PAGE, FIREFOX | {"If-None-Match": etag}), (PAGE, FIREFOX | {"Cookie": "x=y"})) == (2, 0)


def test_an_older_version_counts_for_its_dataset(shop: Portal) -> None:
    assert counted(shop, (f"{PAGE}/v/1", FIREFOX)) == (1, 0)


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": ""},
        GOOGLEBOT,
        {"User-Agent": "bingbot/2.0"},
        {"User-Agent": "facebookexternalhit/1.1"},
        FIREFOX | {"Sec-Purpose": "prefetch;prerender"},
        FIREFOX | {"Purpose": "prefetch"},
        FIREFOX | {"X-Moz": "prefetch"},
        FIREFOX | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        FIREFOX | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
def test_robots_and_what_is_asked_ahead_do_not_count(shop: Portal, headers: dict[str, str]) -> None:
    assert counted(shop, (PAGE, headers), (PAGE, headers), (FILE, headers)) == (0, 0)


def test_head_does_not_count(shop: Portal) -> None:
    assert counted(shop, (PAGE, FIREFOX), (PAGE, FIREFOX), (FILE, FIREFOX), method="HEAD") == (0, 0)


def test_a_page_that_a_robot_had_first_counts_for_the_readers_after_it(shop: Portal) -> None:
    shop.publish(package(name="quiet"))
    assert shop.client().get("/dataset/quiet", headers=GOOGLEBOT).status_code == 200
    assert shop.client().get("/dataset/quiet", headers=FIREFOX).status_code == 200

    assert used(shop, "quiet") == Used(1, 0)


def test_a_description_is_no_page(shop: Portal) -> None:
    turtle = FIREFOX | {"Accept": "text/turtle"}

    assert counted(shop, (PAGE, turtle), (PAGE, turtle), (f"{PAGE}.ttl", FIREFOX)) == (0, 0)


def test_a_file_counts_once_however_many_parts_it_is_fetched_in(shop: Portal) -> None:
    parts = [(FILE, FIREFOX | {"Range": span}) for span in ("bytes=0-9", "bytes=10-19", "bytes=-5")]

    assert counted(shop, (FILE, FIREFOX)) == (0, 1)
    assert counted(shop, *parts) == (0, 1)


def test_a_program_that_fetches_a_file_counts(shop: Portal) -> None:
    assert counted(shop, (FILE, {"User-Agent": "curl/8.5.0"})) == (0, 1)


def test_who_has_the_file_already_does_not_count(shop: Portal) -> None:
    etag = shop.client().get(FILE).headers["ETag"]

    assert counted(shop, (FILE, FIREFOX | {"If-None-Match": etag})) == (0, 0)


def test_whoever_is_signed_in_does_not_count(shop: Portal) -> None:
    before = used(shop)
    client = shop.signed_in(Role.EDITOR)
    assert client.get(PAGE, headers=FIREFOX).status_code == client.get(FILE, headers=FIREFOX).status_code == 200

    assert used(shop) == before


def test_nothing_of_whoever_asked_is_in_the_database(shop: Portal) -> None:
    sent = FIREFOX | {"User-Agent": "Canary/1.0", "Referer": "https://canary.example/", "Cookie": "canary=1"}
    seen = {"REMOTE_ADDR": "203.0.113.77", "HTTP_X_FORWARDED_FOR": "203.0.113.78"}
    for path in (PAGE, FILE, "/?q=zzcanaryquery"):
        shop.client().get(path, headers=sent, environ_overrides=seen)
    wiring.keep_counts(shop.services)
    if not shop.services.database.is_sqlite:
        pytest.skip("looks through SQLite's file")

    with sqlite3.connect(shop.services.settings.data_dir / "kakehashi.sqlite3") as connection:
        written = "\n".join(connection.iterdump()).lower()
    assert "usage_days" in written
    assert not [each for each in ("canary/1.0", "canary.example", "canary=1", "203.0.113.7") if each in written]


def at(portal: Portal, now: datetime) -> Usage:
    return Usage(portal.services.database, lambda: now)


def keep(portal: Portal, usage: Usage) -> None:
    with usage.tally.taken() as counts, portal.services.database.write() as session:
        usage.keep(session, counts)
        session.commit()


def use(portal: Portal, record: DatasetRecord, now: datetime, *uses: Use) -> None:
    usage = at(portal, now)
    for each in uses:
        usage.count(record.id, each)
    keep(portal, usage)


def test_processes_that_count_the_same_day_add_up(portal: Portal) -> None:
    record = portal.publish()
    for _ in range(2):
        use(portal, record, NOW, Use.VIEW, Use.VIEW, Use.DOWNLOAD)

    assert portal.services.usage.of(record.id) == Used(4, 2)


def test_downloads_weigh_more_and_old_use_weighs_less(shop: Portal) -> None:
    old, looked, taken = (shop.publish(package(name=name)) for name in ("old", "looked", "taken"))
    use(shop, old, NOW - timedelta(days=60), *[Use.VIEW] * 20)
    use(shop, looked, NOW, *[Use.VIEW] * 20)
    use(shop, taken, NOW, *[Use.DOWNLOAD] * 20)

    at(shop, NOW).refresh()
    found = shop.services.usage.popularity([old.id, looked.id, taken.id])
    assert 0 < found[old.id] < found[looked.id] < found[taken.id] < 40


def test_what_nobody_used_for_long_is_popular_no_more(shop: Portal) -> None:
    record = shop.services.catalog.get(SYSTEM, "ward-population")
    use(shop, record, NOW, Use.DOWNLOAD)
    at(shop, NOW).refresh()
    assert shop.services.usage.popularity([record.id])[record.id] > 0

    at(shop, NOW + timedelta(days=1000)).refresh()
    assert shop.services.usage.popularity([record.id])[record.id] == 0
    assert at(shop, NOW + timedelta(days=1001)).refresh() == 0


def test_popularity_that_changed_is_indexed_and_orders_results(portal: Portal) -> None:
    for name in ("first", "second"):
        portal.publish(package(name=name))
    portal.work()
    second = portal.services.catalog.get(SYSTEM, "second")
    for _ in range(5):
        portal.services.usage.count(second.id, Use.DOWNLOAD)
    wiring.keep_counts(portal.services)
    assert wiring.refresh_popularity(portal.services) == 1
    portal.work()

    answer = portal.client().get("/api/v1/datasets?sort=popularity")
    assert [each["slug"] for each in answer.get_json()["results"]] == ["second", "first"]


def test_popularity_that_stayed_makes_no_work(shop: Portal) -> None:
    use(shop, shop.services.catalog.get(SYSTEM, "ward-population"), shop.services.clock(), Use.VIEW)
    wiring.refresh_popularity(shop.services)
    shop.work()

    assert wiring.refresh_popularity(shop.services) == 0
    with shop.services.database.read() as session:
        assert not session.scalars(select(JobRow).where(JobRow.kind == wiring.INDEX)).all()


def test_long_past_days_become_months_and_nothing_is_lost(portal: Portal) -> None:
    record = portal.publish()
    for days in (0, 10, KEPT_DAYS + 40, KEPT_DAYS + 41, KEPT_DAYS + 80):
        use(portal, record, NOW - timedelta(days=days), Use.VIEW, Use.DOWNLOAD)
    usage = at(portal, NOW)

    assert usage.sum_up() >= 2
    assert usage.sum_up() == 0
    assert usage.of(record.id) == Used(5, 5)
    with portal.services.database.read() as session:
        assert session.scalar(text("SELECT COUNT(*) FROM usage_days")) == 2
        assert session.scalar(text("SELECT SUM(views) FROM usage_months")) == 3


def test_a_tally_is_bounded_and_goes_on_with_what_it_knows() -> None:
    tally: Tally[int] = Tally(room=2)
    for counted_ in (1, 2, 3, 1):
        tally.add(counted_)

    with tally.taken() as counts:
        assert counts == {1: 2, 2: 1}


def test_counts_that_could_not_be_written_are_written_with_the_next() -> None:
    tally: Tally[str] = Tally(room=10)
    tally.add("a")

    def write() -> None:
        with tally.taken():
            tally.add("a")
            Path("/dev/full").write_text("a" * 10_000, encoding="utf-8")

    with pytest.raises(OSError, match="space"):
        write()
    with tally.taken() as counts:
        assert counts == {"a": 2}


def test_the_counts_of_a_database_that_fails_come_back(shop: Portal) -> None:
    before = used(shop)
    shop.services.usage.count(shop.services.catalog.get(SYSTEM, "ward-population").id, Use.VIEW)
    with shop.services.database.write() as session:
        session.execute(text("ALTER TABLE usage_days RENAME TO usage_away"))
        session.commit()
    with pytest.raises(Exception, match="usage_days"):
        wiring.keep_counts(shop.services)
    with shop.services.database.write() as session:
        session.execute(text("ALTER TABLE usage_away RENAME TO usage_days"))
        session.commit()

    assert used(shop) == Used(before.views + 1, before.downloads)
