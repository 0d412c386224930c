"""Times of day, and days with times (GIF DS-441)."""

from __future__ import annotations

import re
from functools import partial

from app.publishing.forms import dates
from app.publishing.forms.form import LONGEST, Form, Repaired, plain, repaired

RULE = "time-iso"
_HOUR = "(?:[01][0-9]|2[0-3])"
_MINUTE = "[0-5][0-9]"
MINUTES = f"{_HOUR}:{_MINUTE}"
SECONDS = f"{_HOUR}:{_MINUTE}:{_MINUTE}"
ZONE = "(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
DATETIME = f"{dates.DAY}T{SECONDS}(?:\\.[0-9]{{1,6}})?{ZONE}?"

_WRITTEN = re.compile(
    "(?P<half>午前|午後|AM|PM)? *(?P<h>[0-9]{1,2}) *(?:: *(?P<m>[0-9]{2})(?: *: *(?P<s>[0-9]{1,2}))?"
    "|時 *(?:(?P<half_hour>半)|(?P<m2>[0-9]{1,2}) *分 *(?:(?P<s2>[0-9]{1,2}) *秒)?)?) *(?P<after>AM|PM)?",
    re.IGNORECASE,
)
_AFTERNOON = {"午後", "PM"}
_NOON, _MIDNIGHT, _SIXTY = 12, 24, 60


def written(word: str) -> tuple[int, int, int | None] | None:
    """Read a word as a time of day: hour, minute and, where they are written, seconds."""
    if len(word) > LONGEST:
        return None
    match = _WRITTEN.fullmatch(plain(word))
    if match is None or (match["half"] and match["after"]):
        return None
    hour = _hour(int(match["h"]), (match["half"] or match["after"] or "").upper())
    minute = 30 if match["half_hour"] else int(match["m"] or match["m2"] or 0)
    second = match["s"] or match["s2"]
    if hour is None or minute >= _SIXTY or int(second or 0) >= _SIXTY:
        return None
    return hour, minute, None if second is None else int(second)


def _hour(hour: int, half: str) -> int | None:
    """Count from 0 to 23. 午後12時 is noon to one and midnight to others, so it is not read."""
    if not half:
        return hour if hour < _MIDNIGHT else None
    if hour > _NOON or (hour == _NOON and half in {"午前", "午後"}) or (hour == 0 and half in {"AM", "PM"}):
        return None
    return hour % _NOON + _NOON * (half in _AFTERNOON)


def _read(word: str, *, with_seconds: bool) -> Repaired | None:
    found = written(word)
    if found is None:
        return None
    hour, minute, second = found
    if with_seconds:
        return repaired(word, f"{hour:02}:{minute:02}:{second or 0:02}", RULE)
    return None if second is not None else repaired(word, f"{hour:02}:{minute:02}", RULE)


TIMES = Form("time", "time", MINUTES, partial(_read, with_seconds=False), format="%H:%M")
TIMES_WITH_SECONDS = Form("time", "time", SECONDS, partial(_read, with_seconds=True))

_CLEAN = re.compile(DATETIME)


def _read_datetime(word: str) -> Repaired | None:
    if _CLEAN.fullmatch(word):
        return Repaired(word, "")
    parts = _split(word)
    if parts is None:
        return None
    day, clock, zone = parts
    found, time = dates.written(day), written(clock)
    if not isinstance(found, dates.Written) or found.type != "date" or time is None:
        return None
    hour, minute, second = time
    after = f"{found.iso}T{hour:02}:{minute:02}:{second or 0:02}{_zone(zone)}"
    return repaired(word, after, found.rule) if _CLEAN.fullmatch(after) else None


def _split(word: str) -> tuple[str, str, str] | None:
    """Part a word into day, time and zone. Blanks inside a day (令和 8年) leave several places to try."""
    if len(word) > LONGEST:
        return None
    text = plain(word)
    for place in re.finditer("T| +|(?<=日)(?=[0-9午])", text):
        day, clock = text[: place.start()], text[place.end() :]
        zoned = re.fullmatch("([^Z+-]*?) *(Z|[+-][0-9]{2}:?[0-9]{2})?", clock)
        if zoned and day[-1:].isalnum() | (day[-1:] == ")") and written(zoned[1]):
            return day, zoned[1], zoned[2] or ""
    return None


def _zone(zone: str) -> str:
    return zone if ":" in zone or len(zone) < len("+0900") else f"{zone[:3]}:{zone[3:]}"


def _flag_datetime(word: str) -> str | None:
    parts = _split(word)
    return dates.flag(parts[0]) if parts else None


DATETIMES = Form("datetime", "datetime", DATETIME, _read_datetime, _flag_datetime)
