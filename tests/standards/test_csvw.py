"""CSV on the Web: csvwvalidate reads the tables by their served descriptions, and finds nothing wrong."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.catalog import addresses
from app.catalog.record import Column, ColumnProfile, ResourceRecord
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.metadata.checks.schemas import errors
from app.metadata.formats import csvw
from tests.records import (
    FILES,
    HOSTILE_TITLES,
    SITE,
    bare_record,
    facilities_resource,
    population_resource,
    sample_record,
)
from tests.standards.published import Published

pytestmark = pytest.mark.xdist_group("published")

# The validator cannot live beside frictionless: both want a version of their own of the same package.
PYTHON = Path(__file__).resolve().parents[2] / ".venv" / "csvw" / "bin" / "python"
DRIVER = Path(__file__).with_name("csvw_driver.py")
MOST_ROWS = 2000
SCHEMA = "csvw.json"

Document = dict[str, Any]
Verdicts = Callable[[Sequence[str]], dict[str, list[str]]]


@pytest.fixture(scope="session")
def verdicts() -> Verdicts:
    """What csvwvalidate says of descriptions at addresses: nothing where it is content. One process for all."""
    if not PYTHON.is_file():
        pytest.skip("the environment of csvwvalidate is not here: `make csvw` makes it")

    def ask(places: Sequence[str]) -> dict[str, list[str]]:
        command = [str(PYTHON), "-I", str(DRIVER)]
        answer = subprocess.run(command, input=json.dumps(places), capture_output=True, text=True, check=True)
        found: dict[str, list[str]] = json.loads(answer.stdout)
        return found

    return ask


def described(**changes: Any) -> Document:
    document: Document = json.loads(csvw.render(sample_record(**changes), SITE))
    return document


def written(folder: Path, document: Document, files: dict[str, bytes]) -> str:
    """Write a description beside its files, with addresses that lead there."""
    words = json.dumps(document, ensure_ascii=False)
    for name, content in files.items():
        (folder / f"{len(name)}.csv").write_bytes(content)
        words = words.replace(SITE.absolute(addresses.data("aoba-population", name)), f"{len(name)}.csv")
    path = folder / "csvw.json"
    path.write_text(words, encoding="utf-8")
    return str(path)


def test_the_served_groups_and_their_tables_are_valid(published: Published, verdicts: Verdicts) -> None:
    small = [
        record
        for record in published.records
        if 0 < sum(each.table.rows for each in record.resources if each.table) < MOST_ROWS
    ]
    asked = [f"{published.address}/dataset/{record.slug}/csvw.json" for record in small]
    assert len(asked) > 5
    assert verdicts(asked) == {place: [] for place in asked}


def test_the_served_description_of_a_single_table_is_valid(published: Published, verdicts: Verdicts) -> None:
    asked = [f"{published.address}/dataset/prefectures/data/prefectures.csv-metadata.json"]
    assert verdicts(asked) == {asked[0]: []}


def test_the_sample_is_valid_beside_its_files(tmp_path: Path, verdicts: Verdicts) -> None:
    place = written(tmp_path, described(), FILES)
    assert verdicts([place]) == {place: []}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("人口.csv", FILES["人口.csv"].replace(b"1204", b"many")),
        ("人口.csv", FILES["人口.csv"].replace(b"0002000", b"0001000")),
        ("人口.csv", FILES["人口.csv"].replace("町名".encode(), "名前".encode())),
    ],
    ids=["wrong type", "key twice", "other header"],
)
def test_the_validator_sees_a_table_that_breaks_its_description(
    tmp_path: Path, verdicts: Verdicts, name: str, content: bytes
) -> None:
    place = written(tmp_path, described(), FILES | {name: content})
    assert verdicts([place])[place] != []


def test_tables_that_point_to_each_other_are_checked(tmp_path: Path, verdicts: Verdicts) -> None:
    key = {"fields": "施設番号", "reference": {"resource": "population", "fields": "人口"}}
    facilities = facilities_resource()
    assert facilities.table is not None
    pointing = replace(facilities, table=replace(facilities.table, schema={"foreignKeys": [key]}))
    document = described(resources=(population_resource(), pointing))
    assert document["tables"][1]["tableSchema"]["foreignKeys"][0]["columnReference"] == ["column-1"]
    place = written(tmp_path, document, FILES)
    assert verdicts([place])[place] != []


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_hostile_words_stay_words(title: str) -> None:
    words = Text(title, title)
    hostile = population_resource(title=words, description=words)
    document = described(title=words, description=words, keywords=(title,), resources=(hostile,))
    assert errors(SCHEMA, document) == ()
    assert document["dc:title"] == title


def test_hostile_words_do_not_upset_the_validator(tmp_path: Path, verdicts: Verdicts) -> None:
    words = Text("\n".join(HOSTILE_TITLES), "\n".join(HOSTILE_TITLES))
    record = sample_record()
    resources = tuple(replace(each, title=words, description=words) for each in record.resources)
    place = written(tmp_path, described(title=words, description=words, resources=resources), FILES)
    assert verdicts([place]) == {place: []}


def test_there_is_no_group_of_no_tables() -> None:
    with pytest.raises(NotFound):
        csvw.render(bare_record(), SITE)
    with pytest.raises(NotFound):
        csvw.render_table(bare_record(), bare_record().resources[0], SITE)


def test_a_pinned_description_points_to_the_version_s_own_files() -> None:
    urls = [table["url"] for table in described(pinned=True)["tables"]]
    assert all(url.startswith("https://data.example.jp/dataset/aoba-population/v/2/data/") for url in urls)


@pytest.mark.parametrize(
    ("column", "datatype"),
    [
        (Column("a", "boolean"), "string"),
        (Column("a", "boolean", profile=ColumnProfile(0, 2, None, None, ("0", "true"))), "boolean"),
        (Column("a", "boolean", profile=ColumnProfile(0, 2, None, None, ("FALSE", "true"))), "string"),
        (Column("a", "boolean", profile=ColumnProfile(0, 3, None, None, ("0", "true"))), "string"),
        (
            Column("a", "boolean", field={"trueValues": ["○"], "falseValues": ["×"]}),
            {"base": "boolean", "format": "○|×"},
        ),
        (Column("a", "boolean", field={"trueValues": ["1", "yes"]}), "string"),
        (Column("a", "integer"), "integer"),
        (Column("a", "integer", field={"bareNumber": False}), "string"),
        (Column("a", "date", field={"format": "%d/%m/%Y"}), "string"),
        (Column("a", "geopoint"), "string"),
    ],
)
def test_a_type_is_named_only_where_the_file_writes_it_so(column: Column, datatype: Any) -> None:
    assert csvw._datatype(column) == datatype


def _columns(resource: ResourceRecord) -> list[Any]:
    document = json.loads(csvw.render_table(sample_record(), resource, SITE))
    columns: list[Any] = document["tableSchema"]["columns"]
    return columns


def test_titles_are_the_header_as_it_stands() -> None:
    assert [column["titles"] for column in _columns(population_resource())] == [
        "町字コード",
        "町名",
        "調査日",
        "人口",
        "増減率",
    ]
