"""Addresses in their parts (GIF DS-442), where the parts are certain."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.catalog.places import Municipality, names, prefectures
from app.publishing.forms.form import BLANKS, plain

_LONGEST_ADDRESS = 300
_PREFECTURE_LENGTHS = (4, 3)
_TRIED = range(14, 1, -1)
_LARGE = str.maketrans("ヶヵ", "ケカ")
_SMALL = str.maketrans("ケカ", "ヶヵ")
_DIGIT = dict(zip("一二三四五六七八九", range(1, 10), strict=True))
_HYPHEN = "[-‐−－―ー]"
_SEVERAL = re.compile("[、～〜~]")
_BLOCK = re.compile(
    f"(?P<town>[^0-9]*?[^0-9一二三四五六七八九十])(?:(?P<chome>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,3}})丁目)"
    f"(?:(?P<ban>[0-9]{{1,5}})(?:番地の|番地|番|の|{_HYPHEN})?(?:(?P<go>[0-9]{{1,5}})号?)?)?"
)


@dataclass(frozen=True, slots=True)
class Address:
    """`code` is the municipality's, six digits. `town` is all after the municipality, in its plain form if certain."""

    code: str
    prefecture: str
    municipality: str
    town: str


def split_address(address: str) -> Address | None:
    """Part an address; None unless its municipality is named and is the only one it can be."""
    text = address.strip(BLANKS)
    if not text or len(text) > _LONGEST_ADDRESS or _SEVERAL.search(text):
        return None
    prefecture = next((text[:size] for size in _PREFECTURE_LENGTHS if text[:size] in prefectures()), "")
    rest = text[len(prefecture) :].lstrip(BLANKS)
    found = _municipality(rest, prefecture)
    if found is None:
        return None
    place, length = found
    return Address(place.code, place.prefecture, place.name, _town(rest[length:].lstrip(BLANKS)))


def _municipality(rest: str, prefecture: str) -> tuple[Municipality, int] | None:
    """Find the longest name that the text begins with; of several places of that name none is certain."""
    for length in _TRIED:
        written = rest[:length]
        if len(written) < length:
            continue
        places = [each for each in _named(written) if _may_be(each, written, prefecture)]
        if places:
            return (places[0], length) if len(places) == 1 and not _goes_on(rest, length) else None
    return None


def _may_be(place: Municipality, written: str, prefecture: str) -> bool:
    """Without a prefecture, 大和町 may be a part of any city and 中央区 a ward of one; 市 and 郡 are what they say."""
    if prefecture:
        return place.prefecture == prefecture
    return written.endswith("市") or len(written) == len(place.name) > len(place.names[-1]) or "市" in written[1:-2]


def _named(name: str) -> tuple[Municipality, ...]:
    return names().get(name) or names().get(name.translate(_LARGE)) or names().get(name.translate(_SMALL)) or ()


def _goes_on(rest: str, length: int) -> bool:
    """Say whether a name may be longer than the table knows: 広島市 + 区 that is no more."""
    return (
        re.match("[^0-9０-９]{1,4}区[^0-9]", rest[length:]) is not None
        and rest[:length].endswith("市")
        and _warded(rest[:length])
    )


def _warded(city: str) -> bool:
    return any(name.startswith(city) and name.endswith("区") for name in names())


def _town(words: str) -> str:
    """Write 丁目, 番 and 号 as digits with hyphens (霞が関2-1-2) if the town is nothing but those, else leave it."""
    match = _BLOCK.fullmatch(plain(words))
    if match is None or match["ban"] is None:
        return words
    chome = match["chome"] if match["chome"].isdigit() else str(_number(match["chome"]))
    return match["town"] + "-".join(part for part in (chome, match["ban"], match["go"]) if part)


def _number(kanji: str) -> int:
    """Read a number of one to 99 in kanji."""
    tens, ten, ones = kanji.rpartition("十")
    return (_DIGIT.get(tens, 1) * 10 if ten else 0) + _DIGIT.get(ones, 0)
