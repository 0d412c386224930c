"""Every address of this site that our RDF makes answers, and the vocabularies say what their terms mean."""

from __future__ import annotations

import pytest
from rdflib import RDF, SKOS, Graph, URIRef

from app.metadata.graph_vocabularies import VOCABULARIES
from tests.standards.published import ROOT, Published

pytestmark = pytest.mark.xdist_group("published")

DESCRIPTIONS = (".ttl", "/quality.ttl", "/provenance.ttl")
PAGE = {"Accept": "text/html"}


def addresses(triples: Graph, site: str) -> set[str]:
    nodes = {str(node) for node in triples.all_nodes() if isinstance(node, URIRef)}
    # A path that only looks like one of ours is somebody else's.
    return {node.partition("#")[0].removeprefix(site) or "/" for node in nodes if (node + "/").startswith(site + "/")}


def test_every_address_of_this_site_in_our_descriptions_answers(published: Published) -> None:
    client, found = published.portal.client(), set()
    shipped = [f"/dataset/{path.name}" for path in (ROOT / "datasets").iterdir()]
    for path in ("/catalog.ttl", *(path + suffix for path in shipped for suffix in DESCRIPTIONS)):
        found |= addresses(Graph().parse(data=published.fetch(path), format="turtle"), published.address)
    assert {"/profiles/dcat-ap", "/ns/quality"} < found
    assert {path: status for path in sorted(found) if (status := client.head(path).status_code) != 200} == {}


@pytest.mark.parametrize("space", VOCABULARIES)
def test_a_vocabulary_and_each_of_its_terms_answers_people_and_machines(published: Published, space: str) -> None:
    client = published.portal.client()
    page = client.get(space, headers=PAGE)
    assert page.mimetype == "text/html"
    triples = Graph().parse(data=client.get(space, headers={"Accept": "text/turtle"}).data, format="turtle")
    assert (URIRef(published.address + space), RDF.type, None) in triples
    for path in addresses(triples, published.address):
        answer = client.get(path, headers={"Accept": "application/ld+json"})
        assert (answer.status_code, answer.mimetype) == (200, "application/ld+json"), path
    for name in triples.objects(None, SKOS.prefLabel):
        assert getattr(name, "language", None) != "ja" or str(name) in page.text.replace("&#39;", "'")


@pytest.mark.parametrize("path", ["/ns/nothing", "/ns/groups/c999", "/ns/groups/", "/ns/quality/completeness-cells"])
def test_what_is_no_term_is_not_found(published: Published, path: str) -> None:
    assert published.portal.client().get(path).status_code == 404


def test_a_vocabulary_that_is_known_is_not_sent_again(published: Published) -> None:
    client, turtle = published.portal.client(), {"Accept": "text/turtle"}
    etag = client.get("/ns/groups", headers=turtle).headers["ETag"]
    assert client.get("/ns/groups", headers={**turtle, "If-None-Match": etag}).status_code == 304
