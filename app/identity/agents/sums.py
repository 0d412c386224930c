"""What calls add up to: how many, how many in vain or refused, how much was answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from app.identity.agents.models import CallRow

OK = "ok"
# Not allowed, or not now; other codes say that a call was wrong.
REFUSED = (
    *("denied", "out-of-scope", "too-many-requests", "sign-in-needed"),
    *(f"http-{status}" for status in (400, 401, 403, 413, 415, 421)),
)

Sums = dict[str, int]


def sums_by(calls: Iterable[CallRow]) -> dict[tuple[date, str], Sums]:
    """Add calls up by day (UTC) and tool."""
    found: dict[tuple[date, str], Sums] = {}
    for call in calls:
        sums = found.setdefault(
            (call.at.date(), call.tool),
            dict.fromkeys(("calls", "empty", "refused", "rows", "bytes", "tokens"), 0),
        )
        sums["calls"] += 1
        sums["empty"] += call.found_nothing
        sums["refused"] += call.code in REFUSED
        sums["rows"] += call.rows
        sums["bytes"] += call.bytes
        sums["tokens"] += call.tokens
    return found
