"""Dataset records for tests: with nearly everything, with the least, and odd ones that nobody writes on purpose."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from app.catalog.addresses import Site
from app.catalog.record import (
    Access,
    Column,
    ColumnProfile,
    Contact,
    Contributor,
    DatasetRecord,
    Intake,
    License,
    Link,
    Mark,
    Period,
    Publisher,
    RepairCount,
    ResourceRecord,
    Series,
    Source,
    State,
    StoredFile,
    Table,
    VersionRecord,
)
from app.catalog.vocabularies import ai_uses, frequencies, groups, licenses, themes
from app.kernel.text import Text

SITE = Site("https://data.example.jp")

POPULATION_CSV = (
    "町字コード,町名,調査日,人口,増減率\n"
    "0001000,青葉町,2026-04-01,1204,0.8\n"
    "0002000,桜台,2026-04-01,986,-1.2\n"
    "0003000,みどり野,2026-04-01,,\n"
).encode()
FACILITIES_CSV = (
    "施設番号,名称,緯度,経度\n1,青葉図書館,35.681236,139.767125\n2,桜台公民館,35.689634,139.692101\n".encode()
)

FILES = {"人口.csv": POPULATION_CSV, "facilities.csv": FACILITIES_CSV}

HOSTILE_TITLES = (
    'He said "no" \\ and left\\',
    "一行目\n二行目\r\n\t三行目",
    "<script>alert('x')</script> & ]]>",
    "🏙️🇯🇵👩‍👩‍👧 人口",
    "\u202eتقرير السكان\u202c",
    '"""' + "'" * 3 + "`{{ x }}` <!-- -->",
    "\x00\x07\x1b[31m\ufffe 制御文字",
    "e\u0301 \ufeff\u200b ㍻㊤①～〜−",
    "@en ^^xsd:date . <http://x> ;",
)

WORDS = st.one_of(st.sampled_from(HOSTILE_TITLES), st.text(max_size=40))
TEXTS = st.builds(Text, WORDS, WORDS)
ADDRESSES = st.one_of(
    WORDS,
    st.sampled_from(
        (
            "https://example.jp/表?q=1&r=2#部",
            "HTTP://EXAMPLE.JP/",
            "https://example.jp/a b",
            "https://x/<y>",
            "javascript:alert(1)",
            "../../etc/passwd",
            "file:///etc/passwd",
        )
    ),
)
EMAILS = st.one_of(WORDS, st.sampled_from(("a+b@example.jp", "係 <a@example.jp>", "a@b\nBcc: c@d", "日本@例え.jp")))
DAYS = st.none() | st.dates(date(1868, 1, 25), date(2199, 12, 31))
MOMENTS = st.none() | st.datetimes(datetime(1868, 1, 25), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive ends and adds the zone
FILE_NAMES = st.sampled_from(("人口.csv", "a b#1.csv", "100%?.csv", "a\\b.csv", "..csv", "x:y.csv", "é🏙.csv"))

_PUBLISHER = Publisher(
    id="0197a000-0000-7000-8000-000000000001",
    slug="aoba-city",
    title=Text("青葉市", "Aoba City"),
    homepage="https://www.city.aoba.example.jp/",
    contact=Contact(
        "青葉市 デジタル推進課", "digital@city.aoba.example.jp", "https://www.city.aoba.example.jp/contact"
    ),
)
_PUBLISHED = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)


def sample_record(**changes: Any) -> DatasetRecord:
    """Make a published dataset of two tables with nearly every property; `changes` replaces some."""
    first = VersionRecord("0197a000-0000-7000-8000-000000000010", 1, datetime(2026, 10, 1, tzinfo=UTC))
    second = VersionRecord("0197a000-0000-7000-8000-000000000011", 2, _PUBLISHED, notes="10月分を追加しました。")
    record = DatasetRecord(
        id="0197a000-0000-7000-8000-000000000002",
        slug="aoba-population",
        name="aoba-population",
        title=Text("青葉市の町別人口", "Population of Aoba City by town"),
        description=Text(
            "町ごとの人口と増減率です。\n\n住民基本台帳から毎月集計しています。",
            "Population and growth by town, counted monthly from the resident register.",
        ),
        description_html=Text("<p>町ごとの人口と増減率です。</p>", "<p>Population and growth by town.</p>"),
        publisher=_PUBLISHER,
        state=State.PUBLISHED,
        access=Access.PUBLIC,
        created=datetime(2026, 9, 30, 1, 2, 3, tzinfo=UTC),
        modified=datetime(2026, 11, 3, tzinfo=UTC),
        revision=7,
        issued=datetime(2026, 10, 1, tzinfo=UTC),
        license=License(
            "CC-BY-4.0",
            Text("クリエイティブ・コモンズ 表示 4.0 国際", "Creative Commons Attribution 4.0 International"),
            "https://creativecommons.org/licenses/by/4.0/",
            "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
        ),
        keywords=("人口", "住民基本台帳", "population"),
        themes=("SOCI", "REGI"),
        groups=("c004", "c003"),
        spatial=("青葉市", "https://sws.geonames.org/1850144/"),
        temporal=Period(date(2026, 4, 1), date(2027, 3, 31)),
        frequency="MONTHLY",
        next_due=date(2026, 12, 3),
        languages=("ja", "en"),
        homepage="https://www.city.aoba.example.jp/toukei/",
        contact=Contact("青葉市 統計係", "toukei@city.aoba.example.jp"),
        sources=(Source("住民基本台帳", "https://www.city.aoba.example.jp/jumin/", version="2026-10"),),
        contributors=(Contributor("青葉市 市民課", roles=("creator",)),),
        provenance=Text(
            "住民基本台帳の記録を毎月1日に集計しています。",
            "Counted from the resident register on the first of each month.",
        ),
        caveats=Text("みどり野の人口は再集計中です。", "The count for Midorino is being made again."),
        conforms_to=("https://www.digital.go.jp/resources/open_data/municipal-standard-data-set-test",),
        ai_use="all",
        series=Text("青葉市の町別人口（年度別）", "Population of Aoba City by town and fiscal year"),
        links=(
            Link(
                name="map",
                url="https://www.city.aoba.example.jp/toukei/map.geojson",
                title=Text("町の境界", "Boundaries of the towns"),
                format="GeoJSON",
                media_type="application/geo+json",
                size=20480,
            ),
        ),
        in_series=Series(
            "aoba-city.population-by-town-0a1b2c3d",
            Text("青葉市の町別人口（年度別）", "Population of Aoba City by town and fiscal year"),
        ),
        version=second,
        versions=(second, first),
        resources=(population_resource(), facilities_resource()),
    )
    return replace(record, **changes)


def bare_record(**changes: Any) -> DatasetRecord:
    """Make a published dataset that says no more than it must: one file that is no table."""
    version = VersionRecord("0197a000-0000-7000-8000-000000000020", 1, _PUBLISHED)
    record = DatasetRecord(
        id="0197a000-0000-7000-8000-000000000003",
        slug="leaflet",
        name="leaflet",
        title=Text("防災のしおり"),
        description=Text(),
        description_html=Text(),
        publisher=Publisher("0197a000-0000-7000-8000-000000000004", "midori-town", Text("みどり町")),
        state=State.PUBLISHED,
        access=Access.PUBLIC,
        created=_PUBLISHED,
        modified=_PUBLISHED,
        revision=1,
        version=version,
        versions=(version,),
        resources=(
            ResourceRecord(
                id="0197a000-0000-7000-8000-000000000021",
                name="leaflet",
                title=Text(),
                description=Text(),
                format="PDF",
                file=stored("leaflet.pdf", b"%PDF-1.7\n", "application/pdf"),
            ),
        ),
    )
    return replace(record, **changes)


def draft_record(**changes: Any) -> DatasetRecord:
    """Make a dataset that nothing was published of yet."""
    return replace(bare_record(state=State.DRAFT, version=None, versions=(), resources=()), **changes)


def population_resource(**changes: Any) -> ResourceRecord:
    """Make the table of towns, uploaded in CP932, with Parquet beside it and a Japanese file name."""
    fields: list[dict[str, Any]] = [
        {
            "name": "町字コード",
            "type": "string",
            "title": "町字コード",
            "constraints": {"required": True, "unique": True},
        },
        {"name": "町名", "type": "string", "description": "町の名前"},
        {"name": "調査日", "type": "date"},
        {"name": "人口", "type": "integer", "constraints": {"minimum": 0}},
        {"name": "増減率", "type": "number", "description": "前年同月比（%）"},
    ]
    columns = (
        Column(
            "町字コード",
            "string",
            Text("町字コード"),
            field=fields[0],
            profile=_profile("0001000", "0003000"),
            code_list="https://www.city.aoba.example.jp/toukei/towns.csv",
        ),
        Column("町名", "string", description=Text("町の名前"), field=fields[1], profile=_profile("みどり野", "青葉町")),
        Column("調査日", "date", field=fields[2], profile=ColumnProfile(0, 1, "2026-04-01", "2026-04-01")),
        Column(
            "人口", "integer", unit="人", field=fields[3], profile=ColumnProfile(1, 2, "986", "1204", ("1204", "986"))
        ),
        Column("増減率", "number", unit="%", field=fields[4], profile=ColumnProfile(1, 2, "-1.2", "0.8")),
    )
    resource = ResourceRecord(
        id="0197a000-0000-7000-8000-000000000030",
        name="population",
        title=Text("町別人口", "Population by town"),
        description=Text("各月1日現在", "As of the first day of each month"),
        format="CSV",
        file=stored("人口.csv", POPULATION_CSV, "text/csv"),
        original=stored("人口.csv", POPULATION_CSV.decode().encode("cp932"), "text/csv"),
        parquet=stored("人口.parquet", b"PAR1 rows PAR1", "application/vnd.apache.parquet"),
        table=Table(columns, 3, {"fields": fields, "primaryKey": ["町字コード"], "missingValues": [""]}),
        encoding="cp932",
        intake=Intake(
            rows_in=4,
            rows_apart=1,
            repairs=(RepairCount("notes-apart", "", 1), RepairCount("number-plain", "人口", 2)),
            marks=(Mark("encoding-not-utf-8", 1, ("cp932",), mended=True),),
            receipt=stored("population.receipt.json", b"{}", "application/json"),
        ),
    )
    return replace(resource, **changes)


def facilities_resource(**changes: Any) -> ResourceRecord:
    """Make the table of facilities, whose schema the portal inferred."""
    fields: list[dict[str, Any]] = [
        {"name": "施設番号", "type": "integer"},
        {"name": "名称", "type": "string"},
        {"name": "緯度", "type": "number"},
        {"name": "経度", "type": "number"},
    ]
    columns = tuple(Column(field["name"], field["type"], field=field) for field in fields)
    resource = ResourceRecord(
        id="0197a000-0000-7000-8000-000000000031",
        name="facilities",
        title=Text("公共施設"),
        description=Text(),
        format="CSV",
        file=stored("facilities.csv", FACILITIES_CSV, "text/csv"),
        table=Table(columns, 2, {"fields": fields}, inferred=True),
        encoding="utf-8",
    )
    return replace(resource, **changes)


def stored(name: str, content: bytes, media_type: str) -> StoredFile:
    """Describe bytes as the store would."""
    return StoredFile(name, media_type, len(content), hashlib.sha256(content).hexdigest())


def odd_records() -> st.SearchStrategy[DatasetRecord]:
    """Any dataset: with or without data, all states, words of any kind everywhere."""
    starts = st.sampled_from((sample_record, bare_record, draft_record))
    return st.builds(lambda start, changes: start(**changes), starts, _changes())


def odd_published_records() -> st.SearchStrategy[DatasetRecord]:
    """Datasets with data whose file and words are odd."""
    return st.builds(
        lambda changes, name, title: sample_record(
            **changes,
            resources=(
                population_resource(title=title, description=title, file=stored(name, b"a\n1\n", "text/csv")),
                facilities_resource(),
            ),
        ),
        _changes(),
        FILE_NAMES,
        TEXTS,
    )


def _changes() -> st.SearchStrategy[dict[str, Any]]:
    contacts = st.builds(Contact, WORDS, EMAILS, ADDRESSES)
    return st.fixed_dictionaries(
        {},
        optional={
            "title": TEXTS,
            "description": TEXTS,
            "state": st.sampled_from(State),
            "access": st.sampled_from(Access),
            "license": st.one_of(st.sampled_from(licenses()), st.builds(License, WORDS, TEXTS, ADDRESSES)),
            "keywords": st.lists(WORDS, max_size=4).map(tuple),
            "themes": st.lists(st.sampled_from((*themes().concepts, "NONE")), max_size=3, unique=True).map(tuple),
            "spatial": st.lists(ADDRESSES, max_size=3).map(tuple),
            "temporal": st.builds(Period, DAYS, DAYS),
            "frequency": st.sampled_from((*frequencies().concepts, "", "SOMETIMES")),
            "next_due": DAYS,
            "groups": st.lists(st.sampled_from((*groups().concepts, "c999")), max_size=3, unique=True).map(tuple),
            "provenance": TEXTS,
            "caveats": TEXTS,
            "conforms_to": st.lists(ADDRESSES, max_size=2).map(tuple),
            "ai_use": st.sampled_from((*ai_uses().concepts, "", "maybe")),
            "series": TEXTS,
            "in_series": st.none() | st.builds(Series, st.just("aoba-city.odd-0a1b2c3d"), TEXTS),
            "links": st.lists(_links(), max_size=2).map(tuple),
            "source_issued": MOMENTS,
            "source_modified": MOMENTS,
            "languages": st.lists(st.sampled_from(("ja", "en", "zh", "xx")), max_size=3, unique=True).map(tuple),
            "homepage": ADDRESSES,
            "contact": contacts,
            "sources": st.lists(st.builds(Source, WORDS, ADDRESSES, EMAILS, WORDS), max_size=2).map(tuple),
            "contributors": st.lists(st.builds(Contributor, WORDS, ADDRESSES, EMAILS, WORDS), max_size=2).map(tuple),
        },
    )


def _links() -> st.SearchStrategy[Link]:
    sizes = st.none() | st.integers(-1, 2**63)
    return st.builds(Link, WORDS, ADDRESSES, TEXTS, TEXTS, WORDS, WORDS, sizes, MOMENTS)


def _profile(minimum: str, maximum: str) -> ColumnProfile:
    return ColumnProfile(0, 3, minimum, maximum, (minimum, maximum))
