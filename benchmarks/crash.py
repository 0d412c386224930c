"""Kills a working portal again and again, and counts what that broke: nothing, or it ends with 1.

A real portal (gunicorn and a worker) runs on loopback in a fresh folder. A sender publishes small packages over
HTTP and keeps a ledger of what was sent and what was acknowledged. Web, worker or both are killed with SIGKILL
at random moments and started again. In the end the portal's state is compared with the ledger.
`--control` does the same to `naive.py`, which must not survive it: else the harness would prove nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Protocol

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app import audit, wiring
from app.cli.first_start import own_organization
from app.kernel.actor import SYSTEM
from app.publishing.submission import FINAL, SubmissionState
from benchmarks import naive
from benchmarks.support import (
    HOST,
    ROOT,
    WORKER,
    Group,
    environment,
    free_port,
    gunicorn,
    open_services,
    start,
    token,
    wait_until_up,
    zipped,
)

# The shortest and the longest life between two kills.
LIFE_SECONDS = (0.05, 1.2)
# A dead worker's job is another's after this time. The default of 30 s would only make the run longer.
LEASE_SECONDS = 2
# Uploads that the sender lets wait; more of them would only make the end longer.
BACKLOG = 6
# How long a slow line pauses in the middle of an upload.
PAUSE_SECONDS = (0.0, 0.05, 0.3, 0.8)
DRAIN_SECONDS = 240
# The control shows nothing of a job between taking it and starting on it, so one look is not enough.
QUIET_SECONDS = 1.5
# A run that had less than this to lose would say nothing.
LEAST = 5
SENDER_SECONDS = 60
MOST = 1_000_000
PUBLISHED = frozenset({SubmissionState.PUBLISHED, SubmissionState.UNCHANGED})


@dataclass(frozen=True, slots=True)
class Package:
    """What is published: the files' SHA-256 by resource, and the upload that holds them."""

    name: str
    files: Mapping[str, str]
    upload: bytes


@dataclass(slots=True)
class Sent:
    """A line of the ledger. `submission` is the id that was acknowledged, `None` where no answer came."""

    package: Package
    submission: str | None = None


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """A visible version. `files` are hashes of the bytes that are really there; `None`: there are none."""

    dataset: str
    number: int
    files: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a system holds in the end. `datasets` are names; `faults` must be 0, `notes` only say something."""

    states: Mapping[str, str]
    datasets: tuple[str, ...]
    versions: tuple[SeenVersion, ...]
    faults: Mapping[str, int]
    notes: Mapping[str, object]


class System(Protocol):
    """Something that takes packages over HTTP and publishes them: the portal, and the control."""

    folder: Path
    port: int
    health: str
    headers: Mapping[str, str]

    def start_web(self, log: IO[bytes]) -> Group:
        """Start what answers HTTP."""
        ...

    def start_worker(self, log: IO[bytes]) -> Group:
        """Start what does the jobs."""
        ...

    def waiting(self) -> int:
        """Count the jobs that are not done."""
        ...

    def read(self, connection: http.client.HTTPConnection, name: str) -> Mapping[str, str] | None:
        """Read a dataset as visitors do: hashes of its files, or `None` where it is not visible."""
        ...

    def look(self, ledger: Sequence[Sent]) -> Seen:
        """Say what is there now; nothing runs any more."""
        ...


class Portal:
    """The portal under its default settings, but for the lease."""

    health = "/health"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._services = open_services(folder, port=self.port)
        self._organization = own_organization(self._services)
        self._variables = environment(data_dir=folder, port=self.port, job_lease_seconds=LEASE_SECONDS)
        self.headers: Mapping[str, str] = {"Authorization": f"Bearer {token(self._services)}"}

    def start_web(self, log: IO[bytes]) -> Group:
        """As `kakehashi serve` does."""
        return start(gunicorn("wsgi:app", self.port), variables=self._variables, log=log)

    def start_worker(self, log: IO[bytes]) -> Group:
        """As `kakehashi serve` does."""
        return start(WORKER, variables=self._variables, log=log)

    def waiting(self) -> int:
        """Count the jobs of both lanes."""
        counts = self._services.queue.counts()
        return counts.get("queued", 0) + counts.get("running", 0)

    def read(self, connection: http.client.HTTPConnection, name: str) -> Mapping[str, str] | None:
        """Ask the API for the dataset, then download each file of the version that it told of."""
        connection.request("GET", f"/api/v1/datasets/{name}")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == http.client.NOT_FOUND:
            return None
        described = json.loads(body)
        found = {}
        for resource in described["resources"]:
            number, file = described["version"]["number"], resource["file"]["name"]
            connection.request("GET", f"/dataset/{name}/v/{number}/data/{file}")
            found[resource["name"]] = hashlib.sha256(connection.getresponse().read()).hexdigest()
        return found

    def look(self, ledger: Sequence[Sent]) -> Seen:
        """Read everything through the services."""
        services = self._services
        submissions = services.publishing.list(SYSTEM, self._organization.id, limit=MOST).items
        datasets = services.catalog.list(SYSTEM, limit=MOST).items
        records = [services.catalog.get(SYSTEM, each.slug, one.number) for each in datasets for one in each.versions]
        versions, damaged = [], 0
        for record in records:
            files = {each.name: self._hash(each.file.sha256) for each in record.resources}
            versions.append(SeenVersion(record.name, record.version.number if record.version else 0, files))
            kept = [file for each in record.resources for file in (each.file, each.parquet, each.original) if file]
            damaged += sum(self._hash(file.sha256) != file.sha256 for file in kept)
        return Seen(
            {each.id: each.state for each in submissions},
            tuple(each.name for each in datasets),
            tuple(versions),
            {
                "files that are not what their record says": damaged,
                **self._index_faults(),
                **self._audit_faults(
                    [each.id for each in submissions], [one.id for each in datasets for one in each.versions]
                ),
                "dead jobs": services.queue.counts().get("dead", 0),
            },
            self._strays(ledger),
        )

    def _index_faults(self) -> dict[str, int]:
        drift = wiring.drift(self._services)
        return {
            "datasets missing in the index": len(drift.missing),
            "datasets stale in the index": len(drift.stale),
            "datasets that should not be in the index": len(drift.extra),
        }

    def _audit_faults(self, submissions: Sequence[str], versions: Sequence[str]) -> dict[str, int]:
        with self._services.database.read() as session:
            broken = audit.verify(session)
            acts = audit.acts(session, organization_ids=None, offset=0, limit=MOST).items
        received = Counter(act.subject for act in acts if act.action == "submission.receive")
        published = Counter(act.detail["version"] for act in acts if act.action == "version.publish")
        return {
            "breaks of the audit chain": int(broken is not None),
            "submissions without exactly one audit row": _unequal(
                received, [f"submission:{each}" for each in submissions]
            ),
            "versions without exactly one audit row": _unequal(published, versions),
        }

    def _strays(self, ledger: Sequence[Sent]) -> dict[str, object]:
        services = self._services
        uploads = {hashlib.sha256(each.package.upload).hexdigest() for each in ledger}
        unused = set(services.store.hashes()) - services.catalog.file_hashes() - services.publishing.file_hashes()
        temporary = {name: len([*(self.folder / name).glob("*")]) for name in ("files/tmp", "tmp", "work")}
        return {
            "stray files: uploads that were read, kept until the sweep": len(unused & uploads),
            "stray files: others in the store that nothing refers to": len(unused - uploads),
            **{f"stray files: in the folder {name}": count for name, count in temporary.items()},
        }

    def _hash(self, sha256: str) -> str | None:
        if sha256 not in self._services.store:
            return None
        return hashlib.sha256(self._services.store.path(sha256).read_bytes()).hexdigest()


class Control:
    """The naive portal of `naive.py`."""

    health = "/"
    headers: Mapping[str, str] = {}

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._variables = environment() | {"NAIVE_FOLDER": str(folder)}

    def start_web(self, log: IO[bytes]) -> Group:
        """Under the same server as the portal."""
        command = gunicorn("benchmarks.naive:application", self.port)
        return start(command, variables=self._variables, log=log)

    def start_worker(self, log: IO[bytes]) -> Group:
        """Run its loop."""
        return start((sys.executable, "benchmarks/naive.py"), variables=self._variables, log=log)

    def waiting(self) -> int:
        """Count jobs; one that was taken is not among them, so wait for its end too."""
        (jobs,) = self._rows("SELECT count(*) FROM jobs")[0]
        busy = any(_is_inside(child, self.folder) for child in psutil.Process().children(recursive=True))
        return int(jobs) + busy

    def read(self, connection: http.client.HTTPConnection, name: str) -> None:  # noqa: ARG002 - the protocol's method
        """It has no pages."""
        return

    def look(self, ledger: Sequence[Sent]) -> Seen:  # noqa: ARG002 - the protocol's method
        """Read its tables, files and index."""
        states = dict(self._rows("SELECT id, state FROM submissions"))
        rows = self._rows("SELECT name, number, resources FROM versions")
        versions = tuple(SeenVersion(name, number, self._files(name, number, paths)) for name, number, paths in rows)
        index = self.folder / "index"
        lines = index.read_text().splitlines() if index.exists() else []
        missing = {f"{name} {number}" for name, number, _ in rows} - set(lines)
        return Seen(
            states, tuple({row[0] for row in rows}), versions, {"datasets missing in the index": len(missing)}, {}
        )

    def _rows(self, query: str) -> list[Any]:
        with contextlib.closing(naive.database(self.folder)) as database:
            return database.execute(query).fetchall()

    def _files(self, name: str, number: int, paths: str) -> dict[str, str | None]:
        places = {Path(path).stem: self.folder / f"{name}-{number}-{path}" for path in json.loads(paths)}
        return {
            resource: hashlib.sha256(place.read_bytes()).hexdigest() if place.exists() else None
            for resource, place in places.items()
        }


@dataclass(slots=True)
class Sender:
    """Publishes packages, one after the other, and keeps the ledger. `busy` says that a request is open."""

    system: System
    chance: random.Random
    ledger: list[Sent] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    busy: bool = False
    wrong_reads: int = 0
    _again: Package | None = None

    @property
    def acknowledged(self) -> int:
        """How many uploads were acknowledged."""
        return sum(each.submission is not None for each in self.ledger)

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop, never far ahead of the worker."""
        while not stop.is_set():
            if self.system.waiting() >= BACKLOG:
                stop.wait(0.05)
                continue
            package = self._again or self._next()
            self._again = None
            try:
                self._send(package)
                self._read_one()
            except (OSError, http.client.HTTPException, ValueError):
                self.notes["requests cut off or refused by a dead web"] += 1
                stop.wait(0.05)
            finally:
                self.busy = False

    def _send(self, package: Package) -> None:
        with self._connection() as connection:
            connection.connect()
            sent = Sent(package)
            self.ledger.append(sent)
            # Half of all clients try again when they get no answer; the same upload then comes twice.
            self._again = package if self.chance.random() < 0.5 else None
            self.busy = True
            self._post(connection, package.upload)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == http.client.ACCEPTED:
                sent.submission, self._again = json.loads(body)["id"], None
            else:
                self.notes[f"answers with status {answer.status}"] += 1

    def _post(self, connection: http.client.HTTPConnection, upload: bytes) -> None:
        """Send in two halves with a pause as on a slow line, so that kills hit half-sent uploads too."""
        connection.putrequest("POST", "/api/v1/submissions?organization=kakehashi&filename=package.zip")
        for name, value in self.system.headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Type", "application/zip")
        connection.putheader("Content-Length", str(len(upload)))
        connection.endheaders()
        connection.send(upload[: len(upload) // 2])
        time.sleep(self.chance.choice(PAUSE_SECONDS))
        connection.send(upload[len(upload) // 2 :])

    def _read_one(self) -> None:
        name = self.chance.choice(self.ledger).package.name
        with self._connection() as connection:
            found = self.system.read(connection, name)
        if found is not None:
            self.notes["reads of a published dataset while all this went on"] += 1
            self.wrong_reads += found not in [each.package.files for each in self.ledger if each.package.name == name]

    @contextlib.contextmanager
    def _connection(self) -> Iterator[http.client.HTTPConnection]:
        connection = http.client.HTTPConnection(HOST, self.system.port, timeout=10)
        try:
            yield connection
        finally:
            connection.close()

    def _next(self) -> Package:
        """Make a package: mostly a new dataset, at times a new version of one that was sent before."""
        number = len(self.ledger)
        earlier = self.ledger and self.chance.random() < 0.3
        name = self.chance.choice(self.ledger).package.name if earlier else f"crash-{number:04}"
        resources = ("values", "places")[: self.chance.randint(1, 2)]
        return package(name, {each: self._rows(number) for each in resources})

    def _rows(self, number: int) -> bytes:
        rows = [
            f"{row:05},場所{number}-{row},{self.chance.randint(-9999, 9999)}\n"
            for row in range(self.chance.randint(2, 400))
        ]
        return ("code,name,value\n" + "".join(rows)).encode()


def package(name: str, files: Mapping[str, bytes]) -> Package:
    """Describe and pack CSV files of the columns code, name and value."""
    fields = [
        {"name": "code", "type": "string"},
        {"name": "name", "type": "string"},
        {"name": "value", "type": "integer"},
    ]
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": f"試験データ {name}",
        "description": "停止試験のために作った表です。内容に意味はありません。",
        "licenses": [{"name": "CC0-1.0"}],
        "resources": [{"name": each, "path": f"{each}.csv", "schema": {"fields": fields}} for each in files],
    }
    upload = zipped(descriptor, {f"{each}.csv": content for each, content in files.items()})
    return Package(name, {each: hashlib.sha256(content).hexdigest() for each, content in files.items()}, upload)


def check(ledger: Sequence[Sent], seen: Seen) -> dict[str, int]:
    """Count what broke each promise: every number must be 0."""
    final = {id_ for id_, state in seen.states.items() if state in FINAL}
    sent = {(each.package.name, tuple(sorted(each.package.files.items()))) for each in ledger}
    visible = Counter((version.dataset, tuple(sorted(version.files.items(), key=str))) for version in seen.versions)
    acknowledged = {each.submission: each.package for each in ledger if each.submission is not None}
    numbers = _numbers(seen.versions)
    return {
        "acknowledged and lost": len(acknowledged.keys() - final),
        "received, not acknowledged, and not brought to an end": len(seen.states.keys() - final - acknowledged.keys()),
        "acknowledged but not published": sum(
            not _kept(each, ledger[place + 1 :], seen.states[each.submission], visible)
            for place, each in enumerate(ledger)
            if each.submission in final
        ),
        "half-published": sum(count for version, count in visible.items() if version not in sent),
        "names with two datasets": len(seen.datasets) - len(set(seen.datasets)),
        "datasets with gaps in their version numbers": sum(
            found != list(range(1, len(found) + 1)) for found in numbers.values()
        ),
        "versions equal to the one before": _repeated(seen.versions),
        **seen.faults,
    }


def _kept(sent: Sent, later: Sequence[Sent], state: str, visible: Mapping[tuple[str, object], int]) -> bool:
    """An upload is kept if it is published; if it was superseded, something of the dataset sent later has to be."""

    def shown(package: Package) -> bool:
        return (package.name, tuple(sorted(package.files.items()))) in visible

    if state == SubmissionState.SUPERSEDED:
        return any(each.package.name == sent.package.name and shown(each.package) for each in later)
    return state in PUBLISHED and shown(sent.package)


def _numbers(versions: Sequence[SeenVersion]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for version in sorted(versions, key=lambda each: each.number):
        found.setdefault(version.dataset, []).append(version.number)
    return found


def _in_order(versions: Sequence[SeenVersion]) -> list[tuple[SeenVersion, SeenVersion]]:
    """Pair each version with the one that follows it."""
    ordered = sorted(versions, key=lambda each: (each.dataset, each.number))
    return [(one, next_one) for one, next_one in pairwise(ordered) if one.dataset == next_one.dataset]


def _repeated(versions: Sequence[SeenVersion]) -> int:
    return sum(one.files == next_one.files for one, next_one in _in_order(versions))


def overtaken(ledger: Sequence[Sent], versions: Sequence[SeenVersion]) -> int:
    """Count versions that were published after one that was sent later: a job waits for a dead worker's lease."""
    places = {(each.package.name, str(sorted(each.package.files.items()))): place for place, each in enumerate(ledger)}

    def place(version: SeenVersion) -> int | None:
        return places.get((version.dataset, str(sorted(version.files.items(), key=str))))

    pairs = [(place(one), place(next_one)) for one, next_one in _in_order(versions)]
    return sum(one is not None and next_one is not None and one > next_one for one, next_one in pairs)


def _unequal(counted: Counter[str], expected: Sequence[str]) -> int:
    """Count what is not there exactly once."""
    return sum(counted[each] != 1 for each in expected) + len(counted.keys() - set(expected))


def _is_inside(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(folder.resolve())
    except (psutil.Error, OSError):
        return False


@dataclass(slots=True)
class Running:
    """The system's two groups of processes. `died` counts those that ended without being told to."""

    system: System
    log: IO[bytes]
    died: int = 0
    web: Group = field(init=False)
    worker: Group = field(init=False)

    def __post_init__(self) -> None:
        self.web = self.system.start_web(self.log)
        self.worker = self.system.start_worker(self.log)

    @property
    def health(self) -> str:
        """The address that answers when the web is up."""
        return f"http://{HOST}:{self.system.port}{self.system.health}"

    def kill(self, victim: str) -> None:
        """Kill `web`, `worker` or `both`, and start anew what was killed."""
        killed = ("web", "worker") if victim == "both" else (victim,)
        for each in killed:
            group: Group = getattr(self, each)
            self.died += group.ended
            group.kill()
        if "web" in killed:
            self.web = self.system.start_web(self.log)
        if "worker" in killed:
            self.worker = self.system.start_worker(self.log)

    def stop(self) -> None:
        """End both."""
        for group in (self.web, self.worker):
            self.died += group.ended
            group.stop()


def torment(running: Running, sender: Sender, kills: int, chance: random.Random) -> Counter[str]:
    """Kill at random moments; answer how often what was hit."""
    hit: Counter[str] = Counter()
    for _ in range(kills):
        # One kill in four may fall into a start, the others into work.
        if chance.random() < 0.75:
            wait_until_up(running.health, running.web)
        time.sleep(chance.uniform(*LIFE_SECONDS))
        victim = chance.choice(("web", "worker", "both"))
        hit[f"kills of {victim}"] += 1
        hit["kills of the web while a request was open"] += sender.busy and victim != "worker"
        hit["kills of the worker while jobs waited or ran"] += victim != "web" and running.system.waiting() > 0
        running.kill(victim)
    return hit


def finish(sender: Sender, sending: Future[None], stop: threading.Event) -> None:
    """Stop the sender, once enough was acknowledged. Raises what ended it before, and `TimeoutError`."""
    deadline = time.monotonic() + SENDER_SECONDS
    while sender.acknowledged < LEAST and not sending.done() and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    sending.result(SENDER_SECONDS)
    if sender.acknowledged < LEAST:
        raise TimeoutError(f"only {sender.acknowledged} uploads were acknowledged: too few to say anything")


def drain(running: Running) -> float:
    """Wait until no job is left for a while, or the time is up; answer the seconds until then."""
    began = time.monotonic()
    wait_until_up(running.health, running.web)
    quiet = time.monotonic()
    while (now := time.monotonic()) < min(began + DRAIN_SECONDS, quiet + QUIET_SECONDS):
        if running.system.waiting() and not running.worker.ended:
            quiet = now
        time.sleep(0.05)
    return quiet - began


def run(system: System, kills: int, seed: int, log: IO[bytes]) -> tuple[dict[str, int], dict[str, object]]:
    """Torment a system; answer the faults and what else is worth knowing."""
    sender = Sender(system, random.Random(f"sender {seed}"))
    stop = threading.Event()
    running = Running(system, log)
    with ThreadPoolExecutor(1) as threads:
        try:
            wait_until_up(running.health, running.web)
            sending = threads.submit(sender.run, stop)
            hit = torment(running, sender, kills, random.Random(f"kills {seed}"))
            finish(sender, sending, stop)
            drained = drain(running)
        finally:
            stop.set()
            running.stop()
    left = sum(_is_inside(process, system.folder) for process in psutil.process_iter())
    seen = system.look(sender.ledger)
    faults = check(sender.ledger, seen) | {
        "wrong reads": sender.wrong_reads,
        "processes that ended by themselves": running.died,
        "processes left running": left,
    }
    return faults, {
        **dict(sorted(hit.items())),
        "uploads sent": len(sender.ledger),
        "uploads acknowledged": sender.acknowledged,
        "submissions received": len(seen.states),
        "datasets published": len(seen.datasets),
        "versions published": len(seen.versions),
        "versions published after one that was sent later": overtaken(sender.ledger, seen.versions),
        **sender.notes,
        "seconds until the queue was empty": f"{drained:.1f}",
        **seen.notes,
    }


def main() -> None:
    """Run, print, and end with 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", action="store_true", help="torment the naive portal instead; it must break")
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kakehashi-crash-", ignore_cleanup_errors=True) as folder:
        place = Path(folder) / "portal"
        place.mkdir()
        with (Path(folder) / "log").open("ab") as log:
            system = Control(place) if chosen.control else Portal(place)
            faults, notes = run(system, chosen.kills, chosen.seed, log)
        written = (Path(folder) / "log").read_text(errors="replace")
    name = "the naive control" if chosen.control else "Kakehashi"
    print(f"{name}: {chosen.kills} kills, seed {chosen.seed}, {time.monotonic() - began:.0f} s\n")
    for what, count in {**notes, "tracebacks in the log": written.count("Traceback (most recent")}.items():
        print(f"{count!s:>7}  {what}")
    print("\nMust be 0:")
    for what, count in faults.items():
        print(f"{count:>7}  {what}{'   BROKEN' if count else ''}")
    if any(faults.values()):
        print(f"\n{name} BROKE ITS PROMISES. The end of its log:\n{written[-4000:]}")
        raise SystemExit(1)
    print(f"\n{name} kept its promises.")


if __name__ == "__main__":
    # A terminal's Ctrl-C reaches only us: the groups are in sessions of their own.
    os.chdir(ROOT)
    main()
