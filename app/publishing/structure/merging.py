"""Cells merged into one: what each of them says, by row and column. Bounded, for ranges are a stranger's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.publishing.decoding import Unreadable
from app.publishing.structure.cells import cell_at

MOST_MERGED = 1_000_000


@dataclass(frozen=True, slots=True)
class Merge:
    """A range of merged cells: rows and columns from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Merges:
    """All merged ranges of a sheet. `words` are the cells but the first, with the word of the first."""

    ranges: tuple[Merge, ...] = ()
    words: dict[int, dict[int, str]] = field(default_factory=dict)

    def spread(self, number: int, cells: Sequence[str]) -> list[str]:
        """Write a row with the words of its merged cells filled in."""
        spread = list(cells)
        for column, word in self.words.get(number, {}).items():
            spread += [""] * (column + 1 - len(spread))
            spread[column] = word
        return spread

    def across(self, number: int) -> list[Merge]:
        """List the ranges of several columns that begin in a row."""
        return [each for each in self.ranges if each.top == number and each.right > each.left]


def find_merges(rows: Sequence[Sequence[str]], ranges: Iterable[Merge]) -> Merges:
    """Take what lies within the rows. Raises `Unreadable` where the ranges cover too much."""
    height, width = len(rows), max(map(len, rows), default=0)
    kept = []
    words: dict[int, dict[int, str]] = {}
    count = 0
    for each in ranges:
        bottom, right = min(each.bottom, height - 1), min(each.right, width - 1)
        if each.top > bottom or each.left > right or (each.top, each.left) == (bottom, right):
            continue
        kept.append(Merge(each.top, each.left, bottom, right))
        count += (bottom - each.top + 1) * (right - each.left + 1)
        if count > MOST_MERGED:
            raise Unreadable("table-not-understood", each.top + 1, seen="merged")
        word = cell_at(rows[each.top], each.left)
        if word:
            _spread(word, kept[-1], words)
    return Merges(tuple(kept), words)


def _spread(word: str, merge: Merge, words: dict[int, dict[int, str]]) -> None:
    for row in range(merge.top, merge.bottom + 1):
        for column in range(merge.left, merge.right + 1):
            if (row, column) != (merge.top, merge.left):
                words.setdefault(row, {})[column] = word
