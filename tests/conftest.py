"""A whole portal in a temporary folder, made as in production; on SQLite and on PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from app.kernel.ids import new_id
from tests.factories import Portal, make_portal
from tests.opensearch.node import node, why_absent

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A PostgreSQL server of the test run's own."""
    pgserver = pytest.importorskip("pgserver", reason="no PostgreSQL binaries for this platform")
    with tempfile.TemporaryDirectory() as folder:
        server = pgserver.get_server(folder)
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        server.cleanup()


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
    server: URL = request.getfixturevalue("postgresql")
    name = f"test_{new_id().replace('-', '')}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
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
