"""A unit of work: one transaction with everything that belongs to one change."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.infra.jobs import enqueue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.infra.clock import Clock
    from app.infra.db import Database
    from app.kernel.events import Event


class Work:
    """The open transaction, the time it happens at, and the events it records."""

    def __init__(self, session: Session, now: datetime, follow_ups: Mapping[type[Event], tuple[str, ...]]) -> None:
        self.session = session
        self.now = now
        self._follow_ups = follow_ups

    def record(self, event: Event) -> None:
        """Write the jobs that follow an event, in this same transaction."""
        for kind in self._follow_ups.get(type(event), ()):
            enqueue(self.session, kind, {"dataset_id": event.dataset_id}, now=self.now)

    def enqueue(self, kind: str, **arguments: str) -> None:
        """Write one job, in this same transaction."""
        enqueue(self.session, kind, arguments, now=self.now)

    def commit(self) -> None:
        """Make it all true at once."""
        self.session.commit()


class UnitsOfWork:
    """Opens units of work; each rolls back unless it commits."""

    def __init__(self, database: Database, clock: Clock, follow_ups: Mapping[type[Event], tuple[str, ...]]) -> None:
        self._database = database
        self._clock = clock
        self._follow_ups = follow_ups

    @contextmanager
    def __call__(self) -> Iterator[Work]:
        """Begin a transaction that may write."""
        with self._database.write() as session:
            yield Work(session, self._clock(), self._follow_ups)
