"""Personal data in a line that somebody typed, such as a search: there is no column around it to tell more."""

from __future__ import annotations

import re

from app.publishing.personal.surnames import KANJI, ROMAN, SHORT
from app.publishing.personal.words import tidied

# Each part that may be long is bounded, as is the line.
_LONGEST = 500
_SURNAME = "|".join(sorted(KANJI, key=len, reverse=True))
_HAN = "\u3005\u3006\u4e00-\u9fff"
_ADDRESSED = re.compile(
    rf"(?:{_SURNAME}|(?<![{_HAN}])(?:{'|'.join(sorted(SHORT))}))"
    rf" ?[{_HAN}\u3041-\u3096\u30a1-\u30fa]{{0,4}} ?(?:様|氏|さん|さま|君|くん|ちゃん|先生|殿)(?![{_HAN}])"
)
_MAIL = re.compile(r"[^\s@]@[^\s@]")
# Whatever separates them: numbers of phones, persons and cards have seven digits or more; years are none of theirs.
_DIGITS = re.compile(r"\+?\d(?:[ ().・-]{0,2}\d){6,}")
_YEARS = re.compile(r"(?:19|20)\d\d(?:(?:[ .~-]|から){1,3}(?:19|20)\d\d){0,3}|(?:19|20)\d\d[.-](?:0?[1-9]|1[0-2])")
# 番地: an address down to the house.
_HOUSE = re.compile(r"\d{1,4}(?:丁目|番地?|-)\d{1,4}(?:番地?|号|-)\d{0,4}")
_LATIN = re.compile(r"[a-z]{2,20}[ ,]{1,2}[a-z]{2,20}")
# Surnames that are the names of well-known places as well: with another word they are mostly about these.
_PLACES = frozenset({"chiba", "ueno", "nakano", "kawaguchi", "yamaguchi", "miyazaki", "ishikawa", "ichikawa", "hirano"})


def tells_of_a_person(line: str) -> bool:
    """Say whether a line holds a mail address, a long number, a house's address or somebody's name.

    Names are those with a title of respect after a frequent surname, and two Latin words with one of them.
    """
    text = tidied(line[:_LONGEST])
    if _MAIL.search(text) or _HOUSE.search(text) or _ADDRESSED.search(text):
        return True
    if any(not _YEARS.fullmatch(found[0]) for found in _DIGITS.finditer(text)):
        return True
    found = _LATIN.fullmatch(text.casefold())
    return found is not None and not (ROMAN - _PLACES).isdisjoint(re.split("[ ,]+", found[0]))
