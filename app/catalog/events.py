"""What happens to datasets."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class VersionPublished(Event):
    """A version became the current one."""

    version_id: str


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    """A dataset was deprecated, withdrawn or brought back."""


@dataclass(frozen=True, slots=True)
class DescriptionChanged(Event):
    """What is said of a dataset changed, the data did not."""
