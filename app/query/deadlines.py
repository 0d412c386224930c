"""One thread that stops what takes too long; a timer for each question would be a thread for each."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Deadline:
    """When something is stopped. `cancel` also forgets what would have been stopped."""

    __slots__ = ("_stop",)

    def __init__(self, stop: Callable[[], object]) -> None:
        self._stop: Callable[[], object] | None = stop

    def cancel(self) -> None:
        """Let it go on."""
        self._stop = None

    def pass_(self) -> None:
        """Stop it, unless it was cancelled."""
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()


class Deadlines:
    """Watches deadlines from a thread that begins with the first one. A process that was forked needs its own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._coming: list[tuple[float, int, Deadline]] = []
        self._thread: threading.Thread | None = None

    def after(self, seconds: float, stop: Callable[[], object]) -> Deadline:
        """Have something stopped in so many seconds; `stop` must be quick and raise nothing."""
        deadline = Deadline(stop)
        entry = (time.monotonic() + seconds, next(self._numbers), deadline)
        with self._changed:
            heapq.heappush(self._coming, entry)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            elif self._coming[0] is entry:
                self._changed.notify()
        return deadline

    def _watch(self) -> None:
        while True:
            with self._changed:
                while not self._coming or (left := self._coming[0][0] - time.monotonic()) > 0:
                    self._changed.wait(left if self._coming else None)
                _, _, deadline = heapq.heappop(self._coming)
            deadline.pass_()
