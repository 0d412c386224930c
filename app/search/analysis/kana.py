"""How words sound: kana of one kind, long vowels left out, and Latin letters read as kana."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Sounds that are written in two ways count as one, as in Latin letters.
_SAME_SOUND = str.maketrans("ぢづをゐゑゔヷヸヹヺ", "じずおいえぶわいえお")
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_KANA = re.compile(r"[ぁ-ゖー]+")
_AFTER_O = "おこそとのほもよろごぞどぼぽょぉ"
_AFTER_U = "うくすつぬふむゆるぐずぶぷゅぅ"
_LONG = re.compile(rf"ー|(?<=[{_AFTER_O}])[うおぅぉ]|(?<=[{_AFTER_U}])[うぅ]")

_PLAIN = """
a あ i い u う e え o お ka か ki き ku く ke け ko こ sa さ si し su す se せ so そ ta た ti ち tu つ te て to と
na な ni に nu ぬ ne ね no の ha は hi ひ hu ふ he へ ho ほ ma ま mi み mu む me め mo も ya や yu ゆ yo よ
ra ら ri り ru る re れ ro ろ wa わ wo お ga が gi ぎ gu ぐ ge げ go ご za ざ zi じ zu ず ze ぜ zo ぞ da だ di じ du ず
de で do ど ba ば bi び bu ぶ be べ bo ぼ pa ぱ pi ぴ pu ぷ pe ぺ po ぽ
shi し chi ち tsu つ fu ふ ji じ dzu ず fa ふぁ fi ふぃ fe ふぇ fo ふぉ va ぶぁ vi ぶぃ vu ぶ ve ぶぇ vo ぶぉ
she しぇ je じぇ che ちぇ wi うぃ we うぇ
"""
_GLIDES = dict(
    zip(
        ["ky", "gy", "sy", "zy", "ty", "dy", "ny", "hy", "by", "py", "my", "ry", "sh", "j", "jy", "ch", "cy"],
        "きぎしじちじにひびぴみりしじじちち",
        strict=True,
    )
)
_ROMAJI_LENGTH = 40


def hiragana(text: str) -> str:
    """Write katakana as hiragana; sounds that are spelt in two ways are spelt in one."""
    return text.translate(_TO_HIRAGANA).translate(_SAME_SOUND)


def is_kana(text: str) -> bool:
    """Say whether a text in hiragana is all kana."""
    return bool(_KANA.fullmatch(text))


def shortened(kana: str) -> str:
    """Leave long vowels out, as those do who write Tokyo and Jinko: とうきょう becomes ときょ."""
    return _LONG.sub("", kana)


@cache
def _syllables() -> dict[str, str]:
    table = dict(zip(_PLAIN.split()[::2], _PLAIN.split()[1::2], strict=True))
    for start, kana in _GLIDES.items():
        for vowel, small in (("a", "ゃ"), ("u", "ゅ"), ("o", "ょ")):
            table[start + vowel] = kana + small
    return table


@cache
def _pattern() -> re.Pattern[str]:
    syllables = "|".join(sorted(_syllables(), key=len, reverse=True))
    doubled, alone = r"([kstpgdbzcjhf])(?=\2)|t(?=ch)", "n'|nn(?![aiueoy])|n(?![aiueoy])|m(?=[bmp])"
    return re.compile(rf"(?P<double>{doubled})|(?P<n>{alone})|(?P<kana>{syllables})")


def kana_of(romaji: str) -> str:
    """Read Latin letters as kana, Hepburn and kunrei alike; empty where they are no Japanese.

    Macrons and circumflexes make a long vowel (ō: おう), and so does `oh` before a consonant or the end.
    """
    if len(romaji) > _ROMAJI_LENGTH:
        return ""
    text = _spelt_out(romaji)
    kana, position = "", 0
    while position < len(text):
        found = _pattern().match(text, position)
        if found is None:
            return ""
        kana += "っ" if found["double"] else "ん" if found["n"] else _syllables()[found["kana"]]
        position = found.end()
    return kana


def _spelt_out(romaji: str) -> str:
    """Write long vowels with two letters: jinkō as jinkou."""
    text = unicodedata.normalize("NFD", romaji.casefold()).replace("\u0302", "\u0304").replace("\u2019", "'")
    text = re.sub("o\u0304", "ou", text)
    text = re.sub("([aiue])\u0304", r"\1\1", text)
    return re.sub(r"oh(?![aiueoy])", "ou", text)
