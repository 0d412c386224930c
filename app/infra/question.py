"""Questions that every request asks: their SQL is written once, and the driver itself is asked.

A session, a transaction and SQL that is put together anew for each number of keys take ten times as long as the
database does.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Dialect, Select
    from sqlalchemy.orm import InstrumentedAttribute

# SQL is written for so many keys, twice as many, and so on; the last key fills up what is left.
STEP = 20
_KEPT = 64


class Question:
    """A SELECT of what the driver answers as it is, such as texts. `among` is the column that keys are looked for in.

    All values but the keys are part of the SQL (`literal_execute`), so that a partial index can be seen to serve it.
    """

    def __init__(self, query: Select[*tuple[Any, ...]], among: InstrumentedAttribute[str] | None = None) -> None:
        self._query = query
        self._among = among

    def written(self, dialect: Dialect, keys: Sequence[str]) -> tuple[str, Sequence[str] | Mapping[str, str]]:
        """Answer the SQL and what is bound in it, as a database's driver takes them."""
        room = -(-len(keys) // STEP) * STEP
        filled = (*keys, *[*keys[-1:]] * (room - len(keys)))
        return _sql(self, dialect, room), filled if dialect.positional else dict(zip(_names(room), filled, strict=True))

    def of(self, room: int) -> Select[*tuple[Any, ...]]:
        """Answer the SELECT for so many keys."""
        if self._among is None:
            return self._query
        return self._query.where(self._among.in_([bindparam(name, "", self._among.type) for name in _names(room)]))


@lru_cache(maxsize=_KEPT)
def _sql(question: Question, dialect: Dialect, room: int) -> str:
    return str(question.of(room).compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))


def _names(room: int) -> list[str]:
    return [f"key_{number}" for number in range(room)]
