"""The composition root: which implementation stands behind each interface, and what follows each event.

Read this first. Everything that changes hangs on `Services`; no module holds state of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.catalog.addresses import Site
from app.catalog.events import StateChanged, VersionPublished
from app.catalog.service import Catalog
from app.identity.accounts import Accounts
from app.identity.organizations import Organizations
from app.identity.secrets import Secrets
from app.infra.clock import Clock, utc_now
from app.infra.db import Database
from app.infra.jobs import Queue, Task, Worker
from app.infra.sandbox import Limits, Sandbox
from app.infra.storage_local import LocalBlobStore
from app.infra.work import UnitsOfWork
from app.kernel.errors import Unavailable
from app.kernel.events import Event
from app.kernel.text import Text
from app.metadata.service import Descriptions
from app.publishing import parallel
from app.publishing.comparing import COMPARER
from app.publishing.repair.rules import RULES
from app.publishing.service import JOB, Publishing
from app.publishing.submission import Repairs
from app.query.rows import Rows
from app.search.document import document_of
from app.search.service import Drift, Search
from app.search.tantivy_engine import TantivyEngine
from app.settings import Settings, secret_of

log = logging.getLogger(__name__)

# Where an application keeps its services.
EXTENSION = "kakehashi"

INDEX = "index_dataset"

FOLLOW_UPS: Mapping[type[Event], tuple[str, ...]] = {
    VersionPublished: (INDEX,),
    StateChanged: (INDEX,),
}

# Reading an upload may take minutes; what follows a publication must not wait behind it.
LANES: tuple[tuple[str, ...], ...] = ((JOB,), (INDEX,))

ORPHAN_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the faces call."""

    settings: Settings
    site: Site
    clock: Clock
    database: Database
    store: LocalBlobStore
    queue: Queue
    organizations: Organizations
    accounts: Accounts
    catalog: Catalog
    publishing: Publishing
    search: Search
    rows: Rows
    descriptions: Descriptions


def build(settings: Settings, application: Any, *, clock: Clock = utc_now) -> Services:
    """Put the parts together for an application (the object that Flask-SQLAlchemy ties its engines to)."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    database.init_app(application)
    units = UnitsOfWork(database, clock, FOLLOW_UPS)
    store = LocalBlobStore(settings.data_dir / "files")
    catalog = Catalog(database, units)
    site = Site(
        settings.url,
        Text(settings.site_title_ja, settings.site_title_en),
        Text(settings.operator_ja, settings.operator_en),
        Text(settings.site_description_ja, settings.site_description_en),
        settings.operator_email,
        settings.area,
    )
    return Services(
        settings=settings,
        site=site,
        clock=clock,
        database=database,
        store=store,
        queue=Queue(database, clock, lease_seconds=settings.job_lease_seconds),
        organizations=Organizations(database, units, repairs=frozenset(Repairs), rules=frozenset(RULES)),
        accounts=Accounts(database, units, Secrets(secret_of(settings)), clock, session_days=settings.session_days),
        catalog=catalog,
        publishing=Publishing(
            database,
            units,
            store,
            Sandbox(parallel.FUNCTIONS | {COMPARER}),
            catalog,
            limits=Limits(memory_bytes=settings.sandbox_memory_bytes, seconds=settings.sandbox_seconds),
            folder=settings.data_dir / "work",
            max_upload_bytes=settings.max_upload_bytes,
        ),
        search=Search(TantivyEngine(settings.data_dir / "index")),
        rows=Rows(store),
        descriptions=Descriptions(site),
    )


def tasks(services: Services) -> Mapping[str, Task]:
    """Say what each kind of job does."""
    publishing = services.publishing
    return {
        JOB: Task(
            lambda arguments: publishing.process(arguments["submission_id"]),
            lambda arguments: publishing.give_up(arguments["submission_id"]),
            attempts=3,
        ),
        INDEX: Task(lambda arguments: index_dataset(services, arguments["dataset_id"])),
    }


def workers(services: Services) -> tuple[Worker, ...]:
    """Make a worker for each lane."""
    known = tasks(services)
    return tuple(Worker(services.queue, {kind: known[kind] for kind in lane}) for lane in LANES)


def index_dataset(services: Services, dataset_id: str) -> None:
    """Make the index say of a dataset what the catalogue says now; running it twice changes nothing."""
    record = services.catalog.find(dataset_id)
    while True:
        document = document_of(record) if record is not None else None
        if document is None:
            services.search.forget(dataset_id)
        else:
            services.search.index(document)
        # Another process may have changed and indexed it between our look and our writing.
        again = services.catalog.find(dataset_id)
        if again == record:
            return
        record = again


def drift(services: Services) -> Drift:
    """Compare the index with the catalogue."""
    return services.search.drift(services.catalog.revisions())


def mend_index(services: Services) -> int:
    """Index again what drifted, and count it. An index that cannot be read is made anew."""
    try:
        found = drift(services)
    except Unavailable:
        log.exception("the index cannot be read and is made anew")
        services.search.rebuild(())
        found = drift(services)
    wrong = (*found.missing, *found.stale, *found.extra)
    for dataset_id in wrong:
        index_dataset(services, dataset_id)
    return len(wrong)


def sweep(services: Services) -> int:
    """Delete files that nothing refers to and that are older than a day, and count them."""
    services.store.sweep_temporary(ORPHAN_SECONDS)
    services.publishing.sweep(ORPHAN_SECONDS)
    # Submissions first: one that is published in between is then a version when the catalogue is asked.
    kept = services.publishing.file_hashes() | services.catalog.file_hashes()
    swept = 0
    for sha256 in list(services.store.hashes()):
        if sha256 not in kept and services.store.delete_unused(sha256, ORPHAN_SECONDS):
            swept += 1
    return swept
