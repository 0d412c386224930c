"""The names of packages and resources, which become parts of addresses and names of files."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Any

from app.publishing.archive import name_fault
from app.publishing.descriptor.limits import MAX_NAME
from app.publishing.descriptor.values import line_of

_NOT_IN_NAMES = re.compile(r"[/\\<>\"'`:|?*#%&{}\x00-\x1f\x7f]")


def name_is_allowed(name: str) -> bool:
    """Say whether a package or resource may bear the name: up to 100 letters that are safe in addresses and files."""
    return (
        0 < len(name) <= MAX_NAME
        and name == name.strip()
        and not name.startswith(".")
        and not _NOT_IN_NAMES.search(name)
        and name_fault(name) is None
    )


def name_as_given(value: Any) -> str:
    """Take a name as it is: one with characters that texts would lose must be refused, not mended."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def name_from(path: str, otherwise: str) -> str:
    """Make a name of a file's name, leaving out what names may not have."""
    stem = unicodedata.normalize("NFC", PurePosixPath(path.replace("\\", "/")).name.partition(".")[0])
    name = _NOT_IN_NAMES.sub("-", line_of(stem))[:MAX_NAME].strip(" .")
    return name if name_is_allowed(name) else otherwise


def unused_name(name: str, taken: set[str]) -> str:
    """Number a name until nothing else bears it, and note it in `taken`, which holds names as `name_key` has them."""
    candidate, number = name, 1
    while name_key(candidate) in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(name_key(candidate))
    return candidate


def name_key(name: str) -> str:
    """Make names equal that differ in nothing but small and capital letters."""
    return unicodedata.normalize("NFC", name.casefold())
