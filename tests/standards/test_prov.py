"""The provenance is read by the PROV library, and says of a table what was done to it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prov.model import (
    ProvActivity,
    ProvDerivation,
    ProvDocument,
    ProvEntity,
    ProvGeneration,
    ProvMembership,
    ProvUsage,
)
from rdflib import DCTERMS, PROV, URIRef

from app.metadata.formats.prov import FORMAT, provenance_graph
from tests.golden.rewrite import RECORDS
from tests.records import SITE, sample_record
from tests.standards.dcat_graphs import full_record, linked_record


def document(name: str) -> ProvDocument:
    turtle = FORMAT.render(RECORDS[name], SITE).decode()
    read = ProvDocument.deserialize(content=turtle, format="rdf", rdf_format="turtle")
    assert isinstance(read, ProvDocument)
    return read


@pytest.mark.parametrize("name", RECORDS)
def test_the_prov_library_reads_it_and_finds_no_contradiction(name: str) -> None:
    read = document(name)
    assert list(read.get_records(ProvEntity))
    read.unified()  # merges what is said of one thing; raises where that cannot be


def test_a_table_was_made_from_the_file_that_was_sent() -> None:
    read = document("sample")
    activities = {str(each.identifier) for each in read.get_records(ProvActivity)}
    assert len(activities) == 1
    for kind in (ProvUsage, ProvGeneration, ProvDerivation):
        assert list(read.get_records(kind)), kind.__name__


def test_every_rule_that_was_used_is_a_plan() -> None:
    provn = document("sample").get_provn()
    assert all(rule in provn for rule in ("notes-apart", "number-plain"))


def test_a_pinned_version_tells_of_itself_and_what_came_before() -> None:
    first = replace(sample_record(), pinned=True, version=sample_record().versions[1], derived=())
    told = FORMAT.render(first, SITE).decode()
    assert "/dataset/aoba-population/v/1/data/" in told
    assert "/v/2" not in told


def test_what_the_portal_worked_out_is_generated_by_it_and_says_how() -> None:
    record = full_record()
    triples = provenance_graph(record, SITE)
    field = URIRef("https://data.example.jp/dataset/aoba-population#derived-themes")
    activity = triples.value(field, PROV.wasGeneratedBy)
    assert activity is not None
    assert triples.value(activity, PROV.wasAssociatedWith) == URIRef("https://data.example.jp/#portal")
    assert {str(words) for words in triples.objects(field, DCTERMS.description)} == {
        record.derived[0].how.ja,
        record.derived[0].how.en,
    }


def test_files_elsewhere_are_members_that_others_read(caplog: pytest.LogCaptureFixture) -> None:
    turtle = FORMAT.render(linked_record(), SITE).decode()
    read = ProvDocument.deserialize(content=turtle, format="rdf", rdf_format="turtle")
    assert isinstance(read, ProvDocument)
    assert len(list(read.get_records(ProvMembership))) == 2
    assert not caplog.records
