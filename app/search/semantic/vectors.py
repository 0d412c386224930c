"""The vectors of datasets, in files that all processes of the machine share.

A generation holds `vectors`, rows of float32 that are only ever added to, and `rows`, which says whose each is and is
replaced whole. A vector is written before anything speaks of it, so a kill leaves some that nobody knows of, and none
that is another's. What is replaced stays in the file until the next rebuild.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
import numpy as np

from app.kernel.errors import Unavailable
from app.search.folders import DAMAGED, Generations, refusing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from app.search.semantic.embedder import Matrix

# Raise this when the files change their meaning.
LAYOUT = "1"
_VECTORS, _ROWS = "vectors", "rows"
_BYTES = 4
# As many rows are multiplied at once; what is read of the file stays in the processor's cache.
_SLICE = 65_536


class Row(msgspec.Struct, frozen=True, array_like=True):
    """Whose a vector is: the dataset, its revision, and who may find it; `place` counts rows of the file."""

    id: str
    revision: int
    audiences: tuple[str, ...]
    place: int = 0


_rows = msgspec.msgpack.Decoder(tuple[Row, ...])


@dataclass(frozen=True, slots=True)
class _Reading:
    stamp: str
    rows: tuple[Row, ...]
    matrix: Matrix  # of the whole file, mapped
    places: np.ndarray[tuple[int], np.dtype[np.int64]]
    seen: Mapping[str, np.ndarray[tuple[int], np.dtype[np.int64]]]  # the rows that each audience may find


class Vectors:
    """Vectors of one model under `folder`. Every method raises `Unavailable` where they cannot be read or written."""

    def __init__(self, folder: Path, name: str, dimensions: int) -> None:
        self._generations = Generations(folder, f"{LAYOUT}-{name}")
        self._dimensions = dimensions
        self._lock = threading.Lock()
        self._reading: _Reading | None = None

    def nearest(
        self, vector: Matrix, audiences: frozenset[str] | None, limit: int, floor: float
    ) -> tuple[tuple[str, float], ...]:
        """Answer the ids of the datasets nearest to a vector, and their cosines, the nearest first.

        Only those count that the audiences may find: what others have does not push them out.
        """
        reading = self._read()
        if reading is None or not reading.rows:
            return ()
        near = _cosines(reading.matrix, vector)[reading.places]
        if audiences is not None:
            allowed = np.zeros(len(near), np.bool_)
            for audience in audiences & reading.seen.keys():
                allowed[reading.seen[audience]] = True
            near = np.where(allowed, near, -1.0)
        count = min(limit, len(near))
        best = np.argpartition(-near, count - 1)[:count] if count else np.zeros(0, np.int64)
        found = sorted(((reading.rows[row].id, float(near[row])) for row in best), key=lambda each: (-each[1], each[0]))
        return tuple((name, cosine) for name, cosine in found if cosine >= floor)

    def put(self, rows: Sequence[Row], batches: Sequence[Matrix]) -> None:
        """Add vectors, which come in batches, replacing those of the same ids."""
        with self._generations.writing():
            generation, kept = self._kept()
            added = _append(generation, rows, np.concatenate(batches))
            known = {row.id: row for row in kept} | {row.id: row for row in added}
            _write_rows(generation, known.values())

    def remove(self, ids: Iterable[str]) -> None:
        """Take vectors out; unknown ids do nothing."""
        gone = frozenset(ids)
        with self._generations.writing():
            generation, kept = self._kept()
            if any(row.id in gone for row in kept):
                _write_rows(generation, (row for row in kept if row.id not in gone))

    def revisions(self) -> dict[str, int]:
        """Map the id of every dataset that has a vector to its revision."""
        reading = self._read()
        return {row.id: row.revision for row in reading.rows} if reading else {}

    @contextmanager
    def rebuilding(self) -> Iterator[Callable[[list[Row], Matrix], None]]:
        """Offer a function that adds to new vectors, which replace all others at the end.

        An exception leaves the old ones as they were.
        """
        rows: dict[str, Row] = {}
        with self._generations.rebuilding() as generation:
            yield lambda more, vectors: rows.update((row.id, row) for row in _append(generation, more, vectors))
            _write_rows(generation, rows.values())

    def _kept(self) -> tuple[Path, tuple[Row, ...]]:
        """Answer the present generation, or a new one where it is gone or damaged: drift tells what that lacks."""
        generation = self._generations.current()
        try:
            if generation and (reading := self._read()):
                return generation, reading.rows
        except Unavailable:
            pass
        return self._generations.begin(), ()

    def _read(self) -> _Reading | None:
        generation = self._generations.current()
        stamp = _stamp(generation)
        with self._lock:
            if generation and stamp and (self._reading is None or self._reading.stamp != stamp):
                self._reading = self._load(generation)
            return self._reading if stamp else None

    def _load(self, generation: Path) -> _Reading | None:
        stamp = _stamp(generation)
        if not stamp:
            return None
        with refusing():
            try:
                rows = _rows.decode((generation / _ROWS).read_bytes())
                matrix = _mapped(generation / _VECTORS, self._dimensions)
            except (msgspec.MsgspecError, ValueError) as error:
                raise Unavailable(DAMAGED) from error
        places = np.fromiter((row.place for row in rows), np.int64, len(rows))
        if len(places) and not 0 <= places.min() <= places.max() < len(matrix):
            raise Unavailable(DAMAGED)
        seen: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            for audience in row.audiences:
                seen.setdefault(audience, []).append(number)
        return _Reading(stamp, rows, matrix, places, {each: np.array(numbers) for each, numbers in seen.items()})


def _cosines(matrix: Matrix, vector: Matrix) -> Matrix:
    return np.concatenate([matrix[start : start + _SLICE] @ vector for start in range(0, len(matrix), _SLICE)])


def _mapped(file: Path, dimensions: int) -> Matrix:
    """Map the whole rows of a file; a kill may have left a part of one at the end."""
    count = file.stat().st_size // (_BYTES * dimensions)
    if not count:
        return np.zeros((0, dimensions), np.float32)
    return np.memmap(file, np.float32, "r", shape=(count, dimensions))


def _append(generation: Path, rows: Sequence[Row], vectors: Matrix) -> Iterator[Row]:
    width = vectors.shape[1] * _BYTES
    with refusing(), (generation / _VECTORS).open("ab") as file:
        first = -(-file.tell() // width)
        file.truncate(first * width)  # fills up the part of a row that a kill left
        file.write(np.ascontiguousarray(vectors, np.float32).tobytes())
    return (msgspec.structs.replace(row, place=first + number) for number, row in enumerate(rows))


def _write_rows(generation: Path, rows: Iterable[Row]) -> None:
    draft = generation / f"{_ROWS}.{uuid4().hex}"
    with refusing():
        (generation / _VECTORS).touch()
        draft.write_bytes(msgspec.msgpack.encode(list(rows)))
        draft.replace(generation / _ROWS)


def _stamp(generation: Path | None) -> str:
    if not generation:
        return ""
    with refusing():
        try:
            status = (generation / _ROWS).stat()
        except (FileNotFoundError, NotADirectoryError):
            return ""
    return f"{generation.name}-{status.st_mtime_ns:x}-{status.st_ino:x}-{status.st_size:x}"
