"""A unit of work: one transaction with everything that belongs to one change."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.infra.jobs import enqueue, enqueue_once
from app.kernel.events import Event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.infra.clock import Clock
    from app.infra.db import Database


@dataclass(frozen=True, slots=True)
class Once:
    """A job about everything: however many events come within `wait`, it is done once for all of them."""

    kind: str
    wait: timedelta


# What follows each kind of event: a job about its dataset, or one about everything.
FollowUps = Mapping[type[Event], tuple[str | Once, ...]]


class Work:
    """The open transaction, the time it happens at, and the events it records."""

    def __init__(self, session: Session, now: datetime, follow_ups: FollowUps) -> None:
        self.session = session
        self.now = now
        self._follow_ups = follow_ups

    def record(self, event: Event) -> None:
        """Write the jobs that follow an event, in this same transaction."""
        for follow_up in self._follow_ups.get(type(event), ()):
            if isinstance(follow_up, Once):
                enqueue_once(self.session, follow_up.kind, now=self.now, wait=follow_up.wait)
            else:
                enqueue(self.session, follow_up, {"dataset_id": event.dataset_id}, now=self.now)

    def enqueue(self, kind: str, **arguments: str) -> None:
        """Write one job, in this same transaction."""
        enqueue(self.session, kind, arguments, now=self.now)

    def commit(self) -> None:
        """Make it all true at once."""
        self.session.commit()


class UnitsOfWork:
    """Opens units of work; each rolls back unless it commits."""

    def __init__(self, database: Database, clock: Clock, follow_ups: FollowUps) -> None:
        self._database = database
        self._clock = clock
        self._follow_ups = follow_ups

    @contextmanager
    def __call__(self) -> Iterator[Work]:
        """Begin a transaction that may write."""
        with self._database.write() as session:
            yield Work(session, self._clock(), self._follow_ups)
