"""Finds the dataset and the table that an agent names: by slug, id, address, or "slug/table"."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from app.identity import policy
from app.identity.policy import Action
from app.kernel.errors import BadRequest, NotFound, Unavailable
from app.kernel.report import Problem, refusal
from app.kernel.text import Text
from app.search.answer import SearchQuery

if TYPE_CHECKING:
    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.catalog.record import DatasetRecord, ResourceRecord

_NEAREST = 3
_LONGEST = 500


def dataset_of(desk: Desk, call: Call, named: str, *, version: int = 0) -> DatasetRecord:
    """Answer the dataset that is named. Raises `NotFound` with the nearest ones, `Gone` with the reason."""
    slug = _last(named)
    if not slug:
        raise BadRequest(Text("dataset を指定してください。", "Give `dataset`: a slug from search_datasets."))
    try:
        if _is_id(slug):
            record = desk.catalog.get_by_id(call.actor, slug)
            if not version:
                return record
            slug = record.slug
        return desk.catalog.get(call.actor, slug, version or None)
    except NotFound as error:
        raise _unknown(desk, call, named, error) from error


def table_of(record: DatasetRecord, named: str) -> ResourceRecord:
    """Answer the resource that is named; without a name the only table, or the one with the most rows.

    Raises `NotFound`, which names all of them, where there is no such one.
    """
    tables = [each for each in record.resources if each.table is not None]
    wanted = named.strip().strip("/").rpartition("/")[2]
    if not wanted:
        if tables:
            return max(tables, key=lambda each: each.table.rows if each.table else 0)
        raise NotFound(
            Text(
                "このデータセットには表がありません。ファイルをダウンロードしてください。",
                "This dataset has no table; its files can only be downloaded.",
            )
        )
    for each in record.resources:
        if wanted in {each.name, each.id, each.title.ja, each.title.en}:
            return each
    raise NotFound(
        Text("そのような表はこのデータセットにありません。", "This dataset has no such table."),
        report=refusal(_none("resource", wanted, [each.name for each in tables])),
    )


def _last(named: str) -> str:
    """Take the slug out of an address, a resource URI or "slug/table"."""
    words = named.strip()[:_LONGEST]
    if "/dataset/" in words:
        words = words.partition("/dataset/")[2]
    return words.strip("/").partition("/")[0].partition(".")[0].partition("?")[0].lower()


def _is_id(words: str) -> bool:
    try:
        return str(uuid.UUID(words)) == words
    except ValueError:
        return False


def _unknown(desk: Desk, call: Call, named: str, error: NotFound) -> NotFound:
    words = " ".join(_last(named).split("-")) or named
    audiences = policy.audiences(call.actor, Action.READ_DATASET)
    try:
        found = desk.search.search(SearchQuery(words=words, audiences=audiences, limit=_NEAREST, facets=()))
    except Unavailable:
        # That there is none is known without an index.
        return error
    known = desk.catalog.found(call.actor, [hit.document.id for hit in found.hits])
    near = [known[hit.document.id] for hit in found.hits if hit.document.id in known]
    for record in near:
        call.saw(record)
    return NotFound(error.message, report=refusal(_none("dataset", named, [record.slug for record in near])))


def _none(parameter: str, value: str, valid: list[str]) -> Problem:
    names = ", ".join(valid)
    return Problem(
        "unknown-name",
        Text(f"{parameter} が見つかりません。", f"There is no such {parameter}."),
        Text(f"近いもの: {names}", f"Nearest: {names}")
        if names
        else Text("検索してください。", "Call search_datasets."),
        column=parameter,
        value=value[:_LONGEST],
    )
