"""The names that tables have in SQL, and which of them somebody may read.

"population" is the only table of the dataset with that slug, "population/wards" the resource "wards" of it; "@2" at the
end means that version. Without quotation marks, population__wards says the same, with _ for every other sign. A
resource's id is a name as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.query.frame import Frame, frame_of
from app.query.sql.outline import folded
from app.query.sql.refusals import unknown_table

if TYPE_CHECKING:
    from datetime import datetime

    from app.catalog.record import DatasetRecord, ResourceRecord
    from app.catalog.service import Catalog
    from app.infra.storage import BlobStore
    from app.kernel.actor import Actor
    from app.query.sql.outline import Table

_VERSION = re.compile(r"(.+)@([1-9][0-9]{0,8})", re.DOTALL | re.ASCII)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_OTHER = re.compile(r"[^\w]+")
LISTED = 20


@dataclass(frozen=True, slots=True)
class Named:
    """A table that a question names, as it stands in the question, and what it is."""

    name: str
    record: DatasetRecord
    resource: ResourceRecord
    frame: Frame


class Names:
    """Looks names up for somebody; what they may not read is not there."""

    def __init__(self, catalog: Catalog, store: BlobStore) -> None:
        self._catalog = catalog
        self._store = store

    def find(self, actor: Actor, table: Table, at: datetime | None = None) -> Named:
        """Find a table, in the version that was the current one `at` that time unless its name says which.

        Raises `NotFound`, also for what the actor may not know of, and `Gone`.
        """
        try:
            record, resource = self._found(actor, table, at)
            return Named(table.name, record, resource, frame_of(resource, self._store))
        except NotFound as error:
            if error.report is not None:
                raise
            raise _unknown(table) from error

    def _found(self, actor: Actor, table: Table, at: datetime | None) -> tuple[DatasetRecord, ResourceRecord]:
        name, number = table.name, None
        if found := _VERSION.fullmatch(name):
            name, number = found[1], int(found[2])
        if _ID.fullmatch(name.lower()):
            if number is None and at is not None:
                record, _ = self._catalog.resource(actor, name.lower())
                number = _then(record, at, table)
            return self._catalog.resource(actor, name.lower(), number)
        slug, _, wanted = name.partition("/") if "/" in name else name.partition("__")
        slug = slug.lower() if "/" in name else slug.lower().replace("_", "-")
        if not _SLUG.fullmatch(slug):
            raise _unknown(table)
        if number is None and at is not None:
            number = _then(self._catalog.get(actor, slug), at, table)
        record = self._catalog.get(actor, slug, number)
        return record, _resource(record, wanted, table)


def _then(record: DatasetRecord, at: datetime, table: Table) -> int:
    """Say which version was the current one."""
    found = next((each.number for each in record.versions if each.published <= at), None)
    if found is None:
        raise unknown_table(
            table.name,
            Text(
                f'表 "{table.name[:100]}" は、その時点では公開されていません。',
                f'"{table.name[:100]}" was not there yet.',
            ),
            Text("at にもっと後の日時を指定してください。", "Give a later time in `at`."),
            table.place,
        )
    return found


def name_of(record: DatasetRecord, resource: ResourceRecord) -> str:
    """Say the shortest name of a table; its id where another's name differs in capitals only."""
    tables = [each for each in record.resources if each.table is not None]
    number = f"@{record.version.number}" if record.pinned and record.version else ""
    if sum(folded(each.name) == folded(resource.name) for each in tables) > 1:
        return f"{resource.id}{number}"
    return f"{record.slug}{number}" if len(tables) == 1 else f"{record.slug}/{resource.name}{number}"


def _resource(record: DatasetRecord, wanted: str, table: Table) -> ResourceRecord:
    tables = [each for each in record.resources if each.table is not None]
    found = tables
    if wanted:
        exact = [each for each in tables if each.name == wanted]
        found = exact or [each for each in tables if _plain(each.name) == _plain(wanted)]
    if len(found) == 1:
        return found[0]
    there = ", ".join(f'"{record.slug}/{each.name}"' for each in tables[:LISTED])
    raise unknown_table(
        table.name,
        Text(
            f'"{table.name[:100]}" では、どの表か決まりません。',
            f'It is not clear which table "{table.name[:100]}" is.',
        )
        if found
        else Text(f'表 "{table.name[:100]}" はありません。', f'There is no table "{table.name[:100]}".'),
        Text(f"このデータセットの表：{there}", f"The tables of this dataset: {there}"),
        table.place,
    )


def _plain(name: str) -> str:
    return _OTHER.sub("_", name.casefold()).strip("_")


def _unknown(table: Table) -> NotFound:
    return unknown_table(
        table.name,
        Text(f'表 "{table.name[:100]}" はありません。', f'There is no table "{table.name[:100]}".'),
        Text(
            '表の名前は "データセットのスラッグ"、"スラッグ/リソース名" のように引用符（"）で囲んで書きます。'
            "スラッグは /api/v1/search で探せます。",
            'Tables are named "dataset-slug" or "slug/resource", in quotation marks. /api/v1/search finds slugs.',
        ),
        table.place,
    )
