"""Files that nothing refers to go after a day; files that something refers to never do."""

from __future__ import annotations

import io
import os
import time
from concurrent.futures import ThreadPoolExecutor

from app import wiring
from tests.factories import Portal, package

DAY = 24 * 3600


def age_all(portal: Portal) -> None:
    old = time.time() - 2 * DAY
    for sha256 in list(portal.services.store.hashes()):
        os.utime(portal.services.store.path(sha256), (old, old))


def test_only_old_orphans_are_swept(portal: Portal) -> None:
    portal.publish()
    refused = package(name=None)
    portal.submit(refused)
    kept = portal.services.catalog.file_hashes()
    age_all(portal)
    young = portal.services.store.put(io.BytesIO(b"just came in"))

    wiring.sweep(portal.services)

    assert set(portal.services.store.hashes()) == kept | {young.sha256}


def test_an_upload_that_waits_to_be_read_is_kept(portal: Portal) -> None:
    from app.kernel.actor import SYSTEM
    from app.publishing.submission import Upload

    upload = Upload(io.BytesIO(package()), "package.zip", portal.organization.id)
    received = portal.services.publishing.receive(SYSTEM, upload)
    age_all(portal)
    wiring.sweep(portal.services)
    portal.work()

    assert portal.services.publishing.get(SYSTEM, received.id).state == "published"


def test_folders_of_killed_attempts_go_too(portal: Portal) -> None:
    work = portal.services.settings.data_dir / "work"
    for name in ("killed", "running"):
        (work / name).mkdir(parents=True)
    old = time.time() - 2 * DAY
    os.utime(work / "killed", (old, old))

    wiring.sweep(portal.services)

    assert [path.name for path in work.iterdir()] == ["running"]


def test_bytes_sent_again_are_young_again(portal: Portal) -> None:
    orphan = portal.services.store.put(io.BytesIO(b"orphan"))
    age_all(portal)
    portal.services.store.put(io.BytesIO(b"orphan"))

    assert wiring.sweep(portal.services) == 0
    assert orphan.sha256 in portal.services.store


def test_two_sweeps_at_once_share_the_work(portal: Portal) -> None:
    orphans = [portal.services.store.put(io.BytesIO(str(number).encode())) for number in range(300)]
    age_all(portal)

    with ThreadPoolExecutor(2) as pool:
        swept = list(pool.map(wiring.sweep, [portal.services] * 2))

    assert sum(swept) == len(orphans)
    assert list(portal.services.store.hashes()) == []
