"""The database keeps what was committed, and readers cannot write."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from app.infra.db import Base
from app.infra.jobs import JobRow, enqueue
from app.infra.migrate import is_current
from tests.factories import Portal


def test_migrations_make_the_tables_that_the_models_say(portal: Portal) -> None:
    with portal.services.database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert differences == []
    assert is_current(portal.services.database)


def test_a_reading_session_cannot_write(portal: Portal) -> None:
    with portal.services.database.read() as session, pytest.raises(DBAPIError):
        session.execute(text("DELETE FROM jobs"))


def test_a_session_that_does_not_commit_changes_nothing(portal: Portal) -> None:
    with portal.services.database.write() as session:
        enqueue(session, "x", {}, now=portal.services.clock())
        session.flush()

    with portal.services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(JobRow)) == 0


def test_concurrent_read_then_write_transactions_all_succeed(portal: Portal) -> None:
    database, clock = portal.services.database, portal.services.clock
    failures: list[Exception] = []

    def read_then_write() -> None:
        for _ in range(25):
            try:
                with database.write() as session:
                    session.scalar(select(func.count()).select_from(JobRow))
                    enqueue(session, "x", {}, now=clock())
                    session.commit()
            except DBAPIError as error:
                failures.append(error)

    threads = [threading.Thread(target=read_then_write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(JobRow)) == 100


def test_a_time_without_a_zone_is_refused(portal: Portal) -> None:
    naive = datetime(2026, 4, 1)  # noqa: DTZ001 - the point of the test
    with portal.services.database.write() as session:
        enqueue(session, "x", {}, now=naive)
        with pytest.raises(StatementError, match="naive datetime"):
            session.flush()
