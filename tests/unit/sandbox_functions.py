"""Functions that the sandbox's tests run inside: some behave, some do not."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import socket
import sys
import tempfile
import time
from collections.abc import Callable
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
    # One that is passed on keeps its number, which is high where the parent has many.
    return [descriptor for descriptor in range(1 << 16) if _is_open(descriptor)]


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
                files.enter_context(Path("big").open("wb"))
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
    if sleeper := os.fork():
        return sleeper
    time.sleep(seconds)
    os._exit(0)


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


def attempt(argument: list[str]) -> int:
    """Do one thing to files or processes; answer the error number, 0 where it was done."""
    name, *words = argument
    try:
        ATTEMPTS[name](*words)
    except OSError as error:
        return error.errno or -1
    return 0


def attempt_in_grandchild(argument: list[str]) -> int:
    if grandchild := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1])
    os._exit(attempt(argument))


def _change(path: str) -> None:
    with Path(path).open("r+b") as file:
        file.write(b"changed")


ATTEMPTS: dict[str, Callable[..., Any]] = {
    "read": lambda path: Path(path).read_bytes(),
    "list": os.listdir,
    "make": lambda path: Path(path).write_text("made"),
    "change": _change,
    # Harmless where a wall is missing, for files that are not a test's own.
    "open to change": lambda path: os.close(os.open(path, os.O_WRONLY)),
    "truncate": lambda path: os.truncate(path, 0),
    "remove": os.remove,
    "rename": os.rename,
    "link": os.link,
    "symlink": os.symlink,
    "make folder": os.mkdir,
    "remove folder": os.rmdir,
    "make pipe": os.mkfifo,
    "change mode": lambda path: Path(path).chmod(0o777),
    "change mode of open file": lambda path: os.fchmod(os.open(path, os.O_RDONLY), 0o777),
    "change owner": lambda path: os.chown(path, os.getuid(), os.getgid()),
    "change times": os.utime,
    "change attribute": lambda path: os.setxattr(path, "user.kakehashi", b"changed"),
    "execute": lambda path: os.execv(path, [path, "-c", "raise SystemExit(0)"]),
    "signal": lambda pid: os.kill(int(pid), 0),
}


def write_temporary(_: None) -> str:
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("x")
        return str(Path(file.name).parent)


def sort_in_duckdb(count: int) -> int:
    """Sort more than DuckDB may keep in memory, so that it writes to its folder; answer the last number."""
    import duckdb

    with duckdb.connect("kept.duckdb", config={"memory_limit": "32MB", "threads": 2}) as connection:
        made = f"SELECT range AS n, repeat('x', 50) AS filling FROM range({count})"
        connection.execute(f"COPY (SELECT * FROM ({made}) ORDER BY n DESC) TO 'sorted.parquet'")
        return int(connection.execute("SELECT max(n) FROM 'sorted.parquet'").fetchall()[0][0])


def describe_with_frictionless(path: str) -> list[str]:
    from frictionless import Schema

    return list(Schema.describe(path).field_names)


def read_workbook(path: str) -> list[list[Any]]:
    import python_calamine

    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def split_words(text: str) -> list[str]:
    from sudachipy import Dictionary

    return [word.surface() for word in Dictionary(dict="small").create().tokenize(text)]


def hash_and_compress(text: str) -> int:
    import bz2
    import hashlib
    import lzma
    import zlib

    packed = bz2.compress(lzma.compress(zlib.compress(text.encode())))
    return len(packed) and len(hashlib.new("sha256", packed).digest())
