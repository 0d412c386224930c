"""A few warm processes that answer queries, each killed at a query's deadline and replaced.

They are started by one thread that lives as long as this process does, because the kernel ends them together with
the thread that started them. Nothing is forked: a process with threads cannot be, safely.
"""

from __future__ import annotations

import logging
import os
import select
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msgspec

from app.infra.places import Places
from app.sparql.child import LENGTH, Asked, Replied, Setup, send
from app.sparql.refusals import broken, busy, timed_out, too_hungry

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from app.sparql.child import main; main()"
START_SECONDS = 20.0
READ = 1 << 20

_replied = msgspec.json.Decoder(Replied)


class Crew:
    """At most `size` processes on the snapshots of a folder; as many questions again wait a moment for one."""

    def __init__(self, folder: Path, *, size: int, memory_bytes: int, wait_seconds: float = 1.0) -> None:
        self._folder = folder
        self._size = size
        self._memory_bytes = memory_bytes
        self._wait_seconds = wait_seconds
        self._begin()

    def ask(self, asked: Asked) -> tuple[Replied, bytes]:
        """Have a question answered. Raises `Busy`, `TimedOut`, `OverLimit` and `Unavailable`."""
        if os.getpid() != self._owner:
            # We were forked: the children are another process's.
            self._begin()
        with self._places.taken():
            worker = self._taken()
            try:
                answer = worker.ask(asked)
            except BaseException:
                worker.kill()
                self._starter.submit(self._replace)
                raise
            self._idle.append(worker)
            return answer

    def close(self) -> None:
        """End the idle processes; those that answer end with their answer's reader."""
        while self._idle:
            self._idle.pop().kill()
        self._starter.shutdown(wait=True, cancel_futures=True)
        while self._idle:
            self._idle.pop().kill()

    def _begin(self) -> None:
        self._places = Places(self._size, queue=self._size, seconds=self._wait_seconds, full=busy)
        self._starter = ThreadPoolExecutor(1, "sparql-starter")
        # The last one used is taken first, so that its snapshot is warm and the others may rest.
        self._idle: list[Worker] = []
        # Last: a thread that finds itself the owner must find all of this.
        self._owner = os.getpid()

    def _taken(self) -> Worker:
        while True:
            try:
                worker = self._idle.pop()
            except IndexError:
                return self._starter.submit(self._started).result()
            if worker.alive:
                return worker
            worker.kill()

    def _replace(self) -> None:
        """Have one ready for whoever comes next."""
        if not self._idle:
            with suppress(Exception):
                self._idle.append(self._started())

    def _started(self) -> Worker:
        return Worker(Setup(str(self._folder.resolve()), os.getpid(), self._memory_bytes))


class Worker:
    """One process and its two pipes."""

    def __init__(self, setup: Setup) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own module
            [sys.executable, "-I", "-c", PROGRAM, str(ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", "MALLOC_ARENA_MAX": "2"},
            start_new_session=True,
        )
        self.pid = self._process.pid
        try:
            self._exchange(msgspec.json.encode(setup), START_SECONDS)
        except BaseException:
            self.kill()
            raise

    @property
    def alive(self) -> bool:
        """The process runs."""
        return self._process.poll() is None

    def ask(self, asked: Asked) -> tuple[Replied, bytes]:
        """Ask and wait until the deadline."""
        return self._exchange(msgspec.json.encode(asked), asked.seconds)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _exchange(self, message: bytes, seconds: float) -> tuple[Replied, bytes]:
        deadline = time.monotonic() + seconds
        assert self._process.stdin is not None
        try:
            send(self._process.stdin, message)
        except OSError as error:
            raise broken() from error
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline, seconds))
        head = _replied.decode(self._read(length, deadline, seconds))
        return head, bytes(self._read(head.size, deadline, seconds))

    def _read(self, size: int, deadline: float, seconds: float) -> bytearray:
        """Read so many bytes. Raises `TimedOut`, and `OverLimit` where the process died of the query."""
        assert self._process.stdout is not None
        descriptor, read = self._process.stdout.fileno(), bytearray()
        ready = select.poll()
        ready.register(descriptor, select.POLLIN)
        while len(read) < size:
            if not ready.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise timed_out(seconds)
            piece = os.read(descriptor, min(READ, size - len(read)))
            if not piece:
                log.warning("a query ended its process, exit status %s", self._process.wait())
                raise too_hungry()
            read += piece
        return read
