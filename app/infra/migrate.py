"""Brings the database to the newest schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

if TYPE_CHECKING:
    from app.infra.db import Database

SCRIPTS = Path(__file__).parent / "migrations"
# Any number will do, as long as nothing else in the database locks the same one.
LOCK = 0x6B616B65


def migrate(database: Database) -> None:
    """Run the migrations that the database has not seen, in one transaction; several at once take turns."""
    config = _config()
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            # SQLite's writers take turns anyway; here the second would make tables that the first is making.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Say whether the database has seen every migration."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config
