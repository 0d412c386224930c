"""Quality in DQV: every measurement says of what, by which metric and when, and agrees with what the portal shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from rdflib import PROV, RDF, SKOS, XSD, Graph, Literal, URIRef

from app.catalog.record import DatasetRecord
from app.metadata import mqa
from app.metadata.formats import dqv
from app.metadata.graph_quality import metric, quality_vocabulary
from app.metadata.rdf import DQV, dataset_address
from app.quality.assessment import assess
from app.quality.measurements import measure
from tests.records import SITE, bare_record, draft_record, sample_record
from tests.standards.dcat_graphs import full_record, linked_record

RECORDS = {
    "full": full_record(),
    "sample": sample_record(),
    "bare": bare_record(),
    "draft": draft_record(),
    "links": linked_record(),
    "pinned": replace(sample_record(), pinned=True),
}
TABLE = URIRef("https://data.example.jp/dataset/aoba-population/resource/population#file")


def parsed(record: DatasetRecord) -> Graph:
    return Graph().parse(data=dqv.render(record, SITE), format="turtle")


def values(triples: Graph, subject: URIRef) -> dict[str, object]:
    return {name: value for name, value in _values(triples, subject)}  # noqa: C416 - a generator of pairs


def _values(triples: Graph, subject: URIRef) -> Iterator[tuple[str, object]]:
    for measurement in triples.objects(subject, DQV.hasQualityMeasurement):
        of, value = triples.value(measurement, DQV.isMeasurementOf), triples.value(measurement, DQV.value)
        assert isinstance(value, Literal)
        yield str(of).partition("#")[2], value.toPython()


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_every_measurement_has_what_the_vocabulary_asks_for(record: DatasetRecord) -> None:
    """W3C DQV, 4: one metric, one value of the metric's type, something that it was computed on."""
    triples = parsed(record)
    measurements = set(triples.subjects(RDF.type, DQV.QualityMeasurement))
    assert measurements
    for each in measurements:
        (of,), (value,) = triples.objects(each, DQV.isMeasurementOf), triples.objects(each, DQV.value)
        (subject,) = triples.objects(each, DQV.computedOn)
        assert (subject, DQV.hasQualityMeasurement, each) in triples
        assert (of, RDF.type, DQV.Metric) in triples
        assert isinstance(value, Literal)
        assert triples.value(of, DQV.expectedDataType) == value.datatype
        assert triples.value(each, PROV.generatedAtTime) is not None
        dimension = triples.value(of, DQV.inDimension)
        category = triples.value(dimension, DQV.inCategory)
        assert (dimension, RDF.type, DQV.Dimension) in triples
        assert (category, RDF.type, DQV.Category) in triples
        for node in (of, dimension, category):
            assert {word.language for word in triples.objects(node, SKOS.prefLabel)} == {"ja", "en"}  # type: ignore[attr-defined]


def test_a_table_has_the_values_that_the_portal_measures() -> None:
    record = sample_record()
    resource = record.resources[0]
    found = values(parsed(record), TABLE)
    expected = {
        each.id: Decimal(str(each.value)).quantize(Decimal("0.0001"))
        for each in measure(resource, record, record.modified)
        if each.value is not None
    }
    assert expected.items() <= found.items()
    assert found["machine-readability"] == assess(resource, record).total_published.value


def test_indicators_of_the_eu_are_given_but_the_one_that_needs_a_validator() -> None:
    record = full_record()
    found = values(parsed(record), dataset_address(record, SITE))
    assert found.keys() == {f"mqa-{rule.id}" for rule in mqa.rules() if rule.id != "dcat-ap"}
    assert all(found.values())


def test_nothing_is_said_of_whether_addresses_elsewhere_answer() -> None:
    found = values(parsed(linked_record()), dataset_address(linked_record(), SITE))
    assert {"mqa-access-url-status", "mqa-download-url-status"}.isdisjoint(found)
    assert found["mqa-download-url"] is True


def test_a_pinned_version_is_measured_as_of_its_publication() -> None:
    record = RECORDS["pinned"]
    assert record.version is not None
    told = set(parsed(record).objects(None, PROV.generatedAtTime))
    assert told == {Literal(record.version.published, datatype=XSD.dateTime)}
    assert dqv.render(record, SITE) == dqv.render(replace(record, modified=record.created), SITE)


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_the_vocabulary_tells_the_same_of_every_metric(record: DatasetRecord) -> None:
    known, triples = quality_vocabulary(SITE), parsed(record)
    for of in triples.subjects(RDF.type, DQV.Metric):
        assert set(triples.predicate_objects(of)) == set(known.predicate_objects(of))
    assert (metric("completeness-cells", SITE), RDF.type, DQV.Metric) in known
