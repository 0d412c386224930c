"""What the index knows as a whole, kept for a while: its vocabulary and the values of its facets.

Only what everybody may find goes in, so that no word of a hidden dataset shows in a suggestion.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from app.kernel.errors import Unavailable
from app.search.choices import values_of
from app.search.engine import PUBLIC
from app.search.fields import WORD
from app.search.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.search.clauses import Clause
    from app.search.engine import Engine, Facet

PUBLIC_ONLY = frozenset({PUBLIC})
MOST_WORDS = 50_000
MOST_VALUES = 5000
# An index that changes all the time is looked at no more often.
SECONDS = 60.0
# Making a vocabulary of so many words takes no longer than a blink; a larger one is made beside the answers.
QUICK = 3000
_ASKERS = 100
_COUNTED = 5000


class Known:
    """Shared by all threads of a process; each look answers something whole, if perhaps a minute old."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()
        self._stamp = ""
        self._looked = -SECONDS
        self._vocabulary = Vocabulary(())
        self._counts: tuple[str, dict[tuple[frozenset[str] | None, Clause], int]] = ("", {})
        self._values: dict[tuple[frozenset[str] | None, Facet], tuple[str, tuple[str, ...]]] = {}

    def vocabulary(self) -> Vocabulary:
        """Answer the words that everybody may find. Never raises; empty where the index cannot be read."""
        if self._clock() - self._looked >= SECONDS and self._lock.acquire(blocking=False):
            try:
                self._renew()
            except Unavailable:
                self._looked = self._clock()
            finally:
                self._lock.release()
        return self._vocabulary

    def values_of(self, facet: Facet, words: str, audiences: frozenset[str] | None) -> tuple[str, ...]:
        """Answer the values of a facet that words mean, of those that these audiences may find."""
        stamp = self._engine.stamp()
        kept = self._values.get((audiences, facet))
        if kept is None or kept[0] != stamp:
            values = tuple(each.value for each in self._engine.values(facet.value, audiences, MOST_VALUES))
            kept = (stamp, values)
            if len(self._values) > _ASKERS:
                self._values.clear()
            self._values[audiences, facet] = kept
        return values_of(facet, words, kept[1])

    def counts(self, clauses: Iterable[Clause], audiences: frozenset[str] | None) -> tuple[int, ...]:
        """Count what each clause matches; what was counted since the index changed is not counted again."""
        stamp, wanted = self._engine.stamp(), tuple(clauses)
        if self._counts[0] != stamp or len(self._counts[1]) > _COUNTED:
            self._counts = (stamp, {})
        counted = self._counts[1]
        new = tuple(clause for clause in dict.fromkeys(wanted) if (audiences, clause) not in counted)
        made = dict(zip(new, self._engine.count(new, audiences), strict=True)) if new else {}
        counted.update(((audiences, clause), count) for clause, count in made.items())
        return tuple(made[clause] if clause in made else counted[audiences, clause] for clause in wanted)

    def _renew(self) -> None:
        stamp = self._engine.stamp()
        if stamp != self._stamp:
            values = self._engine.values(WORD, PUBLIC_ONLY, MOST_WORDS)
            if len(values) <= QUICK:
                self._vocabulary = Vocabulary(values)
            else:
                threading.Thread(target=self._make, args=(values,), daemon=True).start()
            self._stamp = stamp
        self._looked = self._clock()

    def _make(self, values: tuple[object, ...]) -> None:
        self._vocabulary = Vocabulary(values)  # type: ignore[arg-type]
