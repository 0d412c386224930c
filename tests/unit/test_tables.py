"""A data file becomes a clean, typed, profiled table, or a list of what is wrong with it."""

import datetime as dt
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import openpyxl
import pytest

from app.catalog.record import Column, ColumnProfile
from app.kernel.report import Findings
from app.publishing.problems import TABLE
from app.publishing.repair.choices import Choices
from app.publishing.tables import CleanTable, Tables, TableSource, is_tabular, read_tables


@dataclass
class Outcome:
    made: CleanTable | None
    findings: Findings

    @property
    def table(self) -> CleanTable:
        assert self.made is not None, self.findings.problems
        return self.made

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.findings.problems]

    @property
    def places(self) -> list[tuple[str, int | None, str | None]]:
        return [(problem.code, problem.row, problem.column) for problem in self.findings.problems]

    @property
    def types(self) -> dict[str, str]:
        return {column.name: column.type for column in self.table.columns}

    def column(self, name: str) -> Column:
        return next(column for column in self.table.columns if column.name == name)

    def profile(self, name: str) -> ColumnProfile:
        profile = self.column(name).profile
        assert profile is not None
        return profile

    def rows(self) -> list[Any]:
        return duckdb.execute("FROM read_parquet(?)", [str(self.table.parquet)]).fetchall()

    def parquet_types(self) -> dict[str, str]:
        described = duckdb.execute("DESCRIBE FROM read_parquet(?)", [str(self.table.parquet)]).fetchall()
        return {name: kind for name, kind, *_ in described}


Read = Callable[..., Outcome]
STRICT = Choices(none=True)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_it(
        content: str | bytes,
        format_: str = "csv",
        *,
        limit: int = 1000,
        choices: Choices = Choices(),
        **known: Any,
    ) -> Outcome:
        content = content.encode() if isinstance(content, str) else content
        source = tmp_path / "source"
        source.write_bytes(content)
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        findings = Findings(limit=limit)
        description = TableSource("data", f"data.{format_}", format_, **known)
        return Outcome(only(read_tables(source, description, folder, findings, choices)), findings)

    return read_it


def only(tables: Tables) -> CleanTable | None:
    """The one table of a file, where it has become one."""
    assert len(tables.clean) < 2
    return tables.clean[0] if tables.clean else None


def workbook(*rows: list[Any], sheets: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for name in sheets:
        book.create_sheet(name).append(["x"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def schema(*fields: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"fields": list(fields)} | rest


# --- text to clean CSV ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", ["a,b\n1,x\n", "a,b\r\n1,x\r\n", "a,b\n1,x", 'a,b\n1,"x,\n""y"\n', 'a\n"1\r2"\n'])
def test_a_clean_file_is_served_as_it_is(read: Read, tmp_path: Path, content: str) -> None:
    outcome = read(content)
    assert outcome.table.unchanged
    assert outcome.table.csv == tmp_path / "source"
    assert outcome.table.csv.read_bytes() == content.encode()


@pytest.mark.parametrize(
    ("content", "clean"),
    [
        ("\ufeffa,b\n1,x\n", "a,b\r\n1,x\r\n"),
        ("a;b\n1;x,y\n", 'a,b\r\n1,"x,y"\r\n'),
        ("a\tb\n1\tx\n", "a,b\r\n1,x\r\n"),
        ("a|b\n1|x\n", "a,b\r\n1,x\r\n"),
        ("a,b\r1,x\r", "a,b\r\n1,x\r\n"),
        ("a,b\n1,x\n\n\n", "a,b\r\n1,x\r\n"),
        ('a,b\n1, "x"\n', 'a,b\r\n1,"""x"""\r\n'),
        ("'a','b'\n'1','x,y'\n", 'a,b\r\n1,"x,y"\r\n'),
    ],
)
def test_what_is_not_clean_is_written_anew(read: Read, content: str, clean: str) -> None:
    outcome = read(content)
    assert not outcome.table.unchanged
    assert outcome.table.csv.read_bytes() == clean.encode()


def test_a_windows_file_becomes_utf_8_and_its_encoding_is_kept(read: Read) -> None:
    outcome = read("名称,数\n髙島屋①,1\n".encode("cp932"))
    assert outcome.table.encoding == "cp932"
    assert outcome.table.csv.read_text("utf-8") == "名称,数\n髙島屋①,1\n"
    assert outcome.rows() == [("髙島屋①", 1)]


def test_a_declared_dialect_is_followed(read: Read) -> None:
    dialect = {"delimiter": ":", "quoteChar": "'", "commentChar": "#", "skipInitialSpace": True, "nullSequence": "-"}
    outcome = read("a: b\n# nothing\n1: 'x:y'\n2: -\n", dialect=dialect)
    assert outcome.rows() == [(1, "x:y"), (2, None)]


def test_a_file_without_a_header_gets_the_names_of_its_schema(read: Read) -> None:
    described = schema({"name": "n", "type": "integer"}, {"name": "word", "type": "string"})
    outcome = read("1,x\n2,y\n", dialect={"header": False}, schema=described)
    assert outcome.table.csv.read_text() == "n,word\n1,x\n2,y\n"
    assert outcome.rows() == [(1, "x"), (2, "y")]


def test_without_header_and_schema_the_columns_are_numbered(read: Read) -> None:
    assert list(read("1,x\n", dialect={"header": False}).types) == ["field1", "field2"]


def test_a_header_of_two_rows_is_joined(read: Read) -> None:
    outcome = read("人口,人口\n男,女\n1,2\n", dialect={"headerRows": [1, 2], "headerJoin": "_"})
    assert list(outcome.types) == ["人口_男", "人口_女"]
    assert outcome.rows() == [(1, 2)]


@pytest.mark.parametrize("dialect", [{"delimiter": ",,"}, {"delimiter": '"'}, {"headerRows": []}, {"delimiter": 7}])
def test_a_dialect_that_makes_no_sense_is_reported(read: Read, dialect: dict[str, Any]) -> None:
    assert read("a,b\n1,2\n", dialect=dialect).codes == ["dialect-error"]


def test_a_dialect_we_do_not_know_is_not_passed_over(read: Read) -> None:
    assert read("a,b\n1,2\n", dialect={"property": "rows"}).codes == ["dialect-not-supported"]


def test_a_comma_in_text_does_not_make_a_delimiter(read: Read) -> None:
    assert list(read("memo\nうどん;そば\nそば\n").types) == ["memo"]


# --- names ---------------------------------------------------------------------------------------------------------


def test_names_are_repaired_with_a_warning_where_no_schema_holds_us(read: Read) -> None:
    outcome = read("a,,a,A,人口\n1,2,3,4,5\n")
    assert list(outcome.types) == ["a", "column_2", "a_2", "A_3", "人口"]
    assert outcome.places == [
        ("label-repaired", 1, "column_2"),
        ("label-repaired", 1, "a_2"),
        ("label-repaired", 1, "A_3"),
    ]
    assert not outcome.findings.failed
    assert outcome.table.csv.read_text().startswith("a,column_2,a_2,A_3,人口\n")


def test_a_repaired_name_never_takes_a_name_that_is_there(read: Read) -> None:
    assert list(read("a,a,a_2\n1,2,3\n").types) == ["a", "a_3", "a_2"]


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("a,", ("blank-label", 1, None)),
        ("a,a", ("duplicate-label", 1, "a")),
        ("a,c", ("incorrect-label", 1, "c")),
        ("a,b,c", ("extra-label", 1, "c")),
        ("a", ("missing-label", 1, "b")),
    ],
)
def test_a_header_that_is_not_the_schemas_is_an_error(
    read: Read, header: str, problem: tuple[str, int, str | None]
) -> None:
    outcome = read(header + "\n", schema=schema({"name": "a"}, {"name": "b"}))
    assert outcome.made is None
    assert problem in outcome.places


def test_names_and_cells_are_reported_together(read: Read) -> None:
    outcome = read("a,c\nx,1\n", schema=schema({"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}))
    assert outcome.codes == ["incorrect-label", "type-error"]


def test_fields_match_by_name_where_the_schema_says_so(read: Read) -> None:
    fields = ({"name": "a", "type": "integer"}, {"name": "b", "type": "string"})
    equal = read("b,a\nx,1\n", schema=schema(*fields, fieldsMatch="equal"))
    subset = read("b,extra,a\nx,7,1\n", schema=schema(*fields, fieldsMatch=["subset"]))
    superset = read("a\n1\n", schema=schema(*fields, fieldsMatch="superset"))
    assert [field["name"] for field in equal.table.schema["fields"]] == ["b", "a"]
    assert subset.types == {"b": "string", "extra": "integer", "a": "integer"}
    assert list(superset.types) == ["a"]
    assert "fieldsMatch" not in equal.table.schema


def test_a_schema_of_another_table_is_told(read: Read) -> None:
    outcome = read("x,y\n1,2\n", schema=schema({"name": "a"}, fieldsMatch="partial"))
    assert outcome.codes == ["unmatched-header"]


# --- rows ----------------------------------------------------------------------------------------------------------


def test_ragged_rows_are_reported_by_their_line_in_the_file(read: Read) -> None:
    outcome = read('a,b\n"1\n1",2\n3\n4,5,6\n', choices=STRICT)
    assert outcome.places == [("missing-cell", 4, "b"), ("extra-cell", 5, None)]
    assert outcome.findings.problems[1].value == "6"
    assert outcome.made is None


def test_a_short_row_is_filled_and_cells_without_a_column_are_an_error(read: Read) -> None:
    assert read("a,b\n1,2\n3\n").rows() == [(1, 2), (3, None)]
    assert read("a,b\n1,2\n4,5,,\n").rows() == [(1, 2), (4, 5)]
    assert read("a,b\n1,2\n4,5,6\n7,8\n9,0\n").places == [("extra-cell", 3, None)]


def test_blank_rows_are_set_apart_wherever_they_are(read: Read) -> None:
    outcome = read("a,b\n1,2\n\n3,4\n,\n,\n")
    assert outcome.codes == ["blank-rows-at-end"]
    assert outcome.rows() == [(1, 2), (3, 4)]
    assert [(each.reason, each.first, each.last) for each in outcome.table.examined.apart] == [
        ("blank-rows-apart", 3, 3),
        ("blank-rows-apart", 5, 6),
    ]


def test_blank_rows_between_rows_are_errors_and_at_the_end_are_not(read: Read) -> None:
    assert read("a,b\n1,2\n\n3,4\n", choices=STRICT).places == [("blank-row", 3, None)]
    assert read("a,b\n1,2\n,\n3,4\n", choices=STRICT).places == [("blank-row", 3, None)]
    assert read("a,b\n1,2\n\n\n", choices=STRICT).codes == []
    spreadsheet_like = read("a,b\n1,2\n,\n,\n", choices=STRICT)
    assert spreadsheet_like.places == [("blank-rows-at-end", 3, None)]
    assert spreadsheet_like.table.rows == 1


def test_comments_count_as_lines_of_the_file(read: Read) -> None:
    outcome = read(
        "a\n# one\n# two\nx\n", dialect={"commentChar": "#"}, schema=schema({"name": "a", "type": "integer"})
    )
    assert outcome.places == [("type-error", 4, "a")]


def test_a_header_alone_is_a_table_of_no_rows(read: Read) -> None:
    outcome = read("a,b\n")
    assert outcome.table.rows == 0
    assert outcome.types == {"a": "string", "b": "string"}
    assert outcome.rows() == []


@pytest.mark.parametrize(
    ("content", "code"), [("", "source-error"), ("\n\n", "blank-header"), (",\n1,2\n", "table-not-understood")]
)
def test_a_file_without_a_header_row_is_refused(read: Read, content: str, code: str) -> None:
    assert read(content).codes == [code]


def test_the_list_of_problems_ends_at_its_limit_and_the_rest_is_counted(read: Read) -> None:
    rows = "".join("x\n" for _ in range(50))
    outcome = read("a\n" + rows, limit=10, schema=schema({"name": "a", "type": "integer"}))
    assert len(outcome.findings.problems) == 10
    assert outcome.findings.omitted == 40


def test_the_same_is_found_as_frictionless_finds(read: Read, tmp_path: Path) -> None:
    content = (
        "id,n,day,flag,word\n1,x,2024-01-01,true,abc\n2,5,2024-02-30,maybe,a\n,,,,\n3,50,2024-01-02,false,abcdef\n4,1\n"
    )
    described = schema(
        {"name": "id", "type": "integer", "constraints": {"required": True}},
        {"name": "n", "type": "integer", "constraints": {"maximum": 9}},
        {"name": "day", "type": "date"},
        {"name": "flag", "type": "boolean"},
        {"name": "word", "type": "string", "constraints": {"minLength": 2, "maxLength": 5}},
    )
    (tmp_path / "same.csv").write_text(content)
    resource = frictionless.Resource(
        path="same.csv", basepath=str(tmp_path), encoding="utf-8", schema=frictionless.Schema.from_descriptor(described)
    )
    theirs = resource.validate().flatten(["type", "rowNumber", "fieldName"])
    ours = read(content, schema=described, choices=STRICT).places
    assert sorted(map(str, ours)) == sorted(str(tuple(each)) for each in theirs)


# --- types ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-20", "0"], "integer"),
        (["999999999999999999", "1"], "integer"),
        (["999999999999999999"], "string"),
        (["1", "2.5"], "number"),
        (["1.5e5", "-0.25"], "number"),
        (["1e5", "-0.25"], "string"),
        (["true", "False", "TRUE"], "boolean"),
        (["2024-02-29", "1868-01-25"], "date"),
        (["2024-01-01T10:00:00", "2024-01-01T23:59:59.5"], "datetime"),
        (["2024-01-01T10:00:00+09:00", "2024-01-01T10:00:00Z"], "datetime"),
        (["13101", "01100"], "string"),
        (["1", "１"], "integer"),
        (["9999999999999999999"], "string"),
        (["1e309"], "string"),
        (["NaN"], "string"),
        (["1,234"], "integer"),
        (["+1"], "string"),
        (["1", " 2"], "integer"),
        (["1_000"], "string"),
        (["2024-02-30"], "string"),
        (["0000-01-01"], "string"),
        (["2024/1/2"], "date"),
        (["令和6年"], "year"),
        (["9999-12-31T24:00:00"], "string"),
        (["2024-01-01T00:00:60"], "string"),
        (["2024-01-01T00:00:00+00:61"], "string"),
        (["2024-01-01T00:00:00", "2024-01-01T00:00:00Z"], "string"),
        (["yes", "no"], "string"),
        (["2024-01"], "string"),
    ],
)
def test_types_are_inferred_with_caution(read: Read, cells: list[str], kind: str) -> None:
    outcome = read("key,cell\n" + "".join(f'k,"{cell}"\n' for cell in cells) + "k,\n")
    assert outcome.types["cell"] == kind
    assert outcome.table.inferred


def test_an_empty_column_is_text(read: Read) -> None:
    assert read("a,b\n1,\n2,\n").types == {"a": "integer", "b": "string"}


def test_inference_looks_at_every_row(read: Read) -> None:
    late = "n,m\n" + "1,\n" * 20_000 + "01,7\n"
    assert read(late).types == {"n": "string", "m": "integer"}


def test_a_described_field_without_a_type_gets_one(read: Read) -> None:
    outcome = read("a,b\n1,x\n", schema=schema({"name": "a", "title": "番号"}, {"name": "b", "type": "any"}))
    assert outcome.table.schema["fields"] == [
        {"name": "a", "type": "integer", "title": "番号"},
        {"name": "b", "type": "any"},
    ]
    assert not outcome.table.inferred
    assert outcome.column("a").title.ja == "番号"


CASTS = [
    ({"type": "integer"}, "-5", "BIGINT", -5),
    ({"type": "integer"}, "12345678901234567890", "DECIMAL(38,0)", 12345678901234567890),
    ({"type": "integer"}, "1" * 40, "VARCHAR", "1" * 40),
    ({"type": "integer", "groupChar": ","}, "1,234", "BIGINT", 1234),
    ({"type": "integer", "bareNumber": False}, "約95%", "BIGINT", 95),
    ({"type": "number"}, "1.5e2", "DOUBLE", 150.0),
    ({"type": "number"}, "-INF", "DOUBLE", float("-inf")),
    ({"type": "number", "decimalChar": ",", "groupChar": "."}, "1.234,5", "DOUBLE", 1234.5),
    ({"type": "number", "bareNumber": False}, "¥12.5", "DOUBLE", 12.5),
    ({"type": "boolean"}, "1", "BOOLEAN", True),
    ({"type": "boolean", "trueValues": ["有"], "falseValues": ["無"]}, "無", "BOOLEAN", False),
    ({"type": "date"}, "2024-02-29", "DATE", dt.date(2024, 2, 29)),
    ({"type": "date", "format": "%Y/%m/%d"}, "2024/2/9", "DATE", dt.date(2024, 2, 9)),
    ({"type": "date", "format": "fmt:%d.%m.%Y"}, "09.02.2024", "DATE", dt.date(2024, 2, 9)),
    ({"type": "date", "format": "any"}, "9 Feb 2024", "DATE", dt.date(2024, 2, 9)),
    ({"type": "datetime"}, "2024-01-01T10:00:00", "TIMESTAMP", dt.datetime(2024, 1, 1, 10)),  # noqa: DTZ001 - a local time
    ({"type": "datetime", "format": "%Y%m%d %H:%M"}, "20240101 10:00", "TIMESTAMP", dt.datetime(2024, 1, 1, 10)),  # noqa: DTZ001 - a local time
    ({"type": "time"}, "10:30:00", "TIME", dt.time(10, 30)),
    ({"type": "year"}, "2024", "INTEGER", 2024),
    ({"type": "yearmonth"}, "2024-01", "VARCHAR", "2024-01"),
    ({"type": "duration"}, "P1D", "VARCHAR", "P1D"),
    ({"type": "geopoint"}, "139.7, 35.6", "VARCHAR", "139.7, 35.6"),
    ({"type": "object"}, '{"a": 1}', "VARCHAR", '{"a": 1}'),
    ({"type": "list", "itemType": "integer"}, "1,2", "VARCHAR", "1,2"),
    ({"type": "string"}, "007", "VARCHAR", "007"),
    ({"type": "any"}, "x", "VARCHAR", "x"),
]


@pytest.mark.parametrize(("field", "cell", "type_", "value"), CASTS)
def test_every_type_reaches_parquet(read: Read, field: dict[str, Any], cell: str, type_: str, value: object) -> None:
    quoted = cell.replace('"', '""')
    outcome = read(f'k,c\nx,"{quoted}"\nx,\n', schema=schema({"name": "k", "type": "string"}, {"name": "c"} | field))
    assert outcome.codes == []
    assert outcome.parquet_types()["c"] == type_
    assert outcome.rows() == [("x", value), ("x", None)]


def test_instants_are_kept_as_instants(read: Read) -> None:
    outcome = read("c\n2024-01-01T09:00:00+09:00\n", schema=schema({"name": "c", "type": "datetime"}))
    assert outcome.parquet_types()["c"] == "TIMESTAMP WITH TIME ZONE"
    assert outcome.rows()[0][0].astimezone(dt.UTC) == dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ({"type": "integer"}, "１"),
        ({"type": "integer"}, "1_000"),
        ({"type": "integer"}, "1.0"),
        ({"type": "integer", "groupChar": ","}, "1.5"),
        ({"type": "number"}, "１.５"),
        ({"type": "number"}, "1e309"),
        ({"type": "number"}, "0x10"),
        ({"type": "date"}, "2024-1-2"),
        ({"type": "date"}, "0000-00-00"),
        ({"type": "date"}, "２０２４-01-01"),
        ({"type": "datetime"}, "9999-12-31T24:00:00"),
        ({"type": "datetime"}, "2024-01-01T00:00:00+00:61"),
        ({"type": "time"}, "25:00:00"),
        ({"type": "year"}, "２０２４"),
        ({"type": "boolean"}, "はい"),
        ({"type": "boolean", "trueValues": [], "falseValues": []}, "true"),
        ({"type": "date", "format": "%d/%m/%Y"}, "31/02/2024"),
    ],
)
def test_a_word_that_is_none_of_the_type_is_an_error_once(read: Read, field: dict[str, Any], cell: str) -> None:
    outcome = read(f"c\n{cell}\n", schema=schema({"name": "c"} | field), choices=STRICT)
    assert outcome.places == [("type-error", 2, "c")]
    assert outcome.findings.problems[0].value == cell
    assert outcome.made is None


def test_missing_values_become_null_and_stay_in_the_csv(read: Read) -> None:
    described = schema(
        {"name": "a", "type": "integer"},
        {"name": "b", "type": "integer", "missingValues": [{"value": "x", "label": "不明"}]},
        {"name": "c", "type": "string"},
        missingValues=["", "-", "***"],
    )
    outcome = read("a,b,c\n-,1,k\n***,x,k\n3,4,k\n", schema=described)
    assert outcome.rows() == [(None, 1, "k"), (None, None, "k"), (3, 4, "k")]
    assert outcome.table.csv.read_text() == "a,b,c\n-,1,k\n***,x,k\n3,4,k\n"
    assert outcome.table.schema["missingValues"] == ["", "-", "***"]
    assert outcome.profile("a").missing == 2


def test_an_empty_cell_is_a_word_where_it_is_not_missing(read: Read) -> None:
    outcome = read('a,b\n"",1\n', schema=schema({"name": "a", "type": "string"}, {"name": "b"}, missingValues=["-"]))
    assert outcome.rows() == [("", "1")] or outcome.rows() == [("", 1)]
    assert outcome.profile("a").missing == 0


def test_default_missing_values_are_not_repeated_in_the_schema(read: Read) -> None:
    assert "missingValues" not in read("a\n1\n", schema=schema({"name": "a"}, missingValues=[""])).table.schema


def test_rows_keep_their_order_in_parquet(read: Read) -> None:
    count = 300_000
    outcome = read("n\n" + "".join(f"{count - number}\n" for number in range(count)))
    assert [row[0] for row in outcome.rows()] == list(range(count, 0, -1))


# --- constraints and keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "cells", "problem"),
    [
        ({"type": "string", "constraints": {"pattern": "[0-9]{3}"}}, "123,12a", ("constraint-error", 3, "c")),
        ({"type": "string", "constraints": {"pattern": "ab|cd"}}, "ab,cdx", ("constraint-error", 3, "c")),
        ({"type": "integer", "constraints": {"minimum": 1}}, "1,0", ("constraint-error", 3, "c")),
        ({"type": "string", "constraints": {"enum": ["x"]}}, "x,y", ("constraint-error", 3, "c")),
        ({"type": "string", "constraints": {"unique": True}}, "x,x", ("unique-error", 3, "c")),
        ({"type": "number", "constraints": {"unique": True}}, "1,1.0", ("unique-error", 3, "c")),
        ({"type": "string", "categories": ["x", {"value": "y"}]}, "y,z", ("category-error", 3, "c")),
        ({"type": "integer", "categories": [1, 2]}, "2,3", ("category-error", 3, "c")),
    ],
)
def test_a_broken_constraint_is_reported_at_its_cell(
    read: Read, field: dict[str, Any], cells: str, problem: tuple[str, int, str | None]
) -> None:
    outcome = read("c\n" + cells.replace(",", "\n") + "\n", schema=schema({"name": "c"} | field))
    assert outcome.places == [problem]
    assert outcome.made is None


def test_required_is_reported(read: Read) -> None:
    described = schema({"name": "a", "type": "string", "constraints": {"required": True}}, {"name": "b"})
    assert read("a,b\n,1\n", schema=described).places == [("constraint-error", 2, "a")]


def test_a_primary_key_is_whole_and_unique(read: Read) -> None:
    described = schema({"name": "a", "type": "integer"}, {"name": "b"}, {"name": "c"}, primaryKey=["a", "b"])
    outcome = read("a,b,c\n1,x,1\n1,y,2\n1,x,3\n,,4\n", schema=described)
    assert sorted(outcome.places) == [("primary-key", 4, "a, b"), ("primary-key-missing", 5, "a")]
    assert "2" in outcome.findings.problems[1].message.en


def test_a_primary_key_may_be_one_name(read: Read) -> None:
    assert read("a\n1\n1\n", schema=schema({"name": "a"}, primaryKey="a")).codes == ["primary-key"]


def test_unique_keys_leave_rows_with_missing_values_out(read: Read) -> None:
    described = schema({"name": "a"}, {"name": "b"}, uniqueKeys=[["a", "b"]])
    assert read("a,b\nx,\nx,\nx,1\n", schema=described).codes == []
    assert read("a,b\nx,1\ny,1\nx,1\n", schema=described).places == [("unique-key", 4, "a, b")]


def test_a_reference_into_the_same_table_is_checked_and_others_are_left(read: Read) -> None:
    fields = ({"name": "id", "type": "integer"}, {"name": "parent", "type": "integer"})
    own = [{"fields": "parent", "reference": {"fields": "id"}}]
    other = [{"fields": ["parent"], "reference": {"resource": "other", "fields": ["id"]}}]
    assert read("id,parent\n1,\n2,1\n3,9\n", schema=schema(*fields, foreignKeys=own)).places == [
        ("foreign-key", 4, "parent")
    ]
    kept = read("id,parent\n1,\n3,9\n", schema=schema(*fields, foreignKeys=other))
    assert kept.table.schema["foreignKeys"] == other


@pytest.mark.parametrize(
    "described",
    [
        {"fields": []},
        {},
        schema({"name": "a", "type": "no-such-type"}),
        schema({"type": "integer"}),
        schema({"name": "a", "type": "integer", "constraints": {"minLength": 3}}),
        schema({"name": "a", "type": "integer", "constraints": {"minimum": "many"}}),
        schema({"name": "a"}, primaryKey=["b"]),
        schema({"name": "a"}, uniqueKeys=[["b"]]),
        schema({"name": "a"}, fieldsMatch="roughly"),
        schema({"name": "a"}, missingValues="none"),
    ],
)
def test_a_faulty_schema_is_reported_as_such(read: Read, described: dict[str, Any]) -> None:
    outcome = read("a\n1\n", schema=described)
    assert set(outcome.codes) == {"schema-error"}
    assert outcome.made is None


def test_a_pattern_that_only_backtracking_knows_is_a_warning(read: Read) -> None:
    described = schema({"name": "a", "type": "string", "constraints": {"pattern": "(?=x)x"}})
    outcome = read("a\nx\n", schema=described)
    assert outcome.codes == ["pattern-not-checked"]
    assert outcome.made is not None


# --- profile -------------------------------------------------------------------------------------------------------


def test_a_profile_says_what_a_column_holds(read: Read) -> None:
    described = schema({"name": "n", "type": "integer"}, {"name": "w"})
    profile = read("n,w\n10,b\n9,a\n,a\n011,c\n9,\n9,\n", schema=described).profile("n")
    assert (profile.missing, profile.distinct) == (1, 3)
    assert (profile.minimum, profile.maximum) == ("9", "011")
    assert profile.examples == ("9", "10", "011")


def test_examples_are_the_most_frequent_first_and_at_most_five(read: Read) -> None:
    words = ["a", "b", "c", "c", "d", "e", "f", "g", "g", "g"]
    profile = read("w\n" + "\n".join(words) + "\n").profile("w")
    assert profile.examples == ("g", "c", "a", "b", "d")


def test_a_column_carries_what_its_field_says(read: Read) -> None:
    field = {"name": "v", "type": "number", "title": "面積", "title@en": "Area", "description": "広さ", "unit": "km2"}
    column = read("v\n1.5\n", schema=schema(field)).column("v")
    assert (column.title.ja, column.title.en, column.description.ja, column.unit) == ("面積", "Area", "広さ", "km2")
    assert column.field == field


# --- spreadsheets --------------------------------------------------------------------------------------------------


def test_a_spreadsheet_becomes_clean_csv(read: Read) -> None:
    stamp = dt.datetime(2024, 1, 2, 3, 4, 5)  # noqa: DTZ001 - spreadsheets know no zones
    content = workbook(
        ["n", "x", "day", "at", "flag", "code", None],
        [1.0, 0.1, dt.date(2024, 1, 2), stamp, True, "007", None],
        [20, 1e20, dt.date(2024, 1, 3), stamp, False, None, None],
        [None, None, None, None, None, None, None],
    )
    outcome = read(content, "xlsx")
    assert outcome.table.csv.read_bytes() == (
        b"n,x,day,at,flag,code\r\n"
        b"1,0.1,2024-01-02,2024-01-02T03:04:05,true,007\r\n"
        b"20,1e+20,2024-01-03,2024-01-02T03:04:05,false,\r\n"
    )
    assert list(outcome.types.values()) == ["integer", "number", "date", "datetime", "boolean", "string"]
    assert (outcome.table.unchanged, outcome.table.encoding) == (False, "")


def test_rows_of_a_sheet_are_reported_by_the_sheets_numbers(read: Read) -> None:
    outcome = read(workbook(["n"], [1], ["x"]), "xlsx", schema=schema({"name": "n", "type": "integer"}))
    assert outcome.places == [("type-error", 3, "n")]


def test_every_sheet_becomes_a_table(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(workbook(["n"], [1], sheets=("別表",)))
    source = TableSource("data", "data.xlsx", "xlsx")
    first, second = read_tables(tmp_path / "source", source, tmp_path, Findings()).clean
    assert (first.resource, first.title, first.rows) == ("data", "Sheet", 1)
    assert (second.resource, second.title, second.rows) == ("data-2", "別表", 0)


def test_a_sheet_is_chosen_by_name_or_number(read: Read) -> None:
    content = workbook(["n"], [1], sheets=("別表",))
    assert list(read(content, "xlsx", dialect={"sheetName": "別表"}).types) == ["x"]
    assert list(read(content, "xlsx", dialect={"sheetNumber": 2}).types) == ["x"]
    assert read(content, "xlsx", dialect={"sheetName": "none"}).codes == ["workbook-no-sheet"]


def test_an_empty_sheet_is_no_table(read: Read) -> None:
    assert read(workbook(), "xlsx").codes == ["source-error"]


# --- the whole -----------------------------------------------------------------------------------------------------


def test_tables_are_told_by_their_format() -> None:
    assert all(map(is_tabular, ["csv", "CSV", "tsv", "xlsx", "xls", "ods", "geojson", "json"]))
    assert not any(map(is_tabular, ["docx", "pdf", ""]))


def test_a_tsv_needs_no_sniffing(read: Read) -> None:
    assert list(read("a,b\tc\n1,2\t3\n", "tsv").types) == ["a,b", "c"]


def test_every_message_can_be_said_in_both_languages() -> None:
    for code, message in TABLE.items():
        assert message.message.ja, code
        assert message.message.en, code
        assert message.advice.ja, code
        assert message.advice.en, code


def test_problems_of_another_table_do_not_stop_this_one(tmp_path: Path) -> None:
    findings = Findings(limit=0)
    findings.omitted = 7
    (tmp_path / "s.csv").write_text("a\n1\n")
    assert read_tables(tmp_path / "s.csv", TableSource("s", "s.csv", "csv"), tmp_path, findings).clean
