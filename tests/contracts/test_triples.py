"""What every store of triples must do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.kernel.errors import BadRequest, OverLimit, TooLarge
from app.sparql.engine import Bounds, Question
from app.sparql.formats import SOLUTIONS
from app.sparql.oxigraph_engine import OxigraphEngine
from app.sparql.triples import Drift, Triples

A, B = "http://x/dataset/a", "http://x/dataset/b"
ALL = "SELECT ?s { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) {" + "".join(f"VALUES ?v{n} {{ {'1 ' * 400} }}" for n in range(6)) + "}"


@pytest.fixture
def triples(tmp_path: Path) -> Iterator[Triples]:
    made = Triples(tmp_path, OxigraphEngine(tmp_path, processes=1))
    yield made
    made.close()


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
