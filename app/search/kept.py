"""Documents as they were last made of records, so that an index is made anew without reading the whole catalogue."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, delete, select, text

from app.catalog import vocabularies
from app.search.document import VERSION, SearchDocument
from app.search.tables import DocumentRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.infra.db import Database

# The folders of tables that documents take words and codes from.
_TABLES = ("vocabularies", "places", "standard-datasets")

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(SearchDocument)


_PUT = text(
    "INSERT INTO search_documents (dataset_id, revision, made, body) VALUES (:dataset_id, :revision, :made, :body) "
    "ON CONFLICT (dataset_id) DO UPDATE SET revision = excluded.revision, made = excluded.made, body = excluded.body"
)
_FIND = select(DocumentRow.dataset_id, DocumentRow.revision, DocumentRow.body).where(
    DocumentRow.dataset_id.in_(bindparam("ids", expanding=True)), DocumentRow.made == bindparam("made")
)


class Kept:
    """Keeps the document of each dataset that is to be found.

    Who may find a dataset stands in its document, so one is used only where it is of the dataset's present revision.
    """

    def __init__(self, database: Database, *, settings: str) -> None:
        """`settings` is what of the portal's settings goes into documents: others make others."""
        self._database = database
        self._settings = settings

    def find(self, revisions: Mapping[str, int]) -> dict[str, SearchDocument]:
        """Answer the documents of a few hundred datasets, by id, that are of these revisions and made as we would."""
        found: dict[str, SearchDocument] = {}
        with self._database.read() as session:
            rows = session.connection().execute(_FIND, {"ids": tuple(revisions), "made": self._made}).all()
        for dataset_id, revision, body in rows:
            if revision == revisions[dataset_id] and (document := _read(body)):
                found[dataset_id] = document
        return found

    def put(self, documents: Iterable[SearchDocument]) -> None:
        """Keep documents in place of those that were there, in one transaction."""
        rows = [
            {"dataset_id": each.id, "revision": each.revision, "made": self._made, "body": _encoder.encode(each)}
            for each in documents
        ]
        if rows:
            with self._database.write() as session:
                session.execute(_PUT, rows)
                session.commit()

    def forget(self, dataset_ids: Sequence[str]) -> None:
        """Let go of the documents of a few hundred datasets."""
        with self._database.write() as session:
            session.execute(delete(DocumentRow).where(DocumentRow.dataset_id.in_(dataset_ids)))
            session.commit()

    @cached_property
    def _made(self) -> str:
        names = [field.name for field in fields(SearchDocument)]
        digest = hashlib.sha256(f"{VERSION}\n{names}\n{self._settings}\n".encode())
        for folder in _TABLES:
            for path in sorted((vocabularies.FOLDER.parent / folder).glob("*.*")):
                digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()[:32]


def _read(body: bytes) -> SearchDocument | None:
    try:
        return _decoder.decode(body)
    except msgspec.MsgspecError:
        return None
