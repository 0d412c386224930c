"""How far the reader has come: written by the sandboxed child into its folder, read by the job that waits for it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from app.infra.storage import open_plain
from app.kernel.errors import Unsupported
from app.kernel.text import Text
from app.publishing.submission import Progress

STEPS: Mapping[str, Text] = {
    "unpacking": Text("展開しています", "Unpacking"),
    "decoding": Text("文字コードを調べています", "Finding the character encoding"),
    "reading": Text("表を読んでいます", "Reading the table"),
    "repairing": Text("値を整えています", "Repairing values"),
    "checking": Text("値を確かめています", "Checking values"),
    "profiling": Text("列ごとに集計しています", "Profiling columns"),
    "storing": Text("保存しています", "Storing"),
}
DONE: Mapping[str, Text] = {
    "unpacking": Text("展開しました", "Unpacked"),
    "decoding": Text("文字コードを調べました", "Found the character encoding"),
    "reading": Text("表を読みました", "Read the table"),
    "repairing": Text("値を整えました", "Repaired values"),
    "checking": Text("値を確かめました", "Checked values"),
    "profiling": Text("列ごとに集計しました", "Profiled columns"),
    "storing": Text("保存しました", "Stored"),
}
FILE = Path("progress")
BETWEEN_SECONDS = 0.5
MAX_BYTES = 4096
NAME_LENGTH = 200

_decoder = msgspec.json.Decoder(Progress)


def begin() -> None:
    """Keep notes from now on, in the working folder."""
    _write(Progress())


def note(step: str, resource: str = "", rows: int = 0) -> None:
    """Write down a step of `STEPS` and the rows done in it, where somebody began to keep notes.

    Call it as often as you like: it writes about twice a second, and always where a step begins (no rows yet).
    """
    if _due(0.0 if not rows else BETWEEN_SECONDS):
        _write(Progress(step, resource[:NAME_LENGTH], rows))


def _write(progress: Progress) -> None:
    aside = FILE.with_suffix(f".{os.getpid()}")  # tables of one package may be read by several processes
    aside.write_bytes(msgspec.json.encode(progress))
    aside.replace(FILE)


def read(folder: Path) -> Progress:
    """Answer the last note in a folder. What is none says nothing: the child parsed a stranger's file."""
    try:
        with open_plain(folder / FILE) as stream:
            found = _decoder.decode(stream.read(MAX_BYTES))
    except (OSError, Unsupported, msgspec.MsgspecError, UnicodeDecodeError):
        return Progress()
    if found.step not in STEPS or len(found.resource) > NAME_LENGTH or not 0 <= found.rows < 1 << 53:
        return Progress()
    return found


def _due(seconds: float) -> bool:
    """Look at the file's own time, so that nothing has to be remembered between calls."""
    try:
        return time.time() - os.stat(FILE).st_mtime >= seconds  # noqa: PTH116 - called for every piece of rows
    except FileNotFoundError:
        return False
