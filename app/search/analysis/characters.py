"""Letters: which are written without blanks between words, and which spellings count as the same."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "metadata" / "search"

LETTERS = (
    "\u3005-\u3007\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\uac00-\ud7a3\u1100-\u11ff"
)
# A run never starts with ー: after a digit it stands for a hyphen (03ー1234), and it begins no word.
WORD_CHARACTER = rf"[^\W_\u30fc{LETTERS}]"
_LETTERS = re.compile(rf"[{LETTERS}][{LETTERS}\u30fc]*")
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
# What one of the rules may change in a text that is normalised: a letter first, so that the others are passed quickly.
_FOLDABLE = re.compile(
    rf"[{_NUMERALS}元ヶケヵカ箇個ーど供\-\u2010-\u2015\u2212\u2500](?:"
    rf"(?<=[{_NUMERALS}元])(?=[区丁年かがヶケヵカ箇回期歳階次人])|(?<=第[{_NUMERALS}])|"
    r"(?<=[ヶケヵカ箇個])(?=[月所国年村町条])|(?<=ヶ)|(?<=[\u3400-\u9fff]ケ)|"
    r"(?<=[ァ-ヺー]{2}[ァ-ヺ]ー)(?![ァ-ヺー])|(?<=[ァ-ヺ][\-\u2010-\u2015\u2212\u2500])|"
    r"(?<=[子こ]ど)(?=も)|(?<=小供))"
)
# Halfwidth kana have their voicing marks beside them, Hangul its vowels and final consonants.
_JOINING = re.compile("[\u1160-\u11ff\uff9e-\uffdc]")
# All but kana, most Chinese characters, 、。「」 and what ASCII has beside capitals.
_MAY_CHANGE = (
    "A-Z\\x7f-\\u3000\\u3003-\\u300b\\u300e-\\u3040\\u3097-\\u30a0\\u30ff-\\u4dff\\ua000-\\uffff\\U00010000-\\U0010ffff"
)
_HAN = ("\u4e00", "\u9fff")
# Runs of so many letters come again and again.
_OFTEN = 12
# Beyond so many letters that change, and one in so many of the text, all are changed at once.
_CHANGES, _ONE_IN = 40, 4


@cache
def variants() -> Mapping[int, str | None]:
    """Read the table of letters that count as others: 國 as 国. Selectors of glyph variants count for nothing."""
    selectors: dict[int, str | None] = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
    with (FOLDER / "variants.csv").open(encoding="utf-8", newline="") as file:
        return selectors | {ord(row["written"]): row["counts_as"] for row in csv.DictReader(file)}


def normalise(text: str) -> str:
    """Fold width (NFKC, UAX 15), case and variants of letters, so that ＣＳＶ equals csv, ﾃﾞｰﾀ データ and 國 国.

    What a letter becomes does not depend on its neighbours, but where marks join it.
    """
    return text.lower() if text.isascii() else _by_letter(text, _normalised, _normal)


def composed(text: str) -> str:
    """Answer a text as it is cut into runs: NFKC, no selectors of glyphs, strokes inside katakana as ー; case stays."""
    if text.isascii():
        return text
    return _by_letter(_STROKE.sub("ー", _SELECTOR.sub("", text)), _compatible, _compatible_alone)


def _by_letter(text: str, change: Callable[[str], str], alone: Callable[[str], str | None]) -> str:
    """Change the few letters that change one by one, in a tenth of the time that all of a text takes."""
    changes: list[tuple[str, str]] = []
    most = max(_CHANGES, len(text) // _ONE_IN)
    for letter in set(_changing().findall(text)):
        becomes = alone(letter)
        if becomes is None or len(changes) > most:
            return change(text)
        if becomes != letter:
            changes.append((letter, becomes))
    for letter, becomes in changes:
        text = text.replace(letter, becomes)
    return text


@cache
def _changing() -> re.Pattern[str]:
    """Match whatever may change, and not most letters of Japanese texts."""
    rare = "".join(chr(letter) for letter in variants() if _HAN[0] <= chr(letter) <= _HAN[1])
    return re.compile(f"[{_MAY_CHANGE}{rare}]")


@lru_cache(maxsize=8192)
def _normal(letter: str) -> str | None:
    """Answer what a letter becomes wherever it stands; `None` where its neighbours have a say."""
    return _alone(letter, _normalised, _normal)


@lru_cache(maxsize=8192)
def _compatible_alone(letter: str) -> str | None:
    return _alone(letter, _compatible, _compatible_alone)


def _alone(letter: str, change: Callable[[str], str], alone: Callable[[str], str | None]) -> str | None:
    if unicodedata.category(letter).startswith("M") or _JOINING.match(letter):
        return None
    becomes = change(letter)
    return becomes if becomes == letter or all(alone(each) == each for each in becomes) else None


def _normalised(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(variants())


def _compatible(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def folded_letters(letters: str) -> str:
    """Fold what people write in several ways within a run of letters: numbers, ヶ, long vowels, 子ども."""
    text = letters.translate(variants())
    if not _FOLDS.search(text):
        return text
    text = _COUNTING_KA.sub("か", _NUMBER.sub(_in_digits, text))
    return _CHILDREN.sub("子供", _LONG_END.sub("", _JOINING_GA.sub("が", text)))


def folds(normal: str) -> bool:
    """Say whether `fold` may write a text otherwise than `normalise` did."""
    return bool(_FOLDABLE.search(normal))


def fold(text: str) -> str:
    """Fold a text as both indexing and asking do: two spellings of the same words become one."""
    return _LETTERS.sub(_folded, composed(text)).casefold()


def _folded(run: re.Match[str]) -> str:
    letters = run[0]
    return _folded_again(letters) if len(letters) <= _OFTEN else folded_letters(letters)


_folded_again = lru_cache(maxsize=20_000)(folded_letters)


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
