"""How fine data is: what one row is about in space and time, from what its columns hold."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

from app.agents.time_columns import column_of
from app.catalog import places
from app.query.storage import DAYS
from app.query.within import CODE, MUNICIPALITY, PREFECTURE, codes_of, speaks_of_places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.query.storage import Stored

# The coarsest first: what is finer can be summed up.
SPACES = ("country", "prefecture", "municipality", "town", "facility")
TIMES = ("year", "quarter", "month", "week", "day", "hour")
KNOWN = (*SPACES, *TIMES)
_WORDS = {
    "country": r"国(?:別|ごと)?$|\bcountr(?:y|ies)\b|\bnations?\b",
    "prefecture": r"都道府県|県別|県ごと|\bprefectur(?:e|es|al)\b",
    "municipality": r"市区町村|区市町村|自治体|市町村|区別|区ごと|市別|\bmunicipal(?:ity|ities)?\b"
    r"|\bcit(?:y|ies)\b|\bwards?\b",
    "town": r"町丁|丁目|町字|町別|地区別|学区|\btowns?\b|\bneighbou?rhoods?\b|\bblocks?\b",
    "facility": r"施設|地点|箇所|店舗|個別|拠点|\bfacilit(?:y|ies)\b|\bpoints?\b|\blocations?\b"
    r"|\baddress(?:es)?\b|\bsites?\b",
    "year": r"年次|年度|年別|毎年|^年$|\byear(?:ly|s)?\b|\bannual(?:ly)?\b|\bfiscal\b",
    "quarter": r"四半期|\bquarter(?:ly|s)?\b",
    "month": r"月次|月別|毎月|^月$|\bmonth(?:ly|s)?\b",
    "week": r"週次|週別|毎週|^週$|\bweek(?:ly|s)?\b",
    "day": r"日次|日別|毎日|日ごと|^日$|\bdaily\b|\bdays?\b",
    "hour": r"時間別|毎時|^時$|\bhour(?:ly|s)?\b",
}
_PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in _WORDS.items()}
_TOWN = re.compile(r"町字|町丁|丁目|町名|大字|学区|town|neighbou?rhood", re.IGNORECASE)
_COUNTRY = re.compile(r"\bcountry\b|^国名?$|国・地域", re.IGNORECASE)
_WIDE = 3
# Days between rows, at least, by which a column of days tells coarser things.
_EVERY = ((300, "year"), (80, "quarter"), (25, "month"), (6, "week"))


def asked_in(words: str) -> tuple[str, ...]:
    """Recognise how fine data is asked for: at most one in space and one in time."""
    plain = unicodedata.normalize("NFKC", words[:200]).strip()
    found = [name for name in KNOWN if _PATTERNS[name].search(plain)]
    finest = [next((each for each in reversed(order) if each in found), "") for order in (SPACES, TIMES)]
    return tuple(each for each in finest if each)


def offered_by(columns: Mapping[str, Stored]) -> tuple[str, ...]:
    """Say how fine a table is: the finest in space and in time, where it tells."""
    return tuple(each for each in (_space(columns), _time(columns)) if each)


def is_fine_enough(asked: str, offered: tuple[str, ...]) -> bool:
    """Say whether a table is as fine as asked for, or finer."""
    order = SPACES if asked in SPACES else TIMES
    return any(each in order and order.index(each) >= order.index(asked) for each in offered)


def is_of_place(name: str) -> bool:
    """Say whether a column is called as a place is."""
    return bool(codes_of(name)) or name in places.names()


def _space(columns: Mapping[str, Stored]) -> str:
    meanings = {each.column.meaning for each in columns.values()}
    if {"latitude", "longitude"} <= meanings or "address" in meanings:
        return "facility"
    if "town-id" in meanings or any(_TOWN.search(name) for name in columns):
        return "town"
    spoken = [(speaks_of_places(each), each) for each in columns.values()]
    if any(kind in {CODE, MUNICIPALITY} and _tells_municipalities(each) for kind, each in spoken):
        return "municipality"
    if sum(is_of_place(name) for name in columns) >= _WIDE:
        return "municipality"
    if any(kind in {CODE, PREFECTURE} and _is_many(each) for kind, each in spoken):
        return "prefecture"
    return "country" if any(_COUNTRY.search(name) for name in columns) else ""


def _tells_municipalities(column: Stored) -> bool:
    examples = column.column.profile.examples if column.column.profile else ()
    known = [place for each in examples if (place := places.place_of(each))]
    is_only_prefectures = bool(known) and all(not _is_municipality(place.code) for place in known)
    return _is_many(column) and not is_only_prefectures


def _is_municipality(code: str) -> bool:
    known = places.municipality(code)
    return bool(known and known.name)


def _is_many(column: Stored) -> bool:
    return bool(column.column.profile and column.column.profile.distinct > 1)


def _time(columns: Mapping[str, Stored]) -> str:
    column = column_of(columns)
    if column is None:
        return ""
    if column.column.type == "yearmonth":
        return "month"
    if column.kind not in DAYS:
        return "year"
    return "hour" if column.column.type == "datetime" else _apart(column)


def _apart(column: Stored) -> str:
    """Say how far the days of a column are apart."""
    profile = column.column.profile
    if profile is None or not (profile.minimum and profile.maximum) or profile.distinct < _WIDE:
        return "day"
    try:
        length = (date.fromisoformat(profile.maximum[:10]) - date.fromisoformat(profile.minimum[:10])).days
    except ValueError:
        return "day"
    apart = length / (profile.distinct - 1)
    return next((name for least, name in _EVERY if apart >= least), "day")
