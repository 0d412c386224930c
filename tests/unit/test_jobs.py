"""Jobs are done at least once, whatever happens to workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.infra.jobs import MAX_ATTEMPTS, MAX_CLAIMS, Queue, Task, Together, Worker, enqueue, enqueue_once
from tests.factories import Portal

START = datetime(2026, 4, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(portal: Portal, clock: Clock) -> Queue:
    return Queue(portal.services.database, clock, lease_seconds=30)


def put(portal: Portal, number: int = 1) -> None:
    with portal.services.database.write() as session:
        for each in range(number):
            enqueue(session, "count", {"number": each}, now=START)
        session.commit()


def test_a_job_whose_transaction_rolls_back_never_was(portal: Portal, queue: Queue) -> None:
    with portal.services.database.write() as session:
        enqueue(session, "count", {}, now=START)

    assert queue.claim(["count"]) is None


def test_a_finished_job_is_gone(portal: Portal, queue: Queue) -> None:
    put(portal)
    done: list[Mapping[str, Any]] = []
    worker = Worker(queue, {"count": Task(done.append)})

    assert worker.step() is True
    assert worker.step() is False
    assert done == [{"number": 0}]
    assert queue.counts() == {}


def put_once(portal: Portal, now: datetime) -> None:
    with portal.services.database.write() as session:
        enqueue_once(session, "all", now=now, wait=timedelta(seconds=5))
        session.commit()


def test_a_job_about_everything_waits_and_is_there_once(portal: Portal, queue: Queue, clock: Clock) -> None:
    put_once(portal, clock.now)
    put_once(portal, clock.now)
    assert queue.claim(["all"]) is None

    clock.pass_seconds(5)

    assert queue.claim(["all"]) is not None
    assert queue.claim(["all"]) is None


def test_a_change_while_the_job_about_everything_runs_is_not_lost(portal: Portal, queue: Queue, clock: Clock) -> None:
    put_once(portal, clock.now)
    clock.pass_seconds(5)
    running = queue.claim(["all"])
    assert running is not None

    put_once(portal, clock.now)
    queue.finish(running)
    clock.pass_seconds(5)

    assert queue.claim(["all"]) is not None


def test_a_leased_job_is_nobody_elses(portal: Portal, queue: Queue, clock: Clock) -> None:
    put(portal)
    assert queue.claim(["count"]) is not None

    assert Queue(portal.services.database, clock, lease_seconds=30).claim(["count"]) is None


def test_a_dead_workers_job_goes_to_another_and_the_dead_one_cannot_close_it(
    portal: Portal, queue: Queue, clock: Clock
) -> None:
    put(portal)
    lost = queue.claim(["count"])
    clock.pass_seconds(31)
    other = Queue(portal.services.database, clock, lease_seconds=30)

    taken = other.claim(["count"])

    assert lost is not None
    assert taken is not None
    assert (taken.id, taken.attempt) == (lost.id, 2)
    queue.finish(lost)
    assert other.counts() == {"running": 1}


def test_a_renewed_lease_holds(portal: Portal, queue: Queue, clock: Clock) -> None:
    put(portal)
    job = queue.claim(["count"])
    assert job is not None
    clock.pass_seconds(20)
    queue.renew(job)
    clock.pass_seconds(20)

    assert queue.claim(["count"]) is None


def test_a_failing_job_waits_longer_each_time_and_ends_dead_with_its_reason(
    portal: Portal, queue: Queue, clock: Clock
) -> None:
    put(portal)

    def fail(_arguments: Mapping[str, Any]) -> None:
        message = "no such file"
        raise ValueError(message)

    worker = Worker(queue, {"count": Task(fail)})
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert worker.step() is True
        assert worker.step() is False
        clock.pass_seconds(2 ** (attempt + 2))

    assert queue.counts() == {"dead": 1}
    assert queue.dead()[0][1] == "ValueError: no such file"
    assert queue.retry_dead() == 1
    assert queue.claim(["count"]) is not None


def test_a_poisoned_job_does_not_hold_up_others(portal: Portal, queue: Queue) -> None:
    put(portal, 3)
    done: list[int] = []

    def work(arguments: Mapping[str, Any]) -> None:
        if arguments["number"] == 0:
            raise RuntimeError
        done.append(arguments["number"])

    worker = Worker(queue, {"count": Task(work)})
    while worker.step():
        pass

    assert sorted(done) == [1, 2]


def test_a_worker_takes_only_its_own_kinds(portal: Portal, queue: Queue) -> None:
    put(portal)

    assert queue.claim(["other"]) is None


def test_a_job_that_keeps_ending_its_worker_is_given_up(portal: Portal, queue: Queue, clock: Clock) -> None:
    put(portal)
    for _ in range(MAX_CLAIMS):
        assert queue.claim(["count"]) is not None
        clock.pass_seconds(31)
    given_up: list[Mapping[str, Any]] = []
    done: list[Mapping[str, Any]] = []

    Worker(queue, {"count": Task(done.append, given_up.append)}).step()

    assert (done, given_up) == ([], [{"number": 0}])
    assert queue.counts() == {"dead": 1}


def test_the_last_failure_tells_whoever_waits(portal: Portal, queue: Queue) -> None:
    put(portal)
    given_up: list[Mapping[str, Any]] = []

    def fail(_arguments: Mapping[str, Any]) -> None:
        raise RuntimeError

    Worker(queue, {"count": Task(fail, given_up.append, attempts=1)}).step()

    assert given_up == [{"number": 0}]


def numbers(arguments: Sequence[Mapping[str, Any]]) -> list[int]:
    return sorted(each["number"] for each in arguments)


def test_many_jobs_of_one_kind_are_done_together(portal: Portal, queue: Queue) -> None:
    put(portal, 7)
    done: list[list[int]] = []
    worker = Worker(queue, {"count": Together(lambda many: done.append(numbers(many)), most=5)})

    while worker.step():
        pass

    assert sorted(map(len, done)) == [2, 5]
    assert sorted(number for some in done for number in some) == list(range(7))
    assert queue.counts() == {}


def test_jobs_that_fail_together_are_tried_alone_and_only_the_bad_one_stays(
    portal: Portal, queue: Queue, clock: Clock
) -> None:
    put(portal, 4)
    done: list[int] = []

    def work(many: Sequence[Mapping[str, Any]]) -> None:
        if 2 in numbers(many):
            raise RuntimeError
        done.extend(numbers(many))

    worker = Worker(queue, {"count": Together(work)})
    for _ in range(5):
        while worker.step():
            pass
        clock.pass_seconds(60)

    assert sorted(done) == [0, 1, 3]
    assert queue.counts() == {"queued": 1}


def test_jobs_of_a_worker_that_died_over_many_are_all_taken_by_another(
    portal: Portal, queue: Queue, clock: Clock
) -> None:
    put(portal, 3)
    first = queue.claim(["count"])
    assert first is not None
    lost = (first, *queue.claim_more(first, 10))
    assert len(lost) == 3
    clock.pass_seconds(31)
    done: list[int] = []
    other = Queue(portal.services.database, clock, lease_seconds=30)

    worker = Worker(other, {"count": Together(lambda many: done.extend(numbers(many)))})
    while worker.step():
        pass
    queue.finish(*lost)

    assert sorted(done) == [0, 1, 2]


def test_a_renewed_lease_holds_for_all_that_is_done_together(portal: Portal, queue: Queue, clock: Clock) -> None:
    put(portal, 3)
    first = queue.claim(["count"])
    assert first is not None
    jobs = (first, *queue.claim_more(first, 10))
    clock.pass_seconds(20)
    queue.renew(*jobs)
    clock.pass_seconds(20)

    assert queue.claim(["count"]) is None
