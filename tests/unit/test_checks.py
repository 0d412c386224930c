"""Validators on rendered descriptions: honest verdicts, few words, kept and summed up."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyshacl.errors import ReportableRuntimeError
from rdflib import DCTERMS, Graph, URIRef

from app.catalog.record import Access, DatasetRecord
from app.kernel.actor import SYSTEM
from app.kernel.errors import OverLimit
from app.metadata.checks import croissant, rendering, schemas, shapes, suite, syntaxes
from app.metadata.checks.rendering import Rendering
from app.metadata.checks.result import LENGTH, SHOWN, CheckResult, Findings, Verdict, few
from app.metadata.checks.service import Checks
from app.metadata.checks.suite import assess, check, is_compliant
from app.metadata.graph import graph
from app.metadata.rdf import DQV
from tests.factories import Portal
from tests.records import HOSTILE_TITLES, SITE, bare_record, draft_record, sample_record

ROOT = Path(__file__).parents[2]
CSVW = ROOT / ".venv" / "csvw" / "bin" / "python"
MALFORMED = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
[] a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property [ sh:path dcat:theme ; sh:minCount "many" ] .
"""
DATASET = URIRef("https://data.example.jp/dataset/aoba-population")


def verdicts(results: tuple[CheckResult, ...], format_name: str) -> set[Verdict]:
    return {result.verdict for result in results if result.format == format_name}


def test_nothing_fails_on_a_full_record() -> None:
    results = check(sample_record(), SITE)
    assert [result for result in results if result.verdict is Verdict.FAILED] == []
    assert {"datapackage", "dcat", "prov"} <= {result.format for result in results}


def test_a_full_record_of_the_public_has_all_marks() -> None:
    assert assess(sample_record(), SITE).marks.points == 405


def test_what_nobody_may_fetch_does_not_answer() -> None:
    marks = assess(sample_record(access=Access.INTERNAL), SITE).marks
    assert {each.id for each in marks.indicators if not each.met} == {"access-url-status", "download-url-status"}


def test_what_cannot_be_described_yet_is_not_checked() -> None:
    result = next(each for each in check(draft_record(), SITE) if each.format == "datapackage")
    assert result.verdict is Verdict.NOT_CHECKED
    assert result.reason.ja


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_hostile_titles_keep_to_every_standard(title: str) -> None:
    record = sample_record(title=replace(sample_record().title, ja=title))
    assert [each for each in check(record, SITE) if each.verdict is Verdict.FAILED] == []


def test_recommendations_are_advice_and_no_failure() -> None:
    advised = [each for each in check(bare_record(), SITE) if each.advice]
    assert {each.verdict for each in advised} == {Verdict.PASSED}
    assert any("dcat:keyword" in sentence for each in advised for sentence in each.advice)


def test_a_broken_graph_is_refused_by_the_shapes() -> None:
    triples = graph(sample_record(), SITE)
    triples.remove((DATASET, DCTERMS.title, None))
    assert "dct:title" in shapes.findings("shapes.ttl", triples).problems[0]


def test_a_broken_descriptor_is_refused_by_the_profile() -> None:
    assert schemas.errors("datapackage-2.0.json", {"name": "x"}) != ()


@pytest.mark.parametrize(
    ("schema", "document"),
    [
        ("schema-org-dataset.json", {"@context": "https://schema.org/", "@type": "Dataset", "name": "a"}),
        ("croissant-1.1.json", {"@context": {}, "@type": "sc:Dataset", "name": "a"}),
        ("csvw.json", {"@context": "http://www.w3.org/ns/csvw", "tables": []}),
        ("dcat-us-1.1.json", {"title": "a"}),
    ],
)
def test_our_own_schemas_refuse_what_lacks_something(schema: str, document: dict[str, Any]) -> None:
    assert schemas.errors(schema, document) != ()


def test_too_large_a_description_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "MAX_TRIPLES", 10)
    found = assess(sample_record(), SITE)
    assert verdicts(found.results, "dcat") == {Verdict.NOT_CHECKED}
    assert is_compliant(found.results) is None
    assert found.marks.points == 0


@pytest.mark.parametrize("error", [ImportError("cannot import name Ast"), ReportableRuntimeError("no such path")])
def test_a_validator_that_gives_up_has_judged_nothing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def give_up(_: Rendering) -> Findings:
        raise error

    first = replace(suite.VALIDATORS[0], look=give_up)
    monkeypatch.setattr(suite, "VALIDATORS", (first, *suite.VALIDATORS[1:]))
    stopped, *others = check(sample_record(), SITE)
    assert stopped.verdict is Verdict.NOT_CHECKED
    assert str(error) in stopped.reason.en
    assert Verdict.PASSED in {each.verdict for each in others}


def test_shapes_that_pyshacl_cannot_load_judge_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes_of_nothing = Graph().parse(data=MALFORMED, format="turtle")
    monkeypatch.setattr(shapes, "_shapes", lambda _: shapes_of_nothing)
    found = assess(sample_record(), SITE)
    assert verdicts(found.results, "dcat") == {Verdict.NOT_CHECKED}
    assert "dcat-ap" not in {each.id for each in found.marks.indicators if each.met}


def test_what_takes_too_long_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "SECONDS", 0.0)
    assert {each.verdict for each in check(sample_record(), SITE)} == {Verdict.NOT_CHECKED}


def test_mlcroissant_is_spared_what_would_take_it_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(croissant, "MAX_BYTES", 10)
    with pytest.raises(OverLimit):
        croissant.look(Rendering(sample_record(), SITE))


@pytest.mark.parametrize(
    "document",
    [
        {"@context": "https://example.jp/context"},
        {"@context": [{"a": "b"}, "https://example.jp/context"]},
        {"@graph": [{"@context": {"@import": "https://example.jp/context"}}]},
    ],
)
def test_a_context_elsewhere_is_never_fetched(document: dict[str, Any]) -> None:
    assert not syntaxes.is_self_contained(document)
    assert syntaxes.is_self_contained({"@context": {"a": "https://example.jp/a"}, "a": 1})


def test_many_long_sentences_become_few_and_short() -> None:
    found = few(f"{number} {'x' * 1000}" for number in range(1000))
    assert len(found) == SHOWN
    assert {len(sentence) for sentence in found} == {LENGTH}


@pytest.mark.skipif(not CSVW.exists(), reason="csvw stands in an environment of its own, which is not here")
def test_csvw_reads_a_table_group_and_refuses_what_is_none() -> None:
    good = {"@context": "http://www.w3.org/ns/csvw", "tables": [{"url": "a.csv", "tableSchema": {"columns": []}}]}
    program = (
        "import json, sys; sys.path.insert(0, sys.argv[1]);"
        "from app.metadata.checks.csvw_reader import findings;"
        "print(json.dumps([len(findings(text.encode()).problems) for text in sys.argv[2:]]))"
    )
    command = [str(CSVW), "-c", program, str(ROOT), json.dumps(good), json.dumps({"tables": 1})]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    fine, broken = json.loads(answer.stdout)
    assert (fine, broken > 0) == (0, True)


def kept(portal: Portal) -> tuple[Checks, DatasetRecord]:
    services = portal.services
    return Checks(services.database, services.site, services.clock), portal.publish()


def test_a_check_is_kept_with_its_revision(portal: Portal) -> None:
    checks, record = kept(portal)
    assert checks.of("nothing") is None
    checks.refresh(record)
    found = checks.of(record.id)
    assert found is not None
    assert (found.revision, found.failed) == (record.revision, ())
    assert "DCAT-AP 3.0.1" in found.passed_standards
    assert found.results == check(record, portal.services.site)


def test_an_old_revision_never_replaces_a_newer_one(portal: Portal) -> None:
    checks, record = kept(portal)
    checks.refresh(replace(record, revision=record.revision + 1))
    checks.refresh(record)
    found = checks.of(record.id)
    assert found is not None
    assert found.revision == record.revision + 1


def test_a_publisher_sees_the_mean_and_who_lacks_what(portal: Portal) -> None:
    checks, record = kept(portal)
    checks.refresh(replace(record, keywords=()))
    found = checks.of_publisher(portal.organization.id)
    assert found.marks.population == 1
    assert found.lacking["keyword"] == (record.slug,)
    assert "license" not in found.lacking


def test_a_publisher_sum_leaves_out_what_not_everybody_may_read(portal: Portal) -> None:
    checks, record = kept(portal)
    checks.refresh(replace(record, access=Access.INTERNAL))
    assert checks.of_publisher(portal.organization.id).marks.population == 0


def test_a_forgotten_check_is_gone(portal: Portal) -> None:
    checks, record = kept(portal)
    checks.refresh(record)
    checks.forget(record.id)
    assert checks.of(record.id) is None
    assert portal.services.catalog.get(SYSTEM, record.slug)


def test_a_syntax_that_says_something_else_is_refused() -> None:
    one, other = graph(sample_record(), SITE), Graph()
    assert syntaxes._differences(one, other)[0] == f"{len(one)} triples in Turtle, 0 here"


@pytest.mark.parametrize("record", [sample_record(), bare_record()], ids=["full", "bare"])
def test_the_quality_vocabulary_says_what_the_check_says(record: DatasetRecord) -> None:
    """All but what only validators can tell."""
    looked = Rendering(record, SITE)
    told = Graph().parse(data=looked.body("dqv"), format="turtle")
    values = {
        str(metric).partition("#mqa-")[2]: str(told.value(measurement, DQV.value)) == "true"
        for measurement, metric in told.subject_objects(DQV.isMeasurementOf)
        if "#mqa-" in str(metric)
    }
    met = {each.id: each.met for each in assess(record, SITE).marks.indicators if each.id != "dcat-ap"}
    assert values == met
