"""Where the rows of one table lie while they are checked: a DuckDB file in the child's own folder.

Columns are `c0`, `c1` ... as text, and `rowid` counts rows from 0 in the file's order. Names and values that a
stranger wrote enter SQL only through `literal` and `identifier`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from app.publishing.decoding import LONGEST_LINE
from app.publishing.grids import Grid

_FILE = "table.duckdb"
_MEMORY = "1500MB"
_THREADS = 2
_WIDE = 500
# Of a group of 122,880 rows. Numbers that hardly repeat are found sooner without a dictionary.
_DICTIONARY = 50_000
# Room for all of them is taken before the first row is written: more for all columns together is more than `_MEMORY`.
_DICTIONARIES = 4_000_000
# So that looking up a row reads pages of it, by their index, and no whole group of rows.
_PAGE_BYTES = 16 * 1024
# Every thread holds a vector per column; looking for common parts takes the square of the number of expressions.
_FOR_WIDE_TABLES = "SET threads = 1; SET disabled_optimizers = 'common_subexpressions'"
_AT_ONCE = 64
_BLOCKED, _BLOCK = 128, 32
_AS_IT_STANDS = "header = true, auto_detect = false, strict_mode = true, all_varchar = true, null_padding = false"
_CLEAN_CSV = r"""FORMAT csv, HEADER true, DELIM ',', QUOTE '"', ESCAPE '"', NULLSTR '', NEW_LINE '\r\n'"""


class Stage:
    """The staged rows. Use it as a context; the file goes when it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._connection = duckdb.connect(
            str(self._path),
            config={
                "memory_limit": _MEMORY,
                "threads": _THREADS,
                "temp_directory": str(folder / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
            },
        )
        self._connection.execute("SET TimeZone = 'UTC'")
        self._width = 0
        self._blocks: set[int] = set()

    @property
    def folder(self) -> Path:
        """Where the table's files lie."""
        return self._path.parent

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._path.unlink(missing_ok=True)

    def load(self, grid: Grid) -> bool:
        """Take the rows of a clean CSV; false where DuckDB does not read the very same cells as Python did."""
        names = [f"c{column}" for column in range(len(grid.labels))]
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        listed = ", ".join(f"'{name}'" for name in names)
        options = (
            f"{_AS_IT_STANDS}, delim = ',', quote = '\"', escape = '\"', columns = {{{columns}}}, "
            f"force_not_null = [{listed}], max_line_size = {8 * LONGEST_LINE}"
        )
        if len(names) > _WIDE:
            self._connection.execute(_FOR_WIDE_TABLES)
        table = f"read_csv({literal(str(grid.csv))}, {options})"
        try:
            self._connection.execute(f"CREATE OR REPLACE TABLE cells AS {select('*', table)}")
        except duckdb.InvalidInputException:
            return False
        self._width = len(names)
        self.forget_blocks()
        rows, *characters = self.figures(["count(*)", *(f"sum(length({name}))" for name in names)])
        return bool(rows == grid.rows and sum(map(int, filter(None, characters))) == grid.characters)

    def near(self, column: int) -> str:
        """Name the table to ask about one column: DuckDB takes the longer to answer the more columns a table has.

        Of a wide table it is a copy of some columns, with the same row numbers; it holds until `forget_blocks`.
        """
        if self._width <= _BLOCKED or column >= self._width:
            return "cells"
        block = column // _BLOCK
        if block not in self._blocks:
            columns = range(block * _BLOCK, min((block + 1) * _BLOCK, self._width))
            listed = ", ".join(f"c{each}" for each in columns)
            self._connection.execute(f"CREATE TABLE block{block} AS {select(listed, 'cells', 'ORDER BY rowid')}")
            self._blocks.add(block)
        return f"block{block}"

    def forget_blocks(self) -> None:
        """Drop the copies of columns; whoever changes `cells` says so here."""
        for block in self._blocks:
            self._connection.execute(f"DROP TABLE block{block}")
        self._blocks.clear()

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement that answers nothing, such as an UPDATE of `cells`."""
        self._connection.execute(statement, parameters)

    def rows(self, what: str, rest: str = "", *, source: str = "cells", before: str = "") -> list[tuple[Any, ...]]:
        """Select from the staged rows."""
        return self._connection.execute(f"{before} {select(what, source, rest)}").fetchall()

    def pieces(self, what: str, rest: str, size: int, *, source: str = "cells") -> Iterator[list[tuple[Any, ...]]]:
        """Select from the staged rows without holding more than `size` of the answers.

        The question goes through a connection of its own, so that other statements may run in between.
        """
        with self._connection.cursor() as apart:
            answer = apart.execute(select(what, source, rest))
            while piece := answer.fetchmany(size):
                yield piece

    def figures(self, expressions: Sequence[str], where: str = "") -> list[Any]:
        """Compute aggregates, some at a time: thousands in one statement end DuckDB's process."""
        found: list[Any] = []
        for start in range(0, len(expressions), _AT_ONCE):
            found += self.rows(", ".join(expressions[start : start + _AT_ONCE]), where)[0]
        return found

    def write_csv(self, names: Sequence[str], path: Path) -> None:
        """Write all rows, in their order, as RFC 4180 has it: UTF-8, CRLF, the names first.

        An empty cell is written as nothing; alone in its row as "", for some readers pass over a blank line.
        """
        word = "nullif({0}, '')" if len(names) > 1 else "{0}"  # DuckDB quotes what would else read as NULL
        cells = ", ".join(f"{word.format(f'c{number}')} AS {identifier(name)}" for number, name in enumerate(names))
        self._connection.execute(f"COPY ({select(cells, 'cells')}) TO {literal(str(path))} ({_CLEAN_CSV})")

    def write_parquet(self, what: str, path: Path) -> None:
        """Write a selection of all rows, in their order.

        Words that repeat are stored once per group of rows, and looked at once where words are looked for in cells.
        """
        words = min(_DICTIONARY, _DICTIONARIES // max(1, self._width))
        self._connection.execute(
            f"COPY ({select(what, 'cells')}) TO {literal(str(path))} "
            f"(FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT {words}, "
            f"WRITE_PAGE_INDEX true, DATA_PAGE_SIZE_LIMIT {_PAGE_BYTES})"
        )

    def counts_in_parquet(self, path: Path, names: Iterable[str]) -> tuple[int, ...]:
        """Count the rows of a Parquet file, then the values of each column that are not NULL."""
        counts = ", ".join(f"count({identifier(name)})" for name in names)
        return self.rows(f"count(*), {counts}", source=f"read_parquet({literal(str(path))})")[0]

    def add_readings(self, column: int, readings: Path) -> None:
        """Put `d<column>` beside a column: what a two-column CSV (written, read) says its words mean."""
        self._connection.execute(f"ALTER TABLE cells ADD COLUMN d{column} VARCHAR")
        self._connection.execute(
            f"UPDATE cells SET d{column} = meaning FROM read_csv({literal(str(readings))}, {_AS_IT_STANDS}, "  # noqa: S608 - a path of our own, quoted
            f"delim = ',', quote = '\"', escape = '\"', columns = {{'word': 'VARCHAR', 'meaning': 'VARCHAR'}}, "
            f"force_not_null = ['word']) WHERE word = c{column}"
        )

    def knows_pattern(self, pattern: str) -> bool:
        """Say whether RE2, which matches in linear time, can take a regular expression."""
        try:
            self._connection.execute("SELECT regexp_full_match('', ?)", [pattern])
        except duckdb.Error:
            return False
        return True


def select(what: str, source: str, rest: str = "") -> str:
    """Write a SELECT of parts that are our own words or went through the two functions below."""
    return f"SELECT {what} FROM {source} {rest}"  # noqa: S608 - as said above


def literal(words: str) -> str:
    """Write text as an SQL string; its only escape is the doubled quote. What no UTF-8 file can hold is replaced."""
    storable = words.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return "'" + storable.replace("'", "''") + "'"


def is_storable(words: str) -> bool:
    """Say whether `literal` writes the very same text."""
    return "\0" not in words and words.encode("utf-8", "replace").decode() == words


def identifier(name: str) -> str:
    """Write a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
