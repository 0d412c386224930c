"""Values as people and programs write them, read as what a column holds.

A day, a month or a year stands for all of its moments: `2024-04` is a span, and so is 令和6年度.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.catalog.periods import mentions, plain
from app.kernel.text import Text
from app.query.storage import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.query.question import Scalar

JAPAN = timezone(timedelta(hours=9))
_DIGITS = 38
_WHOLE = re.compile(rf"[+-]?0*[0-9]{{1,{_DIGITS}}}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})([eE][+-]?[0-9]{1,4})?")
_SPECIAL = {"nan": math.nan, "inf": math.inf, "+inf": math.inf, "-inf": -math.inf}
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_YEAR = re.compile(r"[0-9]{1,4}")
_TIME_OF_DAY = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
_CLOCK = re.compile(_TIME_OF_DAY)
_MOMENT = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_TIME_OF_DAY}(Z|[+-][0-9]{{2}}:?[0-9]{{2}})?")
_TRUE, _FALSE = frozenset({"true", "1", "yes", "はい"}), frozenset({"false", "0", "no", "いいえ"})
_LONGEST = 1000
_DECEMBER = 12
_EVENING = time(23, 59, 59, 999999)


@dataclass(frozen=True, slots=True)
class Span:
    """Everything from the first to the last, both included; one value where they are equal."""

    first: Any
    last: Any

    @property
    def single(self) -> bool:
        """Whether it is one value, and no longer time."""
        return self.first is self.last or bool(self.first == self.last)


def written(value: Scalar) -> str:
    """Write a value of JSON as an address would have it, so that both mean the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def span_of(words: str, kind: Kind, *, years: bool = False) -> Span | None:
    """Read a value; `None` where it is none of the kind. `years` says that the integers are years."""
    if len(words) > _LONGEST or "\0" in words or not _storable(words):
        return None
    if kind is Kind.TEXT:
        return _single(unicodedata.normalize("NFC", words))
    text = unicodedata.normalize("NFKC", words).strip()
    if kind is Kind.INTEGER and years:
        return _single(_year(text))
    return _READERS[kind](text)


def spellings(words: str) -> tuple[str, ...]:
    """Answer how the same text may lie in a cell: composed, or in parts as some systems write names of files."""
    return tuple(dict.fromkeys(unicodedata.normalize(form, words) for form in ("NFC", "NFD")))


def truth_of(words: str) -> bool | None:
    """Read a yes or no."""
    text = unicodedata.normalize("NFKC", words[:_LONGEST]).strip().casefold()
    return True if text in _TRUE else False if text in _FALSE else None


def _storable(words: str) -> bool:
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return True


def _single(value: Any) -> Span | None:
    return None if value is None else Span(value, value)


def _integer(text: str) -> Span | None:
    return _single(int(text) if _WHOLE.fullmatch(text) else None)


def _double(text: str) -> Span | None:
    if text.casefold() in _SPECIAL:
        return _single(_SPECIAL[text.casefold()])
    value = float(text) if _NUMBER.fullmatch(text) else math.inf
    return _single(value if math.isfinite(value) else None)


def _boolean(text: str) -> Span | None:
    return _single(truth_of(text))


def _year(text: str) -> int | None:
    if _YEAR.fullmatch(text):
        return int(text)
    days = _japanese(text)
    return days.first.year if days and "年" in text and "月" not in text else None


def _days(text: str) -> Span | None:
    """Read a day, a month or a year, also in the Japanese calendar."""
    found = _PARTIAL.fullmatch(text)
    if not found:
        return _japanese(text)
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        last = first if day else _end_of_month(date(first.year, month or _DECEMBER, 1))
    except ValueError:
        return None
    return Span(first, last)


def _end_of_month(first: date) -> date:
    if first.month == _DECEMBER:
        return first.replace(day=31)
    return first.replace(month=first.month + 1) - timedelta(days=1)


def _japanese(text: str) -> Span | None:
    words = plain(text)
    found = next(iter(mentions(words)), None)
    whole = found and found.period and not words[: found.start].strip() and not words[found.end :].strip()
    if not (found and found.period and whole and found.period.start and found.period.end):
        return None
    return Span(found.period.start, found.period.end)


def _clock(text: str) -> Span | None:
    if not _CLOCK.fullmatch(text):
        return None
    try:
        return _single(time.fromisoformat(text))
    except ValueError:
        return None


def _local(text: str) -> Span | None:
    moment = _moment(text)
    if moment:
        return _single(moment) if moment.tzinfo is None else None
    days = _days(text)
    return days and Span(datetime.combine(days.first, time()), datetime.combine(days.last, _EVENING))


def _instant(text: str) -> Span | None:
    moment = _moment(text)
    span = _single(moment) if moment else _local(text)
    try:
        # Who names no zone means the clocks of Japan.
        return span and Span(*(_in_japan(each).astimezone(UTC) for each in (span.first, span.last)))
    except OverflowError:
        return None


def _in_japan(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)


def _moment(text: str) -> datetime | None:
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


_READERS: Mapping[Kind, Callable[[str], Span | None]] = MappingProxyType(
    {
        Kind.INTEGER: _integer,
        Kind.DOUBLE: _double,
        Kind.BOOLEAN: _boolean,
        Kind.DATE: _days,
        Kind.TIME: _clock,
        Kind.LOCAL: _local,
        Kind.INSTANT: _instant,
    }
)
_DAY = Text("2024-04-01、2024-04、2024、令和6年4月1日", "2024-04-01, 2024-04, 2024 or 令和6年4月1日")
EXAMPLES: Mapping[Kind, Text] = MappingProxyType(
    {
        Kind.INTEGER: Text("整数(1204、-3 など。小数や桁区切りなし)", "a whole number such as 1204 or -3"),
        Kind.DOUBLE: Text("数(0.8、-12 など。桁区切りなし)", "a number such as 0.8 or -12, without separators"),
        Kind.BOOLEAN: Text("true または false", "true or false"),
        Kind.DATE: Text(f"日付({_DAY.ja} など)", f"a date such as {_DAY.en}"),
        Kind.TIME: Text("時刻(09:30 または 09:30:00)", "a time such as 09:30 or 09:30:00"),
        Kind.LOCAL: Text(
            f"時差のない日時(2024-04-01T09:30:00)か日付({_DAY.ja})",
            f"a date and time without a zone (2024-04-01T09:30:00), or {_DAY.en}",
        ),
        Kind.INSTANT: Text(
            f"日時(2024-04-01T09:30:00+09:00)か日付({_DAY.ja})",
            f"a date and time (2024-04-01T09:30:00+09:00), or {_DAY.en}",
        ),
        Kind.TEXT: Text(f"文字({_LONGEST}文字以内)", f"text of up to {_LONGEST} characters"),
    }
)
