"""Values as words, where a format has no types: as Table Schema writes them by default, so that they read back equal.

Times with a zone are in UTC and end in Z; numbers that are none are NaN, INF and -INF.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def word(value: Any) -> str:
    """Write a cell; nothing for `None`."""
    return WORDS[type(value)](value)


def moment(value: datetime) -> str:
    """Write a moment as ISO 8601."""
    return value.isoformat().replace("+00:00", "Z")


def _float(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"


# How a cell of each type that there is becomes a word.
WORDS: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "",
    str: lambda value: value,
    bool: lambda value: "true" if value else "false",
    int: str,
    float: _float,
    Decimal: lambda value: format(value, "f"),
    date: date.isoformat,
    datetime: moment,
    time: time.isoformat,
}
