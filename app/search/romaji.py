"""Kana in Latin letters, folded so that Hepburn, kunrei and what people type without macrons are all the same."""

from __future__ import annotations

import re
import unicodedata

_ROWS = {
    "": "あいうえお",
    "k": "かきくけこ",
    "s": "さしすせそ",
    "t": "たちつてと",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "m": "まみむめも",
    "r": "らりるれろ",
    "g": "がぎぐげご",
    "z": "ざじずぜぞ",
    "d": "だぢづでど",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}
_KANA = {
    **{kana: row + vowel for row, letters in _ROWS.items() for kana, vowel in zip(letters, "aiueo", strict=True)},
    "や": "ya",
    "ゆ": "yu",
    "よ": "yo",
    "わ": "wa",
    "を": "o",
    "ん": "n",
    "ゔ": "v",
    "ー": "",
    "ぁ": "a",
    "ぃ": "i",
    "ぅ": "u",
    "ぇ": "e",
    "ぉ": "o",
    "ゃ": "ya",
    "ゅ": "yu",
    "ょ": "yo",
    "っ": "",
}
# Ways to spell one sound, in the order in which they are made one. What stands for a long vowel goes.
_SAME = (
    (re.compile(r"ou|oo|oh(?![aiueoy])"), "o"),
    (re.compile(r"uu"), "u"),
    (re.compile(r"shi|sy(?=[auo])"), "si"),
    (re.compile(r"sh(?=[aueo])"), "si"),
    (re.compile(r"tchi|chi"), "ti"),
    (re.compile(r"t?ch(?=[aueo])|cy(?=[auo])|ty(?=[auo])"), "ti"),
    (re.compile(r"tsu"), "tu"),
    (re.compile(r"fu"), "hu"),
    (re.compile(r"ji|dzi|di"), "zi"),
    (re.compile(r"jy?(?=[aueo])|zy(?=[auo])|dy(?=[auo])"), "zi"),
    (re.compile(r"dzu|du"), "zu"),
    (re.compile(r"m(?=[bpm])"), "n"),
    (re.compile(r"(?<=[kgnhbpmr])i?y(?=[auo])"), "i"),
    (re.compile(r"([bcdfghjkmprstz])\1"), r"\1"),
    (re.compile(r"n'|nn"), "n"),
)


def romaji_of(kana: str) -> str:
    """Write hiragana in folded Latin letters; other letters stay as they are."""
    made: list[str] = []
    for letter in kana:
        latin = _KANA.get(letter, letter)
        # きゃ is ki and ya: kiya folds to kia, as kya does.
        made.append(latin[1:] if letter in "ゃゅょ" and made else latin)
    return fold_romaji("".join(made))


def fold_romaji(latin: str) -> str:
    """Fold what somebody typed in Latin letters, so that jinkō, jinkou, zinko are the same."""
    text = "".join(each for each in unicodedata.normalize("NFKD", latin.casefold()) if not unicodedata.combining(each))
    for spelling, instead in _SAME:
        text = spelling.sub(instead, text)
    return text
