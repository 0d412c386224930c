"""`kakehashi reindex`: makes the search index anew, with the entries made by several processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
import time
from collections import deque
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import click

from app.cli.portal import look_at_portal, open_portal
from app.search.upkeep import BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.process import BaseProcess

    from app.search.engine import Entry
    from app.wiring import Services

PROCESSES = 2
# Batches that are asked for before the first of them is taken, for each process.
_AHEAD = 3


@click.command()
@click.option("--processes", type=click.IntRange(1, 16), default=PROCESSES, help=f"{PROCESSES} if not given.")
@click.option("--afresh", is_flag=True, help="Look at every record and into every table again.")
def reindex(processes: int, *, afresh: bool) -> None:
    """Make the search index anew; readers keep the old one until the new one is whole."""
    services = open_portal()
    _no_looking_for_cycles()
    ids = services.upkeep.ids()
    started = time.monotonic()
    try:
        count = services.upkeep.rebuild(_told(entries(ids, processes, _afresh if afresh else _kept), len(ids)))
    except BrokenExecutor as error:
        raise click.ClickException("a process that makes entries was ended; the index is as it was") from error
    seconds = time.monotonic() - started
    click.echo(err=True)
    click.echo(f"{count} datasets indexed in {seconds:.1f} s ({count / max(seconds, 0.001):.0f} a second)")


def entries(ids: Sequence[str], processes: int, make: Callable[[Sequence[str]], list[Entry]]) -> Iterator[Entry]:
    """Make the entries of datasets in processes of their own, batch after batch of the ids.

    Raises `concurrent.futures.BrokenExecutor` where one of them was killed.
    """
    batches = deque(ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
    # Started afresh: a fork would share the database's and the engine's open files and locks.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=fresh, initializer=_end_with_parent) as pool:
        running: deque[Future[list[Entry]]] = deque()
        while batches or running:
            while batches and len(running) < processes * _AHEAD:
                running.append(pool.submit(make, batches.popleft()))
            yield from running.popleft().result()


def _told(made: Iterator[Entry], total: int) -> Iterator[Entry]:
    for number, entry in enumerate(made, 1):
        yield entry
        if number % BATCH == 0 or number == total:
            click.echo(f"\r{number} of {total}", nl=False, err=True)


def _end_with_parent() -> None:
    """See that a process of the pool does not wait for ever for a command that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


@cache
def _services() -> Services:
    """Open the services of a process of the pool, once."""
    services = look_at_portal()
    _no_looking_for_cycles()
    return services


def _no_looking_for_cycles() -> None:
    """See that nobody looks through records and entries that all go after their batch: it takes as long as they do."""
    gc.freeze()
    gc.disable()


def _kept(ids: Sequence[str]) -> list[Entry]:
    return list(_services().upkeep.entries(ids))


def _afresh(ids: Sequence[str]) -> list[Entry]:
    made = list(_services().upkeep.entries_afresh(ids))
    gc.collect()
    return made
