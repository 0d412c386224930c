"""Answers questions in SQL about published tables: looked at, priced, run in a process of its own, cited."""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

import msgspec

from app.kernel.errors import AppError, BadRequest
from app.kernel.text import Text
from app.query import costing
from app.query.answer import Answer
from app.query.sql import wire
from app.query.sql.cells import decoded
from app.query.sql.columns import out_columns
from app.query.sql.gate import QUERY_BYTES
from app.query.sql.outline import folded
from app.query.sql.pool import Bounds, Pool
from app.query.sql.refusals import bad_sql, broken, one_name, over_budget, too_hungry, too_long

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.query.costing import Cost
    from app.query.engine import TableEngine
    from app.query.sql.names import Named
    from app.query.sql.outline import Examined, Refused

log = logging.getLogger(__name__)

MAX_ROWS = 200_000_000
MAX_BYTES = 2_000_000_000
# Pairs of rows that a join without a condition may make.
MAX_PAIRS = 100_000_000
COLUMNS_LISTED = 40
# Of a question's words at most some hundred kilobytes are made.
LOOKED = 64

_rows = msgspec.json.Decoder(list[list[object]])


@dataclass(frozen=True, slots=True)
class TableCost:
    """What a question reads of one table, which stands in it `times` times."""

    name: str
    cost: Cost
    times: int


@dataclass(frozen=True, slots=True)
class Price:
    """What a question may read at most, and what one may."""

    tables: tuple[TableCost, ...]
    rows: int
    bytes: int
    pairs: int
    max_rows: int = MAX_ROWS
    max_bytes: int = MAX_BYTES
    max_pairs: int = MAX_PAIRS


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, the table that each column is of, what it cost, and a name for question and data.

    Where `query_hash` is equal, so are the SQL and the bytes of all tables; with `clock`, the answer is of its time.
    """

    answer: Answer
    kinds: tuple[str, ...]
    origins: tuple[Named | None, ...]
    tables: tuple[Named, ...]
    price: Price
    query_hash: str
    seconds: float
    clock: bool = False


class Sql:
    """`examine` names the tables, whoever knows the asker looks them up, `ask` answers."""

    def __init__(self, engine: TableEngine, bounds: Bounds | None = None) -> None:
        """`engine` reads the directories of files, never a stranger's words."""
        self._engine = engine
        self._pool = Pool(bounds or Bounds())
        # What is found in a question depends on its words only.
        self._looked = lru_cache(maxsize=LOOKED)(self._look)

    @property
    def bounds(self) -> Bounds:
        """What a question may use."""
        return self._pool.bounds

    @property
    def engine(self) -> TableEngine:
        """What reads files of ours."""
        return self._engine

    @property
    def pool(self) -> Pool:
        """Where questions are run."""
        return self._pool

    def examine(self, text: str) -> Examined:
        """Look at a question. Raises `BadRequest` with the place of what is refused, `TooLarge`, and as `Pool.ask`."""
        if len(text) > QUERY_BYTES or len(text.encode("utf-8", "replace")) > QUERY_BYTES:
            raise too_long(QUERY_BYTES)
        if "\0" in text or text.encode("utf-8", "replace") != text.encode("utf-8", "surrogatepass"):
            raise BadRequest(Text("SQL に使えない文字があります。", "There are characters that SQL cannot have."))
        return self._looked(text)

    def _look(self, text: str) -> Examined:
        head, _ = self._pool.ask(wire.Look(text, self.bounds.look_seconds))
        if isinstance(head, wire.Looked) and head.examined is not None:
            return head.examined
        if isinstance(head, wire.Looked) and head.refused is not None:
            raise _refused(head.refused)
        raise _failed(head)

    def price(self, examined: Examined, tables: Mapping[str, Named]) -> Price:
        """Say what a question would read, by the files' directories."""
        costs = tuple(self._cost(examined, tables[each.name], each.times) for each in examined.tables)
        pairs = (prod(tables[name].frame.rows for name in joined if name in tables) for joined in examined.blind)
        return Price(
            costs,
            sum(each.cost.rows * each.times for each in costs),
            sum(each.cost.bytes * each.times for each in costs),
            max(pairs, default=0),
        )

    def ask(self, text: str, examined: Examined, tables: Mapping[str, Named], *, limit: int) -> Answered:
        """Answer what was examined, about these tables, which the asker may read.

        Raises `OverLimit` for what is too much, `TimedOut`, `Busy`, `Unavailable`, and `BadRequest` with what the
        engine says.
        """
        price = self.price(examined, tables)
        _demand_affordable(price)
        began = time.monotonic()
        head, body = self._pool.ask(self._run(text, tables, limit))
        if not isinstance(head, wire.Answered):
            raise _failed(head, tables)
        kinds = tuple(kind for _, kind in head.columns)
        columns, origins = out_columns(head.columns, examined.outline, tables)
        return Answered(
            Answer(columns, _cells(kinds, body), head.count, exact=not head.truncated, truncated=head.truncated),
            kinds,
            origins,
            tuple(tables.values()),
            price,
            _hash(text, tables),
            time.monotonic() - began,
            examined.clock,
        )

    def close(self) -> None:
        """End the processes."""
        self._pool.close()

    def _cost(self, examined: Examined, named: Named, times: int) -> TableCost:
        words = {word.lower() for word in examined.words}
        every = examined.everything or _is_row(examined, named)
        names = [each.name for each in named.frame.columns if every or each.name.lower() in words]
        return TableCost(named.name, costing.cost(self._engine, named.frame, names), times)

    def _run(self, text: str, tables: Mapping[str, Named], limit: int) -> wire.Run:
        # Names that differ in capitals only are one to the engine.
        files: dict[str, wire.File] = {}
        for name, named in tables.items():
            file = files.setdefault(folded(name), wire.File(name, str(named.frame.path.resolve())))
            if named.resource.id != tables[file.name].resource.id:
                raise one_name(named.resource.id, tables[file.name].resource.id, name)
        bounds = self.bounds
        return wire.Run(text, tuple(files.values()), min(limit, bounds.rows), bounds.answer_bytes, bounds.seconds)


def _is_row(examined: Examined, named: Named) -> bool:
    """Say whether a table stands where a column could, and is none: it is all of its columns then."""
    own = {folded(each.name) for each in named.frame.columns}
    return any(name == named.name and alias not in own for name, alias in examined.rows)


def _cells(kinds: tuple[str, ...], body: bytes) -> tuple[tuple[object, ...], ...]:
    try:
        return decoded(kinds, _rows.decode(body))
    except (ValueError, ArithmeticError, TypeError) as error:
        log.exception("a process for SQL answered what is no answer")
        raise broken() from error


def _hash(text: str, tables: Mapping[str, Named]) -> str:
    asked = [text, sorted((name, named.frame.id) for name, named in tables.items())]
    return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()


def _demand_affordable(price: Price) -> None:
    if price.pairs > MAX_PAIRS:
        raise over_budget(
            Text(
                f"条件のない結合が {price.pairs:,} 組の行を作ります（上限 {MAX_PAIRS:,}）。"
                "ON か WHERE で結合の条件を書いてください。",
                f"A join without a condition makes {price.pairs:,} pairs of rows, more than {MAX_PAIRS:,}. "
                "Write the condition of the join, with ON or WHERE.",
            )
        )
    if price.rows > MAX_ROWS or price.bytes > MAX_BYTES:
        raise over_budget(
            Text(
                f"{price.rows:,} 行・{price.bytes:,} バイトを読むことになります（上限 {MAX_ROWS:,} 行・{MAX_BYTES:,} "
                "バイト）。* の代わりに列を選び、大きな表の数を減らしてください。",
                f"This would read {price.rows:,} rows and {price.bytes:,} bytes, more than {MAX_ROWS:,} and "
                f"{MAX_BYTES:,}. Choose columns instead of *, and name fewer large tables.",
            )
        )


def _refused(refused: Refused) -> BadRequest:
    return bad_sql(refused.code, Text(*refused.message), Text(*refused.advice), refused.place)


def _failed(head: wire.Reply, tables: Mapping[str, Named] | None = None) -> AppError:
    if not isinstance(head, wire.Failed) or head.problem == "engine":
        log.error("a question in SQL failed: %a", getattr(head, "detail", head))
        return broken()
    if head.problem == "memory":
        return too_hungry()
    detail = " ".join(head.detail.split())
    columns = [each.name for named in (tables or {}).values() for each in named.frame.columns]
    there = ", ".join(f'"{name}"' for name in dict.fromkeys(columns[:COLUMNS_LISTED]))
    return bad_sql(
        "sql-failed",
        Text(f"実行できません。{detail}", f"This cannot be run. {detail}"),
        Text(f"列の名前と型を確かめてください。列：{there}", f"Look at names and types. The columns: {there}"),
        head.place,
    )
