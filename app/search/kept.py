"""Entries as they were last made of records, so that an index is made anew without reading and cutting all again."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, delete, select, text

from app.catalog import vocabularies
from app.search import document, entries
from app.search.document import SearchDocument
from app.search.engine import Entry
from app.search.fields import COLUMNS, NAMES, NUMBERS
from app.search.tables import EntryRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.infra.db import Database

# The folders of tables that entries take words, codes and spellings from.
_TABLES = ("vocabularies", "places", "standard-datasets", "search")

_Values = dict[str, tuple[str, ...]]
# An entry's parts in order: a row without names is half as long.
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(
    tuple[str, int, tuple[str, ...], _Values, _Values, dict[str, int], str, bytes]  # as `Entry` has them
)

_PUT = text(
    "INSERT INTO search_entries (dataset_id, revision, made, body) VALUES (:dataset_id, :revision, :made, :body) "
    "ON CONFLICT (dataset_id) DO UPDATE SET revision = excluded.revision, made = excluded.made, body = excluded.body"
)
_FIND = select(EntryRow.dataset_id, EntryRow.revision, EntryRow.body).where(
    EntryRow.dataset_id.in_(bindparam("ids", expanding=True)), EntryRow.made == bindparam("made")
)


class Kept:
    """Keeps the entry of each dataset that is to be found.

    Who may find a dataset stands in its entry, so one is used only where it is of the dataset's present revision.
    """

    def __init__(self, database: Database, *, settings: str) -> None:
        """`settings` is what of the portal's settings goes into entries: others make others."""
        self._database = database
        self._settings = settings

    def find(self, revisions: Mapping[str, int]) -> dict[str, Entry]:
        """Answer the entries of a few hundred datasets, by id, that are of these revisions and made as we would."""
        found: dict[str, Entry] = {}
        with self._database.read() as session:
            rows = session.connection().execute(_FIND, {"ids": tuple(revisions), "made": self._made}).all()
        for dataset_id, revision, body in rows:
            if revision == revisions[dataset_id] and (entry := _read(body)):
                found[dataset_id] = entry
        return found

    def put(self, made: Iterable[Entry]) -> None:
        """Keep entries in place of those that were there, in one transaction."""
        rows = [
            {"dataset_id": each.id, "revision": each.revision, "made": self._made, "body": _written(each)}
            for each in made
        ]
        if rows:
            with self._database.write() as session:
                session.execute(_PUT, rows)
                session.commit()

    def forget(self, dataset_ids: Sequence[str]) -> None:
        """Let go of the entries of a few hundred datasets."""
        with self._database.write() as session:
            session.execute(delete(EntryRow).where(EntryRow.dataset_id.in_(dataset_ids)))
            session.commit()

    @cached_property
    def _made(self) -> str:
        names = [*(field.name for field in fields(SearchDocument)), *NAMES, *COLUMNS, *NUMBERS]
        digest = hashlib.sha256(f"{document.VERSION}\n{entries.VERSION}\n{names}\n{self._settings}\n".encode())
        for folder in _TABLES:
            for path in sorted((vocabularies.FOLDER.parent / folder).glob("*.*")):
                digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()[:32]


def _written(entry: Entry) -> bytes:
    parts = (entry.id, entry.revision, entry.audiences, entry.fields, entry.columns, entry.numbers)
    return _encoder.encode((*parts, entry.title_key, entry.card))


def _read(body: bytes) -> Entry | None:
    try:
        return Entry(*_decoder.decode(body))
    except msgspec.MsgspecError:
        return None
