"""Unmet demand as the faces call it: what is counted, and what is shown of it."""

from __future__ import annotations

from dataclasses import dataclass

from app.search.demand.searched import Searched
from app.search.demand.topics import Topics


@dataclass(frozen=True, slots=True)
class Demand:
    """The counts and the topics that are made of them."""

    searched: Searched
    topics: Topics

    def refresh(self) -> int:
        """Forget what may not be kept any longer, and bring the topics up to date; count what changed."""
        return self.searched.forget() + self.topics.refresh()
