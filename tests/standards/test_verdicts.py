"""Each cell gets the verdict that `frictionless validate` gives it, but for differences written down here."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frictionless
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.report import Findings
from app.publishing.problems import TABLE
from app.publishing.repair.choices import Choices
from app.publishing.tables import TableSource, read_tables

Field = dict[str, Any]
# Code, line, column; a verdict on a row as a whole has no column.
Verdict = tuple[str, int, str]

SAME_CODE = {"primary-key-missing": "primary-key"}
OF_ROWS = frozenset({"primary-key", "foreign-key", "blank-row", "unique-error", "incorrect-label"})
V2 = "https://datapackage.org/profiles/2.0/datapackage.json"
TITLES = {"title", "description"}  # where they have languages, frictionless takes them for a fault
LARGEST_FILE = 60_000

WORDS = (
    *(
        "0",
        "1",
        "-1",
        "+1",
        "-0",
        "007",
        "9",
        "10",
        "123456789012345678",
        "1234567890123456789",
        "9" * 40,
        "１",
        "٣",
        "-１",
    ),
    *(
        "1.0",
        "1.",
        ".5",
        "-.5",
        "1.50",
        "0.1",
        "1e3",
        "1E-3",
        "1e",
        "1e400",
        "1e-400",
        "1e99999",
        "1e999999999999999999999",
    ),
    *(
        ".",
        "+",
        "-",
        "e1",
        "１.５",
        "1_000",
        "1__0",
        "1,000",
        "1,00",
        "1.000,5",
        "1 000",
        " 1",
        "1 ",
        "\t1",
        "1\u00a0",
        "　1",
    ),
    *("NaN", "nan", "-nan", "INF", "inf", "-INF", "+inf", "Infinity", "infinite", "0x10", "1%", "$5", "¥12.5", "約95%"),
    *("true", "True", "TRUE", "tRue", "false", "False", "FALSE", "yes", "no", "t", "有", "無", "真"),
    *("2024-02-29", "2023-02-29", "2024-2-9", "2024-02-30", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01"),
    *("２０２４-01-01", "2024-01-01 ", "2024/02/29", "2024/2/9", "2024.02.29", "20240229", "29/02/2024", "29.02.2024"),
    *(
        "31/02/2024",
        "1/2/2024",
        "2024年02月29日",
        "2024年2月9日",
        "令和6年1月1日",
        "9 Feb 2024",
        "2024-W05-1",
        "2024-060",
    ),
    *("2024-01-01T10:00:00", "2024-01-01T10:00:00Z", "2024-01-01T10:00:00+09:00", "2024-01-01T10:00:00+0900"),
    *("2024-01-01 10:00:00", "2024-01-01T10:00", "2024-01-01T24:00:00", "2024-01-01T10:00:60", "2024-01-01T10:00:00.5"),
    *("2024-01-01T10:00:00,5", "2024-01-01T10:00:00.1234567", "2024-01-01T10:00:00+15:00", "2024-01-01T10:00:00+00:61"),
    *("2024-01-01T10:00:00-00:00", "2024-02-30T10:00:00", "0000-01-01T00:00:00", "20240101 10:00"),
    *(
        "10:00:00",
        "10:00",
        "24:00:00",
        "00:00:00",
        "23:59:59.999999",
        "10:00:00Z",
        "10:00:00+09:00",
        "1:00:00",
        "25:00:00",
    ),
    *(
        "10:00:60",
        "0024",
        "２０２４",
        "2024",
        "-024",
        "999",
        "12345",
        "2024-01",
        "2024-1",
        "2024-13",
        "2024-00",
        "-2024-01",
    ),
    *(
        "P1D",
        "PT1H",
        "P1Y2M3DT4H5M6S",
        "P",
        "1D",
        "139.7,35.6",
        "139.7, 35.6",
        "200,35",
        "139.7",
        "[139.7,35.6]",
        "181,0",
    ),
    *(
        '{"lon": 139.7, "lat": 35.6}',
        "[1,2]",
        "[]",
        "{}",
        '{"a": 1}',
        "[1,",
        '{"type": "Point", "coordinates": [1, 2]}',
    ),
    *(
        "a",
        "ab",
        "abc",
        "abcd",
        "a,b",
        "1;2",
        "a@example.org",
        "a@",
        "https://example.org/x",
        "example",
        "YQ==",
        "YQ",
        "é",
        "👍🏽",
    ),
    *(
        "c0fdb3b0-8b38-4ee0-9e3f-0f1a0d7e2c11",
        "C0FDB3B08B384EE09E3F0F1A0D7E2C11",
        "POINT (1 2)",
        "POINT",
        "-",
        "不明",
        "'",
        '"',
    ),
)

FIELDS: tuple[Field, ...] = (
    {"type": "any"},
    {"type": "any", "constraints": {"enum": ["1", "a", 2]}},
    {"type": "any", "constraints": {"required": True}},
    {"type": "string"},
    {"type": "string", "constraints": {"minLength": 2, "maxLength": 4}},
    {"type": "string", "constraints": {"enum": ["a", "1", "不明", "", "'"]}},
    {"type": "string", "constraints": {"pattern": "[0-9]{3,4}|a.*"}},
    {"type": "string", "constraints": {"pattern": r"\d+"}},
    {"type": "string", "constraints": {"required": True}, "missingValues": ["-", "不明", "a"]},
    *({"type": "string", "format": name} for name in ("email", "uri", "uuid", "binary")),
    {"type": "integer"},
    {"type": "integer", "constraints": {"minimum": 1, "maximum": 10}},
    {"type": "integer", "constraints": {"exclusiveMinimum": 1, "exclusiveMaximum": "10"}},
    {"type": "integer", "constraints": {"minimum": "-1", "maximum": 10**30}},
    {"type": "integer", "constraints": {"enum": [1, "10", "a"]}},
    {"type": "integer", "constraints": {"required": True}, "missingValues": ["-1", "9"]},
    {"type": "integer", "bareNumber": False},
    {"type": "integer", "bareNumber": False, "constraints": {"minimum": 5}},
    {"type": "integer", "missingValues": []},
    {"type": "number"},
    {"type": "number", "constraints": {"minimum": "0.1", "maximum": 10}},
    {"type": "number", "constraints": {"exclusiveMinimum": 1, "exclusiveMaximum": "1e400"}},
    {"type": "number", "constraints": {"enum": [1, "1.5"]}},
    {"type": "number", "groupChar": ","},
    {"type": "number", "groupChar": ".", "decimalChar": ","},
    {"type": "number", "groupChar": " ", "constraints": {"minimum": 1}},
    {"type": "number", "decimalChar": ","},
    {"type": "number", "bareNumber": False},
    {"type": "boolean"},
    {"type": "boolean", "trueValues": ["有", "yes"], "falseValues": ["無", "no"]},
    {"type": "boolean", "constraints": {"enum": [True]}},
    {"type": "date"},
    {"type": "date", "constraints": {"minimum": "2024-01-01", "exclusiveMaximum": "9999-12-31"}},
    {"type": "date", "constraints": {"enum": ["2024-02-29"]}},
    *(
        {"type": "date", "format": name}
        for name in ("any", "%Y/%m/%d", "%d/%m/%Y", "%d.%m.%Y", "%Y年%m月%d日", "%Y%m%d")
    ),
    {"type": "date", "format": "%Y/%m/%d", "constraints": {"minimum": "2024/02/10"}},
    {"type": "date", "format": "fmt:%d/%m/%Y"},
    {"type": "datetime"},
    {"type": "datetime", "format": "any"},
    {"type": "datetime", "format": "%Y%m%d %H:%M"},
    {"type": "time"},
    {"type": "time", "format": "%H:%M"},
    {"type": "year"},
    {"type": "year", "constraints": {"minimum": 999, "maximum": "2024"}},
    {"type": "yearmonth"},
    {"type": "yearmonth", "constraints": {"minimum": "2024-02"}},
    {"type": "duration"},
    *({"type": "geopoint", "format": name} for name in ("default", "array", "object")),
    *({"type": name} for name in ("object", "array", "geojson")),
    {"type": "array", "constraints": {"minLength": 1}},
    {"type": "list"},
    {"type": "list", "itemType": "integer", "delimiter": ";"},
    {"type": "integer", "missingValues": [{"value": "不明", "label": "unknown"}, {"value": "-", "label": "none"}]},
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell on which the two do not agree, with what each says of it."""

    field: Field
    word: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A deliberate one: of some words in some fields we say `ours` where frictionless finds nothing wrong."""

    reason: str
    fields: Callable[[Field], bool]
    words: str
    ours: str = "type-error"

    def covers(self, cell: Cell) -> bool:
        return (
            (cell.ours, cell.theirs) == (self.ours, "")
            and self.fields(cell.field)
            and bool(re.fullmatch(self.words, cell.word, re.DOTALL))
        )


def of(*types: str) -> Callable[[Field], bool]:
    return lambda field: field["type"] in types


NUMBERS, CLOCKS = of("integer", "number"), of("datetime", "time")
DIFFERENCES = (
    Difference(
        "Digits of other scripts mean a number to Python and nothing to most readers of CSV.",
        of("integer", "number", "year", "date", "datetime", "time", "yearmonth"),
        r".*[^\x00-\x7f].*",
    ),
    Difference(
        "Beside a number there may be spaces; a tab or the end of a line is no part of it.",
        NUMBERS,
        r".*[\x00-\x1f\x85].*",
    ),
    Difference("1_000 is a number in Python's source code, not in data.", NUMBERS, ".*_.*"),
    Difference("A number beyond a double would become infinite.", of("number"), r"[^_]*[eE]\+?[0-9]{3,}\D*"),
    Difference(
        "Only NaN, INF and -INF are in the standard.", of("number"), r"(?i)\s*([+-]?s?nan[0-9]*|[+-]?inf(inity)?)\s*"
    ),
    Difference("The standard's days have two digits for month and day.", of("date"), r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"),
    Difference("ISO 8601 has more ways than XML Schema, to which the standard refers.", of("datetime"), ".*[+-].*"),
    Difference(
        "A day has no hour 24 in SQL; its seconds have six digits after a point.", CLOCKS, r".*(24:00:00|[.,][0-9]).*"
    ),
    Difference(
        "A pattern is for the whole word and matched in linear time (RE2), where \\d means 0 to 9.",
        lambda field: "pattern" in field.get("constraints", {}),
        ".*",
        ours="constraint-error",
    ),
)


def judged_by_us(file: Path, schema: dict[str, Any], **known: Any) -> set[Verdict]:
    folder = file.parent / f"{file.name}-read"
    folder.mkdir(exist_ok=True)
    findings = Findings(limit=1_000_000)
    source = TableSource("data", file.name, "csv", schema=schema, **known)
    read_tables(file, source, folder, findings, Choices(none=True))
    return {
        _verdict(SAME_CODE.get(each.code, each.code), each.row, each.column)
        for each in findings.problems
        if TABLE[each.code].severity == "error"
    }


def judged_by_frictionless(file: Path, schema: dict[str, Any], **known: Any) -> set[Verdict]:
    resource = {
        "name": "data",
        "path": file.name,
        "schema": schema,
        "encoding": "utf-8",
        "dialect": {"delimiter": ","},
    } | known
    package = frictionless.Package.from_descriptor({"$schema": V2, "resources": [resource]}, basepath=str(file.parent))
    report = package.validate(limit_errors=1_000_000)
    return {
        _verdict(str(code), row, column) for code, row, column in report.flatten(["type", "rowNumber", "fieldName"])
    }


def _verdict(code: str, row: Any, column: Any) -> Verdict:
    return code, int(row or 1), "" if code in OF_ROWS else str(column or "")


def written(file: Path, fields: Sequence[Field], rows: Iterable[Sequence[str]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow([field["name"] for field in fields])
        writer.writerows(rows)
    return file


def compared(folder: Path, fields: Sequence[Field], rows: Sequence[Sequence[str]]) -> list[Cell]:
    """Have both judge a table, and list the cells on which they do not agree."""
    file = written(folder / "table.csv", fields, rows)
    ours, theirs = judged_by_us(file, {"fields": fields}), judged_by_frictionless(file, {"fields": fields})
    numbers = {field["name"]: number for number, field in enumerate(fields)}
    return [
        Cell(
            fields[numbers[column]],
            rows[line - 2][numbers[column]],
            _codes(ours, line, column),
            _codes(theirs, line, column),
        )
        for line, column in {(line, column) for _, line, column in ours ^ theirs}
    ]


def _codes(verdicts: set[Verdict], line: int, column: str) -> str:
    return " ".join(sorted(code for code, *place in verdicts if place == [line, column]))


def named(fields: Iterable[Field]) -> list[Field]:
    return [{"name": f"f{number}"} | field for number, field in enumerate(fields)]


def unexplained(cells: Iterable[Cell]) -> list[Cell]:
    return [cell for cell in cells if not any(difference.covers(cell) for difference in DIFFERENCES)]


def test_every_word_in_every_field_gets_the_same_verdict_but_for_the_listed_differences(tmp_path: Path) -> None:
    cells = compared(tmp_path, named(FIELDS), [[word] * len(FIELDS) for word in WORDS])
    assert unexplained(cells) == []
    assert [each.reason for each in DIFFERENCES if not any(map(each.covers, cells))] == []


FEW = settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
ODD = st.text("0123456789+-.,:/eETZP _%aINF１٣　\t年月日", min_size=1, max_size=12)
# A signalling NaN ends frictionless; see the last test.
SOME_WORDS = st.one_of(st.sampled_from(WORDS), st.sampled_from(WORDS), ODD, st.just("")).filter(
    lambda word: "snan" not in word.lower()
)
BOUNDS: dict[str, tuple[Any, ...]] = {
    "integer": (0, "1", -1, 9, 10**18, -(10**18), 10**17),
    "number": (0, "1", "0.1", 1.5, "1e400", -1, "0.1000000000000000055511151231257827"),
    "date": ("2024-02-29", "0001-01-01", "9999-12-31"),
    "year": (24, "2024", 0, 9999),
    "yearmonth": ("2024-01", "2024-12"),
}


@st.composite
def bounded(draw: st.DrawFn) -> Field:
    kind = draw(st.sampled_from(sorted(BOUNDS)))
    names = st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])
    constraints = draw(st.dictionaries(names, st.sampled_from(BOUNDS[kind]), max_size=2))
    more = {"required": True} if draw(st.booleans()) else {}
    missing = draw(st.lists(st.sampled_from(["", "-", "1", "2024", "2024-01", "NaN"]), max_size=3, unique=True))
    return {"type": kind, "constraints": constraints | more, "missingValues": missing}


@FEW
@given(data=st.data())
def test_words_and_rules_nobody_thought_of_get_the_same_verdict(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    fields = named(data.draw(st.lists(st.one_of(bounded(), st.sampled_from(FIELDS)), min_size=8, max_size=8)))
    row = st.lists(SOME_WORDS, min_size=len(fields), max_size=len(fields))
    rows = data.draw(st.lists(row, min_size=8, max_size=8))
    cells = compared(tmp_path_factory.mktemp("table"), fields, [*rows, ["x", *[""] * 7]])
    assert unexplained(cells) == []


KEY_WORDS = st.sampled_from(["", "1", "01", "2", "3", "-"])
KEYS = st.sampled_from([[], ["a"], ["a", "b"], ["b", "c"]])


@FEW
@given(data=st.data())
def test_keys_get_the_same_verdict(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    kinds = st.sampled_from(["integer", "string", "number"])
    kind, unique = data.draw(kinds), {"constraints": {"unique": True}}
    fields = [{"name": name, "type": kind} | (unique if data.draw(st.booleans()) else {}) for name in "abc"]
    rest: dict[str, Any] = {"missingValues": ["", "-"]}
    if key := data.draw(KEYS):
        rest["primaryKey"] = key
    if data.draw(st.booleans()):
        rest["foreignKeys"] = [{"fields": ["b"], "reference": {"resource": "", "fields": ["a"]}}]
    rows = data.draw(st.lists(st.tuples(KEY_WORDS, KEY_WORDS, KEY_WORDS), max_size=8))
    file = written(tmp_path_factory.mktemp("keys") / "table.csv", fields, [*rows, ("1", "1", "1")])
    schema = {"fields": fields} | rest
    assert judged_by_us(file, schema) == judged_by_frictionless(file, schema)


@FEW
@given(rows=st.lists(st.lists(st.sampled_from(["", "1", "x"]), min_size=1, max_size=4), max_size=6))
def test_rows_of_any_length_get_the_same_verdict(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    fields = [{"name": name, "type": "integer"} for name in "abc"]
    file = written(tmp_path_factory.mktemp("rows") / "table.csv", fields, [*rows, ["1", "1", "1"]])
    only_extra = {line for line, row in enumerate(rows, start=2) if not any(row[:3]) and any(row[3:])}
    ours, theirs = judged_by_us(file, {"fields": fields}), judged_by_frictionless(file, {"fields": fields})
    assert of_lines(ours, only_extra) == {("extra-cell", line, "") for line in only_extra}
    assert of_lines(theirs, only_extra) == {("blank-row", line, "") for line in only_extra}  # with a word in it
    assert ours - of_lines(ours, only_extra) == theirs - of_lines(theirs, only_extra)


def of_lines(verdicts: set[Verdict], lines: set[int]) -> set[Verdict]:
    return {verdict for verdict in verdicts if verdict[1] in lines}


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ({"type": "number", "constraints": {"minimum": 1}}, "sNaN"),
        ({"type": "datetime", "constraints": {"minimum": "2024-01-01T00:00:00"}}, "2024-01-01T00:00:00Z"),
        ({"type": "time", "constraints": {"maximum": "10:00:00Z"}}, "09:00:00"),
    ],
)
def test_a_word_that_ends_frictionless_is_an_error_of_its_cell(tmp_path: Path, field: Field, word: str) -> None:
    file = written(tmp_path / "table.csv", named([field]), [[word]])
    with pytest.raises((ArithmeticError, TypeError)):
        judged_by_frictionless(file, {"fields": named([field])})
    assert {(line, column) for _, line, column in judged_by_us(file, {"fields": named([field])})} == {(2, "f0")}


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ({"fields": [{"name": "c", "type": "string"}], "uniqueKeys": [["c"]]}, "unique-key"),
        ({"fields": [{"name": "c", "type": "string", "categories": ["y"]}]}, "category-error"),
    ],
)
def test_what_frictionless_does_not_look_at_is_judged_all_the_same(
    tmp_path: Path, schema: dict[str, Any], code: str
) -> None:
    file = written(tmp_path / "table.csv", schema["fields"], [["x"], ["x"]])
    assert judged_by_frictionless(file, schema) == set()
    assert {found for found, *_ in judged_by_us(file, schema)} == {code}


@pytest.mark.parametrize("match", ["equal", "subset", "superset", "partial"])
def test_fields_matched_by_name_get_the_same_verdict(tmp_path: Path, match: str) -> None:
    fields = [{"name": "a", "type": "integer"}, {"name": "b", "type": "year"}]
    file = written(tmp_path / "table.csv", [fields[1], fields[0]], [["2024", "x"], ["99", "1"]])
    ours = judged_by_us(file, {"fields": fields, "fieldsMatch": [match]})  # a list in the standard's own profile
    assert ours == judged_by_frictionless(file, {"fields": fields, "fieldsMatch": match})


PACKAGE_DIFFERENCES = {
    "datasets__co2-ppm/data/co2-mm-gl.csv": "frictionless guesses that line 2 is the header, for it is as wide as most",
    "frictionless-py-data/data/compression/implicit-gz.csv": "named a wrong kind of file, not one of a wrong encoding",
    "frictionless-py-data/data/compression/implicit-zip.csv": "named a wrong kind of file, not one of a wrong encoding",
    "frictionless-py-data/data/invalid/data.csv": "keys are looked at once all rows are as wide as the header",
    "frictionlessdata-datasets/packages/all-schema-types/all-schema-types.csv": "a dialect's unknown word is an error",
}


def test_packages_of_others_get_the_same_verdict(shared_data: Path, tmp_path: Path) -> None:
    tables = list(described_tables(shared_data / "packages"))
    assert len(tables) > 40
    differing = set()
    for number, (file, schema, known) in enumerate(tables):
        copy = tmp_path / f"{number}.csv"
        copy.write_bytes(file.read_bytes())
        ours, theirs = judged_by_us(copy, schema, **known), judged_by_frictionless(copy, schema, **known)
        if ours != theirs:
            differing.add(str(file.relative_to(shared_data / "packages")))
    assert differing == PACKAGE_DIFFERENCES.keys()


def described_tables(folder: Path) -> Iterator[tuple[Path, dict[str, Any], dict[str, Any]]]:
    """Find tables of a size to compare in a moment, with their schemas and dialects."""
    for descriptor in sorted(folder.rglob("datapackage*.json")):
        try:
            resources = json.loads(descriptor.read_text(encoding="utf-8"))["resources"]
        except ValueError:
            continue
        for resource in resources:
            path, schema = resource.get("path"), resource.get("schema")
            file = descriptor.parent / path if isinstance(path, str) else folder
            if (
                isinstance(schema, dict)
                and file.suffix == ".csv"
                and file.is_file()
                and file.stat().st_size < LARGEST_FILE
            ):
                own = {key: value for key, value in schema.items() if key != "foreignKeys"}
                own["fields"] = [{key: field[key] for key in field.keys() - TITLES} for field in schema["fields"]]
                yield file, own, {key: resource[key] for key in ("dialect",) if key in resource}
