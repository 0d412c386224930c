"""What changed in a table between two versions, told in few words: counts, columns, and the first of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.agents.wording import in_our_words
from app.kernel.errors import BadRequest, NotFound
from app.metadata.words import filled
from app.query import spans

if TYPE_CHECKING:
    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.catalog.record import ResourceRecord
    from app.query.changes import Change, ChangePage
    from app.query.spans import Span

TABLES = 3
ROWS = 10


@dataclass(frozen=True, slots=True)
class Told:
    """A table between two versions."""

    resource: ResourceRecord
    span: Span
    page: ChangePage | None


def compared(desk: Desk, call: Call, resource: ResourceRecord, since: str) -> Told:
    """Compare a table with what it was. Raises `BadRequest` for a `since` that is none, `OverLimit`."""
    _, versions = desk.catalog.history(call.actor, resource.id)
    try:
        span = spans.span(versions, since or None, None)
    except BadRequest as error:
        raise in_our_words(error, "`since` cannot be that") from error
    if span.since is None or span.since.number == span.until.number:
        return Told(resource, span, None)
    found = desk.catalog.resource_in(resource.id, [span.since, span.until])
    try:
        before, after = (desk.rows.frame(found[each.number]) for each in (span.since, span.until))
    except (KeyError, NotFound):
        return Told(resource, span, None)
    return Told(resource, span, desk.changes.page(before, after, limit=ROWS))


def table_told(told: Told) -> dict[str, Any]:
    """Count what changed in rows, and say what changed in columns."""
    since = told.span.since.number if told.span.since else 0
    said: dict[str, Any] = {"resource": told.resource.name, "since": since, "until": told.span.until.number}
    if told.page is None:
        rows = told.resource.table.rows if told.resource.table else 0
        none = {"inserted": 0 if told.span.since else rows, "updated": 0, "deleted": 0}
        return said | {"counts": none}
    events = [
        filled({"event": each.event.value, "column": each.column, "before": each.before, "after": each.after})
        for each in told.page.events
    ]
    return said | {"counts": told.page.counts} | filled({"key": list(told.page.key), "schema": events})


def row_told(change: Change) -> dict[str, Any]:
    """Say what a row is, or of one that was updated what it was before."""
    if change.changed:
        moved = {name: {"before": was, "after": now} for name, (was, now) in change.changed.items()}
        return {"change": change.change, "key": change.key, "changed": moved}
    return {"change": change.change, "row": change.row}


def notes_of(told: list[Told], tables: int) -> tuple[str, ...]:
    """Say how much of the changes is here, and how rows were matched; `tables` are all that the dataset has."""
    notes = [] if tables <= TABLES else [f"The first {TABLES} of {tables} tables were compared."]
    if any(each.span.since is None for each in told):
        notes.append("There is no earlier version: every row counts as inserted.")
    if any(each.page and each.page.total and not each.page.key for each in told):
        notes.append("A table has no usable key: a changed row counts as deleted and inserted.")
    if any(each.page and each.page.next for each in told):
        notes.append(f"The first {ROWS} changed rows of a table are here; `counts` are of all.")
    return tuple(notes)
