"""`kakehashi serve`: web and worker as children of one process, which one Ctrl-C ends."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from app import wiring
from app.cli.first_start import first_sign_in, own_organization
from app.cli.portal import open_portal
from app.cli.publish import packages, publish_all
from app.publishing.submission import SubmissionState
from app.settings import PREFIX, ROOT

if TYPE_CHECKING:
    from types import FrameType

    from app.settings import Settings
    from app.wiring import Services

log = logging.getLogger(__name__)

HOUR = 3600
MINUTE = 60
STOP_SECONDS = 20
# Stands in the data folder once everything that comes with the portal is published.
FIRST_START_DONE = "first-start-done"
PUBLISHING, DESCRIBING = "publishing", "describing"
LANES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    PUBLISHING: wiring.PUBLISHING_LANES,
    DESCRIBING: wiring.DESCRIBING_LANES,
}
Chore = tuple[str, Callable[["Services"], int]]
CHORES: Mapping[str, tuple[Chore, ...]] = {
    PUBLISHING: (
        ("datasets indexed that had drifted", wiring.mend_index),
        ("files swept", wiring.sweep),
        ("datasets used more or less than before", wiring.refresh_popularity),
        ("topics of unmet demand brought up to date", wiring.refresh_demand),
        ("old calls of tools summed up", wiring.sum_up_calls),
    ),
    DESCRIBING: (("datasets loaded into the triple store that had drifted", wiring.mend_descriptions),),
}
# What is looked at every minute, since readers notice it and seeing that all is well costs next to nothing.
WATCHES: Mapping[str, tuple[Chore, ...]] = {
    PUBLISHING: (("datasets indexed as the index was gone or damaged", wiring.watch_index),),
    DESCRIBING: (),
}


@click.command()
def serve() -> None:
    """Prepare the database, publish the shipped data until all of it is in, and serve until Ctrl-C."""
    services = open_portal()
    prepare(services)
    services.database.dispose()
    raise SystemExit(_supervise(services.settings))


def prepare(services: Services) -> None:
    """Do what a first start does, or what is left of one that was interrupted."""
    address = first_sign_in(services)
    sign_in = "" if address is None else f"First sign-in, good once and for 24 hours: {address}\n"
    # At once, since publishing may be interrupted, and again below it, where it is looked for.
    click.echo(sign_in, nl=False)
    _publish_shipped(services)
    click.echo(f"\nKakehashi is at {services.site.url}\n{sign_in}")


def _publish_shipped(services: Services) -> None:
    mark = services.settings.data_dir / FIRST_START_DONE
    folder = services.settings.datasets_dir
    if mark.exists() or not folder.is_dir() or not any(packages([folder])):
        return
    click.echo("Publishing the packages that come with the portal:")
    # What comes with the portal was looked through before, also where it reads as if it told of persons.
    outcomes = publish_all(services, [folder], own_organization(services).id, release="comes with the portal")
    through = {SubmissionState.PUBLISHED, SubmissionState.UNCHANGED}
    if all(outcome.submission.state in through for outcome in outcomes):
        mark.touch()


@click.command()
@click.option(
    "--lanes",
    type=click.Choice(list(LANES)),
    multiple=True,
    default=tuple(LANES),
    help="Only jobs that publish and index, or only those that describe. Without it, all.",
)
def worker(lanes: tuple[str, ...]) -> None:
    """Do jobs until stopped."""
    services = open_portal()
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    workers = wiring.workers(services, tuple(lane for name in lanes for lane in LANES[name]))
    threads = [threading.Thread(target=each.run, args=(stop,)) for each in workers]
    for thread in threads:
        thread.start()
    chores, watches = (tuple(each for name in lanes for each in table[name]) for table in (CHORES, WATCHES))
    keep_house(services, stop, chores, watches)
    for thread in threads:
        thread.join()


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    open_portal()


@click.command()
def sweep() -> None:
    """Delete stored files that nothing refers to and that are older than a day."""
    click.echo(f"{wiring.sweep(open_portal())} files deleted")


@click.command("retry-jobs")
def retry_jobs() -> None:
    """Put the jobs that were given up back into the queue."""
    click.echo(f"{open_portal().queue.retry_dead()} jobs queued again")


def keep_house(
    services: Services, stop: threading.Event, chores: tuple[Chore, ...], watches: tuple[Chore, ...] = ()
) -> None:
    """Do the chores now and every hour, and the watches every minute, until told to stop."""
    while True:
        _do(services, chores)
        for _ in range(HOUR // MINUTE):
            if stop.wait(MINUTE):
                return
            _do(services, watches)


def _do(services: Services, chores: tuple[Chore, ...]) -> None:
    for done, chore in chores:
        try:
            if count := chore(services):
                log.info("%d %s", count, done)
        except Exception:
            # One that fails now may go well in an hour, and the jobs beside it must not end for it.
            log.exception("housekeeping failed (%s)", done)


def _supervise(settings: Settings) -> int:
    """Run web and worker; when one ends, or a signal comes, end both."""
    environment = {**os.environ, f"{PREFIX}DATA_DIR": str(settings.data_dir)}
    children = [
        subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603 - our own commands
        for command in (_web(settings), _worker(PUBLISHING), _worker(DESCRIBING))
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


def _worker(lanes: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", "worker", "--lanes", lanes]


def _web(settings: Settings) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:app"),
        *("--bind", f"{settings.host}:{settings.port}"),
        *("--worker-class", "gthread"),
        *("--workers", str(settings.web_workers)),
        *("--threads", str(settings.web_threads)),
        *("--timeout", "120"),
        # The most that it can be: addresses of questions are long, Japanese takes nine bytes a letter.
        *("--limit-request-line", "8190"),
        *("--graceful-timeout", "10"),
        *("--log-level", "warning"),
        "--no-control-socket",
    ]
