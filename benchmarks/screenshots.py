"""Takes pictures of pages at the width of a desktop and of a phone, and tells which ones scroll sideways.

    python benchmarks/screenshots.py FOLDER http://127.0.0.1:8000/ http://127.0.0.1:8000/sign-in ...

Chromium is driven over its debugging pipe (`--remote-debugging-pipe`: JSON messages ended by a zero byte on file
descriptors 3 and 4), because a headless window is never narrower than 500 pixels, while its emulated screen may be.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import json
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

WIDTHS = (1280, 360)
HEIGHT = 800
# Chromium refuses pictures taller than its largest texture.
TALLEST = 16_000
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
FIRST_FREE_DESCRIPTOR = 10
SIZE = "JSON.stringify([document.documentElement.scrollWidth, document.documentElement.scrollHeight])"


class Browser:
    """A tab of a running Chromium."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests = requests
        self._answers = answers
        self._pending = b""
        self._number = 0
        self._session: str | None = None
        tab = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Network.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command of the DevTools protocol and wait for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._requests, json.dumps(message).encode() + b"\0")
        answer = self._wait("id", self._number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, address: str, width: int) -> tuple[int, int]:
        """Show a page on a screen of this width; answer the width and height that its content takes."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=HEIGHT, deviceScaleFactor=1, mobile=width < 600
        )
        if error := self.call("Page.navigate", url=address).get("errorText"):
            raise RuntimeError(f"{address}: {error}")
        self._wait("method", "Page.loadEventFired")
        wide, tall = json.loads(self.call("Runtime.evaluate", expression=SIZE)["result"]["value"])
        return wide, tall

    def picture(self, width: int, height: int) -> bytes:
        """Answer the page as a PNG, from its top."""
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST), "scale": 1}
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"])

    def _wait(self, key: str, value: object) -> dict[str, Any]:
        while True:
            while b"\0" not in self._pending:
                received = os.read(self._answers, 65536)
                if not received:
                    raise RuntimeError("Chromium ended")
                self._pending += received
            line, _, self._pending = self._pending.partition(b"\0")
            message: dict[str, Any] = json.loads(line)
            if message.get(key) == value:
                return message


@contextmanager
def browser(program: str) -> Iterator[Browser]:
    """Run Chromium with a profile of its own, and end it afterwards."""
    for_child, requests = os.pipe()
    answers, from_child = os.pipe()
    # Moved up first: either of them might already have the number that the other one is copied to.
    heard = fcntl.fcntl(for_child, fcntl.F_DUPFD, FIRST_FREE_DESCRIPTOR)
    spoken = fcntl.fcntl(from_child, fcntl.F_DUPFD, FIRST_FREE_DESCRIPTOR)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, Path(os.devnull).open("wb") as nothing:
        child = os.posix_spawn(
            program,
            (program, *FLAGS, f"--user-data-dir={profile}"),
            os.environ,
            file_actions=(
                (os.POSIX_SPAWN_DUP2, nothing.fileno(), 2),
                (os.POSIX_SPAWN_DUP2, heard, 3),
                (os.POSIX_SPAWN_DUP2, spoken, 4),
            ),
        )
        for descriptor in (for_child, from_child, heard, spoken):
            os.close(descriptor)
        try:
            yield Browser(requests, answers)
        finally:
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)


def file_name(address: str, width: int) -> str:
    """Name a picture after its page's path and query."""
    parts = urlsplit(address)
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{parts.path}-{parts.query}").strip("-") or "home"
    return f"{words}-{width}.png"


def main() -> int:
    """Take the pictures; answer 1 where a page scrolls sideways."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("addresses", nargs="+", metavar="address")
    parser.add_argument("--cookie", help="session of somebody who is signed in, as NAME=VALUE")
    parser.add_argument("--language", default="ja")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "/usr/bin/chromium")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    too_wide = 0
    with browser(arguments.chromium) as tab:
        tab.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": arguments.language})
        if arguments.cookie:
            name, _, value = arguments.cookie.partition("=")
            tab.call("Network.setCookie", name=name, value=value, url=arguments.addresses[0])
        for width in WIDTHS:
            for address in arguments.addresses:
                wide, tall = tab.open(address, width)
                target = arguments.folder / file_name(address, width)
                target.write_bytes(tab.picture(width, tall))
                too_wide += wide > width
                print(f"{target}  {width}x{tall}{'  SCROLLS SIDEWAYS: ' + str(wide) if wide > width else ''}")
    return int(too_wide > 0)


if __name__ == "__main__":
    sys.exit(main())
