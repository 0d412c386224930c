"""Questions that take too long are stopped, all others are left alone."""

from __future__ import annotations

import threading

from app.query.deadlines import Deadlines

LATE = 30.0


def test_what_takes_too_long_is_stopped() -> None:
    stopped = threading.Event()
    Deadlines().after(0.01, stopped.set)
    assert stopped.wait(LATE)


def test_a_nearer_deadline_is_met_before_one_that_was_set_earlier() -> None:
    deadlines, stopped = Deadlines(), threading.Event()
    far = deadlines.after(600, stopped.set)
    near = threading.Event()
    deadlines.after(0.01, near.set)
    assert near.wait(LATE)
    assert not stopped.is_set()
    far.cancel()


def test_what_was_done_in_time_is_not_stopped() -> None:
    deadlines, order = Deadlines(), list[str]()
    done = threading.Event()
    deadlines.after(0.01, lambda: order.append("cancelled")).cancel()
    deadlines.after(0.02, done.set)
    assert done.wait(LATE)
    assert order == []
