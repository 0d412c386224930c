"""Tells of columns, tables and datasets in as few words as an agent needs to ask right; what is empty is left out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from app.agents.citing import terms
from app.agents.time_columns import days_in
from app.agents.zeroes import COUNTS
from app.catalog import lifecycle
from app.catalog.meanings import MEANINGS
from app.catalog.places import place_of
from app.catalog.record import Access, State
from app.metadata.words import day_of_change, filled, interval, title_of
from app.query.meaning import Detail

if TYPE_CHECKING:
    from app.agents.tool import Call
    from app.catalog.record import Column, DatasetRecord, ResourceRecord
    from app.query.answer import Answer, OutColumn

_BRIEF, _STANDARD, _LONG = 80, 200, 1000
_LENGTHS = {Detail.BRIEF: _BRIEF, Detail.STANDARD: _STANDARD, Detail.FULL: _LONG}
_CAVEATS = {Detail.BRIEF: 200, Detail.STANDARD: 400, Detail.FULL: 1500}
_MOST_CODES = {Detail.BRIEF: 6, Detail.STANDARD: 15, Detail.FULL: 100}
# Of more columns only those with a unit are told in an answer in brief: rows name them all.
MOST_COLUMNS = 15
_MOST_EXAMPLES = 3
_LONGEST_EXAMPLE = 40
_MOST_PLACES = 5
_EXACT = 2**53
_TELLING = frozenset({"fiscal-year", "municipality-code", "corporate-number", "town-id", "postal-code", "share"})
_NUMBERS = frozenset({"integer", "number"})
# Of these the least and the greatest say something.
_ORDERED = frozenset({"integer", "number", "year", "yearmonth", "date", "datetime", "time"})


def short(words: str, length: int) -> str:
    """Cut words to a length."""
    plain = " ".join(words.split())
    return plain if len(plain) <= length else plain[:length].rstrip() + "…"


def dataset_told(call: Call, record: DatasetRecord, detail: Detail) -> dict[str, Any]:
    """Say what a dataset is: the most important first."""
    version = record.version
    places = [place.name.get(call.language) if (place := place_of(said)) else said for said in record.spatial]
    return filled(
        {
            "dataset": record.slug,
            "title": short(call.words(title_of(record)), _STANDARD),
            "publisher": call.words(record.publisher.title),
            "description": "" if detail is Detail.BRIEF else short(call.words(record.description), _LENGTHS[detail]),
            "period": period_told(record),
            "place": places[:_MOST_PLACES],
            "updated": day_of_change(record).isoformat(),
            "version": version.number if version else 0,
            "license": terms(call, record.license),
            "caveats": caveats_told(call, record, detail),
            "ai_use": record.ai_use if record.ai_use == "ask" else "",
            "access": record.access.value if record.access is not Access.PUBLIC else "",
        }
    )


def period_told(record: DatasetRecord) -> str:
    """Say which days the data is about: not the day on which it was sent, but then those of its one column of days."""
    is_guessed = record.temporal.start is None and any(each.field == "temporal" for each in record.derived)
    return interval(days_in(record)) if is_guessed else interval(record.temporal)


def caveats_told(call: Call, record: DatasetRecord, detail: Detail) -> str:
    """Say what the publisher warns of; of no length left out, for whoever does not read it misuses the data."""
    return short(call.words(record.caveats), _CAVEATS[detail])


def notes_on(record: DatasetRecord, newest: int = 0) -> tuple[str, ...]:
    """Say what is so of a dataset that its publisher may not have written into it; `newest` is the latest version."""
    notes: tuple[str, ...] = ()
    if record.state is State.DEPRECATED:
        notes = ("The publisher does not update this dataset any more.",)
    if record.version and record.version.number < newest:
        notes = (*notes, f"This is version {record.version.number}; the newest is {newest}.")
    if record.state not in lifecycle.VISIBLE:
        notes = (*notes, "This dataset is not published.")
    return notes


def column_told(call: Call, column: Column, detail: Detail) -> dict[str, Any]:
    """Say what a column of a table is and holds."""
    said: dict[str, Any] = {"name": column.name, "type": column.type, "unit": column.unit}
    profile = column.profile
    codes = codes_of(column, _MOST_CODES[detail])
    if detail is Detail.BRIEF:
        return filled(said | {"codes": codes, **_range(column)})
    said |= {
        **_definition(call, column, detail),
        "codes": codes,
        **_range(column),
    }
    if profile:
        said |= {"distinct": profile.distinct if not codes else None, "empty": profile.missing or None}
        if not codes and column.type not in _ORDERED:
            said["examples"] = [short(each, _LONGEST_EXAMPLE) for each in profile.examples[:_MOST_EXAMPLES]]
    if detail is Detail.FULL:
        said |= {"meaning": column.meaning, "code_list": column.code_list}
    return filled(said)


def _definition(call: Call, column: Column, detail: Detail) -> dict[str, Any]:
    """Say what the publisher wrote of a column; what the portal recognised only where that says more than the name."""
    title = call.words(column.title)
    known = MEANINGS.get(column.meaning) if column.meaning in _TELLING else None
    words = call.words(column.description) or (call.words(known.description) if known else "")
    return {"title": title if title != column.name else "", "definition": short(words, _LENGTHS[detail])}


def codes_of(column: Column, most: int) -> list[str] | dict[str, str]:
    """List the values that a column may have, with their labels, where they are listed or few."""
    field = column.field or {}
    constraints = field.get("constraints")
    listed = field.get("categories") or (constraints.get("enum") if isinstance(constraints, dict) else None)
    values = {}
    for each in listed if isinstance(listed, list) else ():
        value, label = (each.get("value"), each.get("label")) if isinstance(each, dict) else (each, None)
        values[str(value)] = str(label or "")
    if not values and column.profile and column.type == "string":
        examples = column.profile.examples
        values = dict.fromkeys(examples, "") if 0 < column.profile.distinct <= len(examples) else {}
    told = dict(list(values.items())[:most])
    if any(told.values()):
        return {short(value, _LONGEST_EXAMPLE): short(label, _LONGEST_EXAMPLE) for value, label in told.items()}
    return [short(value, _LONGEST_EXAMPLE) for value in told]


def answer_columns(call: Call, answer: Answer, resource: ResourceRecord, detail: Detail) -> list[dict[str, Any]]:
    """Say what each column of an answer is: what was made of which column, in which unit, without which cells."""
    brief = detail is Detail.BRIEF and len(answer.columns) > MOST_COLUMNS
    counts = {(note.column, note.code): note.count for note in answer.notes if note.column}
    return [
        _answer_column(call, out, resource, detail)
        | filled({"left_out": counts.get((out.name, "empty-cells-left-out"))})
        for out in answer.columns
        if not brief or out.unit or out.function
    ]


def _answer_column(call: Call, out: OutColumn, resource: ResourceRecord, detail: Detail) -> dict[str, Any]:
    column = out.column
    said: dict[str, Any] = {"name": out.name, "type": out.type, "unit": out.unit}
    if column is None:
        return filled(said)
    if out.function or out.part:
        said |= {"of": column.name}
    if detail is not Detail.BRIEF:
        said |= _definition(call, column, detail)
    elif out.type in _NUMBERS and not out.unit and out.function not in COUNTS:
        # A number whose unit stands in words only is easily taken for another one.
        said |= {"definition": short(call.words(column.description), _BRIEF)}
    if detail is Detail.FULL:
        missing = resource.table.schema.get("missingValues") if resource.table else None
        said |= {"meaning": column.meaning, "code_list": column.code_list, "missing_values": missing}
    return filled(said)


def _range(column: Column) -> dict[str, Any]:
    profile = column.profile
    if profile is None or column.type not in _ORDERED or profile.distinct < len(("least", "greatest")):
        return {}
    return {"min": _number(profile.minimum, column.type), "max": _number(profile.maximum, column.type)}


def _number(words: str | None, kind: str) -> Any:
    """Answer numbers as numbers, where JSON holds them as they are."""
    if words is None or kind not in {"integer", "year", "number"}:
        return short(words, _LONGEST_EXAMPLE) if words else None
    try:
        number = float(words)
    except ValueError:
        return short(words, _LONGEST_EXAMPLE)
    if number.is_integer() and abs(number) < _EXACT:
        return int(number)
    return number if math.isfinite(number) and kind == "number" else words
