"""Asks the search 200 different questions: over HTTP beside Datasette, and the engines in process beside each other.

The records are made out of a seed (`records.py`). Questions are asked of all that is compared one after another, so
that what else the machine does hits all alike. Each part can be left out.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.search.document import SearchDocument, document_of
from app.search.engine import Engine, Entry
from app.search.entries import entry_of
from app.search.service import Search
from app.search.tantivy_engine import TantivyEngine
from benchmarks import datasette, records
from benchmarks.questions import BROAD, Question, questions, typed
from benchmarks.support import (
    HOST,
    ROOT,
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
from benchmarks.wire import Wire

ADDRESS = "https://data.example.jp"
ROUNDS = 3
# Every process of the web server gets its share: a connection stays with the one that took it.
CONNECTIONS = 8
CHUNK = 500
GROWTH = (1_000, 10_000, 100_000)
MILLION = 1_000_000
SHOWN = ("データ", "東京都", "一覧")

Times = dict[str, dict[Question, list[float]]]


def documents(count: int) -> Iterator[SearchDocument]:
    """Make the documents of so many records."""
    return (document for record in records.records(count) if (document := document_of(record)))


def entries(count: int) -> Iterator[Entry]:
    """Make the entries of so many records, on all cores."""
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for chunk in pool.imap(_entries_of, _chunks(documents(count))):
            yield from chunk


def _entries_of(chunk: Sequence[SearchDocument]) -> list[Entry]:
    return [entry_of(document) for document in chunk]


def _chunks(coming: Iterator[SearchDocument]) -> Iterator[tuple[SearchDocument, ...]]:
    while chunk := tuple(islice(coming, CHUNK)):
        yield chunk


class Connections:
    """A few connections that stay open and are used in turn, one request at a time."""

    def __init__(self, port: int) -> None:
        self._open = [Wire(port) for _ in range(CONNECTIONS)]
        self._next = 0

    def time(self, path: str) -> float:
        """Ask for a path; answer milliseconds. Raises `RuntimeError` for what is no good answer."""
        return self.get(path)[0]

    def get(self, path: str) -> tuple[float, bytes]:
        """Ask for a path; answer milliseconds and the body. Raises `RuntimeError` for what is no good answer."""
        self._next = (self._next + 1) % CONNECTIONS
        return self._open[self._next].get(path)


def ask_in_turn(asked: Sequence[Question], askers: Mapping[str, Callable[[Question], float]]) -> Times:
    """Ask every question of every one, once for warming and then in some rounds."""
    times: Times = {name: {question: [] for question in asked} for name in askers}
    for number in range(ROUNDS + 1):
        for question in asked:
            for name, ask in askers.items():
                taken = ask(question)
                if number:
                    times[name][question].append(taken)
    return times


def figures(times: Times, first: str) -> str:
    """Write medians and 95th percentiles of all questions, of broad words, and ratios to the first by question."""
    rows = []
    for name, by_question in times.items():
        middle = {question: statistics.median(each) for question, each in by_question.items()}
        everything = [each for values in by_question.values() for each in values]
        own = {question: statistics.median(each) for question, each in times[first].items()}
        ratio = statistics.median(middle[question] / own[question] for question in middle)
        broad = [
            f"{next(middle[each] for each in middle if each.words == word and not each.filters):.1f}" for word in SHOWN
        ]
        middles = (f"{percentile(everything, share):.1f}" for share in (0.5, 0.95, 1))
        rows.append((name, *middles, *broad, "" if name == first else f"{ratio:.1f} × {first}"))
    return table(("ms", "p50", "p95", "most", *SHOWN, "a question, median"), rows)


def kinds(times: Mapping[Question, list[float]]) -> str:
    """Write the figures of one of them by kind of question."""
    by_kind: dict[str, list[float]] = {}
    for question, values in times.items():
        by_kind.setdefault(question.kind, []).extend(values)
    rows = [(kind, f"{percentile(each, 0.5):.1f}", f"{percentile(each, 0.95):.1f}") for kind, each in by_kind.items()]
    return table(("ms", "p50", "p95"), rows)


def over_http(folder: Path, count: int, *, with_peer: bool) -> Iterator[str]:
    """Fill a portal, index it, serve it beside Datasette, ask."""
    settings = {"data_dir": folder / "portal", "site_url": ADDRESS}
    # Every question is a new one here: the faces and the rounds ask the same.
    variables = environment(port=(port := free_port()), **settings, search_answers=0)
    began = time.perf_counter()
    services = open_services(folder / "portal", site_url=ADDRESS)
    if not services.catalog.revisions():
        records.fill(services, count)
    services.database.dispose()
    yield f"{count:,} datasets written in {time.perf_counter() - began:.0f} s\n"
    began = time.perf_counter()
    with (folder / "log").open("ab") as log:
        command = [sys.executable, "-m", "app.cli", "reindex"]
        subprocess.run(command, cwd=ROOT, env=variables, check=True, stdout=log, stderr=log)
    taken = time.perf_counter() - began
    yield f"`kakehashi reindex`: {taken:.1f} s, {count / taken:,.0f} datasets a second, starting included\n"
    peer_command = datasette.installed() if with_peer else None
    with ExitStack() as running:
        log = running.enter_context((folder / "log").open("ab"))
        group = start(gunicorn("wsgi:app", port), variables=variables, log=log, seconds=3600)
        running.callback(group.stop)
        wait_until_up(f"http://{HOST}:{port}/health", group)
        ours = Connections(port)
        askers: dict[str, Callable[[Question], float]] = {
            "the portal's API": lambda question: ours.time(f"/api/v1/datasets?{question.parameters}"),
            "its page": lambda question: ours.time(f"/?{question.parameters}"),
        }
        totals = {
            "the portal": lambda question: json.loads(ours.get(f"/api/v1/datasets?{question.parameters}")[1])["total"]
        }
        if peer_command:
            file = folder / "catalog.db"
            if not file.is_file():
                datasette.write(file, documents(count))
            peer = Connections(running.enter_context(datasette.served(peer_command, file, folder / "log")))
            totals["Datasette"] = lambda question: json.loads(peer.get(datasette.path_of(question))[1])[datasette.TOTAL]
            askers["Datasette, FTS5 trigram"] = lambda question: peer.time(datasette.path_of(question))
        times = ask_in_turn(questions(), askers)
        yield f"{count:,} datasets over HTTP, {len(questions())} questions, all facets, {ROUNDS} rounds\n"
        yield figures(times, "the portal's API") + "\n\n" + kinds(times["the portal's API"]) + "\n"
        yield _suggestions(ours)
        yield _found(totals)
    yield _asked_again(environment(port=(port := free_port()), **settings), port, folder / "log")


def _asked_again(variables: dict[str, str], port: int, log: Path) -> str:
    """Ask what was asked less than a minute ago, of a portal as it is shipped."""
    with ExitStack() as running:
        group = start(gunicorn("wsgi:app", port), variables=variables, log=running.enter_context(log.open("ab")))
        running.callback(group.stop)
        wait_until_up(f"http://{HOST}:{port}/health", group)
        ours = Connections(port)
        times: list[float] = []
        for question in questions():
            path = f"/api/v1/datasets?{question.parameters}"
            # Each process answers it once; each connection stays with the process that took it.
            for _ in range(CONNECTIONS):
                ours.time(path)
            times += [ours.time(path) for _ in range(ROUNDS)]
    middles = (f"{percentile(times, share):.1f}" for share in (0.5, 0.95, 1))
    return table(("ms", "p50", "p95", "most"), [("what was asked in the last minute", *middles)]) + "\n"


def _found(totals: Mapping[str, Callable[[Question], int]]) -> str:
    rows = []
    for kind in sorted({question.kind for question in questions()}):
        asked = [question for question in questions() if question.kind == kind]
        counts = [sum(total(question) > 0 for question in asked) for total in totals.values()]
        rows.append((kind, len(asked), *counts))
    return table(("questions that find something", "asked", *totals), rows) + "\n"


def _suggestions(ours: Connections) -> str:
    for _ in range(CONNECTIONS):
        ours.time(f"/api/v1/suggest?q={quote(BROAD[0])}")
    times = [ours.time(f"/api/v1/suggest?q={quote(each)}") for _ in range(ROUNDS) for each in typed()]
    middles = (f"{percentile(times, share):.1f}" for share in (0.5, 0.95, 1))
    return table(("ms", "p50", "p95", "most"), [("suggestions, letter after letter", *middles)]) + "\n"


def built(name: str, engine: Engine, made: Iterable[Entry], count: int) -> str:
    """Fill an engine; say how fast."""
    began = time.perf_counter()
    engine.rebuild(made)
    taken = time.perf_counter() - began
    return f"{name}: {count:,} entries in {taken:.1f} s, {count / taken:,.0f} a second"


def asker(engine: Engine) -> Callable[[Question], float]:
    """Ask an engine through the search of the portal, in this process."""
    search = Search(engine)

    def ask(question: Question) -> float:
        began = time.perf_counter()
        search.search(question.query)
        return (time.perf_counter() - began) * 1000

    return ask


def in_process(folder: Path, count: int) -> Iterator[str]:
    """Fill the three engines with the same entries and ask them the same."""
    made = tuple(entries(count))
    with ExitStack() as running:
        engines = dict(_engines(folder, running))
        for name, engine in engines.items():
            yield built(name, engine, made, count)
        times = ask_in_turn(questions(), {name: asker(engine) for name, engine in engines.items()})
    yield f"\n{count:,} datasets in process\n\n" + figures(times, "tantivy") + "\n"


def _engines(folder: Path, running: ExitStack) -> Iterator[tuple[str, Engine]]:
    from app.search.opensearch_engine import OpenSearchEngine
    from app.search.whoosh_engine import WhooshEngine
    from tests.opensearch.node import FAST_LATER, node, why_absent

    yield "tantivy", TantivyEngine(folder / "tantivy")
    yield "Whoosh", WhooshEngine(folder / "whoosh")
    if reason := why_absent():
        print(f"OpenSearch: skipped, {reason}")
        return
    (folder / "opensearch").mkdir()
    address = running.enter_context(node(folder / "opensearch", java=FAST_LATER))
    yield "OpenSearch", OpenSearchEngine(address)


def growth(folder: Path, sizes: Iterable[int]) -> Iterator[str]:
    """Ask tantivy, in process, about more and more records."""
    rows = []
    for size in sizes:
        engine = TantivyEngine(folder / f"grown-{size}")
        began = time.perf_counter()
        engine.rebuild(entries(size))
        taken = time.perf_counter() - began
        times = ask_in_turn(questions(), {"tantivy": asker(engine)})["tantivy"]
        everything = [each for values in times.values() for each in values]
        occupied = sum(file.stat().st_size for file in (folder / f"grown-{size}").rglob("*") if file.is_file())
        middles = (f"{percentile(everything, share):.1f}" for share in (0.5, 0.95, 1))
        rows.append((f"{size:,}", f"{size / taken:,.0f}", f"{occupied / 1e6:,.0f}", *middles))
    yield table(("datasets", "made and indexed a second", "MB", "p50 ms", "p95 ms", "most"), rows) + "\n"


def main() -> None:
    """Measure the parts that were asked for, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--datasets", type=int, default=100_000, help="over HTTP")
    parser.add_argument("--share", type=int, default=5_000, help="in each of the three engines: Whoosh is slow")
    parser.add_argument("--million", action="store_true", help="let the growth end at a million")
    parser.add_argument("--only", choices=("http", "engines", "growth"))
    parser.add_argument("--no-peer", action="store_true", help="without Datasette")
    parser.add_argument("--keep", type=Path, help="a folder for the portal, used again by the next run")
    chosen = parser.parse_args()
    print(f"\n{machine()}\n")
    with tempfile.TemporaryDirectory(prefix="kakehashi-search-") as name:
        folder, parts = (
            Path(name),
            {
                "http": lambda: over_http(chosen.keep or folder, chosen.datasets, with_peer=not chosen.no_peer),
                "engines": lambda: in_process(folder, chosen.share),
                "growth": lambda: growth(folder, (*GROWTH, *([MILLION] if chosen.million else []))),
            },
        )
        for part, measure in parts.items():
            if chosen.only in {None, part}:
                for said in measure():
                    print(said, flush=True)


if __name__ == "__main__":
    main()
