"""Fifty of Tokyo's real records, imported as datasets of links, before other people's validators."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph

from app.catalog.record import DatasetRecord
from app.harvest.applying import Imported, Order
from app.kernel.actor import SYSTEM
from app.search.document import document_of
from app.search.service import SearchQuery
from tests.factories import Portal, make_portal
from tests.standards.conftest import Errors, Violations

RECORDS = "catalogs/tokyo-ckan/packages_part_a.jsonl.gz"
SOURCE = "https://catalog.data.metro.tokyo.lg.jp"
EVERY = 51
# Validators learn nothing from the hundredth link of one dataset.
MOST_LINKS = 8
LOADED = 10


@dataclass(frozen=True, slots=True)
class Sample:
    portal: Portal
    order: Order
    outcome: Imported
    records: tuple[DatasetRecord, ...]

    def body(self, record: DatasetRecord, name: str) -> bytes:
        """Answer the description of a record."""
        return self.portal.services.descriptions.render(record, name).body


@pytest.fixture(scope="module")
def sample(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    folder = tmp_path_factory.mktemp("import")
    with gzip.open(shared_data / RECORDS) as lines:
        chosen = [json.loads(line) for line in islice(lines, 0, None, EVERY)]
    file = folder / "records.json"
    file.write_text(json.dumps([each | {"resources": each["resources"][:MOST_LINKS]} for each in chosen]), "utf-8")
    portal = make_portal(folder)
    order = Order(file, SOURCE)
    outcome = portal.services.importer.run(SYSTEM, order)
    records = portal.services.catalog.list(SYSTEM, limit=100).items
    yield Sample(portal, order, outcome, records)
    portal.close()


def test_every_record_is_taken_and_found_by_its_title(sample: Sample) -> None:
    search = sample.portal.services.search
    search.rebuild(filter(None, map(document_of, sample.records)))

    assert (sample.outcome.counts.added, sample.outcome.counts.records) == (51, 51)
    for record in sample.records:
        hits = search.search(SearchQuery(record.title.ja, limit=100)).hits
        assert record.id in {hit.document.id for hit in hits}, record.title.ja


def test_a_second_import_changes_nothing(sample: Sample) -> None:
    again = sample.portal.services.importer.run(SYSTEM, sample.order)

    assert (again.counts.unchanged, again.missing) == (51, ())
    assert sample.portal.services.catalog.list(SYSTEM, limit=100).items == sample.records


def test_their_dcat_keeps_to_the_shapes(sample: Sample, dcat_violations: Violations) -> None:
    triples = Graph()
    for record in sample.records:
        triples.parse(data=sample.body(record, "dcat-nt"), format="nt")

    assert dcat_violations(triples) == []


def test_their_data_packages_keep_to_the_profile(sample: Sample, package_errors: Errors) -> None:
    for record in sample.records:
        assert package_errors(json.loads(sample.body(record, "datapackage"))) == [], record.slug


def test_their_croissants_are_read_by_its_library(sample: Sample) -> None:
    croissant: Any = pytest.importorskip("mlcroissant")
    loaded = [json.loads(sample.body(record, "croissant")) for record in sample.records[:LOADED]]

    assert all(croissant.Dataset(jsonld=each).metadata.name for each in loaded)
