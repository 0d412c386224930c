"""Makes any number of plausible Japanese datasets out of a seed, and fills portals with them.

`python benchmarks/records.py --count 100000` says how fast; with `--portal FOLDER` it fills a portal's database there.
Their words are those of Tokyo's catalogue, read when this runs, where its records are beside this repository; else a
small vocabulary of our own. The same seed, vocabulary and count make the same records.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec

from app.catalog.models import DatasetRow, ResourceRow, VersionResourceRow, VersionRow
from app.catalog.periods import without_periods
from app.catalog.places import municipalities
from app.catalog.record import (
    About,
    Access,
    Column,
    ColumnProfile,
    Contact,
    DatasetRecord,
    Link,
    Period,
    Publisher,
    ResourceRecord,
    State,
    StoredFile,
    Table,
    VersionRecord,
)
from app.catalog.service import paragraphs
from app.catalog.slugs import slug_of
from app.catalog.subjects import themes_of_groups
from app.catalog.vocabularies import licenses
from app.identity.models import OrganizationRow
from app.kernel.text import Text
from tests.search import tokyo

if TYPE_CHECKING:
    from app.wiring import Services


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SEED = 5
PUBLISHERS = 130
PLACES = 400
YEARS = range(2005, 2027)
MOST_FILES = 20
# One dataset in so many has a table with columns; the others point to files elsewhere, as Tokyo's do.
TABLES = 5
BATCH = 5000
DAY = datetime(2026, 11, 1, tzinfo=UTC)
COPY_ID = "0197a000-0000-7{:03x}-8000-{:012x}"
MARKS = re.compile(r"^【[^】]*】")
# What is left of brackets around a date.
NOISE = re.compile(r"[（(][^（）()]{0,5}$|[（(][^（）()]{0,3}[）)]")
FREQUENCIES = ("ANNUAL", "ANNUAL", "MONTHLY", "QUARTERLY", "IRREG", "IRREG", "DAILY", "UNKNOWN", "")
FORMATS = ("CSV", "CSV", "CSV", "XLSX", "XLS", "PDF", "KML", "GeoJSON", "ZIP")
KEYWORDS = _words(
    "人口 世帯 子育て 保育 教育 学校 防災 避難 医療 福祉 介護 健康 環境 ごみ リサイクル 交通 道路 公園 緑地 "
    "観光 文化 スポーツ 産業 商業 農業 雇用 税 予算 決算 財政 選挙 議会 統計 地図 施設 住宅 都市計画 水道 "
    "下水道 消防 犯罪 安全"
)
COLUMNS = _words(
    "名称 名称_カナ 所在地 郵便番号 緯度 経度 電話番号 備考 年度 年月 区分 件数 人数 人口 男 女 世帯数 面積 "
    "金額 予算額 決算額 施設名 学校名 町丁名 市区町村コード 開始時間 終了時間 定員 URL 利用可能曜日 "
    "設置年月日 割合 合計 前年比"
)
# What there is to say where the real records are absent.
OWN_TOPICS = _words(
    "人口と世帯 住民基本台帳による世帯と人口 避難所一覧 公共施設一覧 保育所の定員と待機児童数 認可保育園一覧 "
    "AED設置箇所 公衆無線LANアクセスポイント 図書館の貸出数 ごみ収集量 予算の概要 決算の概要 財務書類 "
    "固定資産台帳 学校基本調査 公立学校統計 国勢調査 経済センサス 工業統計 消費者物価指数 労働力調査 "
    "交通事故の発生状況 刑法犯認知件数 火災の概況 救急出動件数 病院一覧 診療所一覧 介護サービス事業所 "
    "障害者福祉施設 食品営業許可施設 理容所美容所一覧 都営住宅募集 都市計画図 道路の現況 橋りょう一覧 "
    "公園一覧 街路樹 大気汚染測定結果 河川の水質 地下水位 水道の使用量 下水道の普及率 コミュニティバス時刻表 "
    "自転車駐車場 観光客数 文化財一覧 イベント一覧 議会の会議録 選挙の投票率 職員数と給与 補助金の交付実績 "
    "入札の結果 都税の収入 商店街の現況 農業産出額 市場の取扱高 中小企業の景況"
)


@dataclass(frozen=True, slots=True)
class Topic:
    """What datasets are about. `links` are enough for the one with the most files."""

    words: str
    description: Text
    html: Text
    groups: tuple[str, ...]
    themes: tuple[str, ...]
    links: tuple[Link, ...]
    table: ResourceRecord


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words that titles and descriptions are made of. `places` are names and codes."""

    topics: tuple[Topic, ...]
    publishers: tuple[Publisher, ...]
    places: tuple[tuple[str, str], ...]


def vocabulary(seed: int = SEED) -> Vocabulary:
    """Read the words of Tokyo's records, or take our own."""
    chance = random.Random(seed)
    known = [each for each in municipalities().values() if each.name]
    places = [each for each in known if each.prefecture == "東京都"]
    places += chance.sample([each for each in known if each.prefecture != "東京都"], PLACES - len(places))
    named = tuple((each.names[-1], each.code) for each in places)
    real = list(tokyo.harvested()) if tokyo.FILE.is_file() else []
    topics = _real_topics(real, chance) if real else [_own_topic(words, chance) for words in OWN_TOPICS]
    owners = [each.organization.title.ja for each in real if each.organization]
    titles = dict.fromkeys((*owners, *(name for name, _ in named)))
    return Vocabulary(tuple(topics), tuple(_publishers(titles)), named)


def _publishers(titles: Mapping[str, None]) -> Iterator[Publisher]:
    for number, title in enumerate(islice(titles, PUBLISHERS), 1):
        contact = Contact(f"{title} 情報政策課", f"data{number}@example.jp")
        yield Publisher(COPY_ID.format(1, number), f"{slug_of(title)[:40]}-{number}", Text(title), contact=contact)


def _real_topics(real: Sequence[Any], chance: random.Random) -> Iterator[Topic]:
    for each in real:
        about = each.about
        words = NOISE.sub("", MARKS.sub("", without_periods(about.title.ja))).strip(" _　（）()") or about.title.ja
        links = [link.title.ja or link.name for link in about.links[:MOST_FILES]]
        yield _topic(words, MARKS.sub("", about.description.ja)[:1000].strip(), about.groups, links, chance)


def _own_topic(words: str, chance: random.Random) -> Topic:
    notes = f"{words}をまとめたデータです。毎年度の状況を集計し、どなたでも利用できる形で公開しています。"
    return _topic(words, notes, (f"c{chance.randrange(1, 15):03}",), [words], chance)


def _topic(words: str, notes: str, groups: tuple[str, ...], names: Sequence[str], chance: random.Random) -> Topic:
    description = Text(notes)
    links, bases, latest = [], names or [words], YEARS[-1]
    undated = [] if len(bases) == MOST_FILES else [without_periods(each) or each for each in bases]
    for number in range(MOST_FILES):
        # The first round is as the record has it; after that, the same tables of earlier years.
        title = bases[number] if number < len(bases) else f"{undated[number % len(bases)]}（{latest - number}年度）"
        kind = chance.choice(FORMATS)
        url = f"https://data.example.jp/files/{chance.getrandbits(48):012x}.{kind.lower()}"
        links.append(Link(f"file-{number + 1}", url, Text(title), format=kind, size=chance.randrange(1 << 20)))
    table = _table(words, chance)
    return Topic(words, description, paragraphs(description), groups, themes_of_groups(groups), tuple(links), table)


def _table(words: str, chance: random.Random) -> ResourceRecord:
    names = chance.sample(COLUMNS, chance.randrange(4, 13))
    columns = tuple(
        Column(
            name,
            "string",
            Text(name),
            field={"name": name, "type": "string"},
            profile=ColumnProfile(0, 40, examples=tuple(f"{name}{chance.randrange(1000)}" for _ in range(3))),
        )
        for name in names
    )
    file = StoredFile("table.csv", "text/csv", 4096, "0" * 64)
    described = Table(
        columns, chance.randrange(10, 5000), {"fields": [column.field for column in columns]}, inferred=True
    )
    return ResourceRecord("table", "table", Text(words[:100]), Text(), "CSV", file, table=described, encoding="utf-8")


def records(count: int, *, seed: int = SEED, words: Vocabulary | None = None) -> Iterator[DatasetRecord]:
    """Make so many published datasets."""
    words = words or vocabulary(seed)
    chance = random.Random(seed + 1)
    # Few topics have many datasets, as yearly and monthly tables do.
    order = chance.sample(words.topics, len(words.topics))
    weights = tuple(accumulate(1 / (rank + 20) for rank in range(len(order))))
    lists = (licenses(), _keyword_sets(chance), _periods(), _moments(chance))
    for begin in range(0, count, BATCH):
        size = min(BATCH, count - begin)
        topics = chance.choices(order, cum_weights=weights, k=size)
        for number, topic in enumerate(topics, begin):
            yield _record(number, topic, words, chance.random, lists)


def _keyword_sets(chance: random.Random) -> list[tuple[str, ...]]:
    return [tuple(chance.sample(KEYWORDS, chance.randrange(5))) for _ in range(2000)]


def _periods() -> list[tuple[int, str, Period]]:
    periods = []
    for year in YEARS:
        era = f"令和{year - 2018}年度" if year > 2018 else f"平成{year - 1988}年度"
        period = Period(date(year, 4, 1), date(year + 1, 3, 31))
        periods += [(year, era, period), (year, f"{year}年度", period), (year, f"{year}年", period)]
    return periods


def _moments(chance: random.Random) -> list[datetime]:
    return [DAY - timedelta(seconds=chance.randrange(6 * 365 * 86400)) for _ in range(50_000)]


def _title(topic: str, place: str, period: str, form: int) -> str:
    match form:
        case 0:
            return f"{place}{topic}"
        case 1:
            return f"{topic}（{period}）"
        case 2:
            return f"{place}の{topic} {period}"
        case 3:
            return f"{period} {topic}（{place}）"
    return f"{topic}_{place}_{period}"


def _record(number: int, topic: Topic, words: Vocabulary, chance: Any, lists: tuple[Any, ...]) -> DatasetRecord:
    kinds, keyword_sets, periods, moments = lists
    place, code = words.places[int(chance() ** 3 * len(words.places))]
    publisher = words.publishers[int(chance() ** 2 * len(words.publishers))]
    _, period_words, period = periods[int(chance() * len(periods))]
    form = int(chance() * 5)
    files = 1 + int(chance() ** 3 * MOST_FILES)
    first = int(chance() * (MOST_FILES - files + 1))
    changed = moments[int(chance() * len(moments))]
    is_table = number % TABLES == 0
    version = VersionRecord(COPY_ID.format(2, number), 1, changed)
    name = f"made-{number:09}"
    return DatasetRecord(
        id=COPY_ID.format(3, number),
        slug=name,
        name=name,
        title=Text(_title(topic.words, place, period_words, form)),
        description=topic.description,
        description_html=topic.html,
        publisher=publisher,
        state=State.PUBLISHED,
        access=Access.PUBLIC,
        created=changed,
        modified=changed,
        revision=1,
        issued=changed,
        license=kinds[int(chance() ** 3 * len(kinds))],
        keywords=keyword_sets[int(chance() * len(keyword_sets))],
        themes=topic.themes,
        groups=topic.groups,
        spatial=(code,),
        temporal=period if form else Period(),
        frequency=FREQUENCIES[int(chance() * len(FREQUENCIES))],
        links=() if is_table else topic.links[first : first + files],
        version=version,
        versions=(version,),
        resources=(replace(topic.table, id=COPY_ID.format(4, number)),) if is_table else (),
    )


ABOUT = tuple(each.name for each in fields(About))


def fill(services: Services, count: int, *, seed: int = SEED) -> None:
    """Write so many datasets into the database of a portal that has none of them. Follow-up work is not queued."""
    words = vocabulary(seed)
    coming = records(count, seed=seed, words=words)
    with services.database.write() as session:
        session.add_all(_organization(each) for each in words.publishers)
        session.commit()
    while batch := tuple(islice(coming, BATCH)):
        with services.database.write() as session:
            connection = session.connection()
            for table, rows in _rows(batch).items():
                if rows:
                    names = ", ".join(rows[0])
                    places = ", ".join(f":{name}" for name in rows[0])
                    connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)
            session.commit()


def _organization(publisher: Publisher) -> OrganizationRow:
    return OrganizationRow(
        id=publisher.id,
        slug=publisher.slug,
        title_ja=publisher.title.ja,
        title_en="",
        homepage="",
        contact_name=publisher.contact.name,
        contact_email=publisher.contact.email,
        contact_url="",
        created=DAY,
    )


def _rows(batch: Sequence[DatasetRecord]) -> dict[str, list[dict[str, Any]]]:
    """Write datasets as SQLite keeps them: times and JSON are text."""
    rows: dict[str, list[dict[str, Any]]] = {
        kind.__tablename__: [] for kind in (DatasetRow, VersionRow, ResourceRow, VersionResourceRow)
    }
    for record in batch:
        about = About(**{name: getattr(record, name) for name in ABOUT})
        said = msgspec.json.encode(about).decode()
        changed = record.modified.strftime("%Y-%m-%d %H:%M:%S.%f")
        rows["datasets"].append(_dataset(record, said, changed))
        version = record.versions[0]
        rows["versions"].append(
            {
                "id": version.id,
                "dataset_id": record.id,
                "number": 1,
                "about": said,
                "label": "",
                "notes": "",
                "content_hash": record.id,
                "created": changed,
                "published": changed,
            }
        )
        for resource in record.resources:
            rows["resources"].append({"id": resource.id, "dataset_id": record.id, "name": resource.name})
            body = msgspec.json.encode(resource).decode()
            rows["version_resources"].append(
                {"version_id": version.id, "resource_id": resource.id, "position": 0, "body": body}
            )
    return rows


def _dataset(record: DatasetRecord, said: str, changed: str) -> dict[str, Any]:
    return {
        "id": record.id,
        "organization_id": record.publisher.id,
        "name": record.name,
        "slug": record.slug,
        "state": record.state.value,
        "access": record.access.value,
        "about": said,
        "edits": "{}",
        # The catalogue's own key would take most of the time; only which datasets share one matters here.
        "series_key": f"{zlib.crc32(record.description.ja.encode()):08x}-{record.spatial[0]}",
        "revision": record.revision,
        "created": changed,
        "modified": changed,
        "issued": changed,
        "current_version_id": record.versions[0].id,
    }


def main() -> None:
    """Make records, or fill a portal with them, and print how long it took."""
    from benchmarks.support import machine, open_services

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--portal", type=Path, help="fill a portal whose data folder this is")
    chosen = parser.parse_args()
    print(machine())
    began = time.perf_counter()
    if chosen.portal:
        services = open_services(chosen.portal)
        fill(services, chosen.count, seed=chosen.seed)
        services.database.dispose()
    else:
        words = vocabulary(chosen.seed)
        print(f"{len(words.topics):,} topics read in {time.perf_counter() - began:.1f} s")
        began = time.perf_counter()
        for number, record in enumerate(records(chosen.count, seed=chosen.seed, words=words)):
            if number < 8:
                print(f"  {record.title.ja} / {record.publisher.title.ja} / {len(record.links)} files")
    taken = time.perf_counter() - began
    print(f"{chosen.count:,} in {taken:.1f} s: {chosen.count / taken:,.0f} a second")


if __name__ == "__main__":
    main()
