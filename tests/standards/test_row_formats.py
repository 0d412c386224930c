"""Readers that we did not write read the rows of every format back equal, strange cells too."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine
from jsonschema import Draft202012Validator
from lxml import html  # type: ignore[import-untyped]
from markdown_it import MarkdownIt

from app.query.answer import Row, Statement
from app.query.formats.markdown import LONGEST
from tests.row_answers import (
    COLUMNS,
    HOSTILE,
    KINDS,
    SUMS,
    TYPED,
    WORD_ANSWER,
    WORD_ROWS,
    lines_of,
    statement,
    written,
)

NAMES = list(KINDS)
MOMENTS = NAMES.index("瞬間")
WORD_NAMES = [column.name for column in WORD_ANSWER.columns]
# What every reader of a text format can be asked for: the words of each cell, nothing and no letters alike.
EXPECTED_WORDS = [[str(number), words or ""] for number, words in WORD_ROWS]
CsvReader = Callable[[bytes, Path], list[list[str]]]
TableReader = Callable[[bytes, Path], pa.Table]


def by_csv(body: bytes, _: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))


def by_pandas(body: bytes, _: Path) -> list[list[str]]:
    frame = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False, header=None)
    return [list(map(str, row)) for row in frame.itertuples(index=False)]


def by_polars(body: bytes, _: Path) -> list[list[str]]:
    frame = pl.read_csv(body, has_header=False, infer_schema=False)
    return [[cell or "" for cell in row] for row in frame.rows()]


def by_duckdb(body: bytes, folder: Path) -> list[list[str]]:
    path = folder / "rows.csv"
    path.write_bytes(body)
    options = "all_varchar = true, header = false, delim = ',', quote = '\"', escape = '\"'"
    rows = duckdb.connect().execute(f"SELECT * FROM read_csv('{path}', {options})").fetchall()
    return [[cell or "" for cell in row] for row in rows]


CSV_READERS = (by_csv, by_pandas, by_polars, by_duckdb)


@pytest.mark.parametrize("read", CSV_READERS, ids=lambda read: read.__name__)
def test_csv_is_read_back_cell_by_cell(read: CsvReader, tmp_path: Path) -> None:
    assert read(written("csv", WORD_ANSWER), tmp_path) == [WORD_NAMES, *EXPECTED_WORDS]


@pytest.mark.parametrize("read", CSV_READERS, ids=lambda read: read.__name__)
def test_csv_for_excel_is_the_same_but_for_formulas(read: CsvReader, tmp_path: Path) -> None:
    found = read(written("excel.csv", WORD_ANSWER), tmp_path)
    changed = [(was, now) for (_, was), (_, now) in zip(EXPECTED_WORDS, found[1:], strict=True) if was != now]
    assert [now for _, now in changed] == [f"'{was}" for was, _ in changed]
    assert [was[0] for was, _ in changed] == ["=", "+", "@", "\t", "＝"]


def test_nothing_and_no_letters_are_told_apart_by_readers_that_can(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(written("csv", WORD_ANSWER))
    options = "all_varchar = true, allow_quoted_nulls = false, delim = ',', quote = '\"', escape = '\"'"
    read = f"SELECT * FROM read_csv('{tmp_path}/rows.csv', {options})"
    assert duckdb.connect().execute(read).fetchall() == [(str(number), words) for number, words in WORD_ROWS]


def test_types_are_found_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(written("csv"))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        types = {name: kind for name, (kind, _) in KINDS.items()}
        rows = connection.execute(f"SELECT * FROM read_csv('{path}', columns = {types})").fetchall()
    assert [tuple(map(in_utc, row)) for row in rows] == list(TYPED)


def in_utc(cell: Any) -> Any:
    return cell.astimezone(UTC) if isinstance(cell, datetime) and cell.tzinfo else cell


def test_json_lines_are_read_back_by_python_and_duckdb(tmp_path: Path) -> None:
    body = written("jsonl", WORD_ANSWER)
    (tmp_path / "rows.jsonl").write_bytes(body)
    assert [tuple(row.values()) for row in lines_of(body)] == list(WORD_ROWS)
    rows = duckdb.connect().execute(f"SELECT * FROM read_json('{tmp_path}/rows.jsonl')").fetchall()
    assert rows == list(WORD_ROWS)


def test_json_lines_are_read_back_by_pandas_and_polars() -> None:
    body = written("jsonl", WORD_ANSWER)
    assert pl.read_ndjson(body).rows() == list(WORD_ROWS)
    frame = pd.read_json(io.BytesIO(body), lines=True, dtype=False)
    assert frame[WORD_NAMES[1]].tolist()[:-1] == list(HOSTILE)


def test_json_lines_keep_every_digit() -> None:
    numbers = [{name: row[name] for name in ("整数", "大", "合計", "数", "小数")} for row in lines_of(written("jsonl"))]
    assert numbers[0] == {
        "整数": 2**53 + 1,
        "大": 10**37,
        "合計": 2**100,
        "数": Decimal("0.30000000000000004"),
        "小数": Decimal("1200.10"),
    }


def arrow_by_pyarrow(body: bytes, _: Path) -> pa.Table:
    return pa.ipc.open_stream(body).read_all()


def arrow_by_polars(body: bytes, _: Path) -> pa.Table:
    return pl.read_ipc_stream(io.BytesIO(body)).to_arrow()


def parquet_by_pyarrow(body: bytes, _: Path) -> pa.Table:
    return pq.read_table(io.BytesIO(body))


def parquet_by_polars(body: bytes, _: Path) -> pa.Table:
    return pl.read_parquet(io.BytesIO(body)).to_arrow()


def parquet_by_duckdb(body: bytes, folder: Path) -> pa.Table:
    (folder / "rows.parquet").write_bytes(body)
    with duckdb.connect() as connection:
        return connection.read_parquet(str(folder / "rows.parquet")).to_arrow_table()


def parquet_by_pandas(body: bytes, _: Path) -> pa.Table:
    return pa.Table.from_pandas(pd.read_parquet(io.BytesIO(body), dtype_backend="pyarrow"))


TABLE_READERS = (
    ("arrow", arrow_by_pyarrow),
    ("arrow", arrow_by_polars),
    ("parquet", parquet_by_pyarrow),
    ("parquet", parquet_by_polars),
    ("parquet", parquet_by_duckdb),
    ("parquet", parquet_by_pandas),
)


def rows_of(table: pa.Table) -> list[Row]:
    return [tuple(map(in_utc, row.values())) for row in table.to_pylist()]


@pytest.mark.parametrize(("suffix", "read"), TABLE_READERS)
def test_typed_cells_are_read_back_equal(suffix: str, read: TableReader, tmp_path: Path) -> None:
    table = read(written(suffix), tmp_path)
    assert table.column_names == NAMES
    assert rows_of(table) == list(TYPED)


@pytest.mark.parametrize(("suffix", "read"), TABLE_READERS)
def test_strange_words_are_read_back_equal(suffix: str, read: TableReader, tmp_path: Path) -> None:
    table = read(written(suffix, WORD_ANSWER), tmp_path)
    assert table.column_names == WORD_NAMES
    assert rows_of(table) == list(WORD_ROWS)


@pytest.mark.parametrize(("suffix", "read"), TABLE_READERS)
def test_an_answer_without_rows_keeps_its_types(suffix: str, read: TableReader, tmp_path: Path) -> None:
    kinds = [kind for kind, _ in KINDS.values()]
    empty, full = (read(written(suffix, statement(rows, COLUMNS, kinds)), tmp_path) for rows in (TYPED[:0], TYPED))
    assert (empty.num_rows, empty.schema) == (0, full.schema)


@pytest.mark.parametrize(("suffix", "read"), [TABLE_READERS[0], TABLE_READERS[2]])
def test_columns_are_typed_by_the_engine_and_say_what_they_mean(suffix: str, read: TableReader, tmp_path: Path) -> None:
    schema = read(written(suffix), tmp_path).schema
    assert dict(zip(schema.names, map(str, schema.types), strict=True)) == {
        "名": "string",
        "整数": "int64",
        "大": "decimal128(38, 0)",
        "合計": "decimal128(38, 0)",
        "数": "double",
        "小数": "decimal128(18, 2)",
        "真偽": "bool",
        "日": "date32[day]",
        "時刻": "time64[us]",
        "日時": "timestamp[us]",
        "瞬間": "timestamp[us, tz=UTC]",
        "年": "int32",
        "緯度": "double",
        "経度": "double",
    }
    said = schema.field("整数").metadata
    assert (said[b"unit"].decode(), said[b"description"].decode()) == ("人", "整数の意味")
    assert schema.metadata[b"license"] == b"CC-BY-4.0"


def test_what_was_made_of_a_column_is_said() -> None:
    body = written("arrow", statement([("甲", 5)], SUMS, ["VARCHAR", "HUGEINT"]))
    said = pa.ipc.open_stream(body).schema.field("合計").metadata
    assert {name: said[name].decode() for name in (b"function", b"column", b"unit")} == {
        b"function": "sum",
        b"column": "整数",
        b"unit": "人",
    }


def test_readers_without_arrow_find_the_source_in_a_parquet_file(tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_bytes(written("parquet"))
    kept = duckdb.connect().execute(
        f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{tmp_path}/rows.parquet')"
    )
    said = dict(kept.fetchall())
    assert said["title"] == "青葉町の人口"
    assert said["permalink"] == "https://data.example.jp/api/v1/resources/1/rows?version=2&limit=10"


@pytest.mark.parametrize("suffix", ["arrow", "parquet"])
def test_rows_keep_their_order(suffix: str, tmp_path: Path) -> None:
    read = {"arrow": arrow_by_pyarrow, "parquet": parquet_by_pyarrow}[suffix]
    question = Statement("SELECT range::HUGEINT AS n FROM range(?) ORDER BY hash(range)", [50_000], COLUMNS[3:4])
    found = read(written(suffix, question), tmp_path).column(0).to_pylist()
    assert found == [row[0] for row in duckdb.execute(question.sql, [50_000]).fetchall()]


def test_a_parquet_file_cut_short_is_not_taken_for_whole() -> None:
    with pytest.raises(pa.ArrowInvalid):
        pq.read_table(io.BytesIO(written("parquet")[:-100]))


def cells_by_openpyxl(body: bytes, sheet: str = "rows") -> list[list[Any]]:
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(body))[sheet].iter_rows(values_only=True)]


def cells_by_calamine(body: bytes, sheet: str = "rows") -> list[list[Any]]:
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name(sheet).to_python()


def test_a_sheet_has_typed_cells_and_keeps_as_text_what_excel_would_change() -> None:
    names, first, second, *_ = cells_by_openpyxl(written("xlsx"))
    assert names == NAMES
    assert first[:7] == ["甲", "9007199254740993", str(10**37), str(2**100), 0.1 + 0.2, 1200.1, True]
    day = datetime(2026, 4, 1)  # noqa: DTZ001 - a cell has no zone
    assert first[7:10] == [day, time(9, 5), day.replace(hour=1, minute=2, second=3)]
    assert first[10:] == ["2026-03-31T16:02:03.000004Z", 2026, 35.5, 139.25]
    assert second[1:6] == [-1, -5, 7, 1e300, -0.01]
    assert second[7:10] == ["1868-01-25", "23:59:59.999999", "0001-01-01T00:00:00"]


def test_another_reader_of_sheets_agrees() -> None:
    _, first, *_ = cells_by_calamine(written("xlsx"))
    assert first[1:7] == ["9007199254740993", str(10**37), str(2**100), 0.1 + 0.2, 1200.1, True]
    assert first[7] == date(2026, 4, 1)


@pytest.mark.parametrize("read", [cells_by_openpyxl, cells_by_calamine])
def test_words_in_a_sheet_stay_words(read: Callable[[bytes], list[list[Any]]]) -> None:
    found = [words for _, words in read(written("xlsx", WORD_ANSWER))[1:]]
    # Excel writes control characters but line ends as _xHHHH_, which not all undo.
    odd = {number for number, words in enumerate(HOSTILE) if {"\0", "\x1b", "\ufffe"} & set(words)}
    odd.add(HOSTILE.index("_x0041_"))
    same = [number for number in range(len(HOSTILE)) if number not in odd]
    assert [found[number] or "" for number in same] == [HOSTILE[number] for number in same]
    assert all(isinstance(found[number], str) for number in odd)


def test_a_sheet_has_neither_formulas_nor_links() -> None:
    with zipfile.ZipFile(io.BytesIO(written("xlsx", WORD_ANSWER))) as parts:
        markup = b"".join(parts.read(name) for name in parts.namelist() if "sheet" in name)
    assert b"<f>" not in markup
    assert b"hyperlink" not in markup
    assert b"<t>markup</t>" not in markup


def test_the_second_sheet_says_what_the_first_one_is() -> None:
    about = cells_by_openpyxl(written("xlsx"), "about")
    assert ["attribution", "出典: 青葉町", None] in about
    assert ["整数", "unit", "人"] in about
    assert ["整数", "description@en", "about 整数"] in about


# RFC 7946 as far as we write it: collections of points (1.4, 3.1.1, 3.1.2, 3.2, 3.3).
GEOJSON = {
    "type": "object",
    "required": ["type", "features"],
    "not": {"anyOf": [{"required": [name]} for name in ("coordinates", "geometries", "geometry", "properties")]},
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "not": {"anyOf": [{"required": [name]} for name in ("coordinates", "geometries", "features")]},
                "properties": {
                    "type": {"const": "Feature"},
                    "properties": {"type": ["object", "null"]},
                    "geometry": {
                        "type": ["object", "null"],
                        "required": ["type", "coordinates"],
                        "properties": {
                            "type": {"const": "Point"},
                            "coordinates": {
                                "type": "array",
                                "items": {"type": "number"},
                                "minItems": 2,
                                "maxItems": 3,
                            },
                        },
                    },
                },
            },
        },
    },
}


def test_geojson_holds_to_its_schema_and_has_all_cells() -> None:
    collection = json.loads(written("geojson"))
    assert list(Draft202012Validator(GEOJSON).iter_errors(collection)) == []
    assert [each["properties"] for each in collection["features"]] == [
        json.loads(line) for line in written("jsonl").decode().splitlines()
    ]
    assert collection["about"]["license"] == "CC-BY-4.0"


TABLE = {"table", "thead", "tbody", "tr", "th", "td"}


def test_markdown_has_one_table_with_a_cell_for_each_of_ours() -> None:
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(written("md", WORD_ANSWER).decode())
    page = html.fromstring(f"<main>{rendered}</main>")
    rows = [[cell.text_content() for cell in row.iter("th", "td")] for row in page.iter("tr")]
    assert [row[0] for row in rows] == ["id", *(str(number) for number, _ in WORD_ROWS)]
    assert rows[12][1] == "長" * LONGEST + "…"
    assert rows[15][1] == HOSTILE[14]
    assert {each.tag for each in page.iter()} <= {"main", "ul", "li", "a", "p"} | TABLE
