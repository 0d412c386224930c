"""Has questions in SQL answered by processes that live for one question each.

A zygote (`child.py`) stands ready and forks them; it is started again when it is gone. The kernel ends all of them
together with the thread that started the zygote, which is therefore one that lives as long as this process.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.infra.places import Places
from app.query.sql import wire
from app.query.sql.refusals import broken, busy, timed_out, too_hungry

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[3]
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from app.query.sql.child import main; main()"
START_SECONDS = 20.0
ORDER_SECONDS = 5.0
READ = 1 << 20
HEAD_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a question may use. `size` are answered at a time, twice as many wait for `wait_seconds`.

    One by each web process: a second one would slow down the first, and keep threads from readers while it waits.
    """

    size: int = 1
    wait_seconds: float = 1.0
    look_seconds: float = 3.0
    seconds: float = 10.0
    rows: int = 10_000
    answer_bytes: int = 8_000_000
    # The engine's own limit counts only its buffers; the address space of the process is what holds.
    engine_memory: str = "512MB"
    memory_bytes: int = 1536 << 20
    nice: int = 19


class Pool:
    """A place to ask. Safe between threads; a process that was forked has a pool of its own."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._zygote: Zygote | None = None
        self._begin()

    def ask(self, asked: wire.Asked) -> tuple[wire.Looked | wire.Answered | wire.Failed, bytes]:
        """Answer the head of the reply and its body. Raises `Busy`, `TimedOut`, `OverLimit` and `Unavailable`."""
        with self.turn(), self._child() as child:
            return child.ask(asked, self.bounds.answer_bytes)

    @contextmanager
    def turn(self, client: str = "") -> Iterator[None]:
        """Hold a place for all that this thread asks meanwhile. Raises `Busy` where there is none."""
        if os.getpid() != self._owner:
            # We were forked: the zygote is another process's.
            self._begin()
        if getattr(self._own, "turn", False):
            yield
            return
        with self.places.taken(client):
            self._own.turn = True
            try:
                yield
            finally:
                self._own.turn = False

    def close(self) -> None:
        """End the zygote, and with it what it has forked."""
        with self._lock:
            if self._zygote is not None:
                self._zygote.close()
                self._zygote = None
        self._starter.shutdown(wait=True, cancel_futures=True)

    @property
    def pid(self) -> int | None:
        """The zygote's process, while there is one."""
        return self._zygote.pid if self._zygote else None

    def _begin(self) -> None:
        self.places = Places(self.bounds.size, queue=2 * self.bounds.size, seconds=self.bounds.wait_seconds, full=busy)
        self._lock = threading.Lock()
        self._starter = ThreadPoolExecutor(1, "sql-starter")
        self._zygote = None
        self._own = threading.local()
        # Last: a thread that finds itself the owner must find all of this.
        self._owner = os.getpid()

    @contextmanager
    def _child(self) -> Iterator[Child]:
        child = self._forked()
        try:
            yield child
        finally:
            child.kill()

    def _forked(self) -> Child:
        """Have a child forked; a zygote that has died is replaced once."""
        with self._lock:
            for _ in range(2):
                if self._zygote is None:
                    self._zygote = self._starter.submit(Zygote, self.bounds).result()
                try:
                    return self._zygote.fork()
                except OSError:
                    log.warning("the process that forks for SQL is gone, a new one is started")
                    self._zygote.close()
                    self._zygote = None
        raise broken()


class Zygote:
    """The process that forks. Raises `Unavailable` where it does not start."""

    def __init__(self, bounds: Bounds) -> None:
        self._orders, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own module
                [sys.executable, "-I", "-c", PROGRAM, str(ROOT)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", "MALLOC_ARENA_MAX": "2"},
                cwd="/",
                # Of our session, as `child._give_way` says, but no part of what a terminal's Ctrl-C is for.
                process_group=0,
            )
        self.pid = self._process.pid
        self._orders.settimeout(START_SECONDS)
        try:
            wire.send(self._orders, wire.Setup(os.getpid(), bounds.memory_bytes, bounds.engine_memory, bounds.nice))
            _must(wire.receive(self._orders))
        except OSError as error:
            log.exception("SQL cannot be answered")
            self.close()
            raise broken() from error
        self._orders.settimeout(ORDER_SECONDS)

    def fork(self) -> Child:
        """Answer a child with a connection to it. Raises `OSError` where the zygote is gone or stuck."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._orders, [b"f"], [theirs.fileno()])
                number, handles, _, _ = socket.recv_fds(self._orders, wire.LENGTH.size, 1)
                _must(number)
            except OSError:
                ours.close()
                raise
        return Child(ours, wire.LENGTH.unpack(number)[0], handles[0] if handles else None)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._orders.close()
        self._process.wait()


class Child:
    """One process for one question."""

    def __init__(self, pipe: socket.socket, pid: int, handle: int | None) -> None:
        self._pipe = pipe
        self._pid = pid
        self._handle = handle

    def ask(self, asked: wire.Asked, most: int) -> tuple[wire.Looked | wire.Answered | wire.Failed, bytes]:
        """Ask and wait until the deadline. Raises `TimedOut`, and `OverLimit` where it died of the question."""
        deadline = time.monotonic() + asked.seconds
        try:
            wire.send(self._pipe, asked)
        except OSError as error:
            raise broken() from error
        (length,) = wire.LENGTH.unpack(self._read(wire.LENGTH.size, deadline, asked.seconds))
        head = wire.reply.decode(self._read(self._bounded(length, HEAD_BYTES), deadline, asked.seconds))
        size = self._bounded(head.size, most) if isinstance(head, wire.Answered) else 0
        return head, bytes(self._read(size, deadline, asked.seconds))

    def kill(self) -> None:
        """End it, whatever it does; most have ended by themselves."""
        with suppress(ProcessLookupError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        if self._handle is not None:
            os.close(self._handle)
        # Where the system has no handles, the alarm that the child has set ends it.
        self._pipe.close()

    def _bounded(self, size: int, most: int) -> int:
        if size > most:
            log.error("a process for SQL answered %s bytes", size)
            raise broken()
        return size

    def _read(self, size: int, deadline: float, seconds: float) -> bytearray:
        read = bytearray()
        ready = select.poll()
        ready.register(self._pipe, select.POLLIN)
        while len(read) < size:
            if not ready.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise timed_out(seconds)
            try:
                piece = self._pipe.recv(min(READ, size - len(read)))
            except ConnectionError:
                piece = b""
            if not piece:
                log.warning("a question in SQL ended its process")
                raise too_hungry()
            read += piece
        return read


def _must(answer: bytes) -> None:
    """Nothing is what a process that has ended says."""
    if not answer:
        raise BrokenPipeError
