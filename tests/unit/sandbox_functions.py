"""Functions that the sandbox's tests run inside: some behave, some do not."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

from app.kernel.errors import Invalid
from app.kernel.report import Problem, Report
from app.kernel.text import Text

REPORT = Report(
    (Problem("type-error", Text("数ではありません", "not a number"), Text("直す", "fix it"), row=7),), omitted=2
)


def double(argument: dict[str, int]) -> dict[str, int]:
    return {name: number * 2 for name, number in argument.items()}


def surroundings(_: None) -> dict[str, Any]:
    return {
        "environment": dict(os.environ),
        "folder": str(Path.cwd()),
        "session": os.getsid(0) == os.getpid(),
        "descriptors": sorted(_open_descriptors()),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "zone": time.tzname[0],
    }


def _open_descriptors() -> list[int]:
    return [descriptor for descriptor in range(256) if _is_open(descriptor)]


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def spin(_: None) -> NoReturn:
    while True:
        pass


def hog_memory(_: None) -> NoReturn:
    kept = bytearray()
    while True:
        kept.extend(bytes(1 << 24))


def fill_file(size: int) -> None:
    with Path("big").open("wb") as file:
        file.truncate(size)


def open_many(count: int) -> int:
    opened = 0
    with ExitStack() as files:
        try:
            while opened < count:
                files.enter_context(Path("/dev/null").open("rb"))
                opened += 1
        except OSError as error:
            return opened if error.errno == errno.EMFILE else -1
    return opened


def nest(depth: int) -> int:
    return nest(depth + 1)


def reach(address: list[Any]) -> str:
    host, port = address
    with socket.create_connection((host, port), timeout=2):
        return "connected"


def reach_by_c(port: int) -> int:
    """Call socket(2) past Python, as a native library would; answer the error number, 0 where it was made."""
    library = ctypes.CDLL(None, use_errno=True)
    made = library.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0) if port == 0 else library.socket(2, 1, 0)
    return ctypes.get_errno() if made < 0 else 0


def leave_grandchild(seconds: float) -> int:
    sleeper = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({seconds})"])
    return sleeper.pid


def leave_grandchild_and_sleep(argument: dict[str, Any]) -> None:
    Path(argument["file"]).write_text(str(leave_grandchild(argument["seconds"])))
    time.sleep(argument["seconds"])


def tell_pid_and_sleep(file: str) -> None:
    aside = Path(file + ".part")
    aside.write_text(str(os.getpid()))
    aside.rename(file)
    time.sleep(60)


def flood_output(size: int) -> str:
    piece = b"flood " * 10_000
    for _ in range(size // len(piece)):
        os.write(2, piece)
        os.write(1, piece)
    return "done"


def flood_answer(size: int) -> str:
    return "x" * size


def reject(_: None) -> NoReturn:
    raise Invalid(Text("表に問題があります", "the table has problems"), report=REPORT)


def crash(secret: str) -> NoReturn:
    raise ValueError(f"broken by {secret}\nERROR forged line")


def exit_early(_: None) -> NoReturn:
    sys.exit(3)


def segfault(_: None) -> None:
    ctypes.string_at(0)


def answer_set(_: None) -> object:
    return object()
