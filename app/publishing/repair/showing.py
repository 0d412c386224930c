"""Makes what a publisher is shown of a table: proposals with examples, rows set apart, and the rows around it all."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from app.catalog.record import Mark
from app.kernel.report import Problem
from app.publishing.decoding import LONGEST_LINE
from app.publishing.examination import (
    SHOWN_APART,
    SHOWN_EXAMPLES,
    SHOWN_ROWS,
    Example,
    Proposal,
    SetApart,
    ShownRow,
)
from app.publishing.grids import Grid
from app.publishing.repair.rules import RULES, Part
from app.publishing.staging import Stage
from app.quality.signs import refused

_FIRST_ROWS = 20
_LONGEST_WORD = 200
_MOST_COLUMNS = 200
_SHAPE_LINES = 5

# Characters that other machines show as something else: enclosed and squared ones, and the private area.
_PLATFORM = r"[\x{2460}-\x{24FF}\x{3220}-\x{33FF}\x{2116}\x{2121}\x{2160}-\x{217F}\x{E000}-\x{F8FF}]"
_IN_TEXT = {
    "platform-characters": f"regexp_matches({{0}}, '{_PLATFORM.replace('{', '{{').replace('}', '}}')}')",
    "newlines-in-cells": "contains({0}, chr(10)) OR contains({0}, chr(13))",
}


def propose(stage: Stage, grid: Grid, names: Sequence[str]) -> tuple[Proposal, ...]:
    """List what each rule does in each column, whether it is to be done or not."""
    return (*propose_shape(grid), *_cells(stage, grid, names))


def propose_shape(grid: Grid) -> tuple[Proposal, ...]:
    """List what was done to the rows and the header."""
    return (*_shape(grid), *_header(grid))


def shown_apart(grid: Grid) -> tuple[SetApart, ...]:
    """Cut the list of what is set apart to what fits."""
    return tuple(
        SetApart(each.reason, each.first, each.last, tuple(_cut(cell) for cell in each.cells[:_MOST_COLUMNS]))
        for each in grid.apart[:SHOWN_APART]
    )


def show_rows(
    stage: Stage, grid: Grid, width: int, proposals: Iterable[Proposal], problems: Iterable[Problem]
) -> tuple[ShownRow, ...]:
    """Choose rows worth seeing: the first ones, and those of which something is said. Cells are as they were sent."""
    lines = [each.line for proposal in proposals for each in proposal.examples[:3]]
    lines += [problem.row for problem in problems if problem.row is not None]
    rows = dict.fromkeys(range(min(grid.rows, _FIRST_ROWS)))
    rows |= dict.fromkeys(row for row in map(grid.lines.row, lines) if row is not None and row < grid.rows)
    chosen = sorted(islice(rows, SHOWN_ROWS))
    if not chosen:
        return ()
    columns = range(min(width, _MOST_COLUMNS))
    listed = ", ".join(map(str, chosen))
    cells = stage.rows(
        f"rowid, {', '.join(f'c{column}' for column in columns)}", f"WHERE rowid IN ({listed}) ORDER BY rowid"
    )
    changed = stage.rows(
        "r, c, arg_min(word, step), arg_max(after, step)",
        f"WHERE r IN ({listed}) AND applied GROUP BY r, c",
        source="changes",
    )
    before: dict[int, dict[int, tuple[str, str]]] = {}
    for row, column, word, after in changed:
        before.setdefault(row, {})[column] = (word, after)
    return tuple(_shown(grid, row, words, before.get(row, {})) for row, *words in cells)


def show_uneven_rows(grid: Grid) -> tuple[ShownRow, ...]:
    """Show the first rows of a table that could not be staged, because its rows differ in length."""
    csv.field_size_limit(LONGEST_LINE)
    with grid.csv.open(encoding="utf-8", newline="") as file:
        rows = islice(csv.reader(file), 1, 1 + _FIRST_ROWS)
        return tuple(
            ShownRow(grid.lines.line(number), tuple(_cut(cell) for cell in cells[:_MOST_COLUMNS]))
            for number, cells in enumerate(rows)
            if number < grid.rows
        )


def marks_of(stage: Stage, proposals: Iterable[Proposal], texts: Mapping[int, str]) -> tuple[Mark, ...]:
    """Note what stays in the words of the table, beside what its shape has shown already.

    What repairs mended is known from the repairs. `texts` are the names of the columns of text, by their numbers.
    """
    marks = [refused(each.rule, each.column, each.count - each.applied) for each in proposals]
    for code, holds in _IN_TEXT.items():
        counts = stage.figures([f"count(*) FILTER ({holds.format(f'c{column}')})" for column in texts])
        places = [name for name, count in zip(texts.values(), counts, strict=True) if count]
        if places:
            marks.append(Mark(code, int(sum(counts)), tuple(places[:5])))
    return tuple(mark for mark in marks if mark is not None)


def _shape(grid: Grid) -> list[Proposal]:
    apart: dict[str, list[SetApart]] = {}
    for each in grid.apart:
        apart.setdefault(each.reason, []).append(each)
    found = []
    for rule, of in apart.items():
        count = sum(each.count for each in of)
        examples = tuple(
            Example(_cut(" / ".join(filter(None, each.cells))), "", each.count, each.first, applied=True)
            for each in of[:_SHAPE_LINES]
        )
        found.append(Proposal(rule, "", count, count, len(of), examples))
    for change in grid.row_changes:
        if change.rule not in apart:
            lines = tuple(Example("", "", 1, line, applied=change.applied) for line in change.lines[:_SHAPE_LINES])
            found.append(Proposal(change.rule, "", change.count, change.count if change.applied else 0, 0, lines))
    return found


def _header(grid: Grid) -> list[Proposal]:
    rules = [rule for rule, known in RULES.items() if known.part is Part.HEADER]
    found = []
    for rule in rules:
        of = [each for each in grid.header_changes if each.rule == rule]
        if of:
            line = max(grid.lines.header, 1)
            examples = tuple(
                Example(_cut(each.before), _cut(each.after), 1, line, applied=each.applied)
                for each in of[:SHOWN_EXAMPLES]
            )
            found.append(Proposal(rule, "", len(of), sum(each.applied for each in of), len(of), examples))
    return found


def _cells(stage: Stage, grid: Grid, names: Sequence[str]) -> list[Proposal]:
    totals = stage.rows(
        "step, c, rule, count(*), count(*) FILTER (applied), count(DISTINCT word)",
        "GROUP BY step, c, rule ORDER BY step, c, rule",
        source="changes",
    )
    return [
        Proposal(rule, names[column], count, applied, words, _examples(stage, grid, step, column, rule))
        for step, column, rule, count, applied, words in totals
    ]


def _examples(stage: Stage, grid: Grid, step: int, column: int, rule: str) -> tuple[Example, ...]:
    # A rule is one of our own words, never a publisher's.
    rows = stage.rows(
        "word, after, count(*) AS n, min(r) AS first, bool_and(applied)",
        f"WHERE step = {step} AND c = {column} AND rule = '{rule}' GROUP BY word, after ORDER BY n DESC, first "
        f"LIMIT {SHOWN_EXAMPLES}",
        source="changes",
    )
    return tuple(
        Example(word if len(word) <= _LONGEST_WORD else _cut(word), _cut(after), count, grid.lines.line(first), applied)
        for word, after, count, first, applied in rows
    )


def _shown(grid: Grid, row: int, words: Sequence[str], changed: dict[int, tuple[str, str]]) -> ShownRow:
    cells = [changed[column][0] if column in changed else word for column, word in enumerate(words)]
    after = {column: _cut(new) for column, (_, new) in changed.items() if column < len(words)}
    return ShownRow(grid.lines.line(row), tuple(map(_cut, cells)), after)


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST_WORD else words[:_LONGEST_WORD] + "…"
