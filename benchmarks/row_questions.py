"""Questions about the large table, each as the portal, Datasette and DuckDB take it, with other values every time."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from benchmarks.row_table import AMOUNT, DAYS, FIRST_DAY, KINDS, NAMES, POPULATION, codes

PAGE = 100
DEEP_PAGES = 1000
# The table's name in both peers.
TABLE = "rows"
SQL = f"/{TABLE}.json?"
PLAIN = f"/{TABLE}/{TABLE}.json?"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `ours` follows the resource's address; `statements` are pairs of SQL and values for DuckDB.

    `peer` is a path of Datasette's. `{table}` in the SQL stands for the file.
    """

    ours: str
    peer: str
    statements: tuple[tuple[str, Sequence[Any]], ...]


def _page(where: str, values: Sequence[Any], order: str = "") -> tuple[tuple[str, Sequence[Any]], ...]:
    """Write a page and its total, which the portal and Datasette answer with every page."""
    rest = f"WHERE {where} ORDER BY {order}" if order else f"WHERE {where}"
    return (
        (f"SELECT * FROM {{table}} {rest} LIMIT {PAGE + 1}", values),
        (f"SELECT count(*) FROM {{table}} WHERE {where}", values),
    )


def _rows(*pairs: tuple[str, object]) -> str:
    return "/rows?" + urlencode([*pairs, ("limit", PAGE)])


def _listed(*pairs: tuple[str, object]) -> str:
    return PLAIN + urlencode([*pairs, ("_size", PAGE), ("_shape", "objects")])


def _select(sql: str, *pairs: tuple[str, object]) -> str:
    return SQL + urlencode([("sql", sql), *pairs, ("_shape", "objects")])


def _point(chance: random.Random, rows: int) -> Question:
    number = chance.randint(1, rows)
    return Question(_rows(("id", number)), _listed(("id__exact", number)), _page("id = ?", [number]))


def _day(chance: random.Random, _: int) -> Question:
    day = date.fromisoformat(FIRST_DAY) + timedelta(days=chance.randrange(DAYS))
    return Question(_rows(("day", day)), _listed(("day__exact", day)), _page("day = ?", [day]))


def _filtered(chance: random.Random, _: int) -> Question:
    code, least = chance.choice(codes()), chance.randrange(POPULATION * 8 // 10, POPULATION * 95 // 100)
    return Question(
        _rows(("code", code), ("population__gt", least)),
        _listed(("code__exact", code), ("population__gt", least)),
        _page("code = ? AND population > ?", [code, least]),
    )


def _sorted(chance: random.Random, _: int) -> Question:
    least = chance.randrange(AMOUNT * 9 // 10) / 100
    return Question(
        _rows(("amount__gt", least), ("sort", "-population")),
        _listed(("amount__gt", least), ("_sort_desc", "population")),
        _page("amount > ?", [least], "population DESC, id"),
    )


def _group(chance: random.Random, _: int) -> Question:
    least = chance.randrange(AMOUNT * 9 // 10) / 100
    sql = "SELECT code, count(*), sum(population) FROM {} WHERE amount > {} GROUP BY code ORDER BY code"
    return Question(
        _rows(("group", "code"), ("measures", "count,sum(population)"), ("amount__gt", least)),
        _select(sql.format(TABLE, ":least"), ("least", least)),
        ((sql.format("{table}", "?"), [least]),),
    )


def _count(chance: random.Random, _: int) -> Question:
    least = chance.randrange(POPULATION)
    sql = "SELECT count(*) FROM {} WHERE population > {}"
    return Question(
        "/count?" + urlencode([("population__gt", least)]),
        _select(sql.format(TABLE, ":least"), ("least", least)),
        ((sql.format("{table}", "?"), [least]),),
    )


def _word(chance: random.Random, _: int) -> Question:
    word = f"{chance.choice([kind for kind in KINDS if len(kind) > 2])}{chance.randrange(NAMES // 10, NAMES)}"
    return Question(_rows(("q", word)), _listed(("_search", word)), _page("contains(name, ?)", [word]))


def _contains(chance: random.Random, _: int) -> Question:
    part = f"{chance.choice(KINDS)[-1]}{chance.randrange(NAMES // 100, NAMES // 10)}"
    return Question(
        _rows(("name__contains", part)),
        _listed(("name__contains", part)),
        _page("contains(name, ?)", [part]),
    )


def _aggregate(chance: random.Random, _: int) -> Question:
    code, least = chance.choice(codes()), chance.randrange(POPULATION * 9 // 10)
    sql = "SELECT avg(amount), max(population) FROM {} WHERE code = {} AND population > {}"
    return Question(
        _rows(("measures", "avg(amount),max(population)"), ("code", code), ("population__gt", least)),
        _select(sql.format(TABLE, ":code", ":least"), ("code", code), ("least", least)),
        ((sql.format("{table}", "?", "?"), [code, least]),),
    )


def deep(cursor: str, population: int, number: int) -> Question:
    """Ask for the page behind a row, in the order of falling populations."""
    behind = "(population < ? OR (population = ? AND id > ?))"
    sql = f"SELECT * FROM {{table}} WHERE population <= ? AND {behind} ORDER BY population DESC, id LIMIT {PAGE + 1}"
    return Question(
        _rows(("sort", "-population"), ("after", cursor)),
        _listed(("_sort_desc", "population"), ("_next", f"{population},{number}")),
        ((sql, [population, population, population, number]),),
    )


KINDS_OF: Mapping[str, Callable[[random.Random, int], Question]] = MappingProxyType(
    {
        "one row by its number": _point,
        "a day's rows": _day,
        "page, two conditions": _filtered,
        "page, sorted": _sorted,
        "groups with sums": _group,
        "count": _count,
        "words anywhere (q, FTS)": _word,
        "part of a text (contains)": _contains,
        "mean and most, two conditions": _aggregate,
    }
)
# Of these the rows are found by least and most of pages, or there are few to read.
AS_BY_INDEX = ("one row by its number", "a day's rows")
