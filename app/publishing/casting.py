"""How each column's words become typed values in Parquet: one SQL expression per Table Schema type.

Stricter than frictionless where a word would otherwise mean one thing to one reader and nothing to the next:
`１` (full-width) and `1_000` are integers for Python only. Numbers are DOUBLE, as in every tool that reads the CSV;
integers are as wide as the column needs (BIGINT, then 38 decimal digits, then text).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.publishing.judging import reader_of
from app.publishing.layout import Field, Layout
from app.publishing.staging import Stage, literal

DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
ZONE = "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
DATETIME = f"{DATE}T{_CLOCK}{ZONE.replace('$', '?')}"
_TIME = f"{_CLOCK}{ZONE.replace('$', '?')}"
_WHOLE = "[+-]?[0-9]+"
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_BARE = r"^[^-0-9]*|[^0-9]*$"
_TRUE = ["true", "True", "TRUE", "1"]
_FALSE = ["false", "False", "FALSE", "0"]
_BIGINT_DIGITS = 18
_DECIMAL_DIGITS = 38
_SPECIAL = {"nan": "NaN", "inf": "INF", "-inf": "-INF"}
_DAYS = {"date": "DATE", "datetime": "TIMESTAMP", "time": "TIME"}


@dataclass(frozen=True, slots=True)
class Cast:
    """`sql` answers NULL for a word that is none of the type. `sorts` says that the order of values means something.

    `beside` is the column it reads instead of the words themselves, if any.
    """

    sql: str
    can_fail: bool = True
    sorts: bool = True
    beside: str = ""


def present(layout: Layout, column: int) -> str:
    """Write the SQL of a column's words, NULL where they stand for no value."""
    missing = layout.missing(column)
    if not missing:
        return f"c{column}"
    if len(missing) == 1:
        return f"nullif(c{column}, {literal(missing[0])})"
    return f"CASE WHEN c{column} IN ({', '.join(map(literal, missing))}) THEN NULL ELSE c{column} END"


def casts(stage: Stage, layout: Layout, folder: Path) -> tuple[Cast, ...]:
    """Write the cast of every column; looks at the rows where the width or the zone depends on them."""
    columns = range(len(layout.fields))
    figures = stage.figures([_question(layout.fields[column], present(layout, column)) for column in columns])
    return tuple(
        _by_meaning(stage, layout, column, folder)
        if _has_own_format(layout.fields[column])
        else _cast(layout.fields[column], present(layout, column), figure)
        for column, figure in zip(columns, figures, strict=True)
    )


def _question(field: Field, text: str) -> str:
    """Ask the rows what a cast depends on: the longest integer, or how many values there are with a zone and in all."""
    kind = field["type"]
    if kind == "integer":
        bare = _bare(field, text)
        return f"max(length(ltrim(ltrim({bare}, '+-'), '0'))) FILTER (regexp_full_match({bare}, {literal(_WHOLE)}))"
    if kind in {"datetime", "time"}:
        return f"[count(*) FILTER (regexp_matches({text}, {literal(ZONE)})), count({text})]"
    return "count(NULL)"


def _has_own_format(field: Field) -> bool:
    return field["type"] in _DAYS and field.get("format", "default") != "default"


def _cast(field: Field, text: str, figure: Any) -> Cast:
    kind = str(field["type"])
    if kind == "integer":
        return _integer(field, text, figure or 0)
    if kind in _DAYS:
        return _iso(kind, text, *(figure or (0, 0)))
    plain = {"number": _number, "boolean": _boolean, "year": _year}.get(kind)
    return plain(field, text) if plain else Cast(text, can_fail=False, sorts=kind in {"string", "yearmonth"})


def _bare(field: Field, text: str) -> str:
    """Take off what the field allows around and inside a number: units, group characters, spaces."""
    text = f"trim({text})"
    if field.get("bareNumber") is False:
        text = f"regexp_replace({text}, {literal(_BARE)}, '', 'g')"
    if field.get("groupChar"):
        text = f"replace({text}, {literal(field['groupChar'])}, '')"
    return text


def _integer(field: Field, text: str, longest: int) -> Cast:
    bare = _bare(field, text)
    fits = f"regexp_full_match({bare}, {literal(_WHOLE)})"
    if longest > _DECIMAL_DIGITS:
        return Cast(f"CASE WHEN {fits} THEN {bare} END", sorts=False)
    width = "BIGINT" if longest <= _BIGINT_DIGITS else f"DECIMAL({_DECIMAL_DIGITS}, 0)"
    return Cast(f"CASE WHEN {fits} THEN TRY_CAST({bare} AS {width}) END")


def _number(field: Field, text: str) -> Cast:
    bare = _bare(field, text)
    point = field.get("decimalChar", ".")
    plain = (
        bare if point == "." else f"CASE WHEN NOT contains({bare}, '.') THEN replace({bare}, {literal(point)}, '.') END"
    )
    special = " ".join(f"WHEN {literal(name)} THEN {literal(word)}::DOUBLE" for name, word in _SPECIAL.items())
    value = f"TRY_CAST({plain} AS DOUBLE)"  # 1e309 would be infinite, which nobody wrote
    finite = f"CASE WHEN regexp_full_match({plain}, {literal(_NUMBER)}) AND isfinite({value}) THEN {value} END"
    return Cast(f"CASE lower({bare}) {special} ELSE {finite} END")


def _boolean(field: Field, text: str) -> Cast:
    yes, no = field.get("trueValues", _TRUE), field.get("falseValues", _FALSE)
    words = [(word, value) for value, words in (("true", yes), ("false", no)) for word in words]
    if not words:
        return Cast("CAST(NULL AS BOOLEAN)", sorts=False)
    cases = " ".join(f"WHEN {literal(str(word))} THEN {value}" for word, value in words)
    return Cast(f"CASE {text} {cases} ELSE CAST(NULL AS BOOLEAN) END", sorts=False)


def _year(_: Field, text: str) -> Cast:
    return Cast(f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}') THEN TRY_CAST({text} AS INTEGER) END")


def _iso(kind: str, text: str, zoned: int, filled: int) -> Cast:
    """Cast days and times as ISO 8601 has them; with a zone on every value they become instants."""
    pattern = {"date": DATE, "datetime": DATETIME.replace("T", "[T ]", 1), "time": _TIME}[kind]
    fits = f"regexp_full_match({text}, {literal(pattern)}) AND NOT starts_with({text}, '0000-')"
    target = _DAYS[kind]
    if zoned and (kind == "time" or zoned < filled):
        exists = f"TRY_CAST(regexp_replace({text}, {literal(ZONE)}, '') AS {target}) IS NOT NULL"
        return Cast(f"CASE WHEN {fits} AND {exists} THEN {text} END", sorts=False)
    return Cast(f"CASE WHEN {fits} THEN TRY_CAST({text} AS {'TIMESTAMPTZ' if zoned else target}) END")


def _by_meaning(stage: Stage, layout: Layout, column: int, folder: Path) -> Cast:
    """Cast what only frictionless can read ("any" and strptime patterns): each distinct word is read once."""
    field = layout.fields[column]
    read = reader_of(field)
    words = stage.rows(f"DISTINCT {present(layout, column)} AS word", "WHERE word IS NOT NULL")
    readings = folder / f"readings-{column}.csv"
    zoned = set()
    with readings.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("word", "meaning"))
        for (word,) in words:
            value = read(word)
            if value is not None:
                zoned.add(getattr(value, "tzinfo", None) is not None)
            writer.writerow((word, "" if value is None else value.isoformat()))
    stage.add_readings(column, readings)
    readings.unlink()
    target = _DAYS[str(field["type"])]
    if True in zoned:
        target = "VARCHAR" if target == "TIME" or False in zoned else "TIMESTAMPTZ"
    return Cast(f"TRY_CAST(d{column} AS {target})", sorts=target != "VARCHAR", beside=f"d{column}")
