"""What a version is called outside: the publisher's label, else its number as a semantic version."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.catalog.record import VersionRecord


def version_name(version: VersionRecord) -> str:
    """Every version of data may break what reads it, so the number is the major one (semver.org, 2.0.0)."""
    return version.label or f"{version.number}.0.0"
