"""Where programs look first keeps to RFC 9727, RFC 9264, RFC 9309, VoID and OpenAPI, and names what is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from protego import Protego
from rdflib import RDF, VOID, Graph, Literal, URIRef

from app.web import openapi
from tests.factories import Portal, json_of
from tests.standards.catalogue import small_catalogue  # noqa: F401 - a fixture, found by its name

SCHEMAS = Path(__file__).parents[2] / "metadata" / "schemas"


def path_of(catalogue: Portal, address: str) -> str:
    return address.removeprefix(catalogue.services.site.url)


def test_the_api_catalogue_is_a_linkset_whose_links_lead_somewhere(catalogue: Portal) -> None:
    answer = catalogue.client().get("/.well-known/api-catalog")
    schema = json.loads((SCHEMAS / "linkset.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json_of(answer))
    assert answer.mimetype == "application/linkset+json"
    own, *others = json_of(answer)["linkset"]
    assert [each["href"] for each in own["item"]] == [each["anchor"] for each in others]
    targets = {link["href"] for each in others for links in each.values() if isinstance(links, list) for link in links}
    client = catalogue.client()
    assert {client.get(path_of(catalogue, target)).status_code for target in targets} == {200}


def test_void_counts_what_the_dump_holds(catalogue: Portal) -> None:
    graph = Graph().parse(data=catalogue.client().get("/.well-known/void").data, format="turtle")
    (catalog,) = graph.subjects(RDF.type, VOID.Dataset)
    counts = catalogue.services.dumps.counts()
    assert graph.value(catalog, VOID.triples) == Literal(counts["triples"])
    assert counts["triples"] > 100
    assert graph.value(catalog, VOID.sparqlEndpoint) == URIRef(catalogue.services.site.absolute("/sparql"))
    example, dump = graph.value(catalog, VOID.exampleResource), graph.value(catalog, VOID.dataDump)
    for address in (str(example), str(dump)):
        assert catalogue.client().get(path_of(catalogue, address)).status_code == 200


def test_robots_may_read_all_data_and_no_form(catalogue: Portal) -> None:
    said = Protego.parse(catalogue.client().get("/robots.txt").text)
    allowed = {path: said.can_fetch(path, "GPTBot") for path in ("/dataset/x.ttl", "/catalog.nq.gz", "/upload")}
    assert allowed == {"/dataset/x.ttl": True, "/catalog.nq.gz": True, "/upload": False}


def test_the_interface_is_described_as_openapi_wants(catalogue: Portal) -> None:
    document = json_of(catalogue.client().get("/openapi.json"))
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_is_described_or_left_out_for_a_reason(catalogue: Portal) -> None:
    document = openapi.document(catalogue.app, catalogue.services.site)
    described = {rule.endpoint for rule in openapi.described_routes(catalogue.app)}
    left = {rule.endpoint for rule in catalogue.app.url_map.iter_rules()} - described
    assert {each.partition(".")[0] for each in left if each not in openapi.LEFT_OUT} == {
        *("pages", "packages", "mcp", "oauth"),
    }
    assert {"/api/v1/datasets/{slug}", "/catalog.ttl", "/sparql", "/dataset/{slug}.ttl"} < document["paths"].keys()


def test_every_operation_that_takes_a_body_says_which(catalogue: Portal) -> None:
    document = openapi.document(catalogue.app, catalogue.services.site)
    sent = {
        f"{method} {path}": "requestBody" in operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method != "get"
    }
    # What is decided about an agent is said by the address alone.
    decided = {f"post /api/v1/agents/{{agent_id}}/{each}" for each in ("approve", "refuse", "resume", "stop")}
    assert {name for name, says in sent.items() if not says} == decided


@pytest.mark.parametrize(
    "path", ["/catalog.ttl", "/feed.atom", "/openapi.json", "/data.json", "/health", "/sitemap/1.xml"]
)
def test_what_is_said_of_an_answer_is_how_it_is_answered(catalogue: Portal, path: str) -> None:
    document = openapi.document(catalogue.app, catalogue.services.site)
    described = document["paths"].get(path) or document["paths"]["/sitemap/{number}.xml"]
    kinds = {kind.partition(";")[0] for kind in described["get"]["responses"]["200"]["content"]}
    assert catalogue.client().get(path).mimetype in kinds
