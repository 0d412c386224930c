"""Which forms a column may have: those its name speaks of, and those its words show by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from app.publishing.forms import codes, coordinates, dates, numbers, phones, times
from app.publishing.forms.form import BLANKS, Form, Repaired, plain, repaired
from app.publishing.forms.units import MEANINGS_OF_UNITS
from app.publishing.meaning import labels
from app.publishing.meaning.headers import Header
from app.publishing.meaning.words import Words

ALL, MOST = 1.0, 0.8
_LONG_CODE = 10
_FIRST_YEAR, _LAST_YEAR = 1600, 2200
_QUANTITIES = ("altitude", "age", "share", "money", "count", "measure")
_BOOLEANS = "true|false|True|False|TRUE|FALSE"
_NUMBERED = {"corporate-number", "individual-number", "town-id"}
_NO_NUMBERS = {"code", "phone", "postal-code"} | _NUMBERED
_ZONE = re.compile("(Z|[+-][0-9]{2}:?[0-9]{2})$")
_URL = 'https?://[^ \t\r\n\u3000"<>]+'
_EMAIL = "[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,8}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A form, and how large a part of the cells has to fit it."""

    form: Form
    share: float = ALL


def _trimming(meaning: str, kind: str, pattern: str) -> Form:
    """Make the form of words that are right or wrong as they stand, but for blanks around them."""
    compiled = re.compile(pattern)

    def read(word: str) -> Repaired | None:
        bare = word.strip(BLANKS)
        return repaired(word, bare, "") if compiled.fullmatch(bare) else None

    return Form(meaning, kind, pattern, read, loose=kind == "string")


URLS = _trimming("url", "string", _URL)
EMAILS = _trimming("email", "string", _EMAIL)
BOOLEANS = _trimming("yes-no", "boolean", _BOOLEANS)

_BY_NAME = {
    "corporate-number": codes.CORPORATE_NUMBERS,
    "individual-number": codes.INDIVIDUAL_NUMBERS,
    "town-id": codes.TOWN_IDS,
    "postal-code": codes.POSTAL_CODES,
    "phone": phones.PHONES,
    "url": URLS,
    "email": EMAILS,
    "code": codes.CODES,
}


def candidates(header: Header, words: Words) -> Iterator[Candidate]:
    """Answer what a column may be, the surest first."""
    listed = words.listed
    for meaning in header.meanings:
        if meaning in _BY_NAME:
            yield Candidate(_BY_NAME[meaning], MOST)
        else:
            yield from map(Candidate, _TYPED_BY_NAME.get(meaning, _nothing)(listed))
    if set(header.meanings) & _NUMBERED:
        yield Candidate(codes.CODES, MOST)
    yield from _shown(header, listed, _clocks(listed))
    yield from map(Candidate, _numbers(header, words))


def _may_be_year(word: str) -> bool:
    """Say whether four digits are near enough to our time; other ways to write a year show what they are."""
    text = plain(word)
    return not re.fullmatch("[0-9]{4}", text) or _FIRST_YEAR <= int(text) <= _LAST_YEAR


def _nothing(_: list[str]) -> Iterable[Form]:
    return ()


def _years(listed: list[str]) -> Iterable[Form]:
    return (dates.YEARS,) if all(map(_may_be_year, listed)) else ()


def _fiscal_years(listed: list[str]) -> Iterable[Form]:
    return (dates.FISCAL_YEARS,) if all(map(_may_be_year, listed)) else ()


def _municipal(listed: list[str]) -> Iterable[Form]:
    form = codes.municipality_codes(listed)
    return () if form is None else (form,)


def _ids(listed: list[str]) -> Iterable[Form]:
    if all(re.fullmatch("0|[1-9][0-9]{0,8}", plain(word)) for word in listed):
        yield replace(numbers.numbers("integer"), meaning="id")
    yield codes.IDS


def _days(listed: list[str]) -> Iterator[Form]:
    """Answer the forms of days. Digits alone are days only where all words are of one kind."""
    if all(re.fullmatch("[12][0-9]{7}", plain(word)) for word in listed):
        yield dates.COMPACT_DATES
    elif all(re.fullmatch("[2-5][0-9]{4}", plain(word)) for word in listed):
        yield dates.SERIALS
    else:
        yield from (dates.DATES, *_clocks(listed), dates.MONTHS)
        if all("年" in word for word in listed):
            yield dates.YEARS


def _clocks(listed: list[str]) -> Iterable[Form]:
    """Answer the form of instants or of local times; a column of both has no one meaning."""
    return (times.DATETIMES,) if len({bool(_ZONE.search(plain(word))) for word in listed}) == 1 else ()


def _birth_days(listed: list[str]) -> Iterable[Form]:
    return (replace(form, meaning="birth-date") for form in _days(listed) if form.type == "date")


_TYPED_BY_NAME: Mapping[str, Callable[[list[str]], Iterable[Form]]] = {
    "birth-date": _birth_days,
    "date": _days,
    "datetime": lambda listed: (*_clocks(listed), dates.DATES),
    "fiscal-year": _fiscal_years,
    "id": _ids,
    "latitude": lambda listed: (coordinates.coordinates(coordinates.LATITUDE, listed),),
    "longitude": lambda listed: (coordinates.coordinates(coordinates.LONGITUDE, listed),),
    "municipality-code": _municipal,
    "time": lambda _: (times.TIMES, times.TIMES_WITH_SECONDS),
    "year": _years,
}


def _shown(header: Header, listed: list[str], clocks: Iterable[Form]) -> Iterator[Candidate]:
    """Answer what the words show whatever the column is called."""
    if all(codes.has_postal_mark(word) for word in listed):
        yield Candidate(codes.MARKED_POSTAL_CODES)
    yield from (Candidate(URLS, MOST), Candidate(EMAILS, MOST), Candidate(dates.MARKED_FISCAL_YEARS))
    # H30.4.1 and R1-2-3 may be days or names of rooms: without the name's word for it, years must be plain to see.
    if "code" not in header.meanings and not any(
        plain(word)[:1].isascii() and plain(word)[:1].isalpha() for word in listed
    ):
        yield from map(Candidate, (dates.DATES, *clocks))
        if all("年" in word for word in listed):
            yield from (Candidate(dates.MONTHS), Candidate(dates.YEARS))
    if all("時" in word for word in listed):
        yield from (Candidate(times.TIMES), Candidate(times.TIMES_WITH_SECONDS))
    if labels.is_boolean(labels.bare(listed)):
        yield Candidate(BOOLEANS)


def _numbers(header: Header, words: Words) -> Iterable[Form]:
    if set(header.meanings) & _NO_NUMBERS:
        return
    found = [numbers.written(word) for word in words.listed]
    read = [each for each in found if each is not None]
    if not read or _look_like_codes(header, words.listed):
        return
    units = {each.unit for each in read}
    unit = header.unit or "".join(units)
    # A number without a unit beside others with one may be in another unit; so may one in another than the name's.
    if not units <= {"", unit} or (len(units) > 1 and not header.unit):
        return
    whole = all(re.fullmatch(numbers.WHOLE, each.digits) for each in read)
    kind = "integer" if whole else "number"
    yield replace(numbers.numbers(kind, unit=unit), meaning=quantity(header, unit, kind, words))


def _look_like_codes(header: Header, listed: list[str]) -> bool:
    """Say whether digits are rather a code: zeros in front, or many digits of one length without a word of amounts."""
    texts = [plain(word) for word in listed]
    if any(re.fullmatch("0[0-9]+", text) for text in texts):
        return True
    lengths = {len(text) for text in texts if text.isdigit()}
    return (
        not set(header.meanings) & {"money", "count"}
        and all(text.isdigit() for text in texts)
        and len(lengths) == 1
        and min(lengths) >= _LONG_CODE
    )


def quantity(header: Header, unit: str, kind: str, words: Words) -> str:
    """Say what numbers are about: by the column's name, else by their unit."""
    if "yes-no" in header.meanings and labels.bare(words.listed) <= labels.ZEROS_AND_ONES:
        return "yes-no"
    named = next((meaning for meaning in _QUANTITIES if meaning in header.meanings), "")
    by_unit = MEANINGS_OF_UNITS.get(unit, "")
    if named in {"altitude", "age"} and by_unit in {"", "measure", "age"}:
        return named
    meaning = by_unit or named or "number"
    return "number" if meaning == "count" and kind != "integer" else meaning
