"""Rows that are written together, soon: at most a second later, or once there are a hundred."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

log = logging.getLogger(__name__)

SECONDS, ROWS = 1.0, 100
# Beyond this, while the database does not take them, rows are lost: they are only counted.
ROOM = 5000

Row = dict[str, Any]


class Batch:
    """Gathers rows of all threads; a thread of its own writes them while there are some."""

    def __init__(self, write: Callable[[Sequence[Row]], None]) -> None:
        self._write = write
        self._rows: list[Row] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._full = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_awaited = False

    def add(self, row: Row) -> None:
        """Keep a row for the next writing."""
        with self._lock:
            if len(self._rows) < ROOM:
                self._rows.append(row)
            if not self._is_awaited:
                self._is_awaited = True
                atexit.register(self.flush)
            # A process that was forked has no thread of its parent's.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="calls", daemon=True)
                self._thread.start()
            if len(self._rows) >= ROWS:
                self._full.set()

    def flush(self) -> None:
        """Write what there is. Where the database does not take it, it is tried again with what comes next."""
        with self._writing:
            with self._lock:
                rows, self._rows = self._rows, []
            if not rows:
                return
            try:
                self._write(rows)
            except Exception:
                log.exception("%s calls could not be written down", len(rows))
                with self._lock:
                    self._rows = [*rows, *self._rows][:ROOM]

    def close(self) -> None:
        """Write what there is, and have nothing done at the end of the process."""
        self.flush()
        atexit.unregister(self.flush)

    def _run(self) -> None:
        while True:
            self._full.wait(SECONDS)
            self._full.clear()
            self.flush()
            with self._lock:
                if not self._rows:
                    self._thread = None
                    return
