"""Letters: which are written without blanks between words, and which spellings count as the same."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "metadata" / "search"

LETTERS = (
    "\u3005-\u3007\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\uac00-\ud7a3\u1100-\u11ff"
)
# A run never starts with ー: after a digit it stands for a hyphen (03ー1234), and it begins no word.
WORD_CHARACTER = rf"[^\W_\u30fc{LETTERS}]"
RUN = re.compile(rf"(?P<letters>[{LETTERS}][{LETTERS}\u30fc]*)|(?P<word>{WORD_CHARACTER}+)")

# Which glyph of a letter is meant: 辺 with a selector is 辺.
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
# Strokes that people type for ー inside katakana; the ASCII hyphen joins words there (アジア-アフリカ) and stays.
_STROKE = re.compile(r"(?<=[ァ-ヺ])[\uff0d\u2010-\u2015\u2212\u2500](?=[ァ-ヺ]|[^\w]|$)")
# The long vowel at the end of a loan word of three letters or more is written or not (JIS Z 8301): サーバー, サーバ.
_LONG_END = re.compile(r"(?<=[ァ-ヺー][ァ-ヺー][ァ-ヺ])ー(?![ァ-ヺー])")
_NUMERALS = "〇一二三四五六七八九十百千"
_COUNTERS = r"区(?![分切画域間])|丁目|年|[かがヶケヵカ箇][月所国年村町条]|回|期|歳|階|次(?!市)|人(?:当|あた)"
# 第一四半期 is the first quarter, not the fourteenth half.
_NUMBER = re.compile(
    rf"(?<=第)[{_NUMERALS}]+(?!半期)|(?<![{_NUMERALS}])[{_NUMERALS}]+(?={_COUNTERS})|(?<=令和|平成|昭和|大正|明治)元(?=年)"
)
_DIGITS = {numeral: digit for digit, numeral in enumerate("〇一二三四五六七八九")} | {"元": 1}
_TENS = {"十": 10, "百": 100, "千": 1000}
_COUNTING_KA = re.compile(rf"(?:(?<=[{_NUMERALS}数何0-9])|^)[ヶケヵカ箇個](?=[月所国年村町条])")
_JOINING_GA = re.compile(r"ヶ|(?<=[\u3400-\u9fff])ケ(?=[\u3400-\u9fff])")
# What any of the rules above needs; most runs have none of it.
_FOLDS = re.compile(rf"[{_NUMERALS}元ヶケヵカ箇個どー供]")
_CHILDREN = re.compile(r"子ども|こども|小供")


@cache
def variants() -> Mapping[int, str | None]:
    """Read the table of letters that count as others: 國 as 国. Selectors of glyph variants count for nothing."""
    selectors: dict[int, str | None] = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
    with (FOLDER / "variants.csv").open(encoding="utf-8", newline="") as file:
        return selectors | {ord(row["written"]): row["counts_as"] for row in csv.DictReader(file)}


def normalise(text: str) -> str:
    """Fold width (NFKC, UAX 15), case and variants of letters, so that ＣＳＶ equals csv, ﾃﾞｰﾀ データ and 國 国.

    What a letter becomes does not depend on its neighbours.
    """
    return unicodedata.normalize("NFKC", text).casefold().translate(variants())


def composed(text: str) -> str:
    """Answer a text as it is cut into runs: NFKC, no selectors of glyphs, strokes inside katakana as ー; case stays."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _STROKE.sub("ー", _SELECTOR.sub("", text)))


def folded_letters(letters: str) -> str:
    """Fold what people write in several ways within a run of letters: numbers, ヶ, long vowels, 子ども."""
    text = letters.translate(variants())
    if not _FOLDS.search(text):
        return text
    text = _COUNTING_KA.sub("か", _NUMBER.sub(_in_digits, text))
    return _CHILDREN.sub("子供", _LONG_END.sub("", _JOINING_GA.sub("が", text)))


def fold(text: str) -> str:
    """Fold a text as both indexing and asking do: two spellings of the same words become one."""
    return RUN.sub(_folded, composed(text)).casefold()


def _folded(run: re.Match[str]) -> str:
    return folded_letters(run[0]) if run["letters"] else run[0].casefold()


def _in_digits(number: re.Match[str]) -> str:
    """Write a number in digits: 二十三 as 23, 二〇二一 as 2021."""
    total, digit, places = 0, 0, ""
    for numeral in number[0]:
        if numeral in _TENS:
            total += (digit or 1) * _TENS[numeral]
            digit, places = 0, ""
        else:
            digit = _DIGITS[numeral]
            places += str(digit)
    return str(total + int(places or 0))[:20]
