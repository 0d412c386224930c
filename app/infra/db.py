"""The database: models' base, one engine that writes and one that only reads.

SQLite runs in WAL with `BEGIN IMMEDIATE` for writes: a deferred transaction that reads before it writes
fails at once when another one wrote meanwhile. PostgreSQL is a URL away; no statement here is SQLite's own
but the pragmas. Flask-SQLAlchemy makes and disposes of the engines of an application; nothing else of it is
used, since features know neither requests nor application contexts.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Engine, MetaData, String, TypeDecorator, event, make_url
from sqlalchemy.orm import DeclarativeBase, Session

from app.infra.direct import Direct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
    from sqlalchemy.pool import ConnectionPoolEntry

    from app.infra.question import Question

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA journal_size_limit=67108864",
)
# Opened when they are needed first and kept: opening one takes longer than most questions. The one that was used last
# is used next, since it remembers the pages that it read.
READERS = 16
_READ = "read"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time. Databases without zones keep it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse naive times: they would be read in another zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "naive datetime"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """Give the zone back that SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables. Constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        str: String,
    }


class Database:
    """Opens sessions: `write` for one unit of work, `read` for looking only."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        self.url = address
        self._extension = SQLAlchemy(metadata=Base.metadata)
        self._write: Engine | None = None
        self._read: Engine | None = None
        self._direct: Direct | None = None

    @property
    def is_sqlite(self) -> bool:
        """The embedded database is in use."""
        return self.url.get_backend_name() == "sqlite"

    def init_app(self, app: Any) -> None:
        """Make the engines for an application."""
        url = self.url.render_as_string(hide_password=False)
        read: dict[str, Any] = {"url": url, "json_deserializer": _from_json}
        if self.is_sqlite:
            read |= {"pool_size": READERS, "pool_use_lifo": True}
        else:
            read |= {"pool_pre_ping": True, "execution_options": {"postgresql_readonly": True}}
        app.config["SQLALCHEMY_DATABASE_URI"] = url
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
            "pool_pre_ping": not self.is_sqlite,
            "json_deserializer": _from_json,
        }
        app.config["SQLALCHEMY_BINDS"] = {_READ: read}
        self._extension.init_app(app)
        with app.app_context():
            self._write, self._read = self._extension.engines[None], self._extension.engines[_READ]
        self._direct = Direct(self._read)
        if self.is_sqlite:
            _prepare_sqlite(self._write, _begin_writing, ())
            _prepare_sqlite(self._read, _begin_reading, ("PRAGMA query_only=ON",))

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations and backups."""
        if self._write is None:
            message = "Database.init_app has not run"
            raise RuntimeError(message)
        return self._write

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a session that may write. It rolls back unless the caller commits."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that cannot write; it sees one state of the database."""
        with Session(self._read, expire_on_commit=False) as session:
            yield session

    def ask(self, question: Question, keys: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Answer the rows of a question as things are now, at a tenth of what a session costs."""
        return self._asked().ask(question, keys)

    def state(self) -> object:
        """Answer something that equals an earlier answer of this process only if nothing was committed in between.

        Costs a few microseconds on SQLite and one short question on PostgreSQL. Where the database does not answer,
        the answer equals no other.
        """
        return self._asked().state()

    def _asked(self) -> Direct:
        if self._direct is None:
            message = "Database.init_app has not run"
            raise RuntimeError(message)
        return self._direct

    def dispose(self) -> None:
        """Close pooled connections, as a process must after it was forked."""
        if self._direct is not None:
            self._direct.forget()
        for engine in (self._write, self._read):
            if engine is not None:
                engine.dispose(close=False)


def _from_json(written: str | bytes) -> Any:
    """Read JSON in a third of the time; lone surrogates and what is no JSON to the letter only Python's own reads."""
    try:
        return msgspec.json.decode(written)
    except (msgspec.MsgspecError, UnicodeError):
        return json.loads(written)


def _prepare_sqlite(engine: Engine, begin: Callable[[Connection], None], extra: tuple[str, ...]) -> None:
    def connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver's own BEGIN is deferred; ours is sent by the event below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (*PRAGMAS, *extra):
            cursor.execute(pragma)
        cursor.close()

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    # It waits for nobody and so cannot fail as the other can: the driver is asked itself, which every reader feels.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN")
