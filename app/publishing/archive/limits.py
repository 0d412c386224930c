"""How much an archive may hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """`ratio` is bytes unpacked per byte packed, `depth` counts folders, `name_bytes` a whole path in UTF-8."""

    entries: int = 1000
    total_bytes: int = 4 * 1024**3
    ratio: int = 200
    depth: int = 10
    name_bytes: int = 200


LIMITS = ArchiveLimits()
