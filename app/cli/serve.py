"""`kakehashi serve`: web and worker as children of one process, which one Ctrl-C ends."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import click

from app import wiring
from app.cli.first_start import first_sign_in, is_empty, own_organization
from app.cli.portal import open_portal
from app.cli.publish import publish_all
from app.settings import PREFIX, ROOT

if TYPE_CHECKING:
    from types import FrameType

    from app.settings import Settings
    from app.wiring import Services

log = logging.getLogger(__name__)

HOUR = 3600
STOP_SECONDS = 20


@click.command()
def serve() -> None:
    """Prepare the database, publish the shipped data where there is none, and serve until Ctrl-C."""
    services = open_portal()
    address = first_sign_in(services)
    if is_empty(services) and services.settings.datasets_dir.is_dir():
        click.echo("Publishing the packages that come with the portal:")
        publish_all(services, [services.settings.datasets_dir], own_organization(services).id)
    click.echo(f"\nKakehashi is at {services.site.url}")
    if address is not None:
        click.echo(f"First sign-in, good once and for 24 hours: {address}\n")
    services.database.dispose()
    raise SystemExit(_supervise(services.settings))


@click.command()
def worker() -> None:
    """Do jobs until stopped."""
    services = open_portal()
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    mended = wiring.mend_index(services)
    if mended:
        log.info("the index had drifted for %d datasets and was mended", mended)
    lanes = [threading.Thread(target=each.run, args=(stop,)) for each in wiring.workers(services)]
    for lane in lanes:
        lane.start()
    _keep_house(services, stop)
    for lane in lanes:
        lane.join()


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    open_portal()


@click.command()
def sweep() -> None:
    """Delete stored files that nothing refers to and that are older than a day."""
    click.echo(f"{wiring.sweep(open_portal())} files deleted")


def _keep_house(services: Services, stop: threading.Event) -> None:
    while not stop.wait(HOUR):
        log.info("swept %d files", wiring.sweep(services))


def _supervise(settings: Settings) -> int:
    """Run web and worker; when one ends, or a signal comes, end both."""
    environment = {**os.environ, f"{PREFIX}DATA_DIR": str(settings.data_dir)}
    children = [
        subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603 - our own commands
        for command in (_web(settings), [sys.executable, "-m", "app.cli", "worker"])
    ]
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while not stop.wait(0.5) and all(child.poll() is None for child in children):
        pass
    failed = 0 if stop.is_set() else 1
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
    return failed


def _web(settings: Settings) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:app"),
        *("--bind", f"{settings.host}:{settings.port}"),
        *("--worker-class", "gthread"),
        *("--workers", str(settings.web_workers)),
        *("--threads", str(settings.web_threads)),
        *("--timeout", "120"),
        *("--graceful-timeout", "10"),
        *("--log-level", "warning"),
        "--no-control-socket",
    ]
