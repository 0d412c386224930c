"""A bound question as SQL for DuckDB. Names are ours (`c0`, `o0`), values are parameters, and the file is one too.

Columns are named by their place: DuckDB does not tell names apart that differ in case only, and a table may have a
column called as the engine's own `file_row_number`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.query.answer import OutColumn, Statement
from app.query.bound import ROW
from app.query.fragments import ALWAYS, Sql, all_of, any_of, identifier, joined
from app.query.storage import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from app.query.bound import Bound, Ordering
    from app.query.frame import Frame
    from app.query.outputs import Output


def compiled(bound: Bound, frame: Frame, *, for_export: bool = False, limited: bool | None = None) -> Statement:
    """Write the question.

    A page asks for one row more than its limit, which says whether there is another page; its keys follow the columns.
    An export has no keys, and a limit only where `limited`; unless said, where the question names one.
    """
    keys = () if for_export else bound.order
    if limited is None:
        limited = "limit" in bound.question.model_fields_set
    limit = _page(bound.question.limit) if not for_export else _limit(bound.question.limit) if limited else Sql("")
    rows = [_where(all_of(_conditions(bound))), _ordered(bound), limit, _offset(bound)]
    source = _collected(bound, frame) if bound.collected else _file(frame)
    if limit.text and (_is_sorted(bound) or bound.question.search) and not bound.collected:
        # Only the columns that are sorted by or searched are read of all rows, the others of those that are answered.
        found = joined(" ", [Sql(f"WHERE {ROW} IN (SELECT {ROW} FROM"), source, *rows, Sql(")")])
        rows = [found, _in_order(bound)]
    whole = joined(" ", [Sql("SELECT"), _wanted(bound, keys), Sql("FROM"), source, *rows])
    return Statement(whole.text, whole.values, tuple(out for _, out in _shown(bound)), len(keys))


def any_order(bound: Bound) -> bool:
    """Say whether an answer is the same in whatever order the rows are read.

    Sums of doubles are not, nor are groups that hold 0.0 and -0.0, of which the first one is shown.
    """
    if not bound.collected:
        return _is_sorted(bound)
    return all(each.kind is not Kind.DOUBLE for each in bound.outputs)


def on_first_page(bound: Bound) -> bool:
    """Say whether rows are the first in the file that hold some words: all must be looked at to count them anyway."""
    question = bound.question
    is_plain = not (bound.collected or bound.place or _is_sorted(bound))
    return is_plain and bool(question.search.strip()) and question.limit > 0


def counting_first(bound: Bound, frame: Frame) -> Statement:
    """Write the question of how many rows there are, and which are those of the first page and the one behind it."""
    what = Sql(f"SELECT count(*), min({ROW}, ?) FROM", (bound.question.limit + 1,))
    whole = joined(" ", [what, _file(frame), _where(bound.where)])
    return Statement(whole.text, whole.values, ())


def picked(bound: Bound, frame: Frame, rows: Sequence[int]) -> Statement:
    """Write the question of these rows, by their places in the file."""
    where = Sql(f"WHERE {ROW} IN (SELECT unnest(CAST(? AS BIGINT[])))", (list(rows),))
    whole = joined(
        " ", [Sql("SELECT"), _wanted(bound, bound.order), Sql("FROM"), _file(frame), where, _in_order(bound)]
    )
    return Statement(whole.text, whole.values, tuple(out for _, out in _shown(bound)), len(bound.order))


def counting(bound: Bound, frame: Frame) -> Statement:
    """Write the question of how many rows all pages have together; one row, one column."""
    rows = _collected(bound, frame) if bound.collected else _file(frame)
    condition = _where(bound.having if bound.collected else bound.where)
    whole = joined(" ", [Sql("SELECT count(*) FROM"), rows, condition])
    return Statement(whole.text, whole.values, (OutColumn("count", "integer"),))


def left_out(bound: Bound, frame: Frame) -> Statement | None:
    """Write the question of how many empty cells the measures leave out: one row, a number for each of `measured`.

    Those of groups that `having` leaves out are not counted. `None` where nothing is measured.
    """
    outputs = measured(bound)
    if not outputs:
        return None
    counts = [f"count(*) - count({each.cell})" for each in outputs]
    if bound.having == ALWAYS:
        parts = [Sql("SELECT"), Sql(", ".join(counts)), Sql("FROM"), _file(frame), _where(bound.where)]
    else:
        sums = ", ".join(f"CAST(coalesce(sum(g.l{number}), 0) AS BIGINT)" for number in range(len(counts)))
        parts = [Sql("SELECT"), Sql(sums), Sql("FROM"), _collected(bound, frame, counts), _where(bound.having)]
    whole = joined(" ", parts)
    return Statement(whole.text, whole.values, tuple(OutColumn(each.out.name, "integer") for each in outputs))


def measured(bound: Bound) -> list[Output]:
    """List the measures of columns that are shown."""
    shown = (bound.outputs[number] for number in bound.shown)
    return [each for each in shown if each.out.function and each.out.column]


def _wanted(bound: Bound, keys: Sequence[Ordering]) -> Sql:
    names = [Sql(f"{column} AS {identifier(out.name)}") for column, out in _shown(bound)]
    return joined(", ", [*names, *(Sql(f"{each.sql} AS key{number}") for number, each in enumerate(keys))])


def _shown(bound: Bound) -> list[tuple[str, OutColumn]]:
    chosen = [(number, bound.outputs[number]) for number in bound.shown]
    return [(f"g.o{number}" if bound.collected else output.sql, output.out) for number, output in chosen]


def _file(frame: Frame) -> Sql:
    columns = ", ".join(f"c{number}" for number in range(len(frame.columns)))
    return Sql(f"read_parquet(?) AS t({columns})", (str(frame.path),))


def _collected(bound: Bound, frame: Frame, beside: Sequence[str] = ()) -> Sql:
    """Put rows together, then make what readers see of each group; `beside` becomes `l0` and so on."""
    outputs, counts = list(enumerate(bound.outputs)), list(enumerate(beside))
    made = ", ".join(
        [f"{each.sql} AS k{number}" for number, each in outputs] + [f"{each} AS l{number}" for number, each in counts]
    )
    seen = ", ".join(
        [f"{each.shown.format(f'k{number}')} AS o{number}" for number, each in outputs]
        + [f"l{number}" for number, _ in counts]
    )
    by = ", ".join(f"k{number}" for number in range(bound.groups))
    inner = [
        Sql("SELECT"),
        Sql(made),
        Sql("FROM"),
        _file(frame),
        _where(bound.where),
        Sql(f"GROUP BY {by}" if by else ""),
    ]
    return joined(" ", [Sql("(SELECT"), Sql(seen), Sql("FROM ("), *inner, Sql(")) AS g")])


def _conditions(bound: Bound) -> list[Sql]:
    parts = [bound.having if bound.collected else bound.where]
    if bound.place and bound.place.keys:
        parts.append(_behind(bound.order, bound.place.keys))
    return [part for part in parts if part != ALWAYS]


def _where(condition: Sql) -> Sql:
    return Sql("") if condition == ALWAYS else Sql(f"WHERE {condition.text}", condition.values)


def _behind(order: Sequence[Ordering], keys: Sequence[Any]) -> Sql:
    """Ask for what comes behind a row with these keys: greater in one, equal in all before."""
    behind = Sql("false")
    for each, key in reversed(list(zip(order, keys, strict=True))):
        further = [Sql(_further(each), (key,))] if key is not None else []
        if key is not None and not each.filled:
            further.append(Sql(f"{each.sql} IS NULL"))
        same = Sql(f"{each.sql} IS NULL") if key is None else Sql(f"{each.sql} = ?", (key,))
        behind = any_of([*further, all_of([same, behind])]) if behind.text != "false" else any_of(further)
    first, key = order[0], keys[0]
    if key is None or not first.filled or len(order) == 1:
        return behind
    # What is implied is said as well: by it the engine knows which groups of rows it need not read.
    return all_of([Sql(f"{first.sql} {'<=' if first.descending else '>='} ?", (key,)), behind])


def _further(ordering: Ordering) -> str:
    return f"{ordering.sql} {'<' if ordering.descending else '>'} ?"


def _ordered(bound: Bound) -> Sql:
    if not _is_sorted(bound):
        return Sql("")  # rows come in the order of the file
    return _in_order(bound)


def _in_order(bound: Bound) -> Sql:
    return Sql("ORDER BY " + ", ".join(map(_direction, bound.order)))


def _direction(ordering: Ordering) -> str:
    return f"{ordering.sql} {'DESC' if ordering.descending else 'ASC'} NULLS LAST"


def _page(limit: int) -> Sql:
    return _limit(limit + 1 if limit else 0)


def _limit(limit: int) -> Sql:
    return Sql("LIMIT ?", (limit,))


def _offset(bound: Bound) -> Sql:
    return Sql("OFFSET ?", (bound.place.skipped,)) if bound.place and not bound.place.keys else Sql("")


def _is_sorted(bound: Bound) -> bool:
    return bool(bound.order) and (bound.collected or len(bound.order) > 1)
