"""The municipalities of Japan and a few places beyond: the tables in `metadata/places`, read when first asked for."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.kernel.text import Text

FOLDER = Path(__file__).parents[2] / "metadata" / "places"
TABLE = FOLDER / "municipalities.csv"
GEONAMES = FOLDER / "geonames.csv"

# No name of a place, and no address of one, is longer.
_LONGEST = 100
_GEONAMES_IRI = re.compile(r"https?://(?:sws\.|www\.)?geonames\.org/(\d{1,9})(?:/.*)?", re.IGNORECASE)
_CODE = re.compile(r"\d{5,6}")
_KINDS_OF_PREFECTURES = re.compile(r"[都府県]$")
_ENGLISH_NOISE = re.compile(r"[ -](?:metropolis|prefecture|prefectural|ken|fu|to|do)$|,? japan$")


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality, a ward, or a prefecture (whose `name` is empty). `code` has six digits."""

    code: str
    prefecture: str
    name: str
    kana: str

    @property
    def names(self) -> tuple[str, ...]:
        """How it is written: in full, and without the district (郡) as people mostly do."""
        district, mark, rest = self.name.partition("郡")
        # 郡山市, 郡上市 and 大和郡山市 are no districts: what stands after a district is a town or village.
        if district and len(rest) > 1 and mark and rest.endswith(("町", "村")):
            return (self.name, rest)
        # 三宅島三宅村 and 八丈島八丈町 have the island before them, 神津島村 has it in its name.
        island, mark, rest = self.name.partition("島")
        if island and len(rest) > 1 and rest.endswith(("町", "村")) and "郡" not in self.name:
            return (self.name, rest)
        return (self.name,)


@cache
def municipalities() -> Mapping[str, Municipality]:
    """Read the table: six-digit code to municipality or prefecture."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Municipality(row["code"], row["prefecture"], row["municipality"], row["kana"])
            for row in csv.DictReader(file)
        }


def municipality(code: str) -> Municipality | None:
    """Find a municipality or prefecture by its six-digit code."""
    return municipalities().get(code)


@cache
def prefectures() -> Mapping[str, Municipality]:
    """Answer the 47 prefectures by their names."""
    return {each.prefecture: each for each in municipalities().values() if not each.name}


@cache
def names() -> Mapping[str, tuple[Municipality, ...]]:
    """Answer municipalities by how they are written; several share a name (府中市, 池田町)."""
    found: dict[str, tuple[Municipality, ...]] = {}
    for each in municipalities().values():
        if each.name:
            for name in each.names:
                found[name] = (*found.get(name, ()), each)
    return found


@cache
def ward_names() -> frozenset[str]:
    """Answer the names of wards without their cities', such as 中央区."""
    return frozenset(
        ward + "区"
        for name in names()
        for ward in [name.partition("市")[2].removesuffix("区")]
        if name.endswith("区") and ward
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A place that descriptions may name. `code` has six digits or is empty, `geonames` is a full address or empty."""

    code: str
    name: Text
    geonames: str


def place_of(words: str) -> Place | None:
    """Recognise a place by code (six digits, or five without the check digit), name or GeoNames address.

    A municipality's name stands for it only where no other has it; `None` where the words name no place for certain.
    """
    plain = unicodedata.normalize("NFKC", words[:_LONGEST]).strip()
    if found := _GEONAMES_IRI.fullmatch(plain):
        return _places_by_geonames().get(found[1])
    if _CODE.fullmatch(plain):
        return _place_of_code(plain)
    return _places_by_words().get(_folded(plain))


def place_of_code(code: str) -> Place | None:
    """Answer the place with a six-digit code."""
    known = municipality(code)
    return _place(known) if known else None


@cache
def containing(code: str) -> tuple[str, ...]:
    """Answer the codes of what a place lies in: the city of a ward, and the prefecture. Six digits each."""
    known = municipality(code)
    if known is None or not known.name:
        return ()
    city, mark, ward = known.name.partition("市")
    sharing = names().get(city + mark, ()) if ward.endswith("区") else ()
    cities = tuple(each.code for each in sharing if each.prefecture == known.prefecture)
    return (*cities, prefectures()[known.prefecture].code)


def named_in(words: str) -> tuple[Place, ...]:
    """Find the prefectures and municipalities that a text names, in their order.

    Only names that end as places do (都道府県, 市区町村) count: 千葉 may be anybody's surname.
    """
    text = unicodedata.normalize("NFKC", words[:_TEXT])[:_TEXT]
    found: list[Place] = []
    start = 0
    while start < len(text):
        # Most places in a text begin no name: two letters tell.
        name = _name_at(text, start) if text[start : start + 2] in _beginnings() else ""
        if name:
            found.append(_places_in_texts()[name])
        # What follows a name is looked at next, so that 京都 is not read out of 東京都.
        start += len(name) or 1
    return tuple(dict.fromkeys(found))


def breadth_in(words: str) -> Place | None:
    """Answer the world or Japan where a text says that it is about all of it; 世界一 and 東日本 say no such thing."""
    text = unicodedata.normalize("NFKC", words[:_TEXT])[:_TEXT]
    if _OF_THE_WORLD.search(text):
        return _places_by_words()["世界"]
    return _places_by_words()["日本"] if _OF_JAPAN.search(text) else None


_OF_THE_WORLD = re.compile(
    r"世界(?:の|各国|各地)|(?<![^\W・])各国"
    r"|\bcountr(?:ies|y codes?|y names?)\b|\b(?:of|in|around|and) (?:the )?world\b|\bworldwide\b",
    re.IGNORECASE,
)
_OF_JAPAN = re.compile(
    r"全国(?:の|地方公共団体|都道府県)|(?<![東西])日本(?:の|全国)|\b(?:of|in) japan\b", re.IGNORECASE
)
_TEXT = 300
_LONGEST_NAME = 15
_KANJI_BEFORE = re.compile(r"[\u3400-\u9fff]")
_SHORT = 2


def place_of_office(name: str, prefecture: str) -> Place | None:
    """Answer the place of which a name is the municipality's own, or of an office in it, such as 東京都総務局.

    Of places that share a name the one in the prefecture with these two digits is meant; else `None`.
    """
    plain = unicodedata.normalize("NFKC", name[:_LONGEST]).strip()
    place = _name_at(plain, 0)
    if place and (place == plain or plain.endswith(_OFFICES)):
        return _places_in_texts()[place]
    sharing = [known for known in names().get(plain, ()) if known.code.startswith(prefecture)]
    return _place(sharing[0]) if prefecture and len(sharing) == 1 else None


_OFFICES = ("局", "庁", "部", "課", "室", "委員会", "役所", "役場", "本部", "市場", "議会", "センター")


def _name_at(text: str, start: int) -> str:
    """Answer the longest name that begins here; one of two letters (津市) must not be the end of a longer word."""
    for length in range(_LONGEST_NAME, 1, -1):
        name = text[start : start + length]
        if len(name) == length and name in _places_in_texts():
            is_end = length == _SHORT and start > 0 and _KANJI_BEFORE.match(text[start - 1])
            return "" if is_end else name
    return ""


def _place_of_code(digits: str) -> Place | None:
    if len(digits) == _DIGITS:
        return place_of_code(digits)
    code = _codes_without_check().get(digits)
    return place_of_code(code) if code else None


_DIGITS = 6


def _folded(words: str) -> str:
    return _ENGLISH_NOISE.sub("", words.casefold()).replace(" ", "")


def _place(known: Municipality) -> Place:
    if not known.name:
        return _places_by_code()[known.code]
    return Place(known.code, Text(known.prefecture + known.name), "")


@cache
def _places_by_geonames() -> Mapping[str, Place]:
    with GEONAMES.open(encoding="utf-8", newline="") as file:
        return {
            row["geonames"]: Place(
                row["code"], Text(row["ja"], row["en"]), f"https://sws.geonames.org/{row['geonames']}/"
            )
            for row in csv.DictReader(file)
        }


@cache
def _places_by_code() -> Mapping[str, Place]:
    return {place.code: place for place in _places_by_geonames().values() if place.code}


@cache
def _codes_without_check() -> Mapping[str, str]:
    return {code[:-1]: code for code in municipalities()}


@cache
def _places_by_words() -> Mapping[str, Place]:
    """Map names to places, the surer way of writing first."""
    places: dict[str, Place] = {}
    for place in _places_by_geonames().values():
        for name in (place.name.ja, place.name.en):
            places[_folded(name)] = place
    for name in ("日本国", "全国", "国内"):
        places[name] = places["日本"]
    for name in ("earth", "the world", "global", "全世界"):
        places[_folded(name)] = places["世界"]
    for prefecture in prefectures():
        # 京 alone would be no place: the 都 of 東京都 and 京都府 is not cut twice.
        places.setdefault(_KINDS_OF_PREFECTURES.sub("", prefecture), places[prefecture])
    places |= {name: place for name, place in _places_in_texts().items() if name not in places}
    return places


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(name[:2] for name in _places_in_texts())


@cache
def _places_in_texts() -> Mapping[str, Place]:
    """Map the names that a sentence may hold: prefectures, and municipalities with and without their prefecture."""
    places = {name: _place(known) for name, known in prefectures().items()}
    for name, sharing in names().items():
        for known in sharing:
            places[known.prefecture + name] = _place(known)
        if len(sharing) == 1 and name not in ward_names():
            places.setdefault(name, _place(sharing[0]))
    return places
