"""Runs one function on a stranger's input in a process of its own: limited, killable, walled in."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import msgspec

from app.infra import sandbox_child
from app.infra.conversion import converter
from app.infra.sandbox_child import Reply, Request, Walls
from app.kernel.errors import AppError, OverLimit, Unavailable
from app.kernel.report import Report
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)
T = TypeVar("T")

ROOT = Path(__file__).parents[2]
READ = 1 << 16
SHOWN_OUTPUT = 1 << 14
HEARTBEAT_SECONDS = 1.0
LOOK_SECONDS = 0.1
NOTHING = "app.infra.sandbox_child:nothing"

_decoder = msgspec.json.Decoder(Reply)
_report = converter(Report)
_text = converter(Text)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use: address space, wall-clock time, size of one file, descriptors, size of the answer."""

    memory_bytes: int
    seconds: float
    file_bytes: int = 4 << 30
    open_files: int = 256
    result_bytes: int = 32 << 20


class Sandbox:
    """Runs functions named "module:name", only those that it was told of."""

    def __init__(self, functions: frozenset[str]) -> None:
        self._functions = functions

    def run(
        self,
        function: str,
        argument: object,
        *,
        folder: Path,
        limits: Limits,
        reads: tuple[Path, ...] = (),
        heartbeat: Callable[[], None] | None = None,
    ) -> Any:
        """Call the function in a fresh interpreter whose working folder is `folder`; answer its result.

        Where `file_wall` holds, it sees no files but those of `folder`, and `reads` and what is beneath
        them, which it cannot change.

        Argument and result are JSON, never pickle. `heartbeat` is called about every second.
        Raises `OverLimit` past the deadline, the memory or the size of the answer (and where the
        process was killed), the `AppError` that the function raised, and `Unavailable` for any
        other failure, whose details go to the log only. Nothing that was started is left running.
        """
        if function not in self._functions:
            raise ValueError(f"the sandbox does not run {function}")
        reply = _reply(function, argument, folder, limits, reads, heartbeat=heartbeat or _no_heartbeat)
        return reply.value


def network_wall() -> str:
    """Name the walls against the network that hold here, joined by "+"; see `sandbox_child.shut_off_network`."""
    return _walls().network


def file_wall() -> str:
    """Name the wall around files that holds here: "landlock", or "none" where the kernel has none."""
    return _walls().files


def _walls() -> Walls:
    with tempfile.TemporaryDirectory() as folder:
        limits = Limits(memory_bytes=1 << 30, seconds=10)
        return _reply(NOTHING, None, Path(folder), limits, (), heartbeat=_no_heartbeat).walls


def _reply(
    function: str,
    argument: object,
    folder: Path,
    limits: Limits,
    reads: tuple[Path, ...],
    *,
    heartbeat: Callable[[], None],
) -> Reply:
    with _started(function, argument, folder.resolve(), limits, reads) as running:
        answer = running.wait(heartbeat)
    return _understand(answer, running, function)


class _Running:
    """A started child and its two pipes: the answer, and everything that it prints."""

    def __init__(self, process: subprocess.Popen[bytes], answer: IO[bytes], output: IO[bytes], limits: Limits) -> None:
        self.process = process
        self.output = bytearray()
        self._limits = limits
        self._deadline = time.monotonic() + limits.seconds
        self._answer = bytearray()
        self._pipes = {answer: self._keep_answer, output: self._keep_output}

    def wait(self, heartbeat: Callable[[], None]) -> bytes:
        """Read until the child has answered or died. Raises `OverLimit`."""
        next_heartbeat = time.monotonic() + HEARTBEAT_SECONDS
        with selectors.DefaultSelector() as selector:
            for pipe, keep in self._pipes.items():
                selector.register(pipe, selectors.EVENT_READ, keep)
            answered = False
            while not answered:
                ended = _has_ended(self.process.pid)
                answered = self._read_ready(selector) or ended
                if (now := time.monotonic()) > self._deadline and not answered:
                    raise _over_time(self._limits)
                if now >= next_heartbeat:
                    heartbeat()
                    next_heartbeat = now + HEARTBEAT_SECONDS
            self._drain()
        return bytes(self._answer)

    def _read_ready(self, selector: selectors.BaseSelector) -> bool:
        """Take one piece from each pipe that has one; say whether the answer is complete."""
        answered = False
        for key, _ in selector.select(LOOK_SECONDS):
            if piece := os.read(key.fd, READ):
                key.data(piece)
            else:
                selector.unregister(key.fileobj)
                answered = answered or key.data == self._keep_answer
        return answered

    def _drain(self) -> None:
        """Take what is still in the pipes, without waiting for anybody who keeps them open."""
        for pipe, keep in self._pipes.items():
            os.set_blocking(pipe.fileno(), False)
            with suppress(BlockingIOError):
                # A process that the child left behind could write for ever: one pipe's worth is enough.
                for _ in range(64):
                    if not (piece := os.read(pipe.fileno(), READ)):
                        break
                    keep(piece)

    def _keep_answer(self, piece: bytes) -> None:
        self._answer += piece
        if len(self._answer) > self._limits.result_bytes:
            raise _over_limit()

    def _keep_output(self, piece: bytes) -> None:
        """Keep the end: a traceback says at its end what went wrong."""
        self.output += piece
        del self.output[:-SHOWN_OUTPUT]


@contextmanager
def _started(
    function: str, argument: object, folder: Path, limits: Limits, reads: tuple[Path, ...]
) -> Iterator[_Running]:
    """Start a child; when the block is left, it and everything in its process group is dead."""
    answer, answer_end = os.pipe()
    output, output_end = os.pipe()
    with os.fdopen(answer, "rb") as answer_pipe, os.fdopen(output, "rb") as output_pipe:
        try:
            request = _request(function, argument, limits, reads, answer_end)
            process = _start(request, folder, answer_end, output_end)
        finally:
            os.close(answer_end)
            os.close(output_end)
        try:
            yield _Running(process, answer_pipe, output_pipe, limits)
        finally:
            # Before the child is reaped: until then its process group's number cannot become anybody else's.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _request(function: str, argument: object, limits: Limits, reads: tuple[Path, ...], answer: int) -> bytes:
    return msgspec.json.encode(
        Request(
            function=function,
            argument=argument,
            parent=os.getpid(),
            answer=answer,
            root=str(ROOT),
            memory_bytes=limits.memory_bytes,
            # Every core may be used for the whole time; this only ends what the deadline could not.
            cpu_seconds=ceil(limits.seconds) * (os.cpu_count() or 1) + 1,
            file_bytes=limits.file_bytes,
            open_files=limits.open_files,
            reads=tuple(str(path.resolve()) for path in reads),
        ),
    )


def _start(request: bytes, folder: Path, answer_end: int, output_end: int) -> subprocess.Popen[bytes]:
    # A file, not a pipe: the child may be slow to read, and nobody waits while writing.
    with tempfile.TemporaryFile() as stdin:
        stdin.write(request)
        stdin.seek(0)
        return subprocess.Popen(  # noqa: S603 - our own interpreter on our own file
            [sys.executable, "-I", sandbox_child.__file__],
            stdin=stdin,
            stdout=output_end,
            stderr=output_end,
            cwd=folder,
            env=_environment(folder),
            pass_fds=(answer_end,),
            start_new_session=True,
        )


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours: settings and secrets stay outside. Few malloc arenas, as each takes address space."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "MALLOC_ARENA_MAX": "2",
    }


def _has_ended(pid: int) -> bool:
    """Look without reaping. Where the system cannot, the end of the pipe tells."""
    if not hasattr(os, "waitid"):
        return False
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _understand(answer: bytes, running: _Running, function: str) -> Reply:
    """Turn the child's bytes into a reply, or into the error that they stand for."""
    if not answer:
        _log_failure(function, running)
        raise _over_limit() if running.process.returncode < 0 else _failure()
    try:
        reply = _decoder.decode(answer)
    except (msgspec.MsgspecError, RecursionError) as error:
        _log_failure(function, running)
        raise _failure() from error
    if reply.error is not None:
        raise _raised(reply)
    if reply.over_limit or reply.failed:
        _log_failure(function, running)
        raise _over_limit() if reply.over_limit else _failure()
    return reply


def _raised(reply: Reply) -> AppError:
    """Make the error that the function raised again, as the same class."""
    kinds = {kind.code: kind for kind in AppError.__subclasses__()}
    report = None if reply.report is None else _report(reply.report)
    return kinds[reply.error or ""](_text(reply.message), report=report)


def _log_failure(function: str, running: _Running) -> None:
    """Log how it ended, each line marked: the words may be a stranger's and must not look like ours."""
    lines = running.output.decode(errors="backslashreplace").splitlines()
    shown = "".join(f"\n  | {line!a}"[:500] for line in lines)
    log.error("sandboxed %s failed, exit status %s%s", function, running.process.returncode, shown)


def _no_heartbeat() -> None:
    """Nobody waits for signs of life."""


def _over_time(limits: Limits) -> OverLimit:
    return OverLimit(
        Text(
            f"処理が制限時間（{limits.seconds:g} 秒）内に終わらなかったため、中止しました。",
            f"The work was stopped because it took longer than {limits.seconds:g} seconds.",
        ),
    )


def _over_limit() -> OverLimit:
    return OverLimit(
        Text(
            "処理に必要なメモリやサイズが上限を超えたため、中止しました。",
            "The work was stopped because it needed more memory or space than it may use.",
        ),
    )


def _failure() -> Unavailable:
    return Unavailable(
        Text(
            "ファイルの処理中に予期しない問題が起きました。詳しくは運用者の記録に残しています。",
            "Something unexpected happened while the file was processed. The details are in the operator's log.",
        ),
    )
