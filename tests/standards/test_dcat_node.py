"""A second SHACL engine, written by others in another language, judges the same graphs: `rdf-validate-shacl`."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.metadata.graph_syntaxes import turtle
from tests.standards.dcat_graphs import graphs
from tests.standards.published import Published

pytestmark = pytest.mark.xdist_group("published")

ROOT = Path(__file__).parents[2]
SHAPES = ROOT / "metadata" / "shacl" / "dcat-ap-3.0.1"
DEMANDED = ("shapes.ttl", "range.ttl", "ranges.ttl", "dcat-ap-SHACL.ttl")

Verdicts = dict[str, dict[str, Any]]

# What should be there, and what nobody can say for every dataset: the kind of an authority and the outline of a place.
NOT_KNOWN = {
    # Nobody knows for how long a file on somebody else's server is going to be there.
    "http://data.europa.eu/r5r/availability",
    "http://purl.org/dc/terms/type",
    "http://www.w3.org/ns/dcat#bbox",
    "http://www.w3.org/ns/dcat#centroid",
}
# Where a package says nothing of places and its data neither; a period is open where only one end is known.
UNSAID = {
    "http://purl.org/dc/terms/spatial",
    "http://www.w3.org/ns/dcat#startDate",
    "http://www.w3.org/ns/dcat#endDate",
}
# The stub of a series in the graph of its dataset; its own description has them.
TOLD_ELSEWHERE = {"http://www.w3.org/ns/dcat#contactPoint"}
# The EU's tables have no city of Japan among bodies and places, and no groups of Tokyo's catalogue among themes. The
# rule for checksums asks for addresses in https, which SPDX has not: nobody's checksum can keep it.
NOT_IN_THE_TABLES = {
    ("Warning", "http://purl.org/dc/terms/publisher"),
    ("Warning", "http://purl.org/dc/terms/spatial"),
    ("Warning", "http://www.w3.org/ns/dcat#theme"),
    ("Violation", "http://spdx.org/rdf/terms#algorithm"),
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory, published: Published) -> Verdicts:
    """Let one process of Node judge all graphs against all shapes."""
    node = shutil.which("node")
    if not node or not (ROOT / "node_modules" / "rdf-validate-shacl").is_dir():
        pytest.skip("Node or its packages are not installed (npm ci)")
    folder = tmp_path_factory.mktemp("graphs")
    bodies = {name: turtle(triples) for name, triples in graphs().items()}
    for record in published.records:
        bodies[f"published-{record.slug}"] = published.fetch(f"/dataset/{record.slug}.ttl")
    for name, body in bodies.items():
        (folder / f"{name}.ttl").write_bytes(body)
    asked = {"shapes": list(map(str, sorted(SHAPES.glob("*.ttl")))), "graphs": list(map(str, sorted(folder.iterdir())))}
    answer = subprocess.run(
        [node, str(ROOT / "tests" / "standards" / "shacl.mjs")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=300,
    )
    found: Verdicts = json.loads(answer.stdout)
    return found


@pytest.mark.parametrize("shapes", DEMANDED)
def test_the_second_engine_accepts_every_graph(verdicts: Verdicts, shapes: str) -> None:
    wrong = {name: found[shapes] for name, found in verdicts.items() if violations(found[shapes])}
    assert wrong == {}


def test_the_second_engine_judges_interfaces_where_the_first_stops(verdicts: Verdicts) -> None:
    """pySHACL takes the shape of `dcat:DataService` for malformed, so the catalogue has only this one's word."""
    assert isinstance(verdicts["catalog.ttl"]["dcat-ap-SHACL.ttl"], list)


def test_a_full_record_lacks_nothing_recommended_that_can_be_known(verdicts: Verdicts) -> None:
    lacking = {each["path"] for each in verdicts["full.ttl"]["shapes_recommended.ttl"]}
    assert lacking <= NOT_KNOWN | TOLD_ELSEWHERE
    stub = "https://data.example.jp/series/aoba-city.population"
    told = [each for each in verdicts["full.ttl"]["shapes_recommended.ttl"] if each["path"] in TOLD_ELSEWHERE]
    assert {each["focus"] for each in told} == {stub}


def test_published_datasets_lack_nothing_recommended_that_can_be_known(verdicts: Verdicts) -> None:
    lacking = {
        each["path"]
        for name, found in verdicts.items()
        if name.startswith("published-")
        for each in found["shapes_recommended.ttl"]
    }
    assert lacking <= NOT_KNOWN | UNSAID


def test_codes_are_of_the_eu_tables_where_these_have_them(verdicts: Verdicts) -> None:
    found = {
        (each["severity"], each["path"])
        for judged in verdicts.values()
        for each in judged["mdr-vocabularies.shape.ttl"]
    }
    assert found <= NOT_IN_THE_TABLES


def violations(found: Any) -> bool:
    return isinstance(found, dict) or any(each["severity"] == "Violation" for each in found)
