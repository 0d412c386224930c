"""Conditions whose values are read and checked, as SQL that the engine can answer from a row group's least and most.

So there is no function around a column where a plain comparison says the same. NaN is greater than every number for
DuckDB; here it is neither greater nor less, as in IEEE 754. DuckDB writes no
least and most for a group of rows with NaN, so none is passed over; other writers of Parquet do, and their files must
not be asked.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.query.folding import certain_part, pattern_of, written_as
from app.query.fragments import NEVER, Sql, all_of, any_of, negated, one_of
from app.query.question import Op
from app.query.storage import Kind
from app.query.values import Span, spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.query.within import Cells

POLE, MERIDIAN = 90.0, 180.0
_EARTH = 6_371_008.8  # metres, the mean radius (IUGG)
_DEGREE = math.pi * _EARTH / 180
_LAST_LETTER, _SURROGATES, _AFTER_SURROGATES = 0x10FFFF, 0xD800, 0xE000


def compared(column: str, kind: Kind, op: Op, spans: Sequence[Span]) -> Sql:
    """Write a comparison of a column with values of its kind."""
    if kind is Kind.TEXT and op in _TEXTS:
        return _TEXTS[op](column, [span.first for span in spans])
    return _COMPARISONS[op](column, kind, spans)


def empty(column: str) -> Sql:
    """Ask for cells without a value."""
    return Sql(f"({column} IS NULL)")


def lying_in(column: str, cells: Cells) -> Sql:
    """Ask for cells that name a place within others."""
    ranges = [Sql(f"({column} >= ? AND {column} < ?)", each) for each in cells.ranges]
    return any_of([*([one_of(column, cells.values)] if cells.values else []), *ranges])


def in_box(latitude: str, longitude: str, box: tuple[float, float, float, float]) -> Sql:
    """Ask for rows in a box of degrees (RFC 7946, 5.2: west > east crosses the 180th meridian)."""
    west, south, east, north = box
    height = Sql(f"({latitude} >= ? AND {latitude} <= ?)", (south, north))
    joint = "AND" if west <= east else "OR"
    sides = Sql(f"({longitude} >= ? {joint} {longitude} <= ?)", (west, east))
    return all_of([height, Sql(f"({longitude} <= 180)"), sides])


def near(latitude: str, longitude: str, centre: tuple[float, float], metres: float) -> Sql:
    """Ask for rows within a distance on a sphere; a box around it is asked first, which is cheap."""
    there, along = centre
    high = metres / _DEGREE
    south, north = max(-POLE, there - high), min(POLE, there + high)
    parts = [Sql(f"({latitude} >= ? AND {latitude} <= ?)", (south, north)), Sql(f"({longitude} <= 180)")]
    if abs(there) + high < POLE:
        # The widest place of a circle on a sphere is nearer to the pole than its centre.
        ratio = math.sin(math.radians(high)) / math.cos(math.radians(there))
        wide = math.degrees(math.asin(min(1.0, ratio))) + 1e-9
        if abs(along) + wide <= MERIDIAN:
            parts.append(Sql(f"({longitude} >= ? AND {longitude} <= ?)", (along - wide, along + wide)))
    half = (
        f"power(sin(radians({latitude} - ?) / 2), 2) + cos(radians(?)) * cos(radians({latitude})) * "
        f"power(sin(radians({longitude} - ?) / 2), 2)"
    )
    return all_of([*parts, Sql(f"({2 * _EARTH} * asin(least(1.0, sqrt({half}))) <= ?)", (there, there, along, metres))])


def worded(columns: Mapping[str, str | None], word: str) -> Sql:
    """Ask for rows of which a text column holds a word, whatever its width and case.

    With each column are the letters that stand in it, where they are known.
    """
    held = [_holding(column, word, letters) for column, letters in columns.items()]
    return any_of([each for each in held if each != NEVER])


def _holding(column: str, word: str, letters: str | None) -> Sql:
    # An empty cell holds no word, whatever the others hold.
    written = None if letters is None else written_as(word, letters)
    if written is not None:
        return any_of([Sql(f"coalesce(contains({column}, ?), false)", (each,)) for each in written])
    pattern, part = pattern_of(word), certain_part(word)
    if not part:
        return Sql(f"coalesce(regexp_matches({column}, ?), false)", (pattern,))
    # A part that must be there is looked for first, as that is much cheaper.
    held = f"(CASE WHEN contains({column}, ?) THEN regexp_matches({column}, ?) ELSE false END)"
    return Sql(held, (part, pattern))


def _same_text(column: str, words: Sequence[str]) -> Sql:
    return one_of(column, dict.fromkeys(form for word in words for form in spellings(word)))


def _contains(column: str, words: Sequence[str]) -> Sql:
    return any_of([Sql(f"contains({column}, ?)", (form,)) for word in words for form in spellings(word)])


def _starts(column: str, words: Sequence[str]) -> Sql:
    return any_of([_prefix(column, form) for word in words for form in spellings(word)])


def _prefix(column: str, start: str) -> Sql:
    """Ask for a beginning as a range: texts are in the order of their code points."""
    after = _after(start)
    if not after:
        return Sql(f"starts_with({column}, ?)", (start,))
    return Sql(f"({column} >= ? AND {column} < ?)", (start, after))


def _after(start: str) -> str:
    """Answer the first text behind all that begin so; empty where there is none."""
    kept = start.rstrip(chr(_LAST_LETTER))
    if not kept:
        return ""
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(_AFTER_SURROGATES if following == _SURROGATES else following)


_TEXTS: Mapping[Op, Callable[[str, Sequence[str]], Sql]] = MappingProxyType(
    {
        Op.EXACT: _same_text,
        Op.IN: _same_text,
        Op.NOT: lambda column, words: negated(_same_text(column, words)),
        Op.CONTAINS: _contains,
        Op.STARTS: _starts,
    }
)


def _exact(column: str, _: Kind, spans: Sequence[Span]) -> Sql:
    singles = [span.first for span in spans if span.single]
    long = [Sql(f"({column} >= ? AND {column} <= ?)", (span.first, span.last)) for span in spans if not span.single]
    return any_of([*([one_of(column, singles)] if singles else []), *long])


def _above(column: str, kind: Kind, sign: str, bound: object) -> Sql:
    limit = f" AND {column} <= 'Infinity'::DOUBLE" if kind is Kind.DOUBLE else ""
    return Sql(f"({column} {sign} ?{limit})", (bound,))


def _below(column: str, sign: str, bound: object) -> Sql:
    return Sql(f"({column} {sign} ?)", (bound,))


_COMPARISONS: Mapping[Op, Callable[[str, Kind, Sequence[Span]], Sql]] = MappingProxyType(
    {
        Op.EXACT: _exact,
        Op.IN: _exact,
        Op.NOT: lambda column, kind, spans: negated(_exact(column, kind, spans)),
        Op.GT: lambda column, kind, spans: _above(column, kind, ">", spans[0].last),
        Op.GTE: lambda column, kind, spans: _above(column, kind, ">=", spans[0].first),
        Op.LT: lambda column, _, spans: _below(column, "<", spans[0].first),
        Op.LTE: lambda column, _, spans: _below(column, "<=", spans[0].last),
        Op.BETWEEN: lambda column, _, spans: all_of(
            [_below(column, ">=", spans[0].first), _below(column, "<=", spans[1].last)]
        ),
    }
)
