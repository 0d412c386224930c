"""What every store of triples must do."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from app.kernel.errors import BadRequest, OverLimit, TooLarge
from app.sparql.engine import Bounds, Engine, Question
from app.sparql.formats import SOLUTIONS
from app.sparql.oxigraph_engine import OxigraphEngine
from app.sparql.remote_engine import RemoteEngine
from app.sparql.triples import Drift, Triples

A, B = "http://x/dataset/a", "http://x/dataset/b"
ALL = "SELECT ?s { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) {" + "".join(f"VALUES ?v{n} {{ {'1 ' * 400} }}" for n in range(6)) + "}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real SPARQL server on loopback."""
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        pytest.skip("the server of the package `oxigraph` is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    folder = str(tmp_path_factory.mktemp("server"))
    options = ("serve", "--location", folder, "--bind", f"127.0.0.1:{port}")
    process = subprocess.Popen([program, *options], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture(params=["built-in", "elsewhere"])
def triples(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Triples]:
    made = Triples(tmp_path, engine(request, tmp_path))
    made.reset()
    yield made
    made.close()


def engine(request: pytest.FixtureRequest, folder: Path) -> Engine:
    if request.param == "built-in":
        return OxigraphEngine(folder, processes=1)
    address = request.getfixturevalue("server")
    return RemoteEngine(
        queries=f"{address}/query", graphs=f"{address}/store", own="http://x/dataset/", user_agent="test"
    )


def says(name: str) -> bytes:
    return f'<http://x/{name}> <http://x/p> "{name}" .\n'.encode()


def subjects(triples: Triples, query: str = ALL, **options: object) -> list[str]:
    answer = triples.ask(Question(triples.examine(query), SOLUTIONS[0], **options))  # type: ignore[arg-type]
    return sorted(row["s"]["value"] for row in msgspec.json.decode(answer.body)["results"]["bindings"])


def filled(triples: Triples) -> None:
    triples.put(A, 1, says("a"))
    triples.put(B, 2, says("b"))
    triples.publish()


def test_without_a_graph_named_all_graphs_answer(triples: Triples) -> None:
    filled(triples)

    assert subjects(triples) == ["http://x/a", "http://x/b"]


def test_graphs_can_be_chosen_in_the_query_and_beside_it(triples: Triples) -> None:
    filled(triples)

    assert subjects(triples, f"SELECT ?s FROM <{A}> {{ ?s ?p ?o }}") == ["http://x/a"]
    assert subjects(triples, f"SELECT ?s {{ GRAPH <{B}> {{ ?s ?p ?o }} }}") == ["http://x/b"]
    assert subjects(triples, default_graphs=(B,)) == ["http://x/b"]


def test_a_graph_that_is_not_there_is_refused(triples: Triples) -> None:
    filled(triples)

    with pytest.raises(BadRequest, match="no graph"):
        subjects(triples, "SELECT ?s FROM <file:///etc/passwd> { ?s ?p ?o }")


def test_a_graph_is_replaced_and_dropped_with_the_next_publication(triples: Triples) -> None:
    filled(triples)
    triples.put(A, 3, says("new"))
    triples.drop(B)
    assert subjects(triples) == ["http://x/a", "http://x/b"]

    triples.publish()

    assert subjects(triples) == ["http://x/new"]
    assert triples.revisions() == {A: 3}


def test_drift_names_what_differs(triples: Triples) -> None:
    filled(triples)

    assert triples.drift({A: 5, "http://x/dataset/c": 1}) == Drift(("http://x/dataset/c",), (A,), (B,))


def test_a_store_without_anything_answers(triples: Triples) -> None:
    assert subjects(triples) == []


def test_a_query_that_takes_too_long_ends_alone(triples: Triples) -> None:
    filled(triples)

    with pytest.raises(OverLimit):
        subjects(triples, ENDLESS, bounds=Bounds(seconds=0.3))
    assert subjects(triples) == ["http://x/a", "http://x/b"]


def test_more_rows_than_allowed_are_refused_rather_than_cut(triples: Triples) -> None:
    filled(triples)

    assert len(subjects(triples, bounds=Bounds(rows=2))) == 2
    with pytest.raises(TooLarge):
        subjects(triples, bounds=Bounds(rows=1))
