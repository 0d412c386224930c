"""A wall around files, by Linux's Landlock: a process gives up for good every file that it is not granted here.

Written with ctypes, because Python has no door to these three system calls. Rights, structures and numbers are
those of the kernel's interface (linux/landlock.h; Documentation/userspace-api/landlock.rst).
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Iterable, Mapping
from typing import Any

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_DIR, MAKE_REG = 1 << 7, 1 << 8
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
# What may be granted on a file; everything else is about what a folder holds.
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

# Nobody may start a program: shared libraries are read, not executed, in the kernel's eyes.
READ = READ_FILE | READ_DIR
# Plain files and folders only: no links, devices, pipes or sockets are made.
WORK = READ | WRITE_FILE | TRUNCATE | MAKE_DIR | MAKE_REG | REMOVE_DIR | REMOVE_FILE | REFER

# By the version that brought them: rights over files; TCP (bind, connect); reaching other processes (abstract
# Unix sockets, signals). What a kernel knows is taken away unless it is granted.
FILES = {1: (1 << 13) - 1, 2: REFER, 3: TRUNCATE, 5: IOCTL_DEV}
NETWORK = {4: 0b11}
PROCESSES = {6: 0b11}


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("processes", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("place", ctypes.c_int32))


def version() -> int:
    """Answer the version of the kernel's Landlock, 0 where there is none or where it is switched off."""
    if sys.platform != "linux":
        return 0
    try:
        return _call(CREATE_RULESET, None, 0, ASK_VERSION)
    except OSError:
        return 0


def confine(*, reads: Iterable[str], works: Iterable[str]) -> bool:
    """Leave this process, and all that it will start, only the files beneath `reads` and the folders `works`.

    The caller has set no_new_privs. False where the kernel has no Landlock; then nothing has changed.
    Raises `OSError` where it has one and the wall could not be built.
    """
    if not (known := version()):
        return False
    files = _since(FILES, known)
    # An older kernel takes the longer structure as long as it is zero where it does not know it.
    wanted = _Ruleset(files, _since(NETWORK, known), _since(PROCESSES, known))
    ruleset = _call(CREATE_RULESET, ctypes.byref(wanted), ctypes.sizeof(wanted), 0)
    try:
        for places, rights in ((reads, READ), (works, WORK)):
            for place in places:
                _grant(ruleset, place, rights & files)
        _call(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def _since(brought: Mapping[int, int], known: int) -> int:
    return sum(rights for since, rights in brought.items() if since <= known)


def _grant(ruleset: int, place: str, rights: int) -> None:
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        # What is not here, or cannot be reached anyway, needs no grant.
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= OF_A_FILE
        _call(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(_Beneath(rights, descriptor)), 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: Any) -> int:
    """Make a system call. Raises `OSError`."""
    library = ctypes.CDLL(None, use_errno=True)
    # As long words: a C function without a prototype would get 32 bits of each number.
    words = (ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments)
    answer = int(library.syscall(ctypes.c_long(number), *words))
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer
