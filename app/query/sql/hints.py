"""Which columns of other tables a table can be joined with: those of the same codes, or with values in common."""

from __future__ import annotations

import logging
import math
import threading
import unicodedata
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING

from app.kernel.errors import AppError
from app.query.answer import Statement
from app.query.frame import frame_of
from app.query.sql.names import Named, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.catalog.record import Column, DatasetRecord, ResourceRecord
    from app.catalog.service import Catalog
    from app.infra.storage import BlobStore
    from app.kernel.actor import Actor
    from app.query.engine import TableEngine

log = logging.getLogger(__name__)

HINTS = 20
COMPARED = 12
KNOWN_COLUMNS = 50_000
AT_ONCE = 50
# No request waits for more than so many new or changed datasets, or for the list of a large catalogue: those are read
# beside it, a few at once, with a pause for whoever else has to do something.
WAITED_FOR, LARGE = 50, 1000
PAUSE = 0.05
VALUES = 5_000
# Files are never written again under the same name, so what two have in common stays true.
SHARES = 2000
# For looking at values, after as much at most for finding columns that are worth it.
SECONDS = 2.0
LOOKED_AT_ONCE = 64
# Fewer different values than these are in common by chance.
FEWEST = 2
SHARE = 0.2
# Meanings whose values name a thing, so that equal values are the same thing.
KEYS = frozenset(
    {"municipality-code", "corporate-number", "postal-code", "town-id", "prefecture-code", "id", "code", "date"}
    | {"fiscal-year", "year", "year-month", "name", "prefecture", "municipality", "town"}
)
TYPES = frozenset({"string", "integer", "year", "date", "yearmonth"})
_COMMON = """
    WITH mine AS (SELECT DISTINCT CAST({0} AS VARCHAR) AS value FROM read_parquet(?) WHERE {0} IS NOT NULL LIMIT {2}),
    theirs AS (SELECT DISTINCT CAST({1} AS VARCHAR) AS value FROM read_parquet(?) WHERE {1} IS NOT NULL)
    SELECT count(*), count(*) FILTER (WHERE value IN (SELECT value FROM theirs)) FROM mine
"""


@dataclass(frozen=True, slots=True)
class Hint:
    """A column here, a column there, and why: "code-list", "meaning", "name" or "values".

    `share` of the different values here, looked at up to `VALUES`, stand there too; `None` where nobody looked.
    """

    column: str
    record: DatasetRecord
    resource: ResourceRecord
    other: str
    reason: str
    share: float | None
    sql: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What is kept of a column of some table."""

    dataset_id: str
    resource_id: str
    name: str
    column: Column


class Hints:
    """Keeps what columns there are in the catalogue; who may know of them is asked for each answer.

    Of a large catalogue an answer knows what was read until then: all of it a while after the first.
    """

    def __init__(self, catalog: Catalog, store: BlobStore, engine: TableEngine) -> None:
        self._catalog, self._store, self._engine = catalog, store, engine
        self._lock = threading.Lock()
        self._revisions: dict[str, int] = {}
        self._columns: dict[str, tuple[_Known, ...]] = {}
        self._count, self._full = 0, False
        # The database as it was when all of it had been read.
        self._state: object = None
        self._reader: threading.Thread | None = None
        self._shares: dict[tuple[str, ...], float | None] = {}
        self._starting = threading.Lock()

    def joins(self, actor: Actor, record: DatasetRecord, resource: ResourceRecord) -> tuple[Hint, ...]:
        """Answer the best hints for a table that the actor may read; never of a dataset that they may not."""
        frame = frame_of(resource, self._store)
        mine = Named(name_of(record, resource), record, resource, frame)
        walked = monotonic() + SECONDS
        self._bring_up_to_date(walked)
        ranked = sorted(self._candidates(mine, walked), key=lambda each: -each[0])
        hints: list[Hint] = []
        deadline = monotonic() + SECONDS
        for number, (_, column, known, reason) in enumerate(self._readable(actor, ranked)):
            if len(hints) >= HINTS:
                break
            share = None
            if number < COMPARED and monotonic() < deadline:
                share = self._share(mine, column, known, deadline - monotonic())
            if hint := _hint(mine, column, known, reason, share):
                hints.append(hint)
        return tuple(sorted(hints, key=lambda each: -(each.share or 0)))

    def _bring_up_to_date(self, deadline: float) -> None:
        """Read what is new, as far as a request may wait for it, and the rest beside it."""
        state = self._catalog.state()
        if state == self._state:
            return
        with self._starting:
            if self._reader and self._reader.is_alive():
                return
            if len(self._revisions) < LARGE and len(self._changed(self._catalog.revisions())) <= WAITED_FOR:
                if self._refresh(deadline):
                    self._state = state
                return
            self._reader = threading.Thread(target=self._read_beside, args=(state,), name="hints", daemon=True)
            self._reader.start()

    def _read_beside(self, state: object) -> None:
        """Read all that has changed; whatever goes wrong, the next request begins again."""
        try:
            self._refresh(math.inf, PAUSE)
            self._state = state
        except Exception as error:  # noqa: BLE001 - hints are worth less than whatever failed
            log.warning("columns for hints were not read: %s", type(error).__name__)

    def _refresh(self, deadline: float, pause: float = 0.0) -> bool:
        """Read the columns of what is new or has changed since the last time, as many as are kept; say if all were."""
        with self._lock:
            now = self._catalog.revisions()
            for gone in self._columns.keys() - now.keys():
                self._drop(gone)
                self._full = False
            changed = self._changed(now)
            for start in range(0, len(changed), AT_ONCE):
                some = changed[start : start + AT_ONCE]
                if self._full:
                    some = [each for each in some if each in self._revisions]
                if not some or monotonic() > deadline:
                    return not some
                self._keep(self._catalog.find_all(some), {each: now[each] for each in some})
                sleep(pause)
            return True

    def _changed(self, now: Mapping[str, int]) -> list[str]:
        """List what is not kept as it is now; of a full store only what is there is brought up to date."""
        changed = [each for each, revision in now.items() if self._revisions.get(each) != revision]
        return sorted(changed, key=lambda each: each not in self._revisions)

    def _keep(self, found: Mapping[str, DatasetRecord], revisions: Mapping[str, int]) -> None:
        for dataset_id, revision in revisions.items():
            self._drop(dataset_id)
            columns = tuple(_columns(found[dataset_id])) if dataset_id in found else ()
            if self._count + len(columns) > KNOWN_COLUMNS:
                self._full = True
                continue
            self._columns[dataset_id] = columns
            self._revisions[dataset_id] = revision
            self._count += len(columns)

    def _drop(self, dataset_id: str) -> None:
        self._count -= len(self._columns.pop(dataset_id, ()))
        self._revisions.pop(dataset_id, None)

    def _candidates(self, mine: Named, deadline: float) -> Iterator[tuple[int, Column, _Known, str]]:
        """Go through all columns, for as long as that may take."""
        looked = 0
        for known in (each for columns in list(self._columns.values()) for each in columns):
            if known.resource_id == mine.resource.id:
                continue
            for column in mine.frame.columns:
                looked += 1
                if not looked % LOOKED_AT_ONCE and monotonic() > deadline:
                    return
                score, reason = _likeness(column, known.column)
                if score:
                    yield score, column, known, reason

    def _readable(
        self, actor: Actor, ranked: Iterable[tuple[int, Column, _Known, str]]
    ) -> Iterator[tuple[int, Column, Named, str]]:
        """Pass over what the actor may not know of."""
        seen: dict[str, Named | None] = {}
        for score, column, known, reason in ranked:
            if known.resource_id not in seen:
                seen[known.resource_id] = self._found(actor, known)
            named = seen[known.resource_id]
            if named and known.name in named.frame.by_name:
                yield score, column, Named(known.name, named.record, named.resource, named.frame), reason
            if len(seen) > 5 * HINTS:
                return

    def _found(self, actor: Actor, known: _Known) -> Named | None:
        try:
            record, resource = self._catalog.resource(actor, known.resource_id)
            return Named(known.name, record, resource, frame_of(resource, self._store))
        except AppError:
            return None

    def _share(self, mine: Named, column: Column, other: Named, seconds: float) -> float | None:
        paths = [str(mine.frame.path), str(other.frame.path)]
        key = (*paths, column.name, other.name)
        if key not in self._shares:
            sql = _COMMON.format(_identifier(column.name), _identifier(other.name), VALUES)
            try:
                [(all_of_them, common)] = self._engine.all(Statement(sql, paths, ()), seconds)
            except AppError:
                return None
            if len(self._shares) >= SHARES:
                self._shares.clear()
            self._shares[key] = share = common / all_of_them if all_of_them >= FEWEST else None
            return share
        return self._shares.get(key)


def _columns(record: DatasetRecord) -> Iterator[_Known]:
    for resource in record.resources:
        for column in resource.table.columns if resource.table and resource.parquet else ():
            if column.type in TYPES:
                yield _Known(record.id, resource.id, column.name, column)


def _likeness(mine: Column, other: Column) -> tuple[int, str]:
    """Say how likely equal values mean the same, and why; 0 where it is not."""
    if mine.code_list and mine.code_list == other.code_list:
        return 4, "code-list"
    if mine.meaning and mine.meaning == other.meaning and mine.meaning in KEYS:
        return 3, "meaning"
    if mine.type == other.type and mine.type in TYPES and _plain(mine.name) == _plain(other.name):
        return 2, "name"
    if mine.type == other.type == "string" and mine.profile and other.profile:
        common = set(mine.profile.examples) & set(other.profile.examples)
        return (1, "values") if len(common) >= FEWEST else (0, "")
    return 0, ""


def _hint(mine: Named, column: Column, other: Named, reason: str, share: float | None) -> Hint | None:
    """Leave out what looked alike and has nothing in common."""
    needed = 0.0 if reason == "code-list" else SHARE
    if (share is None and reason in {"name", "values"}) or (share is not None and share < needed):
        return None
    there = name_of(other.record, other.resource)
    sql = (
        f"SELECT * FROM {_identifier(mine.name)} AS a JOIN {_identifier(there)} AS b "  # noqa: S608 - shown, not run
        f"ON a.{_identifier(column.name)} = b.{_identifier(other.name)} LIMIT 100"
    )
    return Hint(column.name, other.record, other.resource, other.name, reason, share, sql)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().replace(" ", "")


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
