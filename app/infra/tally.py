"""Counts that a process keeps in memory until it writes them to the database: bounded, and safe between threads."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

K = TypeVar("K", bound="Hashable")


class Tally(Generic[K]):
    """Counts of at most `room` different things; what comes beside them is not counted until they were taken."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._counts: Counter[K] = Counter()
        self._lock = Lock()

    def add(self, counted: K) -> None:
        """Count one more."""
        with self._lock:
            if counted in self._counts or len(self._counts) < self._room:
                self._counts[counted] += 1

    @contextmanager
    def taken(self) -> Iterator[Mapping[K, int]]:
        """Take all counts to write them down. Where that fails they come back, as far as there is room."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
        try:
            yield taken
        except BaseException:
            with self._lock:
                for counted, count in taken.items():
                    if counted in self._counts or len(self._counts) < self._room:
                        self._counts[counted] += count
            raise
