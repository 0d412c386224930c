"""The form of a column whose type the publisher has declared: the type stands, and words are brought to it."""

from __future__ import annotations

import re
from dataclasses import replace

from app.publishing.forms import coordinates, dates, numbers, times
from app.publishing.forms.form import Form, Repaired, plain
from app.publishing.meaning.candidates import BOOLEANS, quantity
from app.publishing.meaning.headers import Header
from app.publishing.meaning.words import Words

_PLAIN_FORMS = {
    "boolean": BOOLEANS,
    "datetime": times.DATETIMES,
    "time": times.TIMES_WITH_SECONDS,
    "yearmonth": dates.MONTHS,
}
ANYTHING = "(?s:.*)"


def declared_form(header: Header, words: Words, declared: str) -> Form:
    """Answer the form of a declared type; of types that have none, every word is fine as it stands."""
    if declared in {"integer", "number"}:
        return _number(header, words, declared)
    if declared == "date":
        return _date(header, words)
    if declared == "year":
        return dates.FISCAL_YEARS if "fiscal-year" in header.meanings else dates.YEARS
    return _PLAIN_FORMS.get(declared) or untouched(declared)


def untouched(declared: str) -> Form:
    """Make the form of a column in which nothing is changed."""
    return Form("text", declared, ANYTHING, lambda word: Repaired(word, ""))


def _number(header: Header, words: Words, kind: str) -> Form:
    axes = [axis for axis in (coordinates.LATITUDE, coordinates.LONGITUDE) if axis.meaning in header.meanings]
    if kind == "number" and axes:
        return coordinates.coordinates(axes[0], words.listed)
    units = {found.unit for found in map(numbers.written, words.listed) if found is not None}
    unit = header.unit or (next(iter(units)) if len(units) == 1 else "")
    form = numbers.numbers(kind, unit=unit, pattern=numbers.DECLARED[kind])
    return replace(form, meaning=quantity(header, unit, kind, words))


def _date(header: Header, words: Words) -> Form:
    texts = [plain(word) for word in words.listed]
    form = dates.DATES
    if texts and all(re.fullmatch("[12][0-9]{7}", text) for text in texts):
        form = dates.COMPACT_DATES
    elif texts and all(re.fullmatch("[2-5][0-9]{4}", text) for text in texts):
        form = dates.SERIALS
    return replace(form, meaning="birth-date") if "birth-date" in header.meanings else form
