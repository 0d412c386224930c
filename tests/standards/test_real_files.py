"""Real files, as their publishers made them, become tables that frictionless accepts, and no row is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from frictionless import Resource, Schema, system

from benchmarks.real_files import Outcome, publish
from benchmarks.twins import PAIRS, classify, compare
from tests.factories import Portal, make_portal

FILES = (
    "japan/digital-agency/digital-agency-person.json",
    "japan/estat/scripts/get_gov_stats_codes/gov_stats_codes.csv",
    "japan/holidays/syukujitsu.csv",
    "japan/ishikawa-standard/data/170003_evacuation_space.csv",
    "japan/ishikawa-standard/data/170003_public_toilet.csv",
    "japan/kobe-covid19/static/data/130001_tokyo_covid19_patients.csv",
    "japan/kobe-covid19/static/data/kansensya_pcr.xlsx",
    "japan/shinjuku-population/xlsx/000251383.xlsx",
    "japan/wakayama-refuge/aridagawacho.csv",
    "japan/wakayama-road/data/csv/Road_regulations_Point_20150511.csv",
)
STANDARD = "japan/ishikawa-standard/data/170003_evacuation_space.csv"
PERSONAL = "japan/digital-agency/digital-agency-person.csv"


@pytest.fixture(scope="module")
def reader(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal for the files; asks for the data first, so that nothing is made where there is none."""
    assert shared_data.is_dir()
    portal = make_portal(tmp_path_factory.mktemp("real"))
    yield portal
    portal.close()


@pytest.mark.parametrize("name", FILES)
def test_a_real_file_is_published_without_hand_editing(reader: Portal, shared_data: Path, name: str) -> None:
    outcome = publish(reader.services, shared_data / name, name)
    assert (outcome.published, outcome.problem if not outcome.published else "") == (True, "")
    assert outcome.tables > 0
    assert outcome.balanced
    assert refused_by_frictionless(reader, outcome) == []


def refused_by_frictionless(portal: Portal, outcome: Outcome) -> list[list[str]]:
    found = []
    for each in outcome.resources:
        if each.table is not None:
            schema = Schema.from_descriptor(each.table.schema)
            path = str(portal.services.store.path(each.file.sha256))
            with system.use_context(trusted=True):
                report = Resource(path=path, format="csv", encoding="utf-8", schema=schema).validate()
            found += report.flatten(["rowNumber", "fieldName", "type", "note"])[:3]
    return found


def test_a_standard_dataset_is_recognised_on_its_way_in(reader: Portal, shared_data: Path) -> None:
    outcome = publish(reader.services, shared_data / STANDARD, "standard")
    assert [each.intake.standard for each in outcome.resources if each.intake] == ["03"]


def test_names_of_persons_wait_for_a_decision(reader: Portal, shared_data: Path) -> None:
    assert publish(reader.services, shared_data / PERSONAL, "personal").holds == ("person-names",)


@pytest.mark.parametrize("number", range(len(PAIRS)), ids=[pair.title for pair in PAIRS])
def test_a_twin_by_other_hands_agrees(reader: Portal, shared_data: Path, number: int) -> None:
    found = compare(reader.services, shared_data, PAIRS[number])
    assert found.problem == ""
    assert found.agreement >= 0.999


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        ("43.1", "43.10", "number written otherwise"),
        ("東京 都", "東京　都", "blanks or width"),
        ("", "市", "empty here"),
        ("市", "", "empty there"),
        ("市\n町", "市 町", "line breaks"),
        ("市", "町", "other word"),
        ("011002", "1100", "code in full"),
        ("011003", "1100", "other word"),
    ],
)
def test_differences_are_told_apart(ours: str, theirs: str, kind: str) -> None:
    assert classify(ours, theirs) == kind
