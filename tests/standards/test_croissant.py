"""Croissant 1.1: the reference reader accepts what the portal serves, and reads from it the rows that DuckDB counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import mlcroissant  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from etils import epath  # type: ignore[import-untyped]
from mlcroissant._src.core import constants  # type: ignore[import-untyped]

from app.catalog.record import Column, DatasetRecord, License, Link, Table
from app.kernel.text import Text
from app.metadata.checks.schemas import errors
from app.metadata.formats import croissant
from tests.records import HOSTILE_TITLES, SITE, bare_record, population_resource, sample_record, stored
from tests.standards.published import Published

pytestmark = pytest.mark.xdist_group("published")

SCHEMA = "croissant-1.1.json"
LINKS = (
    Link("人口.csv", "https://example.jp/表/人口.csv", Text("人口", "Population"), format="CSV", size=10),
    Link("", "https://example.jp/x", media_type="no type"),
    Link("no address", "javascript:alert(1)"),
)
ELSEWHERE = bare_record(resources=(), version=None, versions=(), links=LINKS)
# Names that mean something to paths, IRIs, JSONPath, CSV or SQL.
COLUMNS = ("a.b", "a/b", 'say "no"', "it's", "一行目\n二行目", "人口（人）", "a%2Fb", "#", "a b", "$[0]", "a,b", "{c}")
RECORDS = {
    "sample": sample_record(),
    "bare": bare_record(),
    "pinned": sample_record(pinned=True),
    "no terms": sample_record(license=License()),
    "terms without an address": sample_record(license=License(title=Text("窓口で確認"))),
}


@pytest.fixture(autouse=True, scope="module")
def _downloads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give downloads a folder of their own: the reader keeps files by address, and ports come back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "DOWNLOAD_PATH", epath.Path(tmp_path_factory.mktemp("downloads")))
        patch.setenv("NO_PROXY", "*")
        yield


Served = dict[str, Any]


@pytest.fixture(scope="module")
def served(published: Published) -> dict[str, Served]:
    """What the portal serves of each dataset, by slug."""
    return {
        each.slug: json.loads(published.fetch(f"/dataset/{each.slug}/croissant.json")) for each in published.records
    }


def described(record: DatasetRecord) -> Served:
    document: Served = json.loads(croissant.render(record, SITE))
    return document


def warnings_of(document: Served) -> list[str]:
    """Answer what the reader warns of; it raises where the description is wrong."""
    return sorted(mlcroissant.Dataset(jsonld=document).metadata.ctx.issues.warnings)


def rows_of(document: Served, name: str, **options: Any) -> list[dict[str, Any]]:
    """Read a record set over HTTP; cells by the column's name as it stands in the field's id."""
    rows = mlcroissant.Dataset(jsonld=document, **options).records(name)
    return [{field.removeprefix(f"{name}/"): _plain(value) for field, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def test_the_reader_finds_nothing_wrong_with_what_is_served(served: dict[str, Served]) -> None:
    assert len(served) > 5
    assert {slug: found for slug, document in served.items() if (found := warnings_of(document))} == {}


def test_what_is_served_says_all_that_the_standard_demands(served: dict[str, Served]) -> None:
    assert {slug: found for slug, document in served.items() if (found := errors(SCHEMA, document))} == {}


def test_every_record_set_has_the_rows_that_duckdb_counts(served: dict[str, Served], published: Published) -> None:
    counted, read = {}, {}
    for record in published.records:
        for resource in record.resources:
            if resource.table and resource.parquet:
                place = (record.slug, resource.name)
                file = published.portal.services.store.path(resource.parquet.sha256)
                counted[place] = duckdb.execute("SELECT count(*) FROM read_parquet(?)", [str(file)]).fetchall()[0][0]
                read[place] = len(rows_of(served[record.slug], resource.name))
    assert len(read) > 8
    assert read == counted


def test_a_code_keeps_its_leading_zero(served: dict[str, Served]) -> None:
    first = rows_of(served["prefectures"], "prefectures")[0]
    assert (first["都道府県番号"], first["名称"], first["ISO3166-2"]) == ("01", "北海道", "JP-01")


def test_an_empty_cell_stays_empty(served: dict[str, Served]) -> None:
    (era,) = (row for row in rows_of(served["japanese-eras"], "eras") if "令和" in row.values())
    assert [name for name, value in era.items() if value is None or value != value] == ["最終日"]  # noqa: PLR0124 - the reader's empty date is unequal to itself


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_odd_records_are_accepted(record: DatasetRecord) -> None:
    document = described(record)
    assert errors(SCHEMA, document) == ()
    assert warnings_of(document) == []


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_hostile_titles_are_accepted_and_stay_whole(title: str) -> None:
    hostile = population_resource(title=Text(title, title), description=Text(title, title))
    document = described(sample_record(title=Text(title, title), description=Text(title), resources=(hostile,)))
    assert errors(SCHEMA, document) == ()
    assert warnings_of(document) == []
    assert document["name"] == {"ja": title, "en": title}


def test_the_reader_refuses_a_field_that_reads_no_file() -> None:
    document = described(sample_record())
    document["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "nowhere"
    with pytest.raises(mlcroissant.ValidationError, match="nowhere"):
        mlcroissant.Dataset(jsonld=document)


@pytest.mark.parametrize("name", ["license", "datePublished", "creator", "conformsTo"])
def test_the_schema_refuses_a_description_without_what_is_demanded(name: str) -> None:
    document = described(sample_record())
    del document[name]
    assert errors(SCHEMA, document) != ()


def test_a_file_elsewhere_needs_no_checksum_because_the_dataset_is_live() -> None:
    document = described(ELSEWHERE)
    assert document["isLiveDataset"] is True
    assert [file["contentUrl"] for file in document["distribution"]] == [link.url for link in LINKS[:2]]
    assert errors(SCHEMA, document) == ()
    assert errors(SCHEMA, document | {"isLiveDataset": False}) != ()


def test_the_reader_asks_a_dataset_elsewhere_for_nothing_but_its_version_which_nobody_knows() -> None:
    assert [words.split("https://schema.org/")[-1] for words in warnings_of(described(ELSEWHERE))] == [
        'version" is recommended, but does not exist.'
    ]


def test_a_pinned_description_points_to_the_version_s_own_files() -> None:
    version = "https://data.example.jp/dataset/aoba-population/v/2"
    document = described(sample_record(pinned=True, links=()))
    assert document["url"] == version
    assert all(file["contentUrl"].startswith(f"{version}/data/") for file in document["distribution"])


def test_columns_of_any_name_are_read(tmp_path: Path) -> None:
    document, mapping = odd_table(tmp_path)
    assert warnings_of(document) == []
    rows = list(mlcroissant.Dataset(jsonld=document, mapping=mapping).records("population"))
    assert [[_plain(value) for value in row.values()] for row in rows] == [["01"] * len(COLUMNS), [None] * len(COLUMNS)]


def odd_table(folder: Path) -> tuple[Served, dict[str, str]]:
    """Describe a table whose columns have odd names, with the place of its file."""
    path = folder / "odd.parquet"
    pq.write_table(pa.table({name: ["01", None] for name in COLUMNS}), path)
    content = path.read_bytes()
    file = stored("odd.parquet", content, "application/vnd.apache.parquet")
    table = Table(tuple(Column(name, "string") for name in COLUMNS), 2, {})
    document = described(sample_record(resources=(population_resource(parquet=file, table=table),)))
    return document, {each["@id"]: str(path) for each in document["distribution"] if each["name"] == file.name}


def test_nothing_is_said_that_nobody_said() -> None:
    document = described(bare_record())
    assert not {"sdLicense", "rai:dataCollectionTimeframe", "rai:dataCollection", "rai:dataUseCases"} & set(document)
