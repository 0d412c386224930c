"""Parquet as the engine writes it, with what is known of the answer and of its columns.

Arrow's readers find the columns' metadata in the schema that Arrow keeps in a Parquet file (`ARROW:schema`), all others
what is said of the answer among the file's key-value metadata.
"""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.query.formats.facts import facts_of
from app.query.formats.format import About, RowFormat, pieces_of
from app.query.formats.record_batches import Pipe, described

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.query.answer import RowStream


def write(stream: RowStream, about: About, folder: Path) -> Iterator[bytes]:
    """Write the file into `folder`, hand it on and delete it; what goes wrong does so before the first piece."""
    with TemporaryDirectory(dir=folder, prefix="parquet-") as place:
        path = Path(place) / "rows.parquet"
        stream.write_parquet(path, facts_of(about) | {"ARROW:schema": _arrow_schema(stream, about)})
        yield from pieces_of(path)


def _arrow_schema(stream: RowStream, about: About) -> str:
    import nanoarrow  # type: ignore[import-untyped]
    from nanoarrow.ipc import StreamWriter  # type: ignore[import-untyped]

    pipe = Pipe()
    writer = StreamWriter.from_writable(pipe)
    with nanoarrow.c_array_stream(stream.shape()) as rows:
        writer.write_stream(rows.from_c_arrays([], described(rows.get_schema(), stream, about)))
    writer.release()
    return b64encode(pipe.take()).decode()


FORMAT = RowFormat(
    name="parquet",
    title=Text("Parquet", "Parquet"),
    media_type="application/vnd.apache.parquet",
    suffix="parquet",
    write=write,
)
