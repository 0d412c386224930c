"""Rows in every format: exact bytes where a format is text, clear refusals where it cannot hold the answer."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import nanoarrow  # type: ignore[import-untyped]
import pytest

from app.kernel.errors import AppError, BadRequest, OverLimit
from app.query.answer import OutColumn, Row, Statement
from app.query.engine import VECTOR, TableEngine
from app.query.formats.format import RowFormat, rows_at_a_time
from app.query.formats.geojson import OTHERS
from app.query.formats.markdown import LONGEST
from app.query.formats.registry import FORMATS, by_suffix
from tests.row_answers import ABOUT, asked, counting, form, lines_of, statement, written

TEXTS = (OutColumn("n", "integer"), OutColumn("words", "string"))
BREAKS_LATER = "SELECT CASE WHEN range < 20_000 THEN range ELSE error('broken') END AS n FROM range(?)"
ENDLESS = "SELECT sum(sin(a.range)) OVER (ORDER BY a.range % 7) AS n, 1 AS m FROM range(?) a, range(1_000_000) b"


def texts(*words: str | None) -> Statement:
    return statement([(number, word) for number, word in enumerate(words)], TEXTS, ["BIGINT", "VARCHAR"])


def cells(words: str) -> str:
    return written("excel.csv", texts(words)).decode("utf-8-sig").split("\r\n", 1)[1].rstrip("\r\n").partition(",")[2]


def test_csv_is_as_rfc_4180_has_it() -> None:
    body = written("csv", texts('a "b"', "c,d", "e\r\nf", "", None))
    assert body == b'n,words\r\n0,"a ""b"""\r\n1,"c,d"\r\n2,"e\r\nf"\r\n3,""\r\n4,\r\n'


def test_csv_writes_an_empty_cell_that_is_alone_as_quotes() -> None:
    question = statement([("a",), (None,)], TEXTS[1:], ["VARCHAR"])
    assert written("csv", question) == b'words\r\na\r\n""\r\n'


def test_csv_for_programs_changes_nothing_and_has_no_mark() -> None:
    assert written("csv", texts("=1+1", "-")) == b"n,words\r\n0,=1+1\r\n1,-\r\n"


@pytest.mark.parametrize("words", ["=1+1", "+81-3-1", "-1+1", "@SUM(A1)", "\t=1", "＝1+1", "－cmd"])
def test_csv_for_excel_has_no_formulas(words: str) -> None:
    assert cells(words) == f"'{words}"


@pytest.mark.parametrize("words", ["-", "－", "-5", "+5", "-1.5", "a=1", "'=1"])
def test_csv_for_excel_leaves_other_text(words: str) -> None:
    assert cells(words) == words


def test_csv_for_excel_has_a_mark_and_leaves_numbers() -> None:
    question = statement([(-5, "=1")], TEXTS, ["BIGINT", "VARCHAR"])
    assert written("excel.csv", question) == b"\xef\xbb\xbfn,words\r\n-5,'=1\r\n"


def test_csv_for_excel_has_no_formulas_in_names() -> None:
    question = statement([("a",)], (OutColumn("=1+1", "string"),), ["VARCHAR"])
    assert written("excel.csv", question).decode("utf-8-sig").startswith("'=1+1\r\n")


def test_json_lines_have_numbers_in_full_and_null_for_nothing() -> None:
    first, _, last = written("jsonl").decode().splitlines()
    assert '"整数":9007199254740993,"大":10000000000000000000000000000000000000' in first
    assert '"小数":1200.10,"真偽":true,"日":"2026-04-01","時刻":"09:05:00"' in first
    assert set(json.loads(last).values()) == {None}


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_what_is_no_number_is_null_in_json_and_a_word_of_table_schema_in_csv(number: str) -> None:
    question = statement([(number,)], (OutColumn("n", "number"),), ["DOUBLE"])
    assert lines_of(written("jsonl", question)) == [{"n": None}]
    assert written("csv", question) == f"n\r\n{ {'nan': 'NaN'}.get(number, number.upper()) }\r\n".encode()


def test_no_reader_sees_more_lines_than_there_are_rows() -> None:
    assert len(written("jsonl", texts("a\u2028b\u2029c\x85d\x0ce\nf")).decode().splitlines()) == 1


def test_geojson_of_a_table_without_coordinates_says_which_formats_there_are() -> None:
    with pytest.raises(BadRequest) as caught:
        written("geojson", about=replace(ABOUT, latitude="", longitude=""))
    assert all(suffix in caught.value.message.en for suffix in ("csv", "parquet"))
    assert set(OTHERS) == {"json", *(each.suffix for each in FORMATS)} - {"geojson"}


def test_geojson_of_an_answer_without_its_coordinates_says_what_to_add() -> None:
    with pytest.raises(BadRequest) as caught:
        written("geojson", texts("a"))
    assert caught.value.report is not None
    assert "緯度,経度" in caught.value.report.problems[0].advice.en


def test_points_that_are_not_on_earth_have_no_geometry() -> None:
    features = json.loads(written("geojson"))["features"]
    assert [each["geometry"] for each in features] == [{"type": "Point", "coordinates": [139.25, 35.5]}, None, None]


@pytest.mark.parametrize("rows", [[], [("甲", 1)], [("甲", 1)] * 2500])
def test_geojson_is_whole_with_any_number_of_rows(rows: list[Row]) -> None:
    columns = (OutColumn("緯度", "number"), OutColumn("経度", "number"))
    question = Statement("SELECT 1.5 AS a, 2.5 AS b FROM range(?)", [len(rows)], columns)
    assert len(json.loads(written("geojson", question))["features"]) == len(rows)


def test_markdown_keeps_strange_cells_in_their_place() -> None:
    lines = written("md", texts("a|b\n| c | d |", "\u202e<b>`x`", "_a_ b_c")).decode().splitlines()
    assert lines[2:5] == [
        "| 0 | a&#124;b &#124; c &#124; d &#124; |",
        "| 1 | &lt;b&gt;&#96;x&#96; |",
        r"| 2 | \_a\_ b_c |",
    ]


def test_markdown_says_that_it_cut_a_value() -> None:
    page = written("md", texts("長" * LONGEST, "長" * (LONGEST + 1))).decode()
    assert f"| {'長' * LONGEST} |" in page
    assert f"| {'長' * LONGEST}… |" in page
    assert "Values cut after 1,000 characters: 1" in page


def test_markdown_says_where_the_rows_are_from_and_where_they_go_on() -> None:
    page = written("md", about=replace(ABOUT, next="https://data.example.jp/next?a=1&b=2")).decode()
    assert "- 次のページ / Next page: <https://data.example.jp/next?a=1&amp;b=2>" in page
    assert "- 表示 / Attribution: 出典: 青葉町 / Source: Aoba Town" in page
    assert "<javascript" not in written("md", about=replace(ABOUT, license_url="javascript:alert(1)")).decode()


def test_a_sheet_has_no_room_for_more_rows_and_says_so_at_once() -> None:
    with pytest.raises(OverLimit, match=r"1,048,575.*csv"):
        written("xlsx", about=replace(ABOUT, rows=1_048_576))


def test_a_sheet_that_turns_out_too_small_is_refused_before_its_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.query.formats.sheets.ROWS", 10)
    with asked(counting(11)) as stream, pytest.raises(OverLimit, match="10 rows"):
        next(form("xlsx").write(stream, ABOUT, tmp_path))
    assert not list(tmp_path.iterdir())
    assert written("xlsx", counting(10))


def test_a_cell_with_too_many_letters_is_named() -> None:
    with pytest.raises(OverLimit, match="Row 2, column 'words'"):
        written("xlsx", texts("a", "😀" * 16_384))


def test_a_sheet_with_too_many_columns_is_refused() -> None:
    many = [OutColumn(f"c{number}", "integer") for number in range(16_385)]
    with pytest.raises(OverLimit, match="16,384 columns"):
        written("xlsx", Statement("SELECT 1", [], tuple(many)))


@pytest.mark.parametrize("row_format", FORMATS, ids=lambda known: known.name)
def test_an_answer_that_breaks_is_never_whole(row_format: RowFormat, tmp_path: Path) -> None:
    question = Statement(
        BREAKS_LATER.replace("AS n", "AS 緯度, 1.5 AS 経度"),
        [20_001],
        (OutColumn("緯度", "number"), OutColumn("経度", "number")),
    )
    with asked(question) as stream, pytest.raises(AppError):
        list(row_format.write(stream, ABOUT, tmp_path))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("row_format", FORMATS, ids=lambda known: known.name)
def test_an_answer_that_takes_too_long_is_stopped_before_its_first_byte(row_format: RowFormat, tmp_path: Path) -> None:
    columns = (OutColumn("緯度", "number"), OutColumn("経度", "number"))
    with asked(Statement(ENDLESS, [1_000_000], columns), seconds=0.1) as stream, pytest.raises(OverLimit):
        next(row_format.write(stream, ABOUT, tmp_path))


@pytest.mark.parametrize("suffix", ["parquet", "xlsx"])
def test_a_file_whose_reader_went_away_is_deleted(suffix: str, tmp_path: Path) -> None:
    with asked(counting(15_000)) as stream:
        pieces = form(suffix).write(stream, ABOUT, tmp_path)
        next(pieces)
        assert list(tmp_path.iterdir())
        pieces.close()  # type: ignore[attr-defined]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("suffix", "body"), [("csv", b"n\r\n"), ("excel.csv", b"\xef\xbb\xbfn\r\n"), ("jsonl", b"")])
def test_an_answer_without_rows_has_its_names(suffix: str, body: bytes) -> None:
    assert written(suffix, counting(0)) == body


@pytest.mark.parametrize("row_format", FORMATS, ids=lambda known: known.name)
def test_equal_answers_make_equal_bytes(row_format: RowFormat) -> None:
    assert written(row_format.suffix) == written(row_format.suffix)


@pytest.mark.parametrize("row_format", FORMATS, ids=lambda known: known.name)
def test_a_large_answer_comes_in_pieces(row_format: RowFormat, tmp_path: Path) -> None:
    columns = (OutColumn("緯度", "number"), OutColumn("経度", "number"))
    question = Statement("SELECT hash(range)::DOUBLE / 1e20 AS a, hash(-range) AS b FROM range(?)", [16_000], columns)
    with asked(question) as stream:
        sizes = [len(piece) for piece in row_format.write(stream, ABOUT, tmp_path)]
    assert len(sizes) > 3
    assert max(sizes) < sum(sizes) / 3


def test_arrow_comes_in_short_batches_whatever_the_engine_likes() -> None:
    with asked(counting(10 * VECTOR)) as stream, nanoarrow.c_array_stream(stream.arrow()) as batches:
        assert max(batch.length for batch in batches) <= VECTOR


def test_long_words_are_written_as_parquet_in_little_memory(tmp_path: Path) -> None:
    question = Statement("SELECT repeat(md5(range::VARCHAR), 300) AS w FROM range(?)", [12_000], TEXTS[1:])
    with closing(TableEngine(memory="170MB").stream(question)) as stream:
        assert sum(map(len, form("parquet").write(stream, ABOUT, tmp_path)))


def test_wide_tables_are_read_fewer_rows_at_a_time() -> None:
    assert [rows_at_a_time(columns) for columns in (1, 20, 1000, 100_000)] == [1000, 1000, 20, 1]


def test_formats_are_found_by_their_suffix() -> None:
    assert [by_suffix(known.suffix) for known in FORMATS] == list(FORMATS)
    assert by_suffix("xls") is None


def test_no_heavy_library_is_loaded_before_a_format_needs_it() -> None:
    asked_for = (
        "import sys, app.query.formats.registry; print(*({'nanoarrow', 'xlsxwriter', 'pyarrow'} & {*sys.modules}))"
    )
    ran = subprocess.run([sys.executable, "-c", asked_for], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []
