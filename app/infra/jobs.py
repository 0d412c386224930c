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
from collections.abc import Callable, Mapping, Sequence
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

# Jobs that are done together where they are many.
MOST_TOGETHER = 500

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


@dataclass(frozen=True, slots=True)
class Together:
    """As `Task`, for a kind of which many are done at once: `do` gets the arguments of each.

    That is so at their first attempt. Where it fails, or its worker dies, each is tried alone later: one that cannot
    be done does not hold up the others.
    """

    do: Callable[[Sequence[Mapping[str, Any]]], None]
    attempts: int = MAX_ATTEMPTS
    most: int = MOST_TOGETHER
    give_up: None = None


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

    def claim_more(self, first: Job, most: int) -> tuple[Job, ...]:
        """Lease up to `most` other jobs of its kind that are due and were never tried, to be done with `first`."""
        now = self._clock()
        waiting = (
            select(JobRow.id)
            .where(
                JobRow.kind == first.kind,
                JobRow.state == JobState.QUEUED,
                JobRow.run_after <= now,
                JobRow.attempts == 0,
            )
            .order_by(JobRow.run_after)
            .limit(most)
        )
        with self._database.read() as session:
            if session.scalar(waiting.limit(1)) is None:
                return ()
        with self._database.write() as session:
            rows = session.scalars(
                update(JobRow)
                .where(JobRow.id.in_(waiting.with_for_update(skip_locked=True)))
                .values(state=JobState.RUNNING, attempts=1, lease_owner=self.owner, lease_until=now + self._lease)
                .returning(JobRow)
            ).all()
            session.commit()
            return tuple(Job(row.id, row.kind, row.arguments, row.attempts) for row in rows)

    def renew(self, *jobs: Job) -> None:
        """Keep the leases of jobs that are still worked on."""
        with self._database.write() as session:
            session.execute(update(JobRow).where(self._mine(jobs)).values(lease_until=self._clock() + self._lease))
            session.commit()

    def finish(self, *jobs: Job) -> None:
        """Remove jobs that are done, unless a lease was lost and the job is another's now."""
        with self._database.write() as session:
            session.execute(delete(JobRow).where(self._mine(jobs)))
            session.commit()

    def fail(self, *jobs: Job, reason: str, state: JobState) -> None:
        """Put failed jobs, which were tried as often, back for later (`QUEUED`), or set them aside (`DEAD`)."""
        jitter = random.uniform(0.5, 1.5)  # noqa: S311 - no secret
        wait = BACKOFF_SECONDS * 2 ** (jobs[0].attempt - 1) * jitter
        with self._database.write() as session:
            session.execute(
                update(JobRow)
                .where(self._mine(jobs))
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

    def _mine(self, jobs: Sequence[Job]) -> Any:
        """Match those of the jobs, all of one attempt, whose leases are still held."""
        return and_(
            JobRow.id.in_([job.id for job in jobs]),
            JobRow.lease_owner == self.owner,
            JobRow.attempts == jobs[0].attempt,
        )


class Worker:
    """Does the jobs of some kinds: one at a time, or many of one kind together."""

    def __init__(self, queue: Queue, tasks: Mapping[str, Task | Together]) -> None:
        self._queue = queue
        self._tasks = tasks

    def step(self) -> bool:
        """Do one job that is due, or several together. Answers `False` where there was none."""
        job = self._queue.claim(self._tasks.keys())
        if job is None:
            return False
        task = self._tasks[job.kind]
        if job.attempt > max(task.attempts, MAX_CLAIMS):
            self._fail((job,), task, f"its worker ended {MAX_CLAIMS} times")
            return True
        jobs: tuple[Job, ...] = (job,)
        if isinstance(task, Together) and job.attempt == 1 and task.most > 1:
            jobs = (job, *self._queue.claim_more(job, task.most - 1))
        done = threading.Event()
        keeper = threading.Thread(target=self._keep_leases, args=(jobs, done), daemon=True)
        keeper.start()
        try:
            _do(task, jobs)
        except Exception as error:
            log.exception("%d jobs %s, the first %s, failed at attempt %d", len(jobs), job.kind, job.id, job.attempt)
            self._fail(jobs, task, f"{type(error).__name__}: {error}")
        else:
            self._queue.finish(*jobs)
        finally:
            done.set()
            keeper.join()
        return True

    def _fail(self, jobs: Sequence[Job], task: Task | Together, reason: str) -> None:
        dead = jobs[0].attempt >= task.attempts
        if dead and task.give_up is not None:
            # Before the job is closed: a worker that ends in between does this again.
            task.give_up(jobs[0].arguments)
        self._queue.fail(*jobs, reason=reason, state=JobState.DEAD if dead else JobState.QUEUED)

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

    def _keep_leases(self, jobs: Sequence[Job], done: threading.Event) -> None:
        while not done.wait(self._queue.heartbeat_seconds):
            try:
                self._queue.renew(*jobs)
            except Exception:
                log.exception("could not renew the leases of %d jobs, the first %s", len(jobs), jobs[0].id)


def _do(task: Task | Together, jobs: Sequence[Job]) -> None:
    if isinstance(task, Together):
        task.do([job.arguments for job in jobs])
    else:
        task.do(jobs[0].arguments)
