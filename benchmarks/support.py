"""What the benchmarks share: process groups that end, a portal in a fresh folder, packages, figures."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from app import create_app
from app.cli.first_start import own_organization
from app.cli.serve import _web as web_command
from app.infra.migrate import migrate
from app.settings import PREFIX, Settings
from app.wiring import EXTENSION, Services

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
WORKER = (sys.executable, "-m", "app.cli", "worker")
START_SECONDS = 30.0
STOP_SECONDS = 15.0
KILL_SECONDS = 5.0


def free_port() -> int:
    """Find a port on loopback that nobody listens on."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        return int(listening.getsockname()[1])


def gunicorn(application: str, port: int) -> tuple[str, ...]:
    """Write the command that `kakehashi serve` runs for the web, for any WSGI application."""
    return tuple(application if word == "wsgi:app" else word for word in web_command(Settings(port=port)))


def environment(**settings: object) -> dict[str, str]:
    """Make the environment of a process: ours without settings of the caller's shell, and these settings.

    A benchmark asks for more than any one client may.
    """
    settings = {"fair_points": 0, **settings}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX) and name != "PORT"}
    return kept | {PREFIX + name.upper(): str(value) for name, value in settings.items()}


@dataclass(slots=True)
class Group:
    """A started command in a process group of its own."""

    process: subprocess.Popen[bytes]

    @property
    def ended(self) -> bool:
        """The command runs no more."""
        return self.process.poll() is not None

    def kill(self) -> None:
        """End the whole group with SIGKILL, and return when nothing of it runs."""
        members = _members(self.process)
        if not self.ended:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        deadline = time.monotonic() + KILL_SECONDS
        while any(_runs(member) for member in members) and time.monotonic() < deadline:
            time.sleep(0.005)

    def stop(self) -> None:
        """Ask the command to end; kill what does not."""
        if not self.ended:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()


def start(
    command: Sequence[str],
    *,
    variables: Mapping[str, str],
    log: IO[bytes] | None = None,
    folder: Path = ROOT,
    seconds: int = 600,
) -> Group:
    """Start a command in its own process group. It ends after `seconds`, even where we were killed."""
    timeout = shutil.which("timeout")
    limited = [timeout, "--signal=KILL", str(seconds), *command] if timeout else list(command)
    process = subprocess.Popen(
        limited,
        cwd=folder,
        env=dict(variables),
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    return Group(process)


def wait_until_up(url: str, group: Group | None = None, *, seconds: float = START_SECONDS) -> None:
    """Wait until an address answers 200. Raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and (group is None or not group.ended):
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.02)
    raise TimeoutError(f"{url} did not come up")


def open_services(folder: Path, **settings: Any) -> Services:
    """Open a portal's services on a data folder in this process, with the newest schema and an organization."""
    services = cast("Services", create_app(Settings(data_dir=folder, **settings)).extensions[EXTENSION])
    migrate(services.database)
    own_organization(services)
    return services


def token(services: Services) -> str:
    """Make the operator, who may publish, and answer an API token of theirs."""
    email = services.settings.operator_email
    services.accounts.first_operator(email, own_organization(services).id)
    return services.accounts.create_token(services.accounts.person(email), name="benchmark", scopes=("publish",))


def zipped(descriptor: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """Pack a data package."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datapackage.json", json.dumps(descriptor, ensure_ascii=False))
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def percentile(values: Sequence[float], share: float) -> float:
    """Answer the value below which a share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> str:
    """Say what the figures were measured on."""
    return f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f} before the run"


def _members(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
