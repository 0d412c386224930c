"""An answer in SQL as a stream of rows, which every format of rows can write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.query.answer import Statement
from app.query.sql.cells import table_schema_type, written

if TYPE_CHECKING:
    from pathlib import Path

    from app.query.answer import RowStream
    from app.query.engine import TableEngine
    from app.query.sql.service import Answered

_encode = msgspec.json.Encoder().encode
LONGEST_ROW = 16 * 1024 * 1024


def stream_of(answered: Answered, engine: TableEngine, path: Path) -> RowStream:
    """Write the rows to a file of ours, from which the engine reads them with their types.

    Whoever has the stream closes it, and deletes the file then.
    """
    kinds = [_stored(kind) for kind in answered.kinds]
    with path.open("wb") as file:
        for row in answered.answer.rows:
            file.write(_encode({f"c{place}": written(cell) for place, cell in enumerate(row)}) + b"\n")
    columns = ", ".join(f"c{place}: '{kind}'" for place, kind in enumerate(kinds))
    names = ", ".join(f"c{place} AS {_identifier(each.name)}" for place, each in enumerate(answered.answer.columns))
    sql = (
        f"SELECT {names} FROM read_json('{_escaped(str(path))}', format = 'newline_delimited', "  # noqa: S608 - quoted
        f"columns = {{{columns}}}, maximum_object_size = {LONGEST_ROW})"
    )
    return engine.stream(Statement(sql, _NOTHING, answered.answer.columns))


_NOTHING: tuple[Any, ...] = ()


def _stored(kind: str) -> str:
    """Name the type that a column is read back as; what came as text stays text."""
    return kind if table_schema_type(kind) != "string" else "VARCHAR"


def _escaped(words: str) -> str:
    return words.replace("'", "''")


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
