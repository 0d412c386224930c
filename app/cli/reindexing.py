"""`kakehashi reindex`: makes the search index anew, with the entries made by several processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
import time
from collections import deque
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

import click

from app.cli.portal import look_at_portal, open_portal
from app.search.upkeep import BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.process import BaseProcess

    from app.search.engine import Entry
    from app.search.upkeep import Upkeep
    from app.wiring import Services

    Make = Callable[[Sequence[str]], list[Entry]]

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
    started = time.monotonic()
    try:
        ids = services.upkeep.ids()
        made = entries(services.upkeep, ids, processes, make=_afresh if afresh else _missing)
        count = services.upkeep.rebuild(_told(made, len(ids)))
    except BrokenExecutor as error:
        raise click.ClickException("a process that makes entries was ended; the index is as it was") from error
    seconds = time.monotonic() - started
    click.echo(err=True)
    click.echo(f"{count} datasets indexed in {seconds:.1f} s ({count / max(seconds, 0.001):.0f} a second)")


def entries(upkeep: Upkeep, ids: Sequence[str], processes: int, *, make: Make) -> Iterator[Entry]:
    """Answer the entries of datasets batch after batch: as they are kept, else made in processes of their own.

    Raises `concurrent.futures.BrokenExecutor` where one of these was killed.
    """
    running: deque[Future[list[Entry]]] = deque()
    with ExitStack() as closing:
        pool: ProcessPoolExecutor | None = None
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            # Handing an entry from one process to another costs more than reading it.
            kept = upkeep.kept(batch) if make is _missing else None
            if kept is not None:
                yield from kept
                continue
            pool = pool or closing.enter_context(_pool(processes))
            running.append(pool.submit(make, batch))
            if len(running) >= processes * _AHEAD:
                yield from running.popleft().result()
        while running:
            yield from running.popleft().result()


def _pool(processes: int) -> ProcessPoolExecutor:
    # Started afresh: a fork would share the database's and the engine's open files and locks.
    fresh = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=fresh, initializer=_end_with_parent)


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


def _missing(ids: Sequence[str]) -> list[Entry]:
    made = list(_services().upkeep.entries(ids))
    _let_go()
    return made


def _afresh(ids: Sequence[str]) -> list[Entry]:
    made = list(_services().upkeep.entries_afresh(ids))
    _let_go()
    return made


def _let_go() -> None:
    """Free what the last batch left in circles; looking through all that is remembered takes half as long as it."""
    gc.collect(0)
