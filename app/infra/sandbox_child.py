"""The sandbox's inside: builds its own walls, then runs one function and answers in JSON.

Started by path with `python -I`, never imported by the portal's processes except for its message types.
Walls are set with ctypes because Python offers no other door to prctl(2), unshare(2) and seccomp(2);
everything is guarded, so that a system without them still runs, with the walls that it has.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import os
import platform
import resource
import signal
import struct
import sys
import traceback
from contextlib import suppress
from typing import Any

import msgspec

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

# Numbers of the kernel's interface: the audit name of the architecture, and its socket(2).
SOCKET_CALLS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
IO_URING_SETUP = 425
X32_CALLS = 0x40000000

# Classic BPF (linux/filter.h): load a word, jump on equal or on greater-or-equal, answer.
LOAD, JUMP_EQUAL, JUMP_FROM, ANSWER = 0x20, 0x15, 0x35, 0x06
AT_CALL, AT_ARCHITECTURE = 0, 4
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES

OUT_OF_MEMORY = frozenset({"OutOfMemoryException", "OutOfMemoryError"})


class Request(msgspec.Struct, frozen=True):
    """What the parent asks for. `parent` is its process id, `answer` the descriptor to answer on."""

    function: str
    argument: Any
    parent: int
    answer: int
    root: str
    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    open_files: int


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the child answers; `error` is the code of an `AppError`, with its message and report."""

    wall: str
    value: Any = None
    error: str | None = None
    message: Any = None
    report: Any = None
    over_limit: bool = False
    failed: bool = False


def main() -> None:
    """Read the request, put up the walls, run, answer, end."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    # Nothing that the function starts may keep the pipe open after us.
    os.set_inheritable(request.answer, False)  # noqa: FBT003 - the standard library's signature
    wall = shut_off_network()
    # After the wall, as a change of credentials would undo it.
    _die_with(request.parent)
    _set_limits(request)
    sys.path.insert(0, request.root)
    # Made beforehand: when memory has run out, there may be none left for making it.
    over_limit = msgspec.json.encode(Reply(wall, over_limit=True))
    reply = _run(request, wall) or over_limit
    sys.stdout.flush()
    sys.stderr.flush()
    _write(request.answer, reply)
    # No clean-up of the interpreter: it costs time, and native libraries may hang in it.
    os._exit(0)


def nothing(argument: Any) -> Any:
    """Answer the argument; what `network_wall` runs."""
    return argument


def shut_off_network() -> str:
    """Put up every wall against the network that this system has, and name them.

    `namespace`: the process has a network of its own with nothing in it. `filter`: the kernel
    refuses new sockets of any kind, local ones too. `hook`: only Python's own sockets are refused.
    """
    walls = [name for name, build in (("namespace", _leave_network), ("filter", _refuse_sockets)) if build()]
    if not walls:
        sys.addaudithook(_refuse_python_sockets)
    return "+".join(walls) or "hook"


def _run(request: Request, wall: str) -> bytes | None:
    """Run the function and encode what came of it; `None` where it went over a limit."""
    from app.kernel.errors import AppError

    module, _, name = request.function.partition(":")
    try:
        value = getattr(importlib.import_module(module), name)(request.argument)
        return msgspec.json.encode(Reply(wall, value=value))
    except AppError as error:
        return msgspec.json.encode(Reply(wall, error=error.code, message=error.message, report=error.report))
    except Exception as error:  # noqa: BLE001 - whatever a stranger's file provoked is reported, not propagated
        with suppress(MemoryError):
            traceback.print_exc()
        return None if _over_limit(error) else msgspec.json.encode(Reply(wall, failed=True))


def _over_limit(error: Exception) -> bool:
    """Say whether a limit was hit: memory, file size, or the depth to which input may be nested."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOMEM, errno.EFBIG}
    # DuckDB has its own class for it, which cannot be named here without importing DuckDB.
    return isinstance(error, MemoryError | RecursionError) or type(error).__name__ in OUT_OF_MEMORY


def _write(descriptor: int, reply: bytes) -> None:
    with os.fdopen(descriptor, "wb") as pipe:
        pipe.write(reply)


def _set_limits(request: Request) -> None:
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, request.cpu_seconds),
        (resource.RLIMIT_FSIZE, request.file_bytes),
        (resource.RLIMIT_NOFILE, request.open_files),
        (resource.RLIMIT_AS, request.memory_bytes),
    ):
        highest = resource.getrlimit(kind)[1]
        allowed = limit if highest == resource.RLIM_INFINITY else min(limit, highest)
        # macOS refuses some of these; the deadline and the other limits hold there.
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (allowed, allowed))


def _die_with(parent: int) -> None:
    """Have the kernel kill us when the parent's thread that waits for us is gone."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # It died before the line above took hold.
        os._exit(1)


def _leave_network() -> bool:
    """Move into an empty network namespace: needs root, or a kernel that gives everybody a user namespace."""
    library = _linux_library()
    if library is None or not hasattr(library, "unshare"):
        return False
    return any(library.unshare(flags) == 0 for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET))


def _refuse_sockets() -> bool:
    """Install a system call filter that refuses socket(2), and io_uring, which could make one past it."""
    if (numbers := SOCKET_CALLS.get(platform.machine())) is None or not _prctl(PR_SET_NO_NEW_PRIVS, 1):
        return False
    program = _socket_filter(*numbers)
    code = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    filtering = Program(len(program) // 8, ctypes.addressof(code))
    return _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(filtering))


def _socket_filter(architecture: int, socket_call: int) -> bytes:
    """Write the filter. Calls of another architecture (32 bits, x32) have other numbers and are all refused."""
    steps = (
        (LOAD, 0, 0, AT_ARCHITECTURE),
        (JUMP_EQUAL, 0, 5, architecture),
        (LOAD, 0, 0, AT_CALL),
        (JUMP_FROM, 3, 0, X32_CALLS),
        (JUMP_EQUAL, 2, 0, socket_call),
        (JUMP_EQUAL, 1, 0, IO_URING_SETUP),
        (ANSWER, 0, 0, ALLOW),
        (ANSWER, 0, 0, REFUSE),
    )
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _refuse_python_sockets(event: str, _arguments: tuple[object, ...]) -> None:
    if event.startswith("socket."):
        raise PermissionError(errno.EACCES, "no network in the sandbox")


def _prctl(option: int, value: int, address: int = 0) -> bool:
    library = _linux_library()
    if library is None or not hasattr(library, "prctl"):
        return False
    arguments = (ctypes.c_ulong(number) for number in (value, address, 0, 0))
    return bool(library.prctl(ctypes.c_int(option), *arguments) == 0)


def _linux_library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


if __name__ == "__main__":
    main()
