"""What a published table's record tells about the rules: columns, schema, profiles, versions.

Each check answers a judgement, or `None` where the record does not tell. Profiles hold a few words of each column,
so a check may find that words break a rule, but only what is true of every row lets it say that a rule is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from app.quality import columns as of
from app.quality.judgement import Judgement, broken, kept, not_applicable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.catalog.record import Column, DatasetRecord, Table

Check = Callable[["Table", "DatasetRecord"], Judgement | None]

# From so many columns on that differ by a number only, a table is called wide.
WIDE = 5
_NAMELESS = re.compile(r"(?i)^(unnamed|column|field|col|列|項目|_)?[:\s_]*\d*$")
_SPACED_OUT = re.compile(r"^\w([ \u3000]+\w)+$")
_PLATFORM = re.compile(r"[\u2160-\u217f\u2460-\u24ff\u3220-\u324f\u3250-\u33ff\uff61-\uff9f\uf8f0-\uf8ff]")
_NUMBER = re.compile(r"\d+")
_OTHER = re.compile(r"^その他\s?[(:、・].")
_DITTO = frozenset({"同上", "〃", "々", "仝", "同じ", "″"})
_ALPHANUMERIC = re.compile(r"^[A-Za-z][A-Za-z0-9_.-]*$")
_SHORT_CODE = re.compile(r"^[0-9A-Za-z]{1,4}$")
_SYMBOL = re.compile(r"^[^\w\s]+$|^[xX*]$")
_CODE_OF_PLACE = re.compile(r"(地方公共団体|市区?町?村|都道府県|地域|自治体|標準地域|町字)_?(コード|ID)$")
_PREFECTURE = re.compile(r"^(北海道|東京都|(京都|大阪)府|\w{2,3}県)")
_PLACES = frozenset({"prefecture", "municipality", "address"})
_NAME_OF_PLACE = re.compile(r"^(都道府県名?|市区?町?村名?|住所|所在地|地方公共団体名)$")


def _named(table: Table, _: DatasetRecord) -> Judgement | None:
    nameless = [column for column in table.columns if _NAMELESS.match(of.plain(column.name))]
    if nameless:
        return broken(
            "意味の分からない列名があります",
            "Names of columns do not tell what they mean",
            len(nameless),
            of.names(nameless),
        )
    return kept("すべての列に名前があります", "Every column has a name", len(table.columns))


def _looks(table: Table, _: DatasetRecord) -> Judgement | None:
    found = [column for column in table.columns if _is_arranged(column)]
    if found:
        return broken(
            "体裁のための空白や改行が、列名か値にあります",
            "Names or values have blanks or line breaks for looks",
            len(found),
            of.names(found),
        )
    return None


def _is_arranged(column: Column) -> bool:
    """A name is checked for blanks between all of its letters, and names and values for blanks around them."""
    around = any(word != word.strip() for word in (column.name, *of.words_of(column)))
    spaced_out = bool(_SPACED_OUT.match(column.name)) and not column.name.isascii()
    return around or spaced_out or "\n" in column.name


def _characters(table: Table, _: DatasetRecord) -> Judgement | None:
    found = [column for column in table.columns if _PLATFORM.search("".join((column.name, *of.words_of(column))))]
    if found:
        return broken(
            "機種依存文字か半角カナが、列名か値の例にあります",
            "Names or examples of values have platform-dependent characters or half-width kana",
            len(found),
            of.names(found),
        )
    return None


def _one_line(table: Table, _: DatasetRecord) -> Judgement | None:
    found = [column for column in table.columns if any("\n" in word for word in (column.name, *of.words_of(column)))]
    if found:
        return broken("値の中に改行があります", "Values have line breaks inside", len(found), of.names(found))
    return None


def _numbers(table: Table, _: DatasetRecord) -> Judgement | None:
    texts = [column for column in table.columns if of.is_number_as_text(column)]
    if texts:
        return broken(
            "単位や桁区切りの混ざった数値が、文字として入っている列があります（値の例から）",
            "Columns hold numbers with units or separators as text (judged by examples)",
            len(texts),
            of.names(texts),
        )
    numbers = [column for column in table.columns if column.type in of.NUMBERS]
    if numbers:
        return kept("数値の列は、すべての行が数値です", "Columns of numbers are numbers in every row", len(numbers))
    return not_applicable("数値の列はありません", "There are no columns of numbers")


def _ditto(table: Table, _: DatasetRecord) -> Judgement | None:
    found = [column for column in table.columns if _DITTO.intersection(of.words_of(column))]
    if found:
        return broken("「同上」などの省略があります", "Values are left out as “ditto”", len(found), of.names(found))
    return None


def _unlike_names(table: Table, _: DatasetRecord) -> Judgement | None:
    seen = Counter(of.plain(column.name) for column in table.columns)
    doubles = sorted(name for name, count in seen.items() if count > 1)
    if doubles:
        return broken("同じ名前の列があります", "Columns have the same name", len(doubles), doubles)
    return kept("列名はすべて異なります", "All names of columns differ", len(table.columns))


def _choices(table: Table, _: DatasetRecord) -> Judgement | None:
    varied = [column for column in table.columns if column.meaning in of.CODES and _varies(of.words_of(column))]
    if varied:
        return broken(
            "幅や大文字・小文字だけが違う選択肢があります",
            "Choices differ by width or case only",
            len(varied),
            of.names(varied),
        )
    choices = [column for column in table.columns if of.listed(column)]
    if choices:
        return kept(
            "定義にある選択肢だけが使われています",
            "Only choices that the definition lists are used",
            len(choices),
            of.names(choices),
        )
    return None


def _varies(words: tuple[str, ...]) -> bool:
    return len({of.plain(word).casefold() for word in words}) < len(words)


def _other(table: Table, _: DatasetRecord) -> Judgement | None:
    found = [column for column in table.columns if any(map(_OTHER.match, map(of.plain, of.words_of(column))))]
    if found:
        return broken("「その他」に詳細が混ざっています", "Details are mixed into “other”", len(found), of.names(found))
    return None


def _code_tables(table: Table, _: DatasetRecord) -> Judgement | None:
    coded = [column for column in table.columns if of.listed(column) or _is_coded(column)]
    explained = _references(table)
    bare = [column for column in coded if not (of.listed(column) or column.description or column.name in explained)]
    if bare:
        return broken("コード表のないコードの列があります", "Columns of codes have no table", len(bare), of.names(bare))
    if coded:
        return kept(
            "コードの意味は列の定義か参照先の表にあります",
            "Codes are explained by the definition or the table referred to",
            len(coded),
            of.names(coded),
        )
    return not_applicable("コードで書かれた選択肢の列は見当たりません", "No column of coded choices was seen")


def _is_coded(column: Column) -> bool:
    """A column of short codes; words explain themselves, and standard codes have tables of their own."""
    words = of.words_of(column)
    return column.meaning in of.CODES and bool(words) and all(map(_SHORT_CODE.match, map(of.plain, words)))


def _references(table: Table) -> frozenset[str]:
    """Columns that refer to another table."""
    keys = table.schema.get("foreignKeys")
    listed: list[str] = []
    for key in keys if isinstance(keys, list) else ():
        fields = key.get("fields") if isinstance(key, dict) else None
        listed += [fields] if isinstance(fields, str) else fields if isinstance(fields, list) else []
    return frozenset(map(str, listed))


def _symbols(table: Table, _: DatasetRecord) -> Judgement | None:
    undefined: list[Column] = []
    defined: list[Column] = []
    shared = table.schema.get("missingValues")
    for column in table.columns:
        if column.type not in of.NUMBERS:
            continue
        words = of.field_of(column).get("missingValues", shared)
        symbols = [word for word in words if _is_symbol(word)] if isinstance(words, list) else []
        if symbols:
            (undefined if any(map(_lacks_label, symbols)) else defined).append(column)
    if undefined:
        return broken(
            "数値の列に、意味の書かれていない記号があります",
            "Columns of numbers use symbols that nothing defines",
            len(undefined),
            of.names(undefined),
        )
    if defined:
        return kept("記号の意味が書かれています", "Symbols are defined", len(defined), of.names(defined))
    return not_applicable("数値の列に記号はありません", "There are no symbols in columns of numbers")


def _is_symbol(word: object) -> bool:
    value = word.get("value") if isinstance(word, dict) else word
    return isinstance(value, str) and bool(_SYMBOL.match(of.plain(value)))


def _lacks_label(word: object) -> bool:
    return not (isinstance(word, dict) and word.get("label"))


def _units(table: Table, _: DatasetRecord) -> Judgement | None:
    quantities = [column for column in table.columns if of.is_quantity(column)]
    if not quantities and any(map(of.may_be_quantity, table.columns)):
        return None
    if not quantities:
        return not_applicable("単位の要る数値の列はありません", "No column of numbers needs a unit")
    bare = [column for column in quantities if not of.has_unit(column)]
    if bare:
        return broken("単位のない数値の列があります", "Columns of numbers have no unit", len(bare), of.names(bare))
    return kept("数値の列に単位があります", "Columns of numbers have a unit", len(quantities), of.names(quantities))


def _times(table: Table, _: DatasetRecord) -> Judgement | None:
    times = [column for column in table.columns if of.is_time(column) and of.is_known(column)]
    eras = [column for column in times if of.in_eras(column)]
    if eras:
        return broken("和暦だけの日付があります", "There are dates in Japanese eras only", len(eras), of.names(eras))
    unread = [column for column in times if of.is_unread_time(column)]
    if unread:
        return broken(
            "日付として読めない値のある列があります",
            "Columns of dates hold values that are no dates",
            len(unread),
            of.names(unread),
        )
    if times:
        return kept("日時は西暦で書かれています", "Times are of the common era", len(times), of.names(times))
    return not_applicable("日時の列はありません", "There are no columns of times")


def _places(table: Table, _: DatasetRecord) -> Judgement | None:
    coded = [column for column in table.columns if _has_place_codes(column)]
    if coded:
        return kept("地域コードの列があります", "There is a column of codes of places", len(coded), of.names(coded))
    places = [
        column for column in table.columns if column.meaning in _PLACES or _NAME_OF_PLACE.match(of.plain(column.name))
    ]
    official = [column for column in places if _is_official(column)]
    if official:
        return kept(
            "都道府県からの正式な名称があります",
            "Official names from the prefecture on are given",
            len(official),
            of.names(official),
        )
    if places:
        return broken(
            "地名の列に、地域コードも都道府県名もありません",
            "Columns of places have neither codes nor prefectures",
            len(places),
            of.names(places),
        )
    return not_applicable("地名の列は見当たりません", "No column of places was seen")


def _has_place_codes(column: Column) -> bool:
    return column.meaning in {"municipality-code", "town-id"} or bool(_CODE_OF_PLACE.search(of.plain(column.name)))


def _is_official(column: Column) -> bool:
    words = of.words_of(column)
    return bool(words) and all(map(_PREFECTURE.match, words))


def _definitions(table: Table, dataset: DatasetRecord) -> Judgement | None:
    undefined = [column for column in table.columns if not of.defined(column)]
    if undefined:
        return broken("説明のない列があります", "Columns have no description", len(undefined), of.names(undefined))
    if not dataset.frequency:
        return broken("更新頻度が書かれていません", "How often the data is updated is not stated")
    foreign = [column.name for column in table.columns if not _ALPHANUMERIC.match(column.name)]
    if foreign:
        return kept(
            "列の定義、更新頻度、版の履歴、文字コードがあります（列名は英数字以外を含みます）",
            "Columns, frequency, versions and encoding are stated (names of columns are not all alphanumeric)",
            len(table.columns),
        )
    return kept(
        "列の定義、更新頻度、版の履歴、文字コードがあり、列名は英数字です",
        "Columns, frequency, versions and encoding are stated, and names of columns are alphanumeric",
        len(table.columns),
    )


def _long(table: Table, _: DatasetRecord) -> Judgement | None:
    series: dict[str, list[str]] = {}
    for column in table.columns:
        name = of.plain(column.name)
        if skeleton := _NUMBER.sub("#", name) if _NUMBER.search(name) else "":
            series.setdefault(skeleton, []).append(column.name)
    wide = _flat(group for group in series.values() if len(group) >= WIDE)
    if wide:
        return broken(
            "年や年齢などの数だけが違う列が並んでいます",
            "Columns differ by a number only, such as a year or an age",
            len(wide),
            wide,
        )
    return kept("数だけが違う列の並びはありません", "No columns differ by a number only")


def _flat(groups: Iterable[list[str]]) -> list[str]:
    return [name for group in groups for name in group]


CHECKS: Mapping[str, Check] = {
    "L1-05": _named,
    "L1-06": _looks,
    "L1-08": _characters,
    "L1-14": _one_line,
    "L2-01": _numbers,
    "L2-02": _ditto,
    "L2-03": _unlike_names,
    "L2-04": _choices,
    "L2-05": _other,
    "L3-02": _code_tables,
    "L3-03": _symbols,
    "L3-04": _units,
    "L3-05": _times,
    "L3-06": _places,
    "L3-08": _definitions,
    "L3-09": _long,
}
