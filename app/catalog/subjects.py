"""What a dataset is about, worked out from its words: themes, groups and keywords."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from app.catalog import vocabularies
from app.catalog.periods import plain, without_periods
from app.catalog.places import names, place_of
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.catalog.record import DatasetRecord
    from app.catalog.vocabularies import StandardDataset

MOST_THEMES = 3
MOST_KEYWORDS = 6
ADMINISTRATION = "GOVE"

_LONGEST = 500
_SHORTEST = 2
_KANJI = r"\u3400-\u9fff々"
_KATAKANA = r"\u30a1-\u30fa\u30fc"
# Words of kanji and katakana, with the letters of an inflection inside or at the end of one (取り組み, 子育て).
_INFLECTION = rf"(?<=[{_KANJI}])[いえきぎけげしじせちてねびべみめりれ]"
_RUNS = re.compile(
    rf"[{_KANJI}{_KATAKANA}]+(?:{_INFLECTION}[{_KANJI}{_KATAKANA}]+)*(?:{_INFLECTION}(?![ぁ-ん]))?"
    r"|[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*"
)
# After these a new word begins; after any other hiragana a kanji may be the rest of one (あきる野, ひとり親).
_BEFORE_WORDS = frozenset("のにをとはがでやもへなたい")
_IS_HIRAGANA = re.compile(r"[ぁ-ん]")
_IS_KANJI = re.compile(rf"[{_KANJI}]")
_NUMBERED = re.compile(
    r"(?:第[一二三四五六七八九十]+|第?(?<![A-Za-z0-9\-])[0-9]+)(?:回|期|章|節|号|次|巻|編|部|条|版)"
    rf"|第?(?<![A-Za-z0-9\-])[0-9][0-9,.]*[{_KANJI}{_KATAKANA}]*"
)
_LATIN = re.compile(r"[a-z0-9]+")
_JOINTS = re.compile(
    r"及び|並びに|又は|若しくは|または|および|における|に関する|について|のうち|から|より|まで|による|に伴い|に対する"
)
# 個人情報 and 統計資料 would be other words without their ends.
_ENDINGS = re.compile(r"(?<=..)(?:一覧表|一覧|集計表|統計表|等)$|(?<=...)(?:情報|状況|関係|資料|集計|結果)$")
_YEAR_OF_ERA = re.compile(r"[MTSHR][0-9]{1,2}")
_KINDS_OF_PLACES = tuple("都道府県市区町村")
# Words that stand in titles of everything, and so say of nothing what it is.
_SAID_EVERYWHERE = (
    "一覧 一覧表 情報 データ オープンデータ 資料 別表 附属 添付 統計 統計表 結果 概要 詳細 最新 年度 令和 平成 昭和 "
    "データセット リスト ファイル ページ 以降 以前 現在 時点 全体 各種 その他 関係 関連 状況 年版 年報 月報 月分 "
    "開催 執行 策定 実施 参考 本文 推移 内訳 抜粋 速報 公表 目次 全文 旧版 "
    "the and for with from data dataset list file open of in by to on at page vol ver no "
    "csv tsv txt xlsx xls excel doc docx word pdf json geojson xml html zip kml kmz shp jpg jpeg png kb mb gb"
)
_EVERYWHERE = frozenset(_SAID_EVERYWHERE.split())


def standards(record: DatasetRecord) -> tuple[StandardDataset, ...]:
    """Answer the standard datasets that the tables follow, each once."""
    ids = dict.fromkeys(resource.intake.standard for resource in record.resources if resource.intake)
    known = vocabularies.standard_datasets()
    return tuple(known[each] for each in ids if each in known)


def themes_of_groups(groups: Iterable[str]) -> tuple[str, ...]:
    """Answer the themes that go with groups."""
    return _some(vocabularies.group_theme(group) for group in groups)


def groups_of_themes(themes: Iterable[str]) -> tuple[str, ...]:
    """Answer the groups that go with themes, where only one does."""
    return _some(vocabularies.groups_of_themes().get(theme, "") for theme in themes)


def themes_in_words(record: DatasetRecord) -> tuple[str, ...]:
    """Answer the themes of which a word stands in the title, the keywords or the groups' names."""
    groups = (vocabularies.groups().get(code) for code in record.groups)
    named = (theme for words in record.keywords if (theme := vocabularies.theme_of(words)))
    texts = [record.title.ja, record.title.en, *record.keywords, *(group.title.ja for group in groups if group)]
    text = " ".join(words[:_LONGEST] for words in texts)[: 4 * _LONGEST]
    folded = unicodedata.normalize("NFKC", text).casefold()
    latin, others = _theme_words()
    found = [(place, code) for word, place, code in others if word in folded]
    found += [latin[word] for word in latin.keys() & _LATIN.findall(folded)]
    return _some((*named, *(code for _, code in sorted(found))))


def keywords_of(record: DatasetRecord) -> tuple[str, ...]:
    """Answer words that stand in the title, and the names of the standard datasets; else the first theme's name."""
    words = [*_words_of(record.title.ja), *_words_of(record.title.en)]
    names = [standard.title.ja for standard in standards(record)]
    found = tuple(dict.fromkeys([*words, *names]))[:MOST_KEYWORDS]
    if found:
        return found
    # A publisher may say themes that no vocabulary has.
    known = vocabularies.themes()
    theme = next(filter(None, map(known.get, (*record.themes, ADMINISTRATION))), None)
    return (theme.title.ja,) if theme else ()


def how_keywords(record: DatasetRecord) -> Text:
    """Say where derived keywords come from."""
    if any(_words_of(words) for _, words in record.title.both()):
        return Text("題名にある言葉です。", "Words of the title.")
    if standards(record):
        return Text("従っている標準データセットの名前です。", "The name of the standard dataset that it follows.")
    return Text("分野の名前です。", "The name of its theme.")


# Which words there are, and whether there are any, is asked of the same title.
@lru_cache(maxsize=64)
def _words_of(title: str) -> tuple[str, ...]:
    text = _NUMBERED.sub(" ", _JOINTS.sub(" ", without_periods(title) or plain(title)))
    runs = (_ENDINGS.sub("", found[0]) for found in _RUNS.finditer(text) if _is_whole(text, found))
    return tuple(run for run in runs if _tells_something(run))


def _tells_something(word: str) -> bool:
    is_common = word.casefold() in _EVERYWHERE or bool(_YEAR_OF_ERA.fullmatch(word))
    return len(word) >= _SHORTEST and not is_common and not _is_place(word)


def _is_whole(text: str, found: re.Match[str]) -> bool:
    """Say whether a word begins here, as far as letters tell."""
    before = text[found.start() - 1 : found.start()] if found.start() else ""
    is_joined = bool(_IS_HIRAGANA.match(before) and _IS_KANJI.match(found[0]))
    return not is_joined or before in _BEFORE_WORDS


def _is_place(word: str) -> bool:
    return word.endswith(_KINDS_OF_PLACES) and (word in names() or place_of(word) is not None)


def _some(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if code))[:MOST_THEMES]


@cache
def _theme_words() -> tuple[Mapping[str, tuple[int, str]], tuple[tuple[str, int, str], ...]]:
    """Answer the words of themes, in small letters, with their places in the table and their codes, Latin ones apart.

    Codes and addresses are no words of a title.
    """
    codes = {code.casefold().replace("_", "") for code in vocabularies.themes().concepts}
    words = [
        (word, place, concept.code)
        for place, (word, concept) in enumerate(vocabularies.themes().words.items())
        if len(word) >= _SHORTEST and word not in codes and not word.startswith("http")
    ]
    latin = {word: (place, code) for word, place, code in words if word.isascii()}
    return latin, tuple(each for each in words if not each[0].isascii())
