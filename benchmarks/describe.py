"""Asks for the stored descriptions and pages of 200 datasets in turn, beside a bare Flask under the same server.

Rounds are interleaved and ratios made within a round, as in `serve.py`.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app import wiring
from app.cli.first_start import own_organization
from app.cli.publish import publish_all
from benchmarks.support import (
    HOST,
    Group,
    environment,
    free_port,
    gunicorn,
    machine,
    open_services,
    start,
    table,
    wait_until_up,
    zipped,
)

DATASETS = 200
CONNECTIONS = 8
SCRIPT = """
local number = 0
request = function()
  number = (number + 1) %% %d
  return wrk.format("GET", string.format("%s", number))
end
done = function(summary)
  io.write(string.format('{"requests": %%d, "seconds": %%f, "errors": %%d}', summary.requests, summary.duration / 1e6,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
    + summary.errors.timeout))
end
"""


def ask(port: int, path: str, seconds: float) -> float:
    """Let wrk ask for all datasets in turn; answer requests per second. Raises `RuntimeError` for a bad answer."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % (DATASETS, path))
        script.flush()
        options = ("-t2", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "-s", script.name)
        command = ["wrk", *options, f"http://{HOST}:{port}/"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    found = re.search(r'\{"requests".*\}', ended.stdout)
    figures = json.loads(found[0]) if found else {"errors": 1}
    if figures["errors"]:
        raise RuntimeError(f"{path}: {ended.stdout}")
    return float(figures["requests"] / figures["seconds"])


def fill(folder: Path) -> None:
    """Publish the datasets."""
    services = open_services(folder / "portal")
    for number in range(DATASETS):
        csv = "code,name,count\n" + "".join(f"{row:04},place {row},{row * number}\n" for row in range(20))
        descriptor = {
            "name": f"set-{number}",
            "title": f"統計表 {number}",
            "description": f"速さを測るために作った表 {number} です。",
            "licenses": [{"name": "CC-BY-4.0"}],
            "resources": [{"name": "counts", "path": "counts.csv"}],
        }
        (folder / f"set-{number}.zip").write_bytes(zipped(descriptor, {"counts.csv": csv.encode()}))
    publish_all(services, sorted(folder.glob("set-*.zip")), own_organization(services).id)
    # As the worker does after each publication.
    for dataset_id in services.catalog.public_ids():
        wiring.describe_dataset(services, dataset_id)
    services.database.dispose()


def measure(portal: int, hello: int, rounds: int, seconds: float) -> str:
    """Ask in rounds and write the table."""
    targets = {
        "hello": (hello, "/"),
        "stored description (Turtle)": (portal, "/dataset/set-%d.ttl"),
        "stored description (Data Package)": (portal, "/dataset/set-%d/datapackage.json"),
        "dataset page": (portal, "/dataset/set-%d"),
    }
    for port, path in targets.values():
        ask(port, path, 5.0)
    samples: dict[str, list[float]] = {name: [] for name in targets}
    for _ in range(rounds):
        for name, (port, path) in targets.items():
            samples[name].append(ask(port, path, seconds))
    lines = []
    for name, rates in samples.items():
        ratio = statistics.median(own / peer for own, peer in zip(rates, samples["hello"], strict=True))
        lines.append((name, f"{statistics.median(rates):,.0f}", f"{ratio:.2f}"))
    return table(("what", "requests/s", "of hello"), lines)


def main() -> None:
    """Fill a portal, serve it, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each target in each round")
    chosen = parser.parse_args()
    groups: list[Group] = []
    with tempfile.TemporaryDirectory(prefix="kakehashi-describe-") as name:
        folder = Path(name)
        fill(folder)
        portal, hello = free_port(), free_port()
        print(f"\n{machine()}; {DATASETS} datasets in turn, {chosen.rounds} rounds of {chosen.seconds:g} s, medians\n")
        with (folder / "log").open("ab") as log:
            variables = environment(data_dir=folder / "portal", port=portal)
            groups.append(start(gunicorn("wsgi:app", portal), variables=variables, log=log))
            groups.append(start(gunicorn("benchmarks.hello:app", hello), variables=environment(), log=log))
            try:
                wait_until_up(f"http://{HOST}:{portal}/health", groups[0])
                wait_until_up(f"http://{HOST}:{hello}/", groups[1])
                print(measure(portal, hello, chosen.rounds, chosen.seconds))
            finally:
                for group in groups:
                    group.stop()


if __name__ == "__main__":
    main()
