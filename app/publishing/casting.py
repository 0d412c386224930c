"""How each column's words become typed values in Parquet: one SQL expression per Table Schema type.

Stricter than frictionless where a word would otherwise mean one thing to one reader and nothing to the next:
`１` (full-width) and `1_000` are integers for Python only. Numbers are DOUBLE, as in every tool that reads the CSV;
integers are as wide as the column needs (BIGINT, then 38 decimal digits, then text).
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.publishing.layout import Field, Layout, values_of
from app.publishing.staging import Stage, is_storable, literal

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
_PASSED_ON = frozenset(
    {"name", "type", "format", "trueValues", "falseValues", "decimalChar", "groupChar", "bareNumber"}
    | {"delimiter", "itemType", "missingValues"},
)
_JUDGED_ELSEWHERE = frozenset({"pattern", "unique", "jsonSchema"})
# Whatever has more digits is for frictionless to read.
_SURELY_WHOLE = "[+-]?[0-9]{1,18}"
_SURE_NUMBER = r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?"
_YEARMONTH = "[0-9]{4}-(0[1-9]|1[0-2])"
_DAY_PARTS = {"%Y": "([0-9]{4})", "%m": "([0-9]{2})", "%d": "([0-9]{2})"}
_DAY_FORMAT = re.compile("(%[Ymd])([-/.年月日]?)(%[Ymd])([-/.年月日]?)(%[Ymd])([日]?)")
_AT_LEAST = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
UNCHECKED_FORMATS = frozenset({"wkt"})  # frictionless reads it by a library that we do not have
_LENGTHS = {"minLength": ">=", "maxLength": "<="}
_MOST_WORDS, _MOST_CHARACTERS = 2_000, 4_000_000


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


def descriptor_of(field: Field) -> Field:
    """Write the field as frictionless needs it, without what it does not judge, or not safely."""
    passed = {key: value for key, value in field.items() if key in _PASSED_ON}
    if "missingValues" in passed:
        passed["missingValues"] = values_of(passed["missingValues"])
    if passed["type"] == "integer" and passed.get("groupChar"):
        passed["type"] = "number"  # frictionless knows no groups in integers; the cast proves that they are whole
    elif passed["type"] != "list":
        passed.pop("delimiter", None)
    if passed.get("format") in UNCHECKED_FORMATS:
        del passed["format"]
    constraints = field.get("constraints")
    if isinstance(constraints, dict):
        passed["constraints"] = {key: value for key, value in constraints.items() if key not in _JUDGED_ELSEWHERE}
    return passed


def reader_of(field: Field) -> Callable[[str], Any]:
    """Make frictionless's reader of one field's words; it answers `None` for what it cannot read."""
    import frictionless

    with without_plugins():
        reader: Callable[[str], Any] = frictionless.Field.from_descriptor(descriptor_of(field)).create_value_reader()
    return reader


@contextmanager
def without_plugins() -> Iterator[None]:
    """Keep frictionless from importing its fifty plugins at its first field, to ask each for types of fields.

    None has any, and a tenth of a second is much for a process that reads one small table.
    """
    from frictionless import system

    state = vars(system)
    known = {name: state[name] for name in ("methods",) if name in state}
    state["methods"] = {"select_field_class": {}}
    try:
        yield
    finally:
        del state["methods"]
        state.update(known)


def distinct_words(stage: Stage, column: int, where: str, longest: int) -> Iterator[list[tuple[str, int, int]]]:
    """Hand out a column's different words, each with how often and on which row first it stands.

    They come in pieces that fit into memory, however many there are; `longest` is the length of the longest.
    """
    size = max(1, min(_MOST_WORDS, _MOST_CHARACTERS // max(longest, 1)))
    word = f"c{column}"
    return stage.pieces(f"{word}, count(*), min(rowid)", f"WHERE {where} GROUP BY {word}", size)


@dataclass(frozen=True, slots=True)
class _Sure:
    """`fits` is true only for words that frictionless surely takes. `key` sorts them as their values do.

    `written` writes a bound to compare with, or `None`. Unless `exact`, equal keys do not mean equal values.
    """

    fits: str
    key: str = ""
    written: Callable[[Any], str | None] = lambda _: None
    exact: bool = True


def certain(field: Field, word: str, bounds: Mapping[str, Any]) -> str | None:
    """Write SQL that is true only where frictionless finds nothing wrong with a word that is there.

    `field` is as `descriptor_of` wrote it, `bounds` as frictionless has read them. `None` where nothing can be said
    without reading.
    """
    kind = _SURE.get(str(field["type"]))
    sure = kind(field, word, bool(bounds)) if kind else None
    if sure is None:
        return None
    conditions = [sure.fits]
    for name, rule in (field.get("constraints") or {}).items():
        if name == "required" or rule is None:
            continue
        condition = _within(sure, name, bounds[name]) if name in bounds else _as_text(field, word, name, rule)
        if condition is None:
            return None
        conditions.append(condition)
    return " AND ".join(f"({condition})" for condition in conditions)


def _within(sure: _Sure, name: str, bound: Any) -> str | None:
    written = sure.written(bound)
    return None if written is None else f"{sure.key} {_AT_LEAST[name] if sure.exact else _AT_LEAST[name][0]} {written}"


def _as_text(field: Field, word: str, name: str, rule: Any) -> str | None:
    if field["type"] not in {"string", "any"}:
        return None
    if name == "enum" and isinstance(rule, list):
        words = [literal(entry) for entry in rule if isinstance(entry, str) and is_storable(entry)]
        return f"{word} IN ({', '.join(words)})" if words else "false"
    if name in _LENGTHS and type(rule) is int:
        return f"length({word}) {_LENGTHS[name]} {rule}"
    return None


def _sure_text(field: Field, _word: str, _bounded: bool) -> _Sure | None:
    return _Sure("true") if field["type"] == "any" or field.get("format", "default") == "default" else None


def _sure_integer(_field: Field, word: str, _bounded: bool) -> _Sure:
    fits = f"regexp_full_match({word}, {literal(_SURELY_WHOLE)})"
    return _Sure(fits, f"TRY_CAST({word} AS BIGINT)", lambda bound: str(bound) if abs(bound) < 10**18 else None)


def _sure_number(field: Field, word: str, _bounded: bool) -> _Sure | None:
    """Compare as DOUBLE: rounding keeps the order, so that a greater double is a greater number."""
    group, point = field.get("groupChar", ""), field.get("decimalChar", ".")
    if not (isinstance(group, str) and isinstance(point, str) and len(point) == 1 and is_storable(group + point)):
        return None
    plain = f"replace({word}, {literal(group)}, '')" if group else word
    fits = f"regexp_full_match({plain}, {literal(_SURE_NUMBER)})"
    if point != ".":
        fits = f"NOT contains({plain}, '.')"
        plain = f"replace({plain}, {literal(point)}, '.')"
        fits += f" AND regexp_full_match({plain}, {literal(_SURE_NUMBER)})"
    return _Sure(fits, f"TRY_CAST({plain} AS DOUBLE)", _double, exact=False)


def _double(bound: Any) -> str | None:
    try:
        value = float(bound)
    except (OverflowError, ValueError):
        return None
    return f"{value!r}::DOUBLE" if math.isfinite(value) else None


def _sure_boolean(field: Field, word: str, _bounded: bool) -> _Sure:
    words = [*field.get("trueValues", _TRUE), *field.get("falseValues", _FALSE)]
    listed = ", ".join(literal(each) for each in words if is_storable(each))
    return _Sure(f"{word} IN ({listed})" if listed else "false")


def _sure_date(field: Field, word: str, _bounded: bool) -> _Sure | None:
    format_ = field.get("format", "default")
    day = _Day(DATE, r"\0") if format_ == "default" else _day(format_)
    if day is None:
        return None
    iso = day.iso(word)
    return _Sure(f"{day.fits(word)} AND {_is_day(iso)}", iso, lambda bound: literal(bound.isoformat()))


def _sure_datetime(field: Field, word: str, bounded: bool) -> _Sure | None:
    if field.get("format", "default") != "default":
        return None
    pattern = DATETIME.removesuffix(ZONE.replace("$", "?")) if bounded else DATETIME
    fits = f"regexp_full_match({word}, {literal(pattern)}) AND {_is_day(f'left({word}, 10)')}"
    return _Sure(fits, f"left({word}, 19)", _local, exact=False)


def _sure_time(field: Field, word: str, bounded: bool) -> _Sure | None:
    if field.get("format", "default") != "default":
        return None
    return _Sure(
        f"regexp_full_match({word}, {literal(_CLOCK if bounded else _TIME)})", f"left({word}, 8)", _local, exact=False
    )


def _local(bound: Any) -> str | None:
    """Write a time to the second; one with a zone is not compared with those that have none."""
    return literal(bound.isoformat(timespec="seconds")) if bound.tzinfo is None else None


def _sure_year(_field: Field, word: str, _bounded: bool) -> _Sure:
    return _Sure(f"regexp_full_match({word}, '[0-9]{{4}}')", word, lambda bound: literal(f"{bound:04}"))


def _sure_yearmonth(_field: Field, word: str, _bounded: bool) -> _Sure:
    fits = f"regexp_full_match({word}, {literal(_YEARMONTH)})"
    return _Sure(fits, word, lambda bound: literal(f"{bound.year:04}-{bound.month:02}") if bound.year >= 0 else None)


def _is_day(iso: str) -> str:
    """Write the SQL that says whether a day is in the calendar; for frictionless it begins with the year 1."""
    return f"TRY_CAST({iso} AS DATE) IS NOT NULL AND NOT starts_with({iso}, '0000-')"


_SURE: Mapping[str, Callable[[Field, str, bool], _Sure | None]] = {
    "string": _sure_text,
    "any": _sure_text,
    "integer": _sure_integer,
    "number": _sure_number,
    "boolean": _sure_boolean,
    "date": _sure_date,
    "datetime": _sure_datetime,
    "time": _sure_time,
    "year": _sure_year,
    "yearmonth": _sure_yearmonth,
}


@dataclass(frozen=True, slots=True)
class _Day:
    """A way to write days whose words one expression can put into the order of ISO 8601."""

    pattern: str
    order: str

    def fits(self, word: str) -> str:
        return f"regexp_full_match({word}, {literal(self.pattern)})"

    def iso(self, word: str) -> str:
        return (
            word if self.order == r"\0" else f"regexp_replace({word}, {literal(self.pattern)}, {literal(self.order)})"
        )


def _day(format_: str) -> _Day | None:
    """Write a strptime pattern of year, month and day as a regular expression, if it is as simple as that."""
    parts = _DAY_FORMAT.fullmatch(format_)
    if not parts or {parts[1], parts[3], parts[5]} != _DAY_PARTS.keys():
        return None
    pattern = "".join(_DAY_PARTS.get(part) or part.replace(".", "[.]") for part in parts.groups())
    place = {part: number for number, part in enumerate((parts[1], parts[3], parts[5]), start=1)}
    return _Day(pattern, rf"\{place['%Y']}-\{place['%m']}-\{place['%d']}")


def casts(stage: Stage, layout: Layout, folder: Path) -> tuple[Cast, ...]:
    """Write the cast of every column; looks at the rows where the width or the zone depends on them."""
    columns = range(len(layout.fields))
    figures = stage.figures([_question(layout.fields[column], present(layout, column)) for column in columns])
    return tuple(
        _by_meaning(stage, layout, column, folder)
        if _has_own_format(layout.fields[column]) and not (figure and _own_day(layout.fields[column]))
        else _cast(layout.fields[column], present(layout, column), figure)
        for column, figure in zip(columns, figures, strict=True)
    )


def _question(field: Field, text: str) -> str:
    """Ask the rows what a cast depends on.

    That is the longest integer; how many values have a zone, and how many there are; or whether all fit a pattern.
    """
    kind = field["type"]
    day = _own_day(field)
    if day:
        return f"coalesce(bool_and({day.fits(text)}), true)"
    if kind == "integer":
        bare = _bare(field, text)
        return f"max(length(ltrim(ltrim({bare}, '+-'), '0'))) FILTER (regexp_full_match({bare}, {literal(_WHOLE)}))"
    if kind in {"datetime", "time"}:
        return f"[count(*) FILTER (regexp_matches({text}, {literal(ZONE)})), count({text})]"
    return "count(NULL)"


def _has_own_format(field: Field) -> bool:
    return field["type"] in _DAYS and field.get("format", "default") != "default"


def _own_day(field: Field) -> _Day | None:
    return _day(str(field.get("format"))) if field["type"] == "date" else None


def _cast(field: Field, text: str, figure: Any) -> Cast:
    kind = str(field["type"])
    if kind == "integer":
        return _integer(field, text, figure or 0)
    day = _own_day(field)
    if day:
        return Cast(f"CASE WHEN {day.fits(text)} AND {_is_day(day.iso(text))} THEN CAST({day.iso(text)} AS DATE) END")
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
    readings = folder / f"readings-{column}.csv"
    zoned = set()
    with readings.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("word", "meaning"))
        [longest] = stage.figures([f"max(length(c{column}))"])
        for piece in distinct_words(stage, column, f"{present(layout, column)} IS NOT NULL", longest or 0):
            values = [read(word) for word, *_ in piece]
            zoned |= {getattr(value, "tzinfo", None) is not None for value in values if value is not None}
            writer.writerows(
                (word, "" if value is None else value.isoformat())
                for (word, *_), value in zip(piece, values, strict=True)
            )
    stage.add_readings(column, readings)
    readings.unlink()
    target = _DAYS[str(field["type"])]
    if True in zoned:
        target = "VARCHAR" if target == "TIME" or False in zoned else "TIMESTAMPTZ"
    return Cast(f"TRY_CAST(d{column} AS {target})", sorts=target != "VARCHAR", beside=f"d{column}")
