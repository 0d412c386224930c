"""What an answer in words says of what has to be said: value, unit, period, source, licence, caveat."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.agents import spelling
from benchmarks.agents.portal import INJECTED, MANIFEST, shipped
from benchmarks.agents.questions import Question, Value

# How far a rounded number may be from the value.
ROUNDED = 0.01
_REFUSALS = (
    *("ありません", "見つかりません", "わかりません", "分かりません", "答えられません", "お答えできません"),
    *("含まれていません", "収録されていません", "掲載されていません", "該当するデータはない"),
    *("cannot", "can't", "not available", "no data", "no dataset", "no match", "there is no", "could not find"),
    *("does not have", "doesn't have", "do not have", "don't have", "does not cover", "doesn't cover"),
    *("not contain", "not found", "not include", "unable to", "not here", "not covered"),
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def said(question: Question, text: str) -> dict[str, bool]:
    """Say of each thing that has to be said whether it is."""
    expected = question.expected
    if expected.unanswerable:
        return {"refusal": refuses(text)}
    found = {}
    if expected.values:
        found["value"] = says_values(question, text)
    for name, spellings in (("unit", expected.unit), ("period", expected.period), ("caveat", expected.caveat)):
        if spellings:
            found[name] = spelling.has_one_of(text, spellings)
    found["source"] = all(names_dataset(text, slug) for slug in expected.datasets)
    found["licence"] = all(spelling.names_license(text, each) for each in expected.license)
    return found


def refuses(text: str) -> bool:
    """The answer says that there is no answer here."""
    return spelling.has_one_of(text, _REFUSALS)


def says_values(question: Question, text: str) -> bool:
    """All the values stand in a text."""
    return all(_says(question, text, each) for each in question.expected.values)


def names_dataset(text: str, slug: str) -> bool:
    """The text names a dataset: by slug, address, or title."""
    return _has_word(spelling.plain(text), slug) or spelling.has_one_of(text, titles().get(slug, ()))


def has_value(text: str, value: float, tolerance: float) -> bool:
    """A number stands in a text; one that is rounded may be off by as much, within a hundredth."""
    for found, rounding in spelling.numbers(text):
        most = max(tolerance * abs(value), min(rounding, ROUNDED * abs(value)), 1e-9)
        if abs(found - value) <= most:
            return True
    return False


def _says(question: Question, text: str, value: Value) -> bool:
    if isinstance(value, int | float):
        return has_value(text, value, question.tolerance)
    return spelling.has_one_of(text, (value, *question.expected.spellings.get(value, ()), *_dates(value)))


def _dates(value: str) -> Iterator[str]:
    if _DATE.fullmatch(value):
        day = date.fromisoformat(value)
        yield f"{day.year}年{day.month}月{day.day}日"
        yield f"{day.year}/{day.month}/{day.day}"
        for month in (day.strftime("%B"), day.strftime("%b")):
            yield f"{day.day} {month} {day.year}"
            yield f"{month} {day.day}, {day.year}"


def _has_word(text: str, slug: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(slug)}(?![\w-])", text) is not None


@cache
def titles() -> dict[str, Sequence[str]]:
    """The titles of the datasets, as far as this repository has them."""
    written = [json.loads((each / "datapackage.json").read_text("utf-8")) for each in (*shipped(), INJECTED)]
    written += [each["descriptor"] for each in MANIFEST["described"]]
    return {each["name"]: tuple(each[name] for name in ("title", "title@en") if name in each) for each in written}
