"""One connection outside of the pool and of transactions, for what each request asks: a session costs far more."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine

    from app.infra.question import Question

# Both say what this moment's transactions can see: the first counts what other connections committed
# (sqlite.org/pragma.html#pragma_data_version), the second names the transactions that have not ended
# (postgresql.org, "System Information Functions"). Asked through one connection, equal answers mean equal data.
SQLITE_STATE = "PRAGMA data_version"
POSTGRESQL_STATE = "SELECT CAST(pg_current_snapshot() AS text)"


class Direct:
    """Asks a database one short statement at a time; threads take turns."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Any = None
        self._opened = 0
        self._lock = Lock()

    def ask(self, question: Question, keys: Sequence[str]) -> list[tuple[Any, ...]]:
        """Answer the rows of a question as things are now. Raises the driver's `Error`."""
        return self._run(*question.written(self._engine.dialect, keys))[1]

    def state(self) -> object:
        """Answer as `Database.state` does."""
        is_sqlite = self._engine.dialect.name == "sqlite"
        try:
            opened, rows = self._run(SQLITE_STATE if is_sqlite else POSTGRESQL_STATE, ())
        except self._engine.dialect.loaded_dbapi.Error:
            return object()
        # SQLite counts for each connection: a new one may say the same words again.
        return opened, rows[0][0]

    def forget(self) -> None:
        """Let go of the connection, as a process must after it was forked."""
        self._connection = None

    def _run(self, sql: str, bound: Sequence[str] | Mapping[str, str]) -> tuple[int, list[tuple[Any, ...]]]:
        with self._lock:
            if self._connection is not None:
                # It may have been lost since it was used last: a new one is asked again.
                with suppress(self._engine.dialect.loaded_dbapi.Error):
                    return self._answered(sql, bound)
                self._connection = None
            connection = _connected(self._engine)
            self._connection, self._opened = connection, self._opened + 1
            return self._answered(sql, bound)

    def _answered(self, sql: str, bound: Sequence[str] | Mapping[str, str]) -> tuple[int, list[tuple[Any, ...]]]:
        cursor = self._connection.cursor()
        cursor.execute(sql, bound)
        return self._opened, cursor.fetchall()


def _connected(engine: Engine) -> Any:
    """Open a driver's connection without transactions: one would see the same state for ever."""
    connection: Any = engine.raw_connection()
    connection.detach()
    if engine.dialect.name != "sqlite":
        connection.dbapi_connection.autocommit = True
    return connection
