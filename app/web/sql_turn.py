"""A turn to ask in SQL: clients take turns, and who is sent away pays for having been looked at."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.kernel.errors import Busy
from app.web import fairness
from app.web.context import services

if TYPE_CHECKING:
    from collections.abc import Iterator

# Who waits as `Retry-After` says pays this thirty times a minute at most; who does not is soon sent away for longer.
IN_VAIN = 20.0


def demand_room() -> None:
    """Raise `Busy` where the asker would be sent away, before what was sent is read."""
    with _paid_in_vain():
        services().sql.pool.places.demand_room(fairness.client())


@contextmanager
def sql_turn() -> Iterator[None]:
    """Hold a place for all that a request asks, and charge the time. Raises `Busy`, before anything is done."""
    with _paid_in_vain(), services().sql.pool.turn(fairness.client()), fairness.spending_time():
        yield


@contextmanager
def _paid_in_vain() -> Iterator[None]:
    try:
        yield
    except Busy:
        fairness.spend(IN_VAIN)
        raise
