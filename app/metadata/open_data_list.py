"""The catalogue as オープンデータ一覧, number 06 of the 自治体標準オープンデータセット of Japan's Digital Agency.

The columns and their order are those of lists that prefectures publish under this number (seen: one of 2023); the
definition itself, データ項目定義書A, was not at hand, and later editions may differ. Importers find columns by name.

One row for each file, what is said of its dataset beside it; a dataset without files has one row. Several values in a
cell stand with a semicolon between them, days as YYYY-MM-DD, and what nobody said stays empty.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from app.catalog import addresses, vocabularies
from app.catalog.coverage import day_of
from app.catalog.places import place_of
from app.metadata.links import email_address, web_link
from app.metadata.versions import version_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, Link, Period, ResourceRecord

# The columns as they are published; see above.
COLUMNS = (
    "データセット_ID",
    "全国地方公共団体コード",
    "地方公共団体名",
    "データセット_タイトル",
    "データセット_サブタイトル",
    "データセット_概要",
    "データセット_キーワード",
    "データセット_分類",
    "データセット_ユニバーサルメニュー",
    "データセット_公開日",
    "データセット_最終更新日",
    "データセット_バージョン",
    "データセット_言語",
    "データセット_URL",
    "データセット_更新頻度",
    "データセット_準拠する標準",
    "データセット_関連ドキュメント",
    "データセット_来歴情報",
    "データセット_対象地域",
    "データセット_対象期間",
    "データセット_連絡先名称",
    "データセット_連絡先メールアドレス",
    "データセット_連絡先電話番号",
    "データセット_連絡先内線番号",
    "データセット_連絡先FormURL",
    "データセット_連絡先備考（その他、SNSなど）",
    "データセット_備考",
    "ファイル_タイトル",
    "ファイル_アクセスURL",
    "ファイル_ダウンロードURL",
    "ファイル_説明",
    "ファイル形式",
    "ファイル_ライセンス",
    "ファイル_ステータス",
    "ファイル_サイズ",
    "ファイル_公開日",
    "ファイル_最終更新日",
    "ファイル_利用規約",
    "ファイル_関連ドキュメント",
    "ファイル_言語",
    "ファイル_準拠する標準",
    "ファイル_API対応有無",
)


def header() -> bytes:
    """The first line, in UTF-8."""
    return _written((dict(zip(COLUMNS, COLUMNS, strict=True)),))


def lines(record: DatasetRecord, site: Site) -> bytes:
    """The rows of one dataset, in UTF-8."""
    of_dataset = _dataset_cells(record, site)
    of_files = [
        *(_resource_cells(record, each, site) for each in record.resources),
        *(_link_cells(record, each, site) for each in record.links),
    ]
    return _written(of_dataset | of_file for of_file in (of_files or [{}]))


def _dataset_cells(record: DatasetRecord, site: Site) -> dict[str, str]:
    area = place_of(record.publisher.area)
    contact = record.contact
    return {
        "データセット_ID": record.id,
        "全国地方公共団体コード": area.code if area else "",
        "地方公共団体名": record.publisher.title.get("ja"),
        "データセット_タイトル": record.title.get("ja"),
        "データセット_概要": record.description.get("ja"),
        "データセット_キーワード": ";".join(record.keywords),
        "データセット_分類": ";".join(_labels(vocabularies.themes(), record.themes)),
        "データセット_公開日": _day(record.issued),
        "データセット_最終更新日": _day(record.changed),
        "データセット_バージョン": version_name(record.version) if record.version else "",
        "データセット_言語": ";".join(record.languages),
        "データセット_URL": site.absolute(addresses.dataset(record.path)),
        "データセット_更新頻度": ";".join(_labels(vocabularies.frequencies(), (record.frequency,))),
        "データセット_準拠する標準": ";".join(record.conforms_to),
        "データセット_関連ドキュメント": web_link(record.homepage),
        "データセット_来歴情報": record.provenance.get("ja"),
        "データセット_対象地域": ";".join(_place(words) for words in record.spatial),
        "データセット_対象期間": _period(record.temporal),
        "データセット_連絡先名称": contact.name,
        "データセット_連絡先メールアドレス": email_address(contact.email),
        "データセット_連絡先FormURL": web_link(contact.url),
        "データセット_備考": record.caveats.get("ja"),
    }


def _resource_cells(record: DatasetRecord, each: ResourceRecord, site: Site) -> dict[str, str]:
    return _license_cells(record) | {
        "ファイル_タイトル": each.title.get("ja") or each.name,
        "ファイル_アクセスURL": site.absolute(addresses.resource(record.slug, each.name)),
        "ファイル_ダウンロードURL": site.absolute(addresses.data(record.path, each.file.name)),
        "ファイル_説明": each.description.get("ja"),
        "ファイル形式": ("csv" if each.table else each.format).lower(),
        "ファイル_サイズ": str(each.file.size),
        "ファイル_公開日": _day(record.issued),
        "ファイル_最終更新日": _day(record.version.published if record.version else None),
        "ファイル_API対応有無": "有" if each.table else "無",
    }


def _link_cells(record: DatasetRecord, each: Link, site: Site) -> dict[str, str]:
    return _license_cells(record) | {
        "ファイル_タイトル": each.title.get("ja") or each.name,
        "ファイル_アクセスURL": site.absolute(addresses.dataset(record.path)),
        "ファイル_ダウンロードURL": web_link(each.url),
        "ファイル_説明": each.description.get("ja"),
        "ファイル形式": each.format.lower(),
        "ファイル_サイズ": "" if each.size is None else str(each.size),
        "ファイル_最終更新日": _day(each.modified),
        "ファイル_API対応有無": "無",
    }


def _license_cells(record: DatasetRecord) -> dict[str, str]:
    return {
        "ファイル_ライセンス": record.license.name or record.license.title.get("ja"),
        "ファイル_利用規約": web_link(record.license.url),
        "ファイル_言語": ";".join(record.languages),
    }


def _labels(vocabulary: vocabularies.Vocabulary, codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(concept.title.get("ja") for code in codes if (concept := vocabulary.get(code)))


def _place(words: str) -> str:
    found = place_of(words)
    return found.name.get("ja") if found else words


def _period(period: Period) -> str:
    days = (period.start, period.end)
    return "/".join("" if day is None else day.isoformat() for day in days) if any(days) else ""


def _day(moment: datetime | None) -> str:
    return "" if moment is None else day_of(moment).isoformat()


def _written(rows: Iterable[Mapping[str, str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.DictWriter(written, COLUMNS, restval="", lineterminator="\r\n").writerows(rows)
    # PostgreSQL and JSON let through what no encoding has: half a pair of surrogates.
    return written.getvalue().encode("utf-8", "replace")
