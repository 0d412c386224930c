"""Answers questions about tables, out of Parquet files that the portal itself wrote."""

from __future__ import annotations

import hashlib
import os
import random
from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

from app.kernel.errors import BadRequest, OverLimit
from app.kernel.text import Text
from app.query.answer import Answer, Note, Statement
from app.query.binding import bound
from app.query.compiling import (
    any_order,
    compiled,
    counting,
    counting_first,
    left_out,
    measured,
    on_first_page,
    picked,
)
from app.query.costing import Cost, cost
from app.query.cursor import cursor_after
from app.query.engine import MEMORY, SECONDS, TableEngine
from app.query.formats.format import rows_at_a_time
from app.query.fragments import ALWAYS
from app.query.frame import Frame, frame_of
from app.query.kept import Kept
from app.query.letters import Letters
from app.query.notes import is_full, left_out_of
from app.query.profiling import ColumnFacts, facts
from app.query.storage import Kind, stored
from app.query.words import words_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from app.catalog.record import Column, ResourceRecord
    from app.infra.storage import BlobStore
    from app.query.answer import Row, RowStream
    from app.query.bound import Bound
    from app.query.question import Question

MAX_BYTES = 8_000_000
EXPORT_SECONDS = 600.0
COUNT_SECONDS = 2.0
# Of words the page is found while they are counted, which may take longer than a count alone.
FOUND_SECONDS = 5.0
# Where the order in which rows are read makes no difference; more would take from everybody else's questions.
THREADS = 2
MAX_SAMPLE = 1000
# What a number, a date or nothing takes in an answer, about.
OTHER_CELL = 8
KEPT = 10_000
KEPT_FACTS = 2_000
# Facts with more letters are counted again: the greatest of long texts would fill the memory.
LONGEST_FACTS = 10_000


class Rows:
    """Answers rows of tables, what they cost, and what columns hold.

    `folder` is where sorting puts what does not fit into memory. After `count_seconds` a total is an estimate.
    """

    def __init__(
        self,
        store: BlobStore,
        *,
        max_bytes: int = MAX_BYTES,
        memory: str = MEMORY,
        count_seconds: float = COUNT_SECONDS,
        folder: Path | None = None,
    ) -> None:
        self._store = store
        self._count_seconds = count_seconds
        self._max_bytes = max_bytes
        self._engine = TableEngine(memory=memory, folder=folder)
        self._wide = TableEngine(memory=memory, folder=folder, threads=min(THREADS, len(os.sched_getaffinity(0))))
        self._letters = Letters(self._wide)
        self._totals: Kept[int] = Kept(KEPT)
        self._facts: Kept[ColumnFacts] = Kept(KEPT_FACTS)

    def frame(self, resource: ResourceRecord) -> Frame:
        """Make the frame of a resource. Raises `NotFound`, which says why, where it is no table."""
        return frame_of(resource, self._store)

    def ask(self, frame: Frame, question: Question, *, seconds: float = SECONDS) -> Answer:
        """Answer one page. Raises `BadRequest` for what the table has not, `OverLimit` for what costs too much."""
        return self._answer(frame, self._bound(frame, question), seconds, self._count_seconds)

    def ask_for_good(self, frame: Frame, question: Question, *, seconds: float = SECONDS) -> Answer:
        """As `ask`, with a total that is never an estimate, so that the answer is the same every time.

        Raises `OverLimit` where all rows cannot be counted within `seconds` either.
        """
        answer = self._answer(frame, self._bound(frame, question), seconds, seconds)
        return answer if answer.exact else _uncounted()

    def _bound(self, frame: Frame, question: Question) -> Bound:
        asked = bound(question, frame)
        if not question.search.strip():
            return asked
        texts = tuple(name for name, each in stored(frame).items() if each.kind is Kind.TEXT)
        return bound(question, frame, self._letters.of(frame, texts))

    def _answer(self, frame: Frame, asked: Bound, seconds: float, patience: float) -> Answer:
        question = asked.question
        statement, engine, patience = self._page_of(frame, asked, patience)
        with closing(engine.stream(statement, seconds)) as stream:
            taken, more, truncated = _page(stream, question.limit, len(statement.columns), self._max_bytes)
        rows = tuple(row[: len(statement.columns)] for row in taken)
        # No rows were asked for: none of them is not all of them.
        is_whole = question.limit > 0 and not more and not question.after
        total, exact = self._total(frame, asked, patience, rows if is_whole else None)
        return Answer(
            columns=statement.columns,
            rows=rows,
            total=total,
            exact=exact,
            next=cursor_after(asked, frame, taken[-1][len(rows[-1]) :], rows=len(rows)) if more and rows else "",
            truncated=truncated,
            notes=self._notes(frame, asked),
        )

    def stream(self, frame: Frame, question: Question, *, limited: bool) -> RowStream:
        """Answer the rows of all pages as they are read, or of one where `limited`. Raises as `ask`, later too."""
        statement = compiled(self._bound(frame, question), frame, for_export=True, limited=limited)
        return self._engine.stream(statement, EXPORT_SECONDS)

    def count(self, frame: Frame, question: Question) -> tuple[int, bool]:
        """Count the rows that a question has on all of its pages; also say whether that is exact. Raises as `ask`."""
        return self._total(frame, self._bound(frame, question), self._count_seconds)

    def count_for_good(self, frame: Frame, question: Question, *, seconds: float = SECONDS) -> int:
        """As `count`, and never an estimate. Raises `OverLimit` as `ask_for_good`."""
        total, exact = self._total(frame, self._bound(frame, question), seconds)
        return total if exact else _uncounted()

    def explain(self, frame: Frame, question: Question) -> Cost:
        """Say what a question would read, without asking it. Raises `BadRequest` as `ask`."""
        return cost(self._engine, frame, bound(question, frame).used)

    def facts(self, frame: Frame, column: Column) -> ColumnFacts:
        """Count what a column holds. Raises `OverLimit` where that takes too long."""
        key = (frame.id, column.name)
        if (known := self._facts.get(key)) is not None:
            return known
        found = facts(self._engine, frame, column)
        words = (found.minimum, found.maximum, *(each.value for each in found.top))
        is_short = sum(len(each) for each in words if isinstance(each, str)) <= LONGEST_FACTS
        return self._facts.put(key, found) if is_short else found

    def sample(self, frame: Frame, size: int, *, seed: int = 0) -> tuple[Row, ...]:
        """Answer rows from all over the table, in its order: the same ones for the same seed (size 1 to 1,000).

        Raises `OverLimit` where they are too many bytes.
        """
        if not 1 <= size <= MAX_SAMPLE:
            raise BadRequest(
                Text(f"1〜{MAX_SAMPLE} 行を指定してください。", f"A sample has from 1 to {MAX_SAMPLE} rows.")
            )
        if size >= frame.rows:
            chosen = list(range(frame.rows))
        else:
            # Not for secrets: the same numbers for everybody.
            chosen = sorted(random.Random(seed).sample(range(frame.rows), size))  # noqa: S311
        # By their places, since a column may be called `file_row_number` as well.
        columns = ", ".join(f"c{number}" for number in range(len(frame.columns)))
        statement = Statement(
            f"SELECT {columns} FROM read_parquet(?) AS t({columns}) "  # noqa: S608 - names of ours
            "WHERE t.file_row_number IN (SELECT unnest(CAST(? AS BIGINT[]))) ORDER BY t.file_row_number",
            [str(frame.path), chosen],
            (),
        )
        with closing(self._engine.stream(statement)) as stream:
            taken, _, truncated = _page(stream, size, len(frame.columns), self._max_bytes)
        if truncated:
            raise OverLimit(
                Text(
                    "行が長いため、これほど多くは取り出せません。size を減らしてください。",
                    "The rows are too long for so many of them. Ask for fewer with `size`.",
                )
            )
        return tuple(taken)

    def words(self, resources: Iterable[ResourceRecord]) -> tuple[str, ...]:
        """Answer words that stand in the cells of the resources' tables; see `words_in` for how many."""
        stored = ((each.parquet, each.table) for each in resources)
        tables = [
            (self._store.path(file.sha256), table)
            for file, table in stored
            if file and table and file.sha256 in self._store
        ]
        return words_in(self._engine, tables) if tables else ()

    def _page_of(self, frame: Frame, asked: Bound, patience: float) -> tuple[Statement, TableEngine, float]:
        """Say how a page is read, by which engine, and how long to count afterwards.

        Where words are looked for, all rows are looked at once for the page and for how many there are.
        """
        if not on_first_page(asked) or self._totals.get(_digest(frame, counting(asked, frame))) is not None:
            return compiled(asked, frame), self._wide if any_order(asked) else self._engine, patience
        try:
            [(total, first)] = self._wide.all(counting_first(asked, frame), max(patience, FOUND_SECONDS))
        except OverLimit:
            return compiled(asked, frame), self._engine, 0.0
        self._totals.put(_digest(frame, counting(asked, frame)), total)
        return picked(asked, frame, first or ()), self._wide, patience

    def _total(
        self, frame: Frame, asked: Bound, patience: float, whole: Sequence[Row] | None = None
    ) -> tuple[int, bool]:
        """Count, or remember; `whole` are the rows where they are all there are."""
        statement = counting(asked, frame)
        key = _digest(frame, statement)
        if (known := self._totals.get(key)) is not None:
            return known, True
        if whole is not None:
            return self._totals.put(key, len(whole)), True
        if not asked.collected and asked.where == ALWAYS:
            return frame.rows, True
        if not patience:
            return frame.rows, False
        try:
            [(found,)] = self._counting(asked).all(statement, patience)
        except OverLimit:
            return frame.rows, False
        return self._totals.put(key, found), True

    def _counting(self, asked: Bound) -> TableEngine:
        """Choose who counts: how many rows there are is the same in any order, which groups are left may not be."""
        return self._wide if asked.having == ALWAYS or any_order(asked) else self._engine

    def _notes(self, frame: Frame, asked: Bound) -> tuple[Note, ...]:
        """Say how many empty cells each measure left out: a mean without them must not look like one with."""
        statement = left_out(asked, frame)
        columns = [each.out for each in measured(asked)]
        if statement is None or all(is_full(each.column) for each in columns):
            return ()
        [counts] = self._counting(asked).all(statement)
        return tuple(left_out_of(each, count) for each, count in zip(columns, counts, strict=True) if count)


def _uncounted() -> NoReturn:
    raise OverLimit(
        Text(
            "行を数え終えられないため、版を指定した答えを作れません。条件を絞るか、version を付けずに尋ねてください。",
            "The rows take too long to count for an answer that names its version. Narrow the conditions, or leave out "
            "`version`.",
        )
    )


def _digest(frame: Frame, statement: Statement) -> bytes:
    """Name what is counted, shortly: a stranger's question may be long, and columns may mean other places elsewhere."""
    asked = repr((frame.id, statement.sql, tuple(statement.parameters)))
    return hashlib.sha256(asked.encode("utf-8", "replace")).digest()


def _page(stream: RowStream, limit: int, width: int, most_bytes: int) -> tuple[list[Row], bool, bool]:
    """Take up to `limit` rows and no more after `most_bytes`; say whether there are more, and whether that is why."""
    names = sum(len(column.name.encode()) for column in stream.columns)  # an answer in JSON names them in every row
    rows: list[Row] = []
    size = 0
    for batch in stream.batches(rows_at_a_time(width)):
        for row in batch:
            if len(rows) >= limit:
                return rows, True, False
            if size >= most_bytes:
                return rows, True, True
            rows.append(row)
            size += names + sum(len(cell.encode()) if isinstance(cell, str) else OTHER_CELL for cell in row[:width])
    return rows, False, False
