"""Rows of real tables, asked over HTTP: every answer is what plain Python makes of the clean CSV, in every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pyarrow.ipc
import pyarrow.parquet
import pytest
from flask.testing import FlaskClient

from app.query.question import MAX_TEXT, Question
from app.web.api.resources import PROFILED
from benchmarks.real_files import publish
from tests.factories import Portal, json_of, make_portal
from tests.row_oracle import answer

TOILETS = "japan/ishikawa-standard/data/170003_public_toilet.csv"
FILES = (
    TOILETS,
    "japan/holidays/syukujitsu.csv",
    "packages/datasets__co2-ppm/data/co2-gr-mlo.csv",
    "packages/frictionless-py-data/data/issue-1066-smallcellsize.csv",
)
READ: Mapping[str, Callable[[str], Any]] = {
    "integer": int,
    "year": int,
    "number": float,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "boolean": lambda word: word.lower() == "true",
}
# Of a wide table so many columns are asked for, from all over it.
ASKED = 3
SUMMED = {"integer", "number"}
CARRIAGE_RETURN = "_x000D_"  # as workbooks write it, and openpyxl leaves it


@dataclass(frozen=True, slots=True)
class Table:
    """A published table and what the clean CSV says of it."""

    client: FlaskClient
    address: str
    types: dict[str, str]
    rows: list[dict[str, Any]]

    @property
    def cells(self) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in self.rows]

    def file(self, suffix: str) -> bytes:
        found = self.client.get(f"{self.address}.{suffix}")
        assert found.status_code == 200, found.text
        return bytes(found.data)

    def all_pages(self, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Ask in JSON, and go on by the addresses that the answers name."""
        page = json_of(self.client.post(self.address, json=asked))
        rows = page["rows"]
        while page["next_url"]:
            following = urlsplit(page["next_url"])
            page = json_of(self.client.get(f"{following.path}?{following.query}"))
            rows += page["rows"]
        assert len(rows) == page["total"]
        return [tuple(row.values()) for row in rows]

    def expected(self, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        made = answer(Question.model_validate(asked), self.rows, self.types)
        return [tuple(_told(cell) for cell in row) for row in made]


def _told(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, date | time) else cell


@pytest.fixture(scope="module")
def tables(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Table]]:
    """The files, published; asks for the data first, so that nothing is made where there is none."""
    assert shared_data.is_dir()
    portal = make_portal(tmp_path_factory.mktemp("real-rows"))
    yield {name: _table(portal, shared_data, name) for name in FILES}
    portal.close()


def _table(portal: Portal, folder: Path, name: str) -> Table:
    [resource] = publish(portal.services, folder / name, name).resources
    assert resource.table is not None
    types = {field["name"]: field["type"] for field in resource.table.schema["fields"]}
    text = portal.services.store.path(resource.file.sha256).read_bytes().decode()
    rows = [
        {label: READ.get(types[label], str)(word) if word else None for label, word in line.items()}
        for line in csv.DictReader(io.StringIO(text, newline=""))
    ]
    return Table(portal.client(), f"/api/v1/resources/{resource.id}/rows", types, rows)


@pytest.fixture(params=FILES)
def table(request: pytest.FixtureRequest, tables: dict[str, Table]) -> Table:
    return tables[request.param]


def test_every_format_reads_back_the_cells_of_the_table(table: Table) -> None:
    parquet = pyarrow.parquet.read_table(io.BytesIO(table.file("parquet")))
    arrow = pyarrow.ipc.open_stream(io.BytesIO(table.file("arrow"))).read_all()
    assert [tuple(row.values()) for row in parquet.to_pylist()] == table.cells
    assert [tuple(row.values()) for row in arrow.to_pylist()] == table.cells
    told = [tuple(map(_told, row)) for row in table.cells]
    assert [tuple(json.loads(line).values()) for line in table.file("jsonl").decode().splitlines()] == told
    words = list(csv.reader(io.StringIO(table.file("csv").decode(), newline="")))
    reads = [READ.get(type_, str) for type_ in table.types.values()]
    read = [
        tuple(reader(word) if word else None for reader, word in zip(reads, line, strict=True)) for line in words[1:]
    ]
    assert (words[0], read) == (list(table.types), table.cells)


def test_a_workbook_reads_back_the_cells_of_the_table(table: Table) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(table.file("xlsx")), read_only=True)["rows"]
    [names, *rows] = sheet.iter_rows(values_only=True)
    assert list(names) == list(table.types)
    assert [tuple(map(_in_workbook, row)) for row in rows] == table.cells


def _in_workbook(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell.replace(CARRIAGE_RETURN, "\r")
    return cell.date() if isinstance(cell, datetime) else cell


def test_every_column_is_filtered_sorted_and_counted_as_python_would(table: Table) -> None:
    for name in list(table.types)[:: -(-len(table.types) // ASKED)]:
        for asked in _questions(table, name):
            assert table.all_pages(asked) == table.expected(asked), asked


def _questions(table: Table, name: str) -> Iterator[dict[str, Any]]:
    written = [str(_told(row[name])) for row in table.rows if row[name] is not None]
    cells = [word for word in written if len(word) <= MAX_TEXT]
    page = max(1, len(table.rows) // 2)
    for empty in ("true", "false"):
        yield {"where": {"column": name, "op": "null", "value": empty}, "limit": page}
    for descending in (False, True):
        yield {"sort": [{"column": name, "descending": descending}], "limit": page}
    yield {"group": [{"column": name}], "measures": [{"function": "count"}], "limit": page}
    if cells:
        yield {"where": {"column": name, "op": "in", "value": [cells[0], cells[-1]]}}
        yield {"where": {"column": name, "op": "not", "value": cells[0]}, "columns": [name], "limit": page}
        yield {
            "where": {"column": name, "op": "gte", "value": cells[len(cells) // 2]},
            "columns": [name],
            "limit": page,
        }
    if cells and table.types[name] == "string":
        yield {"where": {"column": name, "op": "contains", "value": cells[0][-2:]}, "limit": page}
        yield {"search": cells[-1][:20]}


def test_measures_are_what_python_counts(table: Table) -> None:
    numbers = [name for name, type_ in table.types.items() if type_ in SUMMED][:ASKED]
    functions = ("count", "distinct", "min", "max", "sum", "avg", "median")
    measures = [{"function": function, "column": name} for name in numbers for function in functions]
    [found] = table.all_pages({"measures": [{"function": "count"}, *measures]})
    [expected] = table.expected({"measures": [{"function": "count"}, *measures]})
    assert found == pytest.approx(expected, rel=1e-12)


def test_the_permalink_of_an_answer_gives_the_same_rows(table: Table) -> None:
    first, *_, last = table.types
    for name in (first, last):
        asked = {"group": [{"column": name, "as": "a"}], "measures": [{"function": "distinct", "column": last}]}
        answered = json_of(table.client.post(table.address, json=asked))
        link = urlsplit(answered["citation"]["permalink"])
        assert json_of(table.client.get(f"{link.path}?{link.query}"))["rows"] == answered["rows"]


def test_what_is_told_of_columns_agrees_with_their_cells(table: Table) -> None:
    address = table.address.removesuffix("rows") + "columns"
    names = list(table.types)
    told = [
        column
        for first in range(0, len(names), PROFILED)
        for column in json_of(table.client.get(address, query_string={"column": names[first : first + PROFILED]}))[
            "columns"
        ]
    ]
    for name, column in zip(names, told, strict=True):
        cells = [row[name] for row in table.rows if row[name] is not None]
        facts = column["facts"]
        assert (facts["missing"], facts["distinct"]) == (len(table.rows) - len(cells), len(set(cells))), name
        assert all(each["count"] == cells.count(_as(cells, each["value"])) for each in facts["top"]), name


def _as(cells: Sequence[Any], told: Any) -> Any:
    return next(cell for cell in cells if _told(cell) == told)


def test_a_box_finds_the_rows_that_python_finds(tables: dict[str, Table]) -> None:
    toilets = tables[TOILETS]
    client, address = toilets.client, toilets.address
    points = [(row["経度"], row["緯度"]) for row in toilets.rows if row["経度"] and row["緯度"]]
    along, up = zip(*points[:9], strict=True)
    west, south, east, north = min(along), min(up), max(along), max(up)
    inside = [each for each in points if west <= each[0] <= east and south <= each[1] <= north]
    found = json_of(client.get(address, query_string={"box": f"{west},{south},{east},{north}"}))
    assert [(row["経度"], row["緯度"]) for row in found["rows"]] == inside
