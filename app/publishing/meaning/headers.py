"""What a column's name says of its values, in Japanese and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from app.publishing.forms.units import UNITS

_LONGEST_NAME = 200
_BRACKET = re.compile("[(\\[【〔<]([^()\\[\\]【】〔〕<>]{1,20})[)\\]】〕>]")
_UNIT_PREFIX = re.compile("単位[:は ]*")
_CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")

# A name means what its first matching line says; the words of the column must agree all the same.
_SAYINGS: tuple[tuple[str, str], ...] = (
    ("municipality-code", "団体コード|市区?町村コード|都道府県コード又は|^(lgcode|(jis|city|municipality)_?code)$"),
    ("corporate-number", "法人番号|corporate_?number"),
    ("individual-number", "個人番号|マイナンバー"),
    ("town-id", "町字_?id$"),
    ("postal-code", "郵便番号|^〒$|^(zip|postal)(_?code)?$"),
    ("phone", "電話(番号)?[0-9]*$|電話番号|^(tel|fax|phone|telephone)$|ファック?ス(番号)?$|(tel|fax)(番号)?$"),
    ("email", "メール(アドレス)?$|e-?mail|メールアドレス"),
    ("url", "url|uri$|ホームページ|link$"),
    ("birth-date", "生年月日|誕生日|birth_?(date|day)|date_?of_?birth"),
    ("fiscal-year", "(?<![0-9元前当今昨翌本同])年度$|^fiscal_?year$|^fy$"),
    ("datetime", "日時"),
    ("date", "(?<![0-9曜祝平何])(?<!休業|定休|休館|延べ)日付?$|年月日|日付|^(date|day)$|_date$|^date_|_on$|年月$"),
    ("time", "時刻|(開始|終了|開館|閉館|開店|閉店)時間|^time$|_time$"),
    ("weekday", "曜日"),
    ("period", "期間$"),
    ("latitude", "^(緯度|北緯)|緯度$|緯度[:：]|^(lat|latitude)$|_lat$|^lat_"),
    ("longitude", "^(経度|東経)|経度$|経度[:：]|^(lon|lng|long|longitude)$|_(lon|lng)$|^(lon|lng)_"),
    ("altitude", "^(標高|海抜)|標高$|高度の値|^(alt|altitude|elevation)$"),
    ("name-kana", "カナ|フリガナ|ふりがな|よみ(がな)?$|読み$|kana$|furigana"),
    ("name-english", "英字|英語|英名|ローマ字|name[_-]en(glish)?$"),
    ("address", "連結表記|住所|所在地$|店舗所在地|^address$|^場所$"),
    ("prefecture", "都道府県(名)?$|^(pref|prefecture)(_?name)?$"),
    ("municipality", "市区?町村(名)?$|^市町$|地方公共団体名|^(city|municipality)(_?name)?$"),
    ("sex", "性別|^(sex|gender)$"),
    ("age", "年齢$|^age$"),
    ("note", "備考|注記|特記事項|摘要|^(notes?|remarks?|comment)$"),
    ("person-name", "氏名|(代表者|担当者|責任者)名?$|管理者名$|患者名|^(first|last|family|given|full)_?name$"),
    ("yes-no", "有無|フラグ|flag$|災害種別_|かどうか|の可否|^has_|^is_"),
    ("code", "コード([_(]|$)|code$|_cd$|^cd$|^geo3x3$|(?<![出初])版$|バージョン$|^version$"),
    ("id", "^(.*[_\\- ])?(id|no|no\\.)$|(?<!電話|郵便|内線)番号$|識別(子|値)|連番|^#$|^№$"),
    ("share", "率$|割合$|比率|構成比|パーセント|ratio$|percent(age)?$|(?<!単)比$"),
    ("money", "金額|予算額|決算額|価格|単価|料金|税額|費用?$|額$|収入$|支出$|^(price|amount|cost)$"),
    ("count", "人口|世帯数|総数|定員|(?<![指係関])数$|^(男|女)$|(男|女)性$|population|^count$|_count$"),
    ("measure", "面積|距離|延長$|重量|体積|幅員|水位|気温|温度|降水量|^(area|length|height|weight|distance)$"),
    ("year", "西暦|(?<![0-9元前当今昨翌本同])年$|^年次$|^year$|_year$"),
    ("category", "種別|区分|分類|種類|カテゴリ|ジャンル|^(type|category|kind|class)$"),
    ("name", "名$|名称|^name$|[_-]name$|^title$|タイトル"),
)  # fmt: skip
_PATTERNS: Mapping[str, re.Pattern[str]] = {meaning: re.compile(pattern) for meaning, pattern in _SAYINGS}


@dataclass(frozen=True, slots=True)
class Header:
    """A column's name in plain form, the meanings it may stand for (likeliest first), and the unit it names."""

    words: str
    meanings: tuple[str, ...]
    unit: str = ""


def understand(name: str) -> Header:
    """Read a column's name."""
    words = unicodedata.normalize("NFKC", name[:_LONGEST_NAME])
    unit = ""
    for match in _BRACKET.finditer(words):
        unit = _unit(match[1]) or unit
    bare = _BRACKET.sub("", words) if unit else words
    bare = re.sub("\\s+", "" if not bare.isascii() else "_", bare.strip())
    bare = _CAMEL.sub("_", bare).lower() if bare.isascii() else bare.lower()
    found = tuple(meaning for meaning, pattern in _PATTERNS.items() if _says(pattern, bare))
    if {"latitude", "longitude"} <= set(found):
        found = tuple(meaning for meaning in found if meaning not in {"latitude", "longitude"})
    return Header(bare, found, unit)


def _says(pattern: re.Pattern[str], name: str) -> bool:
    """Ask the whole name, then the name without what stands in brackets."""
    return pattern.search(name) is not None or pattern.search(_BRACKET.sub("", name)) is not None


def _unit(words: str) -> str:
    bare = _UNIT_PREFIX.sub("", words.strip()).strip()
    # NFKC has made ㎡ into m2 and ㎞ into km; the table knows both.
    return UNITS.get(bare, "")
