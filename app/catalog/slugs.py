"""Readable ASCII names for addresses; Japanese is written by its reading, 人口統計 as jinkou-toukei."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import count

from sudachipy import Dictionary

MAX_LENGTH = 80
FALLBACK = "dataset"

_READ_LENGTH = 200
_ERA = ("令和", "レイワ")  # younger than the dictionary's single characters would have it
_JAPANESE = re.compile(
    r"[\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+"
)
_NO_LETTERS = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = re.compile(r"(?<=\w)['\u2019](?=\w)")

# What stands behind a word and is written together with it, and what stands before one.
_ENDINGS = frozenset({"接尾辞", "助動詞"})
_BEGINNINGS = frozenset({"接頭辞"})
_PARTICLES = {"は": "ワ", "へ": "エ", "を": "オ"}

# Modified Hepburn; long vowels are written as in kana (とうきょう: toukyou), ー repeats the vowel.
_ROWS = """
ア a イ i ウ u エ e オ o カ ka キ ki ク ku ケ ke コ ko サ sa シ shi ス su セ se ソ so
タ ta チ chi ツ tsu テ te ト to ナ na ニ ni ヌ nu ネ ne ノ no ハ ha ヒ hi フ fu ヘ he ホ ho
マ ma ミ mi ム mu メ me モ mo ヤ ya ユ yu ヨ yo ラ ra リ ri ル ru レ re ロ ro ワ wa ヰ i ヱ e ヲ o ン n
ガ ga ギ gi グ gu ゲ ge ゴ go ザ za ジ ji ズ zu ゼ ze ゾ zo ダ da ヂ ji ヅ zu デ de ド do
バ ba ビ bi ブ bu ベ be ボ bo パ pa ピ pi プ pu ペ pe ポ po ヴ vu
ァ a ィ i ゥ u ェ e ォ o ャ ya ュ yu ョ yo ヮ wa ヵ ka ヶ ka
キャ kya キュ kyu キョ kyo ギャ gya ギュ gyu ギョ gyo シャ sha シュ shu ショ sho シェ she
ジャ ja ジュ ju ジョ jo ジェ je ヂャ ja ヂュ ju ヂョ jo チャ cha チュ chu チョ cho チェ che
ニャ nya ニュ nyu ニョ nyo ヒャ hya ヒュ hyu ヒョ hyo ビャ bya ビュ byu ビョ byo ピャ pya ピュ pyu ピョ pyo
ミャ mya ミュ myu ミョ myo リャ rya リュ ryu リョ ryo
ファ fa フィ fi フェ fe フォ fo フュ fyu ヴァ va ヴィ vi ヴェ ve ヴォ vo ヴュ vyu
ティ ti ディ di トゥ tu ドゥ du テュ tyu デュ dyu ウィ wi ウェ we ウォ wo イェ ye
ツァ tsa ツィ tsi ツェ tse ツォ tso クァ kwa クィ kwi クェ kwe クォ kwo グァ gwa スィ si ズィ zi
"""
_HEPBURN = dict(zip(_ROWS.split()[::2], _ROWS.split()[1::2], strict=True))
_KANA = re.compile("|".join(sorted(_HEPBURN, key=len, reverse=True)) + "|[ッー]")


def slug_of(title: str) -> str:
    """Answer a name of 1 to `MAX_LENGTH` characters a-z, 0-9 and `-` that lets the title be recognised."""
    text = unicodedata.normalize("NFKC", title)[:_READ_LENGTH]
    latin = _JAPANESE.sub(lambda run: f" {_romanised(run[0])} ", _APOSTROPHES.sub("", text))
    plain = unicodedata.normalize("NFKD", latin.casefold()).encode("ascii", "ignore").decode()
    return _shortened(_NO_LETTERS.sub("-", plain).strip("-"), MAX_LENGTH) or FALLBACK


def unique_slug(wanted: str, taken: Callable[[str], bool]) -> str:
    """Answer the slug itself, or with the first of -2, -3 ... that is free."""
    if not taken(wanted):
        return wanted
    endings = (f"-{number}" for number in count(2))
    candidates = (_shortened(wanted, MAX_LENGTH - len(ending)) + ending for ending in endings)
    return next(candidate for candidate in candidates if not taken(candidate))


@cache
def _dictionary() -> Dictionary:
    return Dictionary(dict="small")


def _romanised(japanese: str) -> str:
    return " ".join(map(_hepburn, _readings(japanese)))


def _readings(japanese: str) -> list[str]:
    """Read a run of Japanese in katakana, word by word, endings joined to what they end."""
    words: list[str] = []
    joins = False
    for morpheme in _dictionary().tokenizer().tokenize(japanese.replace(*_ERA)):
        part = morpheme.part_of_speech()[0]
        is_particle = part == "助詞" and morpheme.surface() in _PARTICLES
        reading = _PARTICLES[morpheme.surface()] if is_particle else morpheme.reading_form()
        if words and (joins or part in _ENDINGS):
            words[-1] += reading
        else:
            words.append(reading)
        joins = part in _BEGINNINGS
    return words


def _hepburn(katakana: str) -> str:
    """Write katakana in Latin letters; what has no reading is left out."""
    letters = ""
    doubled = False
    for kana in _KANA.findall(katakana):
        if kana == "ッ":
            doubled = True
            continue
        syllable = letters[-1:] if kana == "ー" else _HEPBURN[kana]
        letters += _doubled(syllable) if doubled else syllable
        doubled = False
    return letters


def _doubled(syllable: str) -> str:
    if syllable.startswith("ch"):
        return "t" + syllable
    return syllable if syllable[:1] in "aiueon" else syllable[:1] + syllable


def _shortened(slug: str, length: int) -> str:
    """Cut at a word's end where there is one in the second half."""
    if len(slug) <= length:
        return slug
    whole = slug[: length + 1].rpartition("-")[0]
    return whole if len(whole) > length // 2 else slug[:length].strip("-")
