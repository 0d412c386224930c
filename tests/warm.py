"""Starts the sandbox's children as copies of a process that has imported all, for tests that are about other things.

An upload is read by a Python of its own, which spends nine tenths of its time on imports, a thousand times in a run.
Here it is a copy of one that has them already, and from there on what it always is: the same function behind the same
walls, a child of whoever asked, in a session of its own. What the start itself promises is tested by those in `COLD`.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from app.infra import sandbox
from tests import warm_sandbox_child

ROOT = Path(__file__).resolve().parents[1]
# Whose children are started as in production: what is about the sandbox, and the three stories. So are those of the
# crash harness, of the terminal's commands and of every server that a test starts.
COLD = ("tests/journeys/", "tests/unit/test_sandbox.py", "tests/unit/test_parallel.py")
LONGEST_ANSWER = 32


class Copied:
    """A child as `subprocess` would give it, as far as the sandbox asks."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode = 0

    def wait(self) -> int:
        """Reap it."""
        self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode


class Warmth:
    """Takes the place of the sandbox's start while `on`; the process that is copied starts when it is first needed."""

    def __init__(self) -> None:
        self.on = False
        self._cold = sandbox._start
        self._lock = threading.Lock()
        self._door: socket.socket | None = None
        self._ready = threading.Event()
        self._over = threading.Event()
        self._parent = threading.Thread(target=self._live, daemon=True)

    def install(self) -> None:
        """Stand where the sandbox's own start stood."""
        if sys.platform == "linux" and platform.machine() in warm_sandbox_child.CLONE:
            sandbox._start = self.start  # type: ignore[assignment]

    def start(self, request: bytes, folder: Path, answer_end: int, output_end: int) -> object:
        """Start a child for a request, as `sandbox._start` does."""
        if not self.on:
            return self._cold(request, folder, answer_end, output_end)
        with self._lock:
            if self._door is None:
                self._parent.start()
                self._ready.wait()
            return self._copied(request, folder, answer_end, output_end)

    def close(self) -> None:
        """End the process; it ends when nobody can ask any more."""
        sandbox._start = self._cold
        if self._door is not None:
            self._over.set()
            self._parent.join()

    def _live(self) -> None:
        # A child dies with the thread whose child it is, and a copy is a child of the thread that started this one.
        self._door, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-I", warm_sandbox_child.__file__, str(theirs.fileno()), str(ROOT)],
                stdin=subprocess.DEVNULL,
                env=sandbox._environment(ROOT),
                pass_fds=(theirs.fileno(),),
            )
        self._ready.set()
        self._over.wait()
        self._door.close()
        process.wait()

    def _copied(self, request: bytes, folder: Path, answer_end: int, output_end: int) -> Copied:
        assert self._door is not None
        order = {"folder": str(folder), "environment": sandbox._environment(folder), "answer": answer_end}
        with tempfile.TemporaryFile() as stdin:
            stdin.write(request)
            stdin.seek(0)
            socket.send_fds(self._door, [json.dumps(order).encode()], [stdin.fileno(), output_end, answer_end])
            # Until the copy has it.
            return Copied(int(self._door.recv(LONGEST_ANSWER)))
