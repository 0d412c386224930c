"""The endpoint as others' readers see it: rdflib's client, Oxigraph's parsers of results, the service description."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, Namespace, URIRef, Variable
from rdflib.compare import isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from rdflib.query import Result
from werkzeug.serving import make_server

from app import wiring
from app.cli.publish import publish_all
from app.settings import ROOT
from app.sparql.examples import EXAMPLES, PREFIXES, Example
from tests.factories import Portal, make_portal

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
TITLES = (
    "SELECT ?d ?t ?n { ?d a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> ?t "
    "OPTIONAL { ?d <http://x/none> ?n } } ORDER BY ?d ?t"
)
TRIPLES = "CONSTRUCT { ?d <http://purl.org/dc/terms/title> ?t } WHERE { ?d <http://purl.org/dc/terms/title> ?t }"
SYNTAXES = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}
RESULTS = {
    "application/sparql-results+json": ("json", pyoxigraph.QueryResultsFormat.JSON),
    "application/sparql-results+xml": ("xml", pyoxigraph.QueryResultsFormat.XML),
    "text/tab-separated-values": ("tsv", pyoxigraph.QueryResultsFormat.TSV),
}

# One portal for all: whoever runs several tests at once runs these one after another.
pytestmark = pytest.mark.xdist_group("sparql")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with the datasets that are shipped."""
    made = make_portal(tmp_path_factory.mktemp("sparql"))
    folders = sorted(each for each in (ROOT / "datasets").iterdir() if each.is_dir())
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda folder: publish_all(made.services, [folder], made.organization.id), folders))
    # Only what the store needs: no validator runs, and no dump is written.
    for dataset_id in made.services.catalog.public_ids():
        wiring.load_triples(made.services, dataset_id)
    made.services.triples.publish()
    yield made
    made.services.triples.close()
    made.close()


@pytest.fixture
def client(portal: Portal) -> FlaskClient:
    return portal.client()


def ask(client: FlaskClient, query: str, accept: str) -> bytes:
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == accept
    body: bytes = answer.data
    return body


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_answers_on_the_shipped_datasets(client: FlaskClient, example: Example) -> None:
    page = client.get(f"/sparql?example={example.name}", headers={"Accept": "text/html"})

    assert page.status_code == 200
    assert "<tbody><tr>" in page.text or "<http" in page.text.replace("&lt;", "<").partition('id="outcome"')[2]


@pytest.mark.parametrize("media_type", RESULTS)
def test_solutions_are_the_same_to_two_readers(client: FlaskClient, media_type: str) -> None:
    rdflib_name, oxigraph_format = RESULTS[media_type]
    body = ask(client, TITLES, media_type)

    theirs = pyoxigraph.parse_query_results(body, format=oxigraph_format)
    assert isinstance(theirs, pyoxigraph.QuerySolutions)
    others = [[str(cell) if cell is not None else None for cell in row] for row in theirs]
    solutions = Result.parse(source=io.BytesIO(body), format=rdflib_name).bindings
    rows = [[each.get(Variable(name)) for name in "dtn"] for each in solutions]

    assert len(rows) == len(others) == 14
    assert [[cell.n3() if cell is not None else None for cell in row] for row in rows] == others


def test_csv_has_a_header_and_lines_that_end_as_rfc_4180_wants(client: FlaskClient) -> None:
    lines = ask(client, TITLES, "text/csv").decode().split("\r\n")

    assert lines[0] == "d,t,n"
    assert len(lines) == 14 + 2


@pytest.mark.parametrize("media_type", ["application/sparql-results+json", "application/sparql-results+xml"])
def test_a_yes_is_read_as_yes(client: FlaskClient, media_type: str) -> None:
    answer = pyoxigraph.parse_query_results(ask(client, "ASK { ?s ?p ?o }", media_type), format=RESULTS[media_type][1])

    assert bool(answer) is True


def test_the_four_syntaxes_of_triples_say_the_same(client: FlaskClient) -> None:
    graphs = [Graph().parse(data=ask(client, TRIPLES, each), format=name) for each, name in SYNTAXES.items()]

    assert len(graphs[0]) > 14
    assert all(isomorphic(graphs[0], other) for other in graphs[1:])


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflibs_client_is_answered(portal: Portal, method: str) -> None:
    server = make_server("127.0.0.1", 0, portal.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()

    graph = Graph(SPARQLStore(f"http://127.0.0.1:{server.server_port}/sparql", method=method, returnFormat="json"))
    found = list(graph.query(TITLES))

    server.shutdown()
    thread.join()
    assert len(found) == 14


@pytest.mark.parametrize("media_type", SYNTAXES)
def test_the_endpoint_describes_itself(client: FlaskClient, portal: Portal, media_type: str) -> None:
    answer = client.get("/sparql", headers={"Accept": media_type})
    described = Graph().parse(data=answer.data, format=SYNTAXES[media_type])
    here = URIRef(portal.services.site.absolute("/sparql"))

    assert answer.mimetype == media_type
    assert (here, RDF.type, SD.Service) in described
    assert (here, SD.endpoint, here) in described
    assert len(list(described.objects(here, SD.resultFormat))) == 8
    extent = described.value(described.value(here, SD.defaultDataset), URIRef("http://purl.org/dc/terms/extent"))
    assert described.value(extent, RDF.value).toPython() == 7  # type: ignore[union-attr]


def test_a_query_is_taken_in_the_three_ways_of_the_protocol(client: FlaskClient) -> None:
    query, accept = "SELECT (COUNT(*) AS ?n) { ?s a <http://www.w3.org/ns/dcat#Dataset> }", {"Accept": "text/csv"}
    answers = (
        client.get("/sparql?" + urlencode({"query": query}), headers=accept),
        client.post("/sparql", data={"query": query}, headers=accept),
        client.post("/sparql", data=query, content_type="application/sparql-query", headers=accept),
    )

    assert [answer.text for answer in answers] == ["n\r\n7\r\n"] * 3


def test_what_cannot_be_written_is_refused_with_what_can(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "ASK {}"}, headers={"Accept": "image/png"})

    assert answer.status_code == 406
    assert answer.json is not None
    assert "text/csv" in answer.json["offered"]
    assert "Accept" in answer.vary


def test_pages_of_other_sites_may_ask(client: FlaskClient) -> None:
    before = client.options("/sparql", headers={"Origin": "https://elsewhere.example"})
    answer = client.get("/sparql?query=ASK{}", headers={"Origin": "https://elsewhere.example"})

    assert before.headers["Access-Control-Allow-Origin"] == answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in before.headers["Access-Control-Allow-Methods"]


def test_an_answer_that_is_known_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/sparql", query_string={"query": TITLES})
    again = client.get("/sparql", query_string={"query": TITLES}, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_shows_where_a_query_is_wrong(client: FlaskClient, language: str) -> None:
    page = client.get(
        "/sparql", query_string={"query": "SELECT *\n{ ?a <b }", "lang": language}, headers={"Accept": "text/html"}
    )

    assert page.status_code == 400
    assert '<span class="line">2</span>' in page.text
    assert {"ja": "構文", "en": "not SPARQL"}[language] in page.text


def test_the_page_offers_prefixes(client: FlaskClient) -> None:
    page = client.get("/sparql", headers={"Accept": "text/html"}).text

    assert all(f"PREFIX {prefix}: &lt;{address}&gt;" in page for prefix, address in PREFIXES.items())
