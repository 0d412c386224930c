"""The process that `warm.py` has copied: imports what the sandbox's children import, then makes one for each order.

Started by path with `python -I`, as they are, and with their environment.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import platform
import signal
import socket
import sys
import tempfile
from typing import Any

# The number of clone(2), which unlike fork(2) can make the copy a child of our parent: it waits for it and reaps it.
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE_PARENT = 0x8000
LONGEST_ORDER = 1 << 16
FIRST_FREE = 100
# Nothing here starts a thread: a copy has only the one that made it.
IMPORTED = (
    "app.infra.landlock",
    "app.infra.sandbox_child",
    "app.publishing.comparing",
    "app.publishing.ingest",
    "app.publishing.judging",
    "app.publishing.prose",
    "concurrent.futures.thread",
    "encodings.cp932",
    "encodings.raw_unicode_escape",
    "frictionless",
    "idna",
    "jsonschema",
    "rfc3339_validator",
    "rfc3987",
)


def main(door: socket.socket, root: str) -> None:
    """Make copies until nobody can ask for one any more."""
    sys.path.insert(0, root)
    for name in IMPORTED:
        importlib.import_module(name)
    # What stays as it is need not be copied.
    gc.collect()
    gc.freeze()
    while True:
        order, files, _, _ = socket.recv_fds(door, LONGEST_ORDER, 3)
        if not order:
            return
        if (child := copy()) == 0:
            door.close()
            become(json.loads(order), files)
        for file in files:
            os.close(file)
        door.send(str(child).encode())


def copy() -> int:
    """Fork, as a sibling."""
    library, python = ctypes.PyDLL(None), ctypes.pythonapi
    python.PyOS_BeforeFork()
    child: int = library.syscall(CLONE[platform.machine()], CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        python.PyOS_AfterFork_Child()
    else:
        python.PyOS_AfterFork_Parent()
    return child


def become(order: dict[str, Any], files: list[int]) -> None:
    """Be what `python -I sandbox_child.py` would be, and never return."""
    from app.infra import sandbox_child

    stdin, output, answer = (os.dup2(file, FIRST_FREE + number) for number, file in enumerate(files))
    for file, place in ((stdin, 0), (output, 1), (output, 2), (answer, order["answer"])):
        os.dup2(file, place)
    for file in range(3, FIRST_FREE + 3):
        if file != order["answer"]:
            try:
                os.close(file)
            except OSError:
                continue
    os.setsid()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    tempfile.tempdir = None
    sandbox_child.main()


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
