"""Tells the tables of one sheet apart: those below each other, and those side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.publishing.structure.cells import cell_at, filled, is_blank, is_note, is_number, mostly_values
from app.publishing.structure.headers import Header, Rows, is_header_over

_FEWEST_COLUMNS = 2
_MOST_TITLES = 3
_MOST_PAIRS = 5
_LONGEST_TITLE = 200
_CONTINUED = re.compile("続き|つづき|cont", re.IGNORECASE)


def find_stacked(rows: Rows, start: int, end: int) -> list[tuple[int, int]]:
    """Cut rows where names stand over a new table: after a blank row, or the same names again under a title.

    In both cases the names may have titles of one cell above them. The same names without a title were repeated for a
    new page.
    """
    cuts = [start]
    names: list[str] = []
    for number in range(start, end):
        if len(filled(rows[number])) < _FEWEST_COLUMNS:
            continue
        if not names:
            names = _words(rows[number])
        elif (top := _top_of_table(rows, number, cuts[-1], names)) is not None and is_header_over(rows, number, end):
            cuts.append(top)
            names = _words(rows[number])
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _words(cells: Sequence[str]) -> list[str]:
    return [cells[column].strip() for column in filled(cells)]


def _top_of_table(rows: Rows, number: int, start: int, names: Sequence[str]) -> int | None:
    """Answer where a table begins if this row is its header: at a title below a blank row, or below other rows."""
    top = _top_of_titles(rows, number, start)
    if top <= start:
        return None
    if not filled(rows[top - 1]):
        return top
    return number - 1 if _is_new_title(rows[number - 1]) and _words(rows[number]) == names else None


def _is_new_title(cells: Sequence[str]) -> bool:
    """Say whether one cell alone names what follows, and does not only say that it is continued."""
    shown = filled(cells)
    return len(shown) == 1 and not is_note(cells) and not _CONTINUED.search(cells[shown[0]][:_LONGEST_TITLE])


def _top_of_titles(rows: Rows, number: int, start: int) -> int:
    """Go up over titles that stand right above a header."""
    top = number
    while top > start and number - top < _MOST_TITLES and len(filled(rows[top - 1])) == 1:
        top -= 1
    return top


def is_introduction(rows: Rows, header: Header, start: int, end: int, following: int) -> bool:
    """Say whether rows in front of another table only tell of it: names without data, or a few pairs of words.

    担当課 and 総務課, 調査日 and 2026年4月1日: at most five rows of two cells, of which the second is no number, above
    a table of three columns or more that ends at `following`.
    """
    body = [cells for cells in rows[header.body : end] if filled(cells)]
    if not body:
        return True
    widest = max(len(filled(cells)) for cells in rows[start:end])
    beyond = max(len(filled(cells)) for cells in rows[end:following])
    if len(body) >= _MOST_PAIRS or widest > _FEWEST_COLUMNS or beyond <= _FEWEST_COLUMNS:
        return False
    return not any(is_number(cells[column]) for cells in body for column in filled(cells))


def find_beside(labels: Sequence[str], body: Rows) -> list[tuple[int, int]]:
    """Cut columns into tables: where names come again in the same order, or a blank column parts two sets of them."""
    parts = _parted(labels, body)
    if len(parts) == 1:
        left, right = parts[0]
        return [(left + a, left + b) for a, b in _repeats([label.strip() for label in labels[left:right]])]
    cut = [parts[0]]
    for left, right in parts[1:]:
        if _is_table_of_its_own(labels, cut[-1], (left, right), body):
            cut.append((left, right))
        else:
            cut[-1] = (cut[-1][0], right)
    return [
        (left + a, left + b)
        for left, right in cut
        for a, b in _repeats([label.strip() for label in labels[left:right]])
    ]


def _parted(labels: Sequence[str], body: Rows) -> list[tuple[int, int]]:
    used = {column for cells in body for column in filled(cells)}
    used |= {column for column, label in enumerate(labels) if not is_blank(label)}
    parts: list[tuple[int, int]] = []
    for column in sorted(used):
        if parts and parts[-1][1] == column:
            parts[-1] = (parts[-1][0], column + 1)
        else:
            parts.append((column, column + 1))
    return parts or [(0, len(labels))]


def _repeats(labels: list[str]) -> list[tuple[int, int]]:
    count = len(labels)
    for length in range(_FEWEST_COLUMNS, count // 2 + 1):
        pattern = labels[:length]
        if count % length or pattern * (count // length) != labels:
            continue
        if all(pattern) and len(set(pattern)) == length:
            return [(start, start + length) for start in range(0, count, length)]
    return [(0, count)]


def _is_table_of_its_own(labels: Sequence[str], left: tuple[int, int], right: tuple[int, int], body: Rows) -> bool:
    """The same names again; or words of its own in front of values, and another length."""
    first = {label.strip() for label in labels[slice(*left)]} - {""}
    second = {label.strip() for label in labels[slice(*right)]} - {""}
    if min(len(first), len(second)) < _FEWEST_COLUMNS:
        return False
    if 2 * len(first & second) >= min(len(first), len(second)):
        return True
    keys = [cell for cells in body if not is_blank(cell := cell_at(cells, right[0]))]
    return (
        len(keys) > 1
        and len(set(keys)) == len(keys)
        and not mostly_values(body, right[0], 0.5)
        and any(mostly_values(body, column) for column in range(right[0] + 1, right[1]))
        and _height(body, left) != _height(body, right)
    )


def _height(body: Rows, part: tuple[int, int]) -> int:
    return max((number for number, cells in enumerate(body) if any(map(str.strip, cells[slice(*part)]))), default=-1)
