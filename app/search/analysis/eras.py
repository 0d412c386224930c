"""Years in both calendars: 令和3年度, R3 and 2021年度 are one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from app.search.analysis.characters import fold

# Newest first: an era's letter, its first year and its last. The present one goes on for as long as may be asked.
_ERAS = MappingProxyType(
    {
        "令和": ("r", 2019, 2100),
        "平成": ("h", 1989, 2019),
        "昭和": ("s", 1926, 1989),
        "大正": ("t", 1912, 1926),
        "明治": ("m", 1868, 1912),
    }
)
_OF_LETTER = {letter: name for name, (letter, *_) in _ERAS.items()}
_NAMES = "|".join(_ERAS)
# A year in folded text. Letters alone stand for an era where 年 follows, and 令和 and 平成 also without.
YEAR = re.compile(
    rf"(?:(?P<era>{_NAMES})(?P<count>\d{{1,2}})(?!\d)|(?<![a-z0-9])(?P<letter>[mtsrh])(?P<short>\d{{1,2}})(?=年)"
    r"|(?<![a-z0-9])(?P<alone>[rh])(?P<bare>\d{1,2})(?![a-z0-9])|(?<![a-z0-9])(?:fy)?(?P<year>(?:18|19|20)\d\d)(?![a-z0-9]))"
    r"(?P<unit>年度|年)?(?P<day>(?<=年)\d{1,2}月(?:\d{1,2}日)?)?",
    re.ASCII,
)


_FISCAL = "年度"
# Numerals count: 二〇二一年, 元年.
_DIGITS = re.compile(r"\d|[〇一二三四五六七八九十元]年")
_DIGIT = re.compile("[0-9]")


def others(written: str) -> tuple[str, ...]:
    """Answer how else a year may be written, what follows it kept; empty for what is no year."""
    found = YEAR.fullmatch(written)
    year = _year(found) if found else None
    if found is None or year is None:
        return ()
    rest = (found["unit"] or "") + (found["day"] or "")
    return tuple(name + rest for name in _names(year) if name + rest != written)


def token_of(written: str) -> str:
    """Answer the token that stands in an index for a year, however it is written there; empty for what is no year."""
    found = YEAR.fullmatch(written)
    return next(reversed(tuple(_tokens(found))), "") if found else ""


def tokens_of(text: str) -> list[str]:
    """Answer the tokens of all years in a text: `@2021` and, where 年度 or a day follows, also `@2021年度`."""
    return tokens_in(fold(text)) if _DIGITS.search(text) else []


def tokens_in(folded: str) -> list[str]:
    """Answer the tokens of all years in a text that is folded."""
    if not _DIGIT.search(folded):
        return []
    return list(dict.fromkeys(token for found in YEAR.finditer(folded) for token in _tokens(found)))


def _tokens(found: re.Match[str]) -> Iterator[str]:
    """List what a year is looked up by, the widest first."""
    year = _year(found)
    if year is None:
        return
    yield f"@{year}"
    if found["unit"] == _FISCAL:
        yield f"@{year}{_FISCAL}"
    elif day := found["day"]:
        month, _, date = day.partition("月")
        yield f"@{year}年{month}月"
        if date:
            yield f"@{year}年{day}"


def _year(found: re.Match[str]) -> int | None:
    if found["year"]:
        return int(found["year"])
    era = found["era"] or _OF_LETTER[found["letter"] or found["alone"]]
    _, first, last = _ERAS[era]
    year = first - 1 + int(found["count"] or found["short"] or found["bare"])
    return year if first <= year <= last else None


def _names(year: int) -> Iterator[str]:
    """List the year in all calendars, one year may belong to two eras."""
    yield str(year)
    for era, (letter, first, last) in _ERAS.items():
        if first <= year <= last:
            yield f"{era}{year - first + 1}"
            yield f"{letter}{year - first + 1}"
