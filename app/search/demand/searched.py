"""Counts searches that find nothing good: by their words and the day (UTC), and by nothing of whoever asked.

Whoever wants to can ask as often as they like, so numbers are a hint, not a vote; how much is kept is bounded.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, bindparam, delete, func, select, text
from sqlalchemy.orm import aliased

from app.infra.tally import Tally
from app.search.demand.tables import SearchedRow
from app.search.demand.words import kept_words
from app.search.relaxing import STEP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from app.infra.clock import Clock
    from app.infra.db import Database
    from app.search.answer import SearchAnswer

# Different words that a process counts between two writings, and that are kept of a day.
ROOM, PER_DAY = 2000, 2000
# Nobody knows who asks. Three times on two days is more than one person's slip or a page that was loaded again; it is
# no proof that several people asked, so what may be kept at all is looked at first.
LEAST_TIMES, LEAST_DAYS = 3, 2
# What was not asked for often enough is forgotten sooner than what is shown.
KEPT_DAYS, RARE_DAYS = 180, 30
BATCH = 500

_ADD = text(
    "INSERT INTO demand_days (words, day, count) VALUES (:words, :day, :count) "
    "ON CONFLICT (words, day) DO UPDATE SET count = demand_days.count + excluded.count"
).bindparams(bindparam("day", type_=Date))


class Searched:
    """Counts in memory, keeps by the day."""

    def __init__(self, database: Database, clock: Clock, *, is_personal: Callable[[str], bool]) -> None:
        """`is_personal` says of a line whether it tells of a person; such lines are not kept."""
        self._database = database
        self._clock = clock
        self._is_personal = is_personal
        self.tally: Tally[tuple[str, date]] = Tally(ROOM)

    def count(self, typed: str, answer: SearchAnswer) -> None:
        """Count a search if its answer is no good one; it is in the database after `keep`."""
        if is_met(answer):
            return
        words = kept_words(typed)
        if words and not self._is_personal(typed) and not self._is_personal(words):
            self.tally.add((words, self._clock().date()))

    def keep(self, session: Session, counts: Mapping[tuple[str, date], int]) -> None:
        """Add counts to the days, in the session's transaction; of each day the rarest beyond `PER_DAY` go."""
        rows = [{"words": words, "day": day, "count": count} for (words, day), count in sorted(counts.items())]
        if not rows:
            return
        session.execute(_ADD, rows)
        for day in sorted({day for _, day in counts}):
            self._bound(session, day)

    def forget(self) -> int:
        """Delete what is older than it may be, and count the days of searches that went."""
        today = self._clock().date()
        newest = func.max(SearchedRow.day) < today - timedelta(days=RARE_DAYS)
        rare = select(SearchedRow.words).group_by(SearchedRow.words).having(newest, ~is_often())
        with self._database.write() as session:
            old = session.execute(delete(SearchedRow).where(SearchedRow.day < today - timedelta(days=KEPT_DAYS)))
            few = session.execute(delete(SearchedRow).where(SearchedRow.words.in_(rare)))
            session.commit()
        return int(old.rowcount + few.rowcount)  # type: ignore[attr-defined]

    def _bound(self, session: Session, day: date) -> None:
        """Keep of a day what was asked for most, of the rare what was asked for on other days too."""
        total = session.scalar(select(func.count()).where(SearchedRow.day == day)) or 0
        if total <= PER_DAY:
            return
        other = aliased(SearchedRow)
        is_known = select(other.words).where(other.words == SearchedRow.words, other.day != day).exists()
        order = (SearchedRow.count, is_known, SearchedRow.words)
        rarest = session.scalars(
            select(SearchedRow.words).where(SearchedRow.day == day).order_by(*order).limit(total - PER_DAY)
        ).all()
        for start in range(0, len(rarest), BATCH):
            batch = rarest[start : start + BATCH]
            session.execute(delete(SearchedRow).where(SearchedRow.day == day, SearchedRow.words.in_(batch)))


def is_met(answer: SearchAnswer) -> bool:
    """Say whether something was found that has all that was asked for."""
    if answer.relaxed is None:
        return answer.total > 0
    # Where only some of the hits lack a word, those that have every word stand first, by this much.
    return not answer.relaxed.words and bool(answer.hits) and answer.hits[0].score >= STEP


def is_often() -> Any:
    """The condition, of searches grouped by their words, that they may be shown."""
    return (func.sum(SearchedRow.count) >= LEAST_TIMES) & (func.count() >= LEAST_DAYS)
