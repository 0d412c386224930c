"""Names of persons, by what the column is called and by how its words look."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.publishing.personal.surnames import KANJI, LONGEST, SHORT
from app.publishing.personal.words import Hits, Words, collect, share

SAMPLE = 500

_STRONG = re.compile(
    r"氏名|姓名|お名前|フルネーム"
    r"|(?:担当者|代表者|責任者|患者|児童|生徒|保護者|申請者|世帯主|会員|参加者|職員|講師|議員|委員)名?$"
    r"|full.?name"
)
# Half of a name in a column of its own.
_PART = re.compile(r"^(?:姓|名|苗字|名字)$|(?:first|last|given|family|sur|middle).?name")
_WEAK = re.compile(
    r"名前|(?:^|[^a-z])name$|人名|担当|著者|作者|作成者|講演者|会長|館長|校長|園長|市長|町長|村長|理事"
    r"|author|person|contact"
)
_ABOUT = re.compile(
    r"有無|公表|電話|番号|(?<!g)mail|メール|住所|役職|職名|肩書|コード|id$|数$|所属|部署|課$|日$|区分|種別|url|tel|(?:有り|あり)$"
)

_HAN = r"\u3005\u3006\u4e00-\u9fff\uf900-\ufaff"
_KANJI = re.compile(rf"[{_HAN}\u30f6\u30b1]{{1,4}}( ?)[{_HAN}\u3041-\u3096\u30a1-\u30fa-]{{1,5}}")
_KATAKANA, _HIRAGANA = r"[\u30a1-\u30fa-]{1,8}", r"[\u3041-\u3096-]{1,8}"
_KANA = re.compile(rf"{_KATAKANA}(?:[ ・]{_KATAKANA}){{1,2}}|{_HIRAGANA} {_HIRAGANA}")
_LATIN = re.compile(r"[A-Z][A-Za-z'-]{0,20}(?: [A-Z][A-Za-z'.-]{0,20}){1,3}")
_ONE = re.compile(rf"[A-Z][A-Za-z'-]{{1,20}}|[{_HAN}]{{1,3}}|{_KATAKANA}|{_HIRAGANA}")
_HONORIFIC = re.compile(r" ?(?:様|氏|さん|殿|先生)$")
_ORGANIZATION = re.compile(
    r"[課部係室会社院校館所園市町村区県都府局党署団組店省庁科駅線号場港館寺]$|(?:担当|本部|支部|支店|センタ-)$"
)
_SHORTEST, _LONGEST_NAME = 3, 9

Fits = Callable[[str], object]

_MEANINGS = frozenset({"", "text", "name", "name-kana", "name-english", "category", "note", "person-name", "id"})
_FEW, _MANY, _MOST = 0.3, 0.6, 0.7
_SOME_SURNAMES, _HALF = 0.15, 0.5
ENOUGH_WORDS = 5


def find_names(words: Words) -> Hits | None:
    """Find names of persons.

    Under a name such as 氏名 three words in ten have to look like one, under 姓 or 名 six in ten; under 名前 or 担当
    six in ten, some of which begin with a frequent surname. Under any other name seven in ten are written with a
    blank after the surname and some begin with a frequent one, or half of all do.
    """
    if words.meaning not in _MEANINGS:
        return None
    sample = words.sample(SAMPLE)
    fits = _judge(words, sample)
    return collect(words, lambda word: _mask(word) if fits(word) else None) if fits else None


def _judge(words: Words, sample: list[str]) -> Fits | None:
    """Choose what a name looks like in this column, or `None` where it holds none."""
    about = _ABOUT.search(words.name)
    if _PART.search(words.name):
        return _enough(sample, _ONE.fullmatch, _MANY)
    if words.meaning == "person-name" or (_STRONG.search(words.name) and not about):
        return _enough(sample, _looks, _FEW)
    if share(sample, _has_surname) < _SOME_SURNAMES:
        return None
    if _WEAK.search(words.name) and not about:
        return _enough(sample, _looks, _MANY)
    return _by_words(sample) if len(sample) >= ENOUGH_WORDS else None


def _by_words(sample: list[str]) -> Fits | None:
    if share(sample, _is_spaced) >= _MOST:
        return _is_spaced
    return _enough(sample, _has_surname, _HALF) if share(sample, _looks) >= _MOST else None


def _enough(sample: list[str], fits: Fits, least: float) -> Fits | None:
    return fits if share(sample, fits) >= least else None


def _looks(word: str) -> bool:
    name = _HONORIFIC.sub("", word)
    if _KANA.fullmatch(name) or _LATIN.fullmatch(name):
        return True
    found = _KANJI.fullmatch(name)
    if not found or _ORGANIZATION.search(name):
        return False
    return bool(found[1]) or len(name) <= _LONGEST_NAME


def _is_spaced(word: str) -> bool:
    name = _HONORIFIC.sub("", word)
    found = _KANJI.fullmatch(name)
    return bool(found and found[1]) and not _ORGANIZATION.search(name)


def _has_surname(word: str) -> bool:
    if not _looks(word):
        return False
    surname, _, rest = word.partition(" ")
    if rest:
        return surname in KANJI or surname in SHORT
    return len(word) >= _SHORTEST and any(
        word[:length] in KANJI for length in range(2, min(LONGEST, len(word) - 1) + 1)
    )


def _mask(word: str) -> str:
    return f"{word[0]}**"
