"""Every dataset with a file has all 405 points, by the RDF that is served and the answers of its addresses."""

from __future__ import annotations

import urllib.error
import urllib.request
from functools import cache
from pathlib import Path

import pytest
from rdflib import RDF, Graph, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax

from app.metadata import mqa
from app.metadata.checks.shapes import findings
from app.metadata.checks.suite import DEMANDED
from app.metadata.rdf import DCAT
from tests.standards.published import Published

pytestmark = pytest.mark.xdist_group("published")

# What no description can mend, by dataset; each is named here and nothing else is missing anywhere.
CANNOT = {
    # A PDF alone.
    "non-tabular-resource": {"machine-readable", "non-proprietary"},
}


@cache
def answers(address: str) -> bool:
    """Ask the address itself."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=30) as answer:
            status: int = answer.status
            return 200 <= status < 300
    except urllib.error.HTTPError:
        return False


def lacks(published: Published, slug: str) -> set[str]:
    """Name the indicators that the Turtle of a dataset does not meet."""
    triples = Graph().parse(data=published.fetch(f"/dataset/{slug}.ttl"), format="turtle")
    compliant = not any(findings(shapes, triples).problems for shapes in DEMANDED)
    dataset = URIRef(f"{published.address}/dataset/{slug}")
    marks = mqa.score(triples, dataset, answers=answers, compliant=compliant)
    return {indicator.id for indicator in marks.indicators if not indicator.met}


def test_every_dataset_with_a_file_has_all_points(published: Published) -> None:
    missing = {record.slug: lacks(published, record.slug) for record in published.records}
    assert len(missing) > len(CANNOT)
    assert {slug: found for slug, found in missing.items() if found} == {
        slug: found for slug, found in CANNOT.items() if slug in missing
    }


def test_an_address_that_does_not_answer_is_noticed(published: Published) -> None:
    assert not answers(f"{published.address}/dataset/nothing/data/nothing.csv")


def test_others_examples_are_scored_and_lose_what_they_do_not_say(shared_data: Path) -> None:
    """SEMIC's own examples. Some Turtle of theirs is not well-formed; the JSON-LD beside it needs the network."""
    folder = shared_data / "catalogs" / "dcat-ap-examples"
    seen = 0
    for path in sorted(folder.rglob("*.ttl")):
        try:
            triples = Graph().parse(path, format="turtle")
        except BadSyntax:
            continue
        for dataset in triples.subjects(RDF.type, DCAT.Dataset):
            marks = mqa.score(triples, URIRef(str(dataset)), answers=lambda _: False)
            said = {indicator.id for indicator in marks.indicators if indicator.met}
            assert said.isdisjoint({"access-url-status", "download-url-status", "dcat-ap"})
            assert ("keyword" in said) == ((dataset, DCAT.keyword, None) in triples)
            assert ("theme" in said) == ((dataset, DCAT.theme, None) in triples)
            seen += 1
    assert seen
