"""Chooses the table that a question is about, where a dataset has several, and knows which version is the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.query.within import CODE, MUNICIPALITY, PREFECTURE

if TYPE_CHECKING:
    from app.agents.asking import AskRows
    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.catalog.record import DatasetRecord, ResourceRecord

_PLACES = frozenset({CODE, PREFECTURE, MUNICIPALITY})
_TIMES = frozenset({"date", "datetime", "year", "yearmonth"})


def chosen(record: DatasetRecord, asked: AskRows) -> ResourceRecord | None:
    """Choose among several tables the one whose columns are named, of these the longest; `None` where none is.

    A place or a period counts as a column that tells it.
    """
    words = "\n".join([*asked.columns, *asked.filters, *asked.group_by, *asked.sort, *map(_inside, asked.measures)])
    best, most = None, (0, 0)
    for each in record.resources:
        if each.table is not None and each.parquet is not None:
            named = sum(column.name in words for column in each.table.columns)
            told = bool(asked.place) and any(column.meaning in _PLACES for column in each.table.columns)
            dated = bool(asked.period) and any(column.type in _TIMES for column in each.table.columns)
            rank = (named + told + dated, each.table.rows)
            if rank[0] and rank > most:
                best, most = each, rank
    return best


def _inside(measure: str) -> str:
    """Answer what stands in the brackets of a measure: a column may be called `count` as well."""
    return measure.partition("(")[2]


def table_part(named: str) -> str:
    """Answer the table's name of "slug/table"; empty where a dataset is named, or an address."""
    return "" if "/dataset/" in named else named.strip().strip("/").partition("/")[2]


def newest_of(desk: Desk, call: Call, record: DatasetRecord, version: int) -> int:
    """Answer the number of the newest version where another one was asked for; 0 where none was."""
    if not version:
        return 0
    current = desk.catalog.get(call.actor, record.slug).version
    return current.number if current else 0
