"""Writes down what a web process counted: every minute, and when it ends."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from typing import TYPE_CHECKING

from app import wiring
from app.wiring import EXTENSION

if TYPE_CHECKING:
    from flask import Flask

    from app.wiring import Services

log = logging.getLogger(__name__)

SECONDS = 50


def keep_counting(app: Flask) -> None:
    """Begin to write down regularly, in this process and in those that are forked off it."""
    services: Services = app.extensions[EXTENSION]
    _begin(services)
    os.register_at_fork(after_in_child=lambda: _begin(services))
    atexit.register(_keep, services)


def _begin(services: Services) -> None:
    threading.Thread(target=_run, args=(services,), name="counts", daemon=True).start()


def _run(services: Services) -> None:
    pause = threading.Event()
    while not pause.wait(SECONDS):
        _keep(services)


def _keep(services: Services) -> None:
    try:
        wiring.keep_counts(services)
    except Exception:
        # The counts came back and are written with the next: answering requests must not end for them.
        log.exception("counts were not written")
