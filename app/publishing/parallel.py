"""Does several pieces of work in as many processes as there are cores; the sandbox's walls hold for all of them."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

MOST_PROCESSES = 4
# DuckDB looks here when it starts. What Landlock grants is one process's own, and a copy of it has another one.
OWN_GROUP = Path("/proc/self/cgroup")
_DONE, _FAILED, _NO_MEMORY, _SHUT_OFF = 0, 1, 3, 4
_OUT_OF_MEMORY = frozenset({"MemoryError", "OutOfMemoryException", "OutOfMemoryError"})


def spread(weights: Sequence[int], work: Callable[[int], T], folder: Path, kind: type[T]) -> list[T]:
    """Answer `work(0)`, `work(1)` ... for each of the weights, the heaviest begun first; `folder` holds the answers.

    Answers cross as JSON; sequences that JSON does not know arrive as lists. Behind a wall that lets no other process
    work, everything is done in this one.

    Raises `MemoryError` where a process ran out of it or was killed, and `RuntimeError` where one failed.
    """
    shares = _shares(weights)
    if len(shares) == 1:
        return [work(number) for number in range(len(weights))]
    sys.stdout.flush()
    sys.stderr.flush()
    children = [_started(share, work, folder) for share in shares]
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    if any(end < 0 or end == _NO_MEMORY for end in ends):
        raise MemoryError
    if _SHUT_OFF in ends:
        return [work(number) for number in range(len(weights))]
    if any(end != _DONE for end in ends):
        raise RuntimeError("a process that read a part of the package failed")
    return [msgspec.json.decode(_answer(folder, number).read_bytes(), type=kind) for number in range(len(weights))]


def _shares(weights: Sequence[int]) -> list[list[int]]:
    """Give each process about as much to do as the others."""
    count = max(1, min(os.cpu_count() or 1, len(weights), MOST_PROCESSES))
    shares: list[list[int]] = [[] for _ in range(count)]
    loads = [0] * count
    for number in sorted(range(len(weights)), key=lambda each: -weights[each]):
        lightest = loads.index(min(loads))
        shares[lightest].append(number)
        loads[lightest] += weights[number] + 1
    return shares


def _started(share: list[int], work: Callable[[int], Any], folder: Path) -> int:
    child = os.fork()
    if child:
        return child
    if not _sees_itself():
        os._exit(_SHUT_OFF)
    end = _FAILED
    try:
        for number in share:
            _answer(folder, number).write_bytes(msgspec.json.encode(work(number), enc_hook=list))
        end = _DONE
    except Exception as error:  # noqa: BLE001 - a copy of the process must not run on into its parent's code
        end = _NO_MEMORY if type(error).__name__ in _OUT_OF_MEMORY else _FAILED
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end)
    return child  # never reached: the copy has ended


def _sees_itself() -> bool:
    try:
        OWN_GROUP.read_bytes()
    except PermissionError:
        return False
    except OSError:
        return True  # a system without such groups, where nobody looks for them
    return True


def _answer(folder: Path, number: int) -> Path:
    return folder / f"answer-{number}.json"
