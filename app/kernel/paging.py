"""A page of something, and where it lies in the whole."""

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
