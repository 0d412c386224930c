"""Municipalities by how their names are read, in kana and in Latin letters, as road signs and maps have them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from app.catalog import places
from app.search.romaji import fold_romaji, romaji_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.catalog.places import Municipality

# The kinds of municipality, and how they are read; wards of Tokyo call themselves cities in English.
_READ = {"市": ("シ",), "区": ("ク",), "町": ("マチ", "チョウ"), "村": ("ムラ", "ソン")}
_CALLED = {"city": "市区", "shi": "市", "ward": "区", "ku": "区", "town": "町", "village": "村"} | {
    "machi": "町",
    "cho": "町",
    "mura": "村",
    "son": "村",
}
_KIND = re.compile(rf"(?P<name>.+?)(?:[\s-]+(?P<kind>{'|'.join(_CALLED)}))?")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u30fc]{2,}")
_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_SHORTEST = 2


def codes_read(words: str) -> tuple[str, ...]:
    """Answer the codes of municipalities whose names read so; several where the reading is shared."""
    plain = " ".join(unicodedata.normalize("NFKC", words).split())
    if _KANA.fullmatch(plain):
        return _by_reading().get(romaji_of(plain.translate(_TO_HIRAGANA)), ())
    name, prefecture = _parted(plain.lower())
    found = _KIND.fullmatch(name)
    if found is None or not name.isascii():
        return ()
    codes = _by_reading().get(fold_romaji(found["name"].replace("-", "").replace(" ", "")), ())
    if found["kind"]:
        codes = tuple(code for code in codes if _kind(code) in _CALLED[found["kind"]])
    return tuple(code for code in codes if not prefecture or code.startswith(prefecture[:2]))


def _parted(words: str) -> tuple[str, str]:
    """Part a prefecture from the end: Minato-ku, Tokyo."""
    name, comma, wider = words.rpartition(",")
    place = places.place_of(wider.strip()) if comma else None
    return (name.strip(), place.code) if place and place.code else (words, "")


def _kind(code: str) -> str:
    known = places.municipality(code)
    return known.name[-1] if known and known.name else ""


@cache
def _by_reading() -> Mapping[str, tuple[str, ...]]:
    """Map folded Latin letters to codes: whole readings, and those without the kind. Wards of cities are left out."""
    found: dict[str, dict[str, None]] = {}
    for known in places.municipalities().values():
        if not known.name or not known.kana or ("市" in known.name and known.name.endswith("区")):
            continue
        kana = _own_part(known, unicodedata.normalize("NFKC", known.kana))
        ends = [end for end in _READ.get(known.name[-1], ()) if kana.endswith(end)]
        for reading in (kana, *(kana.removesuffix(end) for end in ends)):
            if len(reading) >= _SHORTEST:
                found.setdefault(romaji_of(reading.translate(_TO_HIRAGANA)), {})[known.code] = None
    return {reading: tuple(codes) for reading, codes in found.items()}


def _own_part(known: Municipality, kana: str) -> str:
    """Leave the district (グン) or island (ジマ) out of a reading, as out of the name."""
    if len(known.names) == 1:
        return kana
    return kana.rpartition("グン" if "郡" in known.name else "ジマ")[2]
