"""Asks a large table's rows over HTTP, beside Datasette on SQLite and DuckDB in process, with other values every time.

The table is made out of a seed, published with `kakehashi publish` and served as `kakehashi serve` does. Questions are
asked of all that is compared one after another, so that what else the machine does hits all alike. `--hostile` asks
whether strangers' SQL is felt by others instead.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.kernel.actor import SYSTEM
from benchmarks import datasette, row_hostile
from benchmarks.row_peers import InProcess, write_sqlite
from benchmarks.row_questions import AS_BY_INDEX, DEEP_PAGES, KINDS_OF, PAGE, TABLE, Question, deep
from benchmarks.row_table import NAME, write_package
from benchmarks.search import CONNECTIONS, Connections
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

SMALL = ROOT / "datasets" / "tokyo-municipalities"
STRIDE = 10_000  # rows of a page on the way to a deep one
OURS, PEER = "the portal", "Datasette"
LIMITS = {"sandbox_seconds": 7200, "sandbox_memory_bytes": 8 << 30, "max_upload_bytes": 16 << 30}
DEEP = f"page {DEEP_PAGES:,} pages deep, sorted"
SMALL_TABLE = "a small table's rows"

# Answers milliseconds and the number of rows that were found.
Asker = Callable[[Question], tuple[float, int | None]]
Times = dict[str, dict[str, list[float]]]


@dataclass(frozen=True, slots=True)
class Published:
    """A table that is there to be asked."""

    resource: str
    parquet: Path
    rows: int


def published(folder: Path, count: int, seed: int) -> Iterator[str]:
    """Make the table and publish it, once for a folder; say how long it took."""
    if (folder / "portal" / "published").is_file():
        return
    source = folder / NAME
    write_package(source, count, seed)
    variables = environment(data_dir=folder / "portal", **LIMITS)
    for package, rows in ((SMALL, 0), (source, count)):
        began = time.perf_counter()
        command = [sys.executable, "-m", "app.cli", "publish", str(package)]
        ended = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise SystemExit(f"not published: {ended.stdout}{ended.stderr[-2000:]}")
        taken = time.perf_counter() - began
        if rows:
            size = (source / "rows.csv").stat().st_size / 1e6
            yield f"`kakehashi publish`: {rows:,} rows, {size:,.0f} MB in {taken:.0f} s, {rows / taken:,.0f} rows/s\n"
    (folder / "portal" / "published").touch()


def find(folder: Path, slug: str) -> Published:
    """Find a table's resource and file."""
    services = open_services(folder / "portal")
    resource = next(each for each in services.catalog.get(SYSTEM, slug).resources if each.table and each.parquet)
    assert resource.table is not None
    assert resource.parquet is not None
    services.database.dispose()
    return Published(resource.id, services.store.path(resource.parquet.sha256), resource.table.rows)


# After so many milliseconds Datasette gives up, as `datasette.PATIENCE` says.
GIVEN_UP = 20_000.0


class Portal:
    """The portal, asked over HTTP."""

    def __init__(self, port: int, resource: str) -> None:
        """`resource` is the id of the table."""
        self._connections = Connections(port)
        self._address = f"/api/v1/resources/{resource}"

    def ask(self, question: Question) -> tuple[float, int]:
        """Answer milliseconds and the total."""
        taken, body = self._connections.get(self._address + question.ours)
        answer = json.loads(body)
        if not answer["exact"]:
            raise SystemExit(f"{question.ours}: the total is an estimate; the machine is too busy to measure")
        return taken, int(answer["total"])

    def deep_questions(self, count: int) -> Iterator[Question]:
        """Walk down a thousand pages, then give question after question from there on."""
        rows, after = 0, ""
        while rows < DEEP_PAGES * PAGE:
            rows += STRIDE
            after, last = self._next(after, STRIDE)
        for _ in range(count):
            yield deep(after, last["population"], last["id"])
            after, last = self._next(after, PAGE)

    def _next(self, after: str, limit: int) -> tuple[str, dict[str, int]]:
        query = urlencode([("sort", "-population"), ("limit", limit), *([("after", after)] if after else [])])
        answer = json.loads(self._connections.get(f"{self._address}/rows?{query}")[1])
        return answer["next"], answer["rows"][-1]


def asker_of_datasette(port: int) -> Asker:
    """Ask Datasette over HTTP."""
    connections = Connections(port)

    def ask(question: Question) -> tuple[float, int | None]:
        try:
            taken, body = connections.get(question.peer)
        except RuntimeError as error:
            if "took too long" not in str(error):
                raise
            return GIVEN_UP, None
        answer = json.loads(body)
        rows = answer["rows"]
        if datasette.TOTAL in answer:
            return taken, int(answer[datasette.TOTAL])
        alone = len(rows) == 1 and len(rows[0]) == 1
        return taken, int(next(iter(rows[0].values()))) if alone else len(rows)

    return ask


def ask_in_turn(kind: str, asked: Iterator[Question], askers: Mapping[str, Asker], times: Times) -> None:
    """Ask every question of every one; the first two are for warming. Raises `SystemExit` where totals differ.

    Who gave up one question of a kind is not asked the others: each counts as the time after which it gave up.
    """
    gave_up: set[str] = set()
    for number, question in enumerate(asked):
        totals = {}
        for name, ask in askers.items():
            taken, total = (GIVEN_UP, None) if name in gave_up else ask(question)
            if total is None:
                gave_up.add(name)
            else:
                totals[name] = total
            if number > 1:
                times.setdefault(kind, {}).setdefault(name, []).append(taken)
        if kind != DEEP and len(set(totals.values())) > 1:
            raise SystemExit(f"{kind}: {question.ours} is answered differently: {totals}")
    middles = ", ".join(f"{name} {statistics.median(found):.0f} ms" for name, found in times.get(kind, {}).items())
    print(f"{kind}: {middles}", file=sys.stderr, flush=True)


def figures(times: Times) -> str:
    """Write medians and 95th percentiles by kind, and how many times as long the others take."""
    others = list(dict.fromkeys(name for each in times.values() for name in each if name != OURS))
    lines = []
    for kind, by_name in times.items():
        own = by_name[OURS]
        cells = [f"{statistics.median(own):.1f}", f"{percentile(own, 0.95):.1f}"]
        for name in others:
            found = by_name.get(name)
            ratio = statistics.median(other / mine for other, mine in zip(found, own, strict=True)) if found else 0
            cells.append(
                f"{statistics.median(found):.1f}; {percentile(found, 0.95):.1f}; {ratio:.2f} ×" if found else ""
            )
        lines.append((kind, *cells))
    heads = [f"{name}: p50; p95; a question" for name in others]
    return table(("ms", f"{OURS} p50", "p95", *heads), lines) + "\n"


def compared(folder: Path, port: int, chosen: argparse.Namespace, running: ExitStack) -> Iterator[str]:
    """Ask everything of everybody."""
    large, small = find(folder, NAME), find(folder, SMALL.name)
    portal = Portal(port, large.resource)
    askers: dict[str, Asker] = {OURS: portal.ask}
    command = None if chosen.no_peer else datasette.installed()
    if command:
        file = folder / f"{TABLE}.db"
        if not file.is_file():
            unfinished = folder / "unfinished.db"
            unfinished.unlink(missing_ok=True)
            taken = write_sqlite(unfinished, folder / NAME / "rows.csv")
            unfinished.rename(file)
            yield f"SQLite with indexes and FTS5: {taken:.0f} s, {file.stat().st_size / 1e6:,.0f} MB\n"
        peer_port = running.enter_context(datasette.served(command, file, folder / "log"))
        askers[PEER] = asker_of_datasette(peer_port)
    for threads in (1, 2):
        askers[f"DuckDB, {threads} thread{'s'[: threads - 1]}"] = InProcess(large.parquet, threads).ask
    times: Times = {}
    chance = random.Random(chosen.seed)
    for _ in range(2 * CONNECTIONS):  # every process has opened the file
        portal.ask(KINDS_OF[AS_BY_INDEX[0]](chance, large.rows))
    for kind, make in KINDS_OF.items():
        if chosen.only not in kind:
            continue
        ask_in_turn(kind, (make(chance, large.rows) for _ in range(chosen.questions + 2)), askers, times)
    if large.rows > 2 * DEEP_PAGES * PAGE and chosen.only in DEEP:
        ask_in_turn(DEEP, portal.deep_questions(chosen.questions + 2), askers, times)
    few = Portal(port, small.resource)
    for _ in range(2 * CONNECTIONS):
        few.ask(Question("/rows?limit=1", "", ()))
    by_name = urlencode({"sort": "-名称"})
    pages = (Question(f"/rows?limit={1 + number % 60}&{by_name}", "", ()) for number in range(chosen.questions + 2))
    ask_in_turn(SMALL_TABLE, pages, {OURS: few.ask}, times)
    yield f"{large.rows:,} rows, Parquet {large.parquet.stat().st_size / 1e6:,.0f} MB; {chosen.questions} of each\n"
    yield figures(times)
    found = [each for kind in (*AS_BY_INDEX, SMALL_TABLE) for each in times.get(kind, {}).get(OURS, ())]
    yield f"answers as by an index: p95 {percentile(found, 0.95):.1f} ms (aim: 50)\n"


def main() -> None:
    """Publish, serve, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--questions", type=int, default=30, help="of each kind")
    parser.add_argument("--only", default="", help="questions whose kind has these words in its name")
    parser.add_argument("--hostile", action="store_true", help="strangers' SQL beside readers, instead")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each phase of --hostile")
    parser.add_argument("--no-peer", action="store_true", help="without Datasette")
    parser.add_argument("--keep", type=Path, help="a folder for the portal and the peer, used again by the next run")
    chosen = parser.parse_args()
    print(f"\n{machine()}\n")
    with tempfile.TemporaryDirectory(prefix="kakehashi-rows-") as name, ExitStack() as running:
        folder = (chosen.keep or Path(name)).resolve()
        for said in published(folder, chosen.rows, chosen.seed):
            print(said, flush=True)
        if chosen.hostile:
            for said in row_hostile.measured(folder, find(folder, NAME).resource, seconds=chosen.seconds):
                print(said, flush=True)
            return
        variables = environment(data_dir=folder / "portal", port=(port := free_port()))
        log = running.enter_context((folder / "log").open("ab"))
        group = start(gunicorn("wsgi:app", port), variables=variables, log=log, seconds=7200)
        running.callback(group.stop)
        wait_until_up(f"http://{HOST}:{port}/health", group)
        for said in compared(folder, port, chosen, running):
            print(said, flush=True)


if __name__ == "__main__":
    main()
