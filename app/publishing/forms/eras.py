"""The Japanese eras: from which day, under which names, and which of their years there were.

Source: 元号を改める政令 and 改暦 (the Gregorian calendar is in force from 1873-01-01, Meiji 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

GREGORIAN_SINCE = date(1873, 1, 1)


@dataclass(frozen=True, slots=True)
class Era:
    """An era from its first day to its last."""

    first: date
    last: date

    def year(self, number: int) -> int | None:
        """Answer the common year of the era's year, if there was one; 1 is 元年."""
        year = self.first.year + number - 1
        return year if number >= 1 and year <= self.last.year else None


_MEIJI = Era(date(1868, 1, 25), date(1912, 7, 29))
_TAISHO = Era(date(1912, 7, 30), date(1926, 12, 24))
_SHOWA = Era(date(1926, 12, 25), date(1989, 1, 7))
_HEISEI = Era(date(1989, 1, 8), date(2019, 4, 30))
# Nobody knows the last day of the present era; 99 years fit into two digits.
_REIWA = Era(date(2019, 5, 1), date(2117, 12, 31))

ERAS: Mapping[str, Era] = {
    name: era
    for names, era in (
        ("明治 明 M ㍾", _MEIJI),
        ("大正 大 T ㍽", _TAISHO),
        ("昭和 昭 S ㍼", _SHOWA),
        ("平成 平 H ㍻", _HEISEI),
        ("令和 令 R ㋿", _REIWA),
    )
    for name in names.split()
}
NAMES = "明治|大正|昭和|平成|令和|[明大昭平令㍾㍽㍼㍻㋿MTSHRmtshr]"


def era_of(name: str) -> Era:
    """Find an era by any of its names. Raises `KeyError` for what is none."""
    return ERAS[name.upper()]
