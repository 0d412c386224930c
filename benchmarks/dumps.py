"""Makes the catalogue's files of 100,000 datasets and asks for them over HTTP: time, first byte, memory.

A few datasets are published and described for real; the others are copies of their rows under ids and addresses of
their own. Only the copying goes past the services: everything measured is the portal's own.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
from sqlalchemy import insert, select

from app import wiring
from app.catalog.models import DatasetRow, ResourceRow, VersionResourceRow, VersionRow
from app.cli.first_start import own_organization
from app.cli.publish import publish_all
from app.kernel.ids import new_id
from app.metadata.stored import DescriptionRow
from app.wiring import Services
from benchmarks.support import (
    HOST,
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

ORIGINALS = 5
BATCH = 1000
ADDRESS = "https://data.example.jp"
DESCRIBED = ("dcat-nt", "dcat-us", "dcat")
FILES = (
    "catalog.nq.gz",
    "catalog.jsonl.gz",
    "catalog.parquet",
    "catalog.csv",
    "data.json",
    "sitemap.xml",
    "llms-full.txt",
)
MEGABYTE = 1_000_000

Row = dict[str, Any]


def publish_originals(services: Services, folder: Path) -> None:
    """Publish a few datasets of different width, and do what follows."""
    for number in range(ORIGINALS):
        names = ["code", "name", *(f"count_{column}" for column in range(1 + 3 * number))]
        lines = [f"{row:04},place {row}" + f",{row}" * (len(names) - 2) for row in range(20)]
        descriptor = {
            "name": f"original-{number:08}",
            "title": f"統計表 {number}",
            "description": f"大きさを測るために作った表 {number} です。" * 5,
            "keywords": ["人口", "統計", "試験"],
            "licenses": [{"name": "CC-BY-4.0"}],
            "resources": [{"name": "counts", "path": "counts.csv"}],
        }
        content = "\n".join((",".join(names), *lines, "")).encode()
        (folder / f"original-{number}.zip").write_bytes(zipped(descriptor, {"counts.csv": content}))
    publish_all(services, sorted(folder.glob("original-*.zip")), own_organization(services).id)
    for dataset_id in services.catalog.public_ids():
        wiring.describe_dataset(services, dataset_id)


def copy(services: Services, count: int) -> None:
    """Add copies until there are `count` datasets."""
    there = len(services.catalog.public_ids())
    originals = [_rows(services, dataset_id) for dataset_id in islice(services.catalog.public_ids(), ORIGINALS)]
    for begin in range(there, count, BATCH):
        batch = range(begin, min(begin + BATCH, count))
        copies = [_copied(originals[number % len(originals)], number) for number in batch]
        with services.database.write() as session:
            for kind in (DatasetRow, VersionRow, ResourceRow, VersionResourceRow, DescriptionRow):
                session.execute(insert(kind), [row for each in copies for row in each[kind]])
            session.commit()


def _rows(services: Services, dataset_id: str) -> dict[Any, list[Row]]:
    with services.database.read() as session:
        version_ids = select(VersionRow.id).where(VersionRow.dataset_id == dataset_id)
        queries = {
            DatasetRow: select(DatasetRow).where(DatasetRow.id == dataset_id),
            VersionRow: select(VersionRow).where(VersionRow.dataset_id == dataset_id),
            ResourceRow: select(ResourceRow).where(ResourceRow.dataset_id == dataset_id),
            VersionResourceRow: select(VersionResourceRow).where(VersionResourceRow.version_id.in_(version_ids)),
            DescriptionRow: select(DescriptionRow).where(
                DescriptionRow.dataset_id == dataset_id, DescriptionRow.version == 0, DescriptionRow.name.in_(DESCRIBED)
            ),
        }
        return {
            kind: [
                {column.key: getattr(row, column.key) for column in kind.__mapper__.column_attrs}
                for row in session.scalars(query)
            ]
            for kind, query in queries.items()
        }


def _copied(original: Mapping[Any, list[Row]], number: int) -> dict[Any, list[Row]]:
    """Give rows new ids and a new slug, also where these stand inside of JSON and of rendered bytes."""
    dataset = original[DatasetRow][0]
    old = [dataset["id"], *(row["id"] for kind in (VersionRow, ResourceRow) for row in original[kind])]
    changes = {each: new_id() for each in old} | {dataset["slug"]: f"copy-{number:010}"}
    return {kind: [_renamed(row, changes) for row in rows] for kind, rows in original.items()}


def _renamed(row: Row, changes: Mapping[str, str]) -> Row:
    return {name: _replaced(value, changes) for name, value in row.items()}


def _replaced(value: Any, changes: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return changes.get(value, value)
    if isinstance(value, bytes):
        body = zlib.decompress(value)
        for before, after in changes.items():
            body = body.replace(before.encode(), after.encode())
        return zlib.compress(body, 1)
    if isinstance(value, dict):
        return json.loads(_in_text(json.dumps(value), changes))
    return value


def _in_text(words: str, changes: Mapping[str, str]) -> str:
    for before, after in changes.items():
        words = words.replace(before, after)
    return words


class Watch:
    """Looks at this process' memory while something runs."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._done = threading.Event()
        self.highest = 0

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.2):
            self.highest = max(self.highest, self._process.memory_info().rss)


def regenerate(services: Services) -> tuple[float, int]:
    """Make all files; answer seconds and the highest memory in bytes."""
    begun = time.perf_counter()
    with Watch() as watch:
        services.dumps.refresh()
    return time.perf_counter() - begun, watch.highest


def fetch(port: int, path: str) -> tuple[float, float, int]:
    """Ask for a path over loopback; answer the seconds to the first byte of the body, to its end, and its length."""
    with socket.create_connection((HOST, port), timeout=120) as connection:
        begun = time.perf_counter()
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        parts = _received(connection)
        head = b""
        while b"\r\n\r\n" not in head:
            head += next(parts)
        first, length = time.perf_counter() - begun, len(head.partition(b"\r\n\r\n")[2])
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(f"{path}: {head[:200]!r}")
        length += sum(map(len, parts))
    return first, time.perf_counter() - begun, length


def _received(connection: socket.socket) -> Iterator[bytes]:
    while part := connection.recv(1 << 18):
        yield part


def measure(folder: Path, count: int, say: Callable[[str], None]) -> None:
    """Fill a portal, make the files, serve them, and say what came out."""
    services = open_services(folder / "portal", site_url=ADDRESS)
    publish_originals(services, folder)
    copy(services, max(ORIGINALS, count // 10))
    small = regenerate(services)
    copy(services, count)
    large = regenerate(services)
    begun = time.perf_counter()
    services.dumps.refresh()
    unchanged = time.perf_counter() - begun
    rows = [
        (
            f"all files of {max(ORIGINALS, count // 10):,} datasets",
            f"{small[0]:.1f} s",
            f"{small[1] / MEGABYTE:.0f} MB",
        ),
        (f"all files of {count:,} datasets", f"{large[0]:.1f} s", f"{large[1] / MEGABYTE:.0f} MB"),
        ("again, where nothing changed", f"{unchanged:.2f} s", ""),
    ]
    say(table(("made", "time", "memory of the process at most"), rows) + "\n")
    services.database.dispose()
    say(_served(folder, count))


def _served(folder: Path, count: int) -> str:
    port = free_port()
    # Descriptions hold the portal's address, so all processes must be told the same.
    variables = environment(data_dir=folder / "portal", port=port, site_url=ADDRESS)
    last = -(-count // 100)
    pages = ("/catalog.ttl", "/catalog.ttl?page=2", f"/catalog.ttl?page={last}", "/catalog.jsonld?page=3")
    with (folder / "log").open("ab") as log:
        group = start(gunicorn("wsgi:app", port), variables=variables, log=log)
        try:
            wait_until_up(f"http://{HOST}:{port}/health", group)
            fetch(port, pages[0])
            rows = []
            for path in (*(f"/{name}" for name in FILES), *pages):
                first, whole, length = fetch(port, path)
                rows.append((path, f"{first * 1000:.0f} ms", f"{whole:.2f} s", f"{length / MEGABYTE:.1f} MB"))
        finally:
            group.stop()
    return table(("served", "first byte", "whole", "size"), rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--datasets", type=int, default=100_000)
    chosen = parser.parse_args()
    print(f"\n{machine()}\n")
    with tempfile.TemporaryDirectory(prefix="kakehashi-dumps-") as name:
        measure(Path(name), chosen.datasets, print)


if __name__ == "__main__":
    main()
