"""Finds the row or rows that name the columns, among the first rows of a region.

The first row that is at least half as wide as most begins the header, unless it is a note or a title over a wider row
of names. It is data where it has values in the same columns as the rows below and no name over values, or where it
and all below name places of Japan. The header goes on downwards through merged cells and where a row without values
names what the one above left open: the parts of a merged cell right above, or gaps to the right of a name. Signs such
as - and … stand where values would, so a row with one is data. A row of units ends it. Upwards it goes on through
groups: words over names that come again, or merged cells narrower than the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from app.catalog import places
from app.publishing.grids import MOST_COLUMNS
from app.publishing.structure.cells import (
    cell_at,
    filled,
    is_blank,
    is_name,
    is_note,
    is_period,
    is_title,
    is_value,
    mostly_values,
    says_nothing,
)
from app.publishing.structure.labels import clean
from app.publishing.structure.merging import Merge, Merges
from app.publishing.structure.unit_rows import is_row_of_units, unit_in

LOOKED_AT = 200
_MOST_HEADER_ROWS = 8
_FEWEST_ROWS = 2
_BODY = 20
_MOST_PAIRS = 10

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Header:
    """Which rows (counted from 0) name the columns, and from which row on there is data. No `rows`: no names.

    `labels` are as they stand there; of several rows joined. `parts` are what each was joined from.
    """

    rows: tuple[int, ...]
    body: int
    labels: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...] = ()

    @property
    def first(self) -> int:
        """The first row that belongs to the table."""
        return self.rows[0] if self.rows else self.body


def find_header(rows: Rows, merges: Merges, start: int, end: int, join: str) -> Header | None:
    """Find the header between two rows; `None` where none of them can be told to be one, nor to be data."""
    end = min(end, start + LOOKED_AT)
    width = min(max((len(rows[number]) for number in range(start, end)), default=0), MOST_COLUMNS + 1)
    top = _first_wide(rows, merges, start, end)
    if top is None:
        return None
    top = _below_pairs(rows, _below_titles(rows, merges, top, end), end)
    if _is_no_header(rows, top, end):
        return None
    if _is_data(rows, top, end):
        return Header((), top, ("",) * width)
    last = _last_row(rows, merges, top, end, width)
    numbers = tuple(range(_first_row(rows, merges, top, start), last + 1))
    header = _joined(rows, merges, numbers, width, join)
    below = header.body
    named = below < end and not set(filled(rows[below])).difference(filled(header.labels))
    if named and is_row_of_units(rows[below], _some(rows, below + 1, end)):
        return _with_units(header, [clean(cell_at(rows[below], column)) for column in range(width)])
    return header


def is_header_over(rows: Rows, number: int, end: int) -> bool:
    """Say whether a row amid others surely begins another table: only different words, over columns of values."""
    cells = rows[number]
    shown = filled(cells)
    words = [cells[column].strip() for column in shown]
    below = [rows[each] for each in range(number + 1, min(end, number + 30))]
    ends = (place for place, each in enumerate(below) if not filled(each) or list(each) == list(cells))
    below = below[: next(ends, len(below))]
    if len(shown) < _FEWEST_ROWS or not below or len(set(words)) < len(words):
        return False
    if not _has_no_values(words) or any(map(is_title, words)):
        return False
    if any(cell_at(each, column).strip() == cells[column].strip() for each in below for column in shown):
        return False
    used = {column for each in below for column in filled(each)}
    return len(used.intersection(shown)) * 5 >= len(used) * 4 and any(
        mostly_values(below, column) for column in shown if not is_period(cells[column])
    )


def _first_wide(rows: Rows, merges: Merges, start: int, end: int) -> int | None:
    """Find the first row that is as wide as rows of the table are: at least half as many cells as most have."""
    counts = {number: len(filled(rows[number])) for number in range(start, end)}
    wide = [count for count in counts.values() if count > 1]
    if not wide:
        return _single_column(rows, start, end)
    threshold = max(2, median(wide) / 2)
    for number, count in counts.items():
        spread = len(filled(merges.spread(number, rows[number]))) if count > 1 else count
        if spread >= threshold and not is_note(rows[number]):
            return number
    return None


def _single_column(rows: Rows, start: int, end: int) -> int | None:
    shown = {number: columns for number in range(start, end) if (columns := filled(rows[number]))}
    if len({columns[0] for columns in shown.values()}) != 1:
        return None
    return next(iter(shown))


def _below_titles(rows: Rows, merges: Merges, top: int, end: int) -> int:
    """Pass over a wide row that is written like a title where the next one has more names."""
    following = next((number for number in range(top + 1, end) if filled(rows[number])), None)
    if following is None:
        return top
    here, there = filled(rows[top]), filled(rows[following])
    names = all(is_name(rows[following][column]) or is_period(rows[following][column]) for column in there)
    titles = any(is_title(rows[top][column]) for column in here)
    if names and len(there) > len(here) and titles and not _groups(rows, merges, top, following):
        return following
    return top


def _below_pairs(rows: Rows, top: int, end: int) -> int:
    """Pass over rows such as 担当課 and 総務課 where names twice as wide stand over values within ten rows.

    Both have to begin in the same column: names of groups have those of their columns further right.
    """
    above: list[list[int]] = [filled(rows[top])]
    for number in range(top + 1, min(end, top + _MOST_PAIRS)):
        shown = filled(rows[number])
        narrow = all(2 * len(each) <= len(shown) and shown[0] in {each[0], above[0][0]} for each in above)
        if shown and narrow and shown[0] == above[0][0] and is_header_over(rows, number, end):
            return number
        above += [shown] if shown else []
    return top


def _is_data(rows: Rows, top: int, end: int) -> bool:
    """Say whether even the first row holds values where all others do, and names nowhere above values."""
    body = [rows[number] for number in range(top + 1, end) if len(filled(rows[number])) > 1 or len(rows[number]) == 1]
    cells = rows[top]
    values = [column for column in filled(cells) if is_value(cells[column])]
    if not values and len(body) >= _FEWEST_ROWS:
        return any(_all_places([cells, *body], column) for column in filled(cells))
    if len(body) < _FEWEST_ROWS - 1 or not values:
        return False
    alike = [column for column in values if mostly_values(body, column)]
    named = [column for column in filled(cells) if is_name(cells[column]) and mostly_values(body, column)]
    if not alike or named or _counts_up(cells, values):
        return False
    if all(is_period(cells[column]) for column in alike):
        return all(_all_periods(body, column) for column in alike)
    return len(body) >= _FEWEST_ROWS or len(alike) == len(values)


def _is_no_header(rows: Rows, top: int, end: int) -> bool:
    """Say whether a row names nothing, for it is all numbers, and is no row of data, for those below differ."""
    cells = rows[top]
    shown = filled(cells)
    body = [rows[number] for number in range(top + 1, end) if filled(rows[number])]
    values = all(is_value(cells[column]) and not is_period(cells[column]) for column in shown)
    return values and not any(mostly_values(body, column) for column in shown)


def _counts_up(cells: Sequence[str], values: list[int]) -> bool:
    """Say whether values are names after all: behind a word come 1, 2, 3 and so on."""
    words = [cells[column].strip() for column in values]
    if len(words) <= _FEWEST_ROWS or len(words) == len(filled(cells)):
        return False
    if not all(word.isascii() and word.isdigit() for word in words):
        return False
    return all(int(right) == int(left) + 1 for left, right in pairwise(words))


def _all_places(rows: Rows, column: int) -> bool:
    """Say whether a column names prefectures or municipalities from the very first row on."""
    words = [cell.strip() for cells in rows if (cell := cell_at(cells, column))]
    return len(words) == len(rows) and (
        all(word in places.prefectures() for word in words)
        or all(word in places.names() or word in places.ward_names() for word in words)
    )


def _all_periods(body: Rows, column: int) -> bool:
    return all(is_period(cell) for cells in body if (cell := cell_at(cells, column)))


def _groups(rows: Rows, merges: Merges, above: int, below: int) -> bool:
    """Say whether a row names groups of the columns that the row below names."""
    cells, names = rows[above], rows[below]
    if filled(cells) and any(is_value(cells[column]) and not is_period(cells[column]) for column in filled(cells)):
        return False
    width = len(filled(merges.spread(below, names)))
    spans = merges.across(above)
    if any(each.right - each.left + 1 < width for each in spans) and len(filled(cells)) > 1:
        return True
    if len(spans) == 1 and _is_group(cells, spans[0], names):
        return True
    if spans or len(filled(cells)) < 2 or any(is_title(cells[column]) for column in filled(cells)):  # noqa: PLR2004 - one alone is a title
        return False
    words = [clean(names[column]) for column in filled(names)]
    # 区分 stands above a gap, and the names of a group begin to its right.
    return len(set(words)) < len(words) or (bool(words) and filled(cells)[0] < filled(names)[0])


def _is_group(cells: Sequence[str], span: Merge, names: Sequence[str]) -> bool:
    """Say whether one merged cell alone is for some of the columns below; a title begins above the first one."""
    return span.left > min(filled(names), default=0) and not is_title(cells[span.left])


def _first_row(rows: Rows, merges: Merges, top: int, start: int) -> int:
    while top > start and _groups(rows, merges, top - 1, top):
        top -= 1
    return top


def _last_row(rows: Rows, merges: Merges, top: int, end: int, width: int) -> int:
    """Follow a header downwards: as far as its cells are merged, and while a row names what the one above left open."""
    last = top
    while last + 1 < end and last - top < _MOST_HEADER_ROWS:
        under = [each for each in merges.ranges if top <= each.top <= last < each.bottom and each.bottom < end]
        if not (under and _has_no_values(rows[last + 1])) and not _names_more(rows, merges, top, last, end, width):
            break
        last += 1
    return last if last + 1 <= end else top


def _has_no_values(cells: Sequence[str]) -> bool:
    """Say whether a row may be names: it has no value but years, and no sign that stands where a value would."""
    return not any((is_value(cell) and not is_period(cell)) or says_nothing(cell) for cell in cells)


def _names_more(rows: Rows, merges: Merges, top: int, last: int, end: int, width: int) -> bool:  # noqa: PLR0917 - a place among rows
    cells = rows[last + 1]
    shown = filled(cells)
    if not shown or not _has_no_values(cells) or is_note(cells):
        return False
    body = _some(rows, last + 2, end)
    if not any(mostly_values(body, column, 0.5) for column in shown):
        return False
    if last == top and _translates(rows[top], cells, body):
        return True
    named = {column for row in range(top, last + 1) for column in filled(rows[row])}
    # Only what is merged in the row right above is still to be parted: further down there is data already.
    if merged := {column for each in merges.across(last) for column in range(each.left, each.right + 1)}:
        return bool(merged.intersection(shown))
    opened = [column for column in range(width) if column not in named]
    # Without merged cells the names must lie under gaps, to the right of a name.
    return bool(set(opened) & set(shown)) and not all(column in named for column in shown) and min(shown) > 0


def _translates(names: Sequence[str], cells: Sequence[str], body: Rows) -> bool:
    """Say whether a row says Japanese names once more in Latin letters, above data that is not in these."""
    shown = filled(cells)
    if len(shown) < 2 or not set(shown) <= set(filled(names)):  # noqa: PLR2004 - one word may be anything
        return False
    latin = all(cells[column].isascii() and not names[column].isascii() for column in shown)
    words = [cell for each in body for column in shown if not is_blank(cell := cell_at(each, column))]
    return latin and all(is_value(word) or not word.isascii() or says_nothing(word) for word in words)


def _some(rows: Rows, start: int, end: int) -> Rows:
    """Take the first rows of what may be data."""
    return [rows[number] for number in range(start, min(end, start + _BODY)) if filled(rows[number])]


def _with_units(header: Header, units: Sequence[str]) -> Header:
    """Add a row of units to a header; they go in brackets behind the names."""
    before = header.parts or tuple((label,) if label else () for label in header.labels)
    labels, parts = [], []
    for label, of, unit in zip(header.labels, before, units, strict=True):
        found = unit_in(unit)
        labels.append(f"{label}（{found}）" if found else label)
        parts.append((*of, unit) if unit else of)
    return Header((*header.rows, header.body), header.body + 1, tuple(labels), tuple(parts))


def _joined(rows: Rows, merges: Merges, numbers: tuple[int, ...], width: int, join: str) -> Header:
    written = [_spread(rows, merges, number, numbers, width) for number in numbers]
    if len(written) == 1:
        return Header(numbers, numbers[0] + 1, tuple(cell_at(rows[numbers[0]], column) for column in range(width)))
    parts = tuple(tuple(dict.fromkeys(filter(None, column))) for column in zip(*written, strict=True))
    labels = tuple(join.join(clean(part) for part in each if clean(part)) for each in parts)
    return Header(numbers, numbers[-1] + 1, labels, parts)


def _spread(rows: Rows, merges: Merges, number: int, numbers: tuple[int, ...], width: int) -> list[str]:
    """Write a row of a header with each name in all columns that it is for."""
    cells = merges.spread(number, rows[number])
    cells = [cell if not cell.isspace() else "" for cell in (cell_at(cells, column) for column in range(width))]
    if number == numbers[-1] or merges.across(number):
        return cells
    below = [any(cell_at(rows[each], column).strip() for each in numbers if each > number) for column in range(width)]
    for left, right in pairwise(range(width)):
        if not cells[right] and below[right] and below[left]:
            cells[right] = cells[left]
    return cells
