"""Moments, and the days that data is about."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.catalog.record import Period
from app.publishing.descriptor.values import first_of, words_of

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?")
_DECEMBER = 12


def moment_of(value: Any) -> datetime | None:
    """Read RFC 3339, or a date alone; without a zone it is UTC."""
    words = words_of(value)
    if not _MOMENT.fullmatch(words):
        return None
    try:
        moment = datetime.fromisoformat(words)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def day_of(value: Any) -> date | None:
    """Read one day: a year or month alone names none."""
    match = _DAY.fullmatch(words_of(value))
    return _first_day(match[0]) if match and match[3] else None


def period_of(value: Any) -> Period | None:
    """Read `{"start", "end"}`, `start/end` (ISO 8601) or one year, month or day."""
    if isinstance(value, dict):
        start, end = first_of(value, "start", "startDate", "from"), first_of(value, "end", "endDate", "to")
    elif isinstance(value, list):
        start, end = (*value, None)[:2]
    else:
        start, slash, end = words_of(value).partition("/")
        end = end if slash else start
    period = Period(_first_day(words_of(start)), _last_day(words_of(end)))
    if period.start and period.end and period.start > period.end:
        return None
    return period if period.start or period.end else None


def _first_day(words: str) -> date | None:
    match = _DAY.fullmatch(words)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None


def _last_day(words: str) -> date | None:
    day, match = _first_day(words), _DAY.fullmatch(words)
    if not day or not match or match[3]:
        return day
    last_month = int(match[2] or _DECEMBER)
    following = (day.year + last_month // _DECEMBER, last_month % _DECEMBER + 1)
    return date(*following, 1) - timedelta(days=1) if following[0] <= date.max.year else date.max
