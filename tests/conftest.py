"""A whole portal in a temporary folder, made as in production; on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import URL, create_engine, make_url, text

from app.kernel.ids import new_id
from app.settings import Settings
from tests import once
from tests.factories import Portal, make_portal, migrate_at
from tests.opensearch.node import node, why_absent
from tests.warm import COLD, Warmth

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
# A file system in memory: each of some ten thousand calls of fsync in a run waits for a disk otherwise.
MEMORY = Path("/dev/shm")
MUCH_MEMORY = 6 << 30
PREFIX = "kakehashi-tests-"
LONGEST_NAME = 200
_OWN_FOLDER = pytest.StashKey[Path]()
_WARMTH = pytest.StashKey[Warmth]()
# An empty portal's database in PostgreSQL, which others are copied from.
MIGRATED = "migrated"


def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary files in memory where there is much, unless TMPDIR says where. Workers find it set."""
    config.stash[_WARMTH] = Warmth()
    config.stash[_WARMTH].install()
    once.keep()
    if "TMPDIR" in os.environ or not _is_roomy(MEMORY):
        return
    _forget_the_killed()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=MEMORY))
    config.stash[_OWN_FOLDER] = folder
    # PostgreSQL's server is somebody else where the tests are root.
    folder.chmod(0o711)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give the memory back."""
    config.stash[_WARMTH].close()
    if folder := config.stash.get(_OWN_FOLDER, None):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Copy the sandbox's children from one that is warm, but for the tests that are about how they start."""
    item.config.stash[_WARMTH].on = not item.nodeid.startswith(COLD)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name long parameters by their length: a name of 18 MB is held, escaped and sent between processes many times."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_NAME:
        return f"{argname}-of-{len(val)}"
    return None


def _forget_the_killed() -> None:
    """Give back what runs that were killed have left."""
    for folder in MEMORY.glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_roomy(folder: Path) -> bool:
    try:
        space = os.statvfs(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK) and space.f_bavail * space.f_frsize >= MUCH_MEMORY


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A PostgreSQL server of the test run's own."""
    pgserver = pytest.importorskip("pgserver", reason="no PostgreSQL binaries for this platform")
    with tempfile.TemporaryDirectory() as folder:
        server = pgserver.get_server(folder)
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        server.cleanup()


@pytest.fixture(scope="session")
def migrated(postgresql: URL, tmp_path_factory: pytest.TempPathFactory) -> URL:
    """The server with an empty portal's database in it, for others to be copied from."""
    admin = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {MIGRATED}"))
    admin.dispose()
    database = postgresql.set(database=MIGRATED).render_as_string(hide_password=False)
    migrate_at(Settings(data_dir=tmp_path_factory.mktemp("migrated"), database_url=database))
    return postgresql


@pytest.fixture(scope="session")
def opensearch_url() -> Iterator[str]:
    """The address of an OpenSearch node of the test run's own.

    Tests that ask for it carry `xdist_group("opensearch")`, so that one worker alone starts one.
    """
    if reason := why_absent():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory() as folder, node(Path(folder)) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Portal]:
    """An empty portal with one organization; every test of it runs on both databases."""
    if request.param == "sqlite":
        made = make_portal(tmp_path)
        yield made
        made.close()
        return
    server: URL = request.getfixturevalue("migrated")
    name = f"test_{new_id().replace('-', '')}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {MIGRATED}"))
        made = make_portal(tmp_path, database_url=server.set(database=name).render_as_string(hide_password=False))
        yield made
        made.close()
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data that is not part of the repository."""
    if not SHARED.is_dir():
        pytest.skip("the shared folder with other publishers' real data is not here")
    return SHARED
