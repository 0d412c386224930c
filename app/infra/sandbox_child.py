"""The sandbox's inside: builds its own walls, then runs one function and answers in JSON.

Started by path with `python -I`, never imported by the portal's processes except for its message types.
Walls are set with ctypes because Python offers no other door to prctl(2), unshare(2) and seccomp(2);
everything is guarded, so that a system without them still runs, with the walls that it has. The wall around files
is in `landlock.py`.
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

# Numbers of the kernel's interface: the audit name of the architecture, and the system calls that are refused there.
# First socket(2); then truncate, and everything that changes a file's mode, owner, times or attributes, because
# Landlock does not look at those (nor, before its version 3, at truncate).
REFUSED_CALLS = {
    "x86_64": (0xC000003E, (41, 76, *range(90, 95), 132, *range(188, 191), *range(197, 200), 235, 260, 261, 268, 280)),
    "aarch64": (0xC00000B7, (198, 45, *range(52, 56), *range(5, 8), *range(14, 17), 88)),
}
# The same everywhere: io_uring, which could do all of this past the filter; fchmodat2; setxattrat; removexattrat;
# file_setattr.
REFUSED_EVERYWHERE = (425, 452, 463, 466, 469)
X32_CALLS = 0x40000000

# Classic BPF (linux/filter.h): load a word, jump on equal or on greater-or-equal, answer.
LOAD, JUMP_EQUAL, JUMP_FROM, ANSWER = 0x20, 0x15, 0x35, 0x06
AT_CALL, AT_ARCHITECTURE = 0, 4
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES

# Behind the wall around files: shared libraries are loaded when they are needed, and the cache says where they are.
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache")
# DuckDB asks how much memory and processor time it is given, and does not start when it may not look.
OWN_GROUP = "/proc/self/cgroup"
GROUPS = "/sys/fs/cgroup"
# What our own code is made of; the rest of its folder may hold settings and data.
CODE = ("app", "metadata")

OUT_OF_MEMORY = frozenset({"OutOfMemoryException", "OutOfMemoryError"})


class Request(msgspec.Struct, frozen=True):
    """What the parent asks for.

    `parent` is its process id, `answer` the descriptor to answer on, `reads` what may be read outside of the folder.
    """

    function: str
    argument: Any
    parent: int
    answer: int
    root: str
    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    open_files: int
    reads: tuple[str, ...] = ()


class Walls(msgspec.Struct, frozen=True):
    """The walls that hold: against the network as `shut_off_network` names them, around files "landlock" or "none"."""

    network: str
    files: str


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the child answers; `error` is the code of an `AppError`, with its message and report."""

    walls: Walls
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
    walls = _build_walls(request)
    # After the walls, as a change of credentials would undo it.
    die_with(request.parent)
    set_limits(
        memory_bytes=request.memory_bytes,
        file_bytes=request.file_bytes,
        open_files=request.open_files,
        cpu_seconds=request.cpu_seconds,
    )
    # Made beforehand: when memory has run out, there may be none left for making it.
    over_limit = msgspec.json.encode(Reply(walls, over_limit=True))
    reply = _run(request, walls) or over_limit
    sys.stdout.flush()
    sys.stderr.flush()
    _write(request.answer, reply)
    # No clean-up of the interpreter: it costs time, and native libraries may hang in it.
    os._exit(0)


def nothing(argument: Any) -> Any:
    """Answer the argument; what the questions after the walls run."""
    return argument


def _build_walls(request: Request) -> Walls:
    network = shut_off_network()
    sys.path.insert(0, request.root)
    # Behind the wall the root cannot be listed: the packages in it must have been found before.
    importlib.import_module(request.function.partition(".")[0])
    return Walls(network, shut_off_files(request.root, request.reads))


def shut_off_files(root: str, reads: tuple[str, ...]) -> str:
    """Leave only what Python and our code are made of, and `reads`, to be read, and the working folder to be used."""
    from app.infra import landlock

    if not landlock.version():
        return "none"
    # Never closed: a grant is of a file's inode, and /proc would make another one if nobody held this.
    with suppress(OSError):
        os.open(OWN_GROUP, os.O_PATH | os.O_CLOEXEC)
    give_up_privileges()
    code = (f"{root}/{name}" for name in CODE)
    landlock.confine(reads=(*LIBRARIES, OWN_GROUP, GROUPS, *_python(), *code, *reads), works=(".",))
    return "landlock"


def _python() -> set[str]:
    """Name the libraries of this Python and of its virtual environment, which stand in the same folders of both."""
    prefixes = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    return {f"{prefix}/{name}" for prefix in prefixes for name in ("lib", sys.platlibdir)}


def shut_off_network() -> str:
    """Put up every wall against the network that this system has, and name them.

    `namespace`: the process has a network of its own with nothing in it. `filter`: the kernel
    refuses new sockets of any kind, local ones too. `hook`: only Python's own sockets are refused.
    """
    walls = [name for name, build in (("namespace", _leave_network), ("filter", _refuse_calls)) if build()]
    if not walls:
        sys.addaudithook(_refuse_python_sockets)
    return "+".join(walls) or "hook"


def _run(request: Request, walls: Walls) -> bytes | None:
    """Run the function and encode what came of it; `None` where it went over a limit."""
    from app.kernel.errors import AppError

    module, _, name = request.function.partition(":")
    try:
        value = getattr(importlib.import_module(module), name)(request.argument)
        return msgspec.json.encode(Reply(walls, value=value))
    except AppError as error:
        return msgspec.json.encode(Reply(walls, error=error.code, message=error.message, report=error.report))
    except Exception as error:  # noqa: BLE001 - whatever a stranger's file provoked is reported, not propagated
        with suppress(MemoryError):
            traceback.print_exc()
        return None if _over_limit(error) else msgspec.json.encode(Reply(walls, failed=True))


def _over_limit(error: Exception) -> bool:
    """Say whether a limit was hit: memory, file size, or the depth to which input may be nested."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOMEM, errno.EFBIG}
    # DuckDB has its own class for it, which cannot be named here without importing DuckDB.
    return isinstance(error, MemoryError | RecursionError) or type(error).__name__ in OUT_OF_MEMORY


def _write(descriptor: int, reply: bytes) -> None:
    with os.fdopen(descriptor, "wb") as pipe:
        pipe.write(reply)


def set_limits(*, memory_bytes: int, file_bytes: int, open_files: int, cpu_seconds: int | None = None) -> None:
    """Bound what this process may use, for good; a crash leaves no copy of its memory."""
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_AS, memory_bytes),
    ):
        if limit is None:
            continue
        highest = resource.getrlimit(kind)[1]
        allowed = limit if highest == resource.RLIM_INFINITY else min(limit, highest)
        # macOS refuses some of these; the deadline and the other limits hold there.
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (allowed, allowed))


def die_with(parent: int) -> None:
    """Have the kernel kill us when the parent's thread that waits for us is gone."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # It died before the line above took hold.
        os._exit(1)


def give_up_privileges() -> bool:
    """Promise that no program started from here gains rights; Landlock and filters ask for it."""
    return _prctl(PR_SET_NO_NEW_PRIVS, 1)


def _leave_network() -> bool:
    """Move into an empty network namespace: needs root, or a kernel that gives everybody a user namespace."""
    library = _linux_library()
    if library is None or not hasattr(library, "unshare"):
        return False
    return any(library.unshare(flags) == 0 for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET))


def _refuse_calls() -> bool:
    """Install a system call filter that refuses sockets and what Landlock overlooks; see `REFUSED_CALLS`."""
    if (calls := REFUSED_CALLS.get(platform.machine())) is None or not _prctl(PR_SET_NO_NEW_PRIVS, 1):
        return False
    architecture, refused = calls
    program = _filter(architecture, (*refused, *REFUSED_EVERYWHERE))
    code = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    filtering = Program(len(program) // 8, ctypes.addressof(code))
    return _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(filtering))


def _filter(architecture: int, refused: tuple[int, ...]) -> bytes:
    """Write the filter. Calls of another architecture (32 bits, x32) have other numbers and are all refused."""
    count = len(refused)
    steps = (
        (LOAD, 0, 0, AT_ARCHITECTURE),
        (JUMP_EQUAL, 0, count + 3, architecture),
        (LOAD, 0, 0, AT_CALL),
        (JUMP_FROM, count + 1, 0, X32_CALLS),
        # A jump counts the steps that it leaves out; the last one refuses.
        *((JUMP_EQUAL, count - place, 0, number) for place, number in enumerate(refused)),
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
