"""What is worked out where nobody said anything, from what, and that it never goes against what was said."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given

from app.catalog.completion import Completion, complete
from app.catalog.record import (
    About,
    Access,
    Column,
    ColumnProfile,
    Contact,
    DatasetRecord,
    Intake,
    License,
    Link,
    Period,
    Publisher,
)
from app.catalog.vocabularies import license_of, licenses
from app.kernel.text import Text
from tests.records import bare_record, draft_record, facilities_resource, odd_records, sample_record

DEFAULTS = Completion(licenses()[0], "130001", "https://data.example.jp")
NOTHING = ("", (), None, License(), Period(), Contact(), Text())


def completed(**changes: Any) -> DatasetRecord:
    return complete(bare_record(**changes), DEFAULTS)


def titled(words: str, **changes: Any) -> DatasetRecord:
    return completed(title=Text(words), **changes)


def with_columns(*columns: Column, standard: str = "", **changes: Any) -> DatasetRecord:
    resource = facilities_resource()
    assert resource.table is not None
    table = replace(resource.table, columns=columns)
    return completed(resources=(replace(resource, table=table, intake=Intake(2, standard=standard)),), **changes)


def column(name: str, kind: str, low: str, high: str, meaning: str = "", *examples: str) -> Column:
    profile = ColumnProfile(0, len(examples) or 99, low, high, examples)
    return Column(name, kind, profile=profile, meaning=meaning)


def how(record: DatasetRecord, field: str) -> str:
    return next((each.how.en for each in record.derived if each.field == field), "")


@given(odd_records())
def test_completing_changes_nothing_that_was_said_and_twice_is_once(record: DatasetRecord) -> None:
    whole = complete(record, DEFAULTS)
    derived = {each.field for each in whole.derived}
    changed = {each.name for each in fields(About) if getattr(whole, each.name) != getattr(record, each.name)}

    assert complete(whole, DEFAULTS) == whole
    assert changed == derived
    assert all(getattr(record, name) in NOTHING for name in derived)


@given(odd_records())
def test_what_the_quality_of_descriptions_needs_is_always_there(record: DatasetRecord) -> None:
    whole = complete(record, DEFAULTS)
    assert all((whole.license, whole.themes, whole.keywords, whole.spatial, whole.languages, whole.ai_use))
    assert whole.contact.email or whole.contact.url or whole.contact.name


def test_a_record_that_says_all_stays_as_it_is() -> None:
    assert complete(sample_record(), DEFAULTS) == sample_record()


def test_how_is_said_in_both_languages() -> None:
    assert all(each.how.ja and each.how.en for each in completed().derived)


def test_terms_that_nobody_knows_are_kept() -> None:
    odd = license_of("", "", "市長の許可が必要です")
    whole = completed(license=odd)
    assert (whole.license, whole.ai_use) == (odd, "ask")


@pytest.mark.parametrize(("access", "use"), [(Access.PUBLIC, "all"), (Access.INTERNAL, "ask")])
def test_machines_may_learn_from_open_data(access: Access, use: str) -> None:
    assert completed(access=access).ai_use == use


@pytest.mark.parametrize(
    ("changes", "themes", "says"),
    [
        ({"groups": ("c005", "c012", "c014"), "title": Text("予算")}, ("HEAL", "ENVI"), "groups"),
        ({"title": Text("区立図書館の蔵書数")}, ("EDUC",), "words"),
        ({"title": Text("Public transportation stops")}, ("TRAN",), "words"),
        ({"title": Text("名簿"), "keywords": ("選挙",)}, ("GOVE",), "words"),
        ({"title": Text("名簿")}, ("GOVE",), "administration"),
    ],
)
def test_themes_come_from_groups_then_words_then_the_administration(
    changes: dict[str, Any], themes: tuple[str, ...], says: str
) -> None:
    whole = completed(**changes)
    assert whole.themes == themes
    assert says in how(whole, "themes")


def test_a_standard_dataset_gives_theme_keyword_and_what_it_conforms_to() -> None:
    whole = with_columns(column("名称", "string", "あ", "ん"), standard="03", title=Text("a"))
    assert whole.themes == ("JUST",)
    assert whole.keywords == ("指定緊急避難場所一覧",)
    assert whole.conforms_to[0].startswith("https://www.digital.go.jp/")
    assert "standard dataset" in how(whole, "themes")


def test_groups_come_from_themes_that_only_one_group_has() -> None:
    assert completed(themes=("TRAN", "EDUC")).groups == ("c013",)


@pytest.mark.parametrize(
    ("title", "keywords"),
    [
        ("令和3年度 学校・教育", ("学校", "教育")),
        ("子育て応援とうきょうパスポート事業協賛店一覧", ("子育て応援", "パスポート事業協賛店")),
        ("第八期障害者施策推進協議会 第2回専門部会_資料8-2（PDF：283KB）", ("障害者施策推進協議会", "専門部会")),
        ("新宿区の年齢３区分別人口の推移（2015年国勢調査）", ("年齢", "国勢調査")),
        ("ダイオキシン類調査結果・H28公共用水域", ("ダイオキシン類調査", "公共用水域")),
        ("個人情報及び貸借対照表", ("個人情報", "貸借対照表")),
        ("あきる野市のバス", ("バス",)),
        ("港区", ("行政",)),
        ("2021", ("行政",)),
    ],
)
def test_keywords_are_whole_words_of_the_title_without_numbers_places_and_days(
    title: str, keywords: tuple[str, ...]
) -> None:
    assert titled(title).keywords == keywords


def test_keywords_are_few() -> None:
    assert len(titled("・".join(f"言葉{letter}" for letter in "甲乙丙丁戊己庚辛")).keywords) == 6


@pytest.mark.parametrize(
    ("columns", "spatial"),
    [
        ([column("市", "string", "131016", "134210", "municipality-code")], ("130001",)),
        ([column("市", "string", "131016", "131024", "municipality-code", "131016", "131024")], ("131016", "131024")),
        ([column("県", "string", "三重県", "鹿児島県", "prefecture", "東京都", "三重県")], ("130001", "240001")),
        ([column("町", "string", "昭島市", "立川市", "municipality", "昭島市", "立川市")], ("132071", "132021")),
    ],
)
def test_places_come_from_columns_of_places_first(columns: list[Column], spatial: tuple[str, ...]) -> None:
    whole = with_columns(*columns, title=Text("札幌市の一覧"))
    assert whole.spatial == spatial
    assert "From the values of" in how(whole, "spatial")


@pytest.mark.parametrize(
    "columns",
    [
        [column("市", "string", "011002", "473812", "municipality-code")],
        [column("市", "string", "1", "9", "municipality-code", "1", "9")],
        [column("町", "string", "府中市", "府中市", "municipality", "府中市")],
        [column("コード", "string", "131016", "131024", "code", "131016", "131024")],
    ],
)
def test_columns_that_are_not_certain_say_nothing_of_places(columns: list[Column]) -> None:
    assert with_columns(*columns, title=Text("札幌市の一覧")).spatial == ("011002",)


def test_places_come_from_the_title_then_the_publisher_then_the_portal() -> None:
    area = Publisher("o", "o", Text("青葉市"), area="141003")
    assert titled("立川市の橋", publisher=area).spatial == ("132021",)
    assert titled("橋", publisher=area).spatial == ("141003",)
    assert titled("橋", publisher=replace(area, area="", title=Text("江戸川区"))).spatial == ("131237",)
    assert titled("橋", publisher=replace(area, area="")).spatial == ("130001",)


@pytest.mark.parametrize(
    ("dates", "start", "end"),
    [
        (column("調査日", "date", "2026-04-01", "2026-05-02"), date(2026, 4, 1), date(2026, 5, 2)),
        (column("年度", "year", "2019", "2021", "fiscal-year"), date(2019, 4, 1), date(2022, 3, 31)),
        (column("Year", "year", "1960", "2014"), date(1960, 1, 1), date(2014, 12, 31)),
        (column("年月", "yearmonth", "2020-02", "2020-02"), date(2020, 2, 1), date(2020, 2, 29)),
        (
            column("観測日時", "datetime", "2020-01-01T00:00:00", "2020-01-02T00:00:00"),
            date(2020, 1, 1),
            date(2020, 1, 2),
        ),
    ],
)
def test_periods_come_from_columns_about_the_rows_own_time(dates: Column, start: date, end: date) -> None:
    whole = with_columns(dates, title=Text("令和元年の橋"))
    assert whole.temporal == Period(start, end)
    assert dates.name in how(whole, "temporal")


@pytest.mark.parametrize(
    "dates",
    [
        column("生年月日", "date", "1926-01-01", "2001-01-01"),
        column("設立年", "year", "1926", "2001"),
        column("最終更新日", "date", "2026-01-01", "2026-05-01"),
        column("追加年月日", "date", "2018-03-30", "2021-08-31"),
        column("Date added", "date", "1957-03-04", "2026-08-05"),
        column("year", "year", "0001", "9999"),
        column("年", "string", "2019", "2021"),
    ],
)
def test_columns_about_other_days_say_nothing_of_the_period(dates: Column) -> None:
    whole = with_columns(dates, title=Text("令和元年の橋"))
    assert whole.temporal == Period(date(2019, 1, 1), date(2019, 12, 31))


@pytest.mark.parametrize(
    ("title", "start", "end"),
    [
        ("人口（令和3年度）", date(2021, 4, 1), date(2022, 3, 31)),
        ("平成27年の人口", date(2015, 1, 1), date(2015, 12, 31)),
        ("人口 2019年3月", date(2019, 3, 1), date(2019, 3, 31)),
        ("人口 2015-2020", date(2015, 1, 1), date(2020, 12, 31)),
        ("平成18年度分科会（平成18年7月7日開催）", date(2006, 4, 1), date(2007, 3, 31)),
        ("人口（令和４年７月１日現在）", date(2022, 7, 1), date(2022, 7, 1)),
        ("月報 令和2年(2020年4月分)", date(2020, 4, 1), date(2020, 4, 30)),
    ],
)
def test_periods_come_from_titles(title: str, start: date, end: date) -> None:
    assert titled(title).temporal == Period(start, end)


@pytest.mark.parametrize(
    "title",
    [
        "東京2020大会",
        "統計書（平成30年版）",
        "資料集（令和元年度版）",
        "計画（平成26年修正）",
        "指針（平成18年3月策定）",
        "平成20年の人口と令和3年度の計画",
        "13月の橋",
        "月報 令和3年(2020年4月分)",
    ],
)
def test_what_is_no_certain_period_is_the_day_it_was_sent(title: str) -> None:
    whole = titled(title)
    assert whole.temporal == Period(end=date(2026, 11, 2))
    assert "day it was sent" in how(whole, "temporal")


def test_a_dataset_whose_files_are_elsewhere_was_not_sent_here() -> None:
    changed = datetime(2019, 3, 1, 20, tzinfo=UTC)
    whole = titled("橋の資料", resources=(), source_modified=changed)
    assert whole.temporal == Period(end=date(2019, 3, 2))
    assert "sent" not in how(whole, "temporal")


def test_the_titles_of_all_files_make_a_period_together() -> None:
    links = tuple(Link(str(year), "https://example.jp/", Text(f"平成{year}年度")) for year in (27, 28))
    assert titled("契約情報", resources=(), links=links).temporal == Period(date(2015, 4, 1), date(2017, 3, 31))
    some = (*links, Link("a", "https://example.jp/", Text("説明")))
    assert titled("契約情報", resources=(), links=some).temporal.start is None


def test_the_next_day_is_due_after_the_last_change() -> None:
    whole = completed(frequency="MONTHLY", source_modified=datetime(2026, 1, 31, 20, tzinfo=UTC))
    assert whole.next_due is not None
    assert 28 <= (whole.next_due - date(2026, 2, 1)).days <= 31
    assert completed(frequency="IRREG").next_due is None
    assert complete(draft_record(frequency="MONTHLY"), DEFAULTS).next_due is None


def test_questions_go_to_the_publisher_or_its_page() -> None:
    publisher = Publisher("o", "aoba", Text("青葉市"), contact=Contact("統計係", "a@example.jp"))
    assert completed(publisher=publisher).contact == publisher.contact
    other = completed(publisher=replace(publisher, contact=Contact())).contact
    assert other == Contact("青葉市", url="https://data.example.jp/publisher/aoba")


def test_a_name_that_places_share_is_the_one_in_the_portals_area_however_that_is_written() -> None:
    publisher = Publisher("p", "minato", Text("港区"))
    for area in ("130001", "東京都"):
        found = complete(bare_record(title=Text("橋"), publisher=publisher), replace(DEFAULTS, area=area))
        assert found.spatial == ("131032",)


def test_the_language_is_that_of_the_title() -> None:
    assert completed(title=Text(en="Bridges"), languages=()).languages == ("en",)


def test_completing_is_quick_and_bounded() -> None:
    endless = "東京都令和3年度第2回及び" * 10**5
    links = tuple(Link("a", "https://example.jp/", Text(endless[:2000])) for _ in range(100))
    started = time.perf_counter()
    completed(title=Text(endless, endless), keywords=(), links=links)
    for _ in range(200):
        completed()
    assert time.perf_counter() - started < 1


def test_no_licence_is_claimed_for_files_elsewhere() -> None:
    elsewhere = bare_record(resources=(), links=(Link("a", "https://example.jp/a.csv"),))
    assert complete(elsewhere, DEFAULTS).license == License()
