"""A real OpenSearch node of one's own on the loopback address, for tests and benchmarks."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

INSTALLED = Path(__file__).resolve().parents[2] / ".venv" / "opensearch"
LOG = "node.log"

# Half the start is the second compiler; a benchmark, which runs long enough to earn it back, asks for FAST_LATER.
FAST_START = ("-Xmx512m", "-XX:TieredStopAtLevel=1")
FAST_LATER = ("-Xms1g", "-Xmx1g")

# A machine under load takes ten times as long as an idle one, which takes two seconds.
START_SECONDS = 120
STOP_SECONDS = 30


class NoNode(Exception):
    """The node did not start; the message ends with what it logged."""


def why_absent() -> str | None:
    """What is missing here to start a node, or None."""
    if shutil.which("java") is None:
        return "no Java here to run OpenSearch"
    if not (INSTALLED / "node.jsa").is_file():
        return "OpenSearch's jars are not installed: make .venv/opensearch/installed, with Maven and a JDK"
    return None


@contextmanager
def node(folder: Path, *, port: int = 0, java: tuple[str, ...] = FAST_START) -> Iterator[str]:
    """Run a node that keeps its indexes in `folder`; answers its http address, on any free port unless one is given.

    The node ends with the block, and by itself when this process does, however that ends. NoNode if it does not start.
    """
    with (folder / LOG).open("w+b") as log, _start(folder, port, java, log) as process:
        try:
            yield f"http://{_address(process, folder)}"
        finally:
            _stop(process)


def _start(folder: Path, port: int, java: tuple[str, ...], log: IO[bytes]) -> subprocess.Popen[bytes]:
    # The kept classes are taken only if the jars have the same names in the same order, hence the working directory.
    logs = ("-Xlog:disable", "-Xlog:all=error:stderr")
    command = [
        "java",
        *java,
        "-XX:SharedArchiveFile=node.jsa",
        *logs,
        "@classpath",
        "SearchNode",
        str(folder.resolve()),
    ]
    return subprocess.Popen(
        [*command, str(port)], cwd=INSTALLED, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
    )


def _address(process: subprocess.Popen[bytes], folder: Path) -> str:
    assert process.stdout
    limit = threading.Timer(START_SECONDS, process.kill)
    limit.start()
    try:
        address = process.stdout.readline().decode().strip()
    finally:
        limit.cancel()
    if not address:
        raise NoNode((folder / LOG).read_text(errors="replace")[-2000:])
    return address


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
