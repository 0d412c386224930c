"""`kakehashi doctor`: looks at what the portal stands on and says what is wrong."""

from __future__ import annotations

import contextlib
import os
import platform
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app import audit, wiring
from app.cli.portal import look_at_portal
from app.infra.migrate import is_current
from app.infra.sandbox import file_wall, network_wall
from app.kernel.errors import AppError
from app.settings import PRODUCTION, WHOOSH

if TYPE_CHECKING:
    from app.wiring import Services

PYTHON = (3, 11)
# Ids of datasets that a line names.
IDS = 5
# Before these SQLite can lose committed writes when two connections reset the log at once.
SQLITE_GOOD = (3, 51, 3)
SQLITE_BACKPORTS = ((3, 44, 6), (3, 50, 7))


class Health(StrEnum):
    """How a check ended; only `FAIL` makes the command end with 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check."""

    health: Health
    what: str
    saying: str


@click.command()
def doctor() -> None:
    """Check versions, folders, database, secrets, jobs, index and audit record."""
    services = look_at_portal()
    findings = list(examine(services))
    for finding in findings:
        click.echo(f"{finding.health:5} {finding.what}: {finding.saying}")
    if any(finding.health is Health.FAIL for finding in findings):
        raise SystemExit(1)


def examine(services: Services) -> Iterator[Finding]:
    """Look at each part."""
    yield _python()
    yield sqlite(sqlite3.sqlite_version_info) if services.database.is_sqlite else _database(services)
    yield _folder(services)
    yield _secret(services)
    yield from _sandbox()
    schema = _schema(services)
    yield schema
    if schema.health is Health.FAIL:
        # What follows reads tables that are not there, or not as this release knows them.
        return
    yield _jobs(services)
    yield _index(services)
    yield _audit(services)


def _python() -> Finding:
    health = Health.OK if sys.version_info >= PYTHON else Health.FAIL
    return Finding(health, "Python", platform.python_version())


def sqlite(version: tuple[int, int, int]) -> Finding:
    """Judge a version of SQLite's library."""
    written = ".".join(map(str, version))
    good = version >= SQLITE_GOOD or any(version[:2] == fixed[:2] and version >= fixed for fixed in SQLITE_BACKPORTS)
    if good:
        return Finding(Health.OK, "SQLite", written)
    return Finding(
        Health.WARN,
        "SQLite",
        f"{written} has a fault that can lose committed writes under load (WAL reset); use 3.51.3 or newer, "
        "or PostgreSQL, in production",
    )


def _database(services: Services) -> Finding:
    return Finding(Health.OK, "database", services.database.url.get_backend_name())


def _folder(services: Services) -> Finding:
    folder = services.settings.data_dir.resolve()
    health = Health.OK if os.access(folder, os.W_OK) else Health.FAIL
    free = os.statvfs(folder)
    return Finding(health, "data folder", f"{folder}, {free.f_bavail * free.f_frsize // 1024**3} GB free")


def _secret(services: Services) -> Finding:
    if services.settings.secret_key:
        return Finding(Health.OK, "secret key", "from the environment")
    health = Health.FAIL if services.settings.environment == PRODUCTION else Health.OK
    mode = (services.settings.data_dir / "secret-key").stat().st_mode & 0o777
    if mode & 0o077:
        return Finding(Health.FAIL, "secret key", f"the file in the data folder can be read by others ({mode:o})")
    return Finding(health, "secret key", "made by the portal, kept in the data folder")


def _sandbox() -> Iterator[Finding]:
    network, files = network_wall(), file_wall()
    yield Finding(Health.WARN if network == "hook" else Health.OK, "reader's network wall", network)
    yield Finding(Health.WARN if files == "none" else Health.OK, "reader's file wall", files)


def _schema(services: Services) -> Finding:
    if is_current(services.database):
        return Finding(Health.OK, "database schema", "current")
    return Finding(Health.FAIL, "database schema", "out of date; run kakehashi migrate")


def _jobs(services: Services) -> Finding:
    counts = services.queue.counts()
    dead = counts.get("dead", 0)
    waiting = sum(counts.values()) - dead
    if dead:
        reasons = "; ".join(f"{job.kind}: {reason}" for job, reason in services.queue.dead(3))
        return Finding(Health.WARN, "jobs", f"{waiting} waiting, {dead} dead ({reasons})")
    return Finding(Health.OK, "jobs", f"{waiting} waiting, none dead")


def _index(services: Services) -> Finding:
    try:
        found = wiring.drift(services)
        stamp = services.upkeep.stamp()
    except AppError as error:
        return Finding(Health.WARN, "search index", f"{_engine(services)}: {error.message.en}")
    what = f"{_engine(services)}, at {stamp or 'no index yet'}"
    if not services.upkeep.is_current():
        return Finding(
            Health.WARN,
            "search index",
            f"{what}: not made by this release with this engine; a worker makes it anew, and so does kakehashi reindex",
        )
    if not found:
        return Finding(Health.OK, "search index", f"{what}, says what the catalogue says")
    kinds = (("missing", found.missing), ("stale", found.stale), ("extra", found.extra))
    return Finding(
        Health.WARN,
        "search index",
        f"{what}: {', '.join(_some(ids, kind) for kind, ids in kinds)}; a worker mends it at start and every hour",
    )


def _some(ids: tuple[str, ...], kind: str) -> str:
    """Count ids and name the first."""
    named = f" ({', '.join(ids[:IDS])}{', …' if len(ids) > IDS else ''})" if ids else ""
    return f"{len(ids)} {kind}{named}"


def _engine(services: Services) -> str:
    """Name the engine and, where its index is in the data folder, how much it takes there."""
    url = services.settings.search_url
    if url and url != WHOOSH:
        return "OpenSearch"
    name, folder = ("Whoosh", "index-whoosh") if url else ("tantivy", "index")
    return f"{name}, {_bytes(services.settings.data_dir / folder) / 1_000_000:.1f} MB"


def _bytes(folder: Path) -> int:
    """Count the bytes of files; those that go away meanwhile count nothing."""
    size = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            size += path.stat().st_size
    return size


def _audit(services: Services) -> Finding:
    with services.database.read() as session:
        broken = audit.verify(session)
    if broken is None:
        return Finding(Health.OK, "audit record", "every row holds")
    return Finding(Health.FAIL, "audit record", f"does not hold from row {broken}")
