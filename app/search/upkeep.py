"""Keeps the index saying what the catalogue says: a few datasets after a change, all of them where that failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from app.catalog import lifecycle
from app.catalog.record import DatasetRecord
from app.catalog.service import Catalog
from app.kernel.errors import Unavailable
from app.search.document import SearchDocument, document_of
from app.search.engine import Entry
from app.search.entries import VERSION, entry_of
from app.search.kept import Kept
from app.search.service import Drift, Search

log = logging.getLogger(__name__)

# Datasets that are read and written together. A commit costs more than the entries of a dataset.
BATCH = 500
# Where more than this drifted, making the index anew is quicker, and nobody is shown the half of it.
MANY = 2000


@dataclass(frozen=True, slots=True)
class Known:
    """What other parts know of a dataset: the rating of its metadata, and how much it is used."""

    quality: str = ""
    popularity: int = 0


# Of a few hundred datasets at once, by their ids.
Knowledge = Callable[[Sequence[str]], Mapping[str, Known]]
# The words that stand in a dataset's tables: many, so they are asked for one dataset after another.
Cells = Callable[[DatasetRecord], tuple[str, ...]]


class Upkeep:
    """Brings what the catalogue says into the index, and sees where it is not there."""

    def __init__(
        self, search: Search, catalog: Catalog, kept: Kept, knowledge: Knowledge, cells: Cells, *, mark: Path, kind: str
    ) -> None:
        """`mark` is the file that says of which release and kind of engine the index is."""
        self._search = search
        self._catalog = catalog
        self._kept = kept
        self._knowledge = knowledge
        self._cells = cells
        self._mark = mark
        self._version = f"{VERSION} {kind}"

    def index(self, dataset_ids: Iterable[str]) -> None:
        """Make the index say of datasets what the catalogue says now; running it twice changes nothing.

        Where there is no index, all datasets are written: one with a few of them would pass for the whole. Raises
        `Unavailable`.
        """
        if not self._search.stamp():
            self.rebuild()
        self._write(dataset_ids)

    def drift(self) -> Drift:
        """Compare the index with the catalogue. Raises `Unavailable` where the index cannot be read."""
        return self._search.drift(self._catalog.revisions())

    def mend(self) -> int:
        """Index again what drifted, and count it; make an index anew that cannot be read or is of another release."""
        if not self.is_current():
            log.info("the index is of another release or engine and is made anew; readers keep it until then")
            return self.rebuild()
        try:
            self._search.probe()
            wrong = _ids(self.drift())
        except Unavailable:
            log.exception("the index cannot be read and is made anew")
            return self.rebuild()
        if len(wrong) > MANY:
            return self.rebuild()
        self.index(wrong)
        return len(wrong)

    def watch(self) -> int:
        """Mend an index that is gone or cannot be read, and count as `mend`; to see that it is well costs little."""
        try:
            self._search.probe()
            is_well = bool(self._search.stamp()) or not self._catalog.has_visible()
        except Unavailable:
            is_well = False
        return 0 if is_well else self.mend()

    def rebuild(self, entries: Iterable[Entry] | None = None) -> int:
        """Make the index anew and count what it says; readers keep the old one until then. Raises `Unavailable`.

        `entries` are those of all datasets, where somebody makes them already as `kakehashi reindex` does.
        """
        count = self._search.rebuild(self.entries(self.ids()) if entries is None else entries)
        self._mark.write_text(self._version, encoding="utf-8")
        # What changed meanwhile was written into the old one.
        self._write(_ids(self.drift()))
        return count

    def is_current(self) -> bool:
        """Say whether the index was made by the engine that is set now, of entries as this release makes them."""
        try:
            return self._mark.read_text(encoding="utf-8") == self._version
        except FileNotFoundError:
            return False

    def stamp(self) -> str:
        """Answer what differs after every change of the index. Raises `Unavailable`."""
        return self._search.stamp()

    def ids(self) -> tuple[str, ...]:
        """List the datasets that are to be found."""
        return tuple(self._catalog.revisions())

    def entries(self, dataset_ids: Iterable[str]) -> Iterator[Entry]:
        """Answer the entries of datasets as they are kept, or made of records where they are not.

        Datasets that are not to be found have none.
        """
        ids = iter(dataset_ids)
        while batch := list(islice(ids, BATCH)):
            revisions = self._catalog.revisions_of(batch)
            kept = self._kept.find(revisions)
            yield from kept.values()
            yield from self._made([each for each in revisions if each not in kept])

    def kept(self, dataset_ids: Sequence[str]) -> tuple[Entry, ...] | None:
        """Answer the entries of a few hundred datasets that are to be found, `None` where not all are kept."""
        revisions = self._catalog.revisions_of(dataset_ids)
        kept = self._kept.find(revisions)
        return tuple(kept.values()) if len(kept) == len(revisions) else None

    def entries_afresh(self, dataset_ids: Iterable[str]) -> Iterator[Entry]:
        """As `entries`, and look at every record and into every table again."""
        ids = iter(dataset_ids)
        while batch := list(islice(ids, BATCH)):
            yield from self._made(batch)

    def _write(self, dataset_ids: Iterable[str]) -> None:
        ids = iter(dict.fromkeys(dataset_ids))
        while batch := list(islice(ids, BATCH)):
            self._index_batch(batch)

    def _index_batch(self, dataset_ids: Sequence[str]) -> None:
        waiting = list(dataset_ids)
        while waiting:
            records = self._catalog.find_for_search(waiting)
            found = [record for record in records.values() if record.state in lifecycle.VISIBLE]
            if found:
                entries = list(map(entry_of, self._documents(found)))
                self._kept.put(entries)
                self._search.index(entries)
            if gone := set(waiting) - {record.id for record in found}:
                self._kept.forget(tuple(gone))
                self._search.forget(gone)
            # Another process may have changed and indexed one between our look and our writing.
            now = self._catalog.revisions_of(waiting)
            waiting = [each for each in waiting if now.get(each) != _revision(records.get(each))]

    def _made(self, dataset_ids: Collection[str]) -> list[Entry]:
        """Make the entries of a few hundred datasets, and keep them."""
        if not dataset_ids:
            return []
        entries = list(map(entry_of, self._documents(self._catalog.find_for_search(tuple(dataset_ids)).values())))
        self._kept.put(entries)
        return entries

    def _documents(self, records: Collection[DatasetRecord]) -> Iterator[SearchDocument]:
        known = self._knowledge([record.id for record in records])
        for record in records:
            its = known.get(record.id, Known())
            document = document_of(record, cells=self._cells(record), quality=its.quality, popularity=its.popularity)
            if document is not None:
                yield document


def _revision(record: DatasetRecord | None) -> int | None:
    return None if record is None else record.revision


def _ids(drift: Drift) -> tuple[str, ...]:
    return (*drift.missing, *drift.stale, *drift.extra)
