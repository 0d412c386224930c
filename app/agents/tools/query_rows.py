"""`query_rows`: rows of a table, or what is counted of them, by places and periods as people name them; citable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.agents import places
from app.agents.asking import AskRows, understood
from app.agents.choosing import chosen, newest_of, table_part
from app.agents.citing import cite_rows
from app.agents.naming import dataset_of, table_of
from app.agents.running import NOTE as RUNNING
from app.agents.running import running_summed
from app.agents.telling import MOST_COLUMNS, answer_columns, caveats_told, notes_on
from app.agents.tool import Answer, Draft, Tool
from app.agents.wanted_places import place_named
from app.agents.wholes import NOTE as WHOLES
from app.agents.wholes import totals_among
from app.agents.wording import in_our_words
from app.agents.zeroes import empty_where_asked, is_nothing, nearest_values
from app.kernel.errors import BadRequest
from app.query.binding import bound
from app.query.bound import Place
from app.query.cursor import token_of
from app.query.unwritable import unwritable

if TYPE_CHECKING:
    from app.agents.asking import Understood
    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.catalog.record import DatasetRecord, ResourceRecord
    from app.query.answer import Answer as Found
    from app.query.frame import Frame

_LEFT_OUT = "Empty cells are not counted in a measure: `left_out` in data.columns says how many rows."
_NOT_FINITE = "Numbers that are not finite (NaN, infinite) are null here."
_ESTIMATE = "`total` is an estimate: counting all rows takes too long."
_EMPTY = "Empty cells are left out of rows, and columns without a unit out of data.columns; name columns to see them."
_NOTHING = "No row matches: loosen filters, place or period; near values are in data.nearest, where there are some."
_TO_MIND = {"running_totals": RUNNING, "totals": WHOLES}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked of which table, and what there is."""

    arguments: AskRows
    record: DatasetRecord
    resource: ResourceRecord
    frame: Frame
    understood: Understood
    found: Found


def run(desk: Desk, call: Call, arguments: AskRows) -> Draft:
    """Answer rows. Raises `NotFound` with the names there are, `BadRequest` with all that is wrong, `OverLimit`."""
    record = dataset_of(desk, call, arguments.dataset, version=arguments.version)
    call.saw(record)
    named = arguments.resource or table_part(arguments.dataset)
    resource = (None if named else chosen(record, arguments)) or table_of(record, named)
    frame = desk.rows.frame(resource)
    try:
        asked = understood(
            arguments,
            record,
            frame,
            call.now,
            lambda question: desk.rows.ask(frame, question).rows,
            guess=lambda words: _guessed(desk, words),
        )
        found = desk.rows.ask(frame, asked.question)
    except BadRequest as error:
        raise in_our_words(error) from error
    call.saw(record, rows=len(found.rows))
    return _draft(desk, call, _Asked(arguments, record, resource, frame, asked, found))


def _guessed(desk: Desk, words: str) -> places.Found:
    """Read a name in other letters; of places that share one, those that the portal is about come first."""
    place = place_named(desk, words)
    if len(place.codes) > 1 and place.shared:
        return places.Found(words, shared=place.codes, nearest=place.nearest)
    return places.Found(words, place.codes, nearest=place.nearest)


def _draft(desk: Desk, call: Call, asked: _Asked) -> Draft:
    found, question = asked.found, asked.understood.question
    names = [column.name for column in found.columns]
    rows = [dict(zip(names, row, strict=True)) for row in found.rows]
    if is_wide := _is_wide(asked):
        rows = [{name: cell for name, cell in row.items() if cell is not None} for row in rows]
    before = bound(question, asked.frame)
    skipped = before.place.skipped if before.place else 0
    said = _said(desk, call, asked)
    newest = newest_of(desk, call, asked.record, asked.arguments.version)
    mind = [note for name, note in _TO_MIND.items() if name in said]
    notes = (*_notes(asked, newest), *mind, *((_EMPTY,) if is_wide and rows else ()))

    def make(count: int) -> Answer:
        following = found.next
        if count < len(rows):
            # The place after the last row that is shown; keys are not needed, only slower to do without.
            place = Place(skipped + count)
            following = token_of(before.question, asked.frame.id, place) if count or skipped else ""
        return Answer(said | {"rows": rows[:count]}, asked.understood.asked, notes, following)

    return Draft(len(rows), make, "rows")


def _is_wide(asked: _Asked) -> bool:
    """Say whether rows have so many columns, named by nobody, that empty cells are better left out."""
    return len(asked.found.columns) > MOST_COLUMNS and not asked.arguments.columns


def _said(desk: Desk, call: Call, asked: _Asked) -> dict[str, Any]:
    arguments, record, found, question = asked.arguments, asked.record, asked.found, asked.understood.question
    tables = [each.name for each in record.resources if each.table is not None]
    said: dict[str, Any] = {
        "dataset": record.slug,
        "resource": asked.resource.name if len(tables) > 1 else "",
        "columns": answer_columns(call, found, asked.resource, arguments.detail),
        "rows": [],
        "total": found.total,
        "exact": found.exact,
        "by": asked.understood.by,
        "caveats": caveats_told(call, record, arguments.detail),
        "tables": tables if len(tables) > 1 and not arguments.resource else [],
        "nearest": nearest_values(desk, asked.frame, question) if is_nothing(question, found) else {},
        "running_totals": running_summed(desk, asked.frame, question),
        "totals": wholes.told() if (wholes := totals_among(desk, asked.frame, question)) else {},
    }
    kept = {name: value for name, value in said.items() if value not in ("", [], {}) or name == "rows"}
    table = (record, asked.resource, asked.frame)
    return kept | {"citation": cite_rows(desk.site, call, table, asked.understood.question)}


def _notes(asked: _Asked, newest: int) -> tuple[str, ...]:
    found, record = asked.found, asked.record
    notes = [*asked.understood.notes, *notes_on(record, newest)]
    if any(note.code == "empty-cells-left-out" for note in found.notes):
        notes.append(_LEFT_OUT)
    if unwritable(found):
        notes.append(_NOT_FINITE)
    if not found.exact:
        notes.append(_ESTIMATE)
    if is_nothing(asked.understood.question, found):
        notes.append(_NOTHING)
    notes += empty_where_asked(asked.frame, asked.understood.by)
    if not asked.arguments.resource and sum(each.table is not None for each in record.resources) > 1:
        notes.append("The dataset has several tables: data.resource was taken; data.tables has all names.")
    return tuple(dict.fromkeys(notes))


TOOL = Tool(
    "query_rows",
    "行を問い合わせる",
    "Rows of a table, filtered, grouped, sorted, each with units and a citation. Names of columns: describe_dataset.",
    AskRows,
    run,
    {
        "type": "object",
        "properties": {
            "columns": {"type": "array", "items": {"type": "object"}},
            "rows": {"type": "array", "items": {"type": "object"}},
            "total": {"type": "integer"},
            "citation": {"type": "object"},
        },
    },
)
