"""From which version to which: what `since` and `until` mean, as numbers of versions or as days and times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import groupby
from typing import TYPE_CHECKING

from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.query.refusals import refusal_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.catalog.record import VersionRecord
    from app.kernel.errors import BadRequest

TOKYO = timezone(timedelta(hours=9), "JST")
OFFERED = 10
_NUMBER = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A plus that nobody escaped in an address arrives as a blank.
_MOMENT = re.compile(
    r"([0-9-]{10})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)(?:(Z)|[+ -][0-9]{2}:[0-9]{2})?"
)


@dataclass(frozen=True, slots=True)
class Span:
    """What was published after `since` up to `until`. No `since` is before the first version: every row is new."""

    since: VersionRecord | None
    until: VersionRecord


@dataclass(frozen=True, slots=True)
class Day:
    """A day of Japan's time on which something was published: those versions, in their order."""

    day: date
    spans: tuple[Span, ...]


def span(versions: Sequence[VersionRecord], since: str | None, until: str | None) -> Span:
    """Choose the versions, which are newest first. Raises `BadRequest` naming the parameter and what there is.

    A number names the version; 0 is before the first one. A day or time stands for the version that was current then:
    for `since` when the day begins, for `until` when it ends, in Japan's time unless a zone is given. Without `until`
    it is the newest version, without `since` the one before `until`.
    """
    last = _version("until", until, versions, begins=False) if until else versions[0]
    if last is None:
        raise _refused("until", until or "", versions)
    first = _version("since", since, versions, begins=True) if since else _before(versions, last)
    if first is not None and first.number > last.number:
        raise _refused("since", since or "", versions)
    return Span(first, last)


def days(versions: Sequence[VersionRecord]) -> tuple[Day, ...]:
    """List the days on which something was published, the latest first."""
    spans = [Span(_before(versions, each), each) for each in reversed(versions)]
    return tuple(Day(day, tuple(found)) for day, found in groupby(spans, lambda each: _day_of(each.until)))[::-1]


def day(versions: Sequence[VersionRecord], written: str) -> Day:
    """Find one of the days. Raises `NotFound`, also for what is no day."""
    found = next((each for each in days(versions) if each.day.isoformat() == written), None)
    if found is None:
        raise NotFound(
            Text("この日に公開された変更はありません。", "No changes were published on that day, if it is one at all.")
        )
    return found


def _before(versions: Sequence[VersionRecord], version: VersionRecord) -> VersionRecord | None:
    return next((each for each in versions if each.number < version.number), None)


def _day_of(version: VersionRecord) -> date:
    return version.published.astimezone(TOKYO).date()


def _version(name: str, written: str, versions: Sequence[VersionRecord], *, begins: bool) -> VersionRecord | None:
    """Find the version that a value of `since` or `until` means; none is before the first one."""
    if _NUMBER.fullmatch(written):
        number = int(written)
        found = next((each for each in versions if each.number == number), None)
        if found is None and number:
            raise _refused(name, written, versions)
        return found
    try:
        if _DAY.fullmatch(written):
            asked = date.fromisoformat(written)
            last = (lambda each: _day_of(each) < asked) if begins else (lambda each: _day_of(each) <= asked)
        else:
            moment = _moment(written)
            last = lambda each: each.published <= moment  # noqa: E731 - as above
    except ValueError:
        raise _refused(name, written, versions) from None
    return next(filter(last, versions), None)


def _moment(written: str) -> datetime:
    found = _MOMENT.fullmatch(written)
    if found is None:
        raise ValueError(written)
    zone = written[found.end(2) :].replace(" ", "+").replace("Z", "+00:00")
    moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}")
    return moment if moment.tzinfo else moment.replace(tzinfo=TOKYO)


def _refused(name: str, written: str, versions: Sequence[VersionRecord]) -> BadRequest:
    offered = ", ".join(str(each.number) for each in versions[:OFFERED])
    oldest = versions[-1].published.astimezone(UTC).isoformat(timespec="seconds")
    return refusal_of(
        "bad-parameter",
        Text(f"{name} の値を使えません。", f"`{name}` cannot be that."),
        Text(
            f"版の番号（新しい順に {offered}）、または {oldest} より後の日付か日時"
            "（2026-11-28 など）を指定してください。since は until より前です。",
            f"Give the number of a version (newest first: {offered}), or a day or time after {oldest}, such as "
            "2026-11-28. `since` comes before `until`.",
        ),
        place=name,
        value=written,
    )
