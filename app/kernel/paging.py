"""A page of something, and where the next one starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`total` counts all items, `offset` those before the first one here."""

    items: tuple[T, ...]
    total: int
    offset: int
    limit: int

    @property
    def next_offset(self) -> int | None:
        """The offset of the next page, `None` on the last one."""
        end = self.offset + len(self.items)
        return end if self.items and end < self.total else None

    @property
    def previous_offset(self) -> int | None:
        """The offset of the page before, `None` on the first one."""
        return max(0, self.offset - self.limit) if self.offset else None
