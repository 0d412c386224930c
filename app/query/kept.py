"""What was counted lately; files never change, so that it stays true."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """What was counted lately; files never change, so that it stays true."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = Lock()
        self._values: OrderedDict[Any, Value] = OrderedDict()

    def get(self, key: object) -> Value | None:
        """Answer what is known."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: object, value: Value) -> Value:
        """Keep it, and let go of what was not asked for the longest time."""
        with self._lock:
            self._values[key] = value
            if len(self._values) > self._room:
                self._values.popitem(last=False)
        return value
