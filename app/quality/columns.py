"""What columns say of themselves: the words known of them, and of what kind they are."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.catalog.record import Column

NUMBERS = frozenset({"integer", "number"})
TEXTS = frozenset({"string", "any"})
TIMES = frozenset({"date", "datetime", "time", "year", "yearmonth", "duration"})

# Codes of `meanings`: numbers that say nothing without a unit, and those that need none.
QUANTITIES = frozenset({"money", "count", "measure", "share", "age", "altitude"})
NO_QUANTITIES = frozenset(
    {
        *("id", "code", "municipality-code", "corporate-number", "town-id", "postal-code", "phone"),
        *("latitude", "longitude", "year", "fiscal-year", "weekday", "category", "yes-no", "individual-number"),
        *("sex", "date", "datetime", "time", "period"),
    }
)
CODES = frozenset({"code", "category"})
MOMENTS = frozenset({"date", "datetime", "time", "fiscal-year", "year", "birth-date"})

_NO_QUANTITY = re.compile(
    r"(?i)番号|コード|フラグ|区分|緯度|経度|年度?$|月$|日$|曜日|順位|(id|code|flag|year|latitude|longitude)$|(^|[^a-z])(no|lat|lon|lng)\.?$"
)
_QUANTITY = re.compile(
    r"(数|数量|量|額|金|費|料|価格|単価|率|割合|面積|人口|距離|長さ|延長|高さ|標高|幅|重さ|重量|口径|気温|温度)$"
)
_UNIT = (
    r"(十|百|千|万|百万|十億|億)?(円|人|名|件|世帯|台|戸|棟|室|床|歳|年|か月|ヶ月|日|時間|分|秒|回|本|個|枚|冊|点|箇所|か所|校|園|社|店|施設"
    r"|平米|平方メートル|立方メートル|メートル|キロメートル|トン|度|[cmk]?m[23]?|ha|a|k?g|t|[mk]?l|k?w|k?wh|%|パーセント|ポイント|℃|°c)"
)
_UNIT_IN_NAME = re.compile(rf"(?i)[(\[](単位[::]\s?)?{_UNIT}(/[^()\[\]]{{1,9}})?[)\]]")
# "人数" and the like count what they name.
_COUNTER = re.compile(r"(人|世帯|件|台|戸|棟|室|床|回|日|個|本|枚|冊|箇所|か所|校|園|社|店舗|施設)数$")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_NAME_OF_TIME = re.compile(r"(年月日|日付|日時|年月|年度|期日|(開始|終了|更新|登録|公開|調査)日)$")
_ERA = re.compile(r"^(明治|大正|昭和|平成|令和|[MTSHR](?=\.?\d))\s?\.?(元|\d)")
_DAY = re.compile(r"^\d{4}([-/.年]\d{1,2}([-/.月]\d{1,2}日?)?月?)?年?$")
_NUMBER_WITH_TEXT = re.compile(
    r"^[-+△▲]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?\s?(円|千円|万円|人|名|件|世帯|台|%|m2|m|km|歳)?$"
)


def plain(words: str) -> str:
    """Fold width, so that one pattern fits both."""
    return unicodedata.normalize("NFKC", words[:200]).strip()


def words_of(column: Column) -> tuple[str, ...]:
    """The words of a column that are known: its most frequent ones and its ends."""
    profile = column.profile
    if profile is None:
        return ()
    ends = (word for word in (profile.minimum, profile.maximum) if word is not None)
    return tuple(dict.fromkeys((*profile.examples, *ends)))


def names(columns: Iterable[Column]) -> tuple[str, ...]:
    """Name columns as places of evidence."""
    return tuple(column.name for column in columns)


def field_of(column: Column) -> dict[str, Any]:
    """The column's Table Schema field; empty where there is none."""
    return column.field or {}


def constraints_of(column: Column) -> dict[str, Any]:
    """The field's constraints; whatever is no object is none."""
    constraints = field_of(column).get("constraints")
    return constraints if isinstance(constraints, dict) else {}


def listed(column: Column) -> bool:
    """Say whether the definition lists what the values may be."""
    return bool(field_of(column).get("categories") or constraints_of(column).get("enum"))


def defined(column: Column) -> bool:
    """Say whether something beyond its name tells what the column means."""
    titled = column.title and column.title.get("ja") != column.name
    return bool(column.description or column.meaning not in {"", "text", "number"} or titled)


def is_quantity(column: Column) -> bool:
    """Say whether its numbers surely need a unit: by their meaning, unit or name, or because they have decimals."""
    if column.unit or column.meaning in QUANTITIES:
        return column.meaning not in NO_QUANTITIES
    name = _without_brackets(column.name)
    if column.type not in NUMBERS or column.meaning in NO_QUANTITIES or _NO_QUANTITY.search(name):
        return False
    return column.type == "number" or bool(_QUANTITY.search(name)) or has_unit(column)


def may_be_quantity(column: Column) -> bool:
    """Say whether its numbers may need a unit, as far as is known."""
    unlike = column.meaning in NO_QUANTITIES or _NO_QUANTITY.search(_without_brackets(column.name))
    return column.type in NUMBERS and not unlike


def has_unit(column: Column) -> bool:
    """Say whether a unit stands in the definition or in the name or title: in brackets, or as what is counted."""
    labels = [plain(label) for label in (column.name, column.title.ja, column.title.en)]
    return bool(column.unit) or any(
        _UNIT_IN_NAME.search(label) or _COUNTER.search(_without_brackets(label)) for label in labels
    )


def _without_brackets(name: str) -> str:
    return _BRACKETS.sub("", plain(name)).strip()


def is_number_as_text(column: Column) -> bool:
    """Say whether all the words that are known are numbers with separators or units, kept as text."""
    if column.type not in TEXTS or column.meaning in NO_QUANTITIES or _NO_QUANTITY.search(plain(column.name)):
        return False
    words = words_of(column)
    return bool(words) and all(map(_NUMBER_WITH_TEXT.match, map(plain, words))) and not all(map(str.isdecimal, words))


def is_time(column: Column) -> bool:
    """Say whether its values are dates, times or years."""
    return column.type in TIMES or column.meaning in MOMENTS or bool(_NAME_OF_TIME.search(plain(column.name)))


def is_known(column: Column) -> bool:
    """Say whether its type holds for every value, or words of it are known."""
    return column.type not in TEXTS or bool(words_of(column))


def in_eras(column: Column) -> bool:
    """Say whether a known word is a date in a Japanese era."""
    return any(_ERA.match(plain(word)) for word in words_of(column))


def is_unread_time(column: Column) -> bool:
    """Say whether a time is kept as text that is no date of the common era either."""
    return column.type in TEXTS and not all(_DAY.match(plain(word)) for word in words_of(column))
