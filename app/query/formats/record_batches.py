"""Arrow schemas that say what columns mean, for Arrow and Parquet files.

Values keep the types that the engine gives them; nothing is taken from words. Of the Table Schema types it makes

| Table Schema type | DuckDB                                                        | Arrow                            |
|-------------------|---------------------------------------------------------------|----------------------------------|
| integer           | BIGINT; DECIMAL(38, 0) from 19 digits, VARCHAR from 39 digits | int64; decimal128(38, 0); string |
| integer, a sum    | HUGEINT                                                       | decimal128(38, 0)                |
| number            | DOUBLE                                                        | double                           |
| boolean           | BOOLEAN                                                       | bool                             |
| date              | DATE                                                          | date32                           |
| datetime          | TIMESTAMP; TIMESTAMPTZ if all have a zone, VARCHAR if some    | timestamp[us]; with UTC; string  |
| time              | TIME; VARCHAR if some have a zone                             | time64[us]; string               |
| year              | INTEGER                                                       | int32                            |
| all others        | VARCHAR                                                       | string                           |
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from app.query.formats.facts import facts_of, facts_of_column

if TYPE_CHECKING:
    from app.query.answer import ArrowStream, RowStream
    from app.query.formats.format import About

# In Arrow's C interface, times with a zone are written so, the zone's name after it.
_MOMENT = "tsu:"


class Pipe(io.RawIOBase):
    """A file for libraries to write to; whoever reads takes what was written since the last time."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, piece: Any) -> int:
        """Keep the bytes until they are taken."""
        self._written += piece
        return len(piece)

    def take(self) -> bytes:
        """Hand on the bytes."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


def described(rows: ArrowStream, stream: RowStream, about: About) -> Any:
    """Answer the schema (nanoarrow's) of a stream's rows, with what is known of the answer and of each column."""
    import nanoarrow  # type: ignore[import-untyped]

    schema = nanoarrow.c_schema(rows)
    children = [
        child.modify(name=column.name, format=_utc(child.format), metadata=facts_of_column(column))
        for column, child in zip(stream.columns, schema.children, strict=True)
    ]
    return schema.modify(name="", children=children, metadata=facts_of(about) or None)


def _utc(format_: str) -> str:
    """Name the zone as every reader knows it; the moments are the same."""
    return f"{_MOMENT}UTC" if format_.startswith(_MOMENT) and format_ != _MOMENT else format_
