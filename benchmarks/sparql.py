"""Asks `/sparql` over HTTP, Oxigraph in this process and rdflib the same questions about 10,000 described datasets.

Rounds are interleaved and ratios made within a round. rdflib holds a share of the datasets only, as it needs minutes
and gigabytes for all; it has Oxigraph with the same share beside it.
"""

from __future__ import annotations

import argparse
import http.client
import io
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pyoxigraph
import rdflib

from app.catalog.record import DatasetRecord
from app.catalog.vocabularies import licenses, themes
from app.kernel.text import Text
from app.metadata.formats import dcat_nt
from app.sparql.oxigraph_engine import OxigraphEngine
from app.sparql.snapshots import Reading
from app.sparql.triples import Triples
from benchmarks.support import (
    HOST,
    environment,
    free_port,
    gunicorn,
    machine,
    open_services,
    percentile,
    start,
    table,
    wait_until_up,
)
from tests.records import SITE, bare_record, sample_record

DAY = datetime(2026, 1, 1, tzinfo=UTC)
# One in so many datasets has tables with columns.
TABLES = 3
PREFIXES = """\
PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/>
PREFIX csvw: <http://www.w3.org/ns/csvw#> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
"""
QUERIES = {
    "title of one dataset": "SELECT ?title { <https://data.example.jp/dataset/set-500> dct:title ?title }",
    "files of one dataset": "SELECT ?file ?url { <https://data.example.jp/dataset/set-500> dcat:distribution ?file . "
    "?file dcat:downloadURL ?url }",
    "100 datasets": "SELECT ?dataset ?title { ?dataset a dcat:Dataset ; dct:title ?title } LIMIT 100",
    "datasets by licence": "SELECT ?licence (COUNT(DISTINCT ?dataset) AS ?n) { ?dataset a dcat:Dataset ; "
    "dcat:distribution/dct:license ?licence } GROUP BY ?licence ORDER BY DESC(?n)",
    "latest 20 changes": "SELECT ?dataset ?modified { ?dataset a dcat:Dataset ; dct:modified ?modified } "
    "ORDER BY DESC(?modified) LIMIT 20",
    "titles with a number": "SELECT ?dataset ?title { ?dataset a dcat:Dataset ; dct:title ?title "
    'FILTER(REGEX(?title, "99")) }',
    "datasets by a column's name": "SELECT DISTINCT ?dataset { ?dataset dcat:distribution ?file . "
    '?file csvw:tableSchema/csvw:column/csvw:name "人口" }',
    "all titles (rows out)": "SELECT ?dataset ?title ?modified { ?dataset a dcat:Dataset ; dct:title ?title ; "
    "dct:modified ?modified }",
    "triples by predicate": "SELECT ?p (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?p ORDER BY DESC(?n)",
}
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a a ?x . ?b a ?y . ?c a ?z FILTER(?a != ?b && ?b != ?c) }"
LIGHT = "title of one dataset"

Answerer = Callable[[str], bytes]


def records(count: int) -> Iterator[DatasetRecord]:
    """Make datasets that differ in titles, dates, licences and themes; every third has tables."""
    kinds, codes = licenses(), sorted(themes().concepts)
    for number in range(count):
        changes = {
            "id": f"0197a000-0000-7000-8000-{number:012}",
            "slug": f"set-{number}",
            "name": f"set-{number}",
            "title": Text(f"統計表 {number}", f"Table {number}"),
            "license": kinds[number % len(kinds)],
            "themes": (codes[number % len(codes)],),
            "modified": DAY + timedelta(minutes=number),
        }
        yield sample_record(**changes) if number % TABLES == 0 else bare_record(**changes)


def fill(folder: Path, count: int) -> tuple[int, float, float]:
    """Describe and store; answer the number of lines, and the seconds of rendering and of storing."""
    triples = Triples(folder, OxigraphEngine(folder))
    lines, rendering, began = 0, 0.0, time.perf_counter()
    for record in records(count):
        before = time.perf_counter()
        body = dcat_nt.render(record, SITE)
        rendering += time.perf_counter() - before
        lines += body.count(b"\n")
        triples.put(SITE.absolute(f"/dataset/{record.slug}"), record.revision, body)
    triples.publish()
    triples.close()
    return lines, rendering, time.perf_counter() - began - rendering


def over_http(port: int) -> Answerer:
    """Ask the portal on one connection that stays open."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)

    def answer_to(query: str) -> http.client.HTTPResponse:
        connection.request("GET", "/sparql?" + urlencode({"query": query}), headers={"Accept": "application/json"})
        return connection.getresponse()

    def ask(query: str) -> bytes:
        try:
            answer = answer_to(query)
        except ConnectionError:
            # The server closed what was idle while another engine answered.
            connection.close()
            answer = answer_to(query)
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(body.decode())
        return body

    return ask


def in_process(store: pyoxigraph.Store) -> Answerer:
    """Ask Oxigraph in this process, and have it write JSON."""

    def ask(query: str) -> bytes:
        written = io.BytesIO()
        found = store.query(query, use_default_graph_as_union=True)
        assert isinstance(found, pyoxigraph.QuerySolutions)
        found.serialize(written, pyoxigraph.QueryResultsFormat.JSON)
        return written.getvalue()

    return ask


def in_rdflib(dataset: rdflib.Dataset) -> Answerer:
    """Ask rdflib, and have it write JSON."""
    return lambda query: dataset.query(query).serialize(format="json") or b""


def share(count: int) -> tuple[pyoxigraph.Store, rdflib.Dataset]:
    """Copy the first datasets into a store in memory and into rdflib."""
    own, other = pyoxigraph.Store(), rdflib.Dataset(default_union=True)
    for record in records(count):
        address = SITE.absolute(f"/dataset/{record.slug}")
        body = dcat_nt.render(record, SITE)
        own.load(body, format=pyoxigraph.RdfFormat.N_TRIPLES, to_graph=pyoxigraph.NamedNode(address))
        other.graph(rdflib.URIRef(address)).parse(data=body, format="nt")
    return own, other


def race(first: Answerer, second: Answerer, rounds: int) -> list[tuple[str, float, float, float]]:
    """Ask both each question in rounds; answer the medians in seconds and the median of the rounds' ratios."""
    results = []
    for name, words in QUERIES.items():
        query = PREFIXES + words
        first(query), second(query)
        times = [(_seconds(first, query), _seconds(second, query)) for _ in range(rounds)]
        ours, theirs = (statistics.median(each) for each in zip(*times, strict=True))
        results.append((name, ours, theirs, statistics.median(one / other for one, other in times)))
    return results


def _seconds(ask: Answerer, query: str) -> float:
    began = time.perf_counter()
    ask(query)
    return time.perf_counter() - began


def beside_a_killed_query(port: int, seconds: float) -> tuple[list[float], list[float]]:
    """Time a light query alone, then while heavy ones run into their deadline one after the other."""
    ask, query = over_http(port), PREFIXES + QUERIES[LIGHT]
    stop, begun = threading.Event(), threading.Event()

    def be_heavy() -> None:
        while not stop.is_set():
            begun.set()
            connection = http.client.HTTPConnection(HOST, port, timeout=60)
            connection.request("GET", "/sparql?" + urlencode({"query": HEAVY}))
            status = connection.getresponse().status
            if status != http.HTTPStatus.REQUEST_TIMEOUT:
                raise RuntimeError(f"the heavy query answered {status}")

    alone = _repeated(ask, query, seconds)
    thread = threading.Thread(target=be_heavy)
    thread.start()
    begun.wait()
    beside = _repeated(ask, query, 2 * seconds + 2)
    stop.set()
    thread.join()
    return alone, beside


def _repeated(ask: Answerer, query: str, seconds: float) -> list[float]:
    end, times = time.perf_counter() + seconds, []
    while time.perf_counter() < end:
        times.append(_seconds(ask, query))
        time.sleep(0.005)
    return times


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f}"


def main() -> None:
    """Fill a store, serve it, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--datasets", type=int, default=10_000)
    parser.add_argument("--share", type=int, default=500, help="datasets that rdflib holds")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--folder", type=Path, help="keep the filled portal here and use it again")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kakehashi-sparql-") as name:
        portal = (chosen.folder or Path(name)) / "portal"
        print(machine(), flush=True)
        if not (portal / "triples" / "snapshots" / "current").exists():
            open_services(portal).database.dispose()
            lines, rendering, storing = fill(portal / "triples", chosen.datasets)
            print(f"{lines:,} triples; rendered in {rendering:.0f} s, stored in {storing:.0f} s", flush=True)
        _measure(portal, chosen.share, chosen.rounds, Path(name))


def _measure(portal: Path, datasets: int, rounds: int, folder: Path) -> None:
    reading = Reading(portal / "triples" / "snapshots")
    store = pyoxigraph.Store.read_only(str(reading.path))
    port = free_port()
    with (folder / "log").open("ab") as log:
        group = start(gunicorn("wsgi:app", port), variables=environment(data_dir=portal, port=port), log=log)
        try:
            wait_until_up(f"http://{HOST}:{port}/health", group)
            _print("/sparql", "Oxigraph in process", race(over_http(port), in_process(store), rounds))
            alone, beside = beside_a_killed_query(port, 8.0)
        finally:
            group.stop()
    for words, times in (("alone", alone), ("while heavy ones run and are killed", beside)):
        figures = " / ".join(_milliseconds(percentile(times, each)) for each in (0.5, 0.99))
        print(f"light query {words}: p50 / p99 = {figures} ms of {len(times)}", flush=True)
    own, other = share(datasets)
    print(f"\n{datasets} datasets, both in this process:")
    _print("rdflib", "Oxigraph", race(in_rdflib(other), in_process(own), 1))
    reading.close()


def _print(first: str, second: str, results: list[tuple[str, float, float, float]]) -> None:
    rows = [(name, _milliseconds(a), _milliseconds(b), f"{ratio:.2f}") for name, a, b, ratio in results]
    print("\n" + table(("query", f"{first} ms", f"{second} ms", "ratio"), rows) + "\n", flush=True)


if __name__ == "__main__":
    main()
