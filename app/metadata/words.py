"""What several descriptions say with the same words: dates, periods, places, promises, and what is known of a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.catalog import vocabularies
from app.catalog.coverage import day_of
from app.catalog.meanings import MEANINGS
from app.catalog.places import place_of
from app.kernel.text import Language, Text, text_of
from app.metadata.links import web_link
from app.metadata.versions import version_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from app.catalog.places import Place
    from app.catalog.record import Column, DatasetRecord, License, Period, Table

_SEMANTIC = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.(?:0|[1-9][0-9]{0,17})){2}")
_NOT_IN_SEGMENT = re.compile(r"[^\w.~-]")
_BLANKS = re.compile(r"\s+")
# Columns with such values may tell of persons.
_PERSONAL = frozenset({"person-name", "birth-date", "age", "sex", "email", "phone", "individual-number"})


def default_language(record: DatasetRecord) -> Language:
    """Answer the language that a description in one language is written in."""
    return "en" if record.languages and record.languages[0] == "en" else "ja"


def filled(properties: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty; no and zero stay."""
    return {name: value for name, value in properties.items() if value not in ("", [], {}, (), None)}


def title_of(record: DatasetRecord) -> Text:
    """Answer the title, or the name where there is none."""
    return record.title or text_of(record.name or record.slug)


def instant(moment: datetime) -> str:
    """Write RFC 3339 to the second."""
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def interval(period: Period) -> str:
    """Write an ISO 8601 interval, with two dots for an open end; empty where nothing is said."""
    if not (period.start or period.end):
        return ""
    return f"{period.start or '..'}/{period.end or '..'}"


def day_of_change(record: DatasetRecord) -> date:
    """Answer the day in Japan on which the data last changed: periods and days that are due are days there too."""
    return day_of(record.changed)


def issued(record: DatasetRecord) -> datetime:
    """Say when the data was first published, here or where it comes from."""
    return record.source_issued or record.issued or record.changed


def semantic_version(record: DatasetRecord) -> str:
    """Answer MAJOR.MINOR.PATCH (semver.org, 2.0.0), also where the publisher numbers versions otherwise."""
    if not record.version:
        return ""
    name = version_name(record.version)
    return name if _SEMANTIC.fullmatch(name) else f"{record.version.number}.0.0"


def one_line(words: str) -> str:
    """Make all blanks single spaces."""
    return _BLANKS.sub(" ", words).strip()


def segment(words: str) -> str:
    """Write words as one segment of an IRI's path (RFC 3987): letters of any script stay readable."""
    return _NOT_IN_SEGMENT.sub(lambda found: quote(found[0], safe=""), words)


def media_type(words: str) -> str:
    """Answer a media type without its parameters."""
    return words.partition(";")[0].strip()


def license_words(license_: License, language: Language) -> str:
    """Name the terms of use, by their address where they have no name."""
    return license_.title.get(language) or license_.name or web_link(license_.url)


def places(record: DatasetRecord) -> list[tuple[str, Place | None]]:
    """Answer where the data is about: as written, with what is known of the place."""
    return [(words, place_of(words)) for words in record.spatial if words.strip()]


def place_name(words: str, place: Place | None) -> Text:
    """Name a place."""
    return place.name if place else text_of(words)


def frequency(record: DatasetRecord) -> Text:
    """Say how often the data is updated."""
    found = vocabularies.frequencies().get(record.frequency)
    return found.title if found else Text()


def plan(record: DatasetRecord) -> Text:
    """Say when updates come; empty where nothing is promised."""
    often, due = frequency(record), record.next_due
    ja = (f"更新頻度: {often.ja}。" if often else "") + (f"次の更新予定: {due}。" if due else "")
    en = (f"Updated: {often.en.lower()}." if often else "") + (f" Next update due on {due}." if due else "")
    return Text(ja, en.strip())


def property_of(column: Column) -> str:
    """Answer the property of a public vocabulary that a column's values are values of; classes are none."""
    uri = MEANINGS[column.meaning].uri if column.meaning in MEANINGS else ""
    name = re.split(r"[/#]", uri)[-1]
    return uri if name[:1].islower() else ""


def column_title(column: Column) -> Text:
    """Answer the title of a column, or its name."""
    return column.title or text_of(column.name)


def column_meaning(column: Column) -> Text:
    """Say what a column's values mean: what its publisher wrote, else what the portal recognised."""
    known = MEANINGS.get(column.meaning)
    return column.description or (known.description if known else Text())


def allowed(column: Column) -> list[str]:
    """List the values that a column may have, where its schema lists them."""
    field = column.field or {}
    constraints = field.get("constraints")
    listed = field.get("categories") or (constraints.get("enum") if isinstance(constraints, dict) else None)
    values = [each.get("value") if isinstance(each, dict) else each for each in listed or () if each is not None]
    return [str(value) for value in values if value is not None]


def primary_key(table: Table) -> list[str]:
    """Answer the names of the columns that tell rows apart, those of them that exist."""
    key = table.schema.get("primaryKey") or ()
    names = [key] if isinstance(key, str) else [str(name) for name in key]
    known = {column.name for column in table.columns}
    return names if known.issuperset(names) else []


def foreign_keys(record: DatasetRecord, table: Table) -> list[tuple[list[str], str, list[str]]]:
    """Answer the columns that point to a table of the dataset, its name (empty: the same one) and its columns."""
    found = []
    for key in table.schema.get("foreignKeys") or ():
        own, there = _names(key.get("fields")), key.get("reference", {})
        theirs, name = _names(there.get("fields")), str(there.get("resource") or "")
        other = record.resource(name) if name else None
        target = table if not name else (other.table if other else None)
        if target and len(own) == len(theirs) > 0 and _has(table, own) and _has(target, theirs):
            found.append((own, name, theirs))
    return found


def _names(words: Any) -> list[str]:
    return [words] if isinstance(words, str) else [str(word) for word in words or ()]


def _has(table: Table, names: Iterable[str]) -> bool:
    return {column.name for column in table.columns}.issuperset(names)


def personal_columns(record: DatasetRecord) -> list[str]:
    """Name the columns that may tell of persons, as table and column."""
    return [
        f"{resource.name}: {column.name}"
        for resource in record.resources
        if resource.table
        for column in resource.table.columns
        if column.meaning in _PERSONAL
    ]


def rows_apart(record: DatasetRecord) -> int:
    """Count the rows that came in and were not published."""
    return sum(resource.intake.rows_apart for resource in record.resources if resource.intake)


def facts(record: DatasetRecord) -> Text:
    """Say in a few sentences what the record knows: who, how much, where, when, how often, on which terms."""
    return Text("".join(_facts_ja(record)), " ".join(_facts_en(record)))


def _facts_ja(record: DatasetRecord) -> Iterable[str]:
    publisher = record.publisher.title.get("ja") or record.publisher.slug
    yield f"{publisher}が公開するデータセットです。"
    for resource in record.resources:
        if resource.table:
            name = resource.title.get("ja") or resource.name
            columns = "、".join(column_title(each).get("ja") for each in resource.table.columns[:8])
            yield f"表「{name}」は{resource.table.rows:,}行で、{columns}などの列があります。"
    if where := "、".join(place_name(*each).get("ja") for each in places(record)[:5]):
        yield f"対象地域: {where}。"
    if when := interval(record.temporal):
        yield f"対象期間: {when}。"
    yield plan(record).ja
    if terms := license_words(record.license, "ja"):
        yield f"利用条件: {terms}。"


def _facts_en(record: DatasetRecord) -> Iterable[str]:
    yield f"A dataset published by {record.publisher.title.get('en') or record.publisher.slug}."
    for resource in record.resources:
        if resource.table:
            name = resource.title.get("en") or resource.name
            columns = ", ".join(column_title(each).get("en") for each in resource.table.columns[:8])
            yield f"Its table “{name}” has {resource.table.rows:,} rows and columns such as {columns}."
    if where := ", ".join(place_name(*each).get("en") for each in places(record)[:5]):
        yield f"Area: {where}."
    if when := interval(record.temporal):
        yield f"Period: {when}."
    if promised := plan(record).en:
        yield promised
    if terms := license_words(record.license, "en"):
        yield f"Terms of use: {terms}."
