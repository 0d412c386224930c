"""A portal with the shipped datasets and other publishers' packages, listening: published once for all validators."""

from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from app.catalog.record import DatasetRecord
from app.cli.publish import RUN_THROUGH, packages, packed, stream_of
from app.identity.organizations import Description, Organization
from app.kernel.actor import SYSTEM
from app.kernel.text import Text
from app.publishing.submission import Upload
from tests.factories import Portal, make_portal

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "packages"
# One of each shape: all types, wide, of several tables, with keys that point, of many rows, from JSON, no table.
NAMES = (
    "datasets__country-codes",
    "datasets__language-codes",
    "frictionless-examples/geo-location-fk",
    "frictionless-examples/gross-domestic-product-all",
    "frictionless-examples/simple-geojson",
    "frictionless-examples/units-and-prefixes",
    "frictionlessdata-datasets/packages/all-schema-types",
    "frictionlessdata-datasets/packages/non-tabular-resource",
)
# What no description says, and a portal's operator does: the shipped tables are about Japan, the packages of others
# about the world.
AREA = "日本"
WORLD = Description(Text("世界のデータ", "Data of the world"), contact_email="world@example.jp", area="世界")
# Each package is read in a process of its own; the portal's workers take turns.
AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Published:
    """What is published, and where. `address` is the portal's own `site.url` too."""

    portal: Portal
    address: str
    records: tuple[DatasetRecord, ...]

    def fetch(self, path: str) -> bytes:
        """Answer what the portal serves at a path."""
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            body: bytes = answer.read()
        return body


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Publish one version of each package that can be, and serve the portal on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        portal = make_portal(tmp_path_factory.mktemp("published"), site_url=address, area=AREA)
        publish(portal, portal.organization, packages([ROOT / "datasets"]))
        if SHARED.is_dir():
            publish(portal, organization_of_the_world(portal), [SHARED / name for name in NAMES])
        work(portal)
        server = make_server("127.0.0.1", 0, portal.app, threaded=True, fd=door.fileno())
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Published(portal, address, records_of(portal))
        server.shutdown()
        thread.join()
        portal.close()


def organization_of_the_world(portal: Portal) -> Organization:
    """Add a publisher whose data is about the whole world."""
    made = portal.services.organizations.create(SYSTEM, slug="world-data", title=WORLD.title)
    return portal.services.organizations.describe(SYSTEM, made.id, WORLD)


def publish(portal: Portal, organization: Organization, paths: Iterable[Path]) -> None:
    """Hand in packages; `work` does the rest."""
    for path in paths:
        with stream_of(path, portal.services.settings.data_dir) as stream:
            upload = Upload(stream, packed(path), organization.id, RUN_THROUGH)
            portal.services.publishing.receive(SYSTEM, upload)


def work(portal: Portal) -> None:
    """Publish several packages at once; what describes them at length is rendered when somebody asks for it."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda _: portal.work(), range(AT_ONCE)))


def records_of(portal: Portal) -> tuple[DatasetRecord, ...]:
    """Answer what anybody can read, in order of slug."""
    catalog = portal.services.catalog
    records = (catalog.get_by_id(SYSTEM, dataset_id) for dataset_id in catalog.revisions())
    return tuple(sorted((record for record in records if record.version), key=lambda record: record.slug))
