"""Queries that mean harm (H83, H84): nothing leaves the portal, nothing changes, and nobody else waits."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.infra.migrate import migrate
from app.kernel.errors import OverLimit
from app.settings import ROOT, Settings
from app.sparql import engine
from app.sparql.engine import Question
from app.sparql.formats import SOLUTIONS
from app.sparql.oxigraph_engine import OxigraphEngine
from app.sparql.triples import Triples
from app.web import sparql as endpoint
from app.wiring import EXTENSION, Services

GRAPH = "http://localhost/dataset/points"
POINTS = 3000
LIGHT = "SELECT ?o { <http://x/0> <http://x/at> ?o }"
CALLS = (
    "SELECT * {{ SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ BIND(<{trap}> AS ?g) SERVICE ?g {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p ?o OPTIONAL {{ OPTIONAL {{ SERVICE <{trap}> {{ ?s ?p ?o }} }} }} }}",
    "SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{trap}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ ?s ?p ?o FILTER NOT EXISTS {{ sErViCe <{trap}>{{ ?s ?p ?o }} }} }}",
    "SELECT * FROM <{trap}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{trap}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "DESCRIBE <{trap}> FROM <{trap}>",
    "LOAD <{trap}>",
    "LOAD SILENT <{trap}> INTO GRAPH <http://x/>",
)
CHANGES = (
    "CLEAR ALL",
    "DROP GRAPH <http://localhost/dataset/points>",
    "INSERT DATA { <http://x/a> <http://x/b> <http://x/c> }",
    "DELETE WHERE { ?s ?p ?o }",
    "SELECT ?s FROM <file:///etc/passwd> { ?s ?p ?o }",
    "SELECT ?s FROM NAMED <file:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * " + "{" * 3000 + "}" * 3000,
    "SELECT * { FILTER(" + "(" * 3000 + "1" + ")" * 3000 + ") }",
    "SELECT * { ?s " + "(" * 3000 + "<http://x/p>" + ")*" * 3000 + " ?o }",
)
HEAVY = (
    "SELECT (COUNT(*) AS ?n) { ?a <http://x/at> ?x . ?b <http://x/at> ?y FILTER(STR(?a) != STR(?y)) }",
    "SELECT (COUNT(*) AS ?n) { ?a (<http://x/next>|^<http://x/next>)* ?b }",
)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("sparql")))
    services = services_of(app)
    migrate(services.database)
    # A ring, so that paths never end.
    lines = (
        f'<http://x/{n}> <http://x/at> "{n}" .\n<http://x/{n}> <http://x/next> <http://x/{(n + 1) % POINTS}> .\n'
        for n in range(POINTS)
    )
    services.triples.put(GRAPH, 1, "".join(lines).encode())
    services.triples.publish()
    yield app
    services.triples.close()
    services.database.engine.dispose()


@pytest.fixture
def client(portal: Flask) -> FlaskClient:
    return portal.test_client()


@pytest.fixture(scope="module")
def trap() -> Iterator[tuple[str, list[object]]]:
    """A server on loopback that counts who comes."""
    hits: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def count() -> None:
            while True:
                try:
                    connection, caller = server.accept()
                except OSError:
                    return
                hits.append(caller)
                connection.close()

        thread = threading.Thread(target=count)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", hits
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def services_of(app: Flask) -> Services:
    services: Services = app.extensions[EXTENSION]
    return services


def children() -> set[int]:
    found = psutil.Process().children(recursive=True)
    return {each.pid for each in found if "app.sparql.child" in " ".join(each.cmdline())}


@pytest.mark.parametrize("call", CALLS)
def test_no_query_reaches_another_server(client: FlaskClient, trap: tuple[str, list[object]], call: str) -> None:
    address, hits = trap

    answer = client.post("/sparql", data={"query": call.format(trap=address)})

    assert answer.status_code == 400, answer.text
    assert answer.json is not None
    assert answer.json["report"]["problems"][0]["advice"]["ja"]
    assert hits == []


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_no_graph_beside_a_query_is_fetched(client: FlaskClient, trap: tuple[str, list[object]], name: str) -> None:
    address, hits = trap

    answer = client.post("/sparql", data={"query": "ASK { ?s ?p ?o }", name: address})

    assert answer.status_code == 400 or answer.json == {"head": {}, "boolean": False}
    assert hits == []


@pytest.mark.parametrize("words", CHANGES, ids=lambda words: words[:24])
def test_changes_files_and_endless_brackets_are_refused(client: FlaskClient, words: str) -> None:
    answer = client.post("/sparql", data=words, content_type="application/sparql-query")

    assert answer.status_code == 400, answer.text
    assert client.get("/sparql", query_string={"query": "ASK { <http://x/0> ?p ?o }", "format": "csv"}).text == "true"


@pytest.mark.parametrize("form", [{"update": "CLEAR ALL"}, {"query": "ASK {}", "update": "CLEAR ALL"}])
def test_an_update_by_the_protocol_is_refused(client: FlaskClient, form: dict[str, str]) -> None:
    assert client.post("/sparql", data=form).status_code == 403


def test_a_query_of_a_megabyte_is_refused(client: FlaskClient) -> None:
    words = "SELECT * { } #" + "x" * 1_000_000

    assert client.post("/sparql", data={"query": words}).status_code == 413
    assert client.post("/sparql", data=words, content_type="application/sparql-query").status_code == 413


@pytest.mark.parametrize("heavy", HEAVY, ids=["join of 9 million rows", "path in a ring"])
def test_a_query_that_never_ends_is_killed_and_others_are_answered(
    portal: Flask, monkeypatch: pytest.MonkeyPatch, heavy: str
) -> None:
    monkeypatch.setattr(endpoint, "Bounds", lambda: engine.Bounds(seconds=0.8))
    ask = portal.test_client
    assert ask().get("/sparql", query_string={"query": LIGHT}).status_code == 200
    # A second one is made ready, so that neither pays for the start.
    with ThreadPoolExecutor(1) as beside:
        before = beside.submit(lambda: ask().get("/sparql", query_string={"query": heavy}))
        times = []
        while not before.done():
            began = time.perf_counter()
            assert ask().get("/sparql", query_string={"query": LIGHT}).status_code == 200
            times.append(time.perf_counter() - began)
    refused = before.result()

    assert refused.status_code == 408
    assert refused.json is not None
    assert "0.8" in refused.json["messages"]["en"]
    assert len(times) > 5
    assert sorted(times)[len(times) // 2] < 0.2


def test_the_process_of_a_killed_query_is_gone(tmp_path: Path) -> None:
    triples = Triples(tmp_path, OxigraphEngine(tmp_path, processes=1))
    triples.put(GRAPH, 1, b'<http://x/0> <http://x/at> "0" .\n')
    triples.publish()
    ask(triples, LIGHT)
    before = children()
    endless = "SELECT (COUNT(*) AS ?n) {" + "".join(f"VALUES ?v{n} {{ {'1 ' * 400} }}" for n in range(6)) + "}"

    with pytest.raises(OverLimit):
        ask(triples, endless, seconds=0.3)

    ask(triples, LIGHT)
    gone = {pid for pid in before if not psutil.pid_exists(pid)}
    triples.close()
    assert len(gone) == 1


def test_a_query_that_eats_memory_ends_alone(tmp_path: Path) -> None:
    triples = Triples(tmp_path, OxigraphEngine(tmp_path, processes=1, bounds=engine.Bounds(memory_bytes=512 << 20)))
    values = "".join(f"VALUES ?v{n} {{ {'1 ' * 100} }}" for n in range(5))

    with pytest.raises(OverLimit):
        ask(triples, f"SELECT * {{ {values} }} ORDER BY ?v1", seconds=8)

    assert ask(triples, "ASK {}") == b'{"head":{},"boolean":true}'
    triples.close()


WRITER = """
import sys, pathlib
sys.path.insert(0, sys.argv[1])
from app.sparql.oxigraph_engine import OxigraphEngine
from app.sparql.triples import Triples
folder = pathlib.Path(sys.argv[2])
triples = Triples(folder, OxigraphEngine(folder))
for n in range(10**6):
    triples.put("http://x/g", n, f'<http://x/0> <http://x/at> "{n}" .'.encode())
    triples.publish()
    print(n, flush=True)
"""


def test_a_writer_that_is_killed_leaves_a_readable_snapshot(tmp_path: Path) -> None:
    seen = -1
    for pause in (0.0, 0.003, 0.007, 0.011):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(ROOT), str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        writer.stdout.readline()
        threading.Event().wait(pause)
        writer.kill()
        writer.stdout.read()
        writer.wait()
        triples = Triples(tmp_path, OxigraphEngine(tmp_path, processes=1))
        seen = int(ask(triples, LIGHT, form="csv").split()[1])
        triples.publish()
        assert int(ask(triples, LIGHT, form="csv").split()[1]) >= seen
        triples.close()
    assert seen >= 1


PARENT = """
import sys, pathlib
sys.path.insert(0, sys.argv[1])
from app.sparql.engine import Question
from app.sparql.formats import SOLUTIONS
from app.sparql.oxigraph_engine import OxigraphEngine
from app.sparql.triples import Triples
folder = pathlib.Path(sys.argv[2])
triples = Triples(folder, OxigraphEngine(folder, processes=1))
triples.ask(Question(triples.examine("ASK {}"), SOLUTIONS[0]))
print(triples._engine._crew._idle[0].pid, flush=True)
sys.stdin.read()
"""


def test_processes_die_with_their_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(ROOT), str(tmp_path)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))

    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()

    assert psutil.wait_procs([child], timeout=5)[1] == []


def ask(triples: Triples, query: str, *, seconds: float = 10.0, form: str = "json") -> bytes:
    chosen = next(each for each in SOLUTIONS if each.name == form)
    return triples.ask(Question(triples.examine(query), chosen, bounds=engine.Bounds(seconds=seconds))).body
