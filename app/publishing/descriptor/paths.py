"""What a descriptor points to: it must be a file of the package, and nothing outside is ever opened."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import Any

from app.publishing.archive import name_fault
from app.publishing.descriptor.parsing import parse
from app.publishing.descriptor.reading import Reading
from app.publishing.descriptor.refused import Refused
from app.publishing.descriptor.values import shown

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//")
_SUGGESTIONS = 5  # comparing every missing name with every file would be long work for a hostile descriptor
_COMPARED = 60


def is_remote(path: str) -> bool:
    """Say whether a path begins as an address does."""
    return _SCHEME.match(path) is not None


def packaged(stated: str, reading: Reading, *, remote: str) -> str | None:
    """Answer the name in the archive of a stated path, once it is sure to be one; `remote` is an address's code."""
    path = unicodedata.normalize("NFC", stated).removeprefix("./")
    if is_remote(path):
        reading.report(remote, value=stated)
    elif name_fault(path) is not None:
        reading.report("path-not-allowed", value=stated)
    elif reading.place(path) not in reading.files:
        reading.report("file-not-in-package", value=stated, nearest=_nearest(reading.place(path), reading))
    else:
        return reading.place(path)
    return None


def _nearest(path: str, reading: Reading) -> str:
    """Name up to three files whose own names are like that of the path."""
    tails = {file.rpartition("/")[2][-_COMPARED:]: file for file in sorted(reading.files, reverse=True)}
    missing = sum(found.code == "file-not-in-package" for found in reading.findings.problems)
    wanted = path.rpartition("/")[2][-_COMPARED:]
    close = difflib.get_close_matches(wanted, tails, n=3) if missing < _SUGGESTIONS else []
    return ", ".join(tails[tail] for tail in close or list(tails)[-3:]) or "-"


def referenced(value: Any, what: str, reading: Reading) -> dict[str, Any] | None:
    """Take an object as it stands, or from the file of the package that it is in; `what` is "schema" or "dialect"."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        reading.report(f"{what}-not-understood", value=shown(value))
        return None
    if reading.read_file is None or is_remote(value):
        reading.report(f"external-{what}", value=value)
        return None
    path = packaged(value, reading, remote=f"external-{what}")
    if path is None:
        return None
    try:
        return parse(reading.read_file(path), path)
    except Refused as refused:
        reading.findings.add(refused.problem)
        return None
