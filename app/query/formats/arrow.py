"""Arrow's stream of record batches, which readers take without parsing; columns keep their meaning as metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.kernel.errors import OverLimit
from app.kernel.text import Text
from app.query.formats.format import About, RowFormat
from app.query.formats.record_batches import Pipe, described

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.query.answer import RowStream


def write(stream: RowStream, about: About, _folder: Path) -> Iterator[bytes]:
    """Write the schema, the batches and the mark of the end, which a stream that was cut short lacks.

    Raises `OverLimit` where the engine stops, as Arrow does not tell why it did.
    """
    import nanoarrow  # type: ignore[import-untyped]
    from nanoarrow.ipc import StreamWriter  # type: ignore[import-untyped]

    pipe = Pipe()
    writer = StreamWriter.from_writable(pipe)
    with nanoarrow.c_array_stream(stream.arrow()) as rows:
        schema = described(rows.get_schema(), stream, about)
        writer.write_stream(rows.from_c_arrays([], schema))
        for batch in _batches(rows):
            # The same columns under their described schema.
            writer.write_stream(rows.from_c_arrays([batch], schema, validate=False))
            yield pipe.take()
    writer.close()
    yield pipe.take()


def _batches(rows: Any) -> Iterator[Any]:
    from nanoarrow._utils import NanoarrowException  # type: ignore[import-untyped]

    try:
        yield from rows
    except NanoarrowException as error:
        raise OverLimit(
            Text(
                "時間またはメモリーの上限に達したため中止しました。条件や列を絞るか、ファイルをダウンロードしてください。",
                "This reached its limit of time or memory and was stopped. Narrow the conditions or the columns, or "
                "download the file.",
            )
        ) from error


FORMAT = RowFormat(
    name="arrow",
    title=Text("Arrow（IPC ストリーム）", "Arrow (IPC stream)"),
    media_type="application/vnd.apache.arrow.stream",
    suffix="arrow",
    write=write,
)
