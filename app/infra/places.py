"""Places for work that only so many may do at a time, and a short queue before them."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.kernel.errors import AppError

# Of those who work or wait, so many may be one client's: it waits for itself once, and is sent away after that.
SHARE = 2


@dataclass(eq=False, frozen=True, slots=True)
class _Turn:
    """Somebody who works or waits; a client without a name is like no other."""

    client: str


class Places:
    """`size` work at a time, `queue` more wait for up to `seconds`; all others are told what `full` says, at once.

    A client who is named has no second place while others wait for one.
    """

    def __init__(self, size: int, *, queue: int, seconds: float, full: Callable[[], AppError]) -> None:
        self._size, self._most = size, size + queue
        self._seconds = seconds
        self._full = full
        self._changed = threading.Condition()
        self._working: list[_Turn] = []
        self._waiting: deque[_Turn] = deque()
        self._last = ""

    @contextmanager
    def taken(self, client: str = "") -> Iterator[None]:
        """Hold a place. Raises what `full` makes where there is none."""
        turn = self._begun(client)
        try:
            yield
        finally:
            with self._changed:
                self._working.remove(turn)
                self._last = client
                self._changed.notify_all()

    def demand_room(self, client: str = "") -> None:
        """Raise what `full` makes where this client could not wait any more, before anything is done for it."""
        with self._changed:
            self._demand_room(client)

    def _demand_room(self, client: str) -> None:
        within = (*self._working, *self._waiting)
        if len(within) >= self._most or (client and sum(each.client == client for each in within) >= SHARE):
            raise self._full()

    def _begun(self, client: str) -> _Turn:
        turn = _Turn(client)
        with self._changed:
            self._demand_room(client)
            self._waiting.append(turn)
            try:
                if not self._changed.wait_for(lambda: self._next() is turn, self._seconds):
                    raise self._full()
                self._working.append(turn)
            finally:
                self._waiting.remove(turn)
                # Who leaves the queue may have stood before somebody whose turn it is.
                self._changed.notify_all()
        return turn

    def _next(self) -> _Turn | None:
        """Say whose turn it is: first come, first served, but of others before one who has or had the last place."""
        if len(self._working) >= self._size:
            return None
        named = {each.client for each in self._working} | {self._last}
        return min(self._waiting, key=lambda each: bool(each.client) and each.client in named)
