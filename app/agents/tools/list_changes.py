"""`list_changes`: what was published since a day; of one dataset, its versions and what changed in rows and columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from app.agents import periods
from app.agents.citing import cite_dataset
from app.agents.comparing import TABLES, compared, notes_of, row_told, table_told
from app.agents.naming import dataset_of
from app.agents.timing import JAPAN, today
from app.agents.tool import Answer, Arguments, Draft, Tool
from app.kernel.text import Text
from app.metadata.words import filled, instant, title_of
from app.query.refusals import refusal_of

if TYPE_CHECKING:
    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.catalog.record import DatasetRecord

_DAYS = timedelta(days=30)
_MOST = 20
_VERSIONS = 10


class ListChanges(Arguments):
    """Since when, and of which dataset."""

    dataset: str = Field("", max_length=500)
    since: str = Field("", max_length=100, description="2026-11-01, last 7 days, or a version's number")


def run(desk: Desk, call: Call, arguments: ListChanges) -> Draft:
    """Answer changes, the latest first. Raises `BadRequest` for a `since` that is none, `NotFound`, `OverLimit`."""
    if arguments.dataset.strip():
        return _of_dataset(desk, call, arguments)
    return _of_catalog(desk, call, arguments)


def _of_catalog(desk: Desk, call: Call, arguments: ListChanges) -> Draft:
    since = _moment(arguments.since, call.now) if arguments.since.strip() else call.now - _DAYS
    found = desk.catalog.list(call.actor, modified_since=since, limit=_MOST)
    changes = [_change(call, each, since) for each in found.items]
    for each in found.items:
        call.saw(each)
    notes = () if found.total <= _MOST else (f"The latest {_MOST} of {found.total}: give a later `since`.",)

    def make(count: int) -> Answer:
        return Answer({"total": found.total, "changes": changes[:count]}, {"since": instant(since)}, notes)

    return Draft(len(changes), make, "datasets")


def _change(call: Call, record: DatasetRecord, since: datetime) -> dict[str, Any]:
    version = record.version
    what = "description"
    if record.issued and record.issued >= since:
        what = "new dataset"
    elif version and version.published >= since:
        what = "new version"
    return filled(
        {
            "dataset": record.slug,
            "title": call.words(title_of(record)),
            "publisher": call.words(record.publisher.title),
            "what": what,
            "version": version.number if version else 0,
            "at": instant(version.published if version and what != "description" else record.modified),
            "notes": version.notes if version and what == "new version" else "",
        }
    )


def _of_dataset(desk: Desk, call: Call, arguments: ListChanges) -> Draft:
    record = dataset_of(desk, call, arguments.dataset)
    call.saw(record)
    since = _since(arguments.since, call.now)
    tables = [each for each in record.resources if each.table is not None and each.parquet is not None]
    told = [compared(desk, call, each, since) for each in tables[:TABLES]]
    rows = [(place, change) for place, each in enumerate(told) for change in (each.page.changes if each.page else ())]
    call.saw(record, rows=len(rows))
    head = {
        "versions": [
            filled({"number": each.number, "published": instant(each.published), "notes": each.notes})
            for each in record.versions[:_VERSIONS]
        ],
        "citation": cite_dataset(desk.site, call, record),
    }
    said = [table_told(each) for each in told]
    notes = notes_of(told, len(tables))

    def make(count: int) -> Answer:
        shown: dict[int, list[dict[str, Any]]] = {}
        for place, change in rows[:count]:
            shown.setdefault(place, []).append(row_told(change))
        listed = [each | ({"changes": shown[place]} if place in shown else {}) for place, each in enumerate(said)]
        return Answer({"dataset": record.slug, "tables": listed} | head, {"since": arguments.since}, notes)

    return Draft(len(rows), make, "changed rows")


def _since(words: str, now: datetime) -> str:
    """Write what was asked as the REST interface takes it: a version's number, or a day."""
    plain = words.strip()
    if not plain or (plain.isdecimal() and len(plain) < len("2026")):
        return plain
    return _moment(plain, now).astimezone(JAPAN).date().isoformat()


def _moment(words: str, now: datetime) -> datetime:
    """Read the beginning of a period in Japan, or a time with its zone."""
    try:
        moment = datetime.fromisoformat(words.strip()) if "T" in words else None
    except ValueError:
        moment = None
    if moment is not None:
        return (moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)).astimezone(UTC)
    day = periods.day_in(words, today(now))
    if day is None:
        raise refusal_of(
            "since-unreadable",
            Text("since を読めません。", "`since` cannot be read."),
            Text(f"書き方の例: {periods.FORMS}", f"Write it as 2026-11-01T09:00Z, or as: {periods.FORMS}."),
            place="since",
            value=words,
        )
    return datetime(day.year, day.month, day.day, tzinfo=JAPAN).astimezone(UTC)


TOOL = Tool(
    "list_changes",
    "変更を調べる",
    "What was published or changed since a day; for a dataset, its versions and changed rows and columns.",
    ListChanges,
    run,
    {
        "type": "object",
        "properties": {
            "changes": {"type": "array", "items": {"type": "object"}},
            "tables": {"type": "array", "items": {"type": "object"}},
            "versions": {"type": "array", "items": {"type": "object"}},
        },
    },
)
