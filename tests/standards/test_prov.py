"""The provenance is read by the PROV library, and says of a table what was done to it."""

from __future__ import annotations

import pytest
from prov.model import ProvActivity, ProvDerivation, ProvDocument, ProvEntity, ProvGeneration, ProvUsage

from app.metadata.formats.prov import FORMAT
from tests.golden.rewrite import RECORDS
from tests.records import SITE


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
