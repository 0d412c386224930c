"""The clock that parts are given, so that tests can set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Answer the present time, aware, in UTC."""
    return datetime.now(UTC)
