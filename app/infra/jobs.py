"""Jobs: rows written in the transaction of the change they follow, done at least once.

A worker leases a job and renews the lease while it works; a worker that dies loses the lease, and another
one takes the job. So a job takes ids only, and may run twice. What fails is tried again later, and after the
last attempt kept as dead with its reason.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, and_, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.infra.db import Base
from app.kernel.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.infra.clock import Clock
    from app.infra.db import Database

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
BACKOFF_SECONDS = 2.0
REASON_LENGTH = 500

# A job that ends its worker this often is the reason, not the victim.
MAX_CLAIMS = 20

Handler = Callable[[Mapping[str, Any]], None]


class JobState(StrEnum):
    """Done jobs are deleted; dead ones stay with their reason."""

    QUEUED = "queued"
    RUNNING = "running"
    DEAD = "dead"


class JobRow(Base):
    """One piece of work to do."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_due", "state", "run_after"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str]
    attempts: Mapped[int]
    created: Mapped[datetime]
    run_after: Mapped[datetime]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    reason: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Job:
    """A leased job. `attempt` counts from 1."""

    id: str
    kind: str
    arguments: Mapping[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True)
class Task:
    """What a kind of job does, how often it is tried, and what is done once it is given up."""

    do: Handler
    give_up: Handler | None = None
    attempts: int = MAX_ATTEMPTS


def enqueue(
    session: Session, kind: str, arguments: Mapping[str, Any], *, now: datetime, run_after: datetime | None = None
) -> None:
    """Add a job to the session's transaction: it exists if and only if that commits."""
    session.add(
        JobRow(
            id=new_id(),
            kind=kind,
            arguments=dict(arguments),
            state=JobState.QUEUED,
            attempts=0,
            created=now,
            run_after=run_after or now,
        )
    )


def enqueue_once(session: Session, kind: str, *, now: datetime, wait: timedelta) -> None:
    """Add a job for later unless one of its kind is waiting already: that one will see this change as well.

    One that is running may have looked before the change, so it does not count. On PostgreSQL two transactions may
    both find none; what they add does the same thing twice.
    """
    waiting = select(JobRow.id).where(JobRow.kind == kind, JobRow.state == JobState.QUEUED).limit(1)
    if session.scalar(waiting) is None:
        enqueue(session, kind, {}, now=now, run_after=now + wait)


class Queue:
    """The job table as workers see it."""

    def __init__(self, database: Database, clock: Clock, *, lease_seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._lease = timedelta(seconds=lease_seconds)
        self.heartbeat_seconds = lease_seconds / 3
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{new_id()}"

    def claim(self, kinds: Collection[str]) -> Job | None:
        """Lease the job of these kinds that is due longest, or answer `None`."""
        now = self._clock()
        due = and_(
            JobRow.kind.in_(kinds),
            or_(
                and_(JobRow.state == JobState.QUEUED, JobRow.run_after <= now),
                and_(JobRow.state == JobState.RUNNING, JobRow.lease_until < now),
            ),
        )
        # Looking takes no write lock, so that idle workers disturb nobody.
        with self._database.read() as session:
            if session.scalar(select(JobRow.id).where(due).limit(1)) is None:
                return None
        candidate = select(JobRow.id).where(due).order_by(JobRow.run_after).limit(1).with_for_update(skip_locked=True)
        with self._database.write() as session:
            row = session.scalars(
                update(JobRow)
                .where(JobRow.id == candidate.scalar_subquery())
                .values(
                    state=JobState.RUNNING,
                    attempts=JobRow.attempts + 1,
                    lease_owner=self.owner,
                    lease_until=now + self._lease,
                )
                .returning(JobRow)
            ).one_or_none()
            session.commit()
            return None if row is None else Job(row.id, row.kind, row.arguments, row.attempts)

    def renew(self, job: Job) -> None:
        """Keep the lease of a job that is still worked on."""
        with self._database.write() as session:
            session.execute(update(JobRow).where(self._mine(job)).values(lease_until=self._clock() + self._lease))
            session.commit()

    def finish(self, job: Job) -> None:
        """Remove a job that is done, unless the lease was lost and it is another's now."""
        with self._database.write() as session:
            session.execute(delete(JobRow).where(self._mine(job)))
            session.commit()

    def fail(self, job: Job, reason: str, state: JobState) -> None:
        """Put a failed job back for later (`QUEUED`), or set it aside (`DEAD`)."""
        wait = BACKOFF_SECONDS * 2 ** (job.attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter, no secret
        with self._database.write() as session:
            session.execute(
                update(JobRow)
                .where(self._mine(job))
                .values(
                    state=state,
                    run_after=self._clock() + timedelta(seconds=wait),
                    lease_until=None,
                    reason=reason[:REASON_LENGTH],
                )
            )
            session.commit()

    def counts(self) -> dict[str, int]:
        """Count the jobs of each state."""
        with self._database.read() as session:
            rows = session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
            return {state: count for state, count in rows}  # noqa: C416 - rows are not tuples to the type checker

    def dead(self, limit: int = 50) -> list[tuple[Job, str]]:
        """List dead jobs with their reasons."""
        with self._database.read() as session:
            rows = session.scalars(select(JobRow).where(JobRow.state == JobState.DEAD).limit(limit))
            return [(Job(row.id, row.kind, row.arguments, row.attempts), row.reason or "") for row in rows]

    def retry_dead(self) -> int:
        """Queue all dead jobs again and count them."""
        with self._database.write() as session:
            rows = session.scalars(
                update(JobRow)
                .where(JobRow.state == JobState.DEAD)
                .values(state=JobState.QUEUED, attempts=0, run_after=self._clock())
                .returning(JobRow.id)
            ).all()
            session.commit()
            return len(rows)

    def _mine(self, job: Job) -> Any:
        return and_(JobRow.id == job.id, JobRow.lease_owner == self.owner, JobRow.attempts == job.attempt)


class Worker:
    """Does the jobs of some kinds, one at a time."""

    def __init__(self, queue: Queue, tasks: Mapping[str, Task]) -> None:
        self._queue = queue
        self._tasks = tasks

    def step(self) -> bool:
        """Do one job that is due. Answers `False` where there was none."""
        job = self._queue.claim(self._tasks.keys())
        if job is None:
            return False
        task = self._tasks[job.kind]
        if job.attempt > max(task.attempts, MAX_CLAIMS):
            self._fail(job, task, f"its worker ended {MAX_CLAIMS} times")
            return True
        done = threading.Event()
        keeper = threading.Thread(target=self._keep_lease, args=(job, done), daemon=True)
        keeper.start()
        try:
            task.do(job.arguments)
        except Exception as error:
            log.exception("job %s %s failed at attempt %d", job.kind, job.id, job.attempt)
            self._fail(job, task, f"{type(error).__name__}: {error}")
        else:
            self._queue.finish(job)
        finally:
            done.set()
            keeper.join()
        return True

    def _fail(self, job: Job, task: Task, reason: str) -> None:
        dead = job.attempt >= task.attempts
        if dead and task.give_up is not None:
            # Before the job is closed: a worker that ends in between does this again.
            task.give_up(job.arguments)
        self._queue.fail(job, reason, JobState.DEAD if dead else JobState.QUEUED)

    def run(self, stop: threading.Event, *, idle_seconds: float = 0.2) -> None:
        """Work until told to stop."""
        while not stop.is_set():
            try:
                worked = self.step()
            except Exception:
                # A database that is away for a moment must not end the worker.
                log.exception("the worker could not take or close a job")
                worked = False
            if not worked:
                stop.wait(idle_seconds)

    def _keep_lease(self, job: Job, done: threading.Event) -> None:
        while not done.wait(self._queue.heartbeat_seconds):
            try:
                self._queue.renew(job)
            except Exception:
                log.exception("could not renew the lease of job %s", job.id)
