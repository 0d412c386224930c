"""Has an upload read behind the sandbox's walls, by several processes at once where there are cores and enough to read.

A first process opens the upload. It reads all of it, or answers how the resources are to be shared out; then a process
for each share reads its resources, and a last one puts the parts together. They meet in the folder, and of what they
say only the last answer is believed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import msgspec

from app.infra.conversion import converter
from app.publishing.ingested import Ingested, Question, Share

if TYPE_CHECKING:
    from app.infra.sandbox import Limits, Sandbox

READER = "app.publishing.ingest:ingest"
SHARE_READER = "app.publishing.ingest:read_share"
FINISHER = "app.publishing.ingest:finish"
FUNCTIONS = frozenset({READER, SHARE_READER, FINISHER})

MOST_PROCESSES = 4
# Two more rounds of processes take about as long as reading so much: others must have that to take over.
WORTH_SHARING_BYTES = 4 << 20
HEARTBEAT_SECONDS = 1.0

_ingested = converter(Ingested, str_keys=True)


class _StoppedError(Exception):
    """Ends a process whose work nobody needs any more."""


@dataclass(frozen=True, slots=True)
class _Round:
    """What all processes that read one upload have in common."""

    sandbox: Sandbox
    folder: Path
    limits: Limits
    upload: Path
    deadline: float

    def run(self, function: str, argument: object, heartbeat: Callable[[], None] | None) -> Any:
        left = max(0.0, self.deadline - time.monotonic())
        return self.sandbox.run(
            function,
            msgspec.to_builtins(argument),
            folder=self.folder,
            limits=replace(self.limits, seconds=left),
            reads=(self.upload,),
            heartbeat=heartbeat,
        )


def read_upload(
    sandbox: Sandbox,
    question: Question,
    *,
    folder: Path,
    limits: Limits,
    heartbeat: Callable[[], None] | None = None,
) -> Ingested:
    """Ask the reader, and let its processes take no longer together than one may.

    Each of them may use the memory that one may. Raises what `Sandbox.run` raises.
    """
    round_ = _Round(sandbox, folder, limits, Path(question.file), time.monotonic() + limits.seconds)
    asked = replace(question, processes=_processes(), worth_sharing=WORTH_SHARING_BYTES)
    first = _ingested(round_.run(READER, asked, heartbeat))
    if not first.shares:
        return first
    # However many a reader that was taken over asks for.
    shares = [Share(numbers, question.choices) for numbers in first.shares[:MOST_PROCESSES]]
    _read_shares(round_, shares, heartbeat or _no_heartbeat)
    return _ingested(round_.run(FINISHER, asked, heartbeat))


def shares_of(weights: Sequence[int], processes: int, worth_sharing: int) -> tuple[tuple[int, ...], ...]:
    """Share out the numbers of the weights, about as much to each process; nothing where one had better do it all."""
    if processes == 1 or sum(weights) - max(weights, default=0) < worth_sharing:
        return ()
    count = min(processes, len(weights))
    shares: list[list[int]] = [[] for _ in range(count)]
    loads = [0] * count
    for number in sorted(range(len(weights)), key=lambda each: -weights[each]):
        lightest = loads.index(min(loads))
        shares[lightest].append(number)
        loads[lightest] += weights[number] + 1
    return tuple(map(tuple, shares)) if count > 1 else ()


def _processes() -> int:
    return min(os.cpu_count() or 1, MOST_PROCESSES)


def _read_shares(round_: _Round, shares: Sequence[Share], heartbeat: Callable[[], None]) -> None:
    """Run a process for each share; the first that fails ends the others, and is what is raised."""
    stopped = Event()

    def look() -> None:
        if stopped.is_set():
            raise _StoppedError

    # A child dies with the thread that started it: each thread waits for its own child.
    with ThreadPoolExecutor(len(shares)) as threads:
        try:
            _await([threads.submit(round_.run, SHARE_READER, share, look) for share in shares], heartbeat)
        finally:
            stopped.set()


def _await(running: Sequence[Future[Any]], heartbeat: Callable[[], None]) -> None:
    """Wait for all, or until one fails, and raise what it raised."""
    while True:
        done, left = wait(running, HEARTBEAT_SECONDS, FIRST_EXCEPTION)
        for each in done:
            each.result()
        if not left:
            return
        heartbeat()


def _no_heartbeat() -> None:
    """Nobody waits for signs of life."""
