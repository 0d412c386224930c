"""Which places and days a dataset is about, worked out from what its columns hold and from its titles."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import TYPE_CHECKING

from app.catalog import periods, vocabularies
from app.catalog.periods import period_in, spanned, speaks_of_periods
from app.catalog.places import Place, breadth_in, named_in, place_of, place_of_code, place_of_office
from app.catalog.record import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from app.catalog.record import Column, DatasetRecord, Link, ResourceRecord

JAPAN = timezone(timedelta(hours=9))
MOST_PLACES = 5
_PREFECTURES = 47
_DATED = frozenset({"date", "datetime", "year", "yearmonth"})
_MEANINGS = frozenset({"", "date", "datetime", "year", "fiscal-year", "text", "number", "code"})
_YEAR = re.compile(r"[0-9]{4}")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_EARLIEST = 1868
_LATEST = 2199
_WORDS = re.compile(r"[a-z]+")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Found:
    """What was worked out, and the names of the columns or files that it was worked out from."""

    places: tuple[str, ...] = ()
    period: Period = Period()
    sources: tuple[str, ...] = ()


def places_in_columns(record: DatasetRecord) -> Found:
    """Answer the places that columns of codes or names hold, where they are few or all of one prefecture."""
    columns = list(_columns(record))
    for meanings in (("municipality-code",), ("prefecture",), ("municipality",)):
        read = [(column, _places_of(column)) for column in columns if column.meaning in meanings]
        if read and all(places for _, places in read):
            places = _few(place for _, found in read for place in found)
            if places:
                return Found(places=places, sources=tuple(dict.fromkeys(column.name for column, _ in read)))
    return Found()


def places_in_title(record: DatasetRecord) -> tuple[str, ...]:
    """Answer the prefectures and municipalities that the title names, else the world or Japan."""
    sides = [words for _, words in record.title.both()]
    if found := next((found for words in sides if (found := named_in(words))), ()):
        return _few(found)
    return _few(place for words in sides if (place := breadth_in(words)))


def place_of_publisher(record: DatasetRecord, area: str) -> tuple[str, ...]:
    """Answer the place that a publisher's name says it belongs to, such as 江戸川区 or 東京都総務局.

    A name that several places have is the one in the prefecture of `area`, which the portal is about.
    """
    whole = place_of(area) if area else None
    place = place_of_office(record.publisher.title.ja, whole.code[:2] if whole else "")
    return _few((place,)) if place else ()


def period_in_columns(record: DatasetRecord) -> Found:
    """Answer the days from the first to the last that columns about the rows' own time hold."""
    read = [(column, _period_of(column)) for column in _columns(record) if _tells_when(column)]
    period = spanned(found for _, found in read)
    names = tuple(dict.fromkeys(column.name for column, found in read if found))
    return Found(period=period, sources=names) if period else Found()


def period_in_titles(record: DatasetRecord) -> Found:
    """Answer the period that the title speaks of, else the whole of those that the titles of all files do.

    Where the title speaks of some that are not certain, those of its files are not either.
    """
    for words in (record.title.ja, record.title.en):
        if found := period_in(words):
            return Found(period=found, sources=(words[:_LONGEST],))
    if any(speaks_of_periods(words) for _, words in record.title.both()):
        return Found()
    files: tuple[ResourceRecord | Link, ...] = (*record.resources, *record.links)
    read: list[Period] = []
    for each in files:
        if not (found := period_in(each.title.get("ja") or each.name)):
            return Found()
        read.append(found)
    whole = spanned(read)
    return Found(period=whole, sources=("",)) if whole else Found()


def day_of(moment: datetime) -> date:
    """Answer the day that it was in Japan."""
    return moment.astimezone(JAPAN).date()


def _columns(record: DatasetRecord) -> Iterator[Column]:
    return (column for resource in record.resources if resource.table for column in resource.table.columns)


def _places_of(column: Column) -> tuple[Place, ...]:
    profile = column.profile
    if profile is None or not profile.distinct:
        return ()
    if profile.distinct <= len(profile.examples):
        found = [place_of(words) for words in profile.examples]
        return tuple(each for each in found if each) if all(found) else ()
    if column.meaning == "prefecture" and profile.distinct == _PREFECTURES:
        japan = place_of("Japan")
        return (japan,) if japan else ()
    return _prefecture_of_ends(profile.minimum, profile.maximum) if column.meaning == "municipality-code" else ()


def _prefecture_of_ends(first: str | None, last: str | None) -> tuple[Place, ...]:
    """Codes begin with their prefecture's number: where the first and the last do, all between do."""
    if not first or not last or first[:2] != last[:2] or not (place_of(first) and place_of(last)):
        return ()
    prefecture = place_of(f"{first[:2]}000")
    return (prefecture,) if prefecture else ()


def _few(places: Iterable[Place]) -> tuple[str, ...]:
    """Write places as records do; many of one prefecture become that prefecture, many of several become none."""
    written = tuple(dict.fromkeys(place.code or place.geonames for place in places))
    if len(written) <= MOST_PLACES:
        return written
    numbers = {each[:2] for each in written if each.isdigit()}
    whole = place_of(f"{numbers.pop()}000") if len(numbers) == 1 else None
    return (whole.code,) if whole and all(map(place_of_code, written)) else ()


def _tells_when(column: Column) -> bool:
    """Say whether a column holds when its rows happened or hold, and not the birthday or opening of something."""
    if column.type not in _DATED or column.meaning not in _MEANINGS:
        return False
    words = vocabularies.period_columns()
    names = [unicodedata.normalize("NFKC", each[:_LONGEST]) for each in (column.name, column.title.ja, column.title.en)]
    japanese, english = " ".join(names), set(_WORDS.findall(" ".join(names).casefold().replace("_", " ")))
    if any(word in japanese for word in words.other_ja) or english & words.other_en:
        return False
    whole = any(name in words.whole_ja for name in names)
    return whole or any(word in japanese for word in words.about_ja) or bool(english & words.about_en)


def _period_of(column: Column) -> Period | None:
    profile = column.profile
    if profile is None or not profile.minimum or not profile.maximum:
        return None
    is_fiscal = column.meaning == "fiscal-year"
    ends = [_span(words[:10], is_fiscal=is_fiscal) for words in (profile.minimum, profile.maximum)]
    return spanned(ends) if all(ends) else None


def _span(words: str, *, is_fiscal: bool) -> Period | None:
    """Read a year, month or day as clean tables write them; what no table could be about is not believed."""
    if not words[:4].isdecimal() or not words.isascii() or not _EARLIEST <= int(words[:4]) <= _LATEST:
        return None
    if _YEAR.fullmatch(words):
        return periods.of_year(int(words), "年度" if is_fiscal else "年")
    if found := _MONTH.fullmatch(words):
        return periods.of_month(int(found[1]), int(found[2]))
    try:
        day = date.fromisoformat(words)
    except ValueError:
        return None
    return Period(day, day)
