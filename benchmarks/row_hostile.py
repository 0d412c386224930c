"""Strangers who ask the worst SQL that they can think of, and whether readers beside them notice.

Twenty strangers and a reader have addresses of their own (X-Forwarded-For). Strangers are patient, and wait as
`Retry-After` says, or they hammer. Each is measured without budgets and with those that a portal has. The portal is
started in our own session: where Linux shares time between sessions first (autogroups), a reader on the same machine,
unlike one elsewhere, would otherwise wait for the kernel and not for the portal. Slices in which something else on the
machine was busy are left out, and counted.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from benchmarks.row_table import AMOUNT, NAME, POPULATION
from benchmarks.support import HOST, ROOT, Group, environment, free_port, gunicorn, percentile, table, wait_until_up

CLIENTS = 20
PATIENT, HAMMERING = "patient", "hammering"
SLICE = 10.0
WARM = 2.0
TRIES = 4  # slices for each one that counts, at most
FOREIGN = 0.1  # of a core, that others may take in a slice that counts
PAUSE = 0.01  # of a reader, between two requests
ALLOWED = 1.2
READER = "203.0.113.9"
POINTS = 6000
ATTACKS = (
    'SELECT count(*) FROM "{t}" a, "{t}" b WHERE a.population + b.population = {n}',
    'SELECT count(*) FROM "{t}" a JOIN "{t}" b ON a.code = b.code AND a.population > b.population + {n}',
    'SELECT count(*) FROM "{t}" a JOIN "{t}" b ON a.population * {n} > b.population',
    'SELECT * FROM "{t}" ORDER BY name DESC, amount * {n}, lat, lon, id',
    'SELECT name, string_agg(day, {n} || code ORDER BY amount) FROM "{t}" GROUP BY name',
    'SELECT count(DISTINCT name || id || {n}) FROM "{t}"',
    'SELECT id, sum(population + {n}) OVER (ORDER BY lat, lon) FROM "{t}" ORDER BY 2 DESC',
    'SELECT a.id FROM "{t}" a WHERE amount > (SELECT avg(b.amount + {n}) FROM "{t}" b WHERE b.name = a.name)',
    "SELECT max(levenshtein(name, '図書館{n}図書館')) FROM \"{t}\"",
    "SELECT count(*) FROM \"{t}\" WHERE regexp_matches(name || code || {n}, '(.*)*(.*)*[0-9]{{1,50}}x$')",
    "SELECT unnest(range({n}000000)) AS a, unnest(range(1000000)) AS b ORDER BY a * b",
    "SELECT count(*) FROM range({n}000000) AS a, range(1000000) AS b",
    "SELECT sum(n) FROM generate_series(1, {n}00000000) AS s(n)",
    "WITH RECURSIVE a(n) AS (SELECT {n} UNION ALL SELECT n + 1 FROM a) SELECT count(*) FROM a",
    'SELECT count(*) FROM (SELECT id FROM "{t}" UNION SELECT id * {n} FROM "{t}" UNION SELECT population FROM "{t}")',
)

Times = dict[str, list[float]]


def ask(port: int, mode: str, seconds: float) -> Counter[str]:
    """Be all the strangers for so long; count what they were answered."""
    answers: Counter[str] = Counter()
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=_ask, args=(port, mode, number, until, answers)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _ask(port: int, mode: str, number: int, until: float, answers: Counter[str]) -> None:
    chance = random.Random(number)
    headers = {"Content-Type": "application/json", "X-Forwarded-For": f"198.51.100.{number + 1}"}
    while time.monotonic() < until:
        query = ATTACKS[chance.randrange(len(ATTACKS))].format(t=NAME, n=chance.randint(2, 99_999))
        connection = http.client.HTTPConnection(HOST, port, timeout=60)
        wait = 1.0
        try:
            connection.request("POST", "/api/v1/sql", json.dumps({"query": query}), headers)
            answer = connection.getresponse()
            answer.read()
            answers[str(answer.status)] += 1
            wait = float(answer.getheader("Retry-After") or 0)
        except OSError as error:
            answers[type(error).__name__] += 1
        finally:
            connection.close()
        if mode == PATIENT:
            time.sleep(max(0.0, min(wait, until - time.monotonic())))


@contextmanager
def strangers(port: int, mode: str, answers: Counter[str]) -> Iterator[None]:
    """Have them ask from a process of their own while the block runs, and until the last of them is answered."""
    if not mode:
        yield
        return
    words = [sys.executable, "-m", "benchmarks.row_hostile", str(port), mode, str(WARM + SLICE)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        time.sleep(WARM)
        yield
        said, _ = process.communicate()
    answers.update(json.loads(said))


@contextmanager
def served(folder: Path, points: int) -> Iterator[int]:
    """Serve a portal in our own session; answer its port."""
    port = free_port()
    variables = environment(data_dir=folder / "portal", port=port, trusted_proxies=1, fair_points=points)
    with (folder / "log").open("ab") as log:
        timeout = shutil.which("timeout")
        # It ends by itself, even where we were killed.
        command = (*((timeout, "--signal=KILL", "7200") if timeout else ()), *gunicorn("wsgi:app", port))
        group = Group(subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=log, process_group=0))
        try:
            wait_until_up(f"http://{HOST}:{port}/health", group)
            yield port
        finally:
            group.stop()


def measured(folder: Path, resource: str, *, seconds: float) -> Iterator[str]:
    """Read in turn with and without strangers; say what was noticed, and by whom."""
    for points in (0, POINTS):
        with served(folder, points) as port:
            yield f"**{f'{points:,} points a minute for each client' if points else 'no budgets'}**\n"
            yield from _measured(port, resource, seconds)


def _measured(port: int, resource: str, seconds: float) -> Iterator[str]:
    times: dict[str, Times] = {mode: {} for mode in ("", PATIENT, HAMMERING)}
    answers: dict[str, Counter[str]] = {mode: Counter() for mode in times}
    left = dict.fromkeys(times, max(1, round(seconds / SLICE)))
    chance, spoilt = random.Random(5), 0
    _read(port, resource, chance, SLICE)
    for _ in range(TRIES * max(left.values())):
        for mode in (each for each in times if left[each]):
            with strangers(port, mode, answers[mode]):
                foreign, before = _others(), time.monotonic()
                found = _read(port, resource, chance, SLICE)
                busy = (_others() - foreign) / (time.monotonic() - before)
            if busy > FOREIGN:
                spoilt += 1
                continue
            left[mode] -= 1
            for name, more in found.items():
                times[mode].setdefault(name, []).extend(more)
    yield f"{spoilt} slices were left out\n"
    for mode in (PATIENT, HAMMERING):
        if not times[mode] or not times[""]:
            yield f"{mode}: the machine was never quiet\n"
            continue
        said = ", ".join(f"{count} × {status}" for status, count in sorted(answers[mode].items()))
        yield f"{CLIENTS} {mode} strangers were answered {said}\n"
        yield _compared(times[""], times[mode]) + "\n"


def _compared(quiet: Times, beside: Times) -> str:
    lines = []
    for name in quiet:
        ratio = percentile(beside[name], 0.95) / percentile(quiet[name], 0.95)
        cells = [f"{percentile(times[name], share):.1f}" for times in (quiet, beside) for share in (0.5, 0.95)]
        counts = f"{len(quiet[name])}, {len(beside[name])}"
        lines.append((name, counts, *cells, f"{ratio:.2f}", "yes" if ratio <= ALLOWED else "no"))
    heads = ("ms", "reads", "quiet p50", "p95", "beside strangers p50", "p95", "ratio of p95", f"at most {ALLOWED}")
    return table(heads, lines)


def _others() -> float:
    """Seconds of processor that everything outside of our session has taken, its ended children included."""
    own, taken = os.getsid(0), 0.0
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if os.getsid(process.pid) != own:
                taken += sum(process.cpu_times()[:4])
    return taken


def _read(port: int, resource: str, chance: random.Random, seconds: float) -> Times:
    paths = {
        "dataset page": lambda: f"/dataset/{NAME}",
        "rows, one by its number": lambda: f"/api/v1/resources/{resource}/rows?id={chance.randint(1, 100_000)}",
        "rows, counted": lambda: (
            f"/api/v1/resources/{resource}/rows?population__gt={chance.randrange(POPULATION)}"
            f"&amount__gt={chance.randrange(AMOUNT) / 100}"
        ),
    }
    # What is short is read more often, or a few answers would make its p95.
    turns = ("dataset page", "rows, one by its number") * 8 + ("dataset page",) * 8 + ("rows, counted",)
    times: Times = {name: [] for name in paths}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name in turns:
            connection = http.client.HTTPConnection(HOST, port, timeout=60)
            began = time.perf_counter()
            connection.request("GET", paths[name](), headers={"X-Forwarded-For": READER})
            answer = connection.getresponse()
            answer.read()
            if answer.status == http.client.TOO_MANY_REQUESTS:
                time.sleep(float(answer.getheader("Retry-After") or 1))
            elif answer.status != http.client.OK:
                raise RuntimeError(f"{name}: {answer.status}")
            else:
                times[name].append((time.perf_counter() - began) * 1000)
            connection.close()
            time.sleep(PAUSE)
    return times


if __name__ == "__main__":
    print(json.dumps(ask(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))))
