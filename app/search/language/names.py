"""The names before a colon that the query language knows, in Japanese and English."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.search.engine import Facet

if TYPE_CHECKING:
    from collections.abc import Mapping


class Part(StrEnum):
    """A part of a dataset that words can be sought in; the value is the field of the index."""

    TITLE = "title"
    KEYWORDS = "keywords"
    DESCRIPTION = "description"
    COLUMNS = "columns"
    VALUES = "values"
    RESOURCES = "resources"


class DateField(StrEnum):
    """What can be asked for by date."""

    UPDATED = "updated"
    PERIOD = "period"


Named = Part | DateField | Facet

# Facet.PERIOD is asked for by date: period:2021, period:2015..2020.
_NAMES: Mapping[Named, str] = {
    Part.TITLE: "title タイトル 題名 件名 データ名",
    Part.KEYWORDS: "keyword keywords tag tags キーワード タグ",
    Part.DESCRIPTION: "description notes 説明 概要",
    Part.COLUMNS: "column columns field 列 列名 項目 項目名",
    Part.VALUES: "value values cell 値 セル",
    Part.RESOURCES: "file files resource resources distribution ファイル ファイル名 リソース",
    DateField.UPDATED: "updated modified 更新 更新日 最終更新",
    DateField.PERIOD: "period year 期間 対象期間 年",
    Facet.PUBLISHER: "publisher organization 提供者 公開者 提供元 組織 局",
    Facet.THEME: "theme category group テーマ 分野 分類 グループ",
    Facet.FORMAT: "format filetype 形式 ファイル形式 フォーマット",
    Facet.LICENSE: "license licence ライセンス 利用条件",
    Facet.PLACE: "place area 場所 地域 区市町村 市区町村",
    Facet.FREQUENCY: "frequency 頻度 更新頻度",
    Facet.QUALITY: "quality 品質 評価",
    Facet.STANDARD: "standard 標準 標準データセット",
}
NAMES: Mapping[str, Named] = MappingProxyType(
    {name: named for named, names in _NAMES.items() for name in names.split()}
)
LONGEST = max(map(len, NAMES))


def named(word: str) -> Named | None:
    """Find what a name stands for, however wide or large its letters are."""
    if len(word) > LONGEST * 2:
        return None
    return NAMES.get(unicodedata.normalize("NFKC", word).casefold())
