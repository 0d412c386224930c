"""Small values of every kind, taken from whatever a stranger wrote in their place; empty where it is none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from app.publishing.descriptor.limits import MAX_LINE

_INVISIBLE = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160), 1564, 65279)) | {
    code: None
    for first, last in ((0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069), (0xE0000, 0xE007F))
    for code in range(first, last + 1)
}
_WEB = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")
_SHOWN = 300


def is_blank(value: Any) -> bool:
    """Say whether a value says nothing; 0 and `false` do say something."""
    return value in (None, "", [], {})


def first_of(values: Mapping[str, Any], *keys: str) -> Any:
    """Answer the value of the first of the keys that says something."""
    return next((values[key] for key in keys if not is_blank(values.get(key))), None)


def listed(value: Any) -> list[Any]:
    """Take a list as it is, one value as a list of one."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Leave out empty values and those that were there before."""
    return tuple(dict.fromkeys(value for value in values if value))


def words_of(value: Any) -> str:
    """Take text, or a number as text, without control characters and what turns the direction of writing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).replace("\r\n", "\n").translate(_INVISIBLE).strip()


def line_of(value: Any) -> str:
    """Take text as one line of bounded length."""
    return " ".join(words_of(value)[:MAX_LINE].split())


def link_of(value: Any) -> str:
    """Take an address of the web."""
    words = words_of(value)
    return words if len(words) <= MAX_LINE and _WEB.fullmatch(words) else ""


def email_of(value: Any) -> str:
    """Take a mail address."""
    words = words_of(value).removeprefix("mailto:")
    return words if _EMAIL.fullmatch(words) else ""


def match_of(pattern: re.Pattern[str], value: Any) -> str:
    """Take text of which the pattern matches all."""
    words = words_of(value)
    return words if pattern.fullmatch(words) else ""


def label_of(value: Any) -> str:
    """Take the address or name of something that may be written as an object."""
    return line_of(first_of(value, "uri", "@id", "title", "name", "label") if isinstance(value, dict) else value)


def suffix_of(path: str) -> str:
    """Answer the ending of a file's name, in small letters and without its dot."""
    return PurePosixPath(path).suffix.lower().removeprefix(".")


def shown(value: Any) -> str:
    """Write a value for a problem's report."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:_SHOWN]
