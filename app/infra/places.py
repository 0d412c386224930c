"""Places for work that only so many may do at a time, and a short queue before them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.kernel.errors import AppError


class Places:
    """`size` work at a time, `queue` more wait for up to `seconds`; all others are told what `full` says, at once."""

    def __init__(self, size: int, *, queue: int, seconds: float, full: Callable[[], AppError]) -> None:
        self._seconds = seconds
        self._full = full
        self._within = threading.BoundedSemaphore(size + queue)
        self._places = threading.BoundedSemaphore(size)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place. Raises what `full` makes where there is none."""
        if not self._within.acquire(blocking=False):
            raise self._full()
        try:
            if not self._places.acquire(timeout=self._seconds):
                raise self._full()
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._within.release()

    def demand_room(self) -> None:
        """Raise what `full` makes where nobody could wait any more, before anything is done for somebody."""
        if not self._within.acquire(blocking=False):
            raise self._full()
        self._within.release()
