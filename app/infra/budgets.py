"""Budgets that refill with time, shared by all processes of this machine through one small file in memory.

Each client has a level between zero and its quota; it may fall below zero by what turned out to cost more than was
known before. The file never grows: a full set of places forgets who has the most left, which costs nobody anything.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Of a place: whose it is, what is left, of how much, and when that was so.
PLACE = struct.Struct("<Qddd")
WAYS = 8
SETS = 4096
# More than anybody's share of a quota.
_FREE = float("inf")


@dataclass(frozen=True, slots=True)
class Quota:
    """So many points, which come back evenly over so many seconds."""

    points: float
    seconds: float = 60.0

    @property
    def rate(self) -> float:
        """Points that come back in a second."""
        return self.points / self.seconds


@dataclass(frozen=True, slots=True)
class Level:
    """What is left of a quota, negative where it is owed, and how much was missing for what was asked."""

    left: float
    quota: Quota
    missing: float = 0.0

    @property
    def wait(self) -> float:
        """Seconds until what was missing is there."""
        return self.missing / self.quota.rate

    @property
    def full_in(self) -> float:
        """Seconds until all of it is back."""
        return max(0.0, (self.quota.points - self.left) / self.quota.rate)


@dataclass(slots=True)
class _Place:
    at: int
    left: float


class Budgets:
    """Levels by client. Any number of threads and processes may share the file."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time, sets: int = SETS) -> None:
        self._sets, self._clock = sets, clock
        self._lock = threading.Lock()
        size = PLACE.size * WAYS * sets
        # Kept open: processes exclude each other by locks on its bytes.
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(self._file).st_size != size:
            os.ftruncate(self._file, size)
        self._map = mmap.mmap(self._file, size)

    def take(self, client: str, points: float, quota: Quota) -> Level:
        """Take points of a client's budget, or none where some are missing: asking in vain makes nobody wait longer."""
        with self._of(client, quota) as place:
            if place.left < points:
                return Level(place.left, quota, points - place.left)
            place.left -= points
            return Level(place.left, quota)

    def charge(self, client: str, points: float, quota: Quota) -> Level:
        """Take what something has cost already, into debt too; a quota at most is owed. Negative points give back."""
        with self._of(client, quota) as place:
            place.left = max(-quota.points, min(quota.points, place.left - points))
            return Level(place.left, quota)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        os.close(self._file)

    @contextmanager
    def _of(self, client: str, quota: Quota) -> Iterator[_Place]:
        """Have a client's level to oneself, brought up to date, and keep what is made of it."""
        key = int.from_bytes(hashlib.blake2b(client.encode(), digest_size=8).digest(), "little") | 1
        start = (key >> 1) % self._sets * WAYS * PLACE.size
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX, PLACE.size, start)
            try:
                now = self._clock()
                place = self._found(start, key, now, quota)
                yield place
                PLACE.pack_into(self._map, place.at, key, place.left, quota.points, now)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, PLACE.size, start)

    def _found(self, start: int, key: int, now: float, quota: Quota) -> _Place:
        """Find a client's place, or that of whoever would have the most again by now and so misses it least."""
        most, chosen = -2.0, start
        for at in range(start, start + WAYS * PLACE.size, PLACE.size):
            owner, left, points, then = PLACE.unpack_from(self._map, at)
            # A clock that was set back gives nothing, and takes nothing.
            waited = max(0.0, now - then)
            if owner == key:
                return _Place(at, min(quota.points, left + waited * quota.rate))
            again = left / points + waited / quota.seconds if owner else _FREE
            if again > most:
                most, chosen = again, at
        return _Place(chosen, quota.points)
