"""How much datasets are used: views of their pages and downloads of their files, counted for each day (UTC).

Only numbers are kept: nothing of whoever asked. Days older than `KEPT_DAYS` are summed up by month.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Date, bindparam, case, func, select, text

from app.catalog.usage_tables import PopularityRow, UsageMonthRow, UsageRow
from app.infra.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.infra.clock import Clock
    from app.infra.db import Database

# Datasets that a process counts between two writings; more than can be asked for in a minute.
ROOM = 50_000
# Popularity looks back this many weeks; what is as old as the half-life counts half.
WEEKS, HALF_LIFE_DAYS = 13, 30
# Who takes the file makes more of a dataset than who looks at its page.
DOWNLOAD_WEIGHT = 3
# Four steps for each doubling: small changes are not worth indexing a dataset again.
STEPS = 4
KEPT_DAYS = 7 * WEEKS + 1
BATCH = 500


class Use(StrEnum):
    """What was done with a dataset."""

    VIEW = "view"
    DOWNLOAD = "download"


@dataclass(frozen=True, slots=True)
class Used:
    """How often a dataset was looked at and taken, over all time."""

    views: int = 0
    downloads: int = 0


Counted = tuple[str, date, Use]

_DAY = bindparam("day", type_=Date)
# PostgreSQL and SQLite write this alike; two processes that count the same dataset add up.
_ADD = text(
    "INSERT INTO usage_days (dataset_id, day, views, downloads) VALUES (:dataset_id, :day, :views, :downloads) "
    "ON CONFLICT (dataset_id, day) DO UPDATE SET views = usage_days.views + excluded.views, "
    "downloads = usage_days.downloads + excluded.downloads"
).bindparams(_DAY)
_SUM_UP = text(
    "INSERT INTO usage_months (dataset_id, month, views, downloads) "
    "SELECT dataset_id, :month, SUM(views), SUM(downloads) FROM usage_days WHERE day >= :month AND day < :next "
    "GROUP BY dataset_id ON CONFLICT (dataset_id, month) DO UPDATE SET "
    "views = usage_months.views + excluded.views, downloads = usage_months.downloads + excluded.downloads"
).bindparams(bindparam("month", type_=Date), bindparam("next", type_=Date))
_FORGET = text("DELETE FROM usage_days WHERE day >= :month AND day < :next").bindparams(
    bindparam("month", type_=Date), bindparam("next", type_=Date)
)
_SET = text(
    "INSERT INTO popularity (dataset_id, popularity) VALUES (:dataset_id, :popularity) "
    "ON CONFLICT (dataset_id) DO UPDATE SET popularity = excluded.popularity"
)


class Usage:
    """Counts uses in memory, keeps them by the day, and says how popular datasets are."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        changed: Callable[[Session, Sequence[str]], None] = lambda _session, _dataset_ids: None,
    ) -> None:
        """`changed` writes what follows another popularity of datasets into the transaction that keeps it."""
        self._database = database
        self._clock = clock
        self._changed = changed
        self.tally: Tally[Counted] = Tally(ROOM)

    def count(self, dataset_id: str, use: Use) -> None:
        """Count one use, now; it is in the database after `keep`."""
        self.tally.add((dataset_id, self._clock().date(), use))

    def keep(self, session: Session, counts: Mapping[Counted, int]) -> None:
        """Add counts to the days, in the session's transaction."""
        # In one order, so that two processes never wait for each other.
        days = sorted({(dataset_id, day) for dataset_id, day, _ in counts})
        rows = [
            {
                "dataset_id": dataset_id,
                "day": day,
                "views": counts.get((dataset_id, day, Use.VIEW), 0),
                "downloads": counts.get((dataset_id, day, Use.DOWNLOAD), 0),
            }
            for dataset_id, day in days
        ]
        if rows:
            session.execute(_ADD, rows)

    def of(self, dataset_id: str) -> Used:
        """Sum up all that was kept of a dataset."""
        views = downloads = 0
        with self._database.read() as session:
            for table in (UsageRow, UsageMonthRow):
                sums = select(func.sum(table.views), func.sum(table.downloads)).where(table.dataset_id == dataset_id)
                found = session.execute(sums).one()
                views, downloads = views + int(found[0] or 0), downloads + int(found[1] or 0)
        return Used(views, downloads)

    def popularity(self, dataset_ids: Sequence[str]) -> dict[str, int]:
        """Map those of a few hundred datasets that are used to how popular they are."""
        query = select(PopularityRow.dataset_id, PopularityRow.popularity)
        with self._database.read() as session:
            found = session.execute(query.where(PopularityRow.dataset_id.in_(dataset_ids)))
            return dict(found.all())

    def refresh(self) -> int:
        """Work out anew how popular datasets are, and count those of which that changed."""
        now, before = self._scores(), self._all()
        different = sorted(each for each in now.keys() | before.keys() if now.get(each, 0) != before.get(each, 0))
        for start in range(0, len(different), BATCH):
            batch = different[start : start + BATCH]
            with self._database.write() as session:
                session.execute(_SET, [{"dataset_id": each, "popularity": now.get(each, 0)} for each in batch])
                self._changed(session, batch)
                session.commit()
        return len(different)

    def sum_up(self) -> int:
        """Sum up the months whose last day is older than `KEPT_DAYS`, and count them."""
        limit = (self._clock().date() - timedelta(days=KEPT_DAYS)).replace(day=1)
        months = 0
        while (month := self._oldest()) is not None and month < limit:
            span = {"month": month, "next": _after(month)}
            with self._database.write() as session:
                session.execute(_SUM_UP, span)
                session.execute(_FORGET, span)
                session.commit()
            months += 1
        return months

    def _oldest(self) -> date | None:
        with self._database.read() as session:
            day = session.scalar(select(func.min(UsageRow.day)))
        return day.replace(day=1) if day else None

    def _scores(self) -> dict[str, int]:
        today = self._clock().date()
        # Weeks rather than days: a dataset that nobody asks for any more is indexed again a few times, not daily.
        weight = case(
            *((UsageRow.day > today - timedelta(days=7 * (week + 1)), _weight(week)) for week in range(WEEKS)),
            else_=0.0,
        )
        score = func.sum((UsageRow.views + DOWNLOAD_WEIGHT * UsageRow.downloads) * weight)
        query = select(UsageRow.dataset_id, score).where(UsageRow.day > today - timedelta(days=7 * WEEKS))
        with self._database.read() as session:
            return _buckets(session.execute(query.group_by(UsageRow.dataset_id)).all())

    def _all(self) -> dict[str, int]:
        with self._database.read() as session:
            found = session.execute(select(PopularityRow.dataset_id, PopularityRow.popularity))
            return dict(found.all())


def _weight(week: int) -> float:
    return float(0.5 ** (7 * week / HALF_LIFE_DAYS))


def _buckets(scores: Iterable[tuple[str, float]]) -> dict[str, int]:
    return {dataset_id: round(STEPS * math.log2(1 + float(score))) for dataset_id, score in scores}


def _after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
