"""Which letters stand in the text columns of large tables, so that words are looked for as they are written there."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from app.kernel.errors import OverLimit
from app.query.answer import Statement
from app.query.kept import Kept

if TYPE_CHECKING:
    from app.query.engine import TableEngine
    from app.query.frame import Frame

# Smaller tables are searched sooner than this is found out.
FEWEST_ROWS = 100_000
SECONDS = 2.0
MOST_VALUES, MOST_LETTERS = 100_000, 10_000
KEPT = 1000
# What took too long may have done so because the machine was busy: it is tried again later.
PAUSE = 60.0
# What is kept of a column that has no letters, or too many.
_UNKNOWN = ""


class Letters:
    """Finds letters out when they are first asked for, within two seconds of a question, and keeps them."""

    def __init__(self, engine: TableEngine, *, fewest_rows: int = FEWEST_ROWS) -> None:
        self._engine = engine
        self._fewest_rows = fewest_rows
        self._kept: Kept[str] = Kept(KEPT)
        self._again: Kept[float] = Kept(KEPT)

    def of(self, frame: Frame, columns: tuple[str, ...]) -> dict[str, str]:
        """Answer the letters of columns, each once, by the columns' names; what is not known is not there."""
        if frame.rows < self._fewest_rows:
            return {}
        deadline = time.monotonic() + SECONDS
        found = {name: self._letters(frame, name, deadline) for name in columns}
        return {name: letters for name, letters in found.items() if letters}

    def _letters(self, frame: Frame, column: str, deadline: float) -> str:
        number = list(frame.by_name).index(column)
        key = (frame.id, number)
        known = self._kept.get(key)
        if known is not None:
            return known
        now = time.monotonic()
        left = deadline - now
        if left <= 0 or now < (self._again.get(key) or 0.0):
            return _UNKNOWN
        try:
            return self._kept.put(key, self._counted(frame, number, left))
        except OverLimit:
            if left > SECONDS / 2:  # else the next question has more time for it
                self._again.put(key, now + PAUSE)
            return _UNKNOWN

    def _counted(self, frame: Frame, number: int, seconds: float) -> str:
        names = ", ".join(f"c{place}" for place in range(len(frame.columns)))
        sql = f"SELECT DISTINCT c{number} FROM read_parquet(?) AS t({names}) WHERE c{number} IS NOT NULL"  # noqa: S608
        statement = Statement(sql, [str(frame.path)], ())
        letters: set[str] = set()
        values = 0
        with closing(self._engine.stream(statement, seconds)) as stream:
            for rows in stream.batches():
                values += len(rows)
                letters.update(*(cell for (cell,) in rows))
                if values > MOST_VALUES or len(letters) > MOST_LETTERS:
                    return _UNKNOWN
        return "".join(sorted(letters))
