"""The composition root: which implementation stands behind each interface, and what follows each event.

Read this first. Everything that changes hangs on `Services`; no module holds state of its own.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from app.agents.desk import Desk
from app.agents.reading import Reading
from app.agents.service import AgentTools
from app.agents.tools import TOOLS
from app.catalog import addresses, lifecycle
from app.catalog.addresses import Site
from app.catalog.completion import Completion
from app.catalog.events import DescriptionChanged, StateChanged, VersionPublished
from app.catalog.record import Access, DatasetRecord
from app.catalog.service import Catalog
from app.catalog.usage import Usage
from app.catalog.vocabularies import license_of
from app.harvest import importing
from app.harvest.importing import Importer
from app.identity.accounts import Accounts
from app.identity.agents.service import Agents
from app.identity.organizations import DESCRIBED, Organizations
from app.identity.secrets import Secrets
from app.infra.clock import Clock, utc_now
from app.infra.db import Database
from app.infra.jobs import Queue, Task, Together, Worker, enqueue, enqueue_once
from app.infra.sandbox import Limits, Sandbox
from app.infra.storage_local import LocalBlobStore
from app.infra.work import FollowUps, Once, UnitsOfWork
from app.kernel.errors import Misconfigured, Unavailable
from app.kernel.text import Text
from app.metadata.checks.service import Checks
from app.metadata.dumps import Dumps
from app.metadata.service import Descriptions
from app.publishing import parallel
from app.publishing.comparing import COMPARER
from app.publishing.personal.typed import tells_of_a_person
from app.publishing.prose import PROSE, Prose
from app.publishing.repair.rules import RULES
from app.publishing.service import JOB, Publishing
from app.publishing.submission import Repairs
from app.query.changes import Changes
from app.query.engine import TableEngine, write_parquet
from app.query.rows import Rows
from app.query.signing import Signing
from app.query.sql.accesses import Accesses
from app.query.sql.hints import Hints
from app.query.sql.names import Names
from app.query.sql.service import Sql
from app.search.analysis import SYNONYMS, Synonyms, understand
from app.search.demand.searched import Searched
from app.search.demand.service import Demand
from app.search.demand.topics import Topics
from app.search.engine import Engine as SearchEngine
from app.search.kept import Kept
from app.search.semantic import Nearness
from app.search.service import Drift, Search
from app.search.upkeep import Known, Upkeep
from app.settings import WHOOSH, Settings, secret_of
from app.sparql.engine import Engine
from app.sparql.oxigraph_engine import OxigraphEngine
from app.sparql.remote_engine import RemoteEngine
from app.sparql.triples import Triples

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.search.analysis.word import Understood

log = logging.getLogger(__name__)

# Where an application keeps its services.
EXTENSION = "kakehashi"

INDEX = "index_dataset"
DESCRIBE = "describe_dataset"
LOAD = "load_triples"
FORGET = "forget_triples"
PUBLISH_TRIPLES = "publish_triples"
CHECK = "check_dataset"
DUMP = "dump_catalog"

OF_A_DATASET = (INDEX, DESCRIBE, LOAD, CHECK)
# The whole catalogue is written anew for many changes at once, but soon after something may no longer be shown.
FOLLOW_UPS: FollowUps = {
    VersionPublished: (*OF_A_DATASET, Once(DUMP, timedelta(seconds=30))),
    DescriptionChanged: (*OF_A_DATASET, Once(DUMP, timedelta(seconds=30))),
    StateChanged: (FORGET, *OF_A_DATASET, DUMP),
}
SNAPSHOT_WAIT = timedelta(seconds=1)

# Each lane is a thread, each group of lanes a process. Reading an upload may take minutes, and so may the dumps; what
# follows a publication must not wait behind them, and finding what is new must not wait for its descriptions.
# What may not be shown any more goes before everything.
PUBLISHING_LANES: tuple[tuple[str, ...], ...] = ((JOB,), (FORGET,), (INDEX, DESCRIBED))
DESCRIBING_LANES: tuple[tuple[str, ...], ...] = ((DESCRIBE, LOAD, PUBLISH_TRIPLES), (CHECK,), (DUMP,))
LANES = (*PUBLISHING_LANES, *DESCRIBING_LANES)

ORPHAN_SECONDS = 24 * 3600
# What agents have used up, in the data folder.
AGENT_BUDGETS = "agent-budgets"
# The folder of the keys that answers are signed with, in the data folder.
SIGNING_KEYS = "signing-keys"
# Memory for looking at the directories of tables and at which values they have in common.
SMALL = "256MB"


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
    agents: Agents
    catalog: Catalog
    publishing: Publishing
    search: Search
    upkeep: Upkeep
    usage: Usage
    demand: Demand
    rows: Rows
    changes: Changes
    signing: Signing
    sql: Sql
    sql_names: Names
    accesses: Accesses
    hints: Hints
    descriptions: Descriptions
    checks: Checks
    triples: Triples
    dumps: Dumps
    importer: Importer
    agent_tools: AgentTools
    agent_reading: Reading


def build(settings: Settings, application: Any, *, clock: Clock = utc_now) -> Services:
    """Put the parts together for an application (the object that Flask-SQLAlchemy ties its engines to)."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    database.init_app(application)
    units = UnitsOfWork(database, clock, FOLLOW_UPS)
    secrets = Secrets(secret_of(settings))
    store = LocalBlobStore(settings.data_dir / "files")
    sandbox = Sandbox(parallel.FUNCTIONS | importing.FUNCTIONS | {COMPARER, PROSE})
    completion = Completion(license_of(settings.default_license), settings.area, settings.url)
    catalog = Catalog(database, units, completion, render=Prose(sandbox, settings.data_dir / "work").render)
    site = Site(
        settings.url,
        Text(settings.site_title_ja, settings.site_title_en),
        Text(settings.operator_ja, settings.operator_en),
        Text(settings.site_description_ja, settings.site_description_en),
        settings.operator_email,
        settings.area,
    )
    descriptions = Descriptions(site, database, catalog)
    organizations = Organizations(database, units, repairs=frozenset(Repairs), rules=frozenset(RULES))
    search = Search(
        _search_engine(settings),
        clock=clock,
        understand=understanding(settings),
        nearness=_nearness(settings),
        is_expected=catalog.has_visible,
    )
    rows = Rows(store, folder=settings.data_dir / "work" / "rows")
    tables = TableEngine(memory=SMALL)
    checks = Checks(database, site, clock, rated=partial(_enqueue_index, clock))
    usage = Usage(database, clock, changed=partial(_enqueue_indexes, clock))
    limits = Limits(memory_bytes=settings.sandbox_memory_bytes, seconds=settings.sandbox_seconds)
    desk = Desk(
        site=site,
        clock=clock,
        catalog=catalog,
        search=search,
        rows=rows,
        sql=Sql(tables),
        sql_names=Names(catalog, store),
        hints=Hints(catalog, store, tables),
        changes=Changes(settings.data_dir / "changes"),
        descriptions=descriptions,
        demand=Demand(
            Searched(database, clock, is_personal=tells_of_a_person),
            Topics(database, units, clock, search, organizations),
        ),
        accesses=Accesses(units),
    )
    agents = Agents(
        database,
        units,
        secrets,
        clock,
        settings.data_dir / AGENT_BUDGETS,
        tools=tuple(tool.name for tool in TOOLS),
        publishers=catalog.publishers_of,
    )
    agent_tools = AgentTools(desk, agents)
    return Services(
        settings=settings,
        site=site,
        clock=clock,
        database=database,
        store=store,
        queue=Queue(database, clock, lease_seconds=settings.job_lease_seconds),
        organizations=organizations,
        accounts=Accounts(database, units, secrets, clock, session_days=settings.session_days),
        agents=agents,
        catalog=catalog,
        publishing=Publishing(
            database,
            units,
            store,
            sandbox,
            catalog,
            limits=limits,
            folder=settings.data_dir / "work",
            max_upload_bytes=settings.max_upload_bytes,
        ),
        search=search,
        upkeep=Upkeep(
            search,
            catalog,
            Kept(database, settings=f"{settings.default_license}\n{settings.area}\n{settings.url}"),
            partial(_known, checks, usage),
            lambda record: rows.words(record.resources),
            mark=settings.data_dir / "index.version",
            kind=_kind(settings),
        ),
        usage=usage,
        demand=desk.demand,
        rows=rows,
        changes=desk.changes,
        signing=Signing(settings.data_dir / SIGNING_KEYS, settings.url),
        sql=desk.sql,
        sql_names=desk.sql_names,
        accesses=desk.accesses,
        hints=desk.hints,
        descriptions=descriptions,
        checks=checks,
        triples=_triples(settings),
        agent_tools=agent_tools,
        agent_reading=Reading(agent_tools),
        importer=Importer(units, catalog, organizations, sandbox, limits=limits, folder=settings.data_dir / "work"),
        dumps=Dumps(settings.data_dir / "dumps", site, catalog, descriptions, parquet=write_parquet, clock=clock),
    )


def understanding(settings: Settings) -> Callable[[str], Understood]:
    """Words mean what the portal's table says, and what the operator's file in the data folder adds or takes away."""
    own = settings.data_dir / "synonyms.csv"
    if not own.is_file():
        return understand
    return partial(understand, synonyms=Synonyms.read([SYNONYMS, own]))


def _search_engine(settings: Settings) -> SearchEngine:
    """Open the engine that is set; the libraries of the others need not be there. Raises `Misconfigured`."""
    if settings.search_url == WHOOSH:
        from app.search.whoosh_engine import WhooshEngine

        return WhooshEngine(settings.data_dir / "index-whoosh")
    if settings.search_url:
        return _opensearch(settings.search_url)
    from app.search.tantivy_engine import TantivyEngine

    return TantivyEngine(settings.data_dir / "index")


def _opensearch(url: str) -> SearchEngine:
    """Say what is wrong with an address without its password."""
    try:
        from app.search.opensearch_engine import OpenSearchEngine
    except ImportError as error:
        raise Misconfigured(
            Text(
                "KAKEHASHI_SEARCH_URL の OpenSearch には pip install 'kakehashi[opensearch]' が必要です。",
                "An OpenSearch in KAKEHASHI_SEARCH_URL needs: pip install 'kakehashi[opensearch]'.",
            )
        ) from error
    try:
        return OpenSearchEngine(url)
    except ValueError:
        raise Misconfigured(
            Text(
                "KAKEHASHI_SEARCH_URL は https://利用者:パスワード@ホスト:ポート/名前 の形で指定してください。"
                "名前は省略するか、英小文字で始まる英小文字、数字、_、- の 80 文字以内です。",
                "KAKEHASHI_SEARCH_URL is https://user:password@host:port/name. The name may be left out; it has at "
                "most 80 of a-z, 0-9, _ and -, and begins with a letter.",
            )
        ) from None


def _nearness(settings: Settings) -> Nearness:
    """Bring in the model that is set. Raises `Misconfigured` where it is not installed."""
    if not settings.semantic:
        return Nearness()
    try:
        from app.search.semantic.use_embedder import UseEmbedder
    except ImportError as error:
        raise Misconfigured(
            Text(
                "KAKEHASHI_SEMANTIC=use には pip install 'kakehashi[semantic]' が必要です。",
                "KAKEHASHI_SEMANTIC=use needs: pip install 'kakehashi[semantic]'.",
            )
        ) from error
    return Nearness(UseEmbedder(), settings.data_dir / "vectors")


def _kind(settings: Settings) -> str:
    """Tell engines apart without their address, which may hold a password."""
    return hashlib.sha256(settings.search_url.encode()).hexdigest()[:16]


def _known(checks: Checks, usage: Usage, dataset_ids: Sequence[str]) -> dict[str, Known]:
    """Say what records themselves do not."""
    ratings, popularity = checks.ratings(dataset_ids), usage.popularity(dataset_ids)
    return {each: Known(ratings.get(each, ""), popularity.get(each, 0)) for each in dataset_ids}


def _enqueue_index(clock: Clock, session: Session, dataset_id: str) -> None:
    enqueue(session, INDEX, {"dataset_id": dataset_id}, now=clock())


def _enqueue_indexes(clock: Clock, session: Session, dataset_ids: Sequence[str]) -> None:
    for dataset_id in dataset_ids:
        _enqueue_index(clock, session, dataset_id)


def _triples(settings: Settings) -> Triples:
    folder = settings.data_dir / "triples"
    engine: Engine = OxigraphEngine(folder)
    if settings.sparql_url:
        engine = RemoteEngine(
            queries=settings.sparql_url,
            graphs=settings.sparql_store_url,
            own=f"{settings.url}/dataset/",
            user_agent="Kakehashi",
        )
    return Triples(folder, engine)


def tasks(services: Services) -> Mapping[str, Task | Together]:
    """Say what each kind of job does."""
    publishing = services.publishing
    return {
        JOB: Task(
            lambda arguments: publishing.process(arguments["submission_id"]),
            lambda arguments: publishing.give_up(arguments["submission_id"]),
            attempts=3,
        ),
        INDEX: Together(lambda many: services.upkeep.index(each["dataset_id"] for each in many)),
        DESCRIBE: Task(lambda arguments: describe_dataset(services, arguments["dataset_id"])),
        LOAD: Task(lambda arguments: load_triples(services, arguments["dataset_id"])),
        FORGET: Task(lambda arguments: forget_triples(services, arguments["dataset_id"])),
        PUBLISH_TRIPLES: Task(lambda _: _publish_triples(services)),
        CHECK: Task(lambda arguments: check_dataset(services, arguments["dataset_id"]), attempts=3),
        DUMP: Task(lambda _: _refresh_dumps(services)),
        DESCRIBED: Task(lambda arguments: services.catalog.touch(arguments["organization_id"])),
    }


def workers(services: Services, lanes: tuple[tuple[str, ...], ...] = LANES) -> tuple[Worker, ...]:
    """Make a worker for each lane."""
    known = tasks(services)
    return tuple(Worker(services.queue, {kind: known[kind] for kind in lane}) for lane in lanes)


def describe_dataset(services: Services, dataset_id: str) -> None:
    """Render every description of a dataset as it is now."""
    record = services.catalog.find(dataset_id)
    if record is not None:
        services.descriptions.prepare(record)


def load_triples(services: Services, dataset_id: str) -> None:
    """Make the triple store say of a dataset what everybody may read of it now; a snapshot follows."""
    record = services.catalog.find(dataset_id)
    while True:
        if record is not None:
            _put_triples(services, record)
        again = services.catalog.find(dataset_id)
        if again == record:
            break
        record = again
    with services.database.write() as session:
        enqueue_once(session, PUBLISH_TRIPLES, now=services.clock(), wait=SNAPSHOT_WAIT)
        session.commit()


def forget_triples(services: Services, dataset_id: str) -> None:
    """Take a dataset that not everybody may read any more out of the triple store at once."""
    record = services.catalog.find(dataset_id)
    if record is not None and not _is_public(record):
        _put_triples(services, record)
        services.triples.publish()


def _put_triples(services: Services, record: DatasetRecord) -> None:
    graph = services.site.absolute(addresses.dataset(record.slug))
    if _is_public(record):
        description = services.descriptions.render(record, "dcat-nt")
        services.triples.put(graph, record.revision, description.body)
    else:
        services.triples.drop(graph)


def _is_public(record: DatasetRecord) -> bool:
    return record.state in lifecycle.VISIBLE and record.access is Access.PUBLIC


def _publish_triples(services: Services) -> None:
    services.triples.publish()


def _refresh_dumps(services: Services) -> None:
    services.dumps.refresh()


def check_dataset(services: Services, dataset_id: str) -> None:
    """Let the validators look at a dataset's descriptions, and keep what they say."""
    record = services.catalog.find(dataset_id)
    if record is not None and record.state in lifecycle.VISIBLE:
        services.checks.refresh(record)
    else:
        services.checks.forget(dataset_id)


def mend_descriptions(services: Services) -> int:
    """Load what the triple store lacks, drop what it has too much of, count both, and write new dumps."""
    ids, revisions = {}, {}
    for record in services.catalog.public_records():
        graph = services.site.absolute(addresses.dataset(record.slug))
        ids[graph], revisions[graph] = record.id, record.revision
    try:
        found = services.triples.drift(revisions)
    except Unavailable:
        log.exception("the triple store cannot be read and is made anew")
        services.triples.reset()
        found = services.triples.drift(revisions)
    for graph in (*found.missing, *found.stale):
        if record_now := services.catalog.find(ids[graph]):
            _put_triples(services, record_now)
    for graph in found.extra:
        services.triples.drop(graph)
    wrong = len(found.missing) + len(found.stale) + len(found.extra)
    if wrong:
        services.triples.publish()
    services.dumps.refresh()
    return wrong


def drift(services: Services) -> Drift:
    """Compare the index with the catalogue."""
    return services.upkeep.drift()


def mend_index(services: Services) -> int:
    """Index again what drifted, and count it. An index that cannot be read is made anew."""
    return services.upkeep.mend()


def watch_index(services: Services) -> int:
    """Mend an index that is gone or cannot be read, and count."""
    return services.upkeep.watch()


def keep_counts(services: Services) -> int:
    """Write down what this process counted: uses of datasets and searches in vain, in one transaction; count both.

    One commit for all, since each lets go of the answers that are kept ready.
    """
    with services.usage.tally.taken() as uses, services.demand.searched.tally.taken() as searches:
        if uses or searches:
            with services.database.write() as session:
                services.usage.keep(session, uses)
                services.demand.searched.keep(session, searches)
                session.commit()
        return len(uses) + len(searches)


def refresh_popularity(services: Services) -> int:
    """Index again the datasets that are used more or less than before, and count them; old days become months."""
    services.usage.sum_up()
    return services.usage.refresh()


def sum_up_calls(services: Services) -> int:
    """Turn old calls of tools that no registered agent made into sums, and count them."""
    return services.agents.calls.sum_up()


def refresh_demand(services: Services) -> int:
    """Bring the topics of unmet demand up to date, and count what changed."""
    return services.demand.refresh()


def sweep(services: Services) -> int:
    """Delete files that nothing refers to and that are older than a day, and count them."""
    services.store.sweep_temporary(ORPHAN_SECONDS)
    services.publishing.sweep(ORPHAN_SECONDS)
    services.changes.sweep(ORPHAN_SECONDS)
    # Submissions first: one that is published in between is then a version when the catalogue is asked.
    kept = services.publishing.file_hashes() | services.catalog.file_hashes()
    swept = 0
    for sha256 in list(services.store.hashes()):
        if sha256 not in kept and services.store.delete_unused(sha256, ORPHAN_SECONDS):
            swept += 1
    return swept
