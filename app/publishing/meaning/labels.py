"""Short fixed words that show what a column is about: sexes, days of the week, yes and no, places."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.catalog.places import names, prefectures, ward_names
from app.publishing.forms.form import BLANKS

_SEXED = frozenset(("男", "女", "男性", "女性", "male", "female", "Male", "Female"))
_SEXES = _SEXED | frozenset(("男子", "女子", "その他", "M", "F"))
_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS = frozenset(
    [day + rest for day in "月火水木金土日" for rest in ("", "曜", "曜日")] + [day[:3] for day in _ENGLISH_DAYS]
) | frozenset(_ENGLISH_DAYS)
_DAY_LIST = re.compile("[月火水木金土日祝曜・、,，／/ 　休]{1,40}")
_YES_NO = tuple(
    frozenset(pair.split())
    for pair in (
        "有 無 有り 無し あり なし",
        "○ × 〇 ◯ ✕ ✖ ☓",
        "はい いいえ",
        "可 不可 否",
        "要 不要",
        "該当 非該当",
        "対応 非対応",
        "true false True False TRUE FALSE",
        "yes no Yes No YES NO",
        "Y N",
    )
)
_FEW = 3
_MOST = 0.9
_MANY = 0.8
ZEROS_AND_ONES = frozenset(("0", "1", "０", "１"))
_KANA = re.compile("[\u3040-\u30ff\uff61-\uff9f0-9０-９A-Za-zＡ-Ｚａ-ｚ\\s　・（）()「」\\-－.,&＆]{1,200}")
_ANY_KANA = re.compile("[\u3040-\u30ff\uff66-\uff9f]")
_LATIN = re.compile("[A-Za-zＡ-Ｚａ-ｚ]")
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def is_sex(words: set[str]) -> bool:
    """Say whether all are sexes."""
    return bool(words & _SEXED) and words <= _SEXES


def is_weekday(words: set[str]) -> bool:
    """Say whether all are single days of the week, more than two of them."""
    return len(words) >= _FEW and words <= _DAYS


def is_day_list(words: set[str]) -> bool:
    """Say whether most are lists of days of the week."""
    return _share(bool(_DAY_LIST.fullmatch(word)) or word in _DAYS for word in words) >= _MOST


def is_yes_no(words: set[str]) -> bool:
    """Say whether all are one pair of yes and no."""
    return any(words <= pair for pair in _YES_NO)


def is_boolean(words: set[str]) -> bool:
    """Say whether all are what Table Schema takes for a boolean without being told, and no numbers."""
    return words <= {"true", "false", "True", "False", "TRUE", "FALSE"}


def is_prefecture(words: set[str]) -> bool:
    """Say whether all are prefectures."""
    return all(word in prefectures() for word in words)


def is_municipality(words: set[str]) -> bool:
    """Say whether most are municipalities of Japan."""
    known = names()
    wards = ward_names()
    return _share(_bare(word) in known or _bare(word) in wards for word in words) >= _MOST


def _bare(word: str) -> str:
    """Take off the prefecture and blanks between city and ward."""
    text = "".join(word.split())
    size = next((size for size in (4, 3) if text[:size] in prefectures() and len(text) > size), 0)
    return text[size:]


def is_address(words: set[str]) -> bool:
    """Say whether most look like addresses: a place and more."""
    return (
        _share(len(word) > _FEW and re.search("[市区町村郡字丁]|[0-9０-９]", word) is not None for word in words)
        >= _MOST
    )


def is_full_address(words: set[str]) -> bool:
    """Say whether most begin with a prefecture and go on."""
    if len(words) < _FEW:
        return False
    begun = (any(word[:size] in prefectures() and len(word) > size + _FEW for size in (4, 3)) for word in words)
    return _share(begun) >= _MOST


def is_period(words: set[str]) -> bool:
    """Say whether most have a start and an end."""
    return _share(re.search("[0-9０-９月年日)）][ 　]*[~～〜/／から-]", word) is not None for word in words) >= _MOST


def is_kana(words: set[str]) -> bool:
    """Say whether nearly all are written in kana; a few names are left in kanji."""
    return _share(_KANA.fullmatch(word) is not None and _ANY_KANA.search(word) is not None for word in words) >= _MANY


def is_latin(words: set[str]) -> bool:
    """Say whether nearly all are written in Latin letters."""
    return _share(_LATIN.search(word) is not None and not _JAPANESE.search(word) for word in words) >= _MANY


def bare(words: Iterable[str]) -> set[str]:
    """Take off blanks around words."""
    return {word.strip(BLANKS) for word in words}


def _share(answers: Iterable[bool]) -> float:
    found = list(answers)
    return sum(found) / len(found) if found else 0.0
