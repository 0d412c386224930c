"""A small catalogue for the tests of what is about all of it: odd titles, an internal dataset, files that were made."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

import pytest

from app import wiring
from app.catalog.record import Access
from app.kernel.actor import SYSTEM
from app.publishing.submission import Details, Upload
from tests.factories import Portal, make_portal, package
from tests.records import HOSTILE_TITLES

TITLES = ("特別区の人口", HOSTILE_TITLES[2], HOSTILE_TITLES[6])


@pytest.fixture(scope="session", name="catalogue")
def small_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """A portal with three public datasets and one that is not."""
    return _made(tmp_path_factory.getbasetemp())


@lru_cache
def _made(folder: Path) -> Portal:
    portal = make_portal(folder / "catalogue")
    for number, title in enumerate(TITLES):
        receive(portal, f"public-{number}", title=title)
    receive(portal, "inside", access=Access.INTERNAL)
    publish(portal)
    portal.services.dumps.refresh()
    return portal


def receive(portal: Portal, name: str, *, access: Access = Access.PUBLIC, title: str = "表") -> None:
    """Send a package."""
    content = io.BytesIO(package(name=name, title=title))
    upload = Upload(content, "package.zip", portal.organization.id, Details(access=access))
    portal.services.publishing.receive(SYSTEM, upload)


def publish(portal: Portal) -> None:
    """Do what publishes and what indexes. The checks of descriptions have tests of their own and take long."""
    for worker in wiring.workers(portal.services, wiring.PUBLISHING_LANES):
        while worker.step():
            pass
