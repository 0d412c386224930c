"""Publishes one large table as an upload would come in, and says how long each step took and how much memory.

The table is made here from a seed: integers, decimals, dates, Japanese words, codes with leading zeros, truth
values and empty cells, with a full Table Schema. `frictionless validate` alone reads the same file as the peer.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app import wiring
from app.cli.first_start import own_organization
from app.kernel.actor import SYSTEM
from app.publishing.submission import Details, Repairs, SubmissionState, Upload
from benchmarks.support import environment, machine, open_services, table

HEADER = "id,code,area,day,count,share,open,remark\n"
AREAS = ("千代田区", "八王子市", "西東京市", "奥多摩町", "小笠原村", "青ヶ島村")
WORDS = ("人口", "世帯", "面積", "予算", "図書館", "公園", "避難所", "学校")
SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "id", "type": "integer", "title": "番号", "constraints": {"required": True, "minimum": 1}},
        {"name": "code", "type": "string", "title": "コード", "constraints": {"pattern": "[0-9]{6}"}},
        {"name": "area", "type": "string", "title": "地域", "constraints": {"enum": list(AREAS)}},
        {"name": "day", "type": "date", "title": "日付", "constraints": {"minimum": "2000-01-01"}},
        {"name": "count", "type": "integer", "title": "件数"},
        {"name": "share", "type": "number", "title": "割合", "constraints": {"minimum": 0, "maximum": 100}},
        {"name": "open", "type": "boolean", "title": "公開", "trueValues": ["true"], "falseValues": ["false"]},
        {"name": "remark", "type": "string", "title": "備考"},
    ],
    "primaryKey": ["id"],
    "missingValues": [""],
}
LOOK_SECONDS = 0.02
MEGABYTE = 1024 * 1024
GROWTH = (10_000, 100_000, 1_000_000, 10_000_000)


def rows(seed: int = 1) -> Iterator[str]:
    """Make lines of CSV without end; the same seed makes the same lines."""
    chance = random.Random(seed)
    number = 0
    while True:
        number += 1
        code = f"{chance.randrange(100_000):06}"
        day = f"{chance.randint(2000, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        count = chance.randrange(100_000) if chance.random() < 0.95 else ""
        share = f"{chance.randrange(10_000) / 100:.2f}" if chance.random() < 0.95 else ""
        truth = chance.choice(("true", "false", ""))
        remark = f"{chance.choice(WORDS)}の{chance.choice(WORDS)}" if chance.random() < 0.5 else ""
        yield f"{number},{code},{chance.choice(AREAS)},{day},{count},{share},{truth},{remark}\n"


def write_csv(path: Path, enough: Callable[[int, int], bool]) -> int:
    """Write rows until there are enough (asked with rows and characters); answer how many."""
    written = size = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        for line in rows():
            if enough(written, size):
                break
            file.write(line)
            written += 1
            size += len(line.encode())
    return written


def describe(name: str, path: str) -> dict[str, Any]:
    """Describe a package with that one table."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": f"計測用の大きな表 {name}",
        "description": "速さと必要なメモリを測るために作った表です。内容に意味はありません。",
        "licenses": [{"name": "CC0-1.0"}],
        "resources": [{"name": "rows", "path": path, "type": "table", "format": "csv", "schema": SCHEMA}],
    }


def pack(csv: Path, name: str, target: Path) -> None:
    """Pack the table as its publisher would."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datapackage.json", json.dumps(describe(name, csv.name), ensure_ascii=False))
        archive.write(csv, csv.name)


@dataclass(slots=True)
class Watch:
    """What was seen of child processes: the greatest sum of their resident memory, and how long there was one."""

    peak: int = 0
    own_peak: int = 0
    seconds: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look until told to stop."""
        own = psutil.Process()
        before = time.monotonic()
        while not self._stop.wait(LOOK_SECONDS):
            children = sum(_resident(child) for child in own.children(recursive=True))
            now = time.monotonic()
            self.seconds += (now - before) if children else 0.0
            before = now
            self.peak, self.own_peak = max(self.peak, children), max(self.own_peak, own.memory_info().rss)


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch this process's children while the block runs."""
    watch = Watch()
    thread = threading.Thread(target=watch.look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch._stop.set()  # noqa: SLF001 - its own module
        thread.join()


def main() -> None:
    """Make, publish, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--no-peer", action="store_true", help="leave frictionless out")
    parser.add_argument("--growth", action="store_true", help="publish 10,000, 100,000, 1,000,000 and 10,000,000 rows")
    chosen = parser.parse_args()
    print(machine())
    if chosen.growth:
        _growth()
        return
    with tempfile.TemporaryDirectory(prefix="kakehashi-publish-") as folder:
        place = Path(folder)
        csv, package = place / "rows.csv", place / "package.zip"
        write_csv(csv, lambda written, _: written >= chosen.rows)
        pack(csv, "large", package)
        print(f"{chosen.rows:,} rows, 8 columns, CSV {csv.stat().st_size / MEGABYTE:.1f} MB, ", end="")
        print(f"zip {package.stat().st_size / MEGABYTE:.1f} MB\n")
        whole = _publish(place / "portal", package, chosen.rows)
        if not chosen.no_peer:
            _peer(place, csv, chosen.rows, whole)


def _growth() -> None:
    """Print how time and memory grow with the rows; the files are plain CSV, so that nothing else is measured."""
    found = []
    for count in GROWTH:
        with tempfile.TemporaryDirectory(prefix="kakehashi-growth-") as folder:
            place = Path(folder)
            csv = place / "large.csv"
            write_csv(csv, lambda written, _, enough=count: written >= enough)  # type: ignore[misc]
            measured = _measured(place / "portal", csv, count)
            size = f"{csv.stat().st_size / MEGABYTE:,.1f}"
            peak = f"{measured.watch.peak / MEGABYTE:,.0f}"
            found.append((f"{count:,}", size, f"{measured.whole:.1f}", f"{count / measured.whole:,.0f}", peak))
    print(table(("rows", "CSV, MB", "seconds", "rows/s", "peak of the reader, MB"), found))


@dataclass(frozen=True, slots=True)
class Measured:
    """When an upload was received, processed and indexed, in seconds from the start, and what was seen meanwhile."""

    received: float
    processed: float
    whole: float
    parquet: int
    watch: Watch


def _publish(folder: Path, package: Path, count: int) -> float:
    """Publish, print the steps, and answer the seconds of the whole."""
    found = _measured(folder, package, count)
    watch = found.watch
    steps = (
        ("receive (store the upload, one transaction)", found.received),
        ("process: the reader child (unpack, check, type, profile, Parquet)", watch.seconds),
        ("process: the rest (store the files, one transaction)", found.processed - found.received - watch.seconds),
        ("index", found.whole - found.processed),
        ("whole", found.whole),
    )
    print(table(("step", "seconds", "rows/s"), [(name, f"{taken:.2f}", _rate(count, taken)) for name, taken in steps]))
    print(f"\npeak resident memory: reader child {watch.peak / MEGABYTE:,.0f} MB, ", end="")
    print(f"worker {watch.own_peak / MEGABYTE:,.0f} MB; Parquet {found.parquet / MEGABYTE:.1f} MB")
    return found.whole


def _measured(folder: Path, package: Path, count: int) -> Measured:
    """Publish through the same `receive` and jobs as the portal."""
    services = open_services(folder)
    with watching() as watch:
        began = time.monotonic()
        with package.open("rb") as stream:
            details = Details(title="large", repairs=Repairs.APPLY)
            upload = Upload(stream, package.name, own_organization(services).id, details)
            submission = services.publishing.receive(SYSTEM, upload)
        received = time.monotonic()
        services.publishing.process(submission.id)
        processed = time.monotonic()
        while any(worker.step() for worker in wiring.workers(services)):
            pass
        ended = time.monotonic()
    ended_as = services.publishing.get(SYSTEM, submission.id)
    if ended_as.state is not SubmissionState.PUBLISHED:
        raise SystemExit(f"not published: {ended_as.state} {ended_as.report.problems[:3]}")
    record = services.catalog.get_by_id(SYSTEM, ended_as.dataset_id or "")
    (resource,) = record.resources
    if resource.table is None or resource.parquet is None or resource.table.rows != count:
        raise SystemExit("the published table is not the one that was sent")
    return Measured(received - began, processed - began, ended - began, resource.parquet.size, watch)


def _peer(folder: Path, csv: Path, count: int, whole: float) -> None:
    (folder / "datapackage.json").write_text(json.dumps(describe("large", csv.name), ensure_ascii=False))
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    with watching() as watch:
        began = time.monotonic()
        ended = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, check=False)
        taken = time.monotonic() - began
    if not json.load(io.BytesIO(ended.stdout))["valid"]:
        raise SystemExit(f"frictionless finds the table invalid: {ended.stdout[:2000]!r}")
    print(f"\n`frictionless validate` alone: {taken:.1f} s, {_rate(count, taken)} rows/s, ", end="")
    print(f"peak {watch.peak / MEGABYTE:,.0f} MB. The whole of publishing takes {whole / taken:.2f} of that time.")


def _rate(count: int, seconds: float) -> str:
    return f"{count / seconds:,.0f}" if seconds > 0.05 else ""


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


if __name__ == "__main__":
    main()
