"""Strangers who ask the worst SQL that they can think of, and whether readers beside them notice."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.row_table import AMOUNT, NAME, POPULATION
from benchmarks.support import HOST, percentile, table

CLIENTS = 20
# So long one waits who was told to come again in a moment; whoever does not is met by the fair share of requests.
PATIENCE = 1.0
ROUNDS = 3
PAUSE = 0.03  # of a reader, between two requests
ALLOWED = 1.2
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


class Strangers:
    """Clients who ask without end."""

    def __init__(self, port: int, clients: int = CLIENTS) -> None:
        """They ask a portal on loopback."""
        self._port, self._clients = port, clients
        self._stop = threading.Event()
        self.answers: Counter[str] = Counter()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Let them ask while the block runs."""
        self._stop.clear()
        threads = [threading.Thread(target=self._ask, args=(number,), daemon=True) for number in range(self._clients)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(60)

    def _ask(self, number: int) -> None:
        chance = random.Random(number)
        while not self._stop.is_set():
            query = ATTACKS[chance.randrange(len(ATTACKS))].format(t=NAME, n=chance.randint(2, 99_999))
            connection = http.client.HTTPConnection(HOST, self._port, timeout=60)
            try:
                body = json.dumps({"query": query})
                connection.request("POST", "/api/v1/sql", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                self.answers[str(answer.status)] += 1
                if answer.status != http.client.OK:
                    self._stop.wait(PATIENCE)
            except OSError as error:
                self.answers[type(error).__name__] += 1
                self._stop.wait(PATIENCE)
            finally:
                connection.close()


def measured(port: int, resource: str, *, seconds: float) -> Iterator[str]:
    """Read in turn with and without strangers; say what was noticed, and by whom."""
    strangers = Strangers(port)
    readers = {
        "dataset page": lambda _: f"/dataset/{NAME}",
        "rows, one by its number": lambda chance: f"/api/v1/resources/{resource}/rows?id={chance.randint(1, 100_000)}",
        "rows, counted": lambda chance: (
            f"/api/v1/resources/{resource}/rows?population__gt={chance.randrange(POPULATION)}"
            f"&amount__gt={chance.randrange(AMOUNT) / 100}"
        ),
    }
    quiet: dict[str, list[float]] = {name: [] for name in readers}
    beside: dict[str, list[float]] = {name: [] for name in readers}
    chance = random.Random(5)
    _read(port, readers, chance, min(seconds, 5.0))
    for _ in range(ROUNDS):
        for name, times in _read(port, readers, chance, seconds).items():
            quiet[name] += times
        with strangers.asking():
            time.sleep(2)
            for name, times in _read(port, readers, chance, seconds).items():
                beside[name] += times
        time.sleep(1)
    lines = []
    for name in readers:
        ratio = percentile(beside[name], 0.95) / percentile(quiet[name], 0.95)
        cells = [f"{percentile(times[name], share):.1f}" for times in (quiet, beside) for share in (0.5, 0.95)]
        lines.append((name, len(quiet[name]), *cells, f"{ratio:.2f}", "yes" if ratio <= ALLOWED else "no"))
    said = ", ".join(f"{count} × {status}" for status, count in sorted(strangers.answers.items()))
    yield f"{CLIENTS} strangers were answered {said}\n"
    heads = ("ms", "reads", "quiet p50", "p95", "beside strangers p50", "p95", "ratio of p95", f"at most {ALLOWED}")
    yield table(heads, lines) + "\n"


def _read(port: int, readers: dict, chance: random.Random, seconds: float) -> dict[str, list[float]]:  # type: ignore[type-arg]
    times: dict[str, list[float]] = {name: [] for name in readers}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name, path in readers.items():
            connection = http.client.HTTPConnection(HOST, port, timeout=60)
            began = time.perf_counter()
            connection.request("GET", path(chance))
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise RuntimeError(f"{name}: {answer.status}")
            times[name].append((time.perf_counter() - began) * 1000)
            connection.close()
            time.sleep(PAUSE)
    return times
