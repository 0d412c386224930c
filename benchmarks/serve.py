"""Asks a running portal for its pages and files as fast as it can, beside a bare Flask under the same server.

Rounds are interleaved (hello, page, description, ..., hello, page, ...), so that what else the machine does
hits all alike; ratios are made within a round. `wrk` asks where it is installed, else a small built-in asker:
its own work costs more, so that ratios come out nearer to 1.
"""

from __future__ import annotations

import argparse
import cProfile
import http.client
import json
import pstats
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app import create_app
from app.cli.first_start import own_organization
from app.cli.publish import publish_all
from app.kernel.actor import SYSTEM
from app.settings import Settings
from benchmarks import publish
from benchmarks.support import (
    HOST,
    ROOT,
    Group,
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

WORDS = quote("人口")
# Readers' requests are counted, those of a program that does not say its name are not.
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
BIG_BYTES = 10_000_000
CONNECTIONS = 8
DOWNLOADERS = 4
WARM_REQUESTS = 64
MEGABYTE = 1_000_000
PROFILED_REQUESTS = 300
PROFILED_LINES = 22
# wrk knows its own percentiles only in Lua.
REPORT = """
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "seconds": %f, "p50": %f, "p95": %f, "errors": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for. `peer` is the target of the bare Flask that it is compared with."""

    name: str
    port: int
    path: str
    peer: str
    connections: int = CONNECTIONS


@dataclass(frozen=True, slots=True)
class Sample:
    """One round's figures; times in milliseconds."""

    per_second: float
    p50: float
    p95: float


def ask_with_wrk(target: Target, seconds: float) -> Sample:
    """Let wrk ask. Raises `RuntimeError` where an answer was not good."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(REPORT)
        script.flush()
        options = ("-t2", f"-c{target.connections}", f"-d{seconds:g}s", "-s", script.name, "-H", f"User-Agent: {AGENT}")
        command = ["wrk", *options, f"http://{HOST}:{target.port}{target.path}"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    found = re.search(r'\{"requests".*\}', ended.stdout)
    figures = json.loads(found[0]) if found else {"errors": 1}
    if figures["errors"]:
        raise RuntimeError(f"{target.name}: {ended.stdout}")
    return Sample(figures["requests"] / figures["seconds"], figures["p50"], figures["p95"])


def ask_with_threads(target: Target, seconds: float) -> Sample:
    """Ask over connections that are kept, one thread for each."""
    began = time.monotonic()
    with ThreadPoolExecutor(target.connections) as threads:
        asked = [threads.submit(_ask, target, began + seconds) for _ in range(target.connections)]
        times = [each for result in asked for each in result.result()]
    taken = time.monotonic() - began
    return Sample(len(times) / taken, percentile(times, 0.5) * 1000, percentile(times, 0.95) * 1000)


def _ask(target: Target, until: float) -> list[float]:
    connection = http.client.HTTPConnection(HOST, target.port, timeout=60)
    times = []
    while (began := time.monotonic()) < until:
        connection.request("GET", target.path, headers={"User-Agent": AGENT})
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{target.name}: {answer.status}")
        times.append(time.monotonic() - began)
    connection.close()
    return times


def warm(targets: Sequence[Target]) -> dict[str, int]:
    """Ask each target a few times over fresh connections, so that every process has; answer the bodies' sizes."""
    sizes = {}
    for target in targets:
        for _ in range(WARM_REQUESTS if target.connections == CONNECTIONS else DOWNLOADERS):
            connection = http.client.HTTPConnection(HOST, target.port, timeout=60)
            connection.request("GET", target.path)
            answer = connection.getresponse()
            sizes[target.name] = len(answer.read())
            connection.close()
            if answer.status != http.client.OK:
                raise RuntimeError(f"{target.name}: {answer.status}")
    return sizes


def measure(targets: Sequence[Target], rounds: int, seconds: float) -> dict[str, list[Sample]]:
    """Ask for every target in every round."""
    ask = ask_with_wrk if shutil.which("wrk") else ask_with_threads
    samples: dict[str, list[Sample]] = {target.name: [] for target in targets}
    for _ in range(rounds):
        for target in targets:
            samples[target.name].append(ask(target, seconds))
    return samples


def show(targets: Sequence[Target], samples: Mapping[str, list[Sample]], sizes: Mapping[str, int]) -> str:
    """Write the table: medians over the rounds."""
    lines = []
    for target in targets:
        own, peer = samples[target.name], samples[target.peer]
        rate = statistics.median(each.per_second for each in own)
        ratio = statistics.median(one.per_second / other.per_second for one, other in zip(own, peer, strict=True))
        size = sizes[target.name]
        lines.append(
            (
                target.name,
                f"{size:,}",
                f"{rate:,.0f}",
                f"{rate * size / MEGABYTE:,.0f}",
                f"{statistics.median(each.p50 for each in own):.1f}",
                f"{statistics.median(each.p95 for each in own):.1f}",
                "" if target.peer == target.name else f"{ratio:.2f} of {target.peer}",
            )
        )
    return table(("what", "bytes", "requests/s", "MB/s", "p50 ms", "p95 ms", "ratio"), lines)


def fill(folder: Path) -> Path:
    """Publish the packages that come with the portal and a large table; answer the large table's stored file."""
    services = open_services(folder / "portal")
    csv, package = folder / "rows.csv", folder / "large.zip"
    publish.write_csv(csv, lambda _, size: size >= BIG_BYTES)
    publish.pack(csv, "large", package)
    publish_all(services, [services.settings.datasets_dir, package], own_organization(services).id)
    stored = services.catalog.get(SYSTEM, "large").resources[0].file
    services.database.dispose()
    return services.store.path(stored.sha256)


def targets_of(portal: int, hello: int) -> tuple[Target, ...]:
    """List what is asked for, each next to nothing else of its kind."""
    dataset = "/dataset/prefectures"
    return (
        Target("hello", hello, "/", "hello"),
        Target("dataset page", portal, dataset, "hello"),
        Target("datapackage.json", portal, f"{dataset}/datapackage.json", "hello"),
        Target("search page", portal, f"/?q={WORDS}", "hello"),
        Target("search API", portal, f"/api/v1/datasets?q={WORDS}", "hello"),
        Target("hello's send_file", hello, "/file", "hello's send_file", DOWNLOADERS),
        Target("10 MB download", portal, "/dataset/large/data/rows.csv", "hello's send_file", DOWNLOADERS),
    )


def profile(folder: Path) -> None:
    """Say where the portal's time goes: the same requests in this process, under cProfile."""
    client = create_app(Settings(data_dir=folder / "portal")).test_client()
    for target in targets_of(0, 0):
        if target.peer != "hello" or target.name == "hello":
            continue
        client.get(target.path)
        profiler = cProfile.Profile()
        began = time.perf_counter()
        profiler.enable()
        for _ in range(PROFILED_REQUESTS):
            client.get(target.path).get_data()
        profiler.disable()
        taken = (time.perf_counter() - began) / PROFILED_REQUESTS * 1000
        print(f"\n{target.name}: {taken:.2f} ms a request under the profiler, {PROFILED_REQUESTS} requests")
        figures = pstats.Stats(profiler)
        figures.sort_stats("cumulative").print_stats(re.escape(str(ROOT / "app")), PROFILED_LINES)
        figures.sort_stats("tottime").print_stats(PROFILED_LINES)


def serve_and_measure(folder: Path, file: Path, rounds: int, seconds: float) -> None:
    """Start both servers, measure, print, stop."""
    portal, hello = free_port(), free_port()
    targets = targets_of(portal, hello)
    groups: list[Group] = []
    limit = int(rounds * seconds * len(targets)) * 2 + 120
    with (folder / "log").open("ab") as log:
        variables = environment(data_dir=folder / "portal", port=portal)
        groups.append(start(gunicorn("wsgi:app", portal), variables=variables, log=log, seconds=limit))
        variables = environment() | {"HELLO_FILE": str(file)}
        groups.append(start(gunicorn("benchmarks.hello:app", hello), variables=variables, log=log, seconds=limit))
        try:
            for port, path, group in ((portal, "/health", groups[0]), (hello, "/", groups[1])):
                wait_until_up(f"http://{HOST}:{port}{path}", group)
            sizes = warm(targets)
            print(show(targets, measure(targets, rounds, seconds), sizes))
        finally:
            for group in groups:
                group.stop()


def main() -> None:
    """Fill a portal, serve it, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each target in each round")
    parser.add_argument("--profile", action="store_true", help="say where the time goes instead; serves nothing")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kakehashi-serve-") as name:
        folder = Path(name)
        file = fill(folder)
        if chosen.profile:
            profile(folder)
            return
        settings = Settings()
        asker = "wrk" if shutil.which("wrk") else "the built-in asker"
        print(f"\n{machine()}; gunicorn gthread, {settings.web_workers} processes of {settings.web_threads} threads;")
        print(f"asked by {asker}, {chosen.rounds} rounds of {chosen.seconds:g} s, medians\n")
        serve_and_measure(folder, file, chosen.rounds, chosen.seconds)


if __name__ == "__main__":
    main()
