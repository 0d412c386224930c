"""Data files made to harm: each is answered with a reason, in bounded time and memory."""

import io
import struct
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from app.kernel.report import Findings, Problem
from app.publishing.repair.choices import Choices
from app.publishing.tables import CleanTable, TableSource, read_tables

SECONDS = 20
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT_TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
)
BOOK = (
    f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
)
BOOK_LINKS = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
LINKS = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>n</t></is></c></row>'

Outcome = tuple[CleanTable | None, list[Problem]]
Read = Callable[..., Outcome]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_it(content: bytes | str, format_: str = "csv", *, choices: Choices = Choices(), **known: Any) -> Outcome:
        source = tmp_path / "source"
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        findings = Findings()
        started = time.monotonic()
        description = TableSource("data", f"data.{format_}", format_, **known)
        tables = read_tables(source, description, folder, findings, choices).clean
        assert time.monotonic() - started < SECONDS
        assert len(tables) < 2
        return (tables[0] if tables else None), findings.problems

    return read_it


def sheet(rows: str) -> str:
    return f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>'


def workbook(rows: str = HEADER, *, sheet_xml: str = "", more: Iterable[tuple[str, str]] = ()) -> bytes:
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": LINKS,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": BOOK_LINKS,
        "xl/worksheets/sheet1.xml": sheet_xml or sheet(rows),
    } | dict(more)
    return zipped(parts)


# As in `tests.factories`: the time must not be in the names of tests.
WHEN = (2026, 1, 1, 0, 0, 0)


def zipped(parts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, WHEN), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def opendocument(table: str, more: Iterable[tuple[str, str]] = ()) -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0" '
        f'xmlns:text="{office}:text:1.0"><office:body><office:spreadsheet><table:table table:name="a">{table}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        for name, part in {"content.xml": content, "META-INF/manifest.xml": manifest, **dict(more)}.items():
            archive.writestr(name, part)
    return stream.getvalue()


def only(outcome: Outcome) -> Problem:
    table, problems = outcome
    assert table is None
    assert len(problems) == 1, problems
    return problems[0]


# --- text ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*.*)*=x"])
def test_h39_a_pattern_cannot_hang_the_reader(read: Read, pattern: str) -> None:
    described = {"fields": [{"name": "w", "type": "string", "constraints": {"pattern": pattern}}]}
    problem = only(read("w\n" + "a" * 50_000 + "!\n", schema=described))
    assert (problem.code, problem.row, problem.column) == ("constraint-error", 2, "w")


def test_h39_a_pattern_too_large_to_compile_is_left_unchecked(read: Read) -> None:
    described = {"fields": [{"name": "w", "type": "string", "constraints": {"pattern": "((a{1000}){1000}){1000}"}}]}
    table, problems = read("w\na\n", schema=described)
    assert table
    assert [problem.code for problem in problems] == ["pattern-not-checked"]


def test_h46_a_line_without_end_is_refused(read: Read) -> None:
    problem = only(read(b"a,b\n1,2\n" + b"x" * 50_000_000))
    assert (problem.code, problem.row) == ("line-too-long", 3)


def test_h47_an_unclosed_quote_is_found_where_it_opens(read: Read) -> None:
    problem = only(read('a,b\n1,2\n3,"4\n' + "5,6\n" * 1_000_000))
    assert (problem.code, problem.row) == ("unclosed-quote", 3)


def test_h47_an_unclosed_quote_on_the_last_line_is_found(read: Read) -> None:
    problem = only(read('a,b\n1,2\n3,"4\n'))
    assert (problem.code, problem.row) == ("unclosed-quote", 3)


def test_h47_a_stray_quote_is_found(read: Read) -> None:
    problem = only(read('a,b\n1,2\n3,"4"x\n'))
    assert (problem.code, problem.row) == ("stray-quote", 3)


def test_h48_nul_is_refused(read: Read) -> None:
    problem = only(read(b"a,b\n1,2\n" * 100 + b"1,\0\n"))
    assert (problem.code, problem.row) == ("nul-byte", 201)


@pytest.mark.parametrize("encoding", ["utf-16", "cp932", "euc_jp", "utf-8-sig", "iso2022_jp", "utf-8"])
def test_h49_every_encoding_ends_as_the_same_text(read: Read, encoding: str) -> None:
    content = "名称,所在地\n東京都庁,新宿区西新宿二丁目\n図書館分室,渋谷区代々木\n"
    table, problems = read(content.encode(encoding))
    assert problems == []
    assert table
    assert table.csv.read_text("utf-8") == content


def test_h49_mixed_encodings_are_refused_with_the_line(read: Read) -> None:
    mixed = "名称\n東京都\n".encode() + "日本橋\n".encode("cp932")
    problem = only(read(mixed))
    assert (problem.code, problem.row) == ("encoding-mixed", 1)


@pytest.mark.parametrize("columns", [4_097, 16_385, 100_000])
def test_h50_too_many_columns_are_refused(read: Read, columns: int) -> None:
    header = ",".join(f"c{number}" for number in range(columns))
    assert only(read(header + "\n")).code == "too-many-columns"


def test_h50_a_header_beyond_the_longest_line_is_refused(read: Read) -> None:
    assert only(read("," * 10_000_000 + "\n")).code == "line-too-long"


def test_h50_a_row_of_half_a_million_cells_is_reported_and_not_kept(read: Read) -> None:
    table, problems = read("a,b\n" + "," * 500_000 + "x\n")
    assert table is None
    assert {problem.code for problem in problems} == {"extra-cell"}
    assert len(problems) == 1000


def test_h50_a_wide_row_of_errors_does_not_fill_the_memory(read: Read) -> None:
    names = [f"c{number}" for number in range(4_000)]
    described = {"fields": [{"name": name, "type": "integer"} for name in names]}
    table, problems = read(",".join(names) + "\n" + ",".join("x" for _ in names) + "\n", schema=described)
    assert table is None
    assert {problem.code for problem in problems} == {"type-error"}


def test_h51_strange_headers_are_normalised_with_a_report(read: Read) -> None:
    long = "x" * 10_000
    table, problems = read(f'{long},{long},,"a\nb"\n1,2,3,4\n')
    assert table
    assert [problem.code for problem in problems] == ["label-repaired"] * 4
    assert [column.name for column in table.columns] == ["x" * 200, "x" * 200 + "_2", "column_3", "a b"]
    assert table.rows == 1


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\t=1", "\r=1"])
def test_h52_formulas_stay_as_they_are_and_are_flagged(read: Read, cell: str) -> None:
    content = f'w,k\n"{cell}",x\n'
    table, problems = read(content, choices=Choices(none=True))
    assert table
    assert table.unchanged
    assert table.csv.read_bytes() == content.encode()
    assert [problem.code for problem in problems] == ["formula-like-cells"]


@pytest.mark.parametrize("cell", ["\t=1", "\r=1", " =1"])
def test_h52_a_formula_behind_a_blank_is_flagged_when_the_blank_goes(read: Read, cell: str) -> None:
    table, problems = read(f'w,k\n"{cell}",x\n')
    assert table
    assert [(each.rule, each.column, each.count) for each in table.repairs] == [("space-trimmed", "w", 1)]
    assert [problem.code for problem in problems] == ["formula-like-cells"]


@pytest.mark.parametrize("cell", ["-1", "+81-3-5321-1111", "-", "a=b", "1-2"])
def test_h52_ordinary_cells_are_not_flagged(read: Read, cell: str) -> None:
    table, problems = read(f"w,k\n{cell},x\nw,x\n")
    assert table
    assert problems == []


def test_h53_markup_is_text(read: Read) -> None:
    table, _ = read("<b>n</b>,k\n<img src=x onerror=alert(1)>,x\n")
    assert table
    assert table.columns[0].name == "<b>n</b>"
    assert table.columns[0].profile
    assert table.columns[0].profile.examples == ("<img src=x onerror=alert(1)>",)


H54 = [
    "1" + "0" * 400,
    "1e309",
    "NaN",
    "0000-00-00",
    "9999-12-31T24:00:00",
    "2024-01-01T00:00:00+00:61",
    "-0",
    "1e-999",
]


@pytest.mark.parametrize("cell", H54)
@pytest.mark.parametrize(
    "kind", ["integer", "number", "date", "datetime", "time", "year", "boolean", "duration", "any"]
)
def test_h54_extreme_values_are_typed_or_reported_and_never_raise(read: Read, cell: str, kind: str) -> None:
    guessed, problems = read(f"c,k\n{cell},x\n")
    assert guessed
    assert problems == []
    described = {"fields": [{"name": "c", "type": kind}, {"name": "k"}]}
    table, problems = read(f"c,k\n{cell},x\n", schema=described, choices=Choices(none=True))
    assert (table is None) == bool(problems)
    assert {problem.code for problem in problems} <= {"type-error"}


def test_h54_bounds_that_do_not_compare_are_no_crash(read: Read) -> None:
    field = {"name": "c", "type": "datetime", "constraints": {"minimum": "2024-01-01T00:00:00Z"}}
    table, problems = read("c\n2024-01-01T00:00:00\n", schema={"fields": [field]})
    assert table is None
    assert [problem.code for problem in problems] == ["constraint-error"]


def test_deep_json_in_a_cell_is_a_problem_of_that_cell(read: Read) -> None:
    problem = only(read("c\n" + "[" * 100_000 + "\n", schema={"fields": [{"name": "c", "type": "array"}]}))
    assert (problem.code, problem.row) == ("type-error", 2)


def test_names_and_values_cannot_leave_their_place_in_sql(read: Read) -> None:
    name, word = 'a"; DROP TABLE cells; --', "'); DROP TABLE cells; --"
    field = {"name": name, "type": "string", "categories": [word], "missingValues": ["'", "\0", "\ud800"]}
    described = {"fields": [field, {"name": "k"}]}
    table, problems = read(f'"{name.replace(chr(34), chr(34) * 2)}",k\n{word},x\n', schema=described)
    assert problems == []
    assert table
    assert table.columns[0].profile
    assert table.columns[0].profile.examples == (word,)


def test_a_file_of_blank_lines_is_refused_before_they_pile_up(read: Read) -> None:
    problem = only(read("a,b\n1,2\n" + "\n" * 1_000_000 + "3,4\n", choices=Choices(none=True)))
    assert (problem.code, problem.row) == ("blank-row", 3)


def test_a_million_blank_lines_in_a_row_are_one_entry(read: Read) -> None:
    table, problems = read("a,b\n1,2\n" + "\n" * 1_000_000 + "3,4\n")
    assert table
    assert problems == []
    assert table.examined.rows_apart == 1_000_000
    assert len(table.examined.apart) == 1


def test_rows_that_are_set_apart_one_by_one_come_to_an_end(read: Read) -> None:
    table, problems = read("a,b\n" + "1,2\n\n" * 300_000)
    assert table is None
    assert [problem.severity for problem in problems] == ["error"]


# --- spreadsheets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "too-many-cells"),
        ('<row r="1048577"><c r="A1048577"><v>1</v></c></row>', "too-many-rows"),
        ('<row r="2"><c r="XFE2"><v>1</v></c></row>', "too-many-columns"),
        ('<row r="2"><c r="ZZZZ9"><v>1</v></c></row>', "workbook-unreadable"),
        ('<row r="999999999"><c><v>1</v></c></row>', "too-many-rows"),
        ('<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>', "too-many-cells"),
        ("<row r='1048576'><c r = '&#88;FD1048576'><f>1</f></c></row>", "too-many-cells"),
    ],
)
def test_h55_a_far_cell_costs_nothing(read: Read, cells: str, code: str) -> None:
    declared = sheet(HEADER + cells).replace("<sheetData>", '<dimension ref="A1:A2"/><sheetData>')
    assert only(read(workbook(sheet_xml=declared), "xlsx")).code == code


def test_h55_a_far_cell_in_a_part_of_another_name_is_found(read: Read) -> None:
    far = sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    links = BOOK_LINKS.replace("worksheets/sheet1.xml", "media/picture.png")
    hidden = [("xl/media/picture.png", far), ("xl/_rels/workbook.xml.rels", links)]
    assert only(read(workbook(more=hidden), "xlsx")).code == "too-many-cells"


def test_h55_a_styled_but_empty_far_cell_is_no_offence(read: Read) -> None:
    table, problems = read(
        workbook(HEADER + '<row r="2"><c r="A2"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'),
        "xlsx",
    )
    assert problems == []
    assert table
    assert table.rows == 1


def test_h56_millions_of_tiny_rows_are_too_many(read: Read) -> None:
    assert only(read(workbook(HEADER + "<row/>" * 3_000_000), "xlsx")).code == "too-many-rows"


def test_h56_repeated_rows_and_columns_of_opendocument_are_counted(read: Read) -> None:
    cell = '<table:table-cell {} office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
    rows = '<table:table-row table:number-rows-repeated="1048577">' + cell.format("") + "</table:table-row>"
    wide = "<table:table-row>" + cell.format('table:number-columns-repeated="99999999"') + "</table:table-row>"
    area = (
        '<table:table-row table:number-rows-repeated="1000000">'
        + cell.format('table:number-columns-repeated="1000"')
        + "</table:table-row>"
    )
    assert only(read(opendocument(rows), "ods")).code == "too-many-rows"
    assert only(read(opendocument(wide), "ods")).code == "too-many-cells"
    assert only(read(opendocument(area), "ods")).code == "too-many-cells"


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
OUTSIDE = "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>"


@pytest.mark.parametrize("doctype", [LAUGHS, OUTSIDE, "<!-- " + "x" * 100_000 + " --><!DOCTYPE x>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_h57_a_doctype_anywhere_is_refused(read: Read, doctype: str, encoding: str) -> None:
    stream = io.BytesIO(workbook())
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f"{doctype}<sst xmlns='{SPREADSHEET}'/>".encode(encoding))
    assert only(read(stream.getvalue(), "xlsx")).code == "workbook-doctype"


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("xl/vbaProject.bin", "workbook-macros"),
        ("xl/VBAPROJECT.BIN", "workbook-macros"),
        ("xl/connections.xml", "workbook-external-links"),
        ("xl/embeddings/oleObject1.bin", "workbook-embedded-objects"),
        ("xl/activeX/activeX1.xml", "workbook-embedded-objects"),
    ],
)
def test_h58_what_can_run_or_reach_out_is_refused(read: Read, part: str, code: str) -> None:
    assert only(read(workbook(more=[(part, "<x/>")]), "xlsx")).code == code


def test_h58_links_to_other_files_are_told_and_not_followed(read: Read) -> None:
    table, problems = read(workbook(more=[("xl/externalLinks/externalLink1.xml", "<x/>")]), "xlsx")
    assert table
    assert [problem.code for problem in problems] == ["workbook-links-not-followed"]


def test_h58_a_link_that_starts_a_program_is_refused(read: Read) -> None:
    part = ("xl/externalLinks/externalLink1.xml", "<externalLink><ddeLink/></externalLink>")
    assert only(read(workbook(more=[part]), "xlsx")).code == "workbook-external-links"


def test_h58_macros_of_opendocument_and_old_excel_are_refused(read: Read) -> None:
    scripted = opendocument("", [("Basic/Standard/Module1.xml", "<x/>")])
    assert only(read(scripted, "ods")).code == "workbook-macros"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 22 + struct.pack("<H", 9) + b"\0" * 16 + struct.pack("<L", 0)
    compound = head.ljust(512, b"\0") + "Workbook".encode("utf-16-le").ljust(64, b"\0")
    compound += "_VBA_PROJECT_CUR".encode("utf-16-le").ljust(64, b"\0")
    assert only(read(compound.ljust(4096, b"\0"), "xls")).code == "workbook-macros"


def test_error_cells_are_told_and_not_passed_over(read: Read) -> None:
    rows = HEADER + '<row r="2"><c r="A2" t="e"><v>#DIV/0!</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>'
    _, problems = read(workbook(rows), "xlsx")
    assert "workbook-error-cells" in [problem.code for problem in problems]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 cut off",
        zipped({"a.csv": "a,b\n"}),
        b"a,b\n1,2\n",
        b"<html><table><tr><td>1</td></tr></table></html>",
    ],
)
@pytest.mark.parametrize("format_", ["xlsx", "ods", "xls"])
def test_h59_what_only_pretends_to_be_a_spreadsheet_is_refused(read: Read, content: bytes, format_: str) -> None:
    assert only(read(content, format_)).code == "wrong-kind"


@pytest.mark.parametrize(
    "damaged",
    [sheet(HEADER)[:-20], "", "<a><b></a>", sheet('<row r="x"/>'), sheet('<row r="1"><c r="1A"><v>1</v></c></row>')],
)
def test_h59_a_damaged_sheet_is_reported(read: Read, damaged: str) -> None:
    content = zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES,
            "_rels/.rels": LINKS,
            "xl/workbook.xml": BOOK,
            "xl/_rels/workbook.xml.rels": BOOK_LINKS,
            "xl/worksheets/sheet1.xml": damaged,
        }
    )
    assert only(read(content, "xlsx")).code in {"workbook-unreadable", "source-error"}


@pytest.mark.parametrize(
    "content",
    [
        b"PAR1" + b"\0" * 100,
        b"SQLite format 3\0" + b"\0" * 100,
        b"\0" * 8 + b"DUCK" + b"\0" * 100,
        b"\x1f\x8b\x08" + b"\0" * 20,
        zipped({"a": "b"}),
        b"<!DOCTYPE html><html><body>404</body></html>",
        b"%PDF-1.7 ",
    ],
)
def test_h60_a_database_under_the_name_of_a_table_is_never_opened(read: Read, content: bytes) -> None:
    assert only(read(content, "csv")).code == "wrong-kind"
