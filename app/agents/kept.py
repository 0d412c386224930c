"""What was found out about tables, kept by their files: those never change, so it is found out once a process."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from app.kernel.errors import AppError

if TYPE_CHECKING:
    from collections.abc import Callable

_Fact = TypeVar("_Fact")
_MOST = 2000


class Kept(Generic[_Fact]):
    """Facts by the ids of frames. What cannot be found out now is `unknown`, and tried again the next time."""

    def __init__(self, unknown: _Fact) -> None:
        self._unknown = unknown
        self._facts: dict[str, _Fact] = {}
        self._lock = Lock()

    def of(self, table: str, look: Callable[[], _Fact]) -> _Fact:
        """Answer what is kept of a table, or look."""
        with self._lock:
            if table in self._facts:
                return self._facts[table]
        try:
            fact = look()
        except AppError:
            return self._unknown
        with self._lock:
            if len(self._facts) >= _MOST:
                self._facts.pop(next(iter(self._facts)))
            self._facts[table] = fact
        return fact
