"""What the portal writes into a data package is read back as it was."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.catalog.record import DatasetRecord, Table
from app.kernel.report import Findings
from app.metadata.formats import datapackage
from app.publishing import ingest as reading
from app.publishing.descriptor import Package, read_descriptor
from app.publishing.ingested import Ingested, Question
from app.publishing.submission import Details
from tests.factories import zipped
from tests.records import FACILITIES_CSV, POPULATION_CSV, SITE, sample_record

FILES = ("data/人口.csv", "data/facilities.csv")
FIELDS = (
    "title",
    "description",
    "keywords",
    "languages",
    "groups",
    "provenance",
    "caveats",
    "conforms_to",
    "ai_use",
    "series",
    "next_due",
)


def read_back(record: DatasetRecord) -> Package:
    findings = Findings()
    package = read_descriptor(datapackage.render(record, SITE), "datapackage.json", FILES, findings)
    assert findings.problems == []
    assert package is not None
    return package


@pytest.mark.parametrize("languages", [("ja", "en"), ("en", "ja")])
@pytest.mark.parametrize("name", FIELDS)
def test_a_dataset_is_read_back(name: str, languages: tuple[str, ...]) -> None:
    record = sample_record(links=(), languages=languages)
    assert getattr(read_back(record), name) == getattr(record, name)


def test_units_and_code_lists_of_columns_are_read_back() -> None:
    record = sample_record(links=())
    schema, table = read_back(record).resources[0].schema, record.resources[0].table

    assert schema is not None
    assert isinstance(table, Table)
    written = [(field.get("unit", ""), field.get("codeList", "")) for field in schema["fields"]]
    assert written == [(column.unit, column.code_list) for column in table.columns]


def test_what_a_package_says_is_what_its_dataset_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    record = sample_record(links=())
    files = {"datapackage.json": datapackage.render(record, SITE)}
    files |= dict(zip(FILES, (POPULATION_CSV, FACILITIES_CSV), strict=True))
    (tmp_path / "upload").write_bytes(zipped(files))
    question = Question(str(tmp_path / "upload"), "package.zip", Details())
    answer = msgspec.convert(reading.ingest(msgspec.to_builtins(question)), Ingested)

    assert answer.about is not None, answer.report
    assert [getattr(answer.about, name) for name in FIELDS] == [getattr(record, name) for name in FIELDS]
    table, sent = answer.resources[0].table, record.resources[0].table
    assert table is not None
    assert sent is not None
    assert [(each.unit, each.code_list) for each in table.columns] == [
        (each.unit, each.code_list) for each in sent.columns
    ]
